/* SPDX-License-Identifier: ISC */
/*
 * Accounts that no user could sign in to: the same dialogue as any other's, no
 * word to Genesys Cloud, no way in; the journal alone knows.
 */
#include "host.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

#define BY_NAME "map=file,localpart email_domains=example.com "

static const struct row {
	const char *user;
	const char *map;
	const char *arguments;
	const char *outcome;
	const char *cause;
} rows[] = {
    {"nowhere", "alice -\n", "", "user_unknown", "no such local account"},
    {"", "alice -\n", "", "user_unknown", "no such local account"},
    {"nowhere", "alice -\n", BY_NAME, "user_unknown", "no such local account"},
    {"nowhere", "", BY_NAME "account_group=staff", "user_unknown",
	"no such local account"},
    {"alice", "bob id:" ALICE_ID "\n", "", "not_mapped", "no user is mapped"},
    {"alice", "", "", "not_mapped", "no user is mapped"},
    {"alice", "alice -\n", "", "not_mapped", "no user is mapped"},
    {"alice", "alice -\n", BY_NAME, "not_mapped", "no user is mapped"},
    {"alice", "alice nonsense\n", "", "config_invalid", "is not an identity"},
    {"alice", "", BY_NAME "account_group=staff", "not_mapped",
	"not in account_group"},
    {"alice", "", BY_NAME "account_group=nowhere", "not_mapped",
	"not in account_group"},
    {"root", "root id:" ALICE_ID "\n", "", "root_refused", "allow_root"},
    {"root", "", BY_NAME "allow_root=yes min_uid=0", "root_refused",
	"no line of the map file"},
    {"low", "", BY_NAME, "uid_refused", "min_uid 1000"},
    {"alice", "", BY_NAME "min_uid=4294967294", "uid_refused", "min_uid"},
};

static uid_t pretended; /* what geteuid tells; 0: the truth */

__attribute__((visibility("default"))) uid_t
geteuid(void)
{
	return pretended != 0 ? pretended : (uid_t)syscall(SYS_geteuid);
}

/* The prompts of a whole sign-in, without its time. */
struct dialogue {
	char text[8192];
	int result;
};

static void
dialogue_note(const struct host *h, struct dialogue *ret)
{
	size_t len = 0;

	ret->text[0] = '\0';
	for (size_t i = 0; i < h->message_count; i++) {
		(void)host_seconds_mask(h->messages[i].text);
		len +=
		    (size_t)snprintf(ret->text + len, sizeof(ret->text) - len,
			"[%d]%s\n", h->messages[i].style, h->messages[i].text);
		assert_true(len < sizeof(ret->text));
	}
}

/* Write "as USER on" in place of "as alice on". */
static void
name_swap(const struct dialogue *from, const char *user, struct dialogue *ret)
{
	static const char mark[] = " as alice on ";
	const char *p = from->text;
	size_t len = 0;

	for (;;) {
		const char *name = strstr(p, mark);
		int before = name != NULL ? (int)(name - p) : (int)strlen(p);

		len += (size_t)snprintf(ret->text + len,
		    sizeof(ret->text) - len, "%.*s", before, p);
		if (name == NULL)
			break;
		len += (size_t)snprintf(ret->text + len,
		    sizeof(ret->text) - len, " as %s on ", user);
		p = name + sizeof(mark) - 1;
	}
}

static void
dialogue_run(const struct row *row, const char *script, struct host *h,
    struct dialogue *ret)
{
	host_begin(h);
	h->user = row->user;
	h->map = row->map;
	h->arguments = row->arguments;
	h->script = script;
	ret->result = host_signin(h);
	dialogue_note(h, ret);
}

static void
decoy_has_the_dialogue_of_any_account(void **state)
{
	static const struct row real = {
	    "alice", "alice id:" ALICE_ID "\n", "", "", ""};
	static const char *const scripts[] = {"code_refused",
	    "answer_malformed,code_refused,signin_refused",
	    "answer_empty,state_mismatch,answer_malformed"};

	(void)state;
	for (size_t s = 0; s < COUNT(scripts); s++) {
		struct dialogue plain;
		struct host h;

		dialogue_run(&real, scripts[s], &h, &plain);
		assert_holds(h.reports, " decoy=0 ");
		host_end(&h);
		for (size_t i = 0; i < COUNT(rows); i++) {
			struct dialogue wanted;
			struct dialogue got;

			dialogue_run(&rows[i], scripts[s], &h, &got);
			name_swap(&plain, rows[i].user, &wanted);
			assert_string_equal(got.text, wanted.text);
			assert_int_equal(got.result, plain.result);
			assert_int_equal(fail_delays, 1);
			assert_int_equal(h.helpers, 1);
			assert_holds(h.reports, " decoy=1 ");
			host_end(&h);
		}
	}
}

