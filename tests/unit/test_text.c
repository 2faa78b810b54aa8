/* SPDX-License-Identifier: ISC */
/* Small readers and writers of text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/base/text.h"

#define VIEW(literal) \
	((struct view){(const uint8_t *)(literal), sizeof(literal) - 1})
#define UUID "0123abcd-4567-89ab-cdef-0123456789ab"

static void
text_put_escaped_lets_nothing_act(void **state)
{
	static const struct {
		struct view bytes;
		const char *shown;
	} rows[] = {
	    {{(const uint8_t *)"", 0}, ""},
	    {{(const uint8_t *)"a b~!", 5}, "a b~!"},
	    {{(const uint8_t *)"\"\\", 2}, "\\x22\\x5c"},
	    {{(const uint8_t *)"\0\t\n\r\033\177", 6},
		"\\x00\\x09\\x0a\\x0d\\x1b\\x7f"},
	    {{(const uint8_t *)"\302\205\342\200\256\377", 6},
		"\\xc2\\x85\\xe2\\x80\\xae\\xff"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autobuf b = BUF_INIT(100);

		text_put_escaped(&b, rows[i].bytes);
		assert_string_equal(buf_text(&b), rows[i].shown);
	}
}

static void
text_put_percent_keeps_the_unreserved_66_alone(void **state)
{
	size_t kept = 0;

	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		autobuf b = BUF_INIT(3);
		uint8_t byte = (uint8_t)c;
		char expected[] = {'%', "0123456789ABCDEF"[c / 16],
		    "0123456789ABCDEF"[c % 16], '\0'};

		text_put_percent(&b, (struct view){&byte, 1});
		assert_int_equal(buf_check(&b), OUTCOME_OK);
		kept += b.len == 1;
		if (b.len == 1)
			assert_int_equal(b.p[0], c);
		else
			assert_string_equal(buf_text(&b), expected);
		assert_int_equal(b.len == 1,
		    c != 0 &&
			strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstu"
			       "vwxyz0123456789-._~",
			    (int)c) != NULL);
	}
	assert_int_equal(kept, 66);
}

static void
text_is_uuid_takes_lower_case_with_hyphens_alone(void **state)
{
	static const char *const others[] = {
	    "",
	    "0123abcd-4567-89ab-cdef-0123456789a",
	    UUID "0",
	    "0123ABCD-4567-89ab-cdef-0123456789ab",
	    "0123abcg-4567-89ab-cdef-0123456789ab",
	    "0123abcd045670-89ab-cdef-0123456789a",
	    "{123abcd-4567-89ab-cdef-0123456789a}",
	    "0123abcd-4567-89ab-cdef-0123456789a ",
	    " 123abcd-4567-89ab-cdef-0123456789ab",
	    "0123abcd04567089ab0cdef00123456789ab",
	    "0123abcd-4567-89ab-cdef--123456789ab",
	};

	(void)state;
	assert_true(text_is_uuid(VIEW(UUID)));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(text_is_uuid(view_text(others[i])));
	for (size_t i = 0; i < TEXT_UUID_LEN; i++) {
		char uuid[] = UUID;

		uuid[i] = '\0';
		assert_false(text_is_uuid(
		    (struct view){(const uint8_t *)uuid, TEXT_UUID_LEN}));
		uuid[i] = 'A';
		assert_false(text_is_uuid(view_text(uuid)));
	}
}

static void
text_is_token_takes_printable_ascii_without_the_space(void **state)
{
	(void)state;
	assert_false(text_is_token((struct view){0}));
	for (unsigned c = 0; c < 256; c++) {
		uint8_t bytes[] = {'a', (uint8_t)c, 'b'};

		assert_int_equal(text_is_token((struct view){bytes, 3}),
		    c > 0x20 && c < 0x7f);
	}
}

static void
text_is_b64token_takes_the_grammar_of_rfc_6750_alone(void **state)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz0123456789-._~+/";

	(void)state;
	assert_false(text_is_b64token((struct view){0}));
	assert_false(text_is_b64token(view_text("=")));
	assert_false(text_is_b64token(view_text("a=b")));
	assert_true(text_is_b64token(view_text("a==")));
	for (unsigned c = 0; c < 256; c++) {
		uint8_t bytes[] = {'a', (uint8_t)c, 'b'};

		assert_int_equal(text_is_b64token((struct view){bytes, 3}),
		    c != 0 && strchr(set, (int)c) != NULL);
	}
}

static void
text_is_clean_utf8_judges_every_row(void **state)
{
	static const struct {
		struct view bytes;
		bool clean;
	} rows[] = {
#define ROW(literal, clean) \
	{{(const uint8_t *)(literal), sizeof(literal) - 1}, clean}
	    ROW("", true),
	    ROW("plain text ~", true),
	    ROW("caf\303\251", true),
	    ROW("\342\202\254", true),
	    ROW("\360\237\230\200", true),
	    ROW("\364\217\277\277", true),
	    ROW("\302\240", true),
	    ROW("a\0b", false),
	    ROW("a\tb", false),
	    ROW("a\nb", false),
	    ROW("\033[31m", false),
	    ROW("\177", false),
	    ROW("\302\200", false), /* C1 */
	    ROW("\302\205", false), /* NEL */
	    ROW("\302\237", false),
	    ROW("\200", false),
	    ROW("\303", false),
	    ROW("\303(", false),
	    ROW("\342\202", false),
	    ROW("\342\202(", false),
	    ROW("\360\237\230", false),
	    ROW("\300\200", false), /* overlong NUL */
	    ROW("\301\201", false),
	    ROW("\340\201\201", false),
	    ROW("\360\200\201\201", false),
	    ROW("\355\240\200", false), /* a surrogate */
	    ROW("\355\277\277", false),
	    ROW("\364\220\200\200", false), /* above U+10FFFF */
	    ROW("\370\210\200\200\200", false),
	    ROW("\376", false),
	    ROW("\377", false),
