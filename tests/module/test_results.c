/* SPDX-License-Identifier: ISC */
/*
 * Every outcome: PAM's result, what the person is told, what the journal says.
 */
#include "../lib/outcome_find.h"
#include "host.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What docs/DESIGN.md section 6 says of each, written down once more. */
static const struct {
	const char *name;
	int result;
} contract[] = {
    {"ok", PAM_SUCCESS},
    {"config_invalid", PAM_SERVICE_ERR},
    {"config_unsafe", PAM_SERVICE_ERR},
    {"secret_unreadable", PAM_SERVICE_ERR},
    {"client_refused", PAM_SERVICE_ERR},
    {"no_conversation", PAM_CONV_ERR},
    {"aborted", PAM_CONV_ERR},
    {"helper_failed", PAM_SYSTEM_ERR},
    {"system_error", PAM_SYSTEM_ERR},
    {"no_memory", PAM_BUF_ERR},
    {"unreachable", PAM_AUTHINFO_UNAVAIL},
    {"provider_error", PAM_AUTHINFO_UNAVAIL},
    {"tls_failed", PAM_AUTH_ERR},
    {"rate_limited", PAM_AUTH_ERR},
    {"reply_invalid", PAM_AUTH_ERR},
    {"timed_out", PAM_MAXTRIES},
    {"answer_empty", PAM_AUTH_ERR},
    {"answer_malformed", PAM_AUTH_ERR},
    {"state_mismatch", PAM_AUTH_ERR},
    {"signin_refused", PAM_AUTH_ERR},
    {"code_refused", PAM_AUTH_ERR},
    {"token_invalid", PAM_AUTH_ERR},
    {"identity_incomplete", PAM_AUTH_ERR},
    {"wrong_client", PAM_AUTH_ERR},
    {"wrong_organization", PAM_AUTH_ERR},
    {"partner_refused", PAM_AUTH_ERR},
    {"account_inactive", PAM_AUTH_ERR},
    {"not_mapped", PAM_AUTH_ERR},
    {"root_refused", PAM_AUTH_ERR},
    {"uid_refused", PAM_AUTH_ERR},
    {"group_missing", PAM_AUTH_ERR},
    {"role_missing", PAM_AUTH_ERR},
    {"division_missing", PAM_AUTH_ERR},
    {"user_unknown", PAM_AUTH_ERR},
    {"account_changed", PAM_AUTH_ERR},
};

/* Outcomes that come from the helper's verdict alone. */
static const char *const told_by_helper[] = {"client_refused", "unreachable",
    "provider_error", "tls_failed", "rate_limited", "reply_invalid",
    "answer_empty", "answer_malformed", "state_mismatch", "signin_refused",
    "code_refused", "token_invalid"};

/* Outcomes that nothing in these tests can bring about, and why. */
static const struct {
	const char *name;
	const char *why;
} unreached[] = {
    {"no_memory", "memory is short in tests/failure alone"},
};

static int
result_of(const char *name)
{
	for (size_t i = 0; i < COUNT(contract); i++) {
		if (strcmp(contract[i].name, name) == 0)
			return contract[i].result;
	}
	fail_msg("%s is not in the contract", name);
	return -1;
}

static const char *
sentence_of(const char *name)
{
	enum outcome outcome = OUTCOME_COUNT;

	assert_true(outcome_find(name, &outcome));
	return outcome_sentence(outcome);
}

static void
contract_and_table_have_the_same_outcomes(void **state)
{
	(void)state;
	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		(void)result_of(outcome_name((enum outcome)i));
	assert_int_equal(COUNT(contract), OUTCOME_COUNT);
}

/* The last thing the person saw is the sentence, and it is the only one. */
static void
assert_reported(const struct host *h, const char *sentence)
{
	const struct message *last = &h->messages[h->message_count - 1];
	bool told = h->message_count > 0 && last->style == PAM_ERROR_MSG;

	assert_int_equal(told, sentence[0] != '\0');
	if (told)
		assert_string_equal(last->text, sentence);
	for (size_t i = 0; told && i + 1 < h->message_count; i++)
		assert_int_not_equal(h->messages[i].style, PAM_ERROR_MSG);
}

static void
assert_denied_slowly(const char *what)
{
	if (fail_delays != 1 || fail_delay_us != FAIL_DELAY_US)
		fail_msg(
		    "%s: %u delays, %u us", what, fail_delays, fail_delay_us);
}

