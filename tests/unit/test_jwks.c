/* SPDX-License-Identifier: ISC */
/* Which key of a JWK set may verify a token, and what a signature must be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/bn.h>
#include <openssl/sha.h>

#include "gcpkce/oauth/crypto.h"
#include "gcpkce/oauth/id_token.h"
#include "oauth/jwks.h"
#include "tests/lib/signer.h"

#define OK OUTCOME_OK
#define BAD OUTCOME_TOKEN_INVALID
#define INVALID OUTCOME_REPLY_INVALID
#define SET_MAX (4 * (size_t)JWKS_MAX)
#define RSA_LEN 256

/*
 * How often OpenSSL checked a key, whether it refuses the first of them, and
 * whether it says -1 of a signature.
 */
static size_t checks;
static bool first_is_refused;
static bool minus_one;

int __real_EVP_PKEY_public_check(EVP_PKEY_CTX *context);
int __wrap_EVP_PKEY_public_check(EVP_PKEY_CTX *context);
int
__wrap_EVP_PKEY_public_check(EVP_PKEY_CTX *context)
{
	if (++checks == 1 && first_is_refused)
		return 0;
	return __real_EVP_PKEY_public_check(context);
}

int __real_EVP_DigestVerify(EVP_MD_CTX *context, const uint8_t *signature,
    size_t signature_len, const uint8_t *message, size_t len);
int __wrap_EVP_DigestVerify(EVP_MD_CTX *context, const uint8_t *signature,
    size_t signature_len, const uint8_t *message, size_t len);
int
__wrap_EVP_DigestVerify(EVP_MD_CTX *context, const uint8_t *signature,
    size_t signature_len, const uint8_t *message, size_t len)
{
	return minus_one ? -1
			 : __real_EVP_DigestVerify(
			       context, signature, signature_len, message, len);
}

static struct signer ours, other, small;
static char even_n[SIGNER_TEXT_MAX];

static int
keys_make(void **state)
{
	(void)state;
	signer_make(&ours, 2048);
	signer_make(&other, 2048);
	signer_make(&small, 2047);
	/* The last byte of 256 has two characters, and four bits to spare. */
	memcpy(even_n, ours.n, sizeof(even_n));
	even_n[strlen(even_n) - 1] = 'A';
	return 0;
}

static int
keys_free(void **state)
{
	(void)state;
	signer_done(&ours);
	signer_done(&other);
	signer_done(&small);
	return 0;
}

/* A token that a key signs, with a header of "alg" and what else is given. */
static void
token_make(const struct signer *signer, const char *header, struct buf *token)
{
	autobuf whole = BUF_INIT(SIGNER_TEXT_MAX);

	buf_printf(&whole, "{\"alg\":\"RS256\"%s}", header);
	signer_token(signer, buf_view(&whole), view_text("{}"), token);
}

static enum outcome
verify(struct view jwks, struct view token, bool *ret_unknown,
    struct errinfo *reterr)
{
	autojws jws = {0};

	assert_int_equal(jws_parse(token, &jws, NULL), OK);
	return jwks_verify(jwks, &jws, ret_unknown, reterr);
}

/*
 * Append a text in which $N, $E and $M stand for the numbers of our key and of
 * the other one, and $V for ours with an even last byte.
 */
static void
expand(const char *text, struct buf *ret)
{
	for (; *text != '\0'; text++) {
		if (*text != '$') {
			buf_put_byte(ret, (uint8_t)*text);
			continue;
		}
		text++;
		buf_put_text(ret,
		    *text == 'N'       ? ours.n
			: *text == 'E' ? ours.e
			: *text == 'M' ? other.n
			: *text == 'V' ? even_n
				       : "?");
	}
	assert_int_equal(buf_check(ret), OK);
}

