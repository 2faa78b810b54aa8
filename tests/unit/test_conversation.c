/* SPDX-License-Identifier: ISC */
/*
 * The greeter's dialogue, step by step.  The display manager, the screen and
 * the page's program are a log here: one word for each call.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "greeter/conversation.h"
#include "greeter/network.h"
#include "greeter/screen.h"
#include "greeter/texts.h"
#include "greeter/view_child.h"

#define PLACE "https://login.example.test/authorize?response_type=code"
#define CALLBACK "https://host.example/callback"
#define ADDRESS PLACE "&redirect_uri=" CALLBACK
#define LISTENER PLACE "&redirect_uri=http://localhost:8/c&state=s%2e1"
#define DELIVERED "http://localhost:8/c?code=1"
#define DENIAL "http://localhost:8/c?error=access_denied&state=s%2e1"
#define SIGN_IN "\nSign in as alice:\n\n" ADDRESS "\n"
#define PASTE "Paste the address: "

/* ---- the other side ---- */

static struct conversation c;
static struct settings settings;
static struct buf calls = BUF_INIT(65536);
static view_ended_fn *view_handler;
static delivery_fn *delivery_handler;
static bool online;

static void
called(const char *what, const char *text)
{
	buf_printf(&calls, "%s%s%s%s\n", what, text[0] ? "(" : "", text,
	    text[0] ? ")" : "");
}

/* What has been called since the last question. */
static void
calls_are(const char *expected)
{
	assert_string_equal(buf_text(&calls), expected);
	buf_reset(&calls);
}

const char *
text_of(const char *sentence)
{
	return sentence;
}

void
screen_show_start(const char *notice, const char *locked_by)
{
	called(locked_by != NULL ? locked_by : "start", notice);
}

void
screen_show_wait(const char *text)
{
	called("wait", text);
}

void
screen_show_welcome(void)
{
	called("welcome", "");
}

void
screen_show_question(const struct screen_question *q)
{
	autobuf text = BUF_INIT(65536);

	buf_printf(&text, "%s%s%s|%s|%s%s|%s|%s",
	    q->user != NULL ? q->user : "", q->user != NULL ? ": " : "",
	    q->title, q->text, q->prompt != NULL ? q->prompt : "-",
	    q->secret ? "*" : "", q->open != NULL ? q->open : "-",
	    q->other_way ? "other" : "-");
	called("ask", buf_text(&text));
}

bool
network_is_available(void)
{
	return online;
}

void
network_deliver(
    const char *address, bool may_ask, delivery_fn *handler, void *arg)
{
	assert_ptr_equal(arg, &c);
	delivery_handler = handler;
	called(may_ask ? "deliver later" : "deliver", address);
}

void
network_deliver_stop(void)
{
	delivery_handler = NULL;
}

void
view_child_start(const struct settings *with, const char *address,
    const char *redirect_uri, view_ended_fn *handler, void *arg)
{
	assert_ptr_equal(with, &settings);
	assert_ptr_equal(arg, &c);
	view_handler = handler;
	called("view", address);
	called("until", redirect_uri);
}

void
view_child_stop(void)
{
	if (view_handler != NULL)
		called("stop", "");
	view_handler = NULL;
}

static void
view_ends(enum view_end end, const char *text)
{
	view_ended_fn *handler = view_handler;

	assert_non_null(handler);
	view_handler = NULL;
	handler(&c, end, text);
}

/* The request to the listener begins, or has failed. */
static void
delivers(bool sent)
{
	assert_non_null(delivery_handler);
	delivery_handler(&c, sent);
}

static void
begin(struct backend *backend, const char *name)
{
	(void)backend;
	called("begin", name);
}

static void
answered(struct backend *backend, const char *text)
{
	(void)backend;
	called("answer", text[0] != '\0' ? text : "nothing");
}

static void
cancel(struct backend *backend)
{
	(void)backend;
	called("cancel", "");
}

static void
session_start(struct backend *backend)
{
	(void)backend;
	called("session", "");
}