static void
verdict_of_the_helper_has_the_result_of_the_contract(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(contract); i++) {
		const char *name = contract[i].name;
		enum outcome outcome = OUTCOME_COUNT;
		struct host h;

		if (strcmp(name, "ok") == 0)
			continue;
		assert_true(outcome_find(name, &outcome));
		int wanted = outcome_may_retry(outcome) ? PAM_MAXTRIES
							: contract[i].result;
		int result = host_run(&h, name, "attempts=1");
		if (result != wanted)
			fail_msg("%s: %s", name, pam_strerror(NULL, result));
		assert_outcome(name);
		assert_int_equal(journal_decisions(), 1);
		assert_string_equal(
		    journal_value(journal_decision(), "cause"), REASON);
		assert_reported(&h, outcome_sentence(outcome));
		assert_denied_slowly(name);
		assert_holds(h.reports, "answer ");
		assert_lacks(h.reports, "keep");
		host_end(&h);
	}
}

static void
verdict_after_the_deadline_gives_no_further_attempt(void **state)
{
	struct host h;

	(void)state;
	assert_int_equal(
	    host_run(&h, "code_refused:late", "timeout=2"), PAM_AUTH_ERR);
	assert_outcome("code_refused");
	assert_int_equal(h.replies_used, 1);
	host_end(&h);
}

static void
good_signin_is_a_success_without_a_word(void **state)
{
	struct host h;

	(void)state;
	assert_int_equal(host_run(&h, "ok", ""), PAM_SUCCESS);
	assert_outcome("ok");
	assert_int_equal(journal_decisions(), 1);
	assert_int_equal(journal_count, 1);
	assert_int_equal(h.message_count, 1);
	assert_int_equal(fail_delays, 0);
	assert_int_equal(h.helpers, 1);
	assert_holds(h.reports, "answer ");
	assert_holds(h.reports, "revoke\ngone\n");
	host_end(&h);
}

/* ---- true causes ---- */

static void
wait_too_long(struct host *h)
{
	(void)h;
	(void)usleep(2050 * 1000);
}

static void
change_uid(struct host *h)
{
	(void)h;
	accounts[ALICE].uid++;
}

static void
change_gid(struct host *h)
{
	(void)h;
	accounts[ALICE].gid++;
}

static void
remove_account(struct host *h)
{
	(void)h;
	accounts[ALICE].name = NULL;
}

static void
give_uid_away(struct host *h)
{
	(void)h;
	accounts[BOB].uid = accounts[ALICE].uid;
	accounts[BOB].name = "alice";
	accounts[ALICE].name = "alice2";
}

static void
change_user(struct host *h)
{
	assert_int_equal(pam_set_item(h->pamh, PAM_USER, "bob"), PAM_SUCCESS);
}

static void
break_name_service(struct host *h)
{
	(void)h;
	name_service_error = 5; /* EIO */
}

static void
map_writable(struct host *h)
{
	host_write(h, "map", h->map, 0666);
}

static void
conf_writable(struct host *h)
{
	host_write(h, "conf", "region = eu-central-1\n", 0666);
}

static void
conf_removed(struct host *h)
{
	assert_int_equal(unlink(host_path(h, "conf")), 0);
}

static void
directory_writable(struct host *h)
{
	assert_int_equal(chmod(h->directory, 0777), 0);
}

static void
map_removed(struct host *h)
{
	assert_int_equal(unlink(host_path(h, "map")), 0);
}

static void
secret_readable(struct host *h)
{
	host_write(h, "secret", SECRET "\n", 0644);
}

static void
secret_empty(struct host *h)
{
	host_write(h, "secret", "\n", 0600);
}

static void
drop_in_bad(struct host *h)
{
	assert_int_equal(mkdir(host_path(h, "conf.d"), 0755), 0);
	host_write(h, "conf.d/10-site.conf", "timeout = soon\n", 0644);
}

#define NO_KEY "no_such_key=1"
#define TWICE "attempts=1 attempts=2"
#define SECRET_KEY "client_secret_file=" /* and the directory's secret */

#define NEED_ALL \
	"require_group=" GROUP " require_role=" ROLE \
	" require_division=" DIVISION

