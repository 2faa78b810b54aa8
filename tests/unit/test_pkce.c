/* SPDX-License-Identifier: ISC */
/* Verifiers, challenges, and the mistakes that pkce_compare() names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/pkce.h"

/* RFC 7636 appendix B */
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

/* Computed with sha256sum and base64. */
#define STANDARD "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"
#define HEX "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3"
#define HEX_UPPER \
	"13D31E961A1AD8EC2F16B10C4C982E0876A878AD6DF144566EE1894ACB70F9C3"
#define HEX_HASHED \
	"MTNkMzFlOTYxYTFhZDhlYzJmMTZiMTBjNGM5ODJlMDg3NmE4NzhhZDZkZjE0NDU2NmVl" \
	"MTg5NGFjYjcwZjljMw"
#define HEX_HASHED_UPPER \
	"MTNEMzFFOTYxQTFBRDhFQzJGMTZCMTBDNEM5ODJFMDg3NkE4NzhBRDZERjE0NDU2NkVF" \
	"MTg5NEFDQjcwRjlDMw"
#define OF_NEWLINE "AzV44Od887h21WZgjhInEFjKMEPzzLOPAksJ5Pf1eoc"

static void
pkce_challenge_is_that_of_rfc_7636_appendix_b(void **state)
{
	char challenge[PKCE_CHALLENGE_LEN + 1];

	(void)state;
	pkce_challenge(view_text(VERIFIER), challenge);
	assert_string_equal(challenge, CHALLENGE);
}

static void
pkce_challenge_of_nothing_is_that_of_no_bytes(void **state)
{
	char challenge[PKCE_CHALLENGE_LEN + 1];

	(void)state;
	pkce_challenge((struct view){0}, challenge);
	assert_string_equal(
	    challenge, "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
}

static void
pkce_new_verifiers_are_valid_and_differ(void **state)
{
	enum { COUNT = 64 };
	struct secret *made[COUNT];
	uint8_t seen[256] = {0};
	size_t characters = 0;

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		assert_int_equal(pkce_verifier_new(&made[i], NULL), OUTCOME_OK);
		struct view verifier = secret_view(made[i]);
		assert_int_equal(verifier.len, PKCE_VERIFIER_MIN);
		assert_true(pkce_verifier_is_valid(verifier));
		for (size_t j = 0; j < i; j++)
			assert_false(secret_eq(made[i], made[j]));
		for (size_t j = 0; j < verifier.len; j++)
			seen[verifier.p[j]] = 1;
	}
	for (size_t i = 0; i < COUNT; i++)
		secret_free(made[i]);
	for (size_t i = 0; i < sizeof(seen); i++)
		characters += seen[i];
	/* 2752 draws of 64: one missing is a chance of 1 in 10^17 */
	assert_int_equal(characters, 64);
}

static void
pkce_verifiers_have_43_to_128_bytes(void **state)
{
	uint8_t bytes[PKCE_VERIFIER_MAX + 1];

	(void)state;
	memset(bytes, 'a', sizeof(bytes));
	for (size_t len = 0; len <= sizeof(bytes); len++)
		assert_int_equal(pkce_verifier_is_valid(
				     (struct view){.p = bytes, .len = len}),
		    len >= 43 && len <= 128);
}

static void
pkce_verifiers_have_66_characters(void **state)
{
	uint8_t bytes[PKCE_VERIFIER_MIN];
	size_t allowed = 0;

	(void)state;
	memset(bytes, 'a', sizeof(bytes));
	for (unsigned int c = 0; c < 256; c++) {
		struct view view = {.p = bytes, .len = sizeof(bytes)};

		bytes[PKCE_VERIFIER_MIN - 1] = (uint8_t)c;
		bool valid = pkce_verifier_is_valid(view);
		assert_int_equal(valid,
		    c != 0 &&
			strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstu"
			       "vwxyz0123456789-._~",
			    (int)c) != NULL);
		allowed += valid;
	}
	assert_int_equal(allowed, 66);
}

