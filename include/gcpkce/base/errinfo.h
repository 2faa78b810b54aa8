/* SPDX-License-Identifier: ISC */
/*
 * Why something failed: one sentence for the log beside the outcome.  Lives on
 * the caller's stack, has a fixed size, never holds a code, token or secret.
 */
#ifndef GCPKCE_ERRINFO_H
#define GCPKCE_ERRINFO_H

#include "cleanup.h"
#include "outcome.h"

#define ERRINFO_TEXT_MAX 800
#define ERR_TEXT_MAX 128

struct errinfo {
	char text[ERRINFO_TEXT_MAX]; /* NUL-ended, cut to fit */
};

/*
 * Write the reason of a failure and hand the outcome through, so that
 * "return err_set(reterr, OUTCOME_X, ...)" is one statement.
 *
 * in:     code  the outcome to return; fmt, ... printf's
 * out:    reterr  nullable
 * gives:  code
 */
enum outcome err_set(struct errinfo *reterr, enum outcome code, const char *fmt,
    ...) PRINTF(3, 4);

/*
 * The same with errno's text behind "what: ".  ENOMEM becomes
 * OUTCOME_NO_MEMORY whatever code says.
 */
enum outcome err_sys(
    struct errinfo *reterr, enum outcome code, const char *what);

/*
 * The system's words for an errno, in space or elsewhere.  Thread-safe, as a
 * host process needs it.
 */
const char *err_text(int error, char space[static ERR_TEXT_MAX]);

#endif