static const struct cause {
	const char *outcome;
	const char *script;
	const char *arguments;
	void (*prepare)(struct host *h);   /* after the files are written */
	void (*meanwhile)(struct host *h); /* while the person is away */
	const char *text;                  /* stands in the journal */
	bool root_only;
} causes[] = {
    {"ok", "ok", "", NULL, NULL, "signed in", false},
    {"config_invalid", "ok", NO_KEY, NULL, NULL, "no_such_key", false},
    {"config_invalid", "ok", TWICE, NULL, NULL, "attempts", false},
    {"config_invalid", "ok", "timeout=0", NULL, NULL, "timeout", false},
    {"config_invalid", "ok", "conf=/nowhere", NULL, NULL, "conf", false},
    {"config_invalid", "ok", "require_group=agents", NULL, NULL, "display name",
	false},
    {"config_invalid", "ok", "", conf_removed, NULL, "does not exist", false},
    {"config_invalid", "ok", "", map_removed, NULL, "map", false},
    {"config_invalid", "ok", "", drop_in_bad, NULL, "10-site.conf:1", false},
    {"config_invalid", "ok", "helper_user=nowhere", NULL, NULL,
	"argument: helper_user: ", true},
    {"config_invalid", "ok", "helper_user=root", NULL, NULL,
	"argument: helper_user: ", true},
    {"config_unsafe", "ok", "", conf_writable, NULL, "conf", false},
    {"config_unsafe", "ok", "", map_writable, NULL, "map", false},
    {"config_unsafe", "ok", "", directory_writable, NULL, "directory", false},
    {"secret_unreadable", "ok", SECRET_KEY, NULL, NULL, "secret", true},
    {"secret_unreadable", "ok", SECRET_KEY, secret_readable, NULL, "secret",
	true},
    {"secret_unreadable", "ok", SECRET_KEY, secret_empty, NULL, "secret", true},
    {"helper_failed", "ready:die", "", NULL, NULL, "helper", false},
    {"helper_failed", "ok:die", "", NULL, NULL, "helper", false},
    {"system_error", "ok", "", NULL, break_name_service, "name service", false},
    {"timed_out", "ok", "timeout=2", NULL, wait_too_long, "deadline", false},
    {"identity_incomplete", "ok:no-identity", "", NULL, NULL, "client_id",
	false},
    {"identity_incomplete", "ok:no-client", "", NULL, NULL, "client_id", false},
    {"identity_incomplete", "ok:no-organization", "", NULL, NULL,
	"organization_id", false},
    {"identity_incomplete", "ok:no-home", "", NULL, NULL,
	"home_organization_id", false},
    {"identity_incomplete", "ok:no-id", "", NULL, NULL, "id", false},
    {"identity_incomplete", "ok:no-state", "", NULL, NULL, "state", false},
    {"identity_incomplete", "ok:blank-id", "", NULL, NULL, "id", false},
    {"wrong_client", "ok:other-client", "", NULL, NULL, OTHER_ID, false},
    {"wrong_organization", "ok:other-organization", "", NULL, NULL,
	OTHER_ORGANIZATION, false},
    {"partner_refused", "ok:partner", "", NULL, NULL, OTHER_ORGANIZATION,
	false},
    {"partner_refused", "ok:cloned", "", NULL, NULL, "clone", false},
    {"ok", "ok:partner", "partner_logins=yes", NULL, NULL, "", false},
    {"ok", "ok:cloned", "partner_logins=yes", NULL, NULL, "", false},
    {"account_inactive", "ok:inactive", "", NULL, NULL, "active", false},
    {"not_mapped", "ok:other-id", "", NULL, NULL, "map file", false},
    {"not_mapped", "ok:other-email", "map=localpart email_domains=example.com",
	NULL, NULL, "no line of the map file names", false},
    {"ok", "ok", "map=localpart email_domains=example.com", NULL, NULL, "",
	false},
    {"not_mapped", "ok:utf8-email", "map=localpart email_domains=example.com",
	NULL, NULL, "", false},
    {"not_mapped", "ok:no-email", "map=localpart email_domains=example.com",
	NULL, NULL, "", false},
    {"ok", "ok", NEED_ALL, NULL, NULL, "", false},
    {"ok", "ok", "require_group=" OTHER_ID, NULL, NULL, "", false},
    {"ok", "ok", "require_role=" OTHER_ID "," ROLE, NULL, NULL, "", false},
    {"group_missing", "ok", "require_group=" ROLE, NULL, NULL, "required group",
	false},
    {"group_missing", "ok:empty-lists", NEED_ALL, NULL, NULL, "", false},
    {"role_missing", "ok", "require_role=" GROUP, NULL, NULL, "required role",
	false},
    {"role_missing", "ok:empty-lists", "require_role=" ROLE, NULL, NULL, "",
	false},
    {"division_missing", "ok", "require_division=" GROUP, NULL, NULL,
	"division", false},
    {"division_missing", "ok:empty-lists", "require_division=" DIVISION, NULL,
	NULL, "", false},
    {"identity_incomplete", "ok:no-lists", "require_group=" GROUP, NULL, NULL,
	"groups", false},
    {"identity_incomplete", "ok:no-lists", "require_role=" ROLE, NULL, NULL,
	"roles", false},
    {"identity_incomplete", "ok:no-lists", "require_division=" DIVISION, NULL,
	NULL, "division", false},
    {"identity_incomplete", "ok:long-list", "require_group=" GROUP, NULL, NULL,
	"groups", false},
    {"identity_incomplete", "ok:loose-list", "require_group=" GROUP, NULL, NULL,
	"groups", false},
    {"not_mapped", "ok:other-id", NEED_ALL, NULL, NULL, "", false},
    {"account_changed", "ok", "", NULL, change_uid, "", false},
    {"account_changed", "ok", "", NULL, change_gid, "", false},
    {"account_changed", "ok", "", NULL, remove_account, "", false},
    {"account_changed", "ok", "", NULL, give_uid_away, "", false},
    {"account_changed", "ok", "", NULL, change_user, "", false},
};

