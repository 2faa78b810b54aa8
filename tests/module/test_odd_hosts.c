/* SPDX-License-Identifier: ISC */
/*
 * Host processes in every odd state.  Each is one process with one sign-in,
 * which works or is cleanly denied, and after which the process is as it was.
 */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apart.h"
#include "gcpkce/base/clock.h"

#define STORM_SIGNINS 50
#define PROMPT_MS 1900 /* less than a helper is waited for */
#define KIB 1024UL

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#define HAS_SANITIZER __has_feature(address_sanitizer)
#else
#define HAS_SANITIZER 0
#endif

/* ---- children ---- */

static void
ignore_children(void)
{
	assert_true(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
}

static void
forget_children(void)
{
	const struct sigaction action = {
	    .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT};

	assert_int_equal(sigaction(SIGCHLD, &action, NULL), 0);
}

static void
reap(int number)
{
	int saved = errno;

	(void)number;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
	errno = saved;
}

static void
reap_by_handler(void)
{
	const struct sigaction action = {.sa_handler = reap};

	assert_int_equal(sigaction(SIGCHLD, &action, NULL), 0);
}

static void *
reap_for_ever(void *unused)
{
	(void)unused;
	while (wait(NULL) >= 0 || errno == ECHILD)
		(void)usleep(100);
	return NULL;
}

static void
reap_by_thread(void)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, reap_for_ever, NULL), 0);
}

/* ---- signals ---- */

static void
block_signals(void)
{
	sigset_t all;

	(void)sigfillset(&all);
	assert_int_equal(sigprocmask(SIG_SETMASK, &all, NULL), 0);
}

static void
ignore_signals(void)
{
	for (int s = 1; s < NSIG; s++)
		(void)signal(s, SIG_IGN);
}

static volatile sig_atomic_t ticks;

static void
tick(int number)
{
	(void)number;
	ticks++;
}

/* Every call that may be interrupted is, again and again. */
static void
storm(void)
{
	const struct sigaction action = {.sa_handler = tick};
	const struct itimerval often = {{0, 200}, {0, 200}};

	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
}

/* ---- surroundings ---- */

static void
close_standard(void)
{
	for (int fd = 0; fd <= 2; fd++)
		(void)close(fd);
}

static void
delete_directory(void)
{
	char path[] = "/tmp/pam_gcpkce_gone_XXXXXX";

	assert_non_null(mkdtemp(path));
	assert_int_equal(chdir(path), 0);
	assert_int_equal(rmdir(path), 0);
}

static void
clear_environment(void)
{
	assert_int_equal(clearenv(), 0);
}

/* What the loader, libc, OpenSSL, libcurl and shells listen to. */
static void
set_environment(void)
{
	static const char *const names[] = {"LD_PRELOAD", "LD_LIBRARY_PATH",
	    "LD_AUDIT", "LD_DEBUG", "LD_BIND_NOW", "LD_PROFILE",
	    "GLIBC_TUNABLES", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE",
	    "CURL_HOME", "http_proxy", "https_proxy", "HTTPS_PROXY",
	    "ALL_PROXY", "all_proxy", "NO_PROXY", "HOME", "OPENSSL_CONF",
	    "OPENSSL_MODULES", "OPENSSL_ENGINES", "SSLKEYLOGFILE", "GCONV_PATH",
	    "LOCPATH", "NLSPATH", "LANG", "LC_ALL", "TZ", "TZDIR",
	    "MALLOC_CHECK_", "MALLOC_PERTURB_", "MALLOC_TRACE", "HOSTALIASES",
	    "LOCALDOMAIN", "RES_OPTIONS", "RESOLV_HOST_CONF", "TMPDIR", "PATH",
	    "IFS", "PAM_USER", "PAM_SERVICE", "GENESYSCLOUD_ACCESS_TOKEN",
	    "GCPKCE_TOKEN_FILE", "GCPKCE_CONF"};

	for (size_t i = 0; i < COUNT(names); i++)
		assert_int_equal(
		    setenv(names[i], "/tmp/of-another-user", 1), 0);
}

/* As under sudo and su. */
static void
become_setuid(void)
{
	assert_int_equal(setgroups(0, NULL), 0);
	assert_int_equal(setresgid(2002, 0, 0), 0);
	assert_int_equal(setresuid(2002, 0, 0), 0);
}

