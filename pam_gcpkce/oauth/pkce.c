/* SPDX-License-Identifier: ISC */
/*
 * Verifiers and challenges of RFC 7636, method S256 alone.  The kernel is
 * trusted for randomness, nettle for SHA-256 and base64url: it takes a
 * hundredth of the memory that libcrypto does, and helpers wait in numbers.  A
 * verifier must never reach an error text.
 */
#include "gcpkce/oauth/pkce.h"

#include <nettle/base64.h>
#include <nettle/sha2.h>
#include <nettle/version.h>
#include <string.h>
#include <sys/random.h>

#include "gcpkce/base/text.h"

#define DIGEST_LEN 32

/* Write 43 characters and a NUL to ret. */
static void
base64url_encode(const uint8_t bytes[static DIGEST_LEN],
    char ret[static PKCE_CHALLENGE_LEN + 1])
{
	struct base64_encode_ctx context;

	base64url_encode_init(&context);
	size_t len = base64_encode_update(&context, ret, DIGEST_LEN, bytes);
	(void)base64_encode_final(&context, ret + len);
	ret[PKCE_CHALLENGE_LEN] = '\0'; /* where the padding stood */
	explicit_bzero(&context, sizeof(context));
}

static void
sha256(struct view bytes, uint8_t ret[static DIGEST_LEN])
{
	struct sha256_ctx context;

	sha256_init(&context);
	sha256_update(&context, bytes.len, bytes.p);
#if NETTLE_VERSION_MAJOR >= 4
	sha256_digest(&context, ret);
#else
	sha256_digest(&context, DIGEST_LEN, ret);
#endif
	explicit_bzero(&context, sizeof(context));
}

enum outcome
pkce_verifier_new(struct secret **ret_verifier, struct errinfo *reterr)
{
	uint8_t random[DIGEST_LEN];
	char verifier[PKCE_VERIFIER_MIN + 1];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return err_sys(reterr, OUTCOME_HELPER_FAILED, "getrandom");
	base64url_encode(random, verifier);
	enum outcome r = secret_new(verifier, PKCE_VERIFIER_MIN, ret_verifier);
	explicit_bzero(random, sizeof(random));
	explicit_bzero(verifier, sizeof(verifier));
	if (r != OUTCOME_OK)
		return err_fail(reterr, r, "no memory for the verifier");
	return OUTCOME_OK;
}

bool
pkce_verifier_is_valid(struct view verifier)
{
	if (verifier.len < PKCE_VERIFIER_MIN ||
	    verifier.len > PKCE_VERIFIER_MAX)
		return false;
	for (size_t i = 0; i < verifier.len; i++) {
		if (!text_is_unreserved(verifier.p[i]))
			return false;
	}
	return true;
}

void
pkce_challenge(struct view verifier, char ret[static PKCE_CHALLENGE_LEN + 1])
{
	uint8_t digest[DIGEST_LEN];

	sha256(verifier, digest);
	base64url_encode(digest, ret);
}
