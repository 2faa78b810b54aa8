/* SPDX-License-Identifier: ISC */
/* Faults of challenges; tests/cli/test_pkce.py has a row for each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/diagnose/pkce_fault.h"
#include "gcpkce/oauth/pkce.h"

/* RFC 7636 appendix B */
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

/* The first fault of an exact copy of the bytes, so that a sanitizer sees. */
static enum pkce_fault
fault_of(const void *bytes, size_t len)
{
	struct pkce_faults faults;
	uint8_t *copy = malloc(len + (len == 0));

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	assert_int_equal(pkce_faults_find(view_text(VERIFIER),
			     (struct view){.p = copy, .len = len}, &faults),
	    OUTCOME_OK);
	free(copy);
	assert_true(faults.count <= PKCE_FAULTS_MAX);
	return faults.count == 0 ? PKCE_FAULT_NONE : faults.list[0];
}

static void
pkce_faults_of_the_right_challenge_are_none(void **state)
{
	(void)state;
	assert_int_equal(
	    fault_of(CHALLENGE, strlen(CHALLENGE)), PKCE_FAULT_NONE);
}

static void
pkce_faults_tell_every_beginning(void **state)
{
	(void)state;
	assert_int_equal(fault_of("", 0), PKCE_FAULT_OTHER);
	for (size_t cut = 1; cut < strlen(CHALLENGE); cut++)
		assert_int_equal(
		    fault_of(CHALLENGE, cut), PKCE_FAULT_TRUNCATED);
}

static void
pkce_faults_tell_every_flipped_bit(void **state)
{
	(void)state;
	for (size_t bit = 0; bit < strlen(CHALLENGE) * 8; bit++) {
		char copy[] = CHALLENGE;

		copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
		assert_int_not_equal(
		    fault_of(copy, strlen(CHALLENGE)), PKCE_FAULT_NONE);
	}
}

static void
pkce_faults_want_texts_of_a_size(void **state)
{
	static uint8_t bytes[PKCE_FAULT_TEXT_MAX + 1];
	struct view view = {.p = bytes, .len = sizeof(bytes)};
	struct pkce_faults faults;

	(void)state;
	memset(bytes, '~', sizeof(bytes));
	assert_int_equal(
	    pkce_faults_find(view, view_text("x"), &faults), OUTCOME_NO_MEMORY);
	assert_int_equal(
	    pkce_faults_find(view_text("x"), view, &faults), OUTCOME_NO_MEMORY);
	view.len--;
	assert_int_equal(pkce_faults_find(view, view, &faults), OUTCOME_OK);
	assert_int_equal(faults.list[0], PKCE_FAULT_PLAIN);
	assert_int_equal(
	    pkce_faults_find(view, view_text("x"), &faults), OUTCOME_OK);
	assert_int_equal(faults.list[0], PKCE_FAULT_OTHER);
}

static void
pkce_every_fault_has_a_name_and_a_sentence_of_its_own(void **state)
{
	(void)state;
	for (int i = 1; i < PKCE_FAULT_COUNT; i++) {
		const char *text = pkce_fault_text((enum pkce_fault)i);

		assert_true(strlen(text) > 20);
		assert_int_equal(text[strlen(text) - 1], '.');
		for (int j = 0; j < i; j++) {
			assert_string_not_equal(
			    text, pkce_fault_text((enum pkce_fault)j));
			assert_string_not_equal(
			    pkce_fault_name((enum pkce_fault)i),
			    pkce_fault_name((enum pkce_fault)j));
		}
	}
	assert_string_equal(pkce_fault_text(PKCE_FAULT_COUNT), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pkce_faults_of_the_right_challenge_are_none),
	    cmocka_unit_test(pkce_faults_tell_every_beginning),
	    cmocka_unit_test(pkce_faults_tell_every_flipped_bit),
	    cmocka_unit_test(pkce_faults_want_texts_of_a_size),
	    cmocka_unit_test(
		pkce_every_fault_has_a_name_and_a_sentence_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
