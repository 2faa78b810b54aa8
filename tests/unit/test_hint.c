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
		for (int i = 0; i < PROVIDERS; i++) {
			enum provider_id one = (enum provider_id)i;
			bool is_cxone = one == PROVIDER_CXONE;

			assert_int_equal(
			    hint_applies(HINT_REGION, one, sent), !is_cxone);
			assert_int_equal(
			    hint_applies(HINT_APP_UNAPPROVED, one, sent),
			    is_cxone);
			assert_int_equal(
			    hint_applies(HINT_SECRET_WRONG, one, sent), sent);
			assert_int_equal(
			    hint_applies(HINT_SECRET_MISSING, one, sent),
			    !sent && !is_cxone);
			assert_int_equal(
			    hint_applies(HINT_APP_AUTH, one, sent), is_cxone);
			assert_true(hint_applies(HINT_REDIRECT, one, sent));
			assert_false(hint_applies(HINT_CHALLENGE, one, sent));
			assert_true(hint_is_of(HINT_CHALLENGE, one));
		}
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