static void
cover_dev(void)
{
	if (unshare(CLONE_NEWNS) != 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("none", "/dev", "tmpfs", 0, NULL) != 0) {
		print_message("NOT TRIED: no mount namespace here\n");
		skip();
	}
}

/* ---- limits, which the host itself could not live with ---- */

static struct {
	unsigned resource;
	struct rlimit before;
} lowered;

static void
limit_lower(unsigned resource, rlim_t value)
{
	struct rlimit limit;

	lowered.resource = resource;
	assert_int_equal(
	    getrlimit((__rlimit_resource_t)resource, &lowered.before), 0);
	limit = lowered.before;
	limit.rlim_cur = value;
	assert_int_equal(setrlimit((__rlimit_resource_t)resource, &limit), 0);
}

static void
limit_restore(void)
{
	if (lowered.before.rlim_max > 0)
		(void)setrlimit(
		    (__rlimit_resource_t)lowered.resource, &lowered.before);
	lowered.before.rlim_max = 0;
}

static void
allow_no_descriptor(void)
{
	limit_lower(RLIMIT_NOFILE, 0);
}

static void
allow_four_descriptors(void)
{
	limit_lower(RLIMIT_NOFILE, 4);
}

static void
allow_no_process(void)
{
	limit_lower(RLIMIT_NPROC, 0);
}

static void
allow_no_file(void)
{
	limit_lower(RLIMIT_FSIZE, 0);
}

static void
allow_no_core(void)
{
	limit_lower(RLIMIT_CORE, 0);
}

static void
allow_no_locked_memory(void)
{
	limit_lower(RLIMIT_MEMLOCK, 0);
}

static void
allow_no_memory(void)
{
	limit_lower(RLIMIT_AS, 0);
}

/* ---- one sign-in in each ---- */

static const struct oddity {
	const char *name;
	void (*make)(void);  /* what is then the host's own state */
	void (*lower)(void); /* for the sign-in alone */
	const char *outcome; /* NULL: a denial of any kind */
	bool has_children;   /* another thread waits for them */
	bool needs_root;
	bool needs_plain_memory; /* a sanitizer needs room itself */
} oddities[] = {
    {.name = "nothing odd", .outcome = "ok"},
    {.name = "SIGCHLD ignored", .make = ignore_children, .outcome = "ok"},
    {.name = "SA_NOCLDWAIT", .make = forget_children, .outcome = "ok"},
    {.name = "a handler that reaps all",
	.make = reap_by_handler,
	.outcome = "ok"},
    {.name = "a thread that reaps all",
	.make = reap_by_thread,
	.outcome = "ok"},
    {.name = "all signals blocked", .make = block_signals, .outcome = "ok"},
    {.name = "all signals ignored", .make = ignore_signals, .outcome = "ok"},
    {.name = "descriptors 0 to 2 closed",
	.make = close_standard,
	.outcome = "ok"},
    {.name = "its directory deleted",
	.make = delete_directory,
	.outcome = "ok"},
    {.name = "no environment", .make = clear_environment, .outcome = "ok"},
    {.name = "a hostile environment", .make = set_environment, .outcome = "ok"},
    {.name = "the caller's real ids",
	.make = become_setuid,
	.outcome = "ok",
	.needs_root = true},
    {.name = "an empty /dev",
	.make = cover_dev,
	.outcome = "helper_failed",
	.needs_root = true},
    {.name = "no descriptor left", .lower = allow_no_descriptor},
    {.name = "four descriptors", .lower = allow_four_descriptors},
    {.name = "no process", .lower = allow_no_process},
    {.name = "no file may grow", .lower = allow_no_file, .outcome = "ok"},
    {.name = "no core", .lower = allow_no_core, .outcome = "ok"},
    {.name = "no locked memory",
	.lower = allow_no_locked_memory,
	.outcome = "ok"},
    {.name = "no memory", .lower = allow_no_memory, .needs_plain_memory = true},
};

static void
outcome_check(const struct oddity *oddity, int result)
{
	const char *outcome = oddity->outcome;

	/* root is not bound by the number of its processes */
	if (oddity->lower == allow_no_process && host_is_root())
		outcome = "ok";
	if (outcome != NULL && strcmp(outcome, "ok") == 0)
		assert_int_equal(result, PAM_SUCCESS);
	else
		assert_int_not_equal(result, PAM_SUCCESS);
	if (oddity->make == cover_dev)
		assert_holds(journal_decision(),
		    "arranging descriptors: No such file or directory");
	if (outcome != NULL)
		assert_outcome(outcome);
	else
		assert_null(journal_find("ok"));
}

