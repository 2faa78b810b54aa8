/* SPDX-License-Identifier: ISC */
/* Lists of ids: missing, empty, whole ids, bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/wire/id_list.h"

#define X16 "xxxxxxxxxxxxxxxx"
#define X64 X16 X16 X16 X16
#define INCOMPLETE OUTCOME_IDENTITY_INCOMPLETE

static enum outcome
put(struct id_list *list, const char *id)
{
	return id_list_put(list, view_text(id), "groups", NULL);
}

static bool
has(const struct id_list *list, const char *id)
{
	return id_list_has(list, view_text(id));
}

static void
id_list_of_zero_bytes_is_missing_and_well_formed(void **state)
{
	static const struct id_list nothing;

	(void)state;
	assert_false(nothing.present);
	assert_int_equal(id_list_check(&nothing, "groups", NULL), OUTCOME_OK);
	assert_false(has(&nothing, ""));
	assert_false(has(&nothing, "a"));
}

static void
id_list_that_begins_is_present_and_empty(void **state)
{
	autoidlist list = {0};

	(void)state;
	id_list_begin(&list);
	assert_int_equal(put(&list, "a"), OUTCOME_OK);
	id_list_begin(&list);
	assert_true(list.present);
	assert_int_equal(list.ids.len, 0);
	assert_int_equal(id_list_check(&list, "groups", NULL), OUTCOME_OK);
	assert_false(has(&list, ""));
}

static void
id_list_has_whole_ids_alone(void **state)
{
	static const char *const others[] = {"", "a", "ab", "bc", "abcd", "ABC",
	    "d", "abc ", "abc d.e_f-9", "d.e_f-", "e_f-9"};
	autoidlist list = {0};

	(void)state;
	id_list_begin(&list);
	assert_int_equal(put(&list, "abc"), OUTCOME_OK);
	assert_int_equal(put(&list, "d.e_f-9"), OUTCOME_OK);
	assert_int_equal(put(&list, X64), OUTCOME_OK);
	assert_true(has(&list, "abc"));
	assert_true(has(&list, "d.e_f-9"));
	assert_true(has(&list, X64));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (has(&list, others[i]))
			fail_msg("\"%s\"", others[i]);
	}
	list.present = false;
	assert_false(has(&list, "abc"));
}

static void
id_list_put_refuses_what_is_no_id(void **state)
{
	static const struct view rows[] = {
	    {(const uint8_t *)"", 0},
	    {(const uint8_t *)"a b", 3},
	    {(const uint8_t *)" a", 2},
	    {(const uint8_t *)"a\0b", 3},
	    {(const uint8_t *)"a\n", 2},
	    {(const uint8_t *)"a,b", 3},
	    {(const uint8_t *)"\303\251", 2},
	    {(const uint8_t *)X64 "x", 65},
	};
	autoidlist list = {0};

	(void)state;
	id_list_begin(&list);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct errinfo err = {0};

		assert_int_equal(
		    id_list_put(&list, rows[i], "roles", &err), INCOMPLETE);
		assert_string_equal(
		    err.text, "roles has an entry that is not an id");
		assert_int_equal(list.ids.len, 0);
	}
}

static void
id_list_check_judges_every_row(void **state)
{
	static const struct {
		const char *ids;
		bool good;
	} rows[] = {
	    {"", true},
	    {"a", true},
	    {"a b", true},
	    {X64 " " X64, true},
	    {" ", false},
	    {" a", false},
	    {"a ", false},
	    {"a  b", false},
	    {"a,b", false},
	    {"a\tb", false},
	    {"a\303\251", false},
	    {X64 "x", false},
	    {"a " X64 "x", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autoidlist list = {0};
		struct errinfo err = {0};

		id_list_begin(&list);
		buf_put_text(&list.ids, rows[i].ids);
		if ((id_list_check(&list, "groups", &err) == OUTCOME_OK) !=
		    rows[i].good)
			fail_msg("\"%s\"", rows[i].ids);
		if (!rows[i].good)
			assert_string_equal(err.text,
			    "groups is not a list of at most 1024 ids");
		/* what is missing has no ids */
		list.present = false;
		assert_int_equal(
		    id_list_check(&list, "groups", NULL) == OUTCOME_OK,
		    rows[i].ids[0] == '\0');
	}
}

static void
id_list_holds_1024_of_the_longest_ids_and_no_more(void **state)
{
	autoidlist list = {0};
	autoidlist many = {0};

	(void)state;
	id_list_begin(&list);
	for (size_t i = 0; i < 1024; i++)
		assert_int_equal(put(&list, X64), OUTCOME_OK);
	assert_int_equal(list.ids.len, ID_LIST_BYTES);
	assert_int_equal(id_list_check(&list, "groups", NULL), OUTCOME_OK);
	assert_int_equal(put(&list, "a"), OUTCOME_NO_MEMORY);
	id_list_begin(&many);
	for (size_t i = 0; i < 1024; i++)
		assert_int_equal(put(&many, "a"), OUTCOME_OK);
	assert_int_equal(id_list_check(&many, "groups", NULL), OUTCOME_OK);
	assert_int_equal(put(&many, "b"), OUTCOME_OK);
	assert_int_equal(id_list_check(&many, "groups", NULL), INCOMPLETE);
}

static void
id_list_that_moved_is_missing_at_its_old_place(void **state)
{
	autoidlist to = {0};
	autoidlist from = {0};

	(void)state;
	id_list_begin(&to);
	assert_int_equal(put(&to, "old"), OUTCOME_OK);
	id_list_begin(&from);
	assert_int_equal(put(&from, "new"), OUTCOME_OK);
	id_list_move(&to, &from);
	assert_true(has(&to, "new"));
	assert_false(has(&to, "old"));
	assert_false(from.present);
	assert_null(from.ids.p);
	id_list_move(&to, &from);
	assert_false(to.present);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(id_list_of_zero_bytes_is_missing_and_well_formed),
	    cmocka_unit_test(id_list_that_begins_is_present_and_empty),
	    cmocka_unit_test(id_list_has_whole_ids_alone),
	    cmocka_unit_test(id_list_put_refuses_what_is_no_id),
	    cmocka_unit_test(id_list_check_judges_every_row),
	    cmocka_unit_test(id_list_holds_1024_of_the_longest_ids_and_no_more),
	    cmocka_unit_test(id_list_that_moved_is_missing_at_its_old_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
