/* SPDX-License-Identifier: ISC */
/*
 * The claims that OpenID Connect defines for an id_token, as a list of checks.
 * A required claim that is missing is identity_incomplete; null or another JSON
 * type is token_invalid: neither ever counts as a value.  Bytes are compared
 * with their lengths.
 */
#ifndef GCPKCE_CLAIMS_H
#define GCPKCE_CLAIMS_H

#include <json-c/json.h>

#include "gcpkce/oauth/id_token.h"

/* What the checks compare. */
struct claims {
	struct json_object *all;
	const struct id_token_terms *terms;
	bool recorded; /* id_token_judge_recorded's */
	int64_t now_s;
	int64_t started_s;
};

typedef enum outcome claims_check_fn(
    const struct claims *claims, struct errinfo *reterr);

/*
 * Check iss, aud, azp, exp, iat, nbf, nonce and at_hash: docs/DESIGN.md section
 * 4 has the rules.
 *
 * errors: as id_token_verify; OUTCOME_CONFIG_INVALID if a term is empty
 * source: OpenID Connect Core 1.0 sections 3.1.3.7 and 3.1.3.8; RFC 7519
 */
MUST_CHECK enum outcome claims_check(
    const struct claims *claims, struct errinfo *reterr);

/* Make each check, at least one; the first that fails decides. */
MUST_CHECK enum outcome claims_check_all(claims_check_fn *const checks[],
    size_t count, const struct claims *claims, struct errinfo *reterr);

/*
 * Read a claim that must be present, and a string.
 *
 * out:    ret  *borrowed* from the claims
 * errors: OUTCOME_IDENTITY_INCOMPLETE  missing
 *         OUTCOME_TOKEN_INVALID        not a string
 */
MUST_CHECK enum outcome claims_text(const struct claims *claims,
    const char *name, struct view *ret, struct errinfo *reterr);

/* The same for a whole number of seconds since 1970, before the year 10000. */
MUST_CHECK enum outcome claims_time(const struct claims *claims,
    const char *name, int64_t *ret_s, struct errinfo *reterr);

/* Write a reason and return code; the second returns OUTCOME_TOKEN_INVALID. */
enum outcome claims_refuse(
    struct errinfo *reterr, enum outcome code, const char *what);
enum outcome claims_wrong_type(
    struct errinfo *reterr, const char *name, const char *type);

#endif
