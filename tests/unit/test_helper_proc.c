/* SPDX-License-Identifier: ISC */
/*
 * Starting, addressing and ending a real helper, from hosts in every state.
 * No test here reaches a network.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "gcpkce/base/clock.h"
#include "gcpkce/helper_client/helper_client.h"
#include "gcpkce/helper_client/helper_proc.h"

#define STRANGER 65534
#define CODE "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
#define CHECK(condition) \
	do { \
		if (!(condition)) \
			return __LINE__; \
	} while (0)

/* The two accounts that helper_user may name here. */
int
getpwnam_r(const char *name, struct passwd *entry, char *space, size_t len,
    struct passwd **found)
{
	*found = NULL;
	if (strlen(name) >= len || strcmp(name, "missing") == 0)
		return 0;
	memset(entry, 0, sizeof(*entry));
	memcpy(space, name, strlen(name) + 1);
	entry->pw_name = space;
	entry->pw_uid = strcmp(name, "root") == 0 ? 0 : STRANGER;
	entry->pw_gid = strcmp(name, "root") == 0 || strcmp(name, "wheel") == 0
	    ? 0
	    : STRANGER;
	*found = entry;
	return 0;
}

int
getpwuid_r(uid_t uid, struct passwd *entry, char *space, size_t len,
    struct passwd **found)
{
	(void)uid;
	(void)entry;
	(void)space;
	(void)len;
	*found = NULL;
	return 0;
}

static struct helper_setup
child_of_this_user(void)
{
	return (struct helper_setup){
	    .drop = geteuid() == 0,
	    .uid = STRANGER,
	    .gid = STRANGER,
	};
}

static int64_t
soon(void)
{
	return clock_now_ms() + 60000;
}

/* Start a helper and send it a request of a decoy, to this login server. */
static enum outcome
helper_start(
    const char *login_url, struct helper_proc *ret, struct errinfo *reterr)
{
	struct helper_setup setup = child_of_this_user();
	autorequest request = {
	    .label = {.user = "alice", .service = "test", .host = "here"},
	    .client_id = "client-1",
	    .redirect_uri = "https://example.com/",
	    .decoy = true,
	    .bare_code = true,
	    .deadline_ms = 30000,
	};
	autobuf frame = BUF_INIT(WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX);

	(void)snprintf(request.route.login_url, sizeof(request.route.login_url),
	    "%s", login_url);
	(void)snprintf(request.route.api_url, sizeof(request.route.api_url),
	    "%s", login_url);
	request.route.connect_timeout_s = 2;
	request.route.request_timeout_s = 2;
	wire_put_request(&frame, &request);
	enum outcome r = helper_proc_start(&setup, soon(), ret, reterr);
	return r == OUTCOME_OK ? helper_proc_send(ret, &frame, soon(), reterr)
			       : r;
}

static enum outcome
ready_receive(struct helper_proc *proc,
    char ret_address[static WIRE_ADDRESS_MAX + 1], struct errinfo *reterr)
{
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	enum outcome r =
	    helper_proc_receive(proc, WIRE_READY, soon(), &payload, reterr);

	struct wire_ready ready = {0};
	if (r == OUTCOME_OK)
		r = wire_ready_parse(buf_view(&payload), &ready, reterr);
	memcpy(ret_address, ready.address, sizeof(ready.address));
	return r;
}

static enum outcome
answer_send(struct helper_proc *proc, const char *typed,
    struct wire_verdict *ret, struct errinfo *reterr)
{
	autobuf frame = BUF_INIT(WIRE_HEADER_LEN + WIRE_ANSWER_MAX + 4);
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);

	wire_put_answer(&frame, view_text(typed));
	enum outcome r = helper_proc_send(proc, &frame, soon(), reterr);
	if (r == OUTCOME_OK)
		r = helper_proc_receive(
		    proc, WIRE_VERDICT, soon(), &payload, reterr);
	return r == OUTCOME_OK
	    ? wire_verdict_parse(buf_view(&payload), ret, reterr)
	    : r;
}

/* How many descriptors are open, and which is the next one? */
struct census {
	size_t count;
	int next;
};

static struct census
descriptors_count(void)
{
	struct census census = {0};
	DIR *dir = opendir("/proc/self/fd");

	if (dir != NULL) {
		while (readdir(dir) != NULL)
			census.count++;
		(void)closedir(dir);
	}
	census.next = open("/", O_PATH | O_CLOEXEC);
	(void)close(census.next);
	return census;
}

static bool
has_child(void)
{
	return waitpid(-1, NULL, WNOHANG) >= 0;
}

/*
 * A whole life of a helper.
 *
 * gives:  0, or the line of the first thing that was not as it must be
 */
static int
startup_lead(void)
{
	struct census before = descriptors_count();
	struct helper_proc proc = HELPER_PROC_NONE;
	char address[WIRE_ADDRESS_MAX + 1] = "";
	struct errinfo err = {0};

	if (helper_start("http://127.0.0.1:9", &proc, &err) != OUTCOME_OK ||
	    ready_receive(&proc, address, &err) != OUTCOME_OK) {
		(void)fprintf(stderr, "%s\n", err.text);
		helper_proc_end(&proc);
		return __LINE__;
	}
	CHECK(strncmp(address, "http://127.0.0.1:9/oauth/authorize?", 35) == 0);
	CHECK(proc.pid > 0);
	CHECK(proc.socket > 2);
	CHECK((fcntl(proc.socket, F_GETFD) & FD_CLOEXEC) != 0);
	CHECK(proc.process < 0 || proc.process > 2);
	CHECK(proc.process < 0 ||
	    (fcntl(proc.process, F_GETFD) & FD_CLOEXEC) != 0);
	pid_t pid = proc.pid;
	int64_t begun = clock_now_ms();
	errno = EDOM;
	helper_proc_end(&proc);
	CHECK(errno == EDOM);
	CHECK(clock_now_ms() - begun < 1500);
	CHECK(proc.pid == -1 && proc.socket == -1 && proc.process == -1);
	CHECK(kill(pid, 0) != 0 && errno == ESRCH);
	CHECK(!has_child());
	struct census after = descriptors_count();
	CHECK(before.count == after.count && before.next == after.next);
	return 0;
}

