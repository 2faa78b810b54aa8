/* SPDX-License-Identifier: ISC */
/* greetd's protocol: frames, replies, and the bytes of requests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "greeter/greetd.h"

#define MESSAGE(type, text) \
	"{\"type\":\"auth_message\",\"auth_message_type\":" type \
	",\"auth_message\":" text "}"
#define ERROR(type, text) \
	"{\"type\":\"error\",\"error_type\":" type ",\"description\":" text "}"

static void
frame_is_whole_or_not_there(void **state)
{
	uint8_t bytes[9] = {0};
	const uint32_t len = 3;
	struct view json;

	(void)state;
	memcpy(bytes, &len, sizeof(len));
	memcpy(bytes + 4, "{}\nxx", 5);
	for (size_t have = 0; have < 7; have++) {
		assert_int_equal(
		    greetd_frame_find((struct view){bytes, have}, &json, NULL),
		    OUTCOME_OK);
		assert_null(json.p);
	}
	for (size_t have = 7; have <= 9; have++) {
		assert_int_equal(
		    greetd_frame_find((struct view){bytes, have}, &json, NULL),
		    OUTCOME_OK);
		assert_ptr_equal(json.p, bytes + 4);
		assert_int_equal(json.len, 3);
	}
}

static void
frame_of_no_or_too_many_bytes_is_refused(void **state)
{
	static const struct {
		uint32_t len;
		enum outcome outcome;
	} rows[] = {{0, OUTCOME_REPLY_INVALID}, {1, OUTCOME_OK},
	    {GREETD_FRAME_MAX, OUTCOME_OK},
	    {GREETD_FRAME_MAX + 1, OUTCOME_REPLY_INVALID},
	    {UINT32_MAX, OUTCOME_REPLY_INVALID}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct errinfo why = {0};
		struct view json;
		uint8_t bytes[4];

		memcpy(bytes, &rows[i].len, sizeof(bytes));
		assert_int_equal(
		    greetd_frame_find((struct view){bytes, 4}, &json, &why),
		    rows[i].outcome);
		assert_null(json.p);
		assert_true((rows[i].outcome == OUTCOME_OK) ==
		    (strstr(why.text, "frame has") == NULL));
	}
}

static void
reply_of_each_type_is_read(void **state)
{
	static const struct {
		const char *json;
		enum greetd_type type;
		bool denied;
		const char *text;
	} rows[] = {
	    {"{\"type\":\"success\"}", GREETD_SUCCESS, false, ""},
	    {" {\"new\":[1],\"type\":\"success\"}\n", GREETD_SUCCESS, false,
		""},
	    {MESSAGE("\"visible\"", "\"Name: \""), GREETD_VISIBLE, false,
		"Name: "},
	    {MESSAGE("\"secret\"", "\"\""), GREETD_SECRET, false, ""},
	    {MESSAGE("\"info\"", "\"a\\nb \\u00e9\""), GREETD_INFO, false,
		"a\nb \xc3\xa9"},
	    {MESSAGE("\"error\"", "\"no\""), GREETD_WARNING, false, "no"},
	    {ERROR("\"auth_error\"", "\"d\""), GREETD_ERROR, true, "d"},
	    {ERROR("\"error\"", "\"d\""), GREETD_ERROR, false, "d"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autoreply reply = {0};

		if (greetd_reply_parse(view_text(rows[i].json), &reply, NULL) !=
			OUTCOME_OK ||
		    reply.type != rows[i].type ||
		    reply.denied != rows[i].denied ||
		    strcmp(buf_text(&reply.text), rows[i].text) != 0)
			fail_msg("row %zu: %s", i, rows[i].json);
	}
}

static void
reply_of_another_form_is_refused(void **state)
{
	static const struct {
		const char *json;
		const char *why;
	} rows[] = {
	    {"", ""},
	    {"[]", ""},
	    {"{\"type\":\"success\"", ""},
	    {"{\"type\":\"success\",\"type\":\"error\"}", ""},
	    {"{\"type\":\"success\"}{}", ""},
	    {"{}", "no string \"type\""},
	    {"{\"type\":null}", "no string \"type\""},
	    {"{\"type\":1}", "no string \"type\""},
	    {"{\"type\":\"Success\"}", "unknown type"},
	    {"{\"type\":\"success\\u0000\"}", "NUL byte"},
	    {"{\"type\":\"auth_message\"}", "no string \"auth_message_type\""},
	    {MESSAGE("\"secret\"", "1"), "no string \"auth_message\""},
	    {MESSAGE("\"hidden\"", "\"x\""), "unknown type"},
	    {MESSAGE("\"info\"", "\"a\\u0000b\""), "NUL byte"},
	    {"{\"type\":\"error\"}", "no string \"error_type\""},
	    {ERROR("\"auth\"", "\"x\""), "unknown type"},
	    {ERROR("\"auth_error\"", "{}"), "no string \"description\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct errinfo why = {0};
		autoreply reply = {0};

		if (greetd_reply_parse(view_text(rows[i].json), &reply, &why) !=
			OUTCOME_REPLY_INVALID ||
		    strstr(why.text, rows[i].why) == NULL)
			fail_msg("row %zu: %s", i, why.text);
	}
}

static void
reply_with_a_long_text_is_refused(void **state)
{
	(void)state;
	for (size_t over = 0; over < 2; over++) {
		size_t len = GREETD_TEXT_MAX + over;
		char *text = malloc(len + 1);
		autobuf json = BUF_INIT(GREETD_FRAME_MAX);
		autoreply reply = {0};

		assert_non_null(text);
		memset(text, 'x', len);
		text[len] = '\0';
		buf_printf(&json, MESSAGE("\"info\"", "\"%s\""), text);
		free(text);
		assert_int_equal(buf_check(&json), OUTCOME_OK);
		assert_int_equal(
		    greetd_reply_parse(buf_view(&json), &reply, NULL),
		    over == 0 ? OUTCOME_OK : OUTCOME_REPLY_INVALID);
	}
}

/* The JSON of the one frame in a buffer. */
static void
frame_is(struct buf *frame, const char *expected)
{
	struct view json;

	assert_int_equal(buf_check(frame), OUTCOME_OK);
	assert_int_equal(
	    greetd_frame_find(buf_view(frame), &json, NULL), OUTCOME_OK);
	assert_non_null(json.p);
	assert_int_equal(json.len + 4, frame->len);
	if (!view_eq(json, view_text(expected)))
		fail_msg("%.*s", (int)json.len, (const char *)json.p);
	buf_reset(frame);
}