#define KEY(more) "{\"kty\":\"RSA\",\"n\":\"$N\",\"e\":\"$E\"" more "}"
#define OTHER(more) "{\"kty\":\"RSA\",\"n\":\"$M\",\"e\":\"$E\"" more "}"
#define K1 ",\"kid\":\"k1\""
#define K2 ",\"kid\":\"k2\""
#define NO "no key of the JWK set fits"
#define SIGNED "the signature is not"

static void
key_is_chosen_as_every_row_says(void **state)
{
	static const struct {
		const char *header; /* of the token, which our key signs */
		const char *keys;
		enum outcome outcome;
		bool unknown;
		const char *named;
	} rows[] = {
	    {K1, KEY(K1), OK, false, ""},
	    {K1, KEY(K1 ",\"use\":\"sig\",\"alg\":\"RS256\""), OK, false, ""},
	    {K1, KEY(K1 ",\"key_ops\":[\"verify\"]"), OK, false, ""},
	    {K1, KEY(K1 ",\"key_ops\":[\"sign\",\"verify\"]"), OK, false, ""},
	    {K1, KEY(K1 ",\"key_ops\":[\"verify\",\"sign\"]"), OK, false, ""},
	    {K1, KEY(K1 ",\"x5c\":[\"a\"],\"new\":{}"), OK, false, ""},
	    {K1, KEY(K1 ",\"use\":\"enc\""), BAD, true, NO ": use is not sig"},
	    {K1, KEY(K1 ",\"use\":\"SIG\""), BAD, true, NO ": use is not sig"},
	    {K1, KEY(K1 ",\"use\":null"), BAD, true, NO ": use is not sig"},
	    {K1, KEY(K1 ",\"alg\":\"RS512\""), BAD, true, "alg is not"},
	    {K1, KEY(K1 ",\"alg\":\"RSA-OAEP\""), BAD, true, "alg is not"},
	    {K1, KEY(K1 ",\"alg\":1"), BAD, true, "alg is not"},
	    {K1, KEY(K1 ",\"key_ops\":[]"), BAD, true, "key_ops"},
	    {K1, KEY(K1 ",\"key_ops\":[\"encrypt\"]"), BAD, true, "key_ops"},
	    {K1, KEY(K1 ",\"key_ops\":[\"verify\",1]"), BAD, true, "key_ops"},
	    {K1, KEY(K1 ",\"key_ops\":\"verify\""), BAD, true, "key_ops"},
	    {K1, KEY(K1 ",\"key_ops\":null"), BAD, true, "key_ops"},
	    {K1, KEY(K1 ",\"d\":\"AQ\""), BAD, true, "private"},
	    {K1, KEY(K1 ",\"p\":\"AQ\""), BAD, true, "private"},
	    {K1, KEY(K1 ",\"qi\":null"), BAD, true, "private"},
	    {K1, KEY(K1 ",\"k\":\"AQ\""), BAD, true, "private"},
	    /* no kid in the token */
	    {"", KEY(""), OK, false, ""},
	    {"", KEY(K1), OK, false, ""},
	    {"", OTHER(K1) "," KEY(K2), OK, false, ""},
	    {"", KEY(K1) "," OTHER(K2), OK, false, ""},
	    {"", OTHER(""), BAD, true, SIGNED},
	    {"", KEY(",\"kid\":7"), BAD, true, NO},
	    /* a kid in the token */
	    {K1, KEY(""), BAD, true, NO},
	    {K1, KEY(K2), BAD, true, NO},
	    {K1, KEY(",\"kid\":\"K1\""), BAD, true, NO},
	    {K1, KEY(",\"kid\":\"k1\\u0000\""), BAD, true, NO},
	    {K1, KEY(",\"kid\":\"k\""), BAD, true, NO},
	    {K1, KEY(",\"kid\":null"), BAD, true, NO},
	    {K1, KEY(K2) "," OTHER(K1), BAD, false, SIGNED},
	    {",\"kid\":\"\"", KEY(",\"kid\":\"\""), OK, false, ""},
	    {",\"kid\":\"\"", KEY(""), BAD, true, NO},
	    /* equal kids, and broken keys beside a good one */
	    {K1, OTHER(K1) "," KEY(K1), OK, false, ""},
	    {K1, KEY(K1) "," OTHER(K1), OK, false, ""},
	    {K1, "{\"kty\":\"EC\",\"crv\":\"P-256\"" K1 "}," KEY(K1), OK, false,
		""},
	    {K1, KEY(K1) ",{\"kty\":\"oct\",\"k\":\"AQ\"" K1 "}", OK, false,
		""},
	    {K1, "{},[],7,null,\"x\",{\"kty\":\"new\"}," KEY(K1), OK, false,
		""},
	    {K1, "{\"kty\":\"RSA\",\"n\":\"!\",\"e\":1" K1 "}," KEY(K1), OK,
		false, ""},
	    {K1, "{\"kty\":\"EC\"" K1 "}", BAD, true, "kty is not RSA"},
	    {K1, "{\"n\":\"$N\",\"e\":\"$E\"" K1 "}", BAD, true, "kty"},
	    {K1, "{\"kty\":\"rsa\",\"n\":\"$N\",\"e\":\"$E\"" K1 "}", BAD, true,
		"kty"},
	    {K1, "{\"kty\":\"RSA\",\"e\":\"$E\"" K1 "}", BAD, true, "n is"},
	    {K1, "{\"kty\":\"RSA\",\"n\":7,\"e\":\"$E\"" K1 "}", BAD, true,
		"n is"},
	    {K1, "{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"$E\"" K1 "}", BAD, true,
		"n is"},
	    {K1, "{\"kty\":\"RSA\",\"n\":\"$N=\",\"e\":\"$E\"" K1 "}", BAD,
		true, "n is"},
	    {K1, "{\"kty\":\"RSA\",\"n\":\"AAAA$N\",\"e\":\"$E\"" K1 "}", BAD,
		true, "n is"},
	    {K1, "{\"kty\":\"RSA\",\"n\":\"$V\",\"e\":\"$E\"" K1 "}", BAD, true,
		"n is"},
	    {K1, "{\"kty\":\"RSA\",\"n\":\"$NA\",\"e\":\"$E\"" K1 "}", BAD,
		true, "n is"},
	    {K1, "{\"kty\":\"RSA\",\"n\":\"$N\"" K1 "}", BAD, true, "e is"},
#define E(text) "{\"kty\":\"RSA\",\"n\":\"$N\",\"e\":\"" text "\"" K1 "}"
	    {K1, E(""), BAD, true, "e is"},
	    {K1, E("AA"), BAD, true, "e is"},
	    {K1, E("AQ"), BAD, true, "e is"},
	    {K1, E("Ag"), BAD, true, "e is"},
	    {K1, E("AQAA"), BAD, true, "e is"},
	    {K1, E("AAEAAQ"), BAD, true, "e is"},
	    {K1, E("AQAAAAE"), BAD, true, "e is"},
	    {K1, E("AQAB="), BAD, true, "e is"},
	    {K1, E("AQAAAQ"), BAD, false, SIGNED},
	    {K1, E("Aw"), BAD, false, SIGNED},
	    {K1, "", BAD, true, NO},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autobuf set = BUF_INIT(SET_MAX);
		autobuf token = BUF_INIT(ID_TOKEN_MAX);
		struct errinfo why = {0};
		bool unknown = !rows[i].unknown;

		buf_put_text(&set, "{\"keys\":[");
		expand(rows[i].keys, &set);
		buf_put_text(&set, "]}");
		token_make(&ours, rows[i].header, &token);
		enum outcome r =
		    verify(buf_view(&set), buf_view(&token), &unknown, &why);
		if (r != rows[i].outcome || unknown != rows[i].unknown ||
		    strstr(why.text, rows[i].named) == NULL)
			fail_msg("row %zu, %s: %s, %d, \"%s\"", i, rows[i].keys,
			    outcome_name(r), unknown, why.text);
	}
}

