/* SPDX-License-Identifier: ISC */
#include "pkce_lint.h"

#include <string.h>

#include "gcpkce/base/text.h"
#include "gcpkce/oauth/crypto.h"
#include "gcpkce/oauth/pkce.h"

#define CHALLENGE_MAX 256 /* more than the longest that is made here */
#define TRUNCATED_MIN 8   /* characters that are no coincidence */

/* ---- how a digest is encoded ---- */

static void
put_base64url_padded(struct view digest, struct buf *ret)
{
	crypto_base64url(digest, ret);
	while (ret->len % 4 != 0 && !ret->failed)
		buf_put_byte(ret, '=');
}

static void
put_base64_unpadded(struct view digest, struct buf *ret)
{
	crypto_base64(digest, ret);
	while (ret->len > 0 && ret->p[ret->len - 1] == '=')
		ret->len--;
}

static void
put_hex(struct view digest, struct buf *ret)
{
	for (size_t i = 0; i < digest.len; i++)
		buf_printf(ret, "%02x", digest.p[i]);
}

static void
put_hex_encoded(struct view digest, struct buf *ret)
{
	autobuf hex = BUF_INIT(2 * CRYPTO_DIGEST_MAX);

	put_hex(digest, &hex);
	crypto_base64url(buf_view(&hex), ret);
	ret->failed |= hex.failed;
}

static void
put_encoded_twice(struct view digest, struct buf *ret)
{
	autobuf once = BUF_INIT(CRYPTO_BASE64_LEN(CRYPTO_DIGEST_MAX));

	crypto_base64url(digest, &once);
	crypto_base64url(buf_view(&once), ret);
	ret->failed |= once.failed;
}

/* The ways in which challenges are made, the right one first. */
static const struct encoding {
	enum pkce_mistake mistake;
	const char *digest;
	const char *suffix; /* hashed after the verifier */
	void (*put)(struct view digest, struct buf *ret);
} encodings[] = {
    {PKCE_MISTAKE_NONE, "SHA256", "", crypto_base64url},
    {PKCE_MISTAKE_PADDED, "SHA256", "", put_base64url_padded},
    {PKCE_MISTAKE_STANDARD_BASE64, "SHA256", "", crypto_base64},
    {PKCE_MISTAKE_STANDARD_BASE64, "SHA256", "", put_base64_unpadded},
    {PKCE_MISTAKE_HEX, "SHA256", "", put_hex},
    {PKCE_MISTAKE_HEX_ENCODED, "SHA256", "", put_hex_encoded},
    {PKCE_MISTAKE_ENCODED_TWICE, "SHA256", "", put_encoded_twice},
    {PKCE_MISTAKE_HASHED_LF, "SHA256", "\n", crypto_base64url},
    {PKCE_MISTAKE_HASHED_CRLF, "SHA256", "\r\n", crypto_base64url},
    {PKCE_MISTAKE_SHA1, "SHA1", "", crypto_base64url},
};

static enum outcome
encoding_put(const struct encoding *encoding, struct view verifier,
    struct buf *ret, struct errinfo *reterr)
{
	autobuf text = BUF_INIT(PKCE_LINT_TEXT_MAX + 2);
	autobuf digest = BUF_INIT(CRYPTO_DIGEST_MAX);

	buf_put(&text, verifier.p, verifier.len);
	buf_put_text(&text, encoding->suffix);
	enum outcome r = buf_check(&text);
	if (r == OUTCOME_OK)
		r = crypto_digest(
		    encoding->digest, buf_view(&text), &digest, reterr);
	if (r != OUTCOME_OK)
		return r;
	encoding->put(buf_view(&digest), ret);
	r = buf_check(&digest);
	return r == OUTCOME_OK ? buf_check(ret) : r;
}

/* ---- the comparison ---- */

static bool
encoding_matches(
    const struct encoding *encoding, struct view challenge, struct view made)
{
	return encoding->mistake == PKCE_MISTAKE_HEX
	    ? text_eq_nocase(challenge, made)
	    : view_eq(challenge, made);
}

