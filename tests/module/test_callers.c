/* SPDX-License-Identifier: ISC */
/*
 * Callers and clients that show only part of what they are given, or take only
 * part of what is typed.  docs/CALLERS.md has what comes of it for people.
 */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUDO_MAX 511 /* bytes of an answer that sudo takes */
#define SCREEN_MAX 8192

/* What is on the screen when the person is asked, by the messages so far. */
struct caller {
	const char *name;
	void (*show)(char *screen, const struct message *message);
	bool works_in_one_prompt;
	bool works_split;
};

static bool
is_prompt(const struct message *message)
{
	return message->style == PAM_PROMPT_ECHO_ON;
}

static void
add(char *screen, const char *text)
{
	assert_true(strlen(screen) + strlen(text) < SCREEN_MAX);
	strcat(screen, text);
}

static void
show_everything(char *screen, const struct message *message)
{
	add(screen, message->text);
}

static void
show_last_alone(char *screen, const struct message *message)
{
	screen[0] = '\0';
	add(screen, message->text);
}

static void
show_no_text(char *screen, const struct message *message)
{
	if (message->style != PAM_TEXT_INFO)
		add(screen, message->text);
}

/* sshd sends each text at once, as a request without prompts. */
static void
show_requests_with_prompts(char *screen, const struct message *message)
{
	if (is_prompt(message))
		add(screen, message->text);
}

/* As sudo -p does. */
static void
show_own_prompt(char *screen, const struct message *message)
{
	add(screen, is_prompt(message) ? "Password: " : message->text);
}

static const struct caller callers[] = {
    {"shows everything; or holds texts back until the prompt, as sshd did",
	show_everything, true, true},
    {"shows the last message alone", show_last_alone, true, false},
    {"drops texts", show_no_text, true, false},
    {"drops requests without prompts", show_requests_with_prompts, true, false},
    {"has a prompt of its own", show_own_prompt, false, true},
};

/* Does the person see where to go, and what was wrong, whenever asked? */
static bool
can_sign_in(const struct caller *caller, const char *arguments)
{
	char screen[SCREEN_MAX] = "";
	unsigned round = 0;
	bool can = true;
	struct host h;

	assert_int_equal(
	    host_run(&h, "answer_empty,ok", arguments), PAM_SUCCESS);
	for (size_t i = 0; i < h.message_count; i++) {
		char address[128];

		caller->show(screen, &h.messages[i]);
		if (!is_prompt(&h.messages[i]))
			continue;
		round++;
		(void)snprintf(address, sizeof(address), ADDRESS, round);
		can = can && strstr(screen, address) != NULL;
		can = can &&
		    (round == 1 || strstr(screen, MESSAGE_EMPTY) != NULL);
	}
	assert_int_equal(round, 2);
	host_end(&h);
	return can;
}

static void
callers_show_enough_to_sign_in_as_the_manual_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(callers); i++) {
		bool prompt = can_sign_in(&callers[i], "dialogue=prompt");
		bool split = can_sign_in(&callers[i], "dialogue=split");

		if (prompt != callers[i].works_in_one_prompt ||
		    split != callers[i].works_split)
			fail_msg("a caller that %s: in one prompt %d, split %d",
			    callers[i].name, prompt, split);
	}
}

/* An application that shows only the last message shows why it ended. */
static void
last_message_says_why_it_ended(void **state)
{
	static const char *const modes[] = {
	    "dialogue=prompt", "dialogue=split"};

	(void)state;
	for (size_t i = 0; i < COUNT(modes); i++) {
		struct host h;

		assert_int_equal(
		    host_run(&h, "not_mapped", modes[i]), PAM_AUTH_ERR);
		assert_string_equal(host_last_message(&h), MESSAGE_DENIED);
		assert_int_equal(
		    h.messages[h.message_count - 1].style, PAM_ERROR_MSG);
		host_end(&h);
	}
}

/* Sign in with an answer of so many bytes, by way of sudo's conversation. */
static int
answer_give(size_t len, bool *ret_arrived)
{
	char answer[SUDO_MAX + 2] = "";
	char report[32];
	struct reply reply = {.text = answer};
	struct host h;

	assert_true(len < sizeof(answer));
	memset(answer, 'x', len);
	if (len > SUDO_MAX)
		reply = (struct reply){.result = PAM_CONV_ERR};
	host_begin(&h);
	h.service = "sudo";
	h.replies = &reply;
	h.reply_count = 1;
	int result = host_signin(&h);
	(void)snprintf(report, sizeof(report), "answer %zu x", len);
	*ret_arrived = strstr(h.reports, report) != NULL;
	if (len > SUDO_MAX)
		assert_outcome("aborted");
	host_end(&h);
	return result;
}

static void
answer_of_511_bytes_arrives_whole_and_none_is_cut(void **state)
{
	bool arrived = false;

	(void)state;
	assert_int_equal(answer_give(SUDO_MAX, &arrived), PAM_SUCCESS);
	assert_true(arrived);
	assert_int_equal(answer_give(SUDO_MAX + 1, &arrived), PAM_CONV_ERR);
	assert_false(arrived);
}

/* A label for texts, and beside the field a prompt that is one short line. */
static void
greeter_gets_the_address_apart_from_a_short_prompt(void **state)
{
	struct host h;

	(void)state;
	host_begin(&h);
	h.service = "some-greeter";
	h.xdisplay = ":0";
	h.script = "code_refused,ok";
	assert_int_equal(host_signin(&h), PAM_SUCCESS);
	assert_int_equal(h.message_count, 4);
	for (size_t i = 0; i < h.message_count; i++) {
		if (!is_prompt(&h.messages[i])) {
			assert_holds(h.messages[i].text, "https://");
			continue;
		}
		assert_string_equal(h.messages[i].text, MESSAGE_PASTE " ");
		assert_true(strlen(h.messages[i].text) < 80);
	}
	assert_holds(h.messages[2].text, MESSAGE_REFUSED);
	host_end(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(callers_show_enough_to_sign_in_as_the_manual_says),
	    cmocka_unit_test(last_message_says_why_it_ended),
	    cmocka_unit_test(answer_of_511_bytes_arrives_whole_and_none_is_cut),
	    cmocka_unit_test(
		greeter_gets_the_address_apart_from_a_short_prompt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
