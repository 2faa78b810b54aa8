/* SPDX-License-Identifier: ISC */
/*
 * A PAM host for the fault matrix: one pam_authenticate, and then what it left
 * behind.  It speaks in lines on its standard output, each with the kind of
 * line first, and takes an answer a line on its standard input.
 *
 *   fault-host DIRECTORY SERVICE USER
 *
 *   say: TEXT         a line of what the person sees
 *   ask:              the person must answer now
 *   journal: TEXT     what the module logged
 *   result: PAM_NAME  of pam_authenticate
 *   ms: N             from the last answer to that result
 *   children: N N     when pam_end had returned, and in the end
 *   fds: N N          before pam_start, and after pam_end
 *
 * Orphans become children of this process, so the second number of children
 * counts whatever outlives the time that a revoker has.
 */
#undef _FORTIFY_SOURCE

#include <ctype.h>
#include <dirent.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "gcpkce/base/cleanup.h"

#define VISIBLE __attribute__((visibility("default")))
#define CHILDREN_LIMIT_MS 15000 /* a revoker has ten seconds */
#define ANSWER_MAX 1024

static int64_t answered_ms;

/* ---- what libpam and the module call in place of the libraries' own ---- */

VISIBLE int pam_fail_delay(pam_handle_t *pamh, unsigned usec);
/* Not from <syslog.h>, which may have macros of these names. */
VISIBLE void syslog(int priority, const char *fmt, ...) PRINTF(2, 3);
VISIBLE void __syslog_chk(int priority, int flag, const char *fmt, ...)
    PRINTF(3, 4);

/* No client from outside reaches this host, so none is slowed down. */
int
pam_fail_delay(pam_handle_t *pamh, unsigned usec)
{
	(void)pamh;
	(void)usec;
	return PAM_SUCCESS;
}

static void PRINTF(1, 0) journal_say(const char *fmt, va_list ap)
{
	(void)printf("journal: ");
	(void)vprintf(fmt, ap);
	(void)printf("\n");
}

void
syslog(int priority, const char *fmt, ...)
{
	va_list ap;

	(void)priority;
	va_start(ap, fmt);
	journal_say(fmt, ap);
	va_end(ap);
}

void
__syslog_chk(int priority, int flag, const char *fmt, ...)
{
	va_list ap;

	(void)priority;
	(void)flag;
	va_start(ap, fmt);
	journal_say(fmt, ap);
	va_end(ap);
}

/* ---- the person ---- */

static int64_t
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
say(const char *text)
{
	while (*text != '\0') {
		int len = (int)strcspn(text, "\n");

		(void)printf("say: %.*s\n", len, text);
		text += len + (text[len] == '\n' ? 1 : 0);
	}
}

static char *
answer_read(void)
{
	autofree char *line = malloc(ANSWER_MAX);

	(void)printf("ask:\n");
	if (line == NULL || fgets(line, ANSWER_MAX, stdin) == NULL)
		return NULL;
	line[strcspn(line, "\n")] = '\0';
	answered_ms = now_ms();
	return take_ptr(&line);
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret, void *data)
{
	autofree struct pam_response *replies =
	    calloc((size_t)count, sizeof(*replies));

	(void)data;
	if (replies == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++) {
		say(messages[i]->msg);
		if (messages[i]->msg_style != PAM_PROMPT_ECHO_ON)
			continue;
		/* one prompt a call is what the module asks */
		replies[i].resp = answer_read();
		if (replies[i].resp == NULL)
			return PAM_CONV_ERR;
	}
	*ret = take_ptr(&replies);
	return PAM_SUCCESS;
}

/* ---- what is left ---- */

static unsigned
fds_count(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned count = 0;

	while (dir != NULL && readdir(dir) != NULL)
		count++;
	(void)closedir(dir);
	return count - 3; /* ".", ".." and the directory's own */
}

/* The parent of a process; 0 when there is no such process any more. */
static pid_t
parent_of(const char *process)
{
	char path[300];
	char stat[512] = "";
	int parent = 0;

	(void)snprintf(path, sizeof(path), "/proc/%s/stat", process);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return 0;
	(void)fread(stat, 1, sizeof(stat) - 1, file);
	(void)fclose(file);
	/* the name of the program, which may hold anything, ends with ')' */
	const char *state = strrchr(stat, ')');
	if (state == NULL || sscanf(state, ") %*c %d", &parent) != 1)
		return 0;
	return parent;
}

/* Living and dead ones, until they are waited for. */
static unsigned
children_count(void)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;
	unsigned count = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (isdigit((unsigned char)entry->d_name[0]) &&
		    parent_of(entry->d_name) == getpid())
			count++;
	}
	(void)closedir(dir);
	return count;
}

static void
children_await(void)
{
	const struct timespec pause = {.tv_nsec = 10000000};
	int64_t end_ms = now_ms() + CHILDREN_LIMIT_MS;

	while (now_ms() < end_ms && waitpid(-1, NULL, WNOHANG) >= 0)
		(void)nanosleep(&pause, NULL);
}

static const char *
result_name(int result)
{
#define NAME(name) \
	case name: \
		return #name
	switch (result) {
		NAME(PAM_SUCCESS);
		NAME(PAM_AUTH_ERR);
		NAME(PAM_AUTHINFO_UNAVAIL);
		NAME(PAM_MAXTRIES);
		NAME(PAM_SERVICE_ERR);
		NAME(PAM_SYSTEM_ERR);
		NAME(PAM_BUF_ERR);
		NAME(PAM_CONV_ERR);
	}
	return "another";
#undef NAME
}

int
main(int argc, char **argv)
{
	const struct pam_conv conv = {.conv = converse};
	pam_handle_t *pamh = NULL;

	if (argc != 4) {
		(void)fprintf(
		    stderr, "usage: fault-host DIRECTORY SERVICE USER\n");
		return 2;
	}
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	(void)getpwnam(argv[3]); /* libc may keep descriptors of its own */
	unsigned before = fds_count();
	if (pam_start_confdir(argv[2], argv[3], &conv, argv[1], &pamh) !=
	    PAM_SUCCESS)
		return 1;
	int result = pam_authenticate(pamh, 0);
	int64_t ended_ms = now_ms();
	(void)pam_end(pamh, result);
	unsigned children = children_count();
	unsigned after = fds_count();
	(void)printf("result: %s\nms: %lld\n", result_name(result),
	    (long long)(ended_ms - answered_ms));
	children_await();
	(void)printf("children: %u %u\nfds: %u %u\n", children,
	    children_count(), before, after);
	return 0;
}
