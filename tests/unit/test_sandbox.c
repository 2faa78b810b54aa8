/* SPDX-License-Identifier: ISC */
/* The helper's layers, each looked at in a process that lacks it. */
#include <fcntl.h>
#include <grp.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <seccomp.h>
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

#include "../../pam_gcpkce/helper/startup.h"
#include "../../pam_gcpkce/helper/worker.h"
#include "gcpkce/base/clock.h"
#include "gcpkce/wire/helper_abi.h"
#include "helper/sandbox/sandbox.h"

#define STRANGER 65534
#define SPARE 40 /* a descriptor for the test's own words */
#define END_MS 1500

#define BEYOND 1100 /* above the numbers that the helper looks at */
#define LACKS "the helper's sandbox lacks "
#define REFUSES "gcpkce-helper refuses to run: "
#define NOT_OWN_ID "it runs as root, or could regain privileges"
#define NO_LIMIT (-1)

/* By sandbox = default and strict. */
static const struct wire_route routes[] = {
    {.login_url = "https://localhost:1", .api_url = "https://localhost:1"},
    {.login_url = "https://localhost:1",
	.api_url = "https://localhost:1",
	.strict = true},
};

/* What start does, or the kernel, but for one thing. */
enum lack {
	LACK_NOTHING,
	LACK_FEW_DESCRIPTORS,
	LACK_INPUT,
	LACK_OUTPUT,
	LACK_ERRORS,
	LACK_DEATH_SIGNAL,
	LACK_PARENT,
	LACK_PRIVILEGES,
	LACK_ENVIRONMENT,
	LACK_ONE_ID,
	LACK_OWN_GROUP,
	LACK_NO_GROUPS,
	LACK_OWN_USER,
	LACK_NO_CAPABILITIES,
};

/* A call that fails; with errno 0 it only seems to succeed. */
struct refusal {
	const char *call;
	int argument; /* its first; -1: whatever it is */
	unsigned error;
};

