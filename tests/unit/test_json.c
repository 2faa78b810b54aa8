/* SPDX-License-Identifier: ISC */
/* Strict JSON: what RFC 8259 has, and nothing that json-c adds to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/oauth/json.h"

#define T(literal) literal, sizeof(literal) - 1
#define A15 "[[[[[[[[[[[[[[["
#define Z15 "]]]]]]]]]]]]]]]"

struct row {
	const char *text;
	size_t len;
};

static const struct row accepted[] = {
    {T("{}")},
    {T(" \t\r\n{ } \t\r\n")},
    {T("{\"a\":1}")},
    {T("{\"a\" : [ 1 , -1.5e+3 , 0 , -0 , 0.5 , 1E9 , 10 ] }")},
    {T("{\"a\":[true,false,null,{},[],\"\"]}")},
    {T("{\"a\":{\"a\":{\"a\":1}},\"b\":[{\"a\":1},{\"a\":2}]}")},
    {T("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"}")},
    {T("{\"a\":\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xed\x9f\xbf\"}")},
    {T("{\"a\":\"\xf4\x8f\xbf\xbf \xee\x80\x80 \xc2\x80\"}")},
    {T("{\"a\":\"x:y\",\"b\":\":\",\":\":1}")},
    {T("{\"a\":\"\\\\\",\"b\":\"\\\\u0000\"}")},
    {T("{\"a\":\"x\\u0000y\"}")},
    {T("{\"a\":\"x\\u0000y\",\"b\":1}")},
    {T("{\"\":1}")},
    {T("{\"a\":\"\x7f\"}")},
    {T("{\"a\":99999999999999999999999}")},
    {T("{\"a\":-99999999999999999999999}")},
    {T("{\"a\":18446744073709551616,\"b\":1e999,\"c\":-1e-999}")},
    {T("{\"M\xc3\xbcller\":\"\xd0\x96\xe5\xb1\xb1\",\"\\u00fc\":\"\\ud83d\"}")},
    {T("{\"a\":\"\\u0000\\uFFff\\uABCD\"}")},
    {T("{\"a\":[[],[],[],[],[],[],[],[],[],{},{},{},{},{},{},{},{},{}]}")},
    {T("{\"a\":" A15 Z15 "}")},
    {T("{\"a\":" A15 "1" Z15 "}")},
};

static const struct row refused[] = {
    {T("")},
    {T("   ")},
    {T("null")},
    {T("1")},
    {T("\"a\"")},
    {T("true")},
    {T("[]")},
    {T("[{}]")},
    {T("{")},
    {T("}")},
    {T("{}}")},
    {T("{\"a\"")},
    {T("{\"a\":")},
    {T("{\"a\":1")},
    {T("{\"a\":\"x")},
    {T("{\"a\":\"x\\")},
    {T("{\"a\":\"x\\\"}")},
    {T("{} x")},
    {T("{}{}")},
    {T("{},")},
    {T("{}\0")},
    {T("{\0}")},
    {T("{\"a\":\"x\0y\"}")},
    {T("\xef\xbb\xbf{}")},
    {T("\f{}")},
    {T("\v{}")},
    {T("\xc2\xa0{}")},
    {T("{a:1}")},
    {T("{'a':1}")},
    {T("{\"a\":'x'}")},
    {T("{1:1}")},
    {T("{\"a\" 1}")},
    {T("{\"a\":1,}")},
    {T("{,\"a\":1}")},
    {T("{\"a\":[1,]}")},
    {T("{\"a\":[1 2]}")},
    {T("{\"a\":1 \"b\":2}")},
    {T("{\"a\":]}")},
    {T("{\"a\":[}]")},
    {T("/* x */{}")},
    {T("{}// x")},
    {T("{\"a\":NaN}")},
    {T("{\"a\":nan}")},
    {T("{\"a\":Infinity}")},
    {T("{\"a\":-Infinity}")},
    {T("{\"a\":True}")},
    {T("{\"a\":TRUE}")},
    {T("{\"a\":tru}")},
    {T("{\"a\":truetrue}")},
    {T("{\"a\":nul}")},
    {T("{\"a\":007}")},
    {T("{\"a\":00}")},
    {T("{\"a\":-01}")},
    {T("{\"a\":-}")},
    {T("{\"a\":+1}")},
    {T("{\"a\":.5}")},
    {T("{\"a\":1.}")},
    {T("{\"a\":1.e5}")},
    {T("{\"a\":1e}")},
    {T("{\"a\":1e+}")},
    {T("{\"a\":1e5e5}")},
    {T("{\"a\":1.5.5}")},
    {T("{\"a\":1-2}")},
    {T("{\"a\":0x10}")},
    {T("{\"a\":1f}")},
    {T("{\"a\":\"\\x\"}")},
    {T("{\"a\":\"\\u12g4\"}")},
    {T("{\"a\":\"\\u12\"}")},
    {T("{\"a\":\"\\u12")},
    {T("{\"a\":\"\\U0041\"}")},
    {T("{\"a\":\"\\a\"}")},
    {T("{\"a\":\"\\\0\"}")},
    {T("{\"a\":[,1]}")},
    {T("{\"a\":[1,,2]}")},
    {T("{\"a\":1,,\"b\":2}")},
    {T("{\"a\"::1}")},
    {T("{\"a\":1:2}")},
    {T("{\"a\",1}")},
    {T("{:1}")},
    {T("{\"a\":,}")},
    {T("{\"a\":{]}")},
    {T("{\"a\":[1}}")},
    {T("{\"a\":1 true}")},
    {T("{true:1}")},
    {T("{[]:1}")},
    {T("{\"a\":\"x\"\"y\"}")},
    {T("{\"a\":- 1}")},
    {T("{\"a\":1 .5}")},
    {T("{\"a\":nullx}")},
    {T("{\"a\":False}")},
    {T("{\"a\":\"\\\xc3\xa9\"}")},
    {T("{\"a\":\"x\ny\"}")},
    {T("{\"a\":\"x\ty\"}")},
    {T("{\"a\":\"\x1b[2J\"}")},
    {T("{\"a\":\"\\\n\"}")},
    {T("{\"a\":\"\xff\"}")},
    {T("{\"a\":\"\x80\"}")},
    {T("{\"a\":\"\xc3\"}")},
    {T("{\"a\":\"\xc3(\"}")},
    {T("{\"a\":\"\xc0\x80\"}")},
    {T("{\"a\":\"\xc1\xbf\"}")},
    {T("{\"a\":\"\xe0\x9f\xbf\"}")},
    {T("{\"a\":\"\xed\xa0\x80\"}")},
    {T("{\"a\":\"\xf0\x8f\xbf\xbf\"}")},
    {T("{\"a\":\"\xf4\x90\x80\x80\"}")},
    {T("{\"a\":\"\xf5\x80\x80\x80\"}")},
    {T("{\"a\":\"\xe2\x82\"}")},
    {T("{\"a\":\"\xe2\x82(\"}")},
    {T("{\"a\":\"\xe2\x82\xc0\"}")},
    {T("{\"a\":\"\xf0\x9f\x98(\"}")},
    {T("{\"a\":\"\xf0\x9f\x98")},
    {T("{\"a\":\xc3\xa9}")},
    {T("{\"a\":1,\"a\":1}")},
    {T("{\"a\":1,\"a\":2}")},
    {T("{\"a\":1,\"\\u0061\":2}")},
    {T("{\"b\":[{\"a\":1,\"a\":2}]}")},
    {T("{\"b\":{\"c\":{\"a\":{},\"x\":1,\"a\":{}}}}")},
    {T("{\"a\":null,\"a\":null}")},
    {T("{\"a\\u0000b\":1}")},
    {T("{\"a\\u0000\\u0062\":1}")},
    {T("{\"a\\u0000b\" : 1}")},
    {T("{\"a\":" A15 "[]" Z15 "}")},
    {T("{\"a\":" A15 "{}" Z15 "}")},
    {T("{\"a\":" A15 "[1]" Z15 "}")},
};

