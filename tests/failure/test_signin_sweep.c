/* SPDX-License-Identifier: ISC */
/*
 * Whole sign-ins through a module in which the n-th allocation, or the n-th
 * call of the system, fails; for every n until none is left.  host.c looks for
 * children, descriptors and changed state after each.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "../module/host.h"
#include "../module/own_run.h"
#include "inject.h"

/* In memory that the helper's child shares until it becomes the helper. */
struct injection *injection __attribute__((visibility("default")));

/*
 * A configuration and a script.  Where the sign-in is a good one, a fault after
 * the decision may leave it one: settled bounds how many calls come after it,
 * for the journal's line, the helper's last word and the export.
 */
struct scenario {
	const char *name;
	const char *script;
	const char *arguments;
	int settled;
	bool session; /* is opened and closed as well */
};

/* What came of one sign-in. */
struct course {
	int result;
	bool session_failed;
	bool exported; /* a variable is set */
	char outcome[64];
};

static void
session_run(struct host *h, struct course *ret)
{
	/* sessions never fail, whatever becomes of the token */
	ret->session_failed = pam_open_session(h->pamh, 0) != PAM_SUCCESS ||
	    pam_close_session(h->pamh, 0) != PAM_SUCCESS;
}

static bool
has_export(const struct host *h)
{
	static const char *const names[] = {"GENESYSCLOUD_ACCESS_TOKEN",
	    "GCPKCE_TOKEN_ID", "GCPKCE_TOKEN_FILE", "GCPKCE_USER_ID"};

	for (size_t i = 0; i < COUNT(names); i++) {
		if (pam_getenv(h->pamh, names[i]) != NULL)
			return true;
	}
	return false;
}

/* Run one; what is left behind fails here and in host.c. */
static void
course_run(const struct scenario *scenario, enum inject_kind kind, int n,
    struct host *h, struct course *ret)
{
	host_begin(h);
	h->script = scenario->script;
	h->arguments = scenario->arguments;
	*ret = (struct course){0};
	host_open(h);
	*injection = (struct injection){.kind = (int)kind, .fail_at = n};
	ret->result = host_authenticate(h, 0);
	if (scenario->session && ret->result == PAM_SUCCESS)
		session_run(h, ret);
	ret->exported = has_export(h);
	host_close(h);
	injection->kind = INJECT_NOTHING;
	const char *outcome = journal_value(journal_decision(), "outcome");
	(void)snprintf(ret->outcome, sizeof(ret->outcome), "%s",
	    outcome != NULL ? outcome : "");
	if (injection->live != 0)
		fail_msg("%s, %d (%s): %d allocations are left", scenario->name,
		    n, injection->failed, injection->live);
	if (ret->session_failed || journal_decisions() < 1)
		fail_msg("%s, %d (%s): session or journal", scenario->name, n,
		    injection->failed);
}

/* The person heard this sentence, and heard it last. */
static void
assert_sentence(const struct host *h, enum outcome outcome)
{
	assert_true(h->message_count > 0);
	assert_int_equal(
	    h->messages[h->message_count - 1].style, PAM_ERROR_MSG);
	assert_string_equal(host_last_message(h), outcome_sentence(outcome));
}

/* A success is journalled as one, and the helper was asked. */
static void
success_check(const struct scenario *scenario, int n, const struct host *h,
    const struct course *course)
{
	if (strcmp(course->outcome, "ok") != 0)
		fail_msg("%s, %d (%s): a success as %s", scenario->name, n,
		    injection->failed, course->outcome);
	assert_holds(h->reports, "answer ");
	assert_int_equal(fail_delays, 0);
}

/*
 * No memory is no_memory, to PAM, to the person and in the journal; only once
 * the decision has fallen may the rest go wrong.
 */
