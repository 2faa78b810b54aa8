/* SPDX-License-Identifier: ISC */
/*
 * The provider's keys (RFC 7517), and which of them may verify a token.
 */
#ifndef GCPKCE_JWKS_H
#define GCPKCE_JWKS_H

#include "jws.h"

#define JWKS_KEYS_MAX 64
#define JWKS_TRIES_MAX 8
#define JWKS_BITS_MIN 2048
#define JWKS_BITS_MAX 8192

/*
 * Verify a token's signature with the keys that fit it.  A key fits if it has
 * kty RSA, the token's kid (any, if the token has none), use sig or no use, alg
 * RS256 or no alg, verify among its key_ops or no key_ops, no private part, an
 * odd n of 2048 to 8192 bits, an odd e of 3 to 2^32 - 1, and no zeros before
 * either.  Others are skipped, so that one broken key harms no other.  All that
 * fit are tried, in any order; if they are more than JWKS_TRIES_MAX, none is.
 *
 * in:     jwks  a JWK set, at most JWKS_MAX bytes
 * out:    ret_unknown  no key fits, or the token names none and none verifies
 *                      it: the set may be older than the token
 * errors: OUTCOME_TOKEN_INVALID  no key that fits verifies it; reterr says why
 *         OUTCOME_REPLY_INVALID  not a JWK set, or larger than allowed
 *         OUTCOME_SYSTEM_ERROR   OpenSSL cannot;  OUTCOME_NO_MEMORY
 * source: RFC 7517 sections 4 and 5; RFC 7518 sections 3.3 and 6.3.1;
 *         OpenID Connect Core 1.0 section 10.1
 */
MUST_CHECK enum outcome jwks_verify(struct view jwks, const struct jws *jws,
    bool *ret_unknown, struct errinfo *reterr);

/*
 * How many keys of a set could verify a token, OpenSSL's judgement apart.
 *
 * out:    ret  0 with an error
 * errors: OUTCOME_TOKEN_INVALID  none; reterr says why the last one could not
 *         others as above
 */
MUST_CHECK enum outcome jwks_count(
    struct view jwks, size_t *ret, struct errinfo *reterr);

#endif
