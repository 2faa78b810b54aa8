/* SPDX-License-Identifier: ISC */
/*
 * Why something failed: one sentence for the log, in addition to the outcome.
 * It has a fixed size, is kept on the stack, and never holds a code, token or
 * secret.
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
 * Write the reason of a failure and return the outcome, so that "return
 * err_set(reterr, OUTCOME_X, ...)" is one statement.
 *
 * in:     code  the outcome to return; fmt, ... printf's
 * out:    reterr  nullable
 * gives:  code
 */
enum outcome err_set(struct errinfo *reterr, enum outcome code, const char *fmt,
    ...) PRINTF(3, 4);

/*
 * The same for faults that an administrator can fix: "PLACE: WHAT; FIX".  If
 * the text is too long, WHAT is cut.
 *
 * in:     place  nullable: "FILE:LINE", a path, ...
 *         fix    nullable; in the imperative
 *         fmt, ...  what is wrong, printf's
 */
enum outcome err_fault(struct errinfo *reterr, enum outcome code,
    const char *place, const char *fix, const char *fmt, ...) PRINTF(5, 6);

/*
 * The parts of a text, *borrowed*; a text written by err_set is all WHAT.
 *
 * gives:  err_place: empty if there is none; err_fix: NULL if there is none
 */
struct view err_place(const struct errinfo *why);
struct view err_what(const struct errinfo *why);
const char *err_fix(const struct errinfo *why);

/*
 * The same as err_fault with errno's text, at the place "what".  ENOMEM becomes
 * OUTCOME_NO_MEMORY whatever code says.
 */
enum outcome err_sys(
    struct errinfo *reterr, enum outcome code, const char *what);

/*
 * The system's text for an errno, in space or elsewhere.  Thread-safe, because
 * the application may have threads.
 */
const char *err_text(int error, char space[static ERR_TEXT_MAX]);

#endif
