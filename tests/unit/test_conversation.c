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
#define LISTENER PLACE "&redirect_uri=http://localhost:8/c"
#define SIGN_IN "\nSign in as alice:\n\n" ADDRESS "\n"
#define PASTE "Paste the address: "
#define REFUSED "That code was refused."

/* ---- the other side ---- */

static struct conversation c;
static struct settings settings;
static struct buf calls = BUF_INIT(65536);
static view_ended_fn *view_handler;
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
screen_show_start(const char *notice)
{
	called("start", notice);
}

void
screen_show_wait(const char *text)
{
	called("wait", text);
}

void
screen_show_question(const struct screen_question *q)
{
	autobuf text = BUF_INIT(65536);

	buf_printf(&text, "%s|%s|%s%s|%s|%s", q->title, q->text,
	    q->prompt != NULL ? q->prompt : "-", q->secret ? "*" : "",
	    q->open != NULL ? q->open : "-", q->other_way ? "other" : "-");
	called("ask", buf_text(&text));
}

bool
network_is_available(void)
{
	return online;
}

void
network_deliver(const char *address)
{
	called("deliver", address);
}

void
network_deliver_stop(void)
{
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

bool
view_child_runs(void)
{
	return view_handler != NULL;
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
ends(enum backend_end end, const char *text)
{
	conversation_handler.ended(&c, end, text);
}

static int
setup(void **state)
{
	(void)state;
	settings = (struct settings){.other_way = "yes"};
	backend = (struct backend){&operations, NULL, &settings, 500};
	view_handler = NULL;
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
	calls_are("wait(" MESSAGE_SCREEN_WELCOME ")\nsession\n");
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

static void
answer_waits_for_its_prompt_and_a_listener_gets_it(void **state)
{
	(void)state;
	conversation_begin(&c, "alice", false);
	says("Sign in:\n" LISTENER "\nOpen it in a browser on this host");
	buf_reset(&calls);
	view_ends(VIEW_CAUGHT, "http://localhost:8/c?code=1");
	calls_are("wait(" MESSAGE_SCREEN_CHECKING
		  ")\ndeliver(http://localhost:8/c?code=1)\n");
	asks(PASTE);
	calls_are("wait(" MESSAGE_SCREEN_CHECKING
		  ")\nanswer(http://localhost:8/c?code=1)\n");
}

static void
answer_of_another_address_is_not_used(void **state)
{
	(void)state;
	page_reach();
	view_ends(VIEW_CAUGHT, "https://evil.example/?code=1");
	calls_are("ask(" MESSAGE_SCREEN_NO_PAGE "|" MESSAGE_SCREEN_NO_PAGE_FIX
		  "\n\n" MESSAGE_SCREEN_FOREIGN "|-|" MESSAGE_SCREEN_TRY_AGAIN
		  "|other)\n");
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
	says("\n" REFUSED "\n" SIGN_IN);
	asks(PASTE);
	calls_are("ask(" MESSAGE_SCREEN_AGAIN "|" REFUSED
		  "|-|" MESSAGE_SCREEN_OPEN "|-)\n"
		  "ask(" MESSAGE_SCREEN_AGAIN "|" REFUSED
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
	calls_are("wait(No access.)\nask(" MESSAGE_SCREEN_FAILED
		  "|No access.|-|-|-)\n");
	conversation_restart(&c, "");
	calls_are("cancel\nstart\n");
	/* the next user sees nothing of it */
	conversation_begin(&c, "bob", false);
	ends(BACKEND_DENIED, "");
	calls_are("wait(" MESSAGE_SCREEN_WAIT
		  ")\nbegin(bob)\nask(" MESSAGE_SCREEN_FAILED
		  "|" MESSAGE_SCREEN_DENIED "|-|-|-)\n");
	ends(BACKEND_FAILED, "greetd says no");
	calls_are("ask(" MESSAGE_SCREEN_FAILED "|greetd says no|-|-|-)\n");
}

static void
page_that_does_not_load_says_what_is_wrong(void **state)
{
	(void)state;
	page_reach();
	view_ends(VIEW_FAILED, "login.example.test is unknown");
	calls_are(
	    "ask(" MESSAGE_SCREEN_NO_PAGE "|" MESSAGE_SCREEN_NO_PAGE_FIX
	    "\n\nlogin.example.test is unknown|-|" MESSAGE_SCREEN_TRY_AGAIN
	    "|other)\n");
	conversation_open(&c);
	online = false;
	buf_reset(&calls);
	view_ends(VIEW_FAILED, "");
	calls_are(
	    "ask(" MESSAGE_SCREEN_NO_NETWORK "|" MESSAGE_SCREEN_NO_NETWORK_FIX
	    "|-|" MESSAGE_SCREEN_TRY_AGAIN "|other)\n");
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
	calls_are("stop\nask(" MESSAGE_SCREEN_FAILED "|" MESSAGE_SCREEN_DENIED
		  "|-|-|-)\n");
}

static void
closed_page_asks_for_its_number(void **state)
{
	(void)state;
	page_reach();
	view_ends(VIEW_CLOSED, "");
	calls_are(
	    "ask(" MESSAGE_SCREEN_ONE_MORE "|" MESSAGE_SCREEN_PAGE_CLOSED
	    "|" MESSAGE_SCREEN_NUMBER "|" MESSAGE_SCREEN_OPEN "|other)\n");
	conversation_answer(&c, "4821");
	calls_are("wait(" MESSAGE_SCREEN_CHECKING ")\nanswer(4821)\n");
}

static void
other_way_answers_nothing_until_another_prompt_comes(void **state)
{
	(void)state;
	conversation_begin(&c, "alice", true);
	buf_reset(&calls);
	for (int i = 0; i < 3; i++) {
		says(SIGN_IN);
		buf_reset(&calls);
		asks(PASTE);
		calls_are("wait(" MESSAGE_SCREEN_WAIT ")\nanswer(nothing)\n");
	}
	says("The answer was empty.");
	says("The password is about to expire.");
	conversation_handler.prompt(&c, true, "Password: ");
	calls_are("wait(The password is about to expire.)\n"
		  "ask(alice|The password is about to expire.|Password:*|-"
		  "|-)\n");
	conversation_answer(&c, "secret");
	calls_are("wait(" MESSAGE_SCREEN_WAIT ")\nanswer(secret)\n");
}

static void
other_way_ends_where_there_is_none(void **state)
{
	(void)state;
	page_reach();
	view_ends(VIEW_FAILED, "");
	conversation_other_way(&c);
	for (int i = 0; i < 9; i++) {
		says(SIGN_IN);
		asks(PASTE);
	}
	says(SIGN_IN);
	buf_reset(&calls);
	asks(PASTE);
	calls_are("cancel\nstart(" MESSAGE_SCREEN_DENIED ")\n");
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
	calls_are("ask(" MESSAGE_SCREEN_NO_PAGE "|" MESSAGE_SCREEN_NO_PAGE_FIX
		  "|-|" MESSAGE_SCREEN_TRY_AGAIN "|-)\n");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(caught_address_is_the_answer),
	    TEST(page_and_question_may_be_one_prompt),
	    TEST(answer_waits_for_its_prompt_and_a_listener_gets_it),
	    TEST(answer_of_another_address_is_not_used),
	    TEST(long_answer_is_its_query_or_nothing),
	    TEST(second_attempt_says_why_before_the_page_opens),
	    TEST(refusal_shows_what_the_module_said),
	    TEST(page_that_does_not_load_says_what_is_wrong),
	    TEST(cancelled_page_begins_anew),
	    TEST(restart_stops_the_page),
	    TEST(closed_page_asks_for_its_number),
	    TEST(other_way_answers_nothing_until_another_prompt_comes),
	    TEST(other_way_ends_where_there_is_none),
	    TEST(ordinary_prompts_show_the_messages_before_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