/* Run in a child of its own, so that the odd host is not this test. */
static void
assert_in_child(int (*fn)(void))
{
	int pipes[2];
	int status;
	int line = -1;

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	autofd from = pipes[0];
	autofd to = fcntl(pipes[1], F_DUPFD_CLOEXEC, 100);
	(void)close(pipes[1]);
	assert_true(to >= 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int result = fn();

		(void)!write(to, &result, sizeof(result));
		_exit(0);
	}
	(void)close(take_fd(&to));
	(void)!read(from, &line, sizeof(line));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status != 0 || line != 0)
		fail_msg("status %d, line %d", status, line);
}

static void
helper_proc_starts_a_helper_and_leaves_no_trace(void **state)
{
	(void)state;
	assert_int_equal(startup_lead(), 0);
	assert_int_equal(startup_lead(), 0);
}

/* ---- hosts in every state ---- */

static int
host_ignores_sigchld(void)
{
	struct sigaction now;

	(void)signal(SIGCHLD, SIG_IGN);
	int line = startup_lead();
	CHECK(line == 0);
	CHECK(sigaction(SIGCHLD, NULL, &now) == 0);
	CHECK(now.sa_handler == SIG_IGN);
	return 0;
}

static void
helper_proc_works_where_the_host_ignores_sigchld(void **state)
{
	(void)state;
	assert_in_child(host_ignores_sigchld);
}

static int children_reaped;

static void
reap_all(int number)
{
	int saved = errno;

	(void)number;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		children_reaped++;
	errno = saved;
}

static int
host_reaps_all(void)
{
	struct sigaction action = {.sa_handler = reap_all};

	CHECK(sigaction(SIGCHLD, &action, NULL) == 0);
	for (int i = 0; i < 3; i++) {
		int line = startup_lead();

		if (line != 0)
			return line;
	}
	return 0;
}

static void
helper_proc_works_where_the_host_reaps_all_children(void **state)
{
	(void)state;
	assert_in_child(host_reaps_all);
}

static int
host_without_standard_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		(void)close(fd);
	int line = startup_lead();
	if (line != 0)
		return line;
	for (int fd = 0; fd <= 2; fd++)
		CHECK(fcntl(fd, F_GETFD) < 0);
	return 0;
}

static void
helper_proc_works_where_descriptors_0_to_2_are_closed(void **state)
{
	(void)state;
	assert_in_child(host_without_standard_descriptors);
}

static int
host_without_one_descriptor(void)
{
	for (int closed = 0; closed <= 2; closed++) {
		int saved = fcntl(closed, F_DUPFD_CLOEXEC, 20);

		(void)close(closed);
		int line = startup_lead();
		if (line != 0)
			return line;
		CHECK(fcntl(closed, F_GETFD) < 0);
		CHECK(dup2(saved, closed) == closed);
		(void)close(saved);
	}
	return 0;
}

static void
helper_proc_works_where_one_of_descriptors_0_to_2_is_closed(void **state)
{
	(void)state;
	assert_in_child(host_without_one_descriptor);
}