/* Go to the first prompt and no further; gives the look-ups on the way. */
static void
first_prompt_reach(const struct row *row, char ret[static sizeof(look_ups)])
{
	struct host h;

	host_begin(&h);
	h.user = row->user;
	h.map = row->map;
	h.arguments = row->arguments;
	h.replies = &(struct reply){.result = PAM_CONV_ERR};
	h.reply_count = 1;
	assert_int_equal(host_signin(&h), PAM_CONV_ERR);
	memcpy(ret, look_ups, sizeof(look_ups));
	host_end(&h);
}

static void
decoy_takes_the_look_ups_of_any_account(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct row real = rows[i];
		char wanted[sizeof(look_ups)];
		char got[sizeof(look_ups)];

		real.user = "alice";
		real.map = "alice id:" ALICE_ID "\n";
		first_prompt_reach(&real, wanted);
		first_prompt_reach(&rows[i], got);
		/* of the asked name, by name and by uid, at the least */
		assert_memory_equal(wanted, "nu", 2);
		assert_string_equal(got, wanted);
	}
}

/* Names that are like one of the map's, or not; with an account, or without. */
static void
look_ups_do_not_tell_the_names_of_the_map(void **state)
{
	static const char *const asked[] = {"alice", "ALICE", "alice@x",
	    "X\\alice", "zzzzz", "m\303\274ller", "M\303\234LLER",
	    "s\303\266ller", "bob", "Bob", "low", ""};
	static const char *const maps[] = {
	    "alice id:" ALICE_ID "\n",
	    "Alice id:" ALICE_ID "\nalice@x -\nX\\alice -\nbob -\n",
	    "m\303\274ller -\nM\303\234ller@x -\n",
	    "alice@x -\nalice@y -\nalice@z -\nalice@w -\n",
	    "\"alice\" -\n'bob' -\n",
	    "",
	};
	char wanted[sizeof(look_ups)] = "";

	(void)state;
	for (size_t i = 0; i < COUNT(maps); i++) {
		for (size_t j = 0; j < COUNT(asked); j++) {
			const struct row row = {
			    .user = asked[j], .map = maps[i], .arguments = ""};
			char got[sizeof(look_ups)];

			first_prompt_reach(&row, got);
			if (wanted[0] == '\0')
				memcpy(wanted, got, sizeof(wanted));
			if (strcmp(got, wanted) != 0)
				fail_msg("%s in map %zu: %s, not %s", asked[j],
				    i, got, wanted);
		}
	}
}

static void
line_that_shuts_an_account_holds_beside_any_other(void **state)
{
	static const struct row shut[] = {
	    {"alice", "alice id:" ALICE_ID "\nalice -\n", "", "not_mapped",
		"no user is mapped"},
	    {"alice", "alice -\nalice id:" ALICE_ID "\n", "", "not_mapped",
		"no user is mapped"},
	    {"alice", "alice -\nalice id:" ALICE_ID "\n", BY_NAME, "not_mapped",
		"no user is mapped"},
	    {"alice", "'Alice' -\nalice id:" ALICE_ID "\n", BY_NAME,
		"config_invalid", "is meant for this account"},
	    {"alice", "\"Alice\" -\n", BY_NAME, "config_invalid",
		"is meant for this account"},
	    {"alice", "Alice -\n", BY_NAME, "config_invalid",
		"is meant for this account"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(shut); i++) {
		struct dialogue got;
		struct host h;

		dialogue_run(&shut[i], "code_refused", &h, &got);
		assert_int_equal(got.result, PAM_MAXTRIES);
		assert_outcome(shut[i].outcome);
		assert_holds(h.reports, " decoy=1 ");
		host_end(&h);
	}
}

static void
journal_has_the_true_outcome_of_each_attempt(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct dialogue got;
		struct host h;

		dialogue_run(
		    &rows[i], "answer_malformed,code_refused", &h, &got);
		assert_int_equal(journal_decisions(), 3);
		for (size_t j = 0; j < journal_count; j++) {
			const char *line = journal[j].text;

			if (journal_value(line, "attempt") == NULL)
				continue;
			assert_string_equal(
			    journal_value(line, "outcome"), rows[i].outcome);
			assert_holds(
			    journal_value(line, "cause"), rows[i].cause);
			assert_int_equal(journal[j].priority,
			    strcmp(rows[i].outcome, "config_invalid") == 0
				? LOG_ERR
				: LOG_NOTICE);
		}
		host_end(&h);
	}
}

static void
helper_that_calls_a_decoy_ok_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct dialogue got;
		struct host h;

		dialogue_run(&rows[i], "ok", &h, &got);
		assert_int_equal(got.result, PAM_SYSTEM_ERR);
		assert_outcome("helper_failed");
		assert_holds(h.reports, "revoke\ngone\n");
		host_end(&h);
	}
}