static const struct row {
	enum lack lack;
	int limit; /* NO_LIMIT: none is left out */
	struct refusal refusal;
	bool as_root;
	const char *words;
} rows[] = {
    {LACK_NOTHING, NO_LIMIT, {0}, false, "all live"},
    {LACK_FEW_DESCRIPTORS, NO_LIMIT, {0}, false, LACKS "descriptors"},
    {LACK_INPUT, NO_LIMIT, {0}, false, LACKS "descriptors"},
    {LACK_OUTPUT, NO_LIMIT, {0}, false, LACKS "descriptors"},
    {LACK_ERRORS, NO_LIMIT, {0}, false, LACKS "descriptors"},
    {LACK_NOTHING, RLIMIT_CORE, {0}, false, LACKS "limits"},
    {LACK_NOTHING, RLIMIT_FSIZE, {0}, false, LACKS "limits"},
    {LACK_NOTHING, RLIMIT_NOFILE, {0}, false, LACKS "limits"},
    {LACK_NOTHING, RLIMIT_CPU, {0}, false, LACKS "limits"},
    {LACK_NOTHING, RLIMIT_STACK, {0}, false, LACKS "limits"},
    {LACK_NOTHING, RLIMIT_NICE, {0}, false, LACKS "limits"},
    {LACK_NOTHING, RLIMIT_RTPRIO, {0}, false, LACKS "limits"},
    {LACK_NOTHING, RLIMIT_MSGQUEUE, {0}, false, LACKS "limits"},
    {LACK_NOTHING, RLIMIT_MEMLOCK, {0}, false, LACKS "limits"},
    {LACK_NOTHING, RLIMIT_DATA, {0}, false, LACKS "limits"},
    {LACK_NOTHING, RLIMIT_AS, {0}, false, LACKS "limits"},
    {LACK_NOTHING, RLIMIT_NPROC, {0}, true, LACKS "limits"},
    /* as SELinux clears it at exec */
    {LACK_DEATH_SIGNAL, NO_LIMIT, {0}, false, "all live"},
    {LACK_DEATH_SIGNAL, NO_LIMIT, {"prctl", PR_SET_PDEATHSIG, EPERM}, false,
	LACKS "parent: Operation not permitted"},
    {LACK_DEATH_SIGNAL, NO_LIMIT, {"prctl", PR_SET_PDEATHSIG, 0}, false,
	LACKS "parent"},
    {LACK_PARENT, NO_LIMIT, {0}, false, LACKS "parent: No such process"},
    {LACK_PRIVILEGES, NO_LIMIT, {0}, false, REFUSES "it could gain privileges"},
    {LACK_ENVIRONMENT, NO_LIMIT, {0}, false,
	REFUSES "its environment is not empty"},
    {LACK_ONE_ID, NO_LIMIT, {0}, true, REFUSES NOT_OWN_ID},
    {LACK_OWN_GROUP, NO_LIMIT, {0}, true, REFUSES NOT_OWN_ID},
    {LACK_NO_GROUPS, NO_LIMIT, {0}, true, REFUSES NOT_OWN_ID},
    {LACK_OWN_USER, NO_LIMIT, {0}, true, REFUSES NOT_OWN_ID},
    {LACK_NO_CAPABILITIES, NO_LIMIT, {0}, true, REFUSES NOT_OWN_ID},
    {LACK_NOTHING, NO_LIMIT, {"prctl", PR_SET_DUMPABLE, EPERM}, false,
	REFUSES "other processes can read its memory"},
    {LACK_NOTHING, NO_LIMIT, {"prctl", PR_SET_DUMPABLE, 0}, false,
	REFUSES "other processes can read its memory"},
    {LACK_NOTHING, NO_LIMIT, {"landlock_create_ruleset", -1, ENOSYS}, false,
	LACKS "landlock: Function not implemented"},
    {LACK_NOTHING, NO_LIMIT, {"landlock_restrict_self", -1, E2BIG}, false,
	LACKS "landlock: Argument list too long"},
    {LACK_NOTHING, NO_LIMIT, {"landlock_restrict_self", -1, 0}, false,
	LACKS "landlock"},
    {LACK_NOTHING, NO_LIMIT, {"seccomp", -1, ENOSYS}, false,
	LACKS "seccomp: Function not implemented"},
    {LACK_NOTHING, NO_LIMIT, {"seccomp", SECCOMP_SET_MODE_FILTER, EINVAL},
	false, LACKS "seccomp: Invalid argument"},
    {LACK_NOTHING, NO_LIMIT, {"seccomp", SECCOMP_SET_MODE_FILTER, 0}, false,
	LACKS "seccomp"},
};

static const struct limit {
	int resource;
	rlim_t most;
} limits[] = {
    {RLIMIT_CORE, 0},
    {RLIMIT_STACK, HELPER_STACK_MAX},
    {RLIMIT_RTPRIO, 0},
    {RLIMIT_NICE, 0},
    {RLIMIT_MSGQUEUE, 0},
    {RLIMIT_MEMLOCK, HELPER_LOCKED_MAX},
    {RLIMIT_FSIZE, 0},
    {RLIMIT_NOFILE, HELPER_FILES_MAX},
    {RLIMIT_CPU, HELPER_CPU_SECONDS_MAX},
    {RLIMIT_DATA, HELPER_DATA_MAX},
    {RLIMIT_AS, HELPER_ADDRESSES_MAX},
    {RLIMIT_NPROC, HELPER_PROCESSES_MAX},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool
is_memory(int resource)
{
	return resource == RLIMIT_DATA || resource == RLIMIT_AS;
}

static void
limits_play(int left_out)
{
	for (size_t i = 0; i < COUNT(limits); i++) {
		struct rlimit limit = {limits[i].most, limits[i].most};

		if ((HELPER_MEMORY_UNLIMITED &&
			is_memory(limits[i].resource)) ||
		    (limits[i].resource == RLIMIT_NPROC && geteuid() != 0))
			continue;
		if (limits[i].resource == left_out) {
			limit.rlim_max++;
			limit.rlim_cur = limit.rlim_max;
		}
		(void)setrlimit((unsigned)limits[i].resource, &limit);
	}
}

/* From here on the kernel answers the call so. */
static void
refusal_play(const struct refusal *refusal)
{
	struct scmp_arg_cmp argument = {
	    0, SCMP_CMP_EQ, (scmp_datum_t)refusal->argument, 0};

	if (refusal->call == NULL)
		return;
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	if (seccomp_attr_set(
		filter, SCMP_FLTATR_CTL_NNP, geteuid() == 0 ? 0 : 1) != 0 ||
	    seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(refusal->error),
		seccomp_syscall_resolve_name(refusal->call),
		refusal->argument < 0 ? 0 : 1, &argument) != 0 ||
	    seccomp_load(filter) != 0)
		_exit(2);
	seccomp_release(filter);
}

