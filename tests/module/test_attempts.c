/* SPDX-License-Identifier: ISC */
/*
 * Further attempts: how many there are, what they begin with, when they end.
 */
#include "../lib/outcome_find.h"
#include "host.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const retryable[] = {"answer_empty", "answer_malformed",
    "state_mismatch", "signin_refused", "code_refused"};

static void
wait_too_long(struct host *h)
{
	(void)h;
	(void)usleep(2050 * 1000);
}

static size_t
prompts_count(const struct host *h)
{
	size_t count = 0;

	for (size_t i = 0; i < h->message_count; i++)
		count += h->messages[i].style == PAM_PROMPT_ECHO_ON;
	return count;
}

static void
assert_begins(const char *text, const char *beginning)
{
	if (strncmp(text, beginning, strlen(beginning)) != 0)
		fail_msg("does not begin with \"%s\": %s", beginning, text);
}

static void
attempts_end_in_maxtries(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(retryable); i++) {
		struct host h;

		assert_int_equal(host_run(&h, retryable[i], ""), PAM_MAXTRIES);
		assert_int_equal(prompts_count(&h), 3);
		assert_int_equal(journal_decisions(), 3);
		assert_int_equal(h.helpers, 1);
		assert_int_equal(fail_delays, 1);
		assert_outcome(retryable[i]);
		host_end(&h);
	}
}

static void
attempts_are_as_many_as_configured(void **state)
{
	(void)state;
	for (size_t attempts = 1; attempts <= 20; attempts += 19) {
		char arguments[32];
		char last[32];
		struct host h;

		(void)snprintf(
		    arguments, sizeof(arguments), "attempts=%zu", attempts);
		(void)snprintf(last, sizeof(last), "%zu", attempts);
		assert_int_equal(
		    host_run(&h, "code_refused", arguments), PAM_MAXTRIES);
		assert_int_equal(prompts_count(&h), attempts);
		assert_int_equal(journal_decisions(), attempts);
		assert_string_equal(
		    journal_value(journal_decision(), "attempt"), last);
		host_end(&h);
	}
}

static void
attempt_begins_with_what_was_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(retryable); i++) {
		enum outcome outcome = OUTCOME_COUNT;
		char script[64];
		char wanted[512];
		struct host h;

		assert_true(outcome_find(retryable[i], &outcome));
		(void)snprintf(script, sizeof(script), "%s,%s,ok", retryable[i],
		    retryable[i]);
		assert_int_equal(host_run(&h, script, ""), PAM_SUCCESS);
		assert_int_equal(h.message_count, 3);
		(void)snprintf(wanted, sizeof(wanted),
		    "\n%s\n\nSign in to Genesys Cloud to continue as alice on ",
		    outcome_sentence(outcome));
		assert_begins(h.messages[0].text, "\nSign in to ");
		assert_begins(h.messages[1].text, wanted);
		assert_begins(h.messages[2].text, wanted);
		assert_holds(h.messages[1].text, "round=2\n\n");
		assert_holds(h.messages[2].text, "round=3\n\n");
		assert_int_equal(fail_delays, 0);
		assert_outcome("ok");
		assert_int_equal(journal_decisions(), 3);
		host_end(&h);
	}
}

static void
sentences_of_answers_differ(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(retryable); i++) {
		for (size_t j = 0; j < i; j++) {
			enum outcome a = OUTCOME_COUNT;
			enum outcome b = OUTCOME_COUNT;

			assert_true(outcome_find(retryable[i], &a));
			assert_true(outcome_find(retryable[j], &b));
			assert_string_not_equal(
			    outcome_sentence(a), outcome_sentence(b));
		}
	}
}

static void
code_of_an_earlier_address_is_distinguished(void **state)
{
	struct host h;

	(void)state;
	assert_int_equal(
	    host_run(&h, "state_mismatch:other-address,ok", ""), PAM_SUCCESS);
	assert_begins(h.messages[1].text, "\nThat code belongs to an earlier");
	host_end(&h);
}

static void
address_of_another_page_is_distinguished(void **state)
{
	static const char *const settings[] = {
	    "", "callback=loopback redirect_uri=http://localhost:8400/"};

	(void)state;
	for (size_t i = 0; i < COUNT(settings); i++) {
		struct host h;

		assert_int_equal(
		    host_run(
			&h, "answer_malformed:other-address,ok", settings[i]),
		    PAM_SUCCESS);
		assert_begins(h.messages[1].text,
		    "\nThat address is not of this sign-in: open");
		host_end(&h);
	}
}