/* A container's root, who cannot raise what he was given, in a hurry. */
static int
host_without_a_right(void)
{
	struct __user_cap_header_struct header = {
	    .version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	struct rlimit limit = {48, 48};

	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	CHECK(syscall(SYS_capget, &header, data) == 0);
	data[0].effective &= ~(1U << CAP_SYS_RESOURCE);
	data[0].permitted &= ~(1U << CAP_SYS_RESOURCE);
	data[0].inheritable &= ~(1U << CAP_SYS_RESOURCE);
	CHECK(syscall(SYS_capset, &header, data) == 0);
	return startup_lead();
}

static void
helper_proc_works_where_root_may_raise_no_limit(void **state)
{
	(void)state;
	assert_in_child(host_without_a_right);
}

static int
host_that_runs_first(void)
{
	const struct sched_param first = {1};
	struct helper_proc proc = HELPER_PROC_NONE;
	char address[WIRE_ADDRESS_MAX + 1];

	if (sched_setscheduler(0, SCHED_FIFO, &first) != 0)
		return 0; /* not permitted here */
	CHECK(helper_start("http://127.0.0.1:9", &proc, NULL) == OUTCOME_OK);
	CHECK(ready_receive(&proc, address, NULL) == OUTCOME_OK);
	CHECK(sched_getscheduler(proc.pid) == SCHED_OTHER);
	helper_proc_end(&proc);
	return 0;
}

static void
helper_proc_helper_runs_at_ordinary_priority(void **state)
{
	(void)state;
	assert_in_child(host_that_runs_first);
}

static int
host_with_many_descriptors(void)
{
	struct rlimit limit;

	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	CHECK(limit.rlim_cur > 320);
	for (int i = 0; i < 200; i++)
		CHECK(open("/dev/null", O_RDONLY) >= 0);
	return startup_lead();
}

static void
helper_proc_works_where_the_host_has_200_descriptors(void **state)
{
	(void)state;
	assert_in_child(host_with_many_descriptors);
}

/* A line of /proc/PID/status, behind its name; "" when it cannot be read. */
static void
status_read(pid_t pid, const char *name, char *ret, size_t cap)
{
	char path[64];
	char line[4096];

	ret[0] = '\0';
	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return;
	while (fgets(line, sizeof(line), file) != NULL) {
		size_t len = strlen(name);

		if (strncmp(line, name, len) != 0 || line[len] != ':')
			continue;
		char *value = line + len + 1;
		value += strspn(value, " \t");
		value[strcspn(value, "\n")] = '\0';
		(void)snprintf(ret, cap, "%.200s", value);
	}
	(void)fclose(file);
}

static unsigned long long
status_number(pid_t pid, const char *name)
{
	char text[256];

	status_read(pid, name, text, sizeof(text));
	return strtoull(text, NULL, 16);
}

#define BIT(number) (1ULL << ((number)-1))

/* What the helper itself blocks and ignores, and nothing of the host's. */
static int
signals_check(pid_t pid)
{
	CHECK(status_number(pid, "SigBlk") ==
	    (BIT(SIGTERM) | BIT(SIGINT) | BIT(SIGHUP)));
	CHECK(status_number(pid, "SigIgn") == BIT(SIGPIPE));
	return 0;
}

static int
host_with_an_odd_mask(void)
{
	struct helper_proc proc = HELPER_PROC_NONE;
	char address[WIRE_ADDRESS_MAX + 1];
	sigset_t odd;
	sigset_t after;

	CHECK(sigemptyset(&odd) == 0);
	CHECK(sigaddset(&odd, SIGUSR1) == 0 && sigaddset(&odd, SIGCHLD) == 0 &&
	    sigaddset(&odd, SIGSEGV) == 0 &&
	    sigaddset(&odd, SIGRTMIN + 3) == 0);
	CHECK(sigprocmask(SIG_SETMASK, &odd, NULL) == 0);
	(void)signal(SIGUSR2, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, reap_all);
	CHECK(helper_start("http://127.0.0.1:9", &proc, NULL) == OUTCOME_OK);
	CHECK(ready_receive(&proc, address, NULL) == OUTCOME_OK);
	int line = signals_check(proc.pid);
	if (line != 0)
		return line;
	helper_proc_end(&proc);
	CHECK(sigprocmask(SIG_SETMASK, NULL, &after) == 0);
	for (int s = 1; s < NSIG; s++)
		CHECK(sigismember(&odd, s) == sigismember(&after, s));
	struct sigaction now;
	CHECK(sigaction(SIGUSR2, NULL, &now) == 0 && now.sa_handler == SIG_IGN);
	CHECK(sigaction(SIGTERM, NULL, &now) == 0 && now.sa_handler == SIG_IGN);
	CHECK(sigaction(SIGHUP, NULL, &now) == 0 && now.sa_handler == reap_all);
	return startup_lead();
}

static void
helper_proc_works_with_an_odd_signal_mask_and_keeps_it(void **state)
{
	(void)state;
	assert_in_child(host_with_an_odd_mask);
}

static int
host_with_a_full_mask(void)
{
	sigset_t all;

	CHECK(sigfillset(&all) == 0);
	CHECK(sigprocmask(SIG_SETMASK, &all, NULL) == 0);
	return startup_lead();
}

static void
helper_proc_works_with_all_signals_blocked(void **state)
{
	(void)state;
	assert_in_child(host_with_a_full_mask);
}

/* ---- what the helper inherits ---- */

/* The target of /proc/PID/name; "" when it cannot be read. */
static void
link_read(pid_t pid, const char *name, char *ret, size_t cap)
{
	char path[300];

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	ssize_t len = readlink(path, ret, cap - 1);
	ret[len > 0 ? len : 0] = '\0';
}

/* Besides its six it has what it made: of signals. */
static int
further_descriptors_check(pid_t pid)
{
	char path[300];
	char target[256];

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	DIR *dir = opendir(path);
	CHECK(dir != NULL);
	int line = 0;
	for (struct dirent *entry = readdir(dir); entry != NULL;
	     entry = readdir(dir)) {
		int fd = atoi(entry->d_name);

		(void)snprintf(path, sizeof(path), "fd/%d", fd);
		link_read(pid, path, target, sizeof(target));
		if (strstr(target, "/tmp/") != NULL || fd > 9 ||
		    (fd > 5 && strcmp(target, "anon_inode:[signalfd]") != 0))
			line = __LINE__;
	}
	(void)closedir(dir);
	return line;
}

static int
descriptors_check(pid_t pid)
{
	char path[64];
	char target[256];

	link_read(pid, "cwd", target, sizeof(target));
	if (target[0] == '\0') {
		(void)fprintf(stderr,
		    "SKIPPED: an undumpable process cannot be looked at\n");
		return 0;
	}
	CHECK(strcmp(target, "/") == 0);
	for (int fd = 0; fd <= 4; fd++) {
		(void)snprintf(path, sizeof(path), "fd/%d", fd);
		link_read(pid, path, target, sizeof(target));
		if (fd == 3)
			CHECK(strncmp(target, "socket:", 7) == 0);
		else /* no journal here */
			CHECK(strcmp(target, "/dev/null") == 0);
	}
	/* it makes its filter through a pipe, for a moment after READY */
	int64_t deadline_ms = soon();
	int line = further_descriptors_check(pid);
	while (line != 0 && clock_left_ms(deadline_ms) > 0) {
		(void)poll(NULL, 0, 10);
		line = further_descriptors_check(pid);
	}
	return line;
}

static int
file_is(pid_t pid, const char *name, const char *bytes, size_t len)
{
	char path[64];
	char have[256];

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	autofd fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	CHECK(read(fd, have, sizeof(have)) == (ssize_t)len);
	CHECK(memcmp(have, bytes, len) == 0);
	return 0;
}

static int
limits_check(pid_t pid)
{
	static const struct {
		int resource;
		rlim_t most;
	} rows[] = {
	    {RLIMIT_CORE, 0},
	    {RLIMIT_FSIZE, 0},
	    {RLIMIT_NOFILE, 64},
	    {RLIMIT_CPU, 60},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rlimit limit;

		if (prlimit(pid, (__rlimit_resource_t)rows[i].resource, NULL,
			&limit) != 0)
			return 0;
		CHECK(limit.rlim_cur <= rows[i].most);
		CHECK(limit.rlim_max <= rows[i].most);
	}
	return 0;
}

static int
ids_check(pid_t pid)
{
	char have[256];
	char want[256];
	struct helper_setup setup = child_of_this_user();
	unsigned uid = setup.drop ? setup.uid : geteuid();
	unsigned gid = setup.drop ? setup.gid : getegid();

	(void)snprintf(
	    want, sizeof(want), "%u\t%u\t%u\t%u", uid, uid, uid, uid);
	status_read(pid, "Uid", have, sizeof(have));
	CHECK(strcmp(have, want) == 0);
	(void)snprintf(
	    want, sizeof(want), "%u\t%u\t%u\t%u", gid, gid, gid, gid);
	status_read(pid, "Gid", have, sizeof(have));
	CHECK(strcmp(have, want) == 0);
	status_read(pid, "Groups", have, sizeof(have));
	CHECK(!setup.drop || have[strspn(have, " ")] == '\0');
	status_read(pid, "NoNewPrivs", have, sizeof(have));
	CHECK(strcmp(have, "1") == 0);
	status_read(pid, "Umask", have, sizeof(have));
	CHECK(strcmp(have, "0077") == 0);
	CHECK(status_number(pid, "CapEff") == 0 || !setup.drop);
	CHECK(status_number(pid, "CapPrm") == 0 || !setup.drop);
	return 0;
}

static int
host_with_much_to_inherit(void)
{
	static const struct rlimit large = {1 << 20, 1 << 20};
	static const gid_t groups[] = {4, 5, 6};
	struct helper_proc proc = HELPER_PROC_NONE;
	char address[WIRE_ADDRESS_MAX + 1];
	char here[256];

	CHECK(chdir("/tmp") == 0);
	CHECK(getcwd(here, sizeof(here)) != NULL);
	CHECK(setenv("LD_PRELOAD_", "/tmp/evil.so", 1) == 0);
	CHECK(setenv("SSL_CERT_FILE", "/tmp/evil.pem", 1) == 0);
	CHECK(setenv("https_proxy", "http://evil:1", 1) == 0);
	(void)umask(0);
	(void)setrlimit(RLIMIT_CORE, &large);
	if (geteuid() == 0)
		CHECK(setgroups(3, groups) == 0);
	/* inheritable ones, low and high */
	int file = open("/tmp", O_RDONLY | O_DIRECTORY);
	CHECK(file >= 0);
	CHECK(fcntl(file, F_DUPFD, 300) >= 0);
	CHECK(fcntl(file, F_DUPFD, 7) >= 0);
	(void)signal(SIGQUIT, SIG_IGN);
	CHECK(helper_start("http://127.0.0.1:9", &proc, NULL) == OUTCOME_OK);
	CHECK(ready_receive(&proc, address, NULL) == OUTCOME_OK);
	int (*const checks[])(pid_t) = {
	    ids_check, signals_check, limits_check, descriptors_check};
	for (size_t i = 0; i < 4; i++) {
		int line = checks[i](proc.pid);

		if (line != 0)
			return line;
	}
	CHECK(file_is(proc.pid, "environ", "", 0) == 0);
	CHECK(file_is(proc.pid, "cmdline", "gcpkce-helper", 14) == 0);
	/* a session of its own: no terminal's signal reaches it */
	CHECK(getsid(proc.pid) == proc.pid);
	helper_proc_end(&proc);
	/* and nothing has changed here */
	CHECK(umask(0) == 0);
	CHECK(getcwd(address, sizeof(address)) != NULL);
	CHECK(strcmp(address, here) == 0);
	CHECK(getsid(0) != getpid());
	CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0);
	CHECK(getenv("SSL_CERT_FILE") != NULL);
	return 0;
}

