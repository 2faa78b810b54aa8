/* SPDX-License-Identifier: ISC */
/* Names and belongings: what makes no sense is left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/oauth/json.h"
#include "gcpkce/oauth/names.h"

#define ID1 "11111111-2222-4333-8444-555555555555"
#define ID2 "99999999-8888-4777-8666-555555555555"
#define ID3 "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"

static struct wire_names names;

static int
setup(void **state)
{
	(void)state;
	memset(&names, 0, sizeof(names));
	return 0;
}

static void
user_read(const char *body)
{
	assert_int_equal(
	    names_user_parse(view_text(body), &names, NULL), OUTCOME_OK);
}

static void
names_has_names_and_belongings_in_their_order(void **state)
{
	(void)state;
	user_read("{\"name\":\"Alice\",\"groups\":[{\"id\":\"" ID1
		  "\",\"name\":\"operators\"}],\"authorization\":{\"roles\":"
		  "[{\"id\":\"" ID2 "\",\"name\":\"admin\"}]},"
		  "\"division\":{\"id\":\"" ID3 "\",\"name\":\"Home\"}}");
	assert_string_equal(names.person, "Alice");
	assert_int_equal(names.count, 3);
	assert_int_equal(names.memberships[0].kind, WIRE_MEMBERSHIP_GROUP);
	assert_string_equal(names.memberships[0].id, ID1);
	assert_string_equal(names.memberships[0].name, "operators");
	assert_int_equal(names.memberships[1].kind, WIRE_MEMBERSHIP_ROLE);
	assert_string_equal(names.memberships[1].id, ID2);
	assert_int_equal(names.memberships[2].kind, WIRE_MEMBERSHIP_DIVISION);
	assert_string_equal(names.memberships[2].name, "Home");
	for (size_t i = 0; i < WIRE_MEMBERSHIP_COUNT; i++)
		assert_true(names.present[i]);
	assert_false(names.more);
}

static void
names_tells_no_list_from_an_empty_one(void **state)
{
	(void)state;
	user_read("{\"groups\":[]}");
	assert_true(names.present[WIRE_MEMBERSHIP_GROUP]);
	assert_false(names.present[WIRE_MEMBERSHIP_ROLE]);
	assert_false(names.present[WIRE_MEMBERSHIP_DIVISION]);
	assert_int_equal(names.count, 0);
}

static void
names_leaves_out_what_makes_no_sense(void **state)
{
	static const char *const bodies[] = {
	    "{\"name\":7,\"groups\":{},\"authorization\":[],\"division\":\"\"}",
	    "{\"name\":null,\"groups\":null,\"authorization\":null}",
	    "{\"name\":\"a\\u0000b\"}",
	    "{\"name\":\"a\\nb\"}",
	    "{\"authorization\":{\"roles\":\"none\"}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		user_read(bodies[i]);
		assert_string_equal(names.person, "");
		assert_int_equal(names.count, 0);
	}
	user_read("{\"groups\":[null,7,\"" ID1 "\",{},{\"id\":7},"
		  "{\"id\":\"x\"},{\"id\":\"" ID1 "\\n\"},"
		  "{\"id\":\"" ID2 "\",\"name\":\"a\\nb\"}]}");
	assert_int_equal(names.count, 1);
	assert_string_equal(names.memberships[0].id, ID2);
	assert_string_equal(names.memberships[0].name, "");
}

static void
names_cuts_a_long_name_between_two_characters(void **state)
{
	autobuf body = BUF_INIT(1024);

	(void)state;
	buf_put_text(&body, "{\"name\":\"a"); /* one byte, then two a time */
	for (size_t i = 0; i < WIRE_NAME_MAX; i++)
		buf_put_text(&body, "\303\274");
	buf_put_text(&body, "\"}");
	user_read(buf_text(&body));
	assert_int_equal(strlen(names.person), WIRE_NAME_MAX - 1);
}

static void
names_says_that_there_are_more_than_fit(void **state)
{
	autobuf body = BUF_INIT(64 * 1024);

	(void)state;
	buf_put_text(&body, "{\"groups\":[{\"id\":\"" ID1 "\"}");
	for (size_t i = 1; i < WIRE_MEMBERSHIPS_MAX; i++)
		buf_put_text(&body, ",{\"id\":\"" ID1 "\"}");
	autobuf larger = BUF_INIT(64 * 1024);
	buf_printf(&larger, "%s,{\"id\":\"" ID2 "\"}]}", buf_text(&body));
	buf_put_text(&body, "]}");

	user_read(buf_text(&body));
	assert_int_equal(names.count, WIRE_MEMBERSHIPS_MAX);
	assert_false(names.more);
	user_read(buf_text(&larger));
	assert_int_equal(names.count, WIRE_MEMBERSHIPS_MAX);
	assert_true(names.more);
}

static void
names_of_a_token_has_two_names(void **state)
{
	(void)state;
	assert_int_equal(
	    names_token_parse(view_text("{\"organization\":{\"name\":\"Ex\"},"
					"\"OAuthClient\":{\"name\":\"tool\"}}"),
		&names, NULL),
	    OUTCOME_OK);
	assert_string_equal(names.organization, "Ex");
	assert_string_equal(names.client, "tool");
	assert_int_equal(
	    names_token_parse(view_text("{\"organization\":7,"
					"\"oauthClient\":{\"name\":\"tool\"}}"),
		&names, NULL),
	    OUTCOME_OK);
	assert_string_equal(names.organization, "");
	assert_string_equal(names.client, "");
}

static void
names_refuses_what_is_no_object(void **state)
{
	(void)state;
	assert_int_equal(names_user_parse(view_text("[]"), &names, NULL),
	    OUTCOME_REPLY_INVALID);
	assert_int_equal(names_token_parse(view_text("{"), &names, NULL),
	    OUTCOME_REPLY_INVALID);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(
		names_has_names_and_belongings_in_their_order, setup),
	    cmocka_unit_test_setup(
		names_tells_no_list_from_an_empty_one, setup),
	    cmocka_unit_test_setup(names_leaves_out_what_makes_no_sense, setup),
	    cmocka_unit_test_setup(
		names_cuts_a_long_name_between_two_characters, setup),
	    cmocka_unit_test_setup(
		names_says_that_there_are_more_than_fit, setup),
	    cmocka_unit_test_setup(names_of_a_token_has_two_names, setup),
	    cmocka_unit_test_setup(names_refuses_what_is_no_object, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
