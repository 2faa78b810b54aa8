/* SPDX-License-Identifier: ISC */
#include "pkce_lint.h"

#include <string.h>

#include "gcpkce/base/text.h"
#include "gcpkce/oauth/crypto.h"
#include "gcpkce/oauth/pkce.h"

#define CHALLENGE_MAX PKCE_LINT_TEXT_MAX /* of those that are made here */
#define TRUNCATED_MIN 8 /* characters that are no coincidence */

static void
put_hex(struct view digest, struct buf *ret)
{
	for (size_t i = 0; i < digest.len; i++)
		buf_printf(ret, "%02x", digest.p[i]);
}

static void
put_as_it_is(struct view text, struct buf *ret)
{
	buf_put(ret, text.p, text.len);
}

static bool
same_unpadded(struct view a, struct view b)
{
	return view_eq(view_trim(a, "="), view_trim(b, "="));
}

static bool
is_beginning(struct view challenge, struct view whole)
{
	return challenge.len >= TRUNCATED_MIN && challenge.len < whole.len &&
	    memcmp(challenge.p, whole.p, challenge.len) == 0;
}

typedef void encoder(struct view bytes, struct buf *ret);

static const struct encoding {
	const char *digest; /* NULL: none */
	const char *suffix; /* hashed after the verifier */
	encoder *first;     /* NULL: none */
	encoder *second;
	bool (*is_same)(struct view challenge, struct view made);
} right = {"SHA256", "", NULL, crypto_base64url, view_eq};

static const struct row {
	struct pkce_mistake mistake;
	struct encoding encoding;
} rows[] = {
#define ENCODING(suffix, name, digest, after, first, second, is_same, text) \
	{{name, text}, {digest, after, first, second, is_same}},
#define OTHER(suffix, name, text) {{name, text}, {0}},
#include "pkce_mistake.def"
#undef ENCODING
#undef OTHER
};

enum {
#define ENCODING(suffix, ...) suffix,
#define OTHER(suffix, ...) suffix,
#include "pkce_mistake.def"
#undef ENCODING
#undef OTHER
};

/* Make a challenge in this way, and compare. */
static enum outcome
encoding_try(const struct encoding *e, struct view verifier,
    struct view challenge, bool *ret_same, struct errinfo *reterr)
{
	autobuf text = BUF_INIT(PKCE_LINT_TEXT_MAX + 2);
	autobuf digest = BUF_INIT(PKCE_LINT_TEXT_MAX + 2);
	autobuf once = BUF_INIT(CHALLENGE_MAX);
	autobuf made = BUF_INIT(CHALLENGE_MAX);
	enum outcome r = OUTCOME_OK;

	*ret_same = false;
	buf_put(&text, verifier.p, verifier.len);
	buf_put_text(&text, e->suffix);
	if (e->digest == NULL)
		put_as_it_is(buf_view(&text), &digest);
	else
		r = crypto_digest(e->digest, buf_view(&text), &digest, reterr);
	if (r != OUTCOME_OK)
		return r;
	(e->first != NULL ? e->first : put_as_it_is)(buf_view(&digest), &once);
	e->second(buf_view(&once), &made);
	if (text.failed || digest.failed || once.failed || made.failed)
		return OUTCOME_NO_MEMORY;
	*ret_same = e->is_same(challenge, buf_view(&made));
	return OUTCOME_OK;
}

static void
mistake_add(struct pkce_lint *lint, size_t row)
{
	lint->mistakes[lint->count++] = rows[row].mistake;
}

static enum outcome
challenge_judge(struct view verifier, struct view challenge,
    struct pkce_lint *lint, struct errinfo *reterr)
{
	bool same = false;
	enum outcome r =
	    encoding_try(&right, verifier, challenge, &same, reterr);

	for (size_t i = 0; i < OTHER_VERIFIER && !same; i++) {
		bool swap = i == SWAPPED;

		if (r != OUTCOME_OK)
			return r;
		r = encoding_try(&rows[i].encoding, swap ? challenge : verifier,
		    swap ? verifier : challenge, &same, reterr);
		if (i == SHA1 && r == OUTCOME_SYSTEM_ERROR) {
			lint->sha1_not_compared = true;
			r = OUTCOME_OK;
		}
		if (same)
			mistake_add(lint, i);
	}
	if (r == OUTCOME_OK && !same)
		mistake_add(lint, OTHER_VERIFIER);
	return r;
}

static void
verifier_judge(struct view verifier, struct pkce_lint *lint)
{
	bool foreign = false;

	for (size_t i = 0; i < verifier.len; i++)
		foreign |= !text_is_unreserved(verifier.p[i]);
	if (verifier.len < PKCE_VERIFIER_MIN)
		mistake_add(lint, VERIFIER_SHORT);
	if (verifier.len > PKCE_VERIFIER_MAX)
		mistake_add(lint, VERIFIER_LONG);
	if (foreign)
		mistake_add(lint, VERIFIER_CHARACTERS);
}

enum outcome
pkce_lint(struct view verifier, struct view challenge, struct pkce_lint *ret,
    struct errinfo *reterr)
{
	*ret = (struct pkce_lint){0};
	if (verifier.len > PKCE_LINT_TEXT_MAX ||
	    challenge.len > PKCE_LINT_TEXT_MAX)
		return err_set(reterr, OUTCOME_NO_MEMORY,
		    "verifier or challenge is longer than %d bytes",
		    PKCE_LINT_TEXT_MAX);
	enum outcome r = challenge.p == NULL
	    ? OUTCOME_OK
	    : challenge_judge(verifier, challenge, ret, reterr);
	verifier_judge(verifier, ret);
	return r;
}