static const struct backend_operations operations = {
    begin, answered, cancel, session_start};
static struct backend backend;

static void
says(const char *text)
{
	conversation_handler.message(&c, text);
}

static void
asks(const char *text)
{
	conversation_handler.prompt(&c, false, text);
}

static void
asks_secretly(const char *text)
{
	conversation_handler.prompt(&c, true, text);
}

static void
ends(enum backend_end end, const char *text)
{
	conversation_handler.ended(&c, end, text);
}

static int
setup(void **state)
{
	(void)state;
	settings = (struct settings){
	    .other_way = "yes", .login_hosts = "login.example.test"};
	backend = (struct backend){.operations = &operations,
	    .settings = &settings,
	    .answer_max = 500};
	view_handler = NULL;
	delivery_handler = NULL;
	online = true;
	conversation_init(&c, &backend, &settings);
	buf_reset(&calls);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	conversation_restart(&c, "");
	buf_done(&calls);
	return 0;
}

/* The user's name, then the page, which opens by itself. */
static void
page_reach(void)
{
	conversation_begin(&c, "alice", false);
	says(SIGN_IN);
	asks(PASTE);
	calls_are("wait(" MESSAGE_SCREEN_WAIT ")\nbegin(alice)\n"
		  "wait(" MESSAGE_SCREEN_PAGE_OPENS ")\nview(" ADDRESS
		  ")\nuntil(" CALLBACK ")\n");
}

/* ---- */

static void
caught_address_is_the_answer(void **state)
{
	(void)state;
	page_reach();
	view_ends(VIEW_CAUGHT, CALLBACK "?code=1&state=2");
	calls_are(
	    "wait(" MESSAGE_SCREEN_CHECKING ")\nwait(" MESSAGE_SCREEN_CHECKING
	    ")\nanswer(" CALLBACK "?code=1&state=2)\n");
	ends(BACKEND_GRANTED, "");
	calls_are("welcome\nsession\n");
}

/* The host is named, the page stays closed, and the other way in is there. */
static void
page_of_an_unlisted_host_does_not_open(void **state)
{
	(void)state;
	(void)snprintf(settings.login_hosts, sizeof(settings.login_hosts),
	    "other.example.test");
	conversation_begin(&c, "alice", false);
	says(SIGN_IN);
	asks(PASTE);
	calls_are("wait(" MESSAGE_SCREEN_WAIT ")\nbegin(alice)\n"
		  "ask(alice: " MESSAGE_SCREEN_UNLISTED
		  "|login.example.test\n" MESSAGE_SCREEN_UNLISTED_FIX
		  "|-|-|other)\n");
	conversation_open(&c);
	calls_are("");
	conversation_other_way(&c);
	calls_are("wait(" MESSAGE_SCREEN_WAIT ")\nanswer(nothing)\n");
}

static void
prompt_after_the_page_s_is_the_user_s(void **state)
{
	(void)state;
	page_reach();
	view_ends(VIEW_CAUGHT, CALLBACK "?code=1");
	buf_reset(&calls);
	asks("Code: ");
	calls_are("ask(alice||Code:|-|-)\n");
}

static void
page_and_question_may_be_one_prompt(void **state)
{
	(void)state;
	conversation_begin(&c, "alice", false);
	asks(SIGN_IN "\n" PASTE);
	calls_are("wait(" MESSAGE_SCREEN_WAIT ")\nbegin(alice)\n"
		  "wait(" MESSAGE_SCREEN_PAGE_OPENS ")\nview(" ADDRESS
		  ")\nuntil(" CALLBACK ")\n");
	view_ends(VIEW_CAUGHT, CALLBACK "?code=1");
	calls_are(
	    "wait(" MESSAGE_SCREEN_CHECKING ")\nwait(" MESSAGE_SCREEN_CHECKING
	    ")\nanswer(" CALLBACK "?code=1)\n");
}

