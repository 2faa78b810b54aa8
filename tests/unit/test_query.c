/* SPDX-License-Identifier: ISC */
/* Parameters of an address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/base/query.h"

static void
query_is_what_stands_behind_the_question_mark(void **state)
{
	static const char *const rows[][2] = {
	    {"https://h/p?a=1&b=2#c=3", "a=1&b=2"},
	    {"a=1&b=2", "a=1&b=2"},
	    {"https://h/p?", ""},
	    {"?a=1?b", "a=1?b"},
	    {"#a=1", ""},
	    {"", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(view_eq(
		    query_of(view_text(rows[i][0])), view_text(rows[i][1])));
}

static void
query_gives_one_parameter_after_the_other(void **state)
{
	struct view query = view_text("a=1&b&=c&&d=e=f");
	static const char *const rows[][2] = {
	    {"a", "1"}, {"b", ""}, {"", "c"}, {"", ""}, {"d", "e=f"}};
	struct view name;
	struct view value;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(query_next(&query, &name, &value));
		assert_true(view_eq(name, view_text(rows[i][0])));
		assert_true(view_eq(value, view_text(rows[i][1])));
	}
	assert_false(query_next(&query, &name, &value));
}

static void
query_decodes_or_refuses(void **state)
{
	static const struct {
		const char *value;
		const char *decoded; /* NULL: broken */
	} rows[] = {{"", ""}, {"a%3Db%3dc", "a=b=c"}, {"a+b%2B", "a b+"},
	    {"%", NULL}, {"%2", NULL}, {"%2g", NULL}, {"%%41", NULL}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autobuf decoded = BUF_INIT(64);
		bool good =
		    query_put_decoded(&decoded, view_text(rows[i].value));

		assert_int_equal(good, rows[i].decoded != NULL);
		if (good)
			assert_string_equal(
			    buf_text(&decoded), rows[i].decoded);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(query_is_what_stands_behind_the_question_mark),
	    cmocka_unit_test(query_gives_one_parameter_after_the_other),
	    cmocka_unit_test(query_decodes_or_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