static void
memory_sweep(const struct scenario *scenario)
{
	int successes = 0;

	for (int n = 1;; n++) {
		struct host h;
		struct course course;

		course_run(scenario, INJECT_MEMORY, n, &h, &course);
		bool failed = injection->failed[0] != '\0';
		if (course.result == PAM_SUCCESS) {
			success_check(scenario, n, &h, &course);
			successes += failed;
		} else if (failed) {
			if (course.result != PAM_BUF_ERR ||
			    strcmp(course.outcome, "no_memory") != 0)
				fail_msg("%s, %d (%s): %d, %s", scenario->name,
				    n, injection->failed, course.result,
				    journal_decision());
			assert_sentence(&h, OUTCOME_NO_MEMORY);
			/* before the configuration is read */
			if (n == 1)
				assert_non_null(strstr(
				    journal_decision(), " provider=\"\" "));
			assert_int_equal(fail_delay_us, FAIL_DELAY_US);
			assert_false(course.exported);
			assert_lacks(h.reports, "keep");
		}
		host_end(&h);
		if (!failed) {
			print_message("%s: %d allocations, %d after the "
				      "decision\n",
			    scenario->name, n - 1, successes);
			break;
		}
	}
	if (successes > scenario->settled)
		fail_msg("%s: %d allocations may fail and are not missed",
		    scenario->name, successes);
}

/* A fault of the system may be of no matter, but never ends in a wrong yes. */
static void
system_sweep(const struct scenario *scenario, bool may_succeed)
{
	for (int n = 1;; n++) {
		struct host h;
		struct course course;

		course_run(scenario, INJECT_SYSTEM, n, &h, &course);
		bool failed = injection->failed[0] != '\0';
		if (course.result == PAM_SUCCESS) {
			assert_true(may_succeed);
			success_check(scenario, n, &h, &course);
		} else {
			assert_true(course.outcome[0] != '\0');
			assert_string_not_equal(course.outcome, "ok");
			assert_int_equal(fail_delay_us, FAIL_DELAY_US);
			assert_lacks(h.reports, "keep");
		}
		host_end(&h);
		if (!failed) {
			print_message("%s: %d calls\n", scenario->name, n - 1);
			break;
		}
	}
}

#define LISTS \
	"require_group=" GROUP " require_role=" ROLE \
	" require_division=" DIVISION " map=file,email " \
	"email_domains=example.com"

static const struct scenario good[] = {
    {"one prompt", "ok", "", 8, false},
    {"two attempts", "code_refused,ok", "dialogue=split", 8, false},
    {"lists", "ok", LISTS, 8, false},
};
static const struct scenario exporting[] = {
    {"export=env", "ok", "export=env", 40, true},
    {"export=file", "ok", "export=file", 40, true},
};
static const struct scenario refused[] = {
    {"refused", "code_refused", "attempts=1", 0, false},
    {"another person", "ok:other-id", "", 0, false},
};

static void
no_memory_is_a_denial_until_the_decision(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		memory_sweep(&good[i]);
}

static void
no_memory_for_a_token_harms_no_session(void **state)
{
	(void)state;
	need_root();
	for (size_t i = 0; i < COUNT(exporting); i++)
		memory_sweep(&exporting[i]);
}

/* However the second sign-in fails: the first one's token is not left to it. */
static void
no_memory_leaves_nothing_of_an_earlier_signin(void **state)
{
	static const struct reply replies[] = {
	    {.text = CODE}, {.result = PAM_CONV_ERR}};

	(void)state;
	need_root();
	for (size_t i = 0; i < COUNT(exporting); i++) {
		for (int n = 1; n == 1 || injection->failed[0] != '\0'; n++) {
			struct host h;

			host_begin(&h);
			h.arguments = exporting[i].arguments;
			h.replies = replies;
			h.reply_count = COUNT(replies);
			*injection = (struct injection){.kind = INJECT_NOTHING};
			host_open(&h);
			assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
			assert_true(has_export(&h));
			injection->fail_at = n;
			injection->kind = INJECT_MEMORY;
			assert_int_not_equal(
			    host_authenticate(&h, 0), PAM_SUCCESS);
			assert_false(has_export(&h));
			assert_int_equal(
			    pam_open_session(h.pamh, 0), PAM_SUCCESS);
			assert_false(has_export(&h));
			assert_int_equal(
			    pam_close_session(h.pamh, 0), PAM_SUCCESS);
			host_close(&h);
			injection->kind = INJECT_NOTHING;
			host_end(&h);
		}
	}
}