static void
set_is_read_as_every_row_says(void **state)
{
	static const struct {
		const char *set;
		enum outcome outcome;
	} rows[] = {
	    {"{\"keys\":[" KEY("") "]}", OK},
	    {"{\"keys\":[" KEY("") "],\"new\":[]}", OK},
	    {"{\"keys\":[]}", BAD},
	    {"{\"keys\":" KEY("") "}", INVALID},
	    {"{\"keys\":null}", INVALID},
	    {"{}", INVALID},
	    {KEY(""), INVALID},
	    {"[" KEY("") "]", INVALID},
	    {"{\"keys\":[" KEY("") "],\"keys\":[]}", INVALID},
	    {"{\"keys\":[" KEY(",\"e\":\"AQAB\"") "]}", INVALID},
	    {"{\"keys\":[" KEY("") "]", INVALID},
	    {"<html>sign in</html>", INVALID},
	    {"", INVALID},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autobuf set = BUF_INIT(SET_MAX);
		autobuf token = BUF_INIT(ID_TOKEN_MAX);
		struct errinfo why = {0};
		size_t count = 7;
		bool unknown;

		expand(rows[i].set, &set);
		token_make(&ours, "", &token);
		enum outcome r =
		    verify(buf_view(&set), buf_view(&token), &unknown, &why);
		if (r != rows[i].outcome)
			fail_msg("row %zu: %s, \"%s\"", i, outcome_name(r),
			    why.text);
		assert_int_equal(
		    jwks_count(buf_view(&set), &count, NULL), rows[i].outcome);
		assert_int_equal(count, rows[i].outcome == OK);
	}
}

