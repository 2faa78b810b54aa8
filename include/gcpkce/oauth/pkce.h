/* SPDX-License-Identifier: ISC */
/*
 * Proof Key for Code Exchange (RFC 7636), method S256 alone.
 */
#ifndef GCPKCE_PKCE_H
#define GCPKCE_PKCE_H

#include "gcpkce/base/errinfo.h"
#include "gcpkce/base/secret.h"

#define PKCE_VERIFIER_MIN 43
#define PKCE_VERIFIER_MAX 128
#define PKCE_CHALLENGE_LEN 43 /* base64url of a SHA-256, no padding */

/*
 * Make a verifier: 32 bytes of OpenSSL's generator as 43 characters
 * of unpadded base64url.
 *
 * out:    ret_verifier  *gives* the secret
 * errors: OUTCOME_SYSTEM_ERROR  the generator failed;  OUTCOME_NO_MEMORY
 * source: RFC 7636 section 4.1; RAND_bytes(3)
 */
MUST_CHECK enum outcome pkce_verifier_new(
    struct secret **ret_verifier, struct errinfo *reterr);

/*
 * Make the challenge of a verifier: BASE64URL(SHA256(verifier)).
 *
 * in:     verifier  any bytes
 * out:    ret       43 characters and a NUL
 * errors: OUTCOME_SYSTEM_ERROR  OpenSSL has no SHA-256;  OUTCOME_NO_MEMORY
 * source: RFC 7636 section 4.2; test vector: appendix B
 */
MUST_CHECK enum outcome pkce_challenge(struct view verifier,
    char ret[static PKCE_CHALLENGE_LEN + 1], struct errinfo *reterr);

#endif
