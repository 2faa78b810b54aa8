/* SPDX-License-Identifier: ISC */
/* The helper's layers, each looked at in a process that lacks it. */
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "../../pam_gcpkce/helper/life.h"
#include "../../pam_gcpkce/helper/sandbox.h"
#include "../../pam_gcpkce/helper/worker.h"
#include "gcpkce/clock.h"
#include "gcpkce/helper_limits.h"

#define STRANGER 65534
#define SPARE 40 /* a descriptor for the test's own words */
#define END_MS 300

static const struct wire_route strict = {
    .login_url = "https://localhost:1",
    .api_url = "https://localhost:1",
    .strict = true,
};
static const struct wire_label label = {.user = "u", .service = "s"};

/* What birth does, but for one thing. */
enum lack {
	LACK_NOTHING,
	LACK_FEW_DESCRIPTORS,
	LACK_LIMITS,
	LACK_PARENT,
	LACK_PRIVILEGES,
	LACK_ENVIRONMENT,
	LACK_ONE_ID,
	LACK_OWN_GROUP,
	LACK_NO_GROUPS,
	LACK_STACK,
	LACK_QUEUES,
};

static void
limit_set(unsigned resource, rlim_t most)
{
	struct rlimit limit = {most, most};

	(void)setrlimit(resource, &limit);
}