static void
keys_that_could_verify_are_counted(void **state)
{
	autobuf set = BUF_INIT(SET_MAX);
	struct errinfo why = {0};
	size_t count = 7;

	(void)state;
	assert_int_equal(
	    jwks_count(view_text("{\"keys\":[]}"), &count, &why), BAD);
	assert_string_equal(why.text, "it is empty");
	assert_int_equal(jwks_count(view_text("{\"keys\":[{\"kty\":\"EC\"}]}"),
			     &count, &why),
	    BAD);
	assert_string_equal(why.text, "kty is not RSA");
	expand("{\"keys\":[" KEY(K1) ",7," OTHER(K2) "," KEY(
		   ",\"use\":\"enc\"") "]}",
	    &set);
	assert_int_equal(jwks_count(buf_view(&set), &count, NULL), OK);
	assert_int_equal(count, 2);
}

/* How does a set with so many other keys around ours end? */
static enum outcome
crowd(size_t before, size_t behind, const char *key, size_t blanks)
{
	autobuf set = BUF_INIT(SET_MAX);
	autobuf token = BUF_INIT(ID_TOKEN_MAX);
	bool unknown;

	buf_put_text(&set, "{\"keys\":[");
	for (size_t i = 0; i < before; i++) {
		expand(key, &set);
		buf_put_byte(&set, ',');
	}
	expand(KEY(""), &set);
	for (size_t i = 0; i < behind; i++) {
		buf_put_byte(&set, ',');
		expand(key, &set);
	}
	buf_put_text(&set, "]}");
	while (set.len < blanks)
		buf_put_byte(&set, ' ');
	token_make(&ours, "", &token);
	return verify(buf_view(&set), buf_view(&token), &unknown, NULL);
}

