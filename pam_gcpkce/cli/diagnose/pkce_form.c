/* SPDX-License-Identifier: ISC */
/*
 * A challenge is made in three steps: what is hashed, how, and how the digest
 * is written.  Each step has a table of ways, the right one first.
 */
#include "pkce_form.h"

#include <nettle/base64.h>
#include <nettle/md5.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <nettle/version.h>
#include <string.h>

#include "gcpkce/base/text.h"

#define FORM_MAX (64 * PKCE_FAULT_TEXT_MAX) /* more than the longest */
#define DIGEST_MAX 64

struct view
pkce_form_line(struct view text)
{
	while (text.len > 0 &&
	    (text.p[text.len - 1] == '\n' || text.p[text.len - 1] == '\r'))
		text.len--;
	return text;
}

static const char hex_lower[] = "0123456789abcdef";
static const char hex_upper[] = "0123456789ABCDEF";

/* ---- what is hashed: false where it would be the verifier again ---- */

static bool
text_as_is(struct view verifier, struct buf *text)
{
	buf_put(text, verifier.p, verifier.len);
	return true;
}

static bool
text_lf(struct view verifier, struct buf *text)
{
	buf_put(text, verifier.p, verifier.len);
	buf_put_byte(text, '\n');
	return true;
}

static bool
text_crlf(struct view verifier, struct buf *text)
{
	buf_put(text, verifier.p, verifier.len);
	buf_put_text(text, "\r\n");
	return true;
}

static bool
text_nul(struct view verifier, struct buf *text)
{
	buf_put(text, verifier.p, verifier.len);
	buf_put_byte(text, '\0');
	return true;
}

static bool
text_no_newline(struct view verifier, struct buf *text)
{
	struct view line = pkce_form_line(verifier);

	buf_put(text, line.p, line.len);
	return line.len < verifier.len;
}

static bool
text_utf16le(struct view verifier, struct buf *text)
{
	for (size_t i = 0; i < verifier.len; i++) {
		buf_put_byte(text, verifier.p[i]);
		buf_put_byte(text, 0);
	}
	return true;
}

static bool
text_utf16be(struct view verifier, struct buf *text)
{
	for (size_t i = 0; i < verifier.len; i++) {
		buf_put_byte(text, 0);
		buf_put_byte(text, verifier.p[i]);
	}
	return true;
}

static bool
text_quoted(struct view verifier, struct buf *text)
{
	buf_put_byte(text, '"');
	buf_put(text, verifier.p, verifier.len);
	buf_put_byte(text, '"');
	return true;
}

static bool
text_raw_bytes(struct view verifier, struct buf *text)
{
	struct base64_decode_ctx context;
	autofree uint8_t *raw = malloc(BASE64_DECODE_LENGTH(verifier.len) + 1);
	size_t len = BASE64_DECODE_LENGTH(verifier.len);

	if (raw == NULL) {
		text->failed = true;
		return false;
	}
	base64url_decode_init(&context);
	bool good = base64_decode_update(&context, &len, raw, verifier.len,
			(const char *)verifier.p) == 1;
	if (good)
		buf_put(text, raw, len);
	explicit_bzero(raw, BASE64_DECODE_LENGTH(verifier.len) + 1);
	return good;
}

static bool
text_padded(struct view verifier, struct buf *text)
{
	buf_put(text, verifier.p, verifier.len);
	for (size_t len = verifier.len; len % 4 != 0; len++)
		buf_put_byte(text, '=');
	return verifier.len % 4 != 0;
}

static bool
text_case(struct view verifier, struct buf *text)
{
	for (size_t i = 0; i < verifier.len; i++)
		buf_put_byte(text, text_lower(verifier.p[i]));
	return true;
}

/* As some libraries do it, which encode '~', too. */
static bool
text_percent(struct view verifier, struct buf *text)
{
	for (size_t i = 0; i < verifier.len; i++) {
		uint8_t c = verifier.p[i];

		if (text_is_unreserved(c) && c != '~')
			buf_put_byte(text, c);
		else
			buf_printf(text, "%%%02X", c);
	}
	return true;
}