/* A message without room for a text after the address, as LightDM's are. */
static void
answer_waits_for_its_prompt_and_a_listener_gets_it(void **state)
{
	(void)state;
	conversation_begin(&c, "alice", false);
	says("Sign in:\n" LISTENER "\n");
	buf_reset(&calls);
	view_ends(VIEW_CAUGHT, DELIVERED);
	calls_are("wait(" MESSAGE_SCREEN_CHECKING ")\ndeliver later(" DELIVERED
		  ")\n");
	asks(PASTE);
	calls_are("wait(" MESSAGE_SCREEN_CHECKING ")\nanswer(" DELIVERED ")\n");
}

/* The page of a module that listens, and does not ask. */
static void
listener_reach(void)
{
	conversation_begin(&c, "alice", false);
	says("Sign in:\n" LISTENER "\n\nOpen it in a browser on this host.");
	buf_reset(&calls);
}

static void
listener_gets_the_answer_and_no_prompt_does(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		bool secret = i % 2 == 0;

		listener_reach();
		if (i > 1) /* the same without the text after the address */
			says("Sign in:\n" LISTENER "\n");
		conversation_open(&c);
		view_ends(VIEW_CAUGHT, DELIVERED);
		delivers(true);
		assert_int_equal(c.caught.len, 0);
		buf_reset(&calls);
		conversation_handler.prompt(&c, secret, "Code: ");
		calls_are(secret ? "ask(alice||Code:*|-|-)\n"
				 : "ask(alice||Code:|-|-)\n");
		assert_null(delivery_handler);
		conversation_restart(&c, "");
		buf_reset(&calls);
	}
}

static void
listener_that_takes_nothing_is_reported(void **state)
{
	(void)state;
	listener_reach();
	view_ends(VIEW_CAUGHT, DELIVERED);
	delivers(true);
	buf_reset(&calls);
	delivers(false);
	calls_are("ask(alice: " MESSAGE_SCREEN_AGAIN "|" MESSAGE_SCREEN_FOREIGN
		  "|-|" MESSAGE_SCREEN_TRY_AGAIN "|other)\n");
	conversation_open(&c);
	assert_non_null(view_handler);
}

/* The answer has not been sent: it is the page's, and no other module's. */
static void
other_prompt_ends_the_page_and_gets_nothing_of_it(void **state)
{
	(void)state;
	for (int caught = 0; caught < 2; caught++) {
		/* the module's own prompt would be visible */
		conversation_begin(&c, "alice", false);
		says(SIGN_IN);
		if (caught)
			view_ends(VIEW_CAUGHT, CALLBACK "?code=1");
		buf_reset(&calls);
		asks_secretly("Password: ");
		calls_are(caught ? "ask(alice||Password:*|-|-)\n"
				 : "stop\nask(alice||Password:*|-|-)\n");
		conversation_answer(&c, "secret");
		calls_are(
		    "wait(" MESSAGE_SCREEN_CHECKING ")\nanswer(secret)\n");
		conversation_restart(&c, "");
		/* a module that listens has none */
		listener_reach();
		if (caught)
			view_ends(VIEW_CAUGHT, DELIVERED);
		buf_reset(&calls);
		asks("Code: ");
		calls_are(caught ? "ask(alice||Code:|-|-)\n"
				 : "stop\nask(alice||Code:|-|-)\n");
		/* one with an address is no exception */
		asks_secretly(SIGN_IN "Password: ");
		calls_are("ask(alice||" MESSAGE_SCREEN_ANSWER "*|-|-)\n");
		conversation_restart(&c, "");
	}
}

static void
message_without_an_address_ends_the_page(void **state)
{
	(void)state;
	listener_reach();
	view_ends(VIEW_FAILED, "");
	conversation_open(&c);
	buf_reset(&calls);
	says("The time is over.");
	calls_are("stop\nwait(The time is over.)\n");
	asks_secretly("Password: ");
	calls_are("ask(alice|The time is over.|Password:*|-|-)\n");
}