static void
keys_tries_and_bytes_are_bounded(void **state)
{
	static const char tiny[] = "{\"kty\":\"oct\"}";

	(void)state;
	assert_int_equal(crowd(JWKS_TRIES_MAX - 1, 0, OTHER(""), 0), OK);
	assert_int_equal(crowd(0, JWKS_TRIES_MAX - 1, OTHER(""), 0), OK);
	assert_int_equal(crowd(JWKS_TRIES_MAX, 0, OTHER(""), 0), BAD);
	assert_int_equal(crowd(0, JWKS_TRIES_MAX, OTHER(""), 0), BAD);
	assert_int_equal(crowd(JWKS_KEYS_MAX - 1, 0, tiny, 0), OK);
	assert_int_equal(crowd(JWKS_KEYS_MAX, 0, tiny, 0), INVALID);
	assert_int_equal(crowd(10000, 0, "{}", 0), INVALID);
	assert_int_equal(crowd(0, 0, tiny, JWKS_MAX), OK);
	assert_int_equal(crowd(0, 0, tiny, JWKS_MAX + 1), INVALID);
}

/* Does a key whose n has so many bits verify what it signs? */
static enum outcome
verify_of(const struct signer *signer)
{
	autobuf set = BUF_INIT(SET_MAX);
	autobuf token = BUF_INIT(ID_TOKEN_MAX);
	bool unknown;

	buf_printf(&set,
	    "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}]}",
	    signer->n, signer->e);
	token_make(signer, "", &token);
	return verify(buf_view(&set), buf_view(&token), &unknown, NULL);
}

static void
key_has_2048_to_8192_bits(void **state)
{
	struct errinfo why = {0};
	bool unknown;

	(void)state;
	assert_int_equal(verify_of(&ours), OK);
	assert_int_equal(verify_of(&small), BAD);
	/* Keys as long are slow to make, and judged before they are used. */
	for (size_t bits = 8192; bits <= 8193; bits++) {
		autobuf n = BUF_INIT(SIGNER_TEXT_MAX);
		autobuf set = BUF_INIT(SET_MAX);
		autobuf token = BUF_INIT(ID_TOKEN_MAX);
		uint8_t bytes[1025];

		memset(bytes, 0xff, sizeof(bytes));
		bytes[0] = bits == 8192 ? 0xff : 1;
		signer_base64url((struct view){bytes, (bits + 7) / 8}, &n);
		buf_printf(&set,
		    "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\"}]}",
		    buf_text(&n));
		token_make(&ours, "", &token);
		assert_int_equal(
		    verify(buf_view(&set), buf_view(&token), &unknown, &why),
		    BAD);
		assert_non_null(
		    strstr(why.text, bits == 8192 ? SIGNED : "bits"));
	}
}

/* A token and a set for it, with this signature. */
static enum outcome
verify_signature(struct view signature, const char *n, const char *e)
{
	autobuf set = BUF_INIT(SET_MAX);
	autobuf token = BUF_INIT(ID_TOKEN_MAX);
	bool unknown;

	buf_printf(&set,
	    "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}]}", n, e);
	signer_put_parts(
	    &token, view_text("{\"alg\":\"RS256\"}"), view_text("{}"));
	buf_put_byte(&token, '.');
	signer_base64url(signature, &token);
	return verify(buf_view(&set), buf_view(&token), &unknown, NULL);
}

static size_t
sign(const char *digest, uint8_t ret[static RSA_LEN])
{
	autobuf token = BUF_INIT(ID_TOKEN_MAX);
	size_t len = RSA_LEN;
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	signer_put_parts(
	    &token, view_text("{\"alg\":\"RS256\"}"), view_text("{}"));
	assert_int_equal(EVP_DigestSignInit_ex(
			     context, NULL, digest, NULL, NULL, ours.key, NULL),
	    1);
	assert_int_equal(
	    EVP_DigestSign(context, ret, &len, token.p, token.len), 1);
	EVP_MD_CTX_free(context);
	return len;
}

