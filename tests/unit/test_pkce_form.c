/* SPDX-License-Identifier: ISC */
/* The forms of a challenge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/diagnose/pkce_form.h"
#include "gcpkce/oauth/pkce.h"

#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

static void
pkce_forms_begin_with_the_right_one(void **state)
{
	char right[PKCE_CHALLENGE_LEN + 1];
	autobuf form = BUF_INIT(0);
	struct pkce_way way;
	bool made = false;

	(void)state;
	pkce_challenge(view_text(VERIFIER), right);
	assert_true(pkce_form_way(0, &way));
	assert_int_equal(way.mistakes, 0);
	assert_int_equal(
	    pkce_form_make(view_text(VERIFIER), &way, &form, &made),
	    OUTCOME_OK);
	assert_true(made);
	assert_string_equal(buf_text(&form), right);
}

static void
pkce_ways_count_their_mistakes_and_end(void **state)
{
	struct pkce_way way;
	size_t i = 0;

	(void)state;
	for (; pkce_form_way(i, &way); i++) {
		size_t named = 0;

		for (size_t j = 0; j < 3; j++)
			named += way.faults[j] != PKCE_FAULT_NONE;
		assert_int_equal(named, way.mistakes);
	}
	assert_true(i > 100);
	assert_false(pkce_form_way(i + 1, &way));
}

static void
pkce_lines_lose_their_ends_alone(void **state)
{
	(void)state;
	assert_true(view_eq(
	    pkce_form_line(view_text("a\nb\r\n\n")), view_text("a\nb")));
	assert_int_equal(pkce_form_line(view_text("\n")).len, 0);
	assert_int_equal(pkce_form_line((struct view){0}).len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pkce_forms_begin_with_the_right_one),
	    cmocka_unit_test(pkce_ways_count_their_mistakes_and_end),
	    cmocka_unit_test(pkce_lines_lose_their_ends_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
