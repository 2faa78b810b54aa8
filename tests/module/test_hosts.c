/* SPDX-License-Identifier: ISC */
/*
 * Hosts of all kinds: several sign-ins in one process, forks in between, odd
 * signals and descriptors.
 */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct reply again_then_code[] = {
    {.result = PAM_CONV_AGAIN}, {.text = CODE}};

static void
handle_serves_one_signin_after_another(void **state)
{
	struct host h;

	(void)state;
	host_begin(&h);
	h.script = "ok";
	host_open(&h);
	for (unsigned i = 1; i <= 5; i++) {
		assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
		assert_int_equal(h.helpers, i);
		assert_holds(host_last_message(&h), "round=1\n");
	}
	host_close(&h);
	assert_int_equal(journal_decisions(), 5);
	host_end(&h);
}

static void
denial_leaves_nothing_to_the_next_signin(void **state)
{
	struct host h;

	(void)state;
	host_begin(&h);
	h.script = "code_refused";
	h.replies =
	    (const struct reply[]){{.text = CODE}, {.result = PAM_CONV_ERR},
		{.text = CODE}, {.text = CODE}, {.text = CODE}};
	h.reply_count = 5;
	host_open(&h);
	assert_int_equal(host_authenticate(&h, 0), PAM_CONV_ERR);
	assert_int_equal(host_authenticate(&h, 0), PAM_MAXTRIES);
	host_close(&h);
	assert_int_equal(h.helpers, 2);
	/* attempts are counted anew, and nothing was wrong before */
	assert_int_equal(journal_decisions(), 5);
	host_end(&h);
}

static void
two_handles_are_two_signins(void **state)
{
	struct host a;
	struct host b;

	(void)state;
	host_begin(&a);
	a.replies = again_then_code;
	a.reply_count = 2;
	a.is_alone = false;
	host_open(&a);
	assert_int_equal(host_authenticate(&a, 0), PAM_INCOMPLETE);
	host_begin(&b);
	b.script = "ok:other-id";
	b.replies = again_then_code;
	b.reply_count = 2;
	b.is_alone = false;
	host_open(&b);
	assert_int_equal(pam_authenticate(b.pamh, 0), PAM_INCOMPLETE);
	assert_int_equal(pam_authenticate(a.pamh, 0), PAM_SUCCESS);
	assert_outcome("ok");
	assert_int_equal(pam_authenticate(b.pamh, 0), PAM_AUTH_ERR);
	assert_outcome("not_mapped");
	assert_int_equal(pam_end(a.pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_end(b.pamh, 0), PAM_SUCCESS);
	host_hear(&a);
	host_hear(&b);
	assert_int_equal(a.helpers, 1);
	assert_int_equal(b.helpers, 1);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	host_end(&a);
	host_end(&b);
}

/* Another whole sign-in, while the person of the first is in the browser. */
static void
signin_within(struct host *outer)
{
	struct host h;

	outer->is_alone = false;
	host_begin(&h);
	h.is_alone = false;
	h.script = "ok:other-id";
	assert_int_equal(host_signin(&h), PAM_AUTH_ERR);
	host_end(&h);
	outer->is_alone = true;
	fail_delays = 0; /* the denial of this one */
}

static void
signin_within_a_signin_disturbs_neither(void **state)
{
	struct host h;

	(void)state;
	host_begin(&h);
	h.replies = &(struct reply){.text = CODE, .meanwhile = signin_within};
	h.reply_count = 1;
	assert_int_equal(host_signin(&h), PAM_SUCCESS);
	assert_outcome("ok");
	assert_int_equal(journal_decisions(), 2);
	assert_int_equal(h.helpers, 1);
	host_end(&h);
}

/* End the handle in a child, as hosts that fork do. */
static void
handle_end_in_child(struct host *h, int flags)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(pam_end(h->pamh, flags) == PAM_SUCCESS ? 0 : 1);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
cleanup_in_a_child_leaves_the_signin_alone(void **state)
{
	static const int flags[] = {PAM_SUCCESS, PAM_SUCCESS | PAM_DATA_SILENT};

	(void)state;
	for (size_t i = 0; i < COUNT(flags); i++) {
		struct host h;

		host_begin(&h);
		h.replies = again_then_code;
		h.reply_count = 2;
		host_open(&h);
		assert_int_equal(host_authenticate(&h, 0), PAM_INCOMPLETE);
		handle_end_in_child(&h, flags[i]);
		assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
		host_close(&h);
		assert_int_equal(h.helpers, 1);
		host_end(&h);
	}
}

static void
child_does_not_go_on_with_its_parents_signin(void **state)
{
	struct host h;
	int status = 0;

	(void)state;
	host_begin(&h);
	h.replies = again_then_code;
	h.reply_count = 2;
	host_open(&h);
	assert_int_equal(host_authenticate(&h, 0), PAM_INCOMPLETE);
	pid_t pid = fork();
	if (pid == 0) /* a helper of its own, or none: not its parent's */
		_exit(pam_authenticate(h.pamh, 0) == PAM_SUCCESS ? 0 : 1);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
	host_close(&h);
	assert_int_equal(h.helpers, 2);
	host_end(&h);
}

static void
host_that_reaps_all_children_is_fine(void **state)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction old;
	struct host h;

	(void)state;
	assert_int_equal(sigaction(SIGCHLD, &ignore, &old), 0);
	assert_int_equal(host_run(&h, "ok", ""), PAM_SUCCESS);
	host_end(&h);
	assert_int_equal(host_run(&h, "ok:die", ""), PAM_SYSTEM_ERR);
	host_end(&h);
	assert_int_equal(sigaction(SIGCHLD, &old, NULL), 0);
}