static void
signature_is_as_long_as_the_modulus_and_made_by_its_key(void **state)
{
	uint8_t bytes[RSA_LEN + 2] = {0};
	uint8_t *good = bytes + 1;

	(void)state;
	assert_int_equal(sign("SHA256", good), RSA_LEN);
	assert_int_equal(
	    verify_signature((struct view){good, RSA_LEN}, ours.n, ours.e), OK);
	assert_int_equal(
	    verify_signature((struct view){good, RSA_LEN - 1}, ours.n, ours.e),
	    BAD);
	assert_int_equal(
	    verify_signature((struct view){good, RSA_LEN + 1}, ours.n, ours.e),
	    BAD);
	/* a zero before it */
	assert_int_equal(
	    verify_signature((struct view){bytes, RSA_LEN + 1}, ours.n, ours.e),
	    BAD);
	for (size_t i = 0; i < RSA_LEN; i += 51) {
		good[i] ^= 1;
		assert_int_equal(verify_signature((struct view){good, RSA_LEN},
				     ours.n, ours.e),
		    BAD);
		good[i] ^= 1;
	}
	assert_int_equal(sign("SHA512", good), RSA_LEN);
	assert_int_equal(
	    verify_signature((struct view){good, RSA_LEN}, ours.n, ours.e),
	    BAD);
	memset(good, 0, RSA_LEN);
	assert_int_equal(
	    verify_signature((struct view){good, RSA_LEN}, ours.n, ours.e),
	    BAD);
	memset(good, 0xff, RSA_LEN); /* more than n */
	assert_int_equal(
	    verify_signature((struct view){good, RSA_LEN}, ours.n, ours.e),
	    BAD);
}

/* The padded digest of the token that verify_signature makes. */
static void
pad(uint8_t ret[static RSA_LEN])
{
	static const uint8_t info[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60,
	    0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
	    0x20};
	autobuf token = BUF_INIT(ID_TOKEN_MAX);
	size_t at = RSA_LEN - SHA256_DIGEST_LENGTH - sizeof(info);

	signer_put_parts(
	    &token, view_text("{\"alg\":\"RS256\"}"), view_text("{}"));
	memset(ret, 0xff, RSA_LEN);
	ret[0] = 0;
	ret[1] = 1;
	ret[at - 1] = 0;
	memcpy(ret + at, info, sizeof(info));
	(void)SHA256(token.p, token.len, ret + at + sizeof(info));
}

/* With e = 1 the padded digest is its own signature. */
static void
signature_that_e_1_would_verify_is_refused(void **state)
{
	static const uint8_t one = 1;
	uint8_t forged[RSA_LEN];
	uint8_t n[RSA_LEN];
	BIGNUM *modulus = NULL;
	autobuf token = BUF_INIT(ID_TOKEN_MAX);

	(void)state;
	pad(forged);
	checks = 0;
	assert_int_equal(
	    verify_signature((struct view){forged, RSA_LEN}, ours.n, "AQ"),
	    BAD);
	assert_int_equal(checks, 0);
	/* Also by what is asked once a key is read: OpenSSL verifies it. */
	signer_put_parts(
	    &token, view_text("{\"alg\":\"RS256\"}"), view_text("{}"));
	assert_int_equal(EVP_PKEY_get_bn_param(ours.key, "n", &modulus), 1);
	assert_int_equal(BN_bn2binpad(modulus, n, RSA_LEN), RSA_LEN);
	BN_free(modulus);
	assert_int_equal(
	    crypto_rs256_verify(
		&(struct crypto_rsa){{n, sizeof(n)}, {&one, sizeof(one)}},
		buf_view(&token), (struct view){forged, RSA_LEN}, NULL),
	    INVALID);
	assert_int_equal(checks, 1);
}

/* The check of a long key takes a second, a signature a millisecond. */
static void
key_is_checked_only_when_it_has_verified(void **state)
{
	(void)state;
	checks = 0;
	assert_int_equal(crowd(4, 3, OTHER(""), 0), OK);
	assert_int_equal(checks, 1);
	checks = 0;
	assert_int_equal(verify_of(&small), BAD);
	assert_int_equal(crowd(0, 7, KEY(""), 0), OK);
	assert_int_equal(checks, 1);
}

