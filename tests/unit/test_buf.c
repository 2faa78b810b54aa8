/* SPDX-License-Identifier: ISC */
/* The byte buffer: growth up to its bound, sticky failure, wiping. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/base/buf.h"

static void
buf_is_empty_at_first_and_after_done(void **state)
{
	autobuf b = BUF_INIT(10);

	(void)state;
	assert_string_equal(buf_text(&b), "");
	assert_int_equal(buf_view(&b).len, 0);
	assert_int_equal(buf_check(&b), OUTCOME_OK);
	buf_put_text(&b, "1234567890");
	buf_put_byte(&b, '1');
	assert_int_equal(buf_check(&b), OUTCOME_NO_MEMORY);
	buf_done(&b);
	assert_string_equal(buf_text(&b), "");
	assert_int_equal(b.max, 10);
	assert_int_equal(buf_check(&b), OUTCOME_OK);
	buf_put_text(&b, "again");
	assert_string_equal(buf_text(&b), "again");
}

static void
buf_puts_append_in_order(void **state)
{
	static const uint8_t bytes[] = {'a', '\0', 'b'};
	autobuf b = BUF_INIT(100);

	(void)state;
	buf_put(&b, bytes, sizeof(bytes));
	buf_put(&b, NULL, 0);
	buf_put_byte(&b, 0xff);
	buf_put_text(&b, "");
	buf_put_text(&b, "text");
	buf_printf(&b, "%d-%s", -7, "x");
	assert_int_equal(buf_check(&b), OUTCOME_OK);
	assert_int_equal(b.len, 12);
	assert_memory_equal(b.p, "a\0b\377text-7-x", 13);
}

static void
buf_holds_exactly_max_bytes_and_a_nul(void **state)
{
	(void)state;
	for (size_t max = 0; max < 300; max++) {
		autobuf b = BUF_INIT(max);

		for (size_t i = 0; i < max; i++)
			buf_put_byte(&b, 'x');
		assert_int_equal(buf_check(&b), OUTCOME_OK);
		assert_int_equal(b.len, max);
		assert_int_equal(strlen(buf_text(&b)), max);
		buf_put_byte(&b, 'y');
		assert_int_equal(buf_check(&b), OUTCOME_NO_MEMORY);
		assert_int_equal(b.len, max);
	}
}

static void
buf_put_that_does_not_fit_changes_nothing_and_sticks(void **state)
{
	autobuf b = BUF_INIT(5);

	(void)state;
	buf_put_text(&b, "abc");
	buf_put_text(&b, "def");
	assert_string_equal(buf_text(&b), "abc");
	assert_int_equal(buf_check(&b), OUTCOME_NO_MEMORY);
	/* what would fit comes too late */
	buf_put_byte(&b, 'd');
	buf_printf(&b, "%s", "d");
	assert_string_equal(buf_text(&b), "abc");
	assert_int_equal(buf_check(&b), OUTCOME_NO_MEMORY);
}

static void
buf_printf_fits_to_the_last_byte(void **state)
{
	autobuf b = BUF_INIT(6);

	(void)state;
	buf_printf(&b, "%s", "123456");
	assert_int_equal(buf_check(&b), OUTCOME_OK);
	assert_string_equal(buf_text(&b), "123456");
	buf_reset(&b);
	buf_printf(&b, "%s", "1234567");
	assert_int_equal(buf_check(&b), OUTCOME_NO_MEMORY);
	assert_string_equal(buf_text(&b), "");
}

static void
buf_refuses_lengths_that_would_wrap(void **state)
{
	autobuf b = BUF_INIT(SIZE_MAX);

	(void)state;
	buf_put_text(&b, "abc");
	buf_put(&b, "", SIZE_MAX - 1);
	assert_int_equal(buf_check(&b), OUTCOME_NO_MEMORY);
	assert_string_equal(buf_text(&b), "abc");
}