static void
number_that_is_not_the_page_s_is_distinguished(void **state)
{
	struct host h;

	(void)state;
	assert_int_equal(
	    host_run(&h,
		"answer_malformed:number-early,answer_malformed:number-wrong,"
		"answer_malformed:number-spent,ok:number-wrong",
		"attempts=4"),
	    PAM_SUCCESS);
	assert_int_equal(h.message_count, 4);
	assert_begins(h.messages[1].text, "\nNo code has come from a browser");
	assert_begins(h.messages[2].text, "\nThat is not the number that");
	assert_begins(h.messages[3].text, "\nThat was the third wrong number");
	host_end(&h);
	assert_int_equal(
	    host_run(&h, "answer_malformed:number-spent", "attempts=1"),
	    PAM_MAXTRIES);
	assert_begins(h.messages[1].text, "That was the third wrong number");
	host_end(&h);
}

static void
split_attempt_begins_with_what_was_wrong(void **state)
{
	struct host h;

	(void)state;
	assert_int_equal(
	    host_run(&h, "answer_empty,ok", "dialogue=split"), PAM_SUCCESS);
	assert_int_equal(h.message_count, 4);
	assert_int_equal(h.messages[2].style, PAM_TEXT_INFO);
	assert_begins(h.messages[2].text, "\nThe answer was empty.\n\n");
	host_end(&h);
}

static void
other_outcomes_end_the_signin_at_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < OUTCOME_COUNT; i++) {
		const char *name = outcome_name((enum outcome)i);
		char script[64];
		struct host h;

		if (outcome_may_retry((enum outcome)i) || i == OUTCOME_OK)
			continue;
		(void)snprintf(script, sizeof(script), "%s,ok", name);
		assert_int_not_equal(host_run(&h, script, ""), PAM_SUCCESS);
		assert_int_equal(prompts_count(&h), 1);
		assert_outcome(name);
		host_end(&h);
	}
}

static void
no_answer_is_sent_after_the_deadline(void **state)
{
	static const struct reply replies[] = {
	    {.text = CODE}, {.text = CODE, .meanwhile = wait_too_long}};
	struct host h;

	(void)state;
	host_begin(&h);
	h.script = "code_refused,ok";
	h.arguments = "timeout=2";
	h.replies = replies;
	h.reply_count = COUNT(replies);
	assert_int_equal(host_signin(&h), PAM_MAXTRIES);
	assert_outcome("timed_out");
	assert_string_equal(journal_value(journal_decision(), "attempt"), "1");
	const char *first = strstr(h.reports, "answer ");
	assert_non_null(first);
	assert_lacks(first + 1, "answer ");
	assert_holds(h.reports, "gone\n");
	assert_string_equal(
	    host_last_message(&h), outcome_sentence(OUTCOME_TIMED_OUT));
	host_end(&h);
}

static void
person_may_leave_between_attempts(void **state)
{
	static const struct reply replies[] = {
	    {.text = CODE}, {.result = PAM_CONV_ERR}};
	struct host h;

	(void)state;
	host_begin(&h);
	h.script = "code_refused";
	h.replies = replies;
	h.reply_count = COUNT(replies);
	assert_int_equal(host_signin(&h), PAM_CONV_ERR);
	assert_outcome("aborted");
	assert_int_equal(journal_decisions(), 2);
	host_end(&h);
}

static void
junk_of_sshd_is_named_and_shown_as_a_refused_code(void **state)
{
	struct host h;

	(void)state;
	assert_int_equal(
	    host_run(&h, "answer_malformed:junk", "attempts=1"), PAM_MAXTRIES);
	assert_outcome("answer_malformed");
	assert_holds(journal_decision(),
	    "sshd refuses this name: unknown, AllowUsers/DenyUsers, or root "
	    "without PermitRootLogin yes\"");
	assert_string_equal(
	    host_last_message(&h), outcome_sentence(OUTCOME_CODE_REFUSED));
	host_end(&h);

	host_begin(&h);
	h.user = "nowhere";
	h.script = "answer_malformed:junk";
	h.arguments = "attempts=1";
	assert_int_equal(host_signin(&h), PAM_MAXTRIES);
	assert_holds(
	    journal_decision(), "PermitRootLogin yes; there is no such");
	host_end(&h);
}

/* Junk hides what an answer came to, not that no further one is allowed. */
static void
junk_beside_a_final_outcome_does_not_hide_it(void **state)
{
	struct host h;

	(void)state;
	assert_int_equal(host_run(&h, "unreachable:junk", "attempts=1"),
	    PAM_AUTHINFO_UNAVAIL);
	assert_outcome("unreachable");
	assert_string_equal(
	    host_last_message(&h), outcome_sentence(OUTCOME_UNREACHABLE));
	host_end(&h);
}

