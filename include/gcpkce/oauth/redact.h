/* SPDX-License-Identifier: ISC */
/*
 * Echoes: a server, or a gateway before it, may quote the request that it
 * refuses, and with it the secrets that the request carried.  What they say
 * goes to the journal, so it is judged here first.
 */
#ifndef GCPKCE_REDACT_H
#define GCPKCE_REDACT_H

#include "gcpkce/base/errinfo.h"
#include "gcpkce/base/secret.h"
#include "gcpkce/wire/identity.h"

/* What stands in the place of a text that repeats a secret. */
#define ECHO_NOT_SHOWN "(not shown: it repeats a secret)"

/* What requests carry; all *borrowed*, NULL where there is none. */
struct sent_secrets {
	const struct secret *code;
	const struct secret *verifier;
	const struct secret *token;
	const struct secret *client_secret;
	const char *client_id; /* beside client_secret, in HTTP Basic */
};

/*
 * Does a text repeat a secret: code, verifier, token, client secret, or id and
 * secret in base64 as HTTP Basic has them?  The first 8 bytes of one suffice,
 * because the text may be cut behind them.  A secret of fewer bytes must stand
 * there as a word of its own: a code is whatever a person typed, and a single
 * letter is in every sentence.  Percent-encoding counts as what it encodes.
 *
 * Takes no memory.  Its time is bounded by the text's length alone.
 *
 * in:     text      as it came: not cut yet, not escaped yet
 *         confided  nullable: nothing was
 */
bool redact_contains(struct view text, const struct sent_secrets *sent_secrets);

/*
 * Does any field of the record hold this token whole?  People's names and
 * addresses may well begin as a token does.  One of fewer than 8 bytes does not
 * count.
 */
bool redact_contains_in_identity(
    const struct identity *identity, const struct secret *token);

/*
 * Put ECHO_NOT_SHOWN in the place of a whole text that repeats a secret.
 *
 * in:     text  NUL-ended, cap bytes with what is free behind it
 */
void redact_text(
    char *text, size_t cap, const struct sent_secrets *sent_secrets);

#endif
