/* SPDX-License-Identifier: ISC */
/*
 * The display manager, which runs PAM: greetd or LightDM.  All of it happens in
 * GLib's main loop; a handler may call these functions again.
 */
#ifndef GCPKCE_GREETER_BACKEND_H
#define GCPKCE_GREETER_BACKEND_H

#include "gcpkce/base/errinfo.h"
#include "settings.h"

enum backend_end {
	BACKEND_FAILED,  /* the display manager's own failure, with its text */
	BACKEND_DENIED,  /* PAM refused; the text may be "" */
	BACKEND_GRANTED, /* the session may begin */
};

/* What a display manager reports; texts are any UTF-8, *borrowed*. */
struct backend_handler {
	void (*message)(void *arg, const char *text);
	/* once it is called, backend_answer is due */
	void (*prompt)(void *arg, bool secret, const char *text);
	void (*ended)(void *arg, enum backend_end end, const char *text);
	void *arg;
};

struct backend;
struct backend_operations {
	void (*begin)(struct backend *backend, const char *name);
	void (*answer)(struct backend *backend, const char *text);
	void (*cancel)(struct backend *backend);
	void (*start)(struct backend *backend);
};

/* The beginning of each backend's own struct. */
struct backend {
	const struct backend_operations *operations;
	const struct backend_handler *handler; /* *borrowed* */
	const struct settings *settings;       /* *borrowed* */
	size_t answer_max; /* bytes of an answer that arrive */
	/* whose session is locked, "" for an unknown one; NULL: none */
	const char *locked_by;
};

/* Begin a sign-in; there must be none, or one that has ended or is cancelled.
 */
static inline void
backend_begin(struct backend *backend, const char *name)
{
	backend->operations->begin(backend, name);
}

/* Answer the prompt. */
static inline void
backend_answer(struct backend *backend, const char *text)
{
	backend->operations->answer(backend, text);
}

/* End the sign-in, if there is one; nothing is reported about it any more. */
static inline void
backend_cancel(struct backend *backend)
{
	backend->operations->cancel(backend);
}

/*
 * After BACKEND_GRANTED: start the session.  The greeter ends, or
 * BACKEND_FAILED is reported.
 */
static inline void
backend_start(struct backend *backend)
{
	backend->operations->start(backend);
}

/*
 * Connect to what started this process.
 *
 * gives:  a backend that stays until the process ends; NULL: reterr has the
 *         reason
 */
struct backend *backend_greetd_new(const struct settings *settings,
    const struct backend_handler *handler, struct errinfo *reterr);
struct backend *backend_lightdm_new(const struct settings *settings,
    const struct backend_handler *handler, struct errinfo *reterr);

#endif
