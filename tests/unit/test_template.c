/* SPDX-License-Identifier: ISC */
/* Sentences with blanks, and which translation may stand for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/base/messages.h"
#include "gcpkce/config/service.h"
#include "module/template.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *const said[] = {MESSAGE_SIGN_IN, MESSAGE_PASTE,
    MESSAGE_TYPE_NUMBER, MESSAGE_NUMBER_EARLY, MESSAGE_NUMBER_WRONG,
    MESSAGE_NUMBER_SPENT, MESSAGE_OPEN_HERE, MESSAGE_PASTE_ELSEWHERE,
    MESSAGE_NO_NUMBER, MESSAGE_NO_ADDRESS, MESSAGE_PASTE_ADDRESS,
    MESSAGE_UNREACHABLE, MESSAGE_EARLIER, MESSAGE_OTHER_PAGE, MESSAGE_ADMIN,
    MESSAGE_LATER, MESSAGE_DENIED, MESSAGE_FEWER, MESSAGE_TOO_LATE,
    MESSAGE_EMPTY, MESSAGE_NO_CODE, MESSAGE_OTHER_ADDRESS, MESSAGE_CANCELLED,
    MESSAGE_REFUSED};

static void
sentence_is_filled_in_whatever_order_its_blanks_stand(void **state)
{
	static const struct blank blanks[] = {
	    {"user", "alice"}, {"host", "bastion01"}, {"time", "14:05:30"}};
	static const struct {
		const char *sentence;
		const char *filled;
	} rows[] = {
	    {"", ""},
	    {"None.", "None."},
	    {"{user}", "alice"},
	    {"{user}{host}", "alicebastion01"},
	    {"until {time}, {user} on {host}:",
		"until 14:05:30, alice on bastion01:"},
	    {"{user} {user}", "alice alice"},
	    {"{absent} {user", "{absent} {user"},
	    {"{} {{user}} }{", "{} {alice} }{"},
	    {"{use} {users}", "{use} {users}"},
	    {"%s %n {user} %", "%s %n alice %"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		autobuf b = BUF_INIT(200);

		template_put(&b, rows[i].sentence, blanks, COUNT(blanks));
		assert_string_equal(buf_text(&b), rows[i].filled);
	}
}

static void
sentence_escapes_values_and_looks_for_no_blanks_in_them(void **state)
{
	static const struct blank blanks[] = {
	    {"user", "{host}\033[2J\n%s\\\""}, {"host", "b"}};
	autobuf b = BUF_INIT(200);

	(void)state;
	template_put(&b, "{user} on {host}", blanks, COUNT(blanks));
	assert_string_equal(buf_text(&b), "{host}\\x1b[2J\\x0a%s\\\" on b");
}

static void
sentence_that_does_not_fit_is_a_failure(void **state)
{
	static const struct blank blanks[] = {{"user", "alice"}};
	autobuf b = BUF_INIT(8);

	(void)state;
	template_put(&b, "I am {user}", blanks, COUNT(blanks));
	assert_int_equal(buf_check(&b), OUTCOME_NO_MEMORY);
}

static void
sentence_takes_a_translation_with_the_same_blanks_alone(void **state)
{
	static const struct {
		const char *sentence;
		const char *translation;
		bool good;
	} rows[] = {
	    {"The answer.", "Die Antwort f\xc3\xbcr %s.", true},
	    {"{a} on {b}", "{b}: {a}", true},
	    {"{a} {a} {b}", "{a}{b}{a}", true},
	    {"{a} on {b}", "{a}", false},
	    {"{a} on {b}", "{a} {b} {b}", false},
	    {"{a} on {b}", "{a} {b} {c}", false},
	    {"{a} on {b}", "{a} {B}", false},
	    {"Plain.", "{a}", false},
	    {"Plain.", "", false},
	    {"Plain.", "\033[31mred", false},
	    {"Plain.", "two\nlines", false},
	    {"Plain.", "back\b", false},
	    {"Plain.", "\x7f", false},
	    {"Plain.", "C1 \xc2\x9b", false},
	    {"Plain.", "latin \xfc", false},
	    {"Plain.", "cut \xc3", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(
		    template_may_be(rows[i].sentence, rows[i].translation),
		    rows[i].good);
}

static void
sentence_takes_no_translation_that_lightdm_cannot_display(void **state)
{
	char text[SENTENCE_MAX + 2];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(template_may_be("Plain.", text));
	assert_true(SENTENCE_MAX + 32 <= LIGHTDM_MESSAGE_MAX); /* a name */
	text[SENTENCE_MAX] = '\0';
	assert_true(template_may_be("Plain.", text));
}

static void
sentences_are_one_line_of_ascii_that_ends_as_sentences_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(said); i++) {
		size_t len = strlen(said[i]);

		for (size_t j = 0; j < len; j++)
			assert_in_range(said[i][j], 0x20, 0x7e);
		assert_in_range(said[i][0], 'A', 'Z');
		assert_true(said[i][len - 1] == '.' || said[i][len - 1] == ':');
		assert_true(template_may_be(said[i], said[i]));
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		sentence_is_filled_in_whatever_order_its_blanks_stand),
	    cmocka_unit_test(
		sentence_escapes_values_and_looks_for_no_blanks_in_them),
	    cmocka_unit_test(sentence_that_does_not_fit_is_a_failure),
	    cmocka_unit_test(
		sentence_takes_a_translation_with_the_same_blanks_alone),
	    cmocka_unit_test(
		sentence_takes_no_translation_that_lightdm_cannot_display),
	    cmocka_unit_test(
		sentences_are_one_line_of_ascii_that_ends_as_sentences_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