/* For accounts that no user could sign in to the user gets another one. */
static const struct {
	const char *outcome;
	const char *user;
	const char *arguments;
} prospects[] = {
    {"user_unknown", "nowhere", ""},
    {"not_mapped", "alice", "map=email email_domains=example.com"},
    {"root_refused", "root", ""},
    {"uid_refused", "low", "map=localpart email_domains=example.com"},
};

/* The helper is asked for the lists of the configuration, and no others. */
static void
needs_check(const struct host *h, const char *arguments)
{
	char needs[16];

	if (strstr(h->reports, "request ") == NULL)
		return;
	(void)snprintf(needs, sizeof(needs), " needs=%d%d%d ",
	    strstr(arguments, "require_group") != NULL,
	    strstr(arguments, "require_role") != NULL,
	    strstr(arguments, "require_division") != NULL);
	assert_holds(h->reports, needs);
}

static void
cause_try(const struct cause *cause)
{
	const struct reply reply = {
	    .text = CODE, .meanwhile = cause->meanwhile};
	char arguments[256];
	struct host h;

	host_begin(&h);
	(void)snprintf(arguments, sizeof(arguments), "%s%s", cause->arguments,
	    strcmp(cause->arguments, SECRET_KEY) == 0 ? host_path(&h, "secret")
						      : "");
	h.script = cause->script;
	h.arguments = arguments;
	h.replies = &reply;
	h.reply_count = 1;
	host_open(&h);
	if (cause->prepare != NULL)
		cause->prepare(&h);
	int result = host_authenticate(&h, 0);
	host_close(&h);
	if (result != result_of(cause->outcome))
		fail_msg("%s, %s: %s; %s", cause->script, cause->arguments,
		    pam_strerror(NULL, result), journal_decision());
	assert_outcome(cause->outcome);
	bool named = false;
	for (size_t i = 0; i < journal_count; i++)
		named = named || strstr(journal[i].text, cause->text) != NULL;
	if (!named)
		fail_msg(
		    "%s is not named: %s", cause->text, journal_decision());
	assert_reported(&h, sentence_of(cause->outcome));
	if (result != PAM_SUCCESS)
		assert_denied_slowly(cause->outcome);
	assert_lacks(h.reports, "keep");
	needs_check(&h, cause->arguments);
	host_end(&h);
}

static void
every_cause_has_its_outcome(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(causes); i++) {
		if (causes[i].root_only && !host_is_root())
			print_message("not tried without root: %s, %s\n",
			    causes[i].outcome, causes[i].arguments);
		else
			cause_try(&causes[i]);
	}
}

static void
account_that_no_user_can_have_is_named_in_the_journal_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(prospects); i++) {
		char arguments[256];
		struct host h;

		host_begin(&h);
		(void)snprintf(arguments, sizeof(arguments), "attempts=1 %s",
		    prospects[i].arguments);
		h.script = "code_refused";
		h.user = prospects[i].user;
		h.arguments = arguments;
		assert_int_equal(host_signin(&h), PAM_MAXTRIES);
		assert_outcome(prospects[i].outcome);
		assert_reported(&h, sentence_of("code_refused"));
		assert_denied_slowly(prospects[i].outcome);
		assert_holds(h.reports, " decoy=1 ");
		host_end(&h);
	}
}

