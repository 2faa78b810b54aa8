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
causes_have_texts_of_their_own(void **state)
{
	(void)state;
	for (int i = CAUSE_NONE + 1; i < CAUSE_COUNT; i++) {
		const struct cause_text *one = cause_get((enum cause)i);

		assert_true(strlen(one->name) > 1 && strlen(one->text) > 10);
		assert_true(strlen(one->tell) > 10 && strlen(one->fix) > 10);
		/* the journal parts them by it */
		assert_null(strstr(one->text, "; "));
		assert_int_equal(one->fix[strlen(one->fix) - 1] == '.' ||
			strstr(one->fix, "...") != NULL,
		    1);
		for (int j = CAUSE_NONE; j < i; j++) {
			const struct cause_text *other =
			    cause_get((enum cause)j);

			assert_string_not_equal(one->name, other->name);
			assert_string_not_equal(one->text, other->text);
		}
	}
}

static void
causes_apply_by_client_and_secret(void **state)
{
	(void)state;
	for (int sent = 0; sent < 2; sent++) {
		assert_true(cause_applies(CAUSE_REGION, sent));
		assert_int_equal(cause_applies(CAUSE_SECRET_WRONG, sent), sent);
		assert_int_equal(
		    cause_applies(CAUSE_SECRET_MISSING, sent), !sent);
		assert_false(cause_applies(CAUSE_CHALLENGE, sent));
	}
}

static void
causes_beyond_the_table_are_empty(void **state)
{
	(void)state;
	assert_string_equal(cause_get(CAUSE_NONE)->name, "");
	assert_string_equal(cause_get(CAUSE_COUNT)->text, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(causes_have_texts_of_their_own),
	    cmocka_unit_test(causes_apply_by_client_and_secret),
	    cmocka_unit_test(causes_beyond_the_table_are_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