static void
helper_proc_hands_nothing_of_the_host_down(void **state)
{
	(void)state;
	assert_in_child(host_with_much_to_inherit);
}

/* Under sudo and su the real uid is the caller's. */
static int
host_that_is_setuid(void)
{
	struct helper_proc proc = HELPER_PROC_NONE;
	char address[WIRE_ADDRESS_MAX + 1];

	CHECK(setresgid(4321, 0, 0) == 0);
	CHECK(setresuid(4321, 0, 0) == 0);
	CHECK(helper_start("http://127.0.0.1:9", &proc, NULL) == OUTCOME_OK);
	CHECK(ready_receive(&proc, address, NULL) == OUTCOME_OK);
	int line = ids_check(proc.pid);
	if (line != 0)
		return line;
	helper_proc_end(&proc);
	uid_t r, e, s;
	CHECK(getresuid(&r, &e, &s) == 0 && r == 4321 && e == 0 && s == 0);
	return 0;
}

static void
helper_proc_drops_all_three_ids(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("SKIPPED: needs root\n");
		skip();
	}
	assert_in_child(host_that_is_setuid);
}

static int
host_that_is_not_root(void)
{
	CHECK(setgroups(0, NULL) == 0);
	CHECK(setresgid(STRANGER - 1, STRANGER, STRANGER) == 0);
	CHECK(setresuid(STRANGER - 1, STRANGER, STRANGER) == 0);
	struct helper_proc proc = HELPER_PROC_NONE;
	char address[WIRE_ADDRESS_MAX + 1];
	struct errinfo err = {0};
	if (helper_start("http://127.0.0.1:9", &proc, &err) != OUTCOME_OK) {
		/* a build below a directory of root's own */
		(void)fprintf(stderr, "SKIPPED: %s\n", err.text);
		return 0;
	}
	CHECK(ready_receive(&proc, address, NULL) == OUTCOME_OK);
	int line = ids_check(proc.pid);
	if (line != 0)
		return line;
	helper_proc_end(&proc);
	CHECK(!has_child());
	return 0;
}

