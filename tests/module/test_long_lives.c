/* SPDX-License-Identifier: ISC */
/*
 * Hosts with many threads, and hosts that live long.
 */
#include "host.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apart.h"
#include "surroundings.h"

#define LOADS 1000
#define THREADS 16

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#define HAS_SANITIZER __has_feature(address_sanitizer)
#else
#define HAS_SANITIZER 0
#endif

/* ---- threads ---- */

static struct host crowd[THREADS];

static void *
thread_signin(void *arg)
{
	struct host *h = arg;

	return (void *)(uintptr_t)pam_authenticate(h->pamh, 0);
}

static void *
thread_idle(void *unused)
{
	return unused;
}

/* How many threads the kernel counts, and two. */
static nlink_t
threads_count(void)
{
	struct stat tasks;

	assert_int_equal(stat("/proc/self/task", &tasks), 0);
	return tasks.st_nlink;
}

/* A thread that was joined has yet to end, as the kernel sees it. */
static void
threads_await(nlink_t wanted)
{
	while (threads_count() != wanted)
		(void)usleep(1000);
}

/* libc installs handlers of its own with a process's first thread. */
static void
thread_first(void)
{
	pthread_t thread;
	nlink_t before = threads_count();

	assert_int_equal(pthread_create(&thread, NULL, thread_idle, NULL), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	threads_await(before);
}

static void
crowd_run(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	thread_first();
	for (size_t i = 0; i < THREADS; i++) {
		host_begin(&crowd[i]);
		crowd[i].is_alone = false;
		host_open(&crowd[i]);
	}
	char *before = surroundings_take();
	nlink_t threads_before = threads_count();
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, thread_signin, &crowd[i]),
		    0);
	for (size_t i = 0; i < THREADS; i++) {
		void *result = NULL;

		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_null(result);
	}
	threads_await(threads_before);
	surroundings_check(before);
	free(before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	for (size_t i = 0; i < THREADS; i++) {
		host_hear(&crowd[i]);
		assert_int_equal(crowd[i].helpers, 1);
		assert_holds(crowd[i].reports, " descriptors=4 ");
		assert_int_equal(pam_end(crowd[i].pamh, 0), PAM_SUCCESS);
	}
	for (size_t i = 0; i < THREADS; i++)
		host_end(&crowd[i]);
}

static void
many_threads_sign_in_at_once(void **state)
{
	(void)state;
	apart_begin("a crowd", crowd_run, NULL);
	apart_end();
}

/*
 * The parent-death signal is the thread's: a helper whose sign-in goes on in
 * another thread, after its own has ended, is gone.
 */
static void
leaver_run(void **state)
{
	static const struct reply again[] = {
	    {.result = PAM_CONV_AGAIN}, {.text = CODE}};
	pthread_t thread;
	void *result = NULL;
	struct host h;

	(void)state;
	thread_first();
	host_begin(&h);
	h.replies = again;
	h.reply_count = COUNT(again);
	host_open(&h);
	nlink_t threads_before = threads_count();
	assert_int_equal(pthread_create(&thread, NULL, thread_signin, &h), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_int_equal((uintptr_t)result, PAM_INCOMPLETE);
	threads_await(threads_before); /* with its end the signal is sent */
	assert_int_equal(host_authenticate(&h, 0), PAM_SYSTEM_ERR);
	assert_outcome("helper_failed");
	/* and the next sign-in is one like any other */
	h.replies_used = 1;
	assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
	host_close(&h);
	host_end(&h);
}

static void
thread_that_ends_in_a_signin_ends_it_with_a_denial(void **state)
{
	(void)state;
	apart_begin("a thread that leaves", leaver_run, NULL);
	apart_end();
}

/* ---- a long life ---- */

static size_t
lines_count(const char *path)
{
	FILE *file = fopen(path, "re");
	size_t count = 0;
	int c;

	assert_non_null(file);
	while ((c = fgetc(file)) != EOF)
		count += c == '\n';
	(void)fclose(file);
	return count;
}

/*
 * What libpam or the loader keep of each load would be kept a thousand times;
 * the first few may leave something behind for good.
 */
static void
startup_run(void **state)
{
	size_t memory = 0;
	size_t maps = 0;
	struct host h;

	(void)state;
	host_begin(&h);
	for (unsigned i = 0; i < LOADS; i++) {
		host_open(&h);
		if (i % 20 == 0)
			assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
		assert_int_equal(
		    pam_setcred(h.pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
		host_close(&h); /* looks at the descriptors */
		for (size_t m = 0; m < h.message_count; m++)
			free(h.messages[m].text);
		h.message_count = 0;
		h.replies_used = 0;
		h.reports[0] = '\0';
		journal_reset();
		if (i == LOADS / 10) {
			memory = mallinfo2().uordblks;
			maps = lines_count("/proc/self/maps");
		}
	}
	print_message("%zu bytes more, %zu mappings before, %zu now\n",
	    mallinfo2().uordblks - memory, maps,
	    lines_count("/proc/self/maps"));
	if (!HAS_SANITIZER) { /* which has an allocator of its own */
		assert_in_range(mallinfo2().uordblks, 0, memory + LOADS);
		assert_int_equal(lines_count("/proc/self/maps"), maps);
	}
	assert_int_equal(h.helpers, LOADS / 20);
	host_end(&h);
}

static void
module_may_be_loaded_and_unloaded_a_thousand_times(void **state)
{
	(void)state;
	apart_begin("a long life", startup_run, NULL);
	apart_end();
}

/* What newer allocators keep in a thread's cache counts as used. */
static void
cache_leave_out(char *const argv[])
{
	if (getenv("GLIBC_TUNABLES") != NULL)
		return;
	(void)setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);
	(void)execv("/proc/self/exe", argv);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(many_threads_sign_in_at_once),
	    cmocka_unit_test(
		thread_that_ends_in_a_signin_ends_it_with_a_denial),
	    cmocka_unit_test(
		module_may_be_loaded_and_unloaded_a_thousand_times),
	};

	(void)argc;
	cache_leave_out(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