static void
request_is_one_frame_of_escaped_json(void **state)
{
	autobuf frame = BUF_INIT(GREETD_FRAME_MAX);

	(void)state;
	greetd_put_create(&frame, "DOMAIN\\\"al\"\n\x1b\x7f\xc3\xa9");
	frame_is(&frame,
	    "{\"type\":\"create_session\",\"username\":"
	    "\"DOMAIN\\\\\\\"al\\\"\\u000a\\u001b\x7f\xc3\xa9\"}");
	greetd_put_answer(&frame, NULL);
	frame_is(&frame, "{\"type\":\"post_auth_message_response\"}");
	greetd_put_answer(&frame, "");
	frame_is(&frame,
	    "{\"type\":\"post_auth_message_response\",\"response\":\"\"}");
	greetd_put_cancel(&frame);
	frame_is(&frame, "{\"type\":\"cancel_session\"}");
	greetd_put_start(&frame, "sway", "");
	frame_is(&frame,
	    "{\"type\":\"start_session\",\"cmd\":[\"sway\"],\"env\":[]}");
	greetd_put_start(&frame, "a b", "wayland");
	frame_is(&frame,
	    "{\"type\":\"start_session\",\"cmd\":[\"a b\"],"
	    "\"env\":[\"XDG_SESSION_TYPE=wayland\"]}");
}

static void
request_that_is_too_long_is_none(void **state)
{
	autobuf frame = BUF_INIT(GREETD_FRAME_MAX + 4);
	char *text = malloc(GREETD_FRAME_MAX);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', GREETD_FRAME_MAX - 1);
	text[GREETD_FRAME_MAX - 1] = '\0';
	greetd_put_answer(&frame, text);
	assert_int_equal(buf_check(&frame), OUTCOME_NO_MEMORY);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(frame_is_whole_or_not_there),
	    cmocka_unit_test(frame_of_no_or_too_many_bytes_is_refused),
	    cmocka_unit_test(reply_of_each_type_is_read),
	    cmocka_unit_test(reply_of_another_form_is_refused),
	    cmocka_unit_test(reply_with_a_long_text_is_refused),
	    cmocka_unit_test(request_is_one_frame_of_escaped_json),
	    cmocka_unit_test(request_that_is_too_long_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
