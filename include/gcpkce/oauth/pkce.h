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
 * Make a verifier: 32 bytes of the kernel's generator as 43 characters
 * of unpadded base64url.
 *
 * out:    ret_verifier  *gives* the secret
 * errors: OUTCOME_HELPER_FAILED  the generator refused;  OUTCOME_NO_MEMORY
 * source: RFC 7636 section 4.1; getrandom(2)
 */
MUST_CHECK enum outcome pkce_verifier_new(
    struct secret **ret_verifier, struct errinfo *reterr);

/*
 * Is this a code verifier: 43 to 128 bytes of [A-Za-z0-9-._~]?
 *
 * source: RFC 7636 section 4.1
 */
bool pkce_verifier_is_valid(struct view verifier);

/*
 * Make the challenge of a verifier: BASE64URL(SHA256(verifier)).
 *
 * in:     verifier  any bytes (pkce_verifier_is_valid judges them)
 * out:    ret       43 characters and a NUL
 * source: RFC 7636 section 4.2; test vector: appendix B
 */
void pkce_challenge(
    struct view verifier, char ret[static PKCE_CHALLENGE_LEN + 1]);

#endif
