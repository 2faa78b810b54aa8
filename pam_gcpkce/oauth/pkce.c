/* SPDX-License-Identifier: ISC */
/*
 * Verifiers and challenges of RFC 7636, method S256 alone.  The kernel is
 * trusted for randomness, nettle for SHA-256: it takes a hundredth of the
 * memory that libcrypto does, and helpers wait in numbers.  A verifier must
 * never reach an error text.
 */
#include "gcpkce/pkce.h"

#include <nettle/sha2.h>
#include <nettle/version.h>
#include <string.h>
#include <sys/random.h>

#include "gcpkce/text.h"

#define DIGEST_LEN 32
#define HEX_LEN (2 * DIGEST_LEN)
#define BASE64_LEN(bytes) (((bytes)*4 + 2) / 3) /* without padding */

static const char base64url_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char base64_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Write BASE64_LEN(len) characters and a NUL to ret. */
static void
base64_encode(const uint8_t *bytes, size_t len, const char *alphabet, char *ret)
{
	uint32_t bits = 0;
	unsigned int held = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | bytes[i];
		held += 8;
		while (held >= 6) {
			held -= 6;
			*ret++ = alphabet[bits >> held & 0x3f];
		}
	}
	if (held > 0)
		*ret++ = alphabet[bits << (6 - held) & 0x3f];
	*ret = '\0';
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
	base64_encode(random, sizeof(random), base64url_alphabet, verifier);
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
	base64_encode(digest, sizeof(digest), base64url_alphabet, ret);
}

/* A verifier's challenge, and the wrong ones that people make of it. */
struct forms {
	char right[PKCE_CHALLENGE_LEN + 1];
	char standard[PKCE_CHALLENGE_LEN + 1];
	char hex[HEX_LEN + 1];
	char hex_hashed[BASE64_LEN(HEX_LEN) + 1];
	char hex_hashed_upper[BASE64_LEN(HEX_LEN) + 1];
	char newline[PKCE_CHALLENGE_LEN + 1]; /* one newline more, or less */
};

/* Put the digest in hexadecimal; digits is a string of 16. */
static void
hex_encode(const uint8_t digest[static DIGEST_LEN], const char *digits,
    char ret[static HEX_LEN + 1])
{
	for (size_t i = 0; i < DIGEST_LEN; i++) {
		ret[2 * i] = digits[digest[i] >> 4];
		ret[2 * i + 1] = digits[digest[i] & 0xf];
	}
	ret[HEX_LEN] = '\0';
}

static struct view
without_newline(struct view text)
{
	while (text.len > 0 &&
	    (text.p[text.len - 1] == '\n' || text.p[text.len - 1] == '\r'))
		text.len--;
	return text;
}

static struct view
without_padding(struct view text)
{
	while (text.len > 0 && text.p[text.len - 1] == '=')
		text.len--;
	return text;
}

static enum outcome
forms_make(struct view verifier, struct forms *ret, struct errinfo *reterr)
{
	uint8_t digest[DIGEST_LEN];
	struct view other = without_newline(verifier);
	autobuf longer = BUF_INIT(verifier.len + 1);

	sha256(verifier, digest);
	base64_encode(digest, DIGEST_LEN, base64url_alphabet, ret->right);
	base64_encode(digest, DIGEST_LEN, base64_alphabet, ret->standard);
	hex_encode(digest, "0123456789ABCDEF", ret->hex);
	base64_encode((const uint8_t *)ret->hex, HEX_LEN, base64url_alphabet,
	    ret->hex_hashed_upper);
	hex_encode(digest, "0123456789abcdef", ret->hex);
	base64_encode((const uint8_t *)ret->hex, HEX_LEN, base64url_alphabet,
	    ret->hex_hashed);

	if (other.len == verifier.len) {
		buf_put(&longer, verifier.p, verifier.len);
		buf_put_byte(&longer, '\n');
		if (buf_check(&longer) != OUTCOME_OK)
			return err_fail(reterr, OUTCOME_NO_MEMORY,
			    "no memory for the verifier");
		other = buf_view(&longer);
	}
	pkce_challenge(other, ret->newline);
	return OUTCOME_OK;
}

enum outcome
pkce_compare(struct view verifier, struct view challenge, enum pkce_match *ret,
    struct errinfo *reterr)
{
	struct forms forms;

	enum outcome r = forms_make(verifier, &forms, reterr);
	if (r != OUTCOME_OK)
		return r;

	struct view right = view_text(forms.right);
	struct view line = without_newline(challenge);
	struct view bare = without_padding(line);
	if (view_eq(challenge, right))
		*ret = PKCE_MATCH_RIGHT;
	else if (view_eq(challenge, verifier) || view_eq(line, verifier))
		*ret = PKCE_MATCH_PLAIN;
	else if (view_eq(line, right) ||
	    view_eq(bare, view_text(forms.newline)))
		*ret = PKCE_MATCH_NEWLINE;
	else if (view_eq(bare, right))
		*ret = PKCE_MATCH_PADDED;
	else if (view_eq(bare, view_text(forms.standard)))
		*ret = PKCE_MATCH_STANDARD;
	else if (text_eq_nocase(line, view_text(forms.hex)))
		*ret = PKCE_MATCH_HEX_DIGEST;
	else if (view_eq(bare, view_text(forms.hex_hashed)) ||
	    view_eq(bare, view_text(forms.hex_hashed_upper)))
		*ret = PKCE_MATCH_HEX_HASHED;
	else if (line.len > 0 && line.len < right.len &&
	    memcmp(line.p, right.p, line.len) == 0)
		*ret = PKCE_MATCH_TRUNCATED;
	else
		*ret = PKCE_MATCH_OTHER;
	return OUTCOME_OK;
}

const char *
pkce_match_text(enum pkce_match match)
{
	switch (match) {
	case PKCE_MATCH_RIGHT:
		return "The challenge is right for this verifier.";
	case PKCE_MATCH_PADDED:
		return "The challenge is right but for the '=' at its end: "
		       "leave the padding out.";
	case PKCE_MATCH_STANDARD:
		return "The challenge is in standard base64: use base64url, "
		       "with '-' for '+' and '_' for '/', and no padding.";
	case PKCE_MATCH_HEX_DIGEST:
		return "The challenge is the SHA-256 in hexadecimal: encode "
		       "the 32 bytes of the digest in base64url.";
	case PKCE_MATCH_HEX_HASHED:
		return "The challenge is base64url of the hexadecimal digest: "
		       "encode the 32 bytes of the digest instead.";
	case PKCE_MATCH_NEWLINE:
		return "A newline at the end of the verifier or the challenge "
		       "makes the difference: hash and send without it.";
	case PKCE_MATCH_PLAIN:
		return "The challenge is the verifier itself (method \"plain\""
		       "): send base64url of its SHA-256, with method S256.";
	case PKCE_MATCH_TRUNCATED:
		return "The challenge is the beginning of the right one: it "
		       "was cut off.";
	case PKCE_MATCH_OTHER:
		break;
	}
	return "The challenge belongs to another verifier.";
}