static void
buf_reset_wipes_all_that_was_there(void **state)
{
	autobuf b = BUF_INIT(4096);

	(void)state;
	buf_put_text(&b, "a token that must not stay");
	uint8_t *p = b.p;
	size_t cap = b.cap;
	buf_reset(&b);
	assert_ptr_equal(b.p, p);
	assert_int_equal(b.cap, cap);
	assert_int_equal(b.len, 0);
	for (size_t i = 0; i < cap; i++)
		assert_int_equal(p[i], 0);
	buf_put_text(&b, "next");
	assert_string_equal(buf_text(&b), "next");
}

static void
buf_reset_makes_a_failed_buffer_usable(void **state)
{
	autobuf b = BUF_INIT(3);

	(void)state;
	buf_put_text(&b, "abcd");
	buf_reset(&b);
	assert_int_equal(buf_check(&b), OUTCOME_OK);
	buf_put_text(&b, "abc");
	assert_string_equal(buf_text(&b), "abc");
}

static void
buf_keeps_what_it_held_while_it_grows(void **state)
{
	autobuf b = BUF_INIT(100000);

	(void)state;
	for (size_t i = 0; i < 100000; i++)
		buf_put_byte(&b, (uint8_t)(i % 251));
	assert_int_equal(buf_check(&b), OUTCOME_OK);
	for (size_t i = 0; i < 100000; i++) {
		if (b.p[i] != i % 251)
			fail_msg("byte %zu", i);
	}
}

static void
view_eq_compares_lengths_then_bytes(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		bool equal;
	} rows[] = {
	    {"", "", true},
	    {"a", "a", true},
	    {"a", "", false},
	    {"a", "A", false},
	    {"ab", "a", false},
	    {"a", "ab", false},
	    {"xb", "yb", false},
	    {"bx", "by", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct view a = view_text(rows[i].a);
		struct view b = view_text(rows[i].b);

		assert_int_equal(view_eq(a, b), rows[i].equal);
		assert_int_equal(view_eq_ct(a, b), rows[i].equal);
	}
	assert_true(view_eq((struct view){0}, view_text("")));
	assert_true(view_eq_ct((struct view){0}, view_text("")));
	assert_false(view_eq((struct view){0}, view_text("a")));
	assert_false(view_eq_ct(view_text("a"), (struct view){0}));
}

static void
view_eq_ct_sees_every_single_bit(void **state)
{
	uint8_t a[32] = {0};
	uint8_t b[32] = {0};

	(void)state;
	for (size_t bit = 0; bit < 8 * sizeof(a); bit++) {
		b[bit / 8] = (uint8_t)(1 << bit % 8);
		assert_false(view_eq_ct(
		    (struct view){a, sizeof(a)}, (struct view){b, sizeof(b)}));
		b[bit / 8] = 0;
	}
	assert_true(view_eq_ct(
	    (struct view){a, sizeof(a)}, (struct view){b, sizeof(b)}));
}

static void
views_are_trimmed_at_both_ends(void **state)
{
	static const struct {
		const char *text;
		const char *left;
	} rows[] = {{" \t a b\t", "a b"}, {"ab", "ab"}, {" \t ", ""}, {"", ""},
	    {"\r a", "\r a"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(view_eq(view_trim(view_text(rows[i].text), " \t"),
		    view_text(rows[i].left)));
	/* a NUL byte is none of the characters */
	assert_int_equal(
	    view_trim((struct view){(const uint8_t *)"\0 ", 2}, " ").len, 1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(buf_is_empty_at_first_and_after_done),
	    cmocka_unit_test(buf_puts_append_in_order),
	    cmocka_unit_test(buf_holds_exactly_max_bytes_and_a_nul),
	    cmocka_unit_test(
		buf_put_that_does_not_fit_changes_nothing_and_sticks),
	    cmocka_unit_test(buf_printf_fits_to_the_last_byte),
	    cmocka_unit_test(buf_refuses_lengths_that_would_wrap),
	    cmocka_unit_test(buf_reset_wipes_all_that_was_there),
	    cmocka_unit_test(buf_reset_makes_a_failed_buffer_usable),
	    cmocka_unit_test(buf_keeps_what_it_held_while_it_grows),
	    cmocka_unit_test(view_eq_compares_lengths_then_bytes),
	    cmocka_unit_test(views_are_trimmed_at_both_ends),
	    cmocka_unit_test(view_eq_ct_sees_every_single_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