static void
answer_of_another_address_is_not_used(void **state)
{
	(void)state;
	page_reach();
	view_ends(VIEW_CAUGHT, "https://evil.example/?code=1");
	calls_are("ask(alice: " MESSAGE_SCREEN_AGAIN "|" MESSAGE_SCREEN_FOREIGN
		  "|-|" MESSAGE_SCREEN_TRY_AGAIN "|other)\n");
}

static void
long_answer_is_its_query_or_nothing(void **state)
{
	char address[700] = CALLBACK "?code=";
	char expected[800];
	size_t len = strlen(address);

	(void)state;
	/* 500 bytes arrive: the query does, the address does not */
	memset(address + len, '1', 480);
	page_reach();
	view_ends(VIEW_CAUGHT, address);
	(void)snprintf(expected, sizeof(expected),
	    "wait(" MESSAGE_SCREEN_CHECKING ")\nwait(" MESSAGE_SCREEN_CHECKING
	    ")\nanswer(%s)\n",
	    address + strlen(CALLBACK "?"));
	calls_are(expected);
	/* nothing of this does */
	says(SIGN_IN);
	asks(PASTE);
	conversation_open(&c);
	memset(address + len, '1', 600);
	buf_reset(&calls);
	view_ends(VIEW_CAUGHT, address);
	calls_are("wait(" MESSAGE_SCREEN_CHECKING
		  ")\ncancel\nstart(" MESSAGE_SCREEN_TOO_LONG ")\n");
}

static void
second_attempt_says_why_before_the_page_opens(void **state)
{
	(void)state;
	page_reach();
	view_ends(VIEW_CAUGHT, CALLBACK "?code=1");
	buf_reset(&calls);
	says("\n" MESSAGE_REFUSED "\n" SIGN_IN);
	asks(PASTE);
	calls_are("ask(alice: " MESSAGE_SCREEN_AGAIN "|" MESSAGE_REFUSED
		  "|-|" MESSAGE_SCREEN_OPEN "|other)\n");
	conversation_open(&c);
	calls_are("wait(" MESSAGE_SCREEN_PAGE_OPENS ")\nview(" ADDRESS
		  ")\nuntil(" CALLBACK ")\n");
	view_ends(VIEW_CAUGHT, CALLBACK "?code=2");
	calls_are(
	    "wait(" MESSAGE_SCREEN_CHECKING ")\nwait(" MESSAGE_SCREEN_CHECKING
	    ")\nanswer(" CALLBACK "?code=2)\n");
}

static void
refusal_shows_what_the_module_said(void **state)
{
	(void)state;
	page_reach();
	view_ends(VIEW_CAUGHT, CALLBACK "?code=1");
	buf_reset(&calls);
	says("No access.");
	ends(BACKEND_DENIED, "");
	calls_are("wait(No access.)\nask(alice: " MESSAGE_SCREEN_FAILED
		  "|No access.|-|-|-)\n");
	conversation_restart(&c, "");
	calls_are("cancel\nstart\n");
	/* the next user sees nothing of it */
	conversation_begin(&c, "bob", false);
	ends(BACKEND_DENIED, "");
	calls_are("wait(" MESSAGE_SCREEN_WAIT
		  ")\nbegin(bob)\nask(bob: " MESSAGE_SCREEN_FAILED
		  "|" MESSAGE_SCREEN_DENIED "|-|-|-)\n");
	conversation_begin(&c, "eve", false);
	buf_reset(&calls);
	ends(BACKEND_FAILED, "greetd says no");
	calls_are("ask(eve: " MESSAGE_SCREEN_FAILED "|greetd says no|-|-|-)\n");
}