static void
conversation_that_fails_is_aborted(void **state)
{
	static const int results[] = {
	    PAM_CONV_ERR, PAM_ABORT, PAM_BUF_ERR, PAM_AUTH_ERR, -1};

	(void)state;
	for (size_t i = 0; i < COUNT(results); i++) {
		struct host h;

		host_begin(&h);
		h.replies = &(struct reply){.text = CODE, .result = results[i]};
		h.reply_count = 1;
		assert_int_equal(host_signin(&h), PAM_CONV_ERR);
		assert_outcome("aborted");
		assert_lacks(h.reports, "answer ");
		assert_holds(h.reports, "gone\n");
		host_end(&h);
	}
}

static void
host_without_a_conversation_is_refused(void **state)
{
	struct host h;

	(void)state;
	host_begin(&h);
	h.no_conversation = true;
	assert_int_equal(host_signin(&h), PAM_CONV_ERR);
	assert_outcome("no_conversation");
	assert_int_equal(h.message_count, 0);
	assert_denied_slowly("no_conversation");
	host_end(&h);
}

/* They answer each prompt with a password, and one dies of it. */
static void
service_that_cannot_ask_is_refused_and_starts_nothing(void **state)
{
	static const char *const services[] = {"smtp", "imap", "pop3",
	    "dovecot", "saslauthd", "vsftpd", "proftpd", "samba", "cups",
	    "postgresql", "xrdp-sesman", "rstudio"};

	(void)state;
	for (size_t i = 0; i < COUNT(services); i++) {
		struct host h;

		host_begin(&h);
		h.service = services[i];
		h.script = "ok";
		assert_int_equal(host_signin(&h), PAM_CONV_ERR);
		assert_outcome("no_conversation");
		assert_holds(journal_decision(), "cannot prompt a user");
		assert_int_equal(h.message_count, 0);
		assert_int_equal(h.helpers, 0);
		assert_denied_slowly("no_conversation");
		host_end(&h);
	}
}

static bool
is_reached(const char *name)
{
	bool reached = strcmp(name, "no_conversation") == 0 ||
	    strcmp(name, "aborted") == 0;

	for (size_t i = 0; i < COUNT(told_by_helper); i++)
		reached = reached || strcmp(told_by_helper[i], name) == 0;
	for (size_t i = 0; i < COUNT(causes); i++)
		reached = reached || strcmp(causes[i].outcome, name) == 0;
	for (size_t i = 0; i < COUNT(prospects); i++)
		reached = reached || strcmp(prospects[i].outcome, name) == 0;
	return reached;
}

static void
every_outcome_is_reached_or_has_a_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < OUTCOME_COUNT; i++) {
		const char *name = outcome_name((enum outcome)i);
		bool excused = false;

		for (size_t j = 0; j < COUNT(unreached); j++)
			excused = excused ||
			    (strcmp(unreached[j].name, name) == 0 &&
				unreached[j].why[0] != '\0');
		if (is_reached(name) == excused)
			fail_msg("%s: %s", name,
			    excused ? "is reached and needs no reason"
				    : "is neither reached nor excused");
	}
}

static void
denials_of_an_identity_share_one_sentence(void **state)
{
	static const char *const names[] = {"identity_incomplete",
	    "wrong_client", "wrong_organization", "partner_refused",
	    "account_inactive", "not_mapped", "root_refused", "uid_refused",
	    "group_missing", "role_missing", "division_missing", "user_unknown",
	    "account_changed"};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		assert_string_equal(
		    sentence_of(names[i]), sentence_of("token_invalid"));
	assert_holds(sentence_of("code_refused"), "Check the user name, then");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(contract_and_table_have_the_same_outcomes),
	    cmocka_unit_test(
		verdict_of_the_helper_has_the_result_of_the_contract),
	    cmocka_unit_test(
		verdict_after_the_deadline_gives_no_further_attempt),
	    cmocka_unit_test(good_signin_is_a_success_without_a_word),
	    cmocka_unit_test(every_cause_has_its_outcome),
	    cmocka_unit_test(
		account_that_no_user_can_have_is_named_in_the_journal_alone),
	    cmocka_unit_test(conversation_that_fails_is_aborted),
	    cmocka_unit_test(host_without_a_conversation_is_refused),
	    cmocka_unit_test(
		service_that_cannot_ask_is_refused_and_starts_nothing),
	    cmocka_unit_test(every_outcome_is_reached_or_has_a_reason),
	    cmocka_unit_test(denials_of_an_identity_share_one_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