static bool
text_nothing(struct view verifier, struct buf *text)
{
	(void)verifier;
	(void)text;
	return true;
}

static const struct {
	enum pkce_fault fault;
	bool (*put)(struct view verifier, struct buf *text);
} texts[] = {
    {PKCE_FAULT_NONE, text_as_is},
    {PKCE_FAULT_LF, text_lf},
    {PKCE_FAULT_CRLF, text_crlf},
    {PKCE_FAULT_NUL, text_nul},
    {PKCE_FAULT_NO_NEWLINE, text_no_newline},
    {PKCE_FAULT_UTF16LE, text_utf16le},
    {PKCE_FAULT_UTF16BE, text_utf16be},
    {PKCE_FAULT_QUOTED, text_quoted},
    {PKCE_FAULT_RAW_BYTES, text_raw_bytes},
    {PKCE_FAULT_TEXT_PADDED, text_padded},
    {PKCE_FAULT_TEXT_CASE, text_case},
    {PKCE_FAULT_TEXT_PERCENT, text_percent},
    {PKCE_FAULT_NOTHING, text_nothing},
};

/* ---- how it is hashed ---- */

static void
hex_put(struct buf *hex, struct view bytes, const char *digits)
{
	for (size_t i = 0; i < bytes.len; i++) {
		buf_put_byte(hex, (uint8_t)digits[bytes.p[i] >> 4]);
		buf_put_byte(hex, (uint8_t)digits[bytes.p[i] & 0xf]);
	}
}

static void
hash_put(const struct nettle_hash *hash, struct view text, struct buf *digest)
{
	union {
		struct md5_ctx md5;
		struct sha1_ctx sha1;
		struct sha256_ctx sha256;
		struct sha512_ctx sha512; /* and of SHA-384 */
	} context;
	uint8_t bytes[DIGEST_MAX];

	hash->init(&context);
	hash->update(&context, text.len, text.p);
#if NETTLE_VERSION_MAJOR >= 4
	hash->digest(&context, bytes);
#else
	hash->digest(&context, hash->digest_size, bytes);
#endif
	buf_put(digest, bytes, hash->digest_size);
	explicit_bzero(&context, sizeof(context));
	explicit_bzero(bytes, sizeof(bytes));
}

static void
hash_once(struct view text, const struct nettle_hash *hash, struct buf *digest)
{
	hash_put(hash, text, digest);
}

static void
hash_twice(struct view text, const struct nettle_hash *hash, struct buf *digest)
{
	autobuf first = BUF_INIT(DIGEST_MAX);

	hash_put(hash, text, &first);
	hash_put(hash, buf_view(&first), digest);
}

static void
hash_hex(struct view text, const struct nettle_hash *hash, struct buf *digest)
{
	autobuf first = BUF_INIT(DIGEST_MAX);
	autobuf hex = BUF_INIT(2 * DIGEST_MAX);

	hash_put(hash, text, &first);
	hex_put(&hex, buf_view(&first), hex_lower);
	hash_put(hash, buf_view(&hex), digest);
}

static void
hash_none(struct view text, const struct nettle_hash *hash, struct buf *digest)
{
	(void)hash;
	buf_put(digest, text.p, text.len);
}

static const struct {
	enum pkce_fault fault;
	void (*put)(struct view text, const struct nettle_hash *hash,
	    struct buf *digest);
	const struct nettle_hash *hash;
} hashes[] = {
    {PKCE_FAULT_NONE, hash_once, &nettle_sha256},
    {PKCE_FAULT_SHA1, hash_once, &nettle_sha1},
    {PKCE_FAULT_SHA384, hash_once, &nettle_sha384},
    {PKCE_FAULT_SHA512, hash_once, &nettle_sha512},
    {PKCE_FAULT_MD5, hash_once, &nettle_md5},
    {PKCE_FAULT_TWICE, hash_twice, &nettle_sha256},
    {PKCE_FAULT_OF_HEX, hash_hex, &nettle_sha256},
    {PKCE_FAULT_NOT_HASHED, hash_none, NULL},
};