/* Parse a copy of exactly that size, so that a sanitizer sees any overrun. */
static enum outcome
parse_copy(const char *text, size_t len, struct errinfo *reterr)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	autojson *object = NULL;

	assert_non_null(copy);
	memcpy(copy, text, len);
	enum outcome r = json_parse_object(
	    (struct view){.p = copy, .len = len}, &object, reterr);
	free(copy);
	assert_int_equal(object != NULL, r == OUTCOME_OK);
	assert_true(r == OUTCOME_OK || r == OUTCOME_REPLY_INVALID);
	return r;
}

static void
json_accepts_what_rfc_8259_has(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		struct errinfo err = {0};

		if (parse_copy(accepted[i].text, accepted[i].len, &err) !=
		    OUTCOME_OK)
			fail_msg(
			    "row %zu, %s: %s", i, accepted[i].text, err.text);
	}
}

static void
json_refuses_everything_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct errinfo err = {0};

		if (parse_copy(refused[i].text, refused[i].len, &err) !=
		    OUTCOME_REPLY_INVALID)
			fail_msg("row %zu, %s", i, refused[i].text);
		assert_memory_equal(err.text, "JSON: ", 6);
		assert_true(strlen(err.text) > 6);
	}
}

static void
json_refuses_a_null_view(void **state)
{
	struct json_object *object = NULL;

	(void)state;
	assert_int_equal(json_parse_object((struct view){0}, &object, NULL),
	    OUTCOME_REPLY_INVALID);
}