#undef ROW
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t *copy = malloc(rows[i].bytes.len + 1);

		assert_non_null(copy);
		/* at the end of its memory, so that overruns are seen */
		memcpy(copy + 1, rows[i].bytes.p, rows[i].bytes.len);
		if (text_is_clean_utf8((struct view){
			copy + 1, rows[i].bytes.len}) != rows[i].clean)
			fail_msg("row %zu", i);
		free(copy);
	}
}

static void
text_parse_number_reads_digits_within_bounds_alone(void **state)
{
	static const struct {
		const char *text;
		unsigned long min, max;
		bool good;
		unsigned long n;
	} rows[] = {
	    {"0", 0, 10, true, 0},
	    {"10", 0, 10, true, 10},
	    {"007", 0, 10, true, 7},
	    {"11", 0, 10, false, 0},
	    {"4", 5, 10, false, 0},
	    {"5", 5, 10, true, 5},
	    {"", 0, 10, false, 0},
	    {"-1", 0, 10, false, 0},
	    {"+1", 0, 10, false, 0},
	    {" 1", 0, 10, false, 0},
	    {"1 ", 0, 10, false, 0},
	    {"1.0", 0, 10, false, 0},
	    {"0x1", 0, 10, false, 0},
	    {"1e1", 0, 10, false, 0},
	    {"4294967294", 0, 4294967294UL, true, 4294967294UL},
	    {"4294967295", 0, 4294967294UL, false, 0},
	    {"18446744073709551615", 0, ~0UL, true, ~0UL},
	    {"18446744073709551616", 0, ~0UL, false, 0},
	    {"18446744073709551626", 0, ~0UL, false, 0},
	    {"99999999999999999999999", 0, ~0UL, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned long n = 77;

		if (text_parse_number(rows[i].text, rows[i].min, rows[i].max,
			&n) != rows[i].good ||
		    n != (rows[i].good ? rows[i].n : 77))
			fail_msg("row %zu, \"%s\": %lu", i, rows[i].text, n);
	}
}

static void
text_lower_changes_the_26_letters_alone(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++)
		assert_int_equal(
		    text_lower((uint8_t)c), c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static void
text_eq_nocase_folds_ascii_and_nothing_else(void **state)
{
	(void)state;
	assert_true(text_eq_nocase(VIEW("AbC"), VIEW("aBc")));
	assert_true(text_eq_nocase((struct view){0}, VIEW("")));
	assert_false(text_eq_nocase(VIEW("ab"), VIEW("abc")));
	assert_false(text_eq_nocase(VIEW("abc"), VIEW("ab")));
	/* '@' and '`', '[' and '{' are 32 apart too */
	assert_false(text_eq_nocase(VIEW("@"), VIEW("`")));
	assert_false(text_eq_nocase(VIEW("["), VIEW("{")));
	assert_false(text_eq_nocase(VIEW("\303\211"), VIEW("\303\251")));
	/* KELVIN SIGN is no k, DOTLESS I is no i */
	assert_false(text_eq_nocase(VIEW("\342\204\252"), VIEW("k")));
	assert_false(text_eq_nocase(VIEW("\304\261"), VIEW("i")));
}

static void
text_split_email_takes_plain_addresses_alone(void **state)
{
	static const struct {
		const char *address;
		const char *local; /* NULL: refused */
		const char *domain;
	} rows[] = {
	    {"a@b", "a", "b"},
	    {"alice+x@example.com", "alice+x", "example.com"},
	    {"o'neil@example.com.", "o'neil", "example.com."},
	    {"", NULL, NULL},
	    {"alice", NULL, NULL},
	    {"@", NULL, NULL},
	    {"@example.com", NULL, NULL},
	    {"alice@", NULL, NULL},
	    {"a@b@c", NULL, NULL},
	    {"a@@b", NULL, NULL},
	    {"\"a@b\"@c", NULL, NULL},
	    {"al ice@example.com", NULL, NULL},
	    {" alice@example.com", NULL, NULL},
	    {"alice@example.com ", NULL, NULL},
	    {"alice@example.com\n", NULL, NULL},
	    {"alice\t@example.com", NULL, NULL},
	    {"al\303\251@example.com", NULL, NULL},
	    {"alice@ex\342\200\213ample.com", NULL, NULL},
	    {"alice\177@example.com", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct view local = {0};
		struct view domain = {0};
		bool good = text_split_email(
		    view_text(rows[i].address), &local, &domain);

		if (good != (rows[i].local != NULL))
			fail_msg("row %zu, \"%s\"", i, rows[i].address);
		if (!good)
			continue;
		assert_true(view_eq(local, view_text(rows[i].local)));
		assert_true(view_eq(domain, view_text(rows[i].domain)));
	}
	assert_false(text_split_email(
	    VIEW("a@b\0c"), &(struct view){0}, &(struct view){0}));
}

static void
text_list_has_whole_items_alone(void **state)
{
	static const struct {
		const char *list;
		const char *item;
		bool has;
	} rows[] = {
	    {"", "", false},
	    {"", "a", false},
	    {"a", "a", true},
	    {"a", "", false},
	    {"a,b,c", "a", true},
	    {"a,b,c", "b", true},
	    {"a,b,c", "c", true},
	    {"a,b,c", "a,b", false},
	    {"a,b,c", "d", false},
	    {"example.com", "EXAMPLE.com", true},
	    {"example.com", "xexample.com", false},
	    {"example.com", "example.co", false},
	    {"example.com", "example.com.", false},
	    {"example.com,x", "ple.com", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (text_list_has(rows[i].list, view_text(rows[i].item)) !=
		    rows[i].has)
			fail_msg("\"%s\" \"%s\"", rows[i].list, rows[i].item);
	}
}

static void
text_field_is_quoted_escaped_and_cut(void **state)
{
	autobuf line = BUF_INIT(200);

	(void)state;
	text_put_field(&line, "user", "a\" x=\"\n", 20);
	text_put_field(&line, "cut", "123456", 5);
	text_put_field(&line, "whole", "12345", 5);
	assert_string_equal(buf_text(&line),
	    " user=\"a\\x22 x=\\x22\\x0a\" cut=\"12345...\" whole=\"12345\"");
}

static void
text_is_id_char_takes_65_characters_alone(void **state)
{
	static const char good[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "._-";

	(void)state;
	assert_int_equal(strlen(good), 65);
	assert_false(text_is_id_char('\0'));
	for (int c = 1; c < 256; c++)
		assert_int_equal(
		    text_is_id_char((uint8_t)c), strchr(good, c) != NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_list_has_whole_items_alone),
	    cmocka_unit_test(text_field_is_quoted_escaped_and_cut),
	    cmocka_unit_test(text_is_id_char_takes_65_characters_alone),
	    cmocka_unit_test(text_put_escaped_lets_nothing_act),
	    cmocka_unit_test(text_put_percent_keeps_the_unreserved_66_alone),
	    cmocka_unit_test(text_is_uuid_takes_lower_case_with_hyphens_alone),
	    cmocka_unit_test(
		text_is_token_takes_printable_ascii_without_the_space),
	    cmocka_unit_test(
		text_is_b64token_takes_the_grammar_of_rfc_6750_alone),
	    cmocka_unit_test(text_is_clean_utf8_judges_every_row),
	    cmocka_unit_test(
		text_parse_number_reads_digits_within_bounds_alone),
	    cmocka_unit_test(text_lower_changes_the_26_letters_alone),
	    cmocka_unit_test(text_eq_nocase_folds_ascii_and_nothing_else),
	    cmocka_unit_test(text_split_email_takes_plain_addresses_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