/* What the comparison of the challenge with the right one shows. */
static enum pkce_mistake
neighbour_find(struct view challenge, struct view right)
{
	if (challenge.len >= TRUNCATED_MIN && challenge.len < right.len &&
	    memcmp(challenge.p, right.p, challenge.len) == 0)
		return PKCE_MISTAKE_TRUNCATED;
	return text_eq_nocase(challenge, right) ? PKCE_MISTAKE_CHALLENGE_CASE
						: PKCE_MISTAKE_OTHER_VERIFIER;
}

static enum outcome
challenge_judge(struct view verifier, struct view challenge,
    struct pkce_lint *lint, enum pkce_mistake *ret, struct errinfo *reterr)
{
	char right[PKCE_CHALLENGE_LEN + 1];
	char swapped[PKCE_CHALLENGE_LEN + 1];

	for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
		autobuf made = BUF_INIT(CHALLENGE_MAX);
		enum outcome r =
		    encoding_put(&encodings[i], verifier, &made, reterr);

		*ret = encodings[i].mistake;
		if (r == OUTCOME_OK &&
		    encoding_matches(&encodings[i], challenge, buf_view(&made)))
			return OUTCOME_OK;
		if (r == OUTCOME_SYSTEM_ERROR && *ret == PKCE_MISTAKE_SHA1)
			lint->sha1_not_compared = true;
		else if (r != OUTCOME_OK)
			return r;
	}
	enum outcome r = pkce_challenge(verifier, right, reterr);
	if (r == OUTCOME_OK)
		r = pkce_challenge(challenge, swapped, reterr);
	if (r != OUTCOME_OK)
		return r;
	if (view_eq(challenge, verifier))
		*ret = PKCE_MISTAKE_PLAIN;
	else if (view_eq(view_text(swapped), verifier))
		*ret = PKCE_MISTAKE_SWAPPED;
	else
		*ret = neighbour_find(challenge, view_text(right));
	return OUTCOME_OK;
}

static void
mistake_add(struct pkce_lint *lint, enum pkce_mistake mistake)
{
	if (mistake != PKCE_MISTAKE_NONE)
		lint->mistakes[lint->count++] = mistake;
}

static void
verifier_judge(struct view verifier, struct pkce_lint *lint)
{
	bool foreign = false;

	for (size_t i = 0; i < verifier.len; i++)
		foreign |= !text_is_unreserved(verifier.p[i]);
	if (verifier.len < PKCE_VERIFIER_MIN)
		mistake_add(lint, PKCE_MISTAKE_VERIFIER_SHORT);
	if (verifier.len > PKCE_VERIFIER_MAX)
		mistake_add(lint, PKCE_MISTAKE_VERIFIER_LONG);
	if (foreign)
		mistake_add(lint, PKCE_MISTAKE_VERIFIER_CHARACTERS);
}

enum outcome
pkce_lint(struct view verifier, struct view challenge, struct pkce_lint *ret,
    struct errinfo *reterr)
{
	enum pkce_mistake mistake = PKCE_MISTAKE_NONE;
	enum outcome r = OUTCOME_OK;

	*ret = (struct pkce_lint){0};
	if (verifier.len > PKCE_LINT_TEXT_MAX ||
	    challenge.len > PKCE_LINT_TEXT_MAX)
		return err_set(reterr, OUTCOME_NO_MEMORY,
		    "verifier or challenge is longer than %d bytes",
		    PKCE_LINT_TEXT_MAX);
	if (challenge.p != NULL)
		r = challenge_judge(verifier, challenge, ret, &mistake, reterr);
	mistake_add(ret, mistake);
	verifier_judge(verifier, ret);
	return r;
}

const char *
pkce_mistake_name(enum pkce_mistake mistake)
{
	static const char *const names[PKCE_MISTAKE_COUNT] = {"",
#define X(suffix, name, sentence) name,
	    PKCE_MISTAKE_TABLE(X)
#undef X
	};

	return names[mistake];
}

const char *
pkce_mistake_text(enum pkce_mistake mistake)
{
	static const char *const texts[PKCE_MISTAKE_COUNT] = {"",
#define X(suffix, name, sentence) sentence,
	    PKCE_MISTAKE_TABLE(X)
#undef X
	};

	return texts[mistake];
}