static void
json_is_read_up_to_256_kib(void **state)
{
	char *text = malloc(JSON_TEXT_MAX + 1);
	struct errinfo err = {0};

	(void)state;
	assert_non_null(text);
	memset(text, 'x', JSON_TEXT_MAX + 1);
	memcpy(text, "{\"a\":\"", 6);
	memcpy(text + JSON_TEXT_MAX - 2, "\"} ", 3);
	assert_int_equal(parse_copy(text, JSON_TEXT_MAX, &err), OUTCOME_OK);
	assert_int_equal(
	    parse_copy(text, JSON_TEXT_MAX + 1, &err), OUTCOME_REPLY_INVALID);
	memset(text, '[', JSON_TEXT_MAX);
	assert_int_equal(
	    parse_copy(text, JSON_TEXT_MAX, &err), OUTCOME_REPLY_INVALID);
	free(text);
}

static void
json_member_tells_missing_from_wrong(void **state)
{
	autojson *object = NULL;
	struct json_object *member = NULL;

	(void)state;
	assert_int_equal(
	    json_parse_object(
		view_text("{\"s\":\"x\",\"n\":1,\"z\":null}"), &object, NULL),
	    OUTCOME_OK);
	assert_true(json_member(object, "s", json_type_string, &member));
	assert_true(view_eq(json_view(member), view_text("x")));
	assert_true(json_member(object, "z", json_type_string, &member));
	assert_null(member);
	assert_true(json_member(object, "s", json_type_string, &member));
	assert_true(json_member(object, "S", json_type_string, &member));
	assert_null(member);
	assert_false(json_member(object, "n", json_type_string, &member));
	assert_false(json_member(object, "s", json_type_int, &member));
}

static void
json_view_shows_a_nul(void **state)
{
	autojson *object = NULL;
	struct json_object *member = NULL;

	(void)state;
	assert_int_equal(json_parse_object(
			     view_text("{\"a\":\"x\\u0000y\"}"), &object, NULL),
	    OUTCOME_OK);
	assert_true(json_member(object, "a", json_type_string, &member));
	struct view view = json_view(member);
	assert_int_equal(view.len, 3);
	assert_memory_equal(view.p, "x\0y", 3);
}

static void
json_cleanup_wipes_every_string(void **state)
{
	struct json_object *object = NULL;
	struct json_object *list = NULL;

	(void)state;
	assert_int_equal(
	    json_parse_object(
		view_text("{\"a\":[{\"b\":\"secret\"},\"s\"]}"), &object, NULL),
	    OUTCOME_OK);
	assert_true(json_member(object, "a", json_type_array, &list));
	/* Held once more, so that they can be looked at afterwards. */
	struct json_object *long_one = json_object_get(
	    json_object_object_get(json_object_array_get_idx(list, 0), "b"));
	struct json_object *short_one =
	    json_object_get(json_object_array_get_idx(list, 1));
	json_cleanup(&object);
	assert_null(object);
	assert_memory_equal(json_object_get_string(long_one), "\0\0\0\0\0", 6);
	assert_memory_equal(json_object_get_string(short_one), "", 1);
	json_object_put(long_one);
	json_object_put(short_one);
	json_cleanup(&object);
}

static void
json_error_texts_never_hold_the_text(void **state)
{
	static const char *const texts[] = {"{\"SeCrEt\":\"SeCrEt\" SeCrEt}",
	    "{\"a\":\"SeCrEt", "{\"a\":SeCrEt}", "SeCrEt",
	    "{\"SeCrEt\":1,\"SeCrEt\":1}", "[\"SeCrEt\"]"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct errinfo err = {0};

		assert_int_equal(parse_copy(texts[i], strlen(texts[i]), &err),
		    OUTCOME_REPLY_INVALID);
		assert_null(strstr(err.text, "SeCrEt"));
	}
}

static const char good[] =
    "{\"id\":\"x\\u00e9\\n\xc3\xa9\",\"n\":[-1.5e3,0,true,false,null],"
    "\"o\":{\"p\":{},\"q\":\"\\\\\"}}";

static void
json_refuses_every_truncation(void **state)
{
	struct errinfo err;

	(void)state;
	for (size_t len = 0; len < sizeof(good) - 1; len++)
		assert_int_equal(
		    parse_copy(good, len, &err), OUTCOME_REPLY_INVALID);
	assert_int_equal(parse_copy(good, sizeof(good) - 1, &err), OUTCOME_OK);
}

static void
json_survives_every_bit_flip(void **state)
{
	char text[sizeof(good)];
	struct errinfo err;

	(void)state;
	for (size_t bit = 0; bit < (sizeof(good) - 1) * 8; bit++) {
		memcpy(text, good, sizeof(good));
		text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
		(void)!parse_copy(text, sizeof(good) - 1, &err);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(json_accepts_what_rfc_8259_has),
	    cmocka_unit_test(json_refuses_everything_else),
	    cmocka_unit_test(json_refuses_a_null_view),
	    cmocka_unit_test(json_is_read_up_to_256_kib),
	    cmocka_unit_test(json_member_tells_missing_from_wrong),
	    cmocka_unit_test(json_view_shows_a_nul),
	    cmocka_unit_test(json_cleanup_wipes_every_string),
	    cmocka_unit_test(json_error_texts_never_hold_the_text),
	    cmocka_unit_test(json_refuses_every_truncation),
	    cmocka_unit_test(json_survives_every_bit_flip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