static void
person_who_leaves_after_the_deadline_is_aborted(void **state)
{
	struct host h;

	(void)state;
	host_begin(&h);
	h.arguments = "timeout=2";
	h.replies =
	    &(struct reply){.result = PAM_CONV_ERR, .meanwhile = wait_too_long};
	h.reply_count = 1;
	assert_int_equal(host_signin(&h), PAM_CONV_ERR);
	assert_outcome("aborted");
	host_end(&h);
}

static void
second_prompt_may_be_interrupted_as_the_first(void **state)
{
	static const struct reply replies[] = {
	    {.text = CODE}, {.result = PAM_CONV_AGAIN}};
	struct host h;

	(void)state;
	host_begin(&h);
	h.script = "code_refused,ok";
	h.replies = replies;
	h.reply_count = COUNT(replies);
	host_open(&h);
	assert_int_equal(host_authenticate(&h, 0), PAM_INCOMPLETE);
	assert_int_equal(journal_decisions(), 1);
	h.replies = replies;
	h.replies_used = 0;
	assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
	assert_int_equal(journal_decisions(), 2);
	host_close(&h);
	host_end(&h);
}

/* What one answer was must not colour what becomes of the next. */
static void
person_may_leave_after_junk(void **state)
{
	static const struct reply replies[] = {
	    {.text = CODE}, {.result = PAM_CONV_ERR}};
	struct host h;

	(void)state;
	host_begin(&h);
	h.script = "answer_malformed:junk";
	h.arguments = "timeout=2";
	h.replies = replies;
	h.reply_count = COUNT(replies);
	assert_int_equal(host_signin(&h), PAM_CONV_ERR);
	assert_outcome("aborted");
	assert_lacks(journal_decision(), "sshd refuses");
	assert_int_equal(h.replies_used, 2);
	assert_int_equal(journal_decisions(), 2);
	host_end(&h);
}

static void
deadline_after_junk_is_timed_out(void **state)
{
	static const struct reply replies[] = {
	    {.text = CODE}, {.text = CODE, .meanwhile = wait_too_long}};
	struct host h;

	(void)state;
	host_begin(&h);
	h.script = "answer_malformed:junk";
	h.arguments = "timeout=2";
	h.replies = replies;
	h.reply_count = COUNT(replies);
	assert_int_equal(host_signin(&h), PAM_MAXTRIES);
	assert_outcome("timed_out");
	assert_lacks(journal_decision(), "sshd refuses");
	assert_string_equal(
	    host_last_message(&h), outcome_sentence(OUTCOME_TIMED_OUT));
	host_end(&h);
}

static void
line_of_an_attempt_has_nothing_of_the_one_before(void **state)
{
	static const struct reply replies[] = {
	    {.text = CODE}, {.result = PAM_CONV_ERR}};
	struct host h;

	(void)state;
	host_begin(&h);
	h.script = "code_refused";
	h.replies = replies;
	h.reply_count = COUNT(replies);
	assert_int_equal(host_signin(&h), PAM_CONV_ERR);
	assert_outcome("aborted");
	assert_string_equal(
	    journal_value(journal_decision(), "correlation"), "");
	host_end(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(attempts_end_in_maxtries),
	    cmocka_unit_test(attempts_are_as_many_as_configured),
	    cmocka_unit_test(attempt_begins_with_what_was_wrong),
	    cmocka_unit_test(sentences_of_answers_differ),
	    cmocka_unit_test(code_of_an_earlier_address_is_distinguished),
	    cmocka_unit_test(address_of_another_page_is_distinguished),
	    cmocka_unit_test(number_that_is_not_the_page_s_is_distinguished),
	    cmocka_unit_test(split_attempt_begins_with_what_was_wrong),
	    cmocka_unit_test(other_outcomes_end_the_signin_at_once),
	    cmocka_unit_test(no_answer_is_sent_after_the_deadline),
	    cmocka_unit_test(person_may_leave_between_attempts),
	    cmocka_unit_test(junk_of_sshd_is_named_and_shown_as_a_refused_code),
	    cmocka_unit_test(junk_beside_a_final_outcome_does_not_hide_it),
	    cmocka_unit_test(person_who_leaves_after_the_deadline_is_aborted),
	    cmocka_unit_test(second_prompt_may_be_interrupted_as_the_first),
	    cmocka_unit_test(person_may_leave_after_junk),
	    cmocka_unit_test(deadline_after_junk_is_timed_out),
	    cmocka_unit_test(line_of_an_attempt_has_nothing_of_the_one_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