static void
ids_play(enum lack lack)
{
	const gid_t other = STRANGER - 2;
	gid_t gid = lack == LACK_OWN_GROUP ? 0 : STRANGER;

	(void)prctl(PR_SET_KEEPCAPS, lack == LACK_NO_CAPABILITIES);
	(void)!setgroups(lack == LACK_NO_GROUPS ? 1 : 0, &other);
	(void)!setresgid(gid, gid, gid);
	if (lack != LACK_OWN_USER)
		(void)!setresuid(lack == LACK_ONE_ID ? STRANGER - 1 : STRANGER,
		    STRANGER, STRANGER);
}

/* Where this process may still write. */
static int told;

/* Of the parent of all that play the helper. */
static int pair[2];

static void
descriptors_play(enum lack lack, int words)
{
	if (lack == LACK_PARENT) /* the parent is another one by now */
		(void)socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	told = fcntl(words, F_DUPFD, BEYOND);
	int socket = fcntl(pair[1], F_DUPFD, 901);
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; fd < HELPER_FD_SOCKET; fd++)
		(void)dup2(null, fd);
	(void)dup2(socket, HELPER_FD_SOCKET);
	if (lack >= LACK_INPUT && lack <= LACK_ERRORS)
		(void)dup2(told, (int)(lack - LACK_INPUT));
	for (int fd = HELPER_FD_SOCKET + 1; fd < 1024; fd++)
		(void)close(fd);
	if (lack == LACK_FEW_DESCRIPTORS)
		(void)dup2(0, SPARE);
}

/* Become like a helper; words are where this process may still write. */
static void
child_play(const struct row *row, int words)
{
	struct rlimit files;

	(void)getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	descriptors_play(row->lack, words);
	if (told < 0)
		_exit(2);
	limits_play(row->limit);
	if (geteuid() == 0)
		ids_play(row->lack);
	if (row->lack != LACK_DEATH_SIGNAL)
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)prctl(PR_SET_DUMPABLE, 1);
	refusal_play(&row->refusal);
	if (row->lack != LACK_PRIVILEGES)
		(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (row->lack != LACK_ENVIRONMENT)
		environ = NULL;
}

static _Noreturn void
tell(const char *words)
{
	(void)!write(told, words, strlen(words));
	_exit(0);
}

static _Noreturn void
layers_tell(const struct row *row, bool strict, int words)
{
	autobuf text = BUF_INIT(ERRINFO_TEXT_MAX);
	struct errinfo why = {0};
	struct missing_layers missing;

	child_play(row, words);
	enum outcome r = sandbox_begin(&why);
	if (r == OUTCOME_OK)
		r = sandbox_confine(&routes[strict], NULL, false, &why);
	if (r == OUTCOME_OK)
		r = sandbox_close(&why);
	missing = *sandbox_missing();
	missing.reported = 0;
	(void)missing_news(&missing, &text);
	if (r != OUTCOME_OK && strstr(why.text, buf_text(&text)) == NULL)
		tell("the refusal and what is told differ");
	if (r != OUTCOME_OK)
		tell(why.text);
	for (unsigned i = 0; i < SANDBOX_LAYERS; i++) {
		if (sandbox_is_live(i) == ((missing.layers >> i & 1) != 0))
			tell(layer_name(i));
	}
	tell(missing.layers == 0 ? "all live" : buf_text(&text));
}

