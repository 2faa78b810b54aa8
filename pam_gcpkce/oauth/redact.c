/* SPDX-License-Identifier: ISC */
/*
 * Only the beginning of a secret is searched for.  This also finds a secret
 * that was cut off, and limits the comparison at each position to eight bytes.
 */
#include "gcpkce/oauth/redact.h"

#include <stdio.h>
#include <string.h>

#include "gcpkce/base/query.h"
#include "gcpkce/base/text.h"
#include "gcpkce/oauth/crypto.h"

#define HEAD_LEN 8       /* prefix long enough to be no coincidence */
#define BASIC_HEAD_LEN 6 /* bytes that base64 encodes as HEAD_LEN */

_Static_assert(CRYPTO_BASE64_LEN(BASIC_HEAD_LEN) == HEAD_LEN,
    "the heads are equally long");

/*
 * Is the head at this position?
 *
 * in:     decode  "%HH" counts as the byte that it encodes
 * gives:  where it ends; 0 if it is not there
 */
static size_t
head_end(struct view text, size_t at, struct view head, bool decode)
{
	for (size_t i = 0; i < head.len; i++) {
		int encoded =
		    decode ? query_percent_byte(view_skip(text, at)) : -1;

		if (at >= text.len ||
		    (encoded >= 0 ? encoded : text.p[at]) != head.p[i])
			return 0;
		at += encoded >= 0 ? 3 : 1;
	}
	return at;
}

static bool
is_of_word(int c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') || c == '_';
}

/* Is the text from begin to end a whole word? */
static bool
is_word(struct view text, size_t begin, size_t end)
{
	int before = begin > 0 ? text.p[begin - 1] : ' ';
	int after = end < text.len ? text.p[end] : ' ';

	if (begin >= 3 && query_percent_byte(view_skip(text, begin - 3)) >= 0)
		before = query_percent_byte(view_skip(text, begin - 3));
	if (query_percent_byte(view_skip(text, end)) >= 0)
		after = query_percent_byte(view_skip(text, end));
	return !is_of_word(before) && !is_of_word(after);
}

static bool
secret_is_in(struct view text, struct view secret)
{
	struct view head = {.p = secret.p,
	    .len = secret.len < HEAD_LEN ? secret.len : HEAD_LEN};

	if (head.len == 0)
		return false;
	for (size_t at = 0; at < text.len; at++) {
		if (text.p[at] != head.p[0] && text.p[at] != '%')
			continue;
		for (int decode = 0; decode <= 1; decode++) {
			size_t end = head_end(text, at, head, decode == 1);

			if (end > 0 &&
			    (secret.len >= HEAD_LEN || is_word(text, at, end)))
				return true;
		}
	}
	return false;
}

/* The same for base64 of "id:secret", of which only the head is encoded. */
static bool
basic_is_in(struct view text, const char *id, struct view secret)
{
	uint8_t plain[BASIC_HEAD_LEN];
	autobuf head = BUF_INIT(CRYPTO_BASE64_LEN(BASIC_HEAD_LEN));
	autobuf user = BUF_INIT(3 * IDENTITY_ID_MAX);

	text_put_percent(&user, view_text(id));
	size_t len = user.len < sizeof(plain) ? user.len : sizeof(plain);
	memcpy(plain, buf_text(&user), len);
	if (len < sizeof(plain))
		plain[len++] = ':';
	for (size_t i = 0; len < sizeof(plain) && i < secret.len; i++)
		plain[len++] = secret.p[i];
	crypto_base64((struct view){.p = plain, .len = len}, &head);
	explicit_bzero(plain, sizeof(plain));
	/* out of memory: do not show the text */
	return user.failed || head.failed ||
	    secret_is_in(text, buf_view(&head));
}

bool
redact_contains(struct view text, const struct sent_secrets *sent_secrets)
{
	if (sent_secrets == NULL)
		return false;
	struct view client_secret = secret_view(sent_secrets->client_secret);
	return secret_is_in(text, secret_view(sent_secrets->code)) ||
	    secret_is_in(text, secret_view(sent_secrets->verifier)) ||
	    secret_is_in(text, secret_view(sent_secrets->token)) ||
	    secret_is_in(text, secret_view(sent_secrets->id_token)) ||
	    (sent_secrets->nonce != NULL &&
		secret_is_in(text, view_text(sent_secrets->nonce))) ||
	    secret_is_in(text, client_secret) ||
	    (client_secret.len > 0 && sent_secrets->client_id != NULL &&
		basic_is_in(text, sent_secrets->client_id, client_secret));
}

/* Does a text contain a whole secret? */
static bool
is_whole_in(struct view text, const struct secret *secret)
{
	struct view whole = secret_view(secret);

	return whole.len >= HEAD_LEN && text.len >= whole.len &&
	    memmem(text.p, text.len, whole.p, whole.len) != NULL;
}

bool
redact_contains_in_identity(
    const struct identity *identity, const struct secret *token)
{
	const struct view texts[] = {
	    view_text(identity->id),
	    view_text(identity->email),
	    view_text(identity->state),
	    view_text(identity->client_id),
	    view_text(identity->organization_id),
	    view_text(identity->home_organization_id),
	    view_text(identity->scopes),
	    buf_view(&identity->groups.ids),
	    buf_view(&identity->roles.ids),
	    buf_view(&identity->divisions.ids),
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (is_whole_in(texts[i], token))
			return true;
	}
	return false;
}

void
redact_text(char *text, size_t cap, const struct sent_secrets *sent_secrets)
{
	if (redact_contains(view_text(text), sent_secrets))
		(void)snprintf(text, cap, "%s", REDACTED);
}
