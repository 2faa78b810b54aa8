/* SPDX-License-Identifier: ISC */
/* What OpenSSL is asked for: digests, base64 and random bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/oauth/crypto.h"

static void
crypto_base64_is_that_of_rfc_4648_section_10(void **state)
{
	static const struct {
		const char *bytes, *padded, *url;
	} rows[] = {
	    {"", "", ""},
	    {"f", "Zg==", "Zg"},
	    {"fo", "Zm8=", "Zm8"},
	    {"foo", "Zm9v", "Zm9v"},
	    {"foob", "Zm9vYg==", "Zm9vYg"},
	    {"fooba", "Zm9vYmE=", "Zm9vYmE"},
	    {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
	    {"\xfb\xff\xbf", "+/+/", "-_-_"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autobuf padded = BUF_INIT(64);
		autobuf url = BUF_INIT(64);

		crypto_base64(view_text(rows[i].bytes), &padded);
		crypto_base64url(view_text(rows[i].bytes), &url);
		assert_string_equal(buf_text(&padded), rows[i].padded);
		assert_string_equal(buf_text(&url), rows[i].url);
	}
}

static void
crypto_base64_of_any_length_is_whole(void **state)
{
	uint8_t bytes[200];

	(void)state;
	memset(bytes, 0, sizeof(bytes));
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		autobuf padded = BUF_INIT(CRYPTO_BASE64_LEN(sizeof(bytes)));

		crypto_base64((struct view){.p = bytes, .len = len}, &padded);
		assert_false(padded.failed);
		assert_int_equal(padded.len, CRYPTO_BASE64_LEN(len));
		for (size_t i = 0; i < (len * 4 + 2) / 3; i++)
			assert_int_equal(padded.p[i], 'A');
	}
}

static void
crypto_base64_that_does_not_fit_fails(void **state)
{
	autobuf padded = BUF_INIT(7);
	autobuf url = BUF_INIT(5);

	(void)state;
	crypto_base64(view_text("foob"), &padded);
	assert_true(padded.failed);
	crypto_base64url(view_text("foob"), &url);
	assert_true(url.failed);
}

static void
crypto_base64url_is_decoded_from_one_text_alone(void **state)
{
	static const struct {
		const char *url, *bytes;
		size_t room;
	} rows[] = {
	    {"", "", 0},
	    {"Zg", "f", 1},
	    {"Zm8", "fo", 2},
	    {"Zm9v", "foo", 3},
	    {"Zm9vYmFy", "foobar", 6},
	    {"-_-_", "\xfb\xff\xbf", 3},
	    {"Zm9vYmFy", NULL, 5},
	    {"Zm9vYg", NULL, 3},
	    {"Z", NULL, 9},
	    {"Zh", NULL, 9},
	    {"Zm9", NULL, 9},
	    {"Zg==", NULL, 9},
	    {"Zm9v\n", NULL, 9},
	    {" Zm9v", NULL, 9},
	    {"+/+/", NULL, 9},
	    {"Zm9v!mFy", NULL, 9},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autobuf bytes = BUF_INIT(rows[i].room);

		enum outcome r =
		    crypto_base64url_decode(view_text(rows[i].url), &bytes);
		if (r !=
		    (rows[i].bytes != NULL ? OUTCOME_OK
					   : OUTCOME_TOKEN_INVALID))
			fail_msg("row %zu: %s", i, outcome_name(r));
		if (r == OUTCOME_OK)
			assert_string_equal(buf_text(&bytes), rows[i].bytes);
	}
}

static void
crypto_digest_is_that_of_fips_180(void **state)
{
	static const uint8_t abc[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf,
	    0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03,
	    0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2,
	    0x00, 0x15, 0xad};
	autobuf digest = BUF_INIT(CRYPTO_DIGEST_MAX);

	(void)state;
	assert_int_equal(
	    crypto_digest("SHA256", view_text("abc"), &digest, NULL),
	    OUTCOME_OK);
	assert_int_equal(digest.len, sizeof(abc));
	assert_memory_equal(digest.p, abc, sizeof(abc));
	autobuf small = BUF_INIT(sizeof(abc) - 1);
	assert_int_equal(
	    crypto_digest("SHA256", view_text("abc"), &small, NULL),
	    OUTCOME_NO_MEMORY);
}

static void
crypto_digest_that_openssl_does_not_have_fails(void **state)
{
	autobuf digest = BUF_INIT(CRYPTO_DIGEST_MAX);
	struct errinfo why = {0};

	(void)state;
	assert_int_equal(crypto_digest("SHA0", view_text("abc"), &digest, &why),
	    OUTCOME_SYSTEM_ERROR);
	assert_non_null(strstr(why.text, "OpenSSL: SHA0: "));
	/* in words, although main has omitted them */
	assert_non_null(
	    strstr(why.text, "digital envelope routines::unsupported"));
	assert_int_equal(digest.len, 0);
}

static void
crypto_random_bytes_differ(void **state)
{
	uint8_t a[32] = {0};
	uint8_t b[32] = {0};

	(void)state;
	assert_int_equal(crypto_random(a, sizeof(a), NULL), OUTCOME_OK);
	assert_int_equal(crypto_random(b, sizeof(b), NULL), OUTCOME_OK);
	assert_memory_not_equal(a, b, sizeof(a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(crypto_base64_is_that_of_rfc_4648_section_10),
	    cmocka_unit_test(crypto_base64_of_any_length_is_whole),
	    cmocka_unit_test(crypto_base64_that_does_not_fit_fails),
	    cmocka_unit_test(crypto_base64url_is_decoded_from_one_text_alone),
	    cmocka_unit_test(crypto_digest_is_that_of_fips_180),
	    cmocka_unit_test(crypto_digest_that_openssl_does_not_have_fails),
	    cmocka_unit_test(crypto_random_bytes_differ),
	};

	crypto_omit_texts();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
