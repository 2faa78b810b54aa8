/* SPDX-License-Identifier: ISC */
/*
 * Words that an answer must not be: the account's name and its passwords here.
 * Programs that give a stored password at every prompt, and people with a
 * kind, answer with them.
 */
#include "host.h"

#include <stdio.h>
#include <string.h>

#define PASSWORD "correct-horse-battery-staple"
#define JUNK "\b\n\r\177INCORRECT"
#define WITHHELD \
	"the answer was the account's name or its password here, and was not " \
	"sent"
#define STANDS_IN "answer 1 ?\n"

/* The password at its prompt, if there is one, then the answer. */
static int
run(struct host *h, const char *script, const char *before,
    const char *password, const char *answer)
{
	struct reply replies[] = {{.text = password}, {.text = answer}};
	bool asks = before[0] != '\0';
	char stack[1024];

	host_begin(h);
	h->script = script;
	h->replies = asks ? replies : replies + 1;
	h->reply_count = asks ? 2 : 1;
	(void)snprintf(stack, sizeof(stack),
	    "%sauth required " MODULE
	    " conf=%s/conf attempts=1 bare_code=yes\n",
	    before, h->directory);
	h->service_file = stack;
	int result = host_signin(h);
	h->replies = NULL;
	h->service_file = NULL;
	return result;
}

static const char asks_password[] =
    "auth required " BUILD "/tests/pam_password.so\n";
static const char asks_old_password[] =
    "auth required " BUILD "/tests/pam_password.so old\n";

/* The words as they are, and as programs and terminals give them. */
static const struct row {
	const char *before; /* lines of the stack */
	const char *answer;
	bool known;
} rows[] = {
    {asks_password, PASSWORD, true},
    {asks_old_password, PASSWORD, true},
    {asks_password, PASSWORD "\r\n", true},
    {asks_password, " " PASSWORD "\t", true},
    {asks_password, "\"" PASSWORD "\"", true},
    {asks_password, "\033[200~" PASSWORD "\033[201~", true},
    {asks_password, "\033[O\033[I" PASSWORD, true},
    {asks_password, PASSWORD " " PASSWORD, true},
    {asks_password, "alice", true},
    {"", "alice", true},
    {"", "alice\n", true},
    /* and what is no such word */
    {"", PASSWORD, false},
    {asks_password, PASSWORD "r", false},
    {asks_password, "orrect-horse-battery-staple", false},
    {asks_password, "Correct-horse-battery-staple", false},
    {asks_password, "code=" PASSWORD "&state=x", false},
    {asks_password, "", false},
    {"", "Alice", false},
    {"", "alic", false},
    {"", "bob", false},
};

static void
known_word_never_leaves_the_host_process(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct host h;

		assert_int_equal(run(&h, "answer_malformed", rows[i].before,
				     PASSWORD, rows[i].answer),
		    PAM_MAXTRIES);
		assert_outcome("answer_malformed");
		bool withheld = strstr(h.reports, STANDS_IN) != NULL;
		if (withheld != rows[i].known)
			fail_msg("row %zu, \"%s\": %s", i, rows[i].answer,
			    h.reports);
		const char *cause = journal_value(journal_decision(), "cause");
		assert_int_equal(strcmp(cause, WITHHELD) == 0, rows[i].known);
		assert_lacks(journal_decision(), PASSWORD);
		assert_string_equal(host_last_message(&h),
		    outcome_sentence(OUTCOME_ANSWER_MALFORMED));
		host_end(&h);
	}
}

/*
 * For a name that it refuses sshd gives its junk at every prompt, also at that
 * of a password.  Withheld, it would be answered unlike a code.
 */
static void
junk_of_sshd_is_no_known_word(void **state)
{
	static const struct {
		const char *password;
		const char *answer;
	} junk[] = {{JUNK, JUNK}, {JUNK, JUNK JUNK}, {JUNK JUNK, JUNK JUNK},
	    {"\b\n\r\177INC", "\b\n\r\177INC"}, {"\b", "\b"}};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(junk); i++) {
		const char *before =
		    i % 2 > 0 ? asks_password : asks_old_password;
		struct host h;

		(void)run(&h, "answer_malformed", before, junk[i / 2].password,
		    junk[i / 2].answer);
		assert_outcome("answer_malformed");
		assert_lacks(h.reports, STANDS_IN);
		assert_holds(h.reports, " \\x08");
		assert_lacks(journal_decision(), WITHHELD);
		host_end(&h);
	}
}

/* It got no answer, so no sign-in can have succeeded. */
static void
helper_that_calls_a_withheld_word_ok_is_refused(void **state)
{
	struct host h;

	(void)state;
	assert_int_equal(run(&h, "ok", "", PASSWORD, "alice"), PAM_SYSTEM_ERR);
	assert_outcome("helper_failed");
	assert_holds(h.reports, STANDS_IN);
	host_end(&h);
}

/* What the helper says otherwise counts as with any answer. */
static void
other_verdict_on_a_withheld_word_stands(void **state)
{
	struct host h;

	(void)state;
	assert_int_equal(
	    run(&h, "timed_out", "", PASSWORD, "alice"), PAM_MAXTRIES);
	assert_outcome("timed_out");
	host_end(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known_word_never_leaves_the_host_process),
	    cmocka_unit_test(junk_of_sshd_is_no_known_word),
	    cmocka_unit_test(helper_that_calls_a_withheld_word_ok_is_refused),
	    cmocka_unit_test(other_verdict_on_a_withheld_word_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