static void
page_that_fails_says_what_is_wrong(void **state)
{
	static const struct {
		enum view_end end;
		bool online;
		const char *shown;
	} rows[] = {
	    {VIEW_FAILED, true,
		MESSAGE_SCREEN_NO_PAGE "|" MESSAGE_SCREEN_NO_PAGE_FIX},
	    {VIEW_FAILED, false,
		MESSAGE_SCREEN_NO_NETWORK "|" MESSAGE_SCREEN_NO_NETWORK_FIX},
	    {VIEW_UNTRUSTED, true,
		MESSAGE_SCREEN_UNTRUSTED "|" MESSAGE_SCREEN_UNTRUSTED_FIX},
	    {VIEW_UNUSABLE, true,
		MESSAGE_SCREEN_NO_PAGE "|" MESSAGE_SCREEN_CONFIGURATION},
	};
	char expected[500];

	(void)state;
	page_reach();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		online = rows[i].online;
		buf_reset(&calls);
		view_ends(rows[i].end, "");
		(void)snprintf(expected, sizeof(expected),
		    "ask(alice: %s|-|" MESSAGE_SCREEN_TRY_AGAIN "|other)\n",
		    rows[i].shown);
		calls_are(expected);
		conversation_open(&c);
	}
	buf_reset(&calls);
	view_ends(VIEW_TIMED_OUT, "");
	calls_are("cancel\nstart(" MESSAGE_SCREEN_TIMED_OUT ")\n");
}

static void
cancelled_page_begins_anew(void **state)
{
	(void)state;
	page_reach();
	view_ends(VIEW_CANCELLED, "");
	calls_are("cancel\nstart(" MESSAGE_SCREEN_CANCELLED ")\n");
	/* an answer that comes late goes nowhere */
	conversation_answer(&c, "late");
	conversation_open(&c);
	conversation_other_way(&c);
	calls_are("");
}

static void
restart_stops_the_page(void **state)
{
	(void)state;
	page_reach();
	conversation_restart(&c, "");
	calls_are("stop\ncancel\nstart\n");
	page_reach();
	ends(BACKEND_DENIED, "");
	calls_are("stop\nask(alice: " MESSAGE_SCREEN_FAILED
		  "|" MESSAGE_SCREEN_DENIED "|-|-|-)\n");
}

static void
closed_page_asks_for_its_number(void **state)
{
	(void)state;
	page_reach();
	view_ends(VIEW_CLOSED, "");
	calls_are(
	    "ask(alice: " MESSAGE_SCREEN_ONE_MORE "|" MESSAGE_SCREEN_PAGE_CLOSED
	    "|" MESSAGE_SCREEN_NUMBER "|" MESSAGE_SCREEN_OPEN "|other)\n");
	conversation_answer(&c, "4821");
	calls_are("wait(" MESSAGE_SCREEN_CHECKING ")\nanswer(4821)\n");
}

static void
page_that_a_browser_answered_asks_nothing(void **state)
{
	(void)state;
	listener_reach();
	view_ends(VIEW_CLOSED, "");
	calls_are("ask(alice: " MESSAGE_SCREEN_ONE_MORE
		  "||-|" MESSAGE_SCREEN_OPEN "|other)\n");
}

static void
other_way_answers_nothing_until_another_prompt_comes(void **state)
{
	(void)state;
	conversation_begin(&c, "alice", true);
	for (int i = 0; i < 3; i++) {
		says(SIGN_IN);
		buf_reset(&calls);
		asks(PASTE);
		calls_are("wait(" MESSAGE_SCREEN_WAIT ")\nanswer(nothing)\n");
	}
	says("The answer was empty.");
	says("The password is about to expire.");
	asks_secretly("Password: ");
	calls_are("wait(" MESSAGE_SCREEN_WAIT
		  ")\nwait(The password is about to expire.)\n"
		  "ask(alice|The password is about to expire.|Password:*|-"
		  "|-)\n");
	conversation_answer(&c, "secret");
	calls_are("wait(" MESSAGE_SCREEN_WAIT ")\nanswer(secret)\n");
}