/* ---- how the digest is written, but for padding ---- */

static void
base64_put(struct buf *form, struct view bytes, bool url)
{
	struct base64_encode_ctx context;
	char four[BASE64_ENCODE_LENGTH(1) + BASE64_ENCODE_FINAL_LENGTH];

	if (url)
		base64url_encode_init(&context);
	else
		base64_encode_init(&context);
	for (size_t i = 0; i < bytes.len; i++)
		buf_put(form, four,
		    base64_encode_update(&context, four, 1, bytes.p + i));
	size_t len = base64_encode_final(&context, four);
	while (len > 0 && four[len - 1] == '=')
		len--;
	buf_put(form, four, len);
}

static void
form_base64url(struct view digest, struct buf *form)
{
	base64_put(form, digest, true);
}

static void
form_base64(struct view digest, struct buf *form)
{
	base64_put(form, digest, false);
}

static void
form_hex(struct view digest, struct buf *form)
{
	hex_put(form, digest, hex_lower);
}

static void
form_hex_upper(struct view digest, struct buf *form)
{
	hex_put(form, digest, hex_upper);
}

static void
form_again(struct view digest, struct buf *form,
    void (*put)(struct view, struct buf *))
{
	autobuf inner = BUF_INIT(FORM_MAX);

	put(digest, &inner);
	form->failed |= inner.failed;
	base64_put(form, buf_view(&inner), true);
}

static void
form_hex_encoded(struct view digest, struct buf *form)
{
	form_again(digest, form, form_hex);
}

static void
form_hex_upper_encoded(struct view digest, struct buf *form)
{
	form_again(digest, form, form_hex_upper);
}

static void
form_twice(struct view digest, struct buf *form)
{
	form_again(digest, form, form_base64url);
}

static const struct {
	enum pkce_fault fault;
	void (*put)(struct view digest, struct buf *form);
} forms[] = {
    {PKCE_FAULT_NONE, form_base64url},
    {PKCE_FAULT_STANDARD, form_base64},
    {PKCE_FAULT_HEX, form_hex},
    {PKCE_FAULT_HEX_UPPER, form_hex_upper},
    {PKCE_FAULT_HEX_ENCODED, form_hex_encoded},
    {PKCE_FAULT_HEX_UPPER_ENCODED, form_hex_upper_encoded},
    {PKCE_FAULT_ENCODED_TWICE, form_twice},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

bool
pkce_form_way(size_t i, struct pkce_way *ret)
{
	size_t text = i / COUNT(forms) / COUNT(hashes);
	size_t hash = i / COUNT(forms) % COUNT(hashes);
	size_t form = i % COUNT(forms);

	if (text >= COUNT(texts))
		return false;
	*ret = (struct pkce_way){
	    .text = text,
	    .hash = hash,
	    .form = form,
	    .mistakes = (size_t)(text > 0) + (hash > 0) + (form > 0),
	    .faults = {texts[text].fault, hashes[hash].fault,
		forms[form].fault},
	};
	return true;
}

enum outcome
pkce_form_make(struct view verifier, const struct pkce_way *way,
    struct buf *form, bool *ret_made)
{
	autobuf text = BUF_INIT(FORM_MAX);
	autobuf digest = BUF_INIT(FORM_MAX);

	*form = BUF_INIT(FORM_MAX);
	*ret_made = texts[way->text].put(verifier, &text);
	if (buf_check(&text) != OUTCOME_OK)
		return OUTCOME_NO_MEMORY;
	hashes[way->hash].put(buf_view(&text), hashes[way->hash].hash, &digest);
	if (buf_check(&digest) != OUTCOME_OK)
		return OUTCOME_NO_MEMORY;
	forms[way->form].put(buf_view(&digest), form);
	return buf_check(form);
}
