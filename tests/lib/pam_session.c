/* SPDX-License-Identifier: ISC */
/*
 * A small PAM application: authenticates a user with a service file from a
 * directory, opens a session, runs a command in it with the PAM environment,
 * closes it. What sshd does, without the network.  Used by the demo and by
 * tests, so it does not wait after a denial, as a host that people reach must.
 *
 *   pam-session DIRECTORY SERVICE USER COMMAND [ARGUMENT...]
 *
 * PAM_SESSION_SECONDS in the environment limits the dialogue; without it the
 * dialogue waits for ever, as the module leaves that to the application.
 */
#include <security/pam_appl.h>
#include <security/pam_misc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "no_delay.h"

/* libpam_misc ends the dialogue and restores the terminal. */
static void
limit_set(void)
{
	const char *seconds = getenv("PAM_SESSION_SECONDS");

	if (seconds == NULL)
		return;
	pam_misc_conv_die_time = time(NULL) + atol(seconds);
	pam_misc_conv_die_line = "\nThe time for signing in is over.\n";
}

/* Run the command with the PAM environment and nothing else. */
static int
run(pam_handle_t *pamh, char **command)
{
	char **environment = pam_getenvlist(pamh);
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		(void)execve(command[0], command, environment);
		perror(command[0]);
		_exit(127);
	}
	if (pid > 0)
		(void)waitpid(pid, &status, 0);
	(void)pam_misc_drop_env(environment);
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* Report a step; go on only after a success. */
static int
step(pam_handle_t *pamh, const char *name, int result)
{
	(void)printf("%s: %s\n", name, pam_strerror(pamh, result));
	(void)fflush(stdout);
	return result == PAM_SUCCESS;
}

int
main(int argc, char **argv)
{
	const struct pam_conv conv = {.conv = misc_conv};
	pam_handle_t *pamh = NULL;
	int status = 1;

	if (argc < 5) {
		(void)fprintf(stderr,
		    "usage: pam-session DIRECTORY SERVICE USER COMMAND "
		    "[ARGUMENT...]\n");
		return 2;
	}
	limit_set();
	if (pam_start_confdir(argv[2], argv[3], &conv, argv[1], &pamh) !=
	    PAM_SUCCESS) {
		(void)fprintf(stderr, "pam_start_confdir failed\n");
		return 1;
	}
	if (set_no_delay(pamh) != PAM_SUCCESS) {
		(void)fprintf(stderr, "PAM_FAIL_DELAY cannot be set\n");
		(void)pam_end(pamh, PAM_SYSTEM_ERR);
		return 1;
	}
	if (step(pamh, "pam_authenticate", pam_authenticate(pamh, 0)) &&
	    step(pamh, "pam_acct_mgmt", pam_acct_mgmt(pamh, 0)) &&
	    step(pamh, "pam_setcred", pam_setcred(pamh, PAM_ESTABLISH_CRED)) &&
	    step(pamh, "pam_open_session", pam_open_session(pamh, 0))) {
		status = run(pamh, argv + 4);
		(void)step(
		    pamh, "pam_close_session", pam_close_session(pamh, 0));
	}
	(void)pam_end(pamh, PAM_SUCCESS);
	return status;
}
