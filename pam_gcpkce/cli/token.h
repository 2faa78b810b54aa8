/* SPDX-License-Identifier: ISC */
/*
 * The token of a session: where it is, and what is known about it here.
 */
#ifndef GCPKCE_CLI_TOKEN_H
#define GCPKCE_CLI_TOKEN_H

#include "gcpkce/base/clock.h"
#include "gcpkce/base/secret.h"
#include "gcpkce/config/config.h"
#include "gcpkce/config/variables.h"

/*
 * Find the token: in the variable that token_env names, else in the file that
 * GCPKCE_TOKEN_FILE names, which must be a regular file of the caller's own and
 * not a link.
 *
 * out:    ret  *gives* the token
 * errors: OUTCOME_TOKEN_INVALID  there is none, the file is another's, or what
 *                                it holds is not a token; reterr never shows it
 *         OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome token_find(
    const struct config *config, struct secret **ret, struct errinfo *reterr);

/* The value of GCPKCE_TOKEN_EXPIRES, or "" if it is not a time in UTC. */
void token_expires(char ret[static CLOCK_STAMP_LEN + 1]);

#endif