static void
helper_proc_works_where_the_host_is_not_root(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		assert_int_equal(startup_lead(), 0);
		return;
	}
	assert_in_child(host_that_is_not_root);
}

/* ---- rounds ---- */

static void
helper_proc_round_of_a_decoy_is_answered_without_network(void **state)
{
	struct sockaddr_in server = {
	    .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(server);
	autofd door = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char login_url[64];
	char first[WIRE_ADDRESS_MAX + 1];
	char second[WIRE_ADDRESS_MAX + 1];
	autoproc proc = HELPER_PROC_NONE;
	autoverdict empty = {0};
	autoverdict refused = {0};

	(void)state;
	assert_int_equal(bind(door, (struct sockaddr *)&server, len), 0);
	assert_int_equal(listen(door, 8), 0);
	assert_int_equal(
	    getsockname(door, (struct sockaddr *)&server, &len), 0);
	(void)snprintf(login_url, sizeof(login_url), "http://127.0.0.1:%u",
	    (unsigned)ntohs(server.sin_port));
	assert_int_equal(helper_start(login_url, &proc, NULL), OUTCOME_OK);
	assert_int_equal(ready_receive(&proc, first, NULL), OUTCOME_OK);
	assert_memory_equal(first, login_url, strlen(login_url));

	/* an answer without a code: the address stays */
	assert_int_equal(answer_send(&proc, "", &empty, NULL), OUTCOME_OK);
	assert_int_equal(empty.outcome, OUTCOME_ANSWER_EMPTY);
	assert_int_equal(ready_receive(&proc, second, NULL), OUTCOME_OK);
	assert_string_equal(first, second);

	/* a code: refused after a server's moment, with a new address */
	int64_t begun = clock_now_ms();
	assert_int_equal(answer_send(&proc, CODE, &refused, NULL), OUTCOME_OK);
	assert_in_range(clock_now_ms() - begun, 290, 25000);
	assert_int_equal(refused.outcome, OUTCOME_CODE_REFUSED);
	assert_string_equal(refused.identity.id, "");
	assert_null(refused.token);
	assert_int_equal(ready_receive(&proc, second, NULL), OUTCOME_OK);
	assert_string_not_equal(first, second);

	struct pollfd knock = {.fd = door, .events = POLLIN};
	assert_int_equal(poll(&knock, 1, 0), 0);
}

static void
helper_proc_end_of_file_ends_the_helper(void **state)
{
	autoproc proc = HELPER_PROC_NONE;
	char address[WIRE_ADDRESS_MAX + 1];

	(void)state;
	assert_int_equal(
	    helper_start("http://127.0.0.1:9", &proc, NULL), OUTCOME_OK);
	assert_int_equal(ready_receive(&proc, address, NULL), OUTCOME_OK);
	assert_int_equal(waitpid(proc.pid, NULL, WNOHANG), 0);
	assert_int_equal(shutdown(proc.socket, SHUT_WR), 0);
	int64_t deadline_ms = clock_now_ms() + 20000;
	while (waitpid(proc.pid, NULL, WNOHANG) == 0) {
		assert_true(clock_left_ms(deadline_ms) > 0);
		(void)poll(NULL, 0, 5);
	}
	/* another thread has reaped it: helper_proc_end has nothing left to do
	 */
	int64_t begun = clock_now_ms();
	helper_proc_end(&proc);
	assert_true(clock_now_ms() - begun < 1000);
}

/* Before a request comes, too. */
static void
helper_proc_end_before_a_request_ends_the_helper(void **state)
{
	struct helper_setup setup = child_of_this_user();
	struct helper_proc proc;

	(void)state;
	assert_int_equal(
	    helper_proc_start(&setup, soon(), &proc, NULL), OUTCOME_OK);
	int64_t begun = clock_now_ms();
	helper_proc_end(&proc);
	assert_true(clock_now_ms() - begun < 1500);
	assert_false(has_child());
}

static void
helper_proc_end_ends_a_helper_that_waits_as_a_decoy(void **state)
{
	autobuf frame = BUF_INIT(100);
	struct helper_proc proc = HELPER_PROC_NONE;
	char address[WIRE_ADDRESS_MAX + 1];

	(void)state;
	assert_int_equal(
	    helper_start("http://127.0.0.1:9", &proc, NULL), OUTCOME_OK);
	assert_int_equal(ready_receive(&proc, address, NULL), OUTCOME_OK);
	wire_put_answer(&frame, view_text(CODE));
	assert_int_equal(
	    helper_proc_send(&proc, &frame, soon(), NULL), OUTCOME_OK);
	(void)poll(NULL, 0, 50);
	helper_proc_end(&proc);
	assert_false(has_child());
}

/* A child of the host's, as greeters have them, keeps a copy of the socket. */
static void
helper_proc_end_ends_a_worker_although_a_child_holds_the_socket(void **state)
{
	struct helper_proc proc = HELPER_PROC_NONE;
	char address[WIRE_ADDRESS_MAX + 1];
	autoverdict verdict = {0};

	(void)state;
	assert_int_equal(
	    helper_start("http://127.0.0.1:9", &proc, NULL), OUTCOME_OK);
	assert_int_equal(ready_receive(&proc, address, NULL), OUTCOME_OK);
	assert_int_equal(answer_send(&proc, "", &verdict, NULL), OUTCOME_OK);
	pid_t keeper = fork();
	assert_true(keeper >= 0);
	if (keeper == 0) {
		(void)poll(NULL, 0, 60000);
		_exit(0);
	}
	int64_t begun = clock_now_ms();
	helper_proc_end(&proc);
	assert_in_range(clock_now_ms() - begun, 0, 1000);
	assert_int_equal(kill(keeper, SIGKILL), 0);
	assert_int_equal(waitpid(keeper, NULL, 0), keeper);
	assert_false(has_child());
}

static volatile bool forks_are_over;
static pid_t forked[2000];
static size_t forked_count;

/* What it forks stays, with all that was open at that moment. */
static void *
fork_on(void *unused)
{
	(void)unused;
	while (!forks_are_over &&
	    forked_count < sizeof(forked) / sizeof(forked[0])) {
		pid_t pid = _Fork();

		if (pid == 0) {
			(void)poll(NULL, 0, 60000);
			_exit(0);
		}
		if (pid > 0)
			forked[forked_count++] = pid;
		(void)poll(NULL, 0, 1);
	}
	return NULL;
}

static int
host_with_a_thread_that_forks(void)
{
	pthread_t thread;
	int line = 0;

	CHECK(pthread_create(&thread, NULL, fork_on, NULL) == 0);
	for (int i = 0; i < 30 && line == 0; i++) {
		struct helper_proc proc = HELPER_PROC_NONE;
		char address[WIRE_ADDRESS_MAX + 1] = "";
		int64_t begun = clock_now_ms();

		if (helper_start("http://127.0.0.1:9", &proc, NULL) !=
			OUTCOME_OK ||
		    ready_receive(&proc, address, NULL) != OUTCOME_OK ||
		    clock_now_ms() - begun > 20000)
			line = __LINE__;
		/* it hears of its death although others have its socket */
		if (line == 0 && kill(proc.pid, SIGKILL) == 0 &&
		    ready_receive(&proc, address, NULL) !=
			OUTCOME_HELPER_FAILED)
			line = __LINE__;
		helper_proc_end(&proc);
	}
	forks_are_over = true;
	(void)pthread_join(thread, NULL);
	for (size_t i = 0; i < forked_count; i++) {
		(void)kill(forked[i], SIGKILL);
		(void)waitpid(forked[i], NULL, 0);
	}
	return line;
}

static void
helper_proc_works_where_another_thread_forks(void **state)
{
	(void)state;
	assert_in_child(host_with_a_thread_that_forks);
}

/* Two seconds of patience, then SIGKILL. */
static void
helper_proc_end_kills_a_helper_that_does_not_go(void **state)
{
	struct helper_proc proc = HELPER_PROC_NONE;
	char address[WIRE_ADDRESS_MAX + 1];

	(void)state;
	assert_int_equal(
	    helper_start("http://127.0.0.1:9", &proc, NULL), OUTCOME_OK);
	assert_int_equal(ready_receive(&proc, address, NULL), OUTCOME_OK);
	pid_t pid = proc.pid;
	assert_int_equal(kill(pid, SIGSTOP), 0);
	int64_t begun = clock_now_ms();
	helper_proc_end(&proc);
	assert_in_range(clock_now_ms() - begun, 1900, 20000);
	assert_int_equal(kill(pid, 0), -1);
	assert_false(has_child());
}

static void
helper_proc_end_of_none_is_harmless(void **state)
{
	struct helper_proc none = HELPER_PROC_NONE;
	struct census before = descriptors_count();

	(void)state;
	errno = EDOM;
	helper_proc_end(&none);
	helper_proc_end(&none);
	assert_int_equal(errno, EDOM);
	assert_int_equal(descriptors_count().count, before.count);
}

/* The host dies without a word, and a process of its own keeps the socket. */
static void
helper_proc_helper_ends_with_its_host(void **state)
{
	int pipes[2];
	pid_t pids[2] = {-1, -1}; /* the helper, and the keeper */

	(void)state;
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	autofd from = pipes[0];
	autofd to = pipes[1];
	pid_t host = fork();
	assert_true(host >= 0);
	if (host == 0) {
		struct helper_proc proc = HELPER_PROC_NONE;
		char address[WIRE_ADDRESS_MAX + 1];

		if (helper_start("http://127.0.0.1:9", &proc, NULL) !=
			OUTCOME_OK ||
		    ready_receive(&proc, address, NULL) != OUTCOME_OK)
			_exit(1);
		pids[0] = proc.pid;
		pids[1] = fork();
		if (pids[1] == 0) {
			(void)alarm(60);
			(void)pause();
			_exit(0);
		}
		(void)!write(to, pids, sizeof(pids));
		_exit(0);
	}
	(void)close(take_fd(&to));
	assert_int_equal(read(from, pids, sizeof(pids)), sizeof(pids));
	assert_int_equal(waitpid(host, NULL, 0), host);
	int64_t deadline_ms = clock_now_ms() + 20000;
	while (waitpid(pids[0], NULL, WNOHANG) == 0 &&
	    clock_left_ms(deadline_ms) > 0)
		(void)poll(NULL, 0, 5);
	bool gone = kill(pids[0], 0) != 0;
	assert_int_equal(kill(pids[1], SIGKILL), 0);
	assert_int_equal(waitpid(pids[1], NULL, 0), pids[1]);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0), 0);
	assert_true(gone);
}