/* Run it in a child; gives its words. */
static void
words_of(const struct row *row, bool strict, char ret[static ERRINFO_TEXT_MAX])
{
	int ends[2];
	int status = 0;

	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		layers_tell(row, strict, ends[1]);
	(void)close(ends[1]);
	ssize_t len = read(ends[0], ret, ERRINFO_TEXT_MAX - 1);
	assert_true(len >= 0);
	ret[len] = '\0';
	(void)close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* May a helper of this process's have a higher limit? */
static bool
limit_is_free(const struct limit *limit)
{
	struct rlimit now = {0};

	if (HELPER_MEMORY_UNLIMITED && is_memory(limit->resource))
		return false;
	if (getrlimit((unsigned)limit->resource, &now) != 0)
		return false;
	if (now.rlim_max > limit->most)
		return true;
	now.rlim_max = limit->most + 1;
	return setrlimit((unsigned)limit->resource, &now) == 0;
}

static bool
can_lack(const struct row *row)
{
	bool can = geteuid() == 0 || !row->as_root;

	for (size_t i = 0; i < COUNT(limits); i++) {
		if (limits[i].resource == row->limit)
			can = can && limit_is_free(&limits[i]);
	}
	return can;
}

static void
sandbox_sees_each_layer_that_is_missing(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char expected[ERRINFO_TEXT_MAX];
		char words[ERRINFO_TEXT_MAX];

		if (!can_lack(&rows[i]))
			continue;
		words_of(&rows[i], false, words);
		if (strcmp(words, rows[i].words) != 0)
			fail_msg("row %zu: %s", i, words);
		words_of(&rows[i], true, words);
		(void)snprintf(expected, sizeof(expected), "%s%s",
		    strncmp(rows[i].words, LACKS, strlen(LACKS)) == 0
			? "sandbox = strict: "
			: "",
		    rows[i].words);
		if (strcmp(words, expected) != 0)
			fail_msg("row %zu, strict: %s", i, words);
	}
}

/* A worker that says it is the revoker, and stays. */
static _Noreturn void
revoker_play(int words)
{
	struct errinfo why;

	child_play(&rows[0], words);
	if (sandbox_begin(&why) == OUTCOME_OK &&
	    sandbox_confine(&routes[1], NULL, false, &why) == OUTCOME_OK &&
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
	/* the monitor lets it go at once */
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_true(clock_now_ms() - begun_ms < END_MS);
	/* it holds the pipe until it is gone */
	struct pollfd gone = {.fd = ends[0], .events = POLLIN};
	assert_int_equal(poll(&gone, 1, END_MS + 20000), 1);
	assert_int_equal(read(ends[0], words, sizeof(words) - 1), 0);
	assert_true(clock_now_ms() - begun_ms >= END_MS);
	(void)close(ends[0]);
}

/* A worker that stays, and whose monitor is killed before it can end it. */
static _Noreturn void
worker_play(int words)
{
	struct errinfo why;

	child_play(&rows[0], words);
	if (sandbox_begin(&why) == OUTCOME_OK &&
	    sandbox_confine(&routes[1], NULL, false, &why) == OUTCOME_OK &&
	    worker_begin(-1, clock_now_ms() + 30000, false, &why) ==
		OUTCOME_OK) {
		(void)!write(told, "+", 1);
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
	assert_int_equal(poll(&gone, 1, 20000), 1);
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

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
