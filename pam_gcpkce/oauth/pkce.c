/* SPDX-License-Identifier: ISC */
/*
 * Verifiers and challenges of RFC 7636, method S256 alone.  A verifier must
 * never reach an error text.
 */
#include "gcpkce/oauth/pkce.h"

#include <string.h>

#include "gcpkce/oauth/crypto.h"

#define DIGEST_LEN 32

enum outcome
pkce_verifier_new(struct secret **ret_verifier, struct errinfo *reterr)
{
	uint8_t random[DIGEST_LEN];
	autobuf verifier = BUF_INIT(PKCE_VERIFIER_MIN);

	enum outcome r = crypto_random(random, sizeof(random), reterr);
	if (r != OUTCOME_OK)
		return r;
	crypto_base64url(
	    (struct view){.p = random, .len = sizeof(random)}, &verifier);
	explicit_bzero(random, sizeof(random));
	r = buf_check(&verifier);
	if (r == OUTCOME_OK)
		r = secret_new(verifier.p, verifier.len, ret_verifier);
	if (r != OUTCOME_OK)
		return err_set(reterr, r, "no memory for the verifier");
	return OUTCOME_OK;
}

enum outcome
pkce_challenge(struct view verifier, char ret[static PKCE_CHALLENGE_LEN + 1],
    struct errinfo *reterr)
{
	autobuf digest = BUF_INIT(DIGEST_LEN);
	autobuf challenge = BUF_INIT(PKCE_CHALLENGE_LEN);

	enum outcome r = crypto_digest("SHA256", verifier, &digest, reterr);
	if (r != OUTCOME_OK)
		return r;
	crypto_base64url(buf_view(&digest), &challenge);
	r = buf_check(&challenge);
	if (r != OUTCOME_OK || challenge.len != PKCE_CHALLENGE_LEN)
		return err_set(
		    reterr, OUTCOME_NO_MEMORY, "no memory for the challenge");
	memcpy(ret, buf_text(&challenge), PKCE_CHALLENGE_LEN + 1);
	return OUTCOME_OK;
}