static void
other_way_denies_what_listens_until_another_prompt_comes(void **state)
{
	(void)state;
	listener_reach();
	view_ends(VIEW_FAILED, "");
	buf_reset(&calls);
	conversation_other_way(&c);
	for (int i = 0; i < 3; i++) {
		calls_are(
		    "wait(" MESSAGE_SCREEN_WAIT ")\ndeliver(" DENIAL ")\n");
		delivers(true);
		if (i == 1) /* the module has ended, or is about to */
			delivers(false);
		says("Cancelled.\n\nSign in:\n" LISTENER "\n\nOpen it.");
	}
	buf_reset(&calls);
	says("Cancelled.");
	asks_secretly("Password: ");
	calls_are(
	    "wait(" MESSAGE_SCREEN_WAIT ")\nask(alice||Password:*|-|-)\n");
}

static void
other_way_ends_where_there_is_none(void **state)
{
	(void)state;
	page_reach();
	view_ends(VIEW_FAILED, "");
	conversation_other_way(&c);
	for (int i = 0; i < 8; i++) {
		says(SIGN_IN);
		asks(PASTE);
	}
	buf_reset(&calls);
	says(SIGN_IN);
	calls_are("cancel\nstart(" MESSAGE_SCREEN_DENIED ")\n");
}

static void
session_that_starts_cannot_be_cancelled(void **state)
{
	(void)state;
	conversation_begin(&c, "alice", false);
	ends(BACKEND_GRANTED, "");
	buf_reset(&calls);
	conversation_restart(&c, "");
	calls_are("");
	/* unless it does not start */
	ends(BACKEND_FAILED, "no such command");
	conversation_restart(&c, "");
	calls_are(
	    "ask(: " MESSAGE_SCREEN_NOT_STARTED "|" MESSAGE_SCREEN_ACCEPTED
	    "\nno such command|-|-|-)\ncancel\nstart\n");
}

static void
ordinary_prompts_show_the_messages_before_them(void **state)
{
	(void)state;
	settings.other_way[0] = 'n';
	conversation_begin(&c, "alice", false);
	says("First.");
	says("Second.");
	buf_reset(&calls);
	asks("Name: ");
	calls_are("ask(alice|First.\nSecond.|Name:|-|-)\n");
	conversation_answer(&c, "x");
	buf_reset(&calls);
	asks(" ");
	calls_are("ask(alice||" MESSAGE_SCREEN_ANSWER "|-|-)\n");
	/* and where the other way is off, no page offers it */
	says(SIGN_IN);
	buf_reset(&calls);
	view_ends(VIEW_FAILED, "");
	calls_are(
	    "ask(alice: " MESSAGE_SCREEN_NO_PAGE "|" MESSAGE_SCREEN_NO_PAGE_FIX
	    "|-|" MESSAGE_SCREEN_TRY_AGAIN "|-)\n");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(caught_address_is_the_answer),
	    TEST(prompt_after_the_page_s_is_the_user_s),
	    TEST(page_and_question_may_be_one_prompt),
	    TEST(answer_waits_for_its_prompt_and_a_listener_gets_it),
	    TEST(listener_gets_the_answer_and_no_prompt_does),
	    TEST(listener_that_takes_nothing_is_reported),
	    TEST(other_prompt_ends_the_page_and_gets_nothing_of_it),
	    TEST(message_without_an_address_ends_the_page),
	    TEST(answer_of_another_address_is_not_used),
	    TEST(long_answer_is_its_query_or_nothing),
	    TEST(second_attempt_says_why_before_the_page_opens),
	    TEST(refusal_shows_what_the_module_said),
	    TEST(page_that_fails_says_what_is_wrong),
	    TEST(cancelled_page_begins_anew),
	    TEST(restart_stops_the_page),
	    TEST(page_of_an_unlisted_host_does_not_open),
	    TEST(closed_page_asks_for_its_number),
	    TEST(other_way_answers_nothing_until_another_prompt_comes),
	    TEST(page_that_a_browser_answered_asks_nothing),
	    TEST(other_way_denies_what_listens_until_another_prompt_comes),
	    TEST(other_way_ends_where_there_is_none),
	    TEST(session_that_starts_cannot_be_cancelled),
	    TEST(ordinary_prompts_show_the_messages_before_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
