/* SPDX-License-Identifier: ISC */
/*
 * Each process writes into a file without a name, which is shown when it
 * failed.  What never ends is ended by an alarm.
 */
#include "apart.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define AT_ONCE 12
#define LIMIT_S 300

static struct {
	pid_t pid;
	int output;
	const char *name;
} places[AT_ONCE];
static unsigned failures;

static _Noreturn void
child_run(
    int output, const char *name, void (*run)(void **state), const void *row)
{
	const struct CMUnitTest tests[] = {{
	    .name = name,
	    .test_func = run,
	    .initial_state = (void *)(uintptr_t)row,
	}};

	(void)dup2(output, STDOUT_FILENO);
	(void)dup2(output, STDERR_FILENO);
	(void)close(output);
	(void)alarm(LIMIT_S);
	_exit(cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1);
}

/* Wait for the process of a place. */
static void
place_clear(size_t i)
{
	char text[8192];
	int status = -1;
	ssize_t len;

	if (places[i].pid <= 0)
		return;
	assert_int_equal(waitpid(places[i].pid, &status, 0), places[i].pid);
	places[i].pid = 0;
	if (status != 0) {
		failures++;
		print_error("%s: status %d\n", places[i].name, status);
		(void)lseek(places[i].output, 0, SEEK_SET);
		while ((len = read(places[i].output, text, sizeof(text))) > 0)
			(void)fwrite(text, 1, (size_t)len, stderr);
	}
	(void)close(places[i].output);
}

void
apart_begin(const char *name, void (*run)(void **state), const void *row)
{
	static size_t next;
	size_t i = next++ % AT_ONCE;

	place_clear(i);
	places[i].name = name;
	places[i].output = memfd_create("output", MFD_CLOEXEC);
	assert_true(places[i].output >= 0);
	(void)fflush(NULL);
	places[i].pid = fork();
	assert_true(places[i].pid >= 0);
	if (places[i].pid == 0)
		child_run(places[i].output, name, run, row);
}

void
apart_end(void)
{
	for (size_t i = 0; i < AT_ONCE; i++)
		place_clear(i);
	unsigned failed = failures;
	failures = 0;
	if (failed > 0)
		fail_msg("%u of them failed", failed);
}