static void
account_that_appears_meanwhile_stays_a_decoy(void **state)
{
	struct host h;

	(void)state;
	host_begin(&h);
	accounts[ALICE].name = NULL;
	host_open(&h);
	accounts[ALICE].name = "alice";
	assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
	host_close(&h);
	host_end(&h);

	host_begin(&h);
	h.replies = &(struct reply){.result = PAM_CONV_AGAIN};
	h.reply_count = 1;
	accounts[ALICE].name = NULL;
	host_open(&h);
	assert_int_equal(host_authenticate(&h, 0), PAM_INCOMPLETE);
	accounts[ALICE].name = "alice";
	h.replies = &(struct reply){.text = CODE};
	h.replies_used = 0;
	assert_int_equal(host_authenticate(&h, 0), PAM_SYSTEM_ERR);
	host_close(&h);
	assert_outcome("helper_failed");
	assert_int_equal(h.helpers, 1);
	host_end(&h);
}

static void
name_of_the_entry_counts_and_not_the_typed_one(void **state)
{
	static const struct {
		const char *map;
		int result;
		const char *outcome;
	} tries[] = {
	    {"alice id:" ALICE_ID "\n", PAM_SUCCESS, "ok"},
	    {"zeta id:" ALICE_ID "\n", PAM_MAXTRIES, "not_mapped"},
	};

	(void)state;
	/* another name of alice's uid: the map's line for alice covers it */
	for (size_t i = 0; i < COUNT(tries); i++) {
		struct host h;

		host_begin(&h);
		accounts[BOB] = accounts[ALICE];
		accounts[BOB].name = "alias";
		h.user = "alias";
		h.map = tries[i].map;
		h.script = i == 0 ? "ok" : "code_refused";
		assert_int_equal(host_signin(&h), tries[i].result);
		assert_outcome(tries[i].outcome);
		host_end(&h);
	}
}

static void
group_that_does_not_exist_is_logged(void **state)
{
	struct host h;

	(void)state;
	host_begin(&h);
	h.map = "";
	h.script = "code_refused";
	h.arguments = BY_NAME "account_group=nowhere";
	assert_int_equal(host_signin(&h), PAM_MAXTRIES);
	assert_int_equal(journal_count, 4);
	assert_int_equal(journal[0].priority, LOG_WARNING);
	assert_holds(journal_value(journal[0].text, "cause"), "nowhere");
	host_end(&h);
}

static void
named_account_may_be_root_or_low_where_that_is_asked_for(void **state)
{
	static const struct row good[] = {
	    {"root", "root id:" ALICE_ID "\n", "allow_root=yes", "ok", ""},
	    {"low", "low id:" ALICE_ID "\n", "", "ok", ""},
	    {"low", "", BY_NAME "min_uid=10", "not_mapped", ""},
	};

	(void)state;
	need_root();
	for (size_t i = 0; i < COUNT(good); i++) {
		struct dialogue got;
		struct host h;

		dialogue_run(&good[i], "ok", &h, &got);
		assert_outcome(good[i].outcome);
		assert_holds(h.reports, " decoy=0 ");
		host_end(&h);
	}
}

static void
host_that_is_not_root_signs_in_its_own_account_alone(void **state)
{
	static const struct {
		const char *map;
		bool own;
		const char *outcome;
	} tries[] = {
	    {"alice id:" ALICE_ID "\n", true, "ok"},
	    {"alice id:" ALICE_ID "\n", false, "uid_refused"},
	    {"alice -\n", true, "not_mapped"},
	    {"alice -\n", false, "not_mapped"},
	};

	(void)state;
	need_root();
	for (size_t i = 0; i < COUNT(tries); i++) {
		bool good = strcmp(tries[i].outcome, "ok") == 0;
		struct host h;

		host_begin(&h);
		h.map = tries[i].map;
		h.script = good ? "ok" : "code_refused";
		h.arguments = "attempts=1";
		pretended = accounts[ALICE].uid + (tries[i].own ? 0 : 1);
		int result = host_signin(&h);
		pretended = 0;
		assert_int_equal(result, good ? PAM_SUCCESS : PAM_MAXTRIES);
		assert_outcome(tries[i].outcome);
		assert_holds(h.reports, good ? " decoy=0 " : " decoy=1 ");
		host_end(&h);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(decoy_has_the_dialogue_of_any_account),
	    cmocka_unit_test(decoy_takes_the_look_ups_of_any_account),
	    cmocka_unit_test(look_ups_do_not_tell_the_names_of_the_map),
	    cmocka_unit_test(line_that_shuts_an_account_holds_beside_any_other),
	    cmocka_unit_test(journal_has_the_true_outcome_of_each_attempt),
	    cmocka_unit_test(helper_that_calls_a_decoy_ok_is_refused),
	    cmocka_unit_test(account_that_appears_meanwhile_stays_a_decoy),
	    cmocka_unit_test(name_of_the_entry_counts_and_not_the_typed_one),
	    cmocka_unit_test(group_that_does_not_exist_is_logged),
	    cmocka_unit_test(
		named_account_may_be_root_or_low_where_that_is_asked_for),
	    cmocka_unit_test(
		host_that_is_not_root_signs_in_its_own_account_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