static void
pkce_compare_tells_every_kind(void **state)
{
	static const struct {
		const char *verifier;
		const char *challenge;
		enum pkce_match match;
	} rows[] = {
	    {VERIFIER, CHALLENGE, PKCE_MATCH_RIGHT},
	    {VERIFIER, CHALLENGE "=", PKCE_MATCH_PADDED},
	    {VERIFIER, CHALLENGE "=\n", PKCE_MATCH_PADDED},
	    {VERIFIER, STANDARD, PKCE_MATCH_STANDARD},
	    {VERIFIER, STANDARD "=", PKCE_MATCH_STANDARD},
	    {VERIFIER, HEX, PKCE_MATCH_HEX_DIGEST},
	    {VERIFIER, HEX_UPPER, PKCE_MATCH_HEX_DIGEST},
	    {VERIFIER, HEX_HASHED, PKCE_MATCH_HEX_HASHED},
	    {VERIFIER, HEX_HASHED "==", PKCE_MATCH_HEX_HASHED},
	    {VERIFIER, HEX_HASHED_UPPER, PKCE_MATCH_HEX_HASHED},
	    {VERIFIER, OF_NEWLINE, PKCE_MATCH_NEWLINE},
	    {VERIFIER, CHALLENGE "\n", PKCE_MATCH_NEWLINE},
	    {VERIFIER, CHALLENGE "\r\n", PKCE_MATCH_NEWLINE},
	    {VERIFIER "\n", CHALLENGE, PKCE_MATCH_NEWLINE},
	    {VERIFIER "\n", OF_NEWLINE, PKCE_MATCH_RIGHT},
	    {VERIFIER, VERIFIER, PKCE_MATCH_PLAIN},
	    {VERIFIER, VERIFIER "\n", PKCE_MATCH_PLAIN},
	    {VERIFIER, "E9Melhoa2OwvFrEMTJguCH", PKCE_MATCH_TRUNCATED},
	    {VERIFIER, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c",
		PKCE_MATCH_TRUNCATED},
	    {VERIFIER, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN",
		PKCE_MATCH_OTHER},
	    {VERIFIER, CHALLENGE "x", PKCE_MATCH_OTHER},
	    {VERIFIER, "e9melhoa2owvfremtjguchaoek1t8urwbugjsstw-cm",
		PKCE_MATCH_OTHER},
	    {VERIFIER, "", PKCE_MATCH_OTHER},
	    {VERIFIER, "=", PKCE_MATCH_OTHER},
	    {"", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
		PKCE_MATCH_RIGHT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum pkce_match match = PKCE_MATCH_OTHER;

		assert_int_equal(
		    pkce_compare(view_text(rows[i].verifier),
			view_text(rows[i].challenge), &match, NULL),
		    OUTCOME_OK);
		if (match != rows[i].match)
			fail_msg("row %zu, \"%s\": %d", i, rows[i].challenge,
			    (int)match);
	}
}

static void
pkce_compare_survives_truncations_and_bit_flips(void **state)
{
	size_t len = strlen(CHALLENGE);

	(void)state;
	for (size_t cut = 0; cut <= len; cut++) {
		enum pkce_match match = PKCE_MATCH_RIGHT;
		uint8_t *copy = malloc(cut + (cut == 0));

		assert_non_null(copy);
		memcpy(copy, CHALLENGE, cut);
		assert_int_equal(
		    pkce_compare(view_text(VERIFIER),
			(struct view){.p = copy, .len = cut}, &match, NULL),
		    OUTCOME_OK);
		assert_int_equal(match,
		    cut == len     ? PKCE_MATCH_RIGHT
			: cut == 0 ? PKCE_MATCH_OTHER
				   : PKCE_MATCH_TRUNCATED);
		free(copy);
	}
	for (size_t bit = 0; bit < len * 8; bit++) {
		char copy[] = CHALLENGE;
		enum pkce_match match = PKCE_MATCH_RIGHT;

		copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
		assert_int_equal(
		    pkce_compare(view_text(VERIFIER),
			(struct view){.p = (uint8_t *)copy, .len = len}, &match,
			NULL),
		    OUTCOME_OK);
		assert_int_not_equal(match, PKCE_MATCH_RIGHT);
	}
}

static void
pkce_every_match_has_a_sentence_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i <= PKCE_MATCH_OTHER; i++) {
		const char *text = pkce_match_text((enum pkce_match)i);

		assert_true(strlen(text) > 20);
		assert_int_equal(text[strlen(text) - 1], '.');
		for (int j = 0; j < i; j++)
			assert_string_not_equal(
			    text, pkce_match_text((enum pkce_match)j));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pkce_challenge_is_that_of_rfc_7636_appendix_b),
	    cmocka_unit_test(pkce_challenge_of_nothing_is_that_of_no_bytes),
	    cmocka_unit_test(pkce_new_verifiers_are_valid_and_differ),
	    cmocka_unit_test(pkce_verifiers_have_43_to_128_bytes),
	    cmocka_unit_test(pkce_verifiers_have_66_characters),
	    cmocka_unit_test(pkce_compare_tells_every_kind),
	    cmocka_unit_test(pkce_compare_survives_truncations_and_bit_flips),
	    cmocka_unit_test(pkce_every_match_has_a_sentence_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