/* Whatever the others are: it is the one that made the signature. */
static void
key_that_openssl_refuses_ends_the_search(void **state)
{
	(void)state;
	checks = 0;
	first_is_refused = true;
	enum outcome r = crowd(0, 2, KEY(""), 0);
	first_is_refused = false;
	assert_int_equal(r, BAD);
	assert_int_equal(checks, 1);
}

static void
answer_of_openssl_other_than_1_is_a_refusal(void **state)
{
	uint8_t good[RSA_LEN];

	(void)state;
	assert_int_equal(sign("SHA256", good), RSA_LEN);
	minus_one = true;
	enum outcome r =
	    verify_signature((struct view){good, RSA_LEN}, ours.n, ours.e);
	minus_one = false;
	assert_int_equal(r, BAD);
	assert_int_equal(
	    verify_signature((struct view){good, RSA_LEN}, ours.n, ours.e), OK);
}

/* Of a prime everybody knows the private exponent; so too of an even number. */
static void
signature_that_a_prime_modulus_would_verify_is_refused(void **state)
{
	uint8_t forged[RSA_LEN];
	uint8_t bytes[RSA_LEN];
	autobuf text = BUF_INIT(SIGNER_TEXT_MAX);
	autobuf keys = BUF_INIT(SIGNER_TEXT_MAX);
	BN_CTX *context = BN_CTX_new();
	BIGNUM *n = BN_get_rfc3526_prime_2048(NULL);
	BIGNUM *order = BN_dup(n);
	BIGNUM *exponent = BN_new();
	BIGNUM *number = BN_new();

	(void)state;
	pad(forged);
	assert_int_equal(BN_sub_word(order, 1), 1);
	assert_int_equal(BN_set_word(exponent, 65537), 1);
	assert_non_null(BN_mod_inverse(exponent, exponent, order, context));
	assert_non_null(BN_bin2bn(forged, RSA_LEN, number));
	assert_int_equal(BN_mod_exp(number, number, exponent, n, context), 1);
	assert_int_equal(BN_bn2binpad(number, forged, RSA_LEN), RSA_LEN);
	assert_int_equal(BN_bn2binpad(n, bytes, RSA_LEN), RSA_LEN);
	signer_base64url((struct view){bytes, RSA_LEN}, &text);
	/* Two such keys are checked once: no other made this signature. */
	buf_printf(&keys, "%s\",\"e\":\"AQAB\"},{\"kty\":\"RSA\",\"n\":\"%s",
	    buf_text(&text), buf_text(&text));
	checks = 0;
	assert_int_equal(verify_signature((struct view){forged, RSA_LEN},
			     buf_text(&keys), "AQAB"),
	    BAD);
	assert_int_equal(checks, 1);
	BN_free(number);
	BN_free(exponent);
	BN_free(order);
	BN_free(n);
	BN_CTX_free(context);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(key_is_chosen_as_every_row_says),
	    cmocka_unit_test(set_is_read_as_every_row_says),
	    cmocka_unit_test(keys_that_could_verify_are_counted),
	    cmocka_unit_test(keys_tries_and_bytes_are_bounded),
	    cmocka_unit_test(key_has_2048_to_8192_bits),
	    cmocka_unit_test(
		signature_is_as_long_as_the_modulus_and_made_by_its_key),
	    cmocka_unit_test(signature_that_e_1_would_verify_is_refused),
	    cmocka_unit_test(key_is_checked_only_when_it_has_verified),
	    cmocka_unit_test(key_that_openssl_refuses_ends_the_search),
	    cmocka_unit_test(answer_of_openssl_other_than_1_is_a_refusal),
	    cmocka_unit_test(
		signature_that_a_prime_modulus_would_verify_is_refused),
	};

	return cmocka_run_group_tests(tests, keys_make, keys_free);
}
