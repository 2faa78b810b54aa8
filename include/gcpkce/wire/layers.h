/* SPDX-License-Identifier: ISC */
/*
 * The layers of the helper's sandbox by their names, and which are missing.
 * The helper sends numbers in its frames; its parent makes words of them.
 */
#ifndef GCPKCE_LAYERS_H
#define GCPKCE_LAYERS_H

#include "gcpkce/base/buf.h"
#include "gcpkce/base/errinfo.h"

enum sandbox_layer {
	SANDBOX_MEMORY,      /* undumpable: nobody of its account looks in */
	SANDBOX_IDS,         /* an account of its own, and no way back */
	SANDBOX_PRIVILEGES,  /* none, and none to be had by exec */
	SANDBOX_ENVIRONMENT, /* empty */
	SANDBOX_DESCRIPTORS, /* six, and no more */
	SANDBOX_LIMITS,
	SANDBOX_PARENT, /* ends with its caller */
	SANDBOX_LANDLOCK,
	SANDBOX_SECCOMP, /* of the worker, see worker.h */
	SANDBOX_LAYERS
};

/* The layers that are missing.  All zero: none is. */
struct missing {
	uint32_t layers;                 /* a bit a layer */
	uint32_t told;                   /* the same, by missing_news */
	uint32_t errors[SANDBOX_LAYERS]; /* an errno, or 0: it has none */
};

/* A layer's name in the journal. */
const char *layer_name(enum sandbox_layer layer);

/* Note that a layer is missing; what was noted of it before stays. */
void missing_add(
    struct missing *missing, enum sandbox_layer layer, uint32_t error);

/* Note what another record has more. */
void missing_merge(struct missing *missing, const struct missing *more);

/*
 * Is a missing layer a refusal?
 *
 * in:     end  of the sentence: "", or what makes it worse
 * errors: OUTCOME_HELPER_FAILED  reterr names the missing layers
 */
MUST_CHECK enum outcome missing_judge(const struct missing *missing,
    bool strict, const char *end, struct errinfo *reterr);

/* Put "the helper's sandbox lacks ...", with the system's words for errors. */
void missing_put(const struct missing *missing, struct buf *text);

/*
 * Put the same of those layers that this has not put before.
 *
 * gives:  whether there are any
 */
bool missing_news(struct missing *missing, struct buf *text);

#endif
