/* SPDX-License-Identifier: ISC */
/*
 * A server, or a gateway before it, may quote the request that it refuses, and
 * with it the secrets in the request.  Their texts go to the journal, so they
 * are checked here first.
 */
#ifndef GCPKCE_REDACT_H
#define GCPKCE_REDACT_H

#include "gcpkce/base/errinfo.h"
#include "gcpkce/base/secret.h"
#include "gcpkce/wire/identity.h"

/* Replaces a text that repeats a secret. */
#define REDACTED "(not shown: it repeats a secret)"

/* The secrets in requests; all *borrowed*, NULL if there is none. */
struct sent_secrets {
	const struct secret *code;
	const struct secret *verifier;
	const char *nonce;
	const struct secret *token;
	const struct secret *id_token;
	const struct secret *client_secret;
	const char *client_id; /* beside client_secret, in HTTP Basic */
};

/*
 * Does a text repeat a secret: code, verifier, nonce, token, id_token, client
 * secret, or id and secret in base64 as in HTTP Basic?  The first 8 bytes of
 * one suffice, because the text may be cut after them.  A secret of fewer bytes
 * must be a word of its own: the user may type anything as a code, and a single
 * letter is in every sentence.  The text is also compared percent-decoded.
 *
 * Allocates no memory.  Its time is bounded by the text's length alone.
 *
 * in:     text          as received: not cut, not escaped
 *         sent_secrets  nullable: no secrets were sent
 */
bool redact_contains(struct view text, const struct sent_secrets *sent_secrets);

/*
 * Does any field of the record contain this whole token?  Names and addresses
 * may well begin like a token, so a part does not count, nor does a token of
 * fewer than 8 bytes.
 */
bool redact_contains_in_identity(
    const struct identity *identity, const struct secret *token);

/*
 * Replace a whole text that repeats a secret by REDACTED.
 *
 * in:     text  NUL-ended; cap is the size of its buffer
 */
void redact_text(
    char *text, size_t cap, const struct sent_secrets *sent_secrets);

#endif
