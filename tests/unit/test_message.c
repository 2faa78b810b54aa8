/* SPDX-License-Identifier: ISC */
/* What a greeter takes out of a module's messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "greeter/message.h"

#define LOGIN "https://login.example.test/oauth/authorize?"
#define HOSTS "login.example.test, localhost"
#define CODE "response_type=code&client_id=c&state=s"
#define BACK "&redirect_uri=https%3A%2F%2Fhost.example%2Fcallback"
#define ADDRESS LOGIN CODE BACK
#define CALLBACK "https://host.example/callback"
#define SIGN_IN "\nSign in as alice (within 300 seconds):\n\n"

static const char *
upper(const char *line)
{
	return strcmp(line, "refused") == 0 ? "REFUSED" : line;
}

static const struct message_rules rules = {.start_url = "",
    .redirect_uri = "",
    .login_hosts = HOSTS,
    .translate = upper};
static const struct message_rules with_start = {
    .start_url = "https://go.example/s",
    .redirect_uri = CALLBACK,
    .login_hosts = HOSTS,
    .translate = upper};

struct row {
	const char *text;
	const char *shown, *address, *redirect_uri;
};

static void
row_check(const struct message_rules *with, const struct row *row)
{
	automessage message = {0};

	assert_int_equal(
	    message_read(view_text(row->text), with, &message), OUTCOME_OK);
	if (strcmp(buf_text(&message.text), row->shown) != 0 ||
	    strcmp(buf_text(&message.address), row->address) != 0 ||
	    strcmp(buf_text(&message.redirect_uri), row->redirect_uri) != 0)
		fail_msg("%s: '%s' '%s' '%s'", row->text,
		    buf_text(&message.text), buf_text(&message.address),
		    buf_text(&message.redirect_uri));
}

static void
message_has_one_authorize_address(void **state)
{
	static const struct row rows[] = {
	    {SIGN_IN ADDRESS "\n", "", ADDRESS, CALLBACK},
	    {ADDRESS, "", ADDRESS, CALLBACK},
	    {"\nrefused\n" SIGN_IN ADDRESS "\n\nPaste: ", "REFUSED", ADDRESS,
		CALLBACK},
	    {"refused\n\nlater\n\nsign in\n\t" ADDRESS " \r\n",
		"REFUSED\nlater", ADDRESS, CALLBACK},
	    {ADDRESS "\n" LOGIN "response_type=code&redirect_uri=https://b/c",
		"", ADDRESS, CALLBACK},
	    {"http://localhost:8080/a?" CODE
	     "&redirect_uri=http%3a%2F%2F127.0.0.1:8/c",
		"",
		"http://localhost:8080/a?" CODE
		"&redirect_uri=http%3a%2F%2F127.0.0.1:8/c",
		"http://127.0.0.1:8/c"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		row_check(&rules, &rows[i]);
}

static void
message_with_another_address_is_text(void **state)
{
	static const char *const rows[] = {
	    "https://www.example/device",
	    LOGIN CODE,
	    LOGIN "client_id=c" BACK,
	    LOGIN "response_type=token" BACK,
	    LOGIN CODE "&response_type=code" BACK,
	    LOGIN CODE BACK BACK,
	    LOGIN CODE "&redirect_uri=",
	    LOGIN CODE "&redirect_uri=%2",
	    LOGIN CODE "&redirect_uri=javascript:alert(1)",
	    LOGIN CODE "&redirect_uri=http://host.example/c",
	    LOGIN CODE "&redirect_uri=https://a%0Ab/",
	    LOGIN CODE "&redirect_uri=https://a%00b/",
	    "http://login.example.test/a?" CODE BACK,
	    "file:///etc/passwd?" CODE BACK,
	    "https://a@login.example.test/a?" CODE BACK,
	    "see " ADDRESS,
	    ADDRESS " now",
	    "https://go.example/s#CHALLENGE",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		row_check(&rules, &(struct row){rows[i], rows[i], "", ""});
}

static void
message_has_the_address_of_the_start_page(void **state)
{
	static const struct row rows[] = {
	    {SIGN_IN "https://go.example/s#abc.alice", "",
		"https://go.example/s#abc.alice", CALLBACK},
	    {"https://go.example/s", "https://go.example/s", "", ""},
	    {"https://go.example/st#a", "https://go.example/st#a", "", ""},
	    {ADDRESS, "", ADDRESS, CALLBACK},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		row_check(&with_start, &rows[i]);
}

static void
message_s_text_has_no_control_bytes(void **state)
{
	static const struct row rows[] = {
	    {"", "", "", ""},
	    {"\n \n\t\r\n", "", "", ""},
	    {"a\n\n\nb\n", "a\nb", "", ""},
	    {"a\x1b[31mb\x7f", "a\xef\xbf\xbd[31mb\xef\xbf\xbd", "", ""},
	    {"\xff\xc3", "\xef\xbf\xbd\xef\xbf\xbd", "", ""},
	    {"\xc2\x9b", "\xef\xbf\xbd", "", ""},
	    {"a\xe2\x80\xae"
	     "b\xe2\x81\xa6",
		"a\xef\xbf\xbd"
		"b\xef\xbf\xbd",
		"", ""},
	    {"Gr\xc3\xbc\xc3\x9f"
	     "e",
		"Gr\xc3\xbc\xc3\x9f"
		"e",
		"", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		row_check(&rules, &rows[i]);
}

static void
message_that_is_too_long_is_none(void **state)
{
	char *text = calloc(1, GREETER_TEXT_MAX + 2);
	automessage message = {0};

	(void)state;
	assert_non_null(text);
	memset(text, 'x', GREETER_TEXT_MAX + 1);
	assert_int_equal(
	    message_read(view_text(text), &rules, &message), OUTCOME_NO_MEMORY);
	free(text);
}

static void
address_is_no_longer_than_4096_bytes(void **state)
{
	(void)state;
	for (size_t over = 0; over < 2; over++) {
		char text[GREETER_ADDRESS_MAX + 2] = ADDRESS "&x=";
		automessage message = {0};
		size_t len = strlen(text);

		memset(text + len, 'x', GREETER_ADDRESS_MAX + over - len);
		text[GREETER_ADDRESS_MAX + over] = '\0';
		assert_int_equal(
		    message_read(view_text(text), &rules, &message),
		    OUTCOME_OK);
		assert_int_equal(
		    message.address.len, over == 0 ? GREETER_ADDRESS_MAX : 0);
	}
}

static void
caught_address_is_the_redirect_uri_with_a_query(void **state)
{
	static const struct {
		const char *address;
		bool is;
	} rows[] = {
	    {CALLBACK "?code=1&state=2", true},
	    {CALLBACK "?", false},
	    {CALLBACK, false},
	    {CALLBACK "/?code=1", false},
	    {"https://host.example/Callback?code=1", false},
	    {"https://host.example.evil/callback?code=1", false},
	    {CALLBACK "?code=1\nx", false},
	    {CALLBACK "?code=1 ", false},
	    {"", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (message_is_caught(view_text(rows[i].address), CALLBACK) !=
		    rows[i].is)
			fail_msg("%s", rows[i].address);
	}
}

static void
address_of_a_login_host_opens_alone(void **state)
{
	static const struct {
		const char *host, *listed, *unlisted;
	} rows[] = {
	    {"https://login.mypurecloud.com", "", ""},
	    {"https://login.euw2.pure.cloud", "", ""},
	    {"https://cxone.niceincontact.com", "", ""},
	    {"https://evil.example", "", "evil.example"},
	    {"https://login.evil.example", "", "login.evil.example"},
	    {"https://mypurecloud.com", "", "mypurecloud.com"},
	    {"https://apps.mypurecloud.com", "", "apps.mypurecloud.com"},
	    {"https://login.mypurecloud.com.evil.example", "",
		"login.mypurecloud.com.evil.example"},
	    {"https://x.login.mypurecloud.com", "", "x.login.mypurecloud.com"},
	    {"https://login.eu-west-1", "", "login.eu-west-1"},
	    {"http://localhost:1", "", "localhost"},
	    {"https://login.new.pure.cloud", "login.new.pure.cloud", ""},
	    {"https://b.example", "a.example ,\tb.example", ""},
	    {"https://login.mypurecloud.com", "a.example",
		"login.mypurecloud.com"},
	    {"https://aa.example", "a.example", "aa.example"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct message_rules with = rules;
		autobuf text = BUF_INIT(1024);
		automessage message = {0};

		with.login_hosts = rows[i].listed;
		buf_put_text(&text, rows[i].host);
		buf_put_text(&text, "/a?" CODE BACK);
		assert_int_equal(
		    message_read(buf_view(&text), &with, &message), OUTCOME_OK);
		assert_int_equal(message.text.len, 0);
		assert_true(message.address.len > 0);
		assert_string_equal(
		    buf_text(&message.unlisted), rows[i].unlisted);
	}
}

/* Some text after it says that there is no prompt. */
static void
prompt_comes_after_an_address_alone(void **state)
{
	static const struct {
		const char *text;
		bool asks;
	} rows[] = {
	    {"Sign in:\n\n" ADDRESS, true},
	    {"Sign in:\n\n" ADDRESS "\n \t\r\n", true},
	    {"Sign in:\n\n" ADDRESS "\n\nOpen it here.\n", false},
	    {"Sign in:", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		automessage message = {0};

		assert_int_equal(
		    message_read(view_text(rows[i].text), &rules, &message),
		    OUTCOME_OK);
		if (message.asks != rows[i].asks)
			fail_msg("%s", rows[i].text);
	}
}

static void
denial_has_the_state_of_the_address(void **state)
{
	static const char *const rows[][2] = {
	    {ADDRESS, CALLBACK "?error=access_denied&state=s"},
	    {LOGIN "response_type=code&state=a%2eb&x=y" BACK,
		CALLBACK "?error=access_denied&state=a%2eb"},
	    {LOGIN "response_type=code" BACK,
		CALLBACK "?error=access_denied&state="},
	    /* the start page uses 22 characters */
	    {"https://go.example/s#0123456789abcdefghijklmno.alice~host",
		CALLBACK "?error=access_denied&state=0123456789abcdefghijkl"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		automessage message = {0};
		autobuf denial = BUF_INIT(8192);

		assert_int_equal(
		    message_read(view_text(rows[i][0]), &with_start, &message),
		    OUTCOME_OK);
		message_put_denial(&message, &denial);
		assert_string_equal(buf_text(&denial), rows[i][1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(message_has_one_authorize_address),
	    cmocka_unit_test(message_with_another_address_is_text),
	    cmocka_unit_test(message_has_the_address_of_the_start_page),
	    cmocka_unit_test(message_s_text_has_no_control_bytes),
	    cmocka_unit_test(message_that_is_too_long_is_none),
	    cmocka_unit_test(address_is_no_longer_than_4096_bytes),
	    cmocka_unit_test(address_of_a_login_host_opens_alone),
	    cmocka_unit_test(prompt_comes_after_an_address_alone),
	    cmocka_unit_test(denial_has_the_state_of_the_address),
	    cmocka_unit_test(caught_address_is_the_redirect_uri_with_a_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
