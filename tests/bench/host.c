/* SPDX-License-Identifier: ISC */
/*
 * A PAM host with a stopwatch.  Signs in as often as it is told, and prints a
 * line of JSON each time: how long until the prompt was shown, how long from
 * the code's entry to PAM's result, and the CPU of itself and of the processes
 * that the module left to be collected.
 *
 *   host DIRECTORY SERVICE USER COUNT PAUSE-MS
 *
 * PAUSE-MS is what the person takes at the prompt.  "ask" says "ready" before
 * PAM is begun and "waiting" at the prompt, and waits both times for a line;
 * "leave" ends the conversation at the prompt; "code" prints the address that
 * is shown, and reads the code.  With GCPKCE_BENCH_KEY in the
 * environment it is sshd, which has verified that key.
 */
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "../lib/no_delay.h"

#define CODE "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"

struct person {
	bool asks;
	bool leaves;
	bool brings_code;
	long pause_ms;
	int prompts;
	long long prompted_us; /* when the last prompt came */
	long long entered_us;  /* when the code was entered */
};

static long long
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static long long
cpu_us(int who)
{
	struct rusage used;

	(void)getrusage(who, &used);
	return (long long)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) *
	    1000000 +
	    used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}

/* Say where we are, and wait until we may go on. */
static void
wait_here(const char *place)
{
	char line[16];

	(void)printf("%s\n", place);
	(void)fflush(stdout);
	if (fgets(line, sizeof(line), stdin) == NULL)
		exit(0);
}

/* The address has a line for itself. */
static void
address_print(const char *shown)
{
	const char *address = strstr(shown, "\nhttps://");

	if (address != NULL)
		(void)printf(
		    "%.*s\n", (int)strcspn(address + 1, "\n"), address + 1);
	(void)fflush(stdout);
}

static int
answer(struct person *person, struct pam_response *reply)
{
	char line[4096] = CODE;
	struct timespec pause = {.tv_sec = person->pause_ms / 1000,
	    .tv_nsec = person->pause_ms % 1000 * 1000000};

	person->prompts++;
	person->prompted_us = now_us();
	if (person->leaves)
		return PAM_CONV_ERR;
	if (person->asks)
		wait_here("waiting");
	else if (person->pause_ms > 0)
		(void)nanosleep(&pause, NULL);
	if (person->brings_code && fgets(line, sizeof(line), stdin) == NULL)
		exit(0);
	line[strcspn(line, "\n")] = '\0';
	reply->resp = strdup(line);
	person->entered_us = now_us();
	return reply->resp != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret, void *data)
{
	struct pam_response *replies =
	    calloc((size_t)count, sizeof(struct pam_response));

	if (replies == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++) {
		if (((struct person *)data)->brings_code)
			address_print(messages[i]->msg);
		if (messages[i]->msg_style != PAM_PROMPT_ECHO_ON)
			continue;
		int result = answer(data, &replies[i]);
		if (result != PAM_SUCCESS) {
			free(replies);
			return result;
		}
	}
	*ret = replies;
	return PAM_SUCCESS;
}

/* Collect what outlives the sign-in: a revoker comes to us as its reaper. */
static void
collect(void)
{
	while (wait(NULL) > 0)
		;
}

static int
key_set(pam_handle_t *pamh)
{
	const char *key = getenv("GCPKCE_BENCH_KEY");
	char variable[512];

	if (key == NULL)
		return PAM_SUCCESS;
	(void)snprintf(variable, sizeof(variable), "SSH_AUTH_INFO_0=%s", key);
	return pam_set_item(pamh, PAM_TTY, "ssh") != PAM_SUCCESS ||
		pam_set_item(pamh, PAM_RHOST, "192.0.2.7") != PAM_SUCCESS
	    ? PAM_SYSTEM_ERR
	    : pam_putenv(pamh, variable);
}

static int
sign_in(char **argv, struct person *person)
{
	const struct pam_conv conv = {converse, person};
	pam_handle_t *pamh = NULL;

	person->prompts = 0;
	person->prompted_us = person->entered_us = 0;
	if (person->asks)
		wait_here("ready");
	if (pam_start_confdir(argv[2], argv[3], &conv, argv[1], &pamh) !=
		PAM_SUCCESS ||
	    set_no_delay(pamh) != PAM_SUCCESS || key_set(pamh) != PAM_SUCCESS) {
		(void)fprintf(stderr, "host: PAM does not start\n");
		return 1;
	}
	long long self_us = cpu_us(RUSAGE_SELF);
	long long children_us = cpu_us(RUSAGE_CHILDREN);
	long long begun_us = now_us();
	int result = pam_authenticate(pamh, 0);
	long long ended_us = now_us();
	long long self_after_us = cpu_us(RUSAGE_SELF);
	long long children_after_us = cpu_us(RUSAGE_CHILDREN);
	(void)pam_end(pamh, result);
	if (!person->asks)
		collect();
	(void)printf("{\"result\": %d, \"prompt_us\": %lld, \"signin_us\": "
		     "%lld, \"module_cpu_us\": %lld, \"helper_cpu_us\": %lld, "
		     "\"revoker_cpu_us\": %lld, \"authenticate_us\": %lld, "
		     "\"prompts\": %d}\n",
	    result, person->prompted_us - begun_us,
	    ended_us - person->entered_us, self_after_us - self_us,
	    children_after_us - children_us,
	    cpu_us(RUSAGE_CHILDREN) - children_after_us, ended_us - begun_us,
	    person->prompts);
	(void)fflush(stdout);
	return result == PAM_SUCCESS || person->leaves ? 0 : 1;
}

int
main(int argc, char **argv)
{
	int status = 0;

	if (argc != 6) {
		(void)fprintf(stderr,
		    "usage: host DIRECTORY SERVICE USER COUNT "
		    "PAUSE-MS|ask|leave|code\n");
		return 2;
	}
	struct person person = {
	    .asks = strcmp(argv[5], "ask") == 0,
	    .leaves = strcmp(argv[5], "leave") == 0,
	    .brings_code = strcmp(argv[5], "code") == 0,
	    .pause_ms = strtol(argv[5], NULL, 10),
	};
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	for (long left = strtol(argv[4], NULL, 10); left > 0 && status == 0;
	     left--)
		status = sign_in(argv, &person);
	return status;
}
