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
	assert_int_equal(
	    pkce_challenge(view_text(VERIFIER), challenge, NULL), OUTCOME_OK);
	assert_string_equal(challenge, CHALLENGE);
}

static void
pkce_challenge_of_nothing_is_that_of_no_bytes(void **state)
{
	char challenge[PKCE_CHALLENGE_LEN + 1];

	(void)state;
	assert_int_equal(
	    pkce_challenge((struct view){0}, challenge, NULL), OUTCOME_OK);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pkce_challenge_is_that_of_rfc_7636_appendix_b),
	    cmocka_unit_test(pkce_challenge_of_nothing_is_that_of_no_bytes),
	    cmocka_unit_test(pkce_new_verifiers_are_valid_and_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
