/* SPDX-License-Identifier: ISC */
/*
 * Why something failed: one sentence for the log, on the stack, which never
 * holds a code, token or secret.
 */
#ifndef GCPKCE_ERRINFO_H
#define GCPKCE_ERRINFO_H

#include "buf.h"
#include "cleanup.h"
#include "outcome.h"

#define ERRINFO_TEXT_MAX 800
#define ERR_TEXT_MAX 128

struct errinfo {
	char text[ERRINFO_TEXT_MAX]; /* NUL-ended, cut to fit */
	/* of err_fault's "PLACE: WHAT; FIX": where WHAT begins, and FIX; 0
	 * where nothing precedes WHAT, or there is no FIX */
	size_t what, fix;
};

/*
 * Write the reason of a failure, unless reterr is NULL, and return the outcome,
 * so that "return err_set(reterr, OUTCOME_X, ...)" is one statement.
 */
enum outcome err_set(struct errinfo *reterr, enum outcome code, const char *fmt,
    ...) PRINTF(3, 4);

/*
 * The same for faults that an administrator can fix: "PLACE: WHAT; FIX".  If
 * the text is too long, WHAT is cut.
 *
 * in:     place  "FILE:LINE", a path, ...;  fix  in the imperative; or NULL
 */
enum outcome err_fault(struct errinfo *reterr, enum outcome code,
    const char *place, const char *fix, const char *fmt, ...) PRINTF(5, 6);

/* The parts, *borrowed*: PLACE may be empty, FIX NULL; err_set's is all WHAT.
 */
struct view err_place(const struct errinfo *why);
struct view err_what(const struct errinfo *why);
const char *err_fix(const struct errinfo *why);

/* err_fault with errno's text as WHAT; ENOMEM becomes OUTCOME_NO_MEMORY. */
enum outcome err_sys(
    struct errinfo *reterr, enum outcome code, const char *what);

/* The system's text for an errno, in space or elsewhere; thread-safe. */
const char *err_text(int error, char space[static ERR_TEXT_MAX]);

#endif
