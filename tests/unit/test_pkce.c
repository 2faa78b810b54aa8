/* SPDX-License-Identifier: ISC */
/* Verifiers and challenges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/oauth/pkce.h"

/* RFC 7636 appendix B */
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pkce_challenge_is_that_of_rfc_7636_appendix_b),
	    cmocka_unit_test(pkce_challenge_of_nothing_is_that_of_no_bytes),
	    cmocka_unit_test(pkce_new_verifiers_are_valid_and_differ),
	    cmocka_unit_test(pkce_verifiers_have_43_to_128_bytes),
	    cmocka_unit_test(pkce_verifiers_have_66_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
