/* SPDX-License-Identifier: ISC */
/*
 * The id_token of OpenID Connect: signature and claims, read into an identity
 * record.  No input or output, and no clock: bytes, settings and times come
 * from the caller.
 */
#ifndef GCPKCE_ID_TOKEN_H
#define GCPKCE_ID_TOKEN_H

#include "gcpkce/wire/identity.h"

#define ID_TOKEN_MAX (32 * 1024)           /* bytes */
#define JWKS_MAX (64 * 1024)               /* bytes */
#define ID_TOKEN_LIFETIME_MAX (24L * 3600) /* seconds, exp after iat */
#define ID_TOKEN_SKEW_MAX 300L             /* seconds */

/* What an id_token must agree with; strings are *borrowed*. */
struct id_token_terms {
	const char *issuer;
	const char *client_id;
	const char *organization; /* the tenant's id */
	const char *nonce;        /* that was sent */
	bool nonce_if_present;    /* accept a token without a nonce */
	struct view access_token; /* of the same reply */
	int64_t started_s;        /* the sign-in began; seconds since 1970 */
	int64_t now_s;
	long skew_s; /* 0 to ID_TOKEN_SKEW_MAX */
};

/*
 * Verify an id_token with a JWK set and judge its claims.
 *
 * out:    identity     client_id, id, organization_id; the rest is untouched,
 *                      as all is if a check fails, but with
 *                      OUTCOME_WRONG_ORGANIZATION: for a log
 *         ret_unknown  the set has no key for this token: the caller may fetch
 *                      the set again, once, and repeat the call
 * errors: OUTCOME_TOKEN_INVALID        reterr says why, never a byte of it
 *         OUTCOME_IDENTITY_INCOMPLETE  reterr names the missing claim
 *         OUTCOME_WRONG_CLIENT         aud or azp has another client
 *         OUTCOME_WRONG_ORGANIZATION   another tenant
 *         OUTCOME_PARTNER_REFUSED      a claim of an actor or of impersonation,
 *                                      here or in an access token that is a JWT
 *         OUTCOME_REPLY_INVALID        the JWK set cannot be read
 *         OUTCOME_SYSTEM_ERROR         OpenSSL cannot;  OUTCOME_NO_MEMORY
 * source: OpenID Connect Core 1.0 sections 2, 3.1.3.7 and 3.1.3.8
 */
MUST_CHECK enum outcome id_token_verify(struct view token, struct view jwks,
    const struct id_token_terms *terms, struct identity *identity,
    bool *ret_unknown, struct errinfo *reterr);

/*
 * Judge the claims of an id_token that was recorded, without its signature: as
 * id_token_verify at the moment when it was issued, in the sign-in whose nonce
 * they have.  The terms' nonce and times are not read.
 *
 * in:     text   JSON
 *         terms  with no access token, at_hash may be that of any
 */
MUST_CHECK enum outcome id_token_judge_recorded(struct view text,
    const struct id_token_terms *terms, struct identity *identity,
    struct errinfo *reterr);

#endif