static int
remembered_run(struct host *h, int n)
{
	host_begin(h);
	h->service = "sshd";
	h->tty = "ssh";
	h->rhost = "192.0.2.7";
	h->map_path = "/run/gcpkce-sweep-map"; /* the same each time */
	h->arguments = "remember=600 export=env";
	*injection = (struct injection){.kind = INJECT_NOTHING};
	host_open(h);
	assert_int_equal(
	    pam_putenv(h->pamh, "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA\n"),
	    PAM_SUCCESS);
	injection->fail_at = n;
	injection->kind = n > 0 ? INJECT_MEMORY : INJECT_NOTHING;
	return host_authenticate(h, 0);
}

/*
 * No memory for a remembered sign-in is a denial, or the user is asked, or the
 * session has no variable at all; never that it has some.
 */
static void
no_memory_for_a_remembered_signin_leaves_no_part(void **state)
{
	int without = 0;
	struct host h;

	(void)state;
	need_root();
	assert_int_equal(remembered_run(&h, 0), PAM_SUCCESS);
	host_close(&h);
	host_end(&h);
	for (int n = 1; n == 1 || injection->failed[0] != '\0'; n++) {
		int result = remembered_run(&h, n);
		bool id = pam_getenv(h.pamh, "GCPKCE_USER_ID") != NULL;
		bool email = pam_getenv(h.pamh, "GCPKCE_USER_EMAIL") != NULL;
		bool any = has_export(&h);

		host_close(&h);
		injection->kind = INJECT_NOTHING;
		assert_int_equal(injection->live, 0);
		if ((result != PAM_SUCCESS && any) || any != id ||
		    (h.helpers == 0 && email != id))
			fail_msg(
			    "%d (%s): a part is left", n, injection->failed);
		without += result == PAM_SUCCESS && h.helpers == 0 && !any;
		host_end(&h);
	}
	assert_true(without > 0);
}

static void
no_memory_is_always_a_denial(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++) {
		for (int n = 1; n == 1 || injection->failed[0] != '\0'; n++) {
			struct host h;
			struct course course;

			course_run(&refused[i], INJECT_MEMORY, n, &h, &course);
			assert_int_not_equal(course.result, PAM_SUCCESS);
			assert_string_not_equal(course.outcome, "ok");
			host_end(&h);
		}
	}
}

static void
fault_of_the_system_is_no_wrong_yes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		system_sweep(&good[i], true);
	for (size_t i = 0; i < COUNT(refused); i++)
		system_sweep(&refused[i], false);
}

static void
fault_of_the_system_harms_no_session(void **state)
{
	(void)state;
	need_root();
	for (size_t i = 0; i < COUNT(exporting); i++)
		system_sweep(&exporting[i], true);
}

static int
place_make(void **state)
{
	(void)state;
	injection = mmap(NULL, sizeof(*injection), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (injection == MAP_FAILED)
		return -1;
	/* for token files */
	return !host_is_root() || has_own_run() ? 0 : -1;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_memory_is_a_denial_until_the_decision),
	    cmocka_unit_test(no_memory_is_always_a_denial),
	    cmocka_unit_test(no_memory_leaves_nothing_of_an_earlier_signin),
	    cmocka_unit_test(no_memory_for_a_token_harms_no_session),
	    cmocka_unit_test(no_memory_for_a_remembered_signin_leaves_no_part),
	    cmocka_unit_test(fault_of_the_system_is_no_wrong_yes),
	    cmocka_unit_test(fault_of_the_system_harms_no_session),
	};

	return cmocka_run_group_tests(tests, place_make, NULL);
}