/* ---- refusals ---- */

static void
helper_proc_receive_wants_the_frame_it_names(void **state)
{
	autoproc proc = HELPER_PROC_NONE;
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	struct errinfo err = {0};

	(void)state;
	assert_int_equal(
	    helper_start("http://127.0.0.1:9", &proc, NULL), OUTCOME_OK);
	assert_int_equal(
	    helper_proc_receive(&proc, WIRE_VERDICT, soon(), &payload, &err),
	    OUTCOME_HELPER_FAILED);
	assert_string_equal(err.text, "frame: type 2 came where 4 must come");
	/* and at the deadline it says so */
	assert_int_equal(helper_proc_receive(&proc, WIRE_VERDICT,
			     clock_now_ms() + 20, &payload, &err),
	    OUTCOME_TIMED_OUT);
}

static void
helper_proc_helper_that_is_gone_has_failed(void **state)
{
	struct helper_setup setup = child_of_this_user();
	autoproc proc = HELPER_PROC_NONE;
	autobuf frame = BUF_INIT(100);
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	struct errinfo err = {0};

	(void)state;
	assert_int_equal(
	    helper_proc_start(&setup, soon(), &proc, NULL), OUTCOME_OK);
	/* no request: the helper says so, and goes */
	wire_put_empty(&frame, WIRE_KEEP);
	assert_int_equal(
	    helper_proc_send(&proc, &frame, soon(), NULL), OUTCOME_OK);
	assert_int_equal(
	    helper_proc_receive(&proc, WIRE_READY, soon(), &payload, &err),
	    OUTCOME_HELPER_FAILED);
	assert_string_equal(err.text, "frame: type 5 is not a request");
	assert_int_equal(
	    helper_proc_receive(&proc, WIRE_READY, soon(), &payload, &err),
	    OUTCOME_HELPER_FAILED);
	assert_string_equal(err.text, "the helper has exited");
	err.text[0] = '\0';
	assert_int_equal(helper_proc_send(&proc, &frame, soon(), &err),
	    OUTCOME_HELPER_FAILED);
	assert_string_equal(err.text, "the helper has exited");
}