/* Become like a helper; told is where this process may still write. */
static void
birth_play(enum lack lack, int told)
{
	int sockets[2];

	(void)socketpair(AF_UNIX, SOCK_STREAM, 0, sockets);
	told = fcntl(told, F_DUPFD, 900);
	int socket = fcntl(sockets[1], F_DUPFD, 901);
	(void)dup2(socket, LIFE_FD_SOCKET);
	int null = open("/dev/null", O_RDWR);
	(void)dup2(null, 0);
	(void)dup2(null, 2);
	(void)dup2(null, LIFE_FD_LOG);
	(void)dup2(null, LIFE_FD_LOCK);
	/* the words go out by standard output, which a helper has too */
	(void)dup2(told, 1);
	for (int fd = LIFE_FD_LOCK + 1; fd < 1024; fd++)
		(void)close(fd);
	if (lack == LACK_FEW_DESCRIPTORS)
		(void)dup2(1, SPARE);
	if (lack != LACK_LIMITS)
		limit_set(RLIMIT_CORE, 0);
	if (lack != LACK_STACK)
		limit_set(RLIMIT_STACK, HELPER_STACK_MAX);
	limit_set(RLIMIT_RTPRIO, 0);
	limit_set(RLIMIT_NICE, 0);
	if (lack != LACK_QUEUES)
		limit_set(RLIMIT_MSGQUEUE, 0);
	limit_set(RLIMIT_FSIZE, 0);
	limit_set(RLIMIT_NOFILE, HELPER_FILES_MAX);
	limit_set(RLIMIT_CPU, HELPER_CPU_SECONDS_MAX);
	if (!HELPER_MEMORY_UNLIMITED) {
		limit_set(RLIMIT_DATA, HELPER_DATA_MAX);
		limit_set(RLIMIT_AS, HELPER_ADDRESSES_MAX);
	}
	if (geteuid() == 0) {
		limit_set(RLIMIT_NPROC, HELPER_PROCESSES_MAX);
		const gid_t other = STRANGER - 2;
		gid_t gid = lack == LACK_OWN_GROUP ? 0 : STRANGER;

		(void)!setgroups(lack == LACK_NO_GROUPS ? 1 : 0, &other);
		(void)!setresgid(gid, gid, gid);
		(void)!setresuid(lack == LACK_ONE_ID ? STRANGER - 1 : STRANGER,
		    STRANGER, STRANGER);
	}
	if (lack != LACK_PARENT)
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (lack != LACK_PRIVILEGES)
		(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (lack != LACK_ENVIRONMENT)
		environ = NULL;
}

static _Noreturn void
tell(const char *words)
{
	(void)!write(1, words, strlen(words));
	_exit(0);
}

static _Noreturn void
layers_tell(enum lack lack, int told)
{
	struct errinfo why = {""};

	birth_play(lack, told);
	enum outcome r = sandbox_begin(&why);
	if (r == OUTCOME_OK)
		r = sandbox_confine(&strict, &label, false, &why);
	if (r == OUTCOME_OK)
		r = sandbox_close(&why);
	for (unsigned i = 0; r == OUTCOME_OK && i < SANDBOX_LAYERS; i++) {
		if (!sandbox_is_live(i))
			tell(layer_name(i));
	}
	tell(r == OUTCOME_OK ? "all live" : why.text);
}

/* Run it in a child; gives its words. */
static void
words_of(enum lack lack, char ret[static ERRINFO_TEXT_MAX])
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		layers_tell(lack, ends[1]);
	(void)close(ends[1]);
	ssize_t len = read(ends[0], ret, ERRINFO_TEXT_MAX - 1);
	assert_true(len >= 0);
	ret[len] = '\0';
	(void)close(ends[0]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
sandbox_sees_each_layer_that_is_missing(void **state)
{
	static const char lacks[] =
	    "sandbox = strict: the helper's sandbox lacks ";
	static const char refuses[] = "gcpkce-helper refuses to run: ";
	static const struct {
		enum lack lack;
		bool as_root;
		const char *head;
		const char *rest;
	} rows[] = {
	    {LACK_NOTHING, false, "", "all live"},
	    {LACK_FEW_DESCRIPTORS, false, lacks, "descriptors"},
	    {LACK_LIMITS, false, lacks, "limits"},
	    {LACK_PARENT, false, lacks, "parent"},
	    {LACK_PRIVILEGES, false, refuses, "it could gain privileges"},
	    {LACK_ENVIRONMENT, false, refuses, "its environment is not empty"},
	    {LACK_ONE_ID, true, refuses,
		"it does not run as root, nor with any other way back to "
		"rights"},
	    {LACK_OWN_GROUP, true, refuses,
		"it does not run as root, nor with any other way back to "
		"rights"},
	    {LACK_NO_GROUPS, true, refuses,
		"it does not run as root, nor with any other way back to "
		"rights"},
	    {LACK_STACK, false, lacks, "limits"},
	    {LACK_QUEUES, false, lacks, "limits"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char expected[ERRINFO_TEXT_MAX];
		char words[ERRINFO_TEXT_MAX];

		if (rows[i].as_root && geteuid() != 0)
			continue;
		words_of(rows[i].lack, words);
		(void)snprintf(expected, sizeof(expected), "%s%s", rows[i].head,
		    rows[i].rest);
		assert_string_equal(words, expected);
	}
}

/* A worker that says it is the revoker, and stays. */
static _Noreturn void
revoker_play(int told)
{
	struct errinfo why;

	birth_play(LACK_NOTHING, told);
	if (sandbox_begin(&why) == OUTCOME_OK &&
	    sandbox_confine(&strict, &label, false, &why) == OUTCOME_OK &&
	    worker_begin(-1, clock_now_ms() + END_MS, true, &why) ==
		OUTCOME_OK) {
		worker_detach();
		for (;;)
			(void)poll(NULL, 0, -1);
	}
	tell(why.text);
}

static void
worker_ends_whatever_it_does(void **state)
{
	int ends[2];
	char words[ERRINFO_TEXT_MAX] = "";
	int status = 0;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	int64_t begun_ms = clock_now_ms();
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		revoker_play(ends[1]);
	(void)close(ends[1]);
	/* the warden lets it go at once */
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_true(clock_now_ms() - begun_ms < END_MS);
	/* it holds the pipe until it is gone */
	struct pollfd gone = {.fd = ends[0], .events = POLLIN};
	assert_int_equal(poll(&gone, 1, END_MS + 2000), 1);
	assert_int_equal(read(ends[0], words, sizeof(words) - 1), 0);
	assert_true(clock_now_ms() - begun_ms >= END_MS);
	assert_true(clock_now_ms() - begun_ms < END_MS + 2000);
	(void)close(ends[0]);
}

/* A worker that stays, and whose warden is killed before it can end it. */
static _Noreturn void
worker_play(int told)
{
	struct errinfo why;

	birth_play(LACK_NOTHING, told);
	if (sandbox_begin(&why) == OUTCOME_OK &&
	    sandbox_confine(&strict, &label, false, &why) == OUTCOME_OK &&
	    worker_begin(-1, clock_now_ms() + 30000, false, &why) ==
		OUTCOME_OK) {
		(void)!write(1, "+", 1);
		for (;;)
			(void)poll(NULL, 0, -1);
	}
	tell(why.text);
}

static void
worker_ends_with_its_warden(void **state)
{
	int ends[2];
	char words[ERRINFO_TEXT_MAX] = "";

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		worker_play(ends[1]);
	(void)close(ends[1]);
	assert_int_equal(read(ends[0], words, sizeof(words) - 1), 1);
	assert_string_equal(words, "+");
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	struct pollfd gone = {.fd = ends[0], .events = POLLIN};
	assert_int_equal(poll(&gone, 1, 2000), 1);
	(void)close(ends[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sandbox_sees_each_layer_that_is_missing),
	    cmocka_unit_test(worker_ends_whatever_it_does),
	    cmocka_unit_test(worker_ends_with_its_warden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
