/* SPDX-License-Identifier: ISC */
/*
 * Starting a browser.  The address is passed as one argument to one program,
 * without a shell.
 */
#include "open_browser.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define OPENER "xdg-open"
#define FAILURE_MS 500 /* a missing desktop is reported sooner */

/* Pass the opener only the first three descriptors. */
static int
others_close(posix_spawn_file_actions_t *files)
{
#ifdef __GLIBC__
	return posix_spawn_file_actions_addclosefrom_np(files, 3);
#else
	(void)files;
	return syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC) == 0
	    ? 0
	    : errno;
#endif
}

static int
opener_spawn(const char *address, posix_spawn_file_actions_t *files,
    posix_spawnattr_t *attributes, pid_t *ret_pid)
{
	char *argv[] = {
	    strdup(OPENER), strdup(address), NULL}; /* execve's are not const */
	sigset_t all;
	sigset_t none;
	int error = 0;

	(void)sigfillset(&all);
	(void)sigemptyset(&none);
	for (int fd = 0; fd <= 2 && error == 0; fd++)
		error = posix_spawn_file_actions_addopen(
		    files, fd, "/dev/null", O_RDWR, 0);
	if (error == 0)
		error = others_close(files);
	if (error == 0)
		error = posix_spawnattr_setsigdefault(attributes, &all);
	if (error == 0)
		error = posix_spawnattr_setsigmask(attributes, &none);
	if (error == 0)
		error = posix_spawnattr_setflags(attributes,
		    POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF |
			POSIX_SPAWN_SETSIGMASK);
	if (error == 0 && (argv[0] == NULL || argv[1] == NULL))
		error = ENOMEM;
	if (error == 0)
		error = posix_spawnp(
		    ret_pid, OPENER, files, attributes, argv, environ);
	free(argv[0]);
	free(argv[1]);
	return error;
}

/* Did it fail within a moment?  A process still running has not. */
static bool
failed_soon(pid_t pid)
{
	int status = 0;
	autofd process = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd ended = {.fd = process, .events = POLLIN};

	(void)poll(&ended, 1, FAILURE_MS);
	return waitpid(pid, &status, WNOHANG) == pid &&
	    !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

enum outcome
browser_open(const char *address, struct errinfo *reterr)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	pid_t pid = -1;

	if (strncmp(address, "https://", 8) != 0 &&
	    strncmp(address, "http://", 7) != 0)
		return err_set(
		    reterr, OUTCOME_UNREACHABLE, "no address for a browser");
	if (posix_spawn_file_actions_init(&files) != 0)
		return err_set(reterr, OUTCOME_UNREACHABLE, "no memory");
	int error = posix_spawnattr_init(&attributes);
	if (error == 0) {
		error = opener_spawn(address, &files, &attributes, &pid);
		(void)posix_spawnattr_destroy(&attributes);
	}
	(void)posix_spawn_file_actions_destroy(&files);
	errno = error;
	if (error != 0)
		return err_sys(reterr, OUTCOME_UNREACHABLE, OPENER);
	if (failed_soon(pid))
		return err_set(reterr, OUTCOME_UNREACHABLE,
		    OPENER " failed: there is no browser, or no desktop");
	return OUTCOME_OK;
}