/* The request is large, and is not read. */
static enum outcome
reply_as_root(int late_ms, struct errinfo *reterr)
{
	struct helper_setup setup = {.drop = false};
	autoproc proc = HELPER_PROC_NONE;
	autobuf request = BUF_INIT(WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX);
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);

	wire_put_request(&request, &(struct wire_request){.decoy = true});
	enum outcome r = helper_proc_start(&setup, soon(), &proc, reterr);
	(void)poll(NULL, 0, late_ms);
	if (r == OUTCOME_OK)
		r = helper_proc_send(&proc, &request, soon(), reterr);
	return r == OUTCOME_OK
	    ? helper_proc_receive(&proc, WIRE_READY, soon(), &payload, reterr)
	    : r;
}

static void
helper_proc_helper_never_runs_as_root(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("SKIPPED: needs root\n");
		skip();
	}
	for (int late_ms = 0; late_ms <= 100; late_ms += 100) {
		struct errinfo err = {0};

		assert_int_equal(
		    reply_as_root(late_ms, &err), OUTCOME_HELPER_FAILED);
		assert_string_equal(err.text,
		    "gcpkce-helper refuses to run: it runs as root, or could "
		    "regain privileges");
	}
}

static int
host_that_cannot_drop(void)
{
	struct helper_setup setup = {.drop = true,
	    .uid = geteuid() == 0 ? (uid_t)-1 : 1,
	    .gid = STRANGER};
	struct census before = descriptors_count();
	struct helper_proc proc;
	struct errinfo err = {0};

	CHECK(helper_proc_start(&setup, soon(), &proc, &err) ==
	    OUTCOME_HELPER_FAILED);
	CHECK(strstr(err.text,
		  "/gcpkce-helper: changing to the helper's account: Operation "
		  "not "
		  "permitted") != NULL);
	CHECK(proc.pid == -1 && proc.socket == -1);
	CHECK(!has_child());
	CHECK(descriptors_count().count == before.count);
	return 0;
}

static void
helper_proc_names_the_step_that_failed(void **state)
{
	(void)state;
	assert_in_child(host_that_cannot_drop);
}

static int
host_without_descriptors(void)
{
	struct helper_setup setup = child_of_this_user();
	struct census before = descriptors_count();

	/* room for ever more, until it is enough */
	for (int room = 0; room < 20; room++) {
		struct rlimit limit = {(rlim_t)(before.next + room), 64};
		struct helper_proc proc;

		CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
		enum outcome r = helper_proc_start(&setup, soon(), &proc, NULL);
		limit.rlim_cur = 64;
		CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
		CHECK(r == OUTCOME_OK || r == OUTCOME_HELPER_FAILED ||
		    r == OUTCOME_SYSTEM_ERROR);
		CHECK(r == OUTCOME_OK || proc.pid == -1);
		helper_proc_end(&proc);
		CHECK(!has_child());
		CHECK(descriptors_count().count == before.count);
		if (r == OUTCOME_OK)
			return 0;
	}
	return __LINE__;
}

