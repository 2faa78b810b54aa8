/* SPDX-License-Identifier: ISC */
/* The table of causes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/oauth/error_table.h"

static void
hints_have_texts_of_their_own(void **state)
{
	(void)state;
	for (int i = HINT_NONE + 1; i < HINT_COUNT; i++) {
		const struct hint_text *one = hint_get((enum hint)i);

		assert_true(strlen(one->name) > 1 && strlen(one->text) > 10);
		assert_true(
		    strlen(one->how_to_tell) > 10 && strlen(one->fix) > 10);
		/* the journal parts them by it */
		assert_null(strstr(one->text, "; "));
		assert_int_equal(one->fix[strlen(one->fix) - 1] == '.' ||
			strstr(one->fix, "...") != NULL,
		    1);
		for (int j = HINT_NONE; j < i; j++) {
			const struct hint_text *other = hint_get((enum hint)j);

			assert_string_not_equal(one->name, other->name);
			assert_string_not_equal(one->text, other->text);
		}
	}
}

static void
hints_apply_by_client_and_secret(void **state)
{
	(void)state;
	for (int sent = 0; sent < 2; sent++) {
		assert_true(hint_applies(HINT_REGION, sent));
		assert_int_equal(hint_applies(HINT_SECRET_WRONG, sent), sent);
		assert_int_equal(
		    hint_applies(HINT_SECRET_MISSING, sent), !sent);
		assert_false(hint_applies(HINT_CHALLENGE, sent));
	}
}

static void
hints_beyond_the_table_are_empty(void **state)
{
	(void)state;
	assert_string_equal(hint_get(HINT_NONE)->name, "");
	assert_string_equal(hint_get(HINT_COUNT)->text, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hints_have_texts_of_their_own),
	    cmocka_unit_test(hints_apply_by_client_and_secret),
	    cmocka_unit_test(hints_beyond_the_table_are_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