static void
signals_and_mask_of_the_host_do_not_reach_the_helper(void **state)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction old;
	sigset_t all;
	sigset_t before;
	struct host h;

	(void)state;
	assert_int_equal(sigaction(SIGPIPE, &ignore, &old), 0);
	(void)sigfillset(&all);
	assert_int_equal(sigprocmask(SIG_SETMASK, &all, &before), 0);
	int result = host_run(&h, "ok", "");
	assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
	assert_int_equal(sigaction(SIGPIPE, &old, NULL), 0);
	assert_int_equal(result, PAM_SUCCESS);
	assert_holds(h.reports, " blocked=0 ");
	host_end(&h);
}

static void
wait_a_moment(struct host *h)
{
	(void)h;
	(void)usleep(100 * 1000);
}

static void
helper_that_dies_raises_no_sigpipe(void **state)
{
	static const struct {
		const char *script;
		int result;
	} rows[] = {
	    {"ready:depart", PAM_SYSTEM_ERR}, /* before the answer is sent */
	    {"ok:die", PAM_SYSTEM_ERR},
	    {"code_refused,ready:die", PAM_SYSTEM_ERR},
	    {"ok:depart", PAM_SUCCESS}, /* before it is told to revoke */
	};
	static const struct reply replies[] = {
	    {.text = CODE, .meanwhile = wait_a_moment}, {.text = CODE}};
	struct sigaction standard = {.sa_handler = SIG_DFL};
	struct sigaction old;

	(void)state;
	assert_int_equal(sigaction(SIGPIPE, &standard, &old), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct host h;

		host_begin(&h);
		h.script = rows[i].script;
		h.replies = replies;
		h.reply_count = COUNT(replies);
		assert_int_equal(host_signin(&h), rows[i].result);
		host_end(&h);
	}
	assert_int_equal(sigaction(SIGPIPE, &old, NULL), 0);
}

static void
descriptors_of_the_host_do_not_reach_the_helper(void **state)
{
	static const int numbers[] = {20, 63, 64, 200, 1000};
	struct host h;

	(void)state;
	host_begin(&h);
	/* not close-on-exec, as libraries and careless hosts open them */
	for (size_t i = 0; i < COUNT(numbers); i++) {
		assert_int_equal(dup2(STDERR_FILENO, numbers[i]), numbers[i]);
	}
	assert_int_equal(host_signin(&h), PAM_SUCCESS);
	for (size_t i = 0; i < COUNT(numbers); i++)
		(void)close(numbers[i]);
	assert_holds(h.reports, " descriptors=4 ");
	host_end(&h);
}

static void
host_without_standard_descriptors_is_fine(void **state)
{
	int saved[3];
	struct host h;

	(void)state;
	host_begin(&h);
	for (int fd = 0; fd <= 2; fd++) {
		saved[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
		(void)close(fd);
	}
	host_open(&h);
	int result = pam_authenticate(h.pamh, 0);
	/* nothing of the module's may have stayed at their place */
	int left = fcntl(0, F_GETFD) >= 0 || fcntl(1, F_GETFD) >= 0 ||
	    fcntl(2, F_GETFD) >= 0;
	(void)pam_end(h.pamh, PAM_SUCCESS);
	for (int fd = 0; fd <= 2; fd++) {
		if (saved[fd] >= 0) {
			(void)dup2(saved[fd], fd);
			(void)close(saved[fd]);
		}
	}
	assert_int_equal(result, PAM_SUCCESS);
	assert_false(left);
	host_hear(&h);
	assert_holds(h.reports, " descriptors=4 ");
	host_end(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(handle_serves_one_signin_after_another),
	    cmocka_unit_test(denial_leaves_nothing_to_the_next_signin),
	    cmocka_unit_test(two_handles_are_two_signins),
	    cmocka_unit_test(signin_within_a_signin_disturbs_neither),
	    cmocka_unit_test(cleanup_in_a_child_leaves_the_signin_alone),
	    cmocka_unit_test(child_does_not_go_on_with_its_parents_signin),
	    cmocka_unit_test(host_that_reaps_all_children_is_fine),
	    cmocka_unit_test(
		signals_and_mask_of_the_host_do_not_reach_the_helper),
	    cmocka_unit_test(helper_that_dies_raises_no_sigpipe),
	    cmocka_unit_test(descriptors_of_the_host_do_not_reach_the_helper),
	    cmocka_unit_test(host_without_standard_descriptors_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