static void
helper_proc_start_leaves_no_trace_wherever_it_fails(void **state)
{
	(void)state;
	assert_in_child(host_without_descriptors);
}

static void
helper_proc_birth_is_planned_by_the_effective_user(void **state)
{
	static const struct {
		const char *user;
		enum outcome outcome;
		const char *why;
	} rows[] = {
	    {"_gcpkce", OUTCOME_OK, ""},
	    {"missing", OUTCOME_CONFIG_INVALID,
		"/c.conf:7: helper_user: \"missing\" does not exist on this "
		"host; create "
		"the account, or name one without rights"},
	    {"root", OUTCOME_CONFIG_INVALID,
		"/c.conf:7: helper_user: \"root\" has uid 0 or gid 0; name an "
		"account "
		"without rights"},
	    {"wheel", OUTCOME_CONFIG_INVALID,
		"/c.conf:7: helper_user: \"wheel\" has uid 0 or gid 0; name an "
		"account "
		"without rights"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct config config = {
		    .helper_user_place = "/c.conf:7"};
		struct helper_setup setup;
		struct errinfo err = {0};

		(void)snprintf(config.helper_user, sizeof(config.helper_user),
		    "%s", rows[i].user);
		enum outcome r = helper_child_plan(&config, &setup, &err);
		if (geteuid() != 0) {
			/* no account is needed where nothing can be dropped */
			assert_int_equal(r, OUTCOME_OK);
			assert_false(setup.drop);
			continue;
		}
		assert_int_equal(r, rows[i].outcome);
		assert_string_equal(err.text, rows[i].why);
		if (r != OUTCOME_OK)
			continue;
		assert_true(setup.drop);
		assert_int_equal(setup.uid, STRANGER);
		assert_int_equal(setup.gid, STRANGER);
	}
}

/* The helper refuses such a token, and so leaves no revoker behind. */
static void
helper_client_revoke_tells_when_no_revoker_was_left(void **state)
{
	static const struct config config = {
	    .login_url = "http://127.0.0.1:9",
	    .api_url = "http://127.0.0.1:9",
	    .helper_user = "nobody",
	    .connect_timeout = 1,
	    .request_timeout = 1,
	};
	const struct helper_call call = {
	    .user = "u", .service = "s", .host = ""};
	autosecret *token = NULL;
	struct errinfo err = {0};

	(void)state;
	assert_int_equal(secret_new("not a token", 11, &token), OUTCOME_OK);
	assert_int_equal(
	    helper_client_revoke(&config, &call, token, 0, 1, &err),
	    OUTCOME_HELPER_FAILED);
	assert_string_equal(err.text,
	    "frame: the field token holds a byte that is not printable");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(helper_proc_starts_a_helper_and_leaves_no_trace),
	    cmocka_unit_test(helper_proc_works_where_the_host_ignores_sigchld),
	    cmocka_unit_test(
		helper_proc_works_where_the_host_reaps_all_children),
	    cmocka_unit_test(
		helper_proc_works_where_descriptors_0_to_2_are_closed),
	    cmocka_unit_test(
		helper_proc_works_where_one_of_descriptors_0_to_2_is_closed),
	    cmocka_unit_test(
		helper_proc_works_where_the_host_has_200_descriptors),
	    cmocka_unit_test(
		helper_proc_works_with_an_odd_signal_mask_and_keeps_it),
	    cmocka_unit_test(helper_proc_works_with_all_signals_blocked),
	    cmocka_unit_test(helper_proc_hands_nothing_of_the_host_down),
	    cmocka_unit_test(
		helper_client_revoke_tells_when_no_revoker_was_left),
	    cmocka_unit_test(helper_proc_drops_all_three_ids),
	    cmocka_unit_test(helper_proc_works_where_the_host_is_not_root),
	    cmocka_unit_test(
		helper_proc_round_of_a_decoy_is_answered_without_network),
	    cmocka_unit_test(helper_proc_end_of_file_ends_the_helper),
	    cmocka_unit_test(helper_proc_end_before_a_request_ends_the_helper),
	    cmocka_unit_test(
		helper_proc_end_ends_a_helper_that_waits_as_a_decoy),
	    cmocka_unit_test(
		helper_proc_end_ends_a_worker_although_a_child_holds_the_socket),
	    cmocka_unit_test(helper_proc_works_where_another_thread_forks),
	    cmocka_unit_test(helper_proc_works_where_root_may_raise_no_limit),
	    cmocka_unit_test(helper_proc_helper_runs_at_ordinary_priority),
	    cmocka_unit_test(helper_proc_end_kills_a_helper_that_does_not_go),
	    cmocka_unit_test(helper_proc_end_of_none_is_harmless),
	    cmocka_unit_test(helper_proc_helper_ends_with_its_host),
	    cmocka_unit_test(helper_proc_receive_wants_the_frame_it_names),
	    cmocka_unit_test(helper_proc_helper_that_is_gone_has_failed),
	    cmocka_unit_test(helper_proc_helper_never_runs_as_root),
	    cmocka_unit_test(helper_proc_names_the_step_that_failed),
	    cmocka_unit_test(
		helper_proc_start_leaves_no_trace_wherever_it_fails),
	    cmocka_unit_test(
		helper_proc_birth_is_planned_by_the_effective_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