/* Its own messages must not end up in anything of the module's. */
static void
standard_check(struct host *h)
{
	(void)h;
	for (int fd = 0; fd <= 2; fd++)
		assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void
oddity_run(void **state)
{
	const struct oddity *oddity = *state;
	const struct reply reply = {.text = CODE,
	    .meanwhile =
		oddity->make == close_standard ? standard_check : NULL};
	struct host h;

	if (oddity->needs_root)
		need_root();
	if (oddity->needs_plain_memory && HAS_SANITIZER)
		return;
	host_begin(&h);
	if (oddity->make != NULL)
		oddity->make();
	h.replies = &reply;
	h.reply_count = 1;
	host_open(&h);
	if (oddity->lower != NULL)
		oddity->lower();
	int64_t begun_ms = clock_now_ms();
	int result = pam_authenticate(h.pamh, 0);
	assert_in_range(clock_now_ms() - begun_ms, 0, PROMPT_MS);
	limit_restore();
	host_check(&h);
	assert_int_equal(fail_delays, result == PAM_SUCCESS ? 0 : 1);
	host_close(&h);
	outcome_check(oddity, result);
	if (result == PAM_SUCCESS) {
		assert_int_equal(h.helpers, 1);
		/* nothing of all this is the helper's */
		assert_holds(h.reports,
		    " environment=0 arguments=1 descriptors=4 directory=/ "
		    "umask=77 blocked=0 no_new_privs=1 death=15 session=1 ");
	}
	host_end(&h);
}

/* A signal now and then hits each of the calls. */
static void
storm_run(void **state)
{
	struct host h;

	(void)state;
	host_begin(&h);
	storm();
	host_open(&h);
	for (unsigned i = 0; i < STORM_SIGNINS; i++) {
		h.replies_used = 0;
		assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
	}
	host_close(&h);
	assert_true(ticks > STORM_SIGNINS);
	host_end(&h);
}

static void
host_in_an_odd_state_signs_in_or_denies_and_stays_as_it_was(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(oddities); i++)
		apart_begin(oddities[i].name, oddity_run, &oddities[i]);
	apart_begin("5,000 signals a second", storm_run, NULL);
	apart_end();
}

/* ---- ever more room ---- */

static void
room_run(unsigned resource, rlim_t least, rlim_t step, unsigned steps)
{
	unsigned denials = 0;
	unsigned successes = 0;

	for (unsigned i = 0; i < steps; i++) {
		struct host h;

		host_begin(&h);
		host_open(&h);
		limit_lower(resource, least + i * step);
		int result = pam_authenticate(h.pamh, 0);
		limit_restore();
		host_check(&h);
		assert_int_equal(fail_delays, result == PAM_SUCCESS ? 0 : 1);
		host_close(&h);
		assert_true(
		    (result == PAM_SUCCESS) == (journal_find("ok") != NULL));
		denials += result != PAM_SUCCESS;
		successes += result == PAM_SUCCESS;
		host_end(&h);
	}
	assert_true(denials > 0);
	assert_true(successes > 0);
}

static void
descriptors_run(void **state)
{
	(void)state;
	room_run(RLIMIT_NOFILE, 3, 1, 24);
}

static void
memory_run(void **state)
{
	char line[256] = "";
	FILE *file = fopen("/proc/self/statm", "re");

	(void)state;
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof(line), file));
	(void)fclose(file);
	/* nothing is kept in reserve: every allocation asks the kernel */
	(void)mallopt(M_MMAP_THRESHOLD, 4096);
	(void)mallopt(M_TOP_PAD, 0);
	(void)malloc_trim(0);
	room_run(RLIMIT_AS,
	    strtoul(line, NULL, 10) * (rlim_t)sysconf(_SC_PAGESIZE), 4 * KIB,
	    150);
}

static void
room_for_some_things_only_is_a_clean_denial(void **state)
{
	(void)state;
	apart_begin("descriptors", descriptors_run, NULL);
	if (!HAS_SANITIZER)
		apart_begin("memory", memory_run, NULL);
	apart_end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		host_in_an_odd_state_signs_in_or_denies_and_stays_as_it_was),
	    cmocka_unit_test(room_for_some_things_only_is_a_clean_denial),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
