/* SPDX-License-Identifier: ISC */
/* The address that is shown, and what an answer to it must match. */
#ifndef GCPKCE_HELPER_ADDRESS_H
#define GCPKCE_HELPER_ADDRESS_H

#include "gcpkce/oauth/answer.h"
#include "gcpkce/oauth/authorize.h"
#include "gcpkce/wire/wire.h"

#define ADDRESS_EARLIER_MAX 20 /* as many addresses as there are attempts */

/* All-zero bytes are none. */
struct address {
	struct secret *verifier; /* *owned* */
	char challenge[PKCE_CHALLENGE_LEN + 1];
	char state[STATE_MAX + 1];
	char nonce[PKCE_CHALLENGE_LEN + 1]; /* the challenge's own digest */
	int64_t made_ms;
	char earlier[ADDRESS_EARLIER_MAX][STATE_HASH_LEN + 1];
	size_t earlier_count;
};

/* Make a new verifier, and so a new address; the old state is remembered. */
MUST_CHECK enum outcome address_renew(struct address *a, const char *user,
    const char *host, const char *redirect_uri, struct errinfo *reterr);

/* Append the address, of the start page if there is one. */
void address_put(const struct address *a, const struct wire_request *request,
    struct buf *text);

/* What an answer must match; *borrowed* from a. */
struct answer_terms address_terms(
    const struct address *a, const struct wire_request *request);

#endif
