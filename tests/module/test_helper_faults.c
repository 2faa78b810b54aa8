/* SPDX-License-Identifier: ISC */
/*
 * A helper that says what it must not, in well-made frames, or that does not
 * leave.  test_helper_steps.c has the frames that are not well made.
 */
#include "host.h"

#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "faulty_frames.h"
#include "gcpkce/base/clock.h"

/* Contents that no frame may have. */
static const char *const contents[] = {"ready:zeros", "ready:escape",
    "ok:zeros", "ok:zero", "ok:outcome", "ok:boolean", "ok:line-id",
    "ok:line-email", "ok:c1-email"};

static void
assert_helper_failed(const char *script, const char *arguments)
{
	struct host h;
	int result = host_run(&h, script, arguments);

	if (result != PAM_SYSTEM_ERR)
		fail_msg("%s: %s; %s", script, pam_strerror(NULL, result),
		    journal_decision());
	assert_outcome("helper_failed");
	assert_string_equal(
	    host_last_message(&h), outcome_sentence(OUTCOME_HELPER_FAILED));
	assert_int_equal(fail_delay_us, FAIL_DELAY_US);
	assert_lacks(h.reports, "keep");
	if (journal_value(journal_decision(), "cause")[0] == '\0')
		fail_msg("%s: no cause: %s", script, journal_decision());
	host_end(&h);
}

static void
frame_with_such_contents_is_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(contents); i++)
		assert_helper_failed(contents[i], "");
}

/* Run a script that waits; gives how long, in milliseconds. */
static int64_t
time_run(const char *script, int wanted, const char *outcome)
{
	struct host h;
	int64_t start_ms = clock_now_ms();
	int result = host_run(&h, script, "");
	int64_t took_ms = clock_now_ms() - start_ms;

	if (result != wanted)
		fail_msg("%s: %s; %s", script, pam_strerror(NULL, result),
		    journal_decision());
	assert_outcome(outcome);
	assert_lacks(h.reports, "keep");
	host_end(&h);
	return took_ms;
}

static void
helper_that_will_not_leave_is_killed(void **state)
{
	int64_t ms = time_run("ok:stay", PAM_SUCCESS, "ok");

	(void)state;
	assert_in_range(ms, 1900, STARTUP_MS / 2);
}

static void
identity_of_another_person_is_no_success(void **state)
{
	static const struct {
		const char *script;
		const char *outcome;
		const char *subject;
	} rows[] = {
	    {"ok:other-id", "not_mapped", OTHER_ID},
	    {"ok:other-client", "wrong_client", ALICE_ID},
	    {"ok:no-identity", "identity_incomplete", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct host h;

		assert_int_equal(
		    host_run(&h, rows[i].script, ""), PAM_AUTH_ERR);
		assert_outcome(rows[i].outcome);
		assert_string_equal(
		    journal_value(journal_decision(), "subject"),
		    rows[i].subject);
		assert_holds(h.reports, "revoke\ngone\n");
		host_end(&h);
	}
}

/* Only a verdict that is ok through and through may count as one. */
static void
success_that_is_called_junk_is_a_denial(void **state)
{
	struct host h;

	(void)state;
	assert_int_not_equal(
	    host_run(&h, "ok:junk", "attempts=1"), PAM_SUCCESS);
	for (size_t i = 0; i < journal_count; i++)
		assert_string_not_equal(
		    journal_value(journal[i].text, "outcome"), "ok");
	assert_holds(h.reports, "revoke\ngone\n");
	host_end(&h);
}

static void
helper_is_born_with_nothing_of_the_host(void **state)
{
	char wanted[128];
	struct host h;
	bool root = host_is_root();

	(void)state;
	/* root's keys would stay readable through the session keyring */
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0)
		assert_true(syscall(SYS_add_key, "user", KEY_NAME, "x", 1,
				KEY_SPEC_SESSION_KEYRING) >= 0);
	assert_int_equal(host_run(&h, "ok", ""), PAM_SUCCESS);
	(void)snprintf(wanted, sizeof(wanted), "life uid=%u gid=%u ",
	    root ? 65534 : geteuid(), root ? 65534 : getegid());
	assert_holds(h.reports, wanted);
	if (root)
		assert_holds(h.reports, " groups=0 ");
	assert_holds(h.reports,
	    " environment=0 arguments=1 descriptors=4 directory=/ umask=77 "
	    "blocked=0 no_new_privs=1 death=15 session=1 core=0 file=0 keys=0\n");
	host_end(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(frame_with_such_contents_is_none),
	    cmocka_unit_test(helper_that_will_not_leave_is_killed),
	    cmocka_unit_test(identity_of_another_person_is_no_success),
	    cmocka_unit_test(success_that_is_called_junk_is_a_denial),
	    cmocka_unit_test(helper_is_born_with_nothing_of_the_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
