/* SPDX-License-Identifier: ISC */
/*
 * The process as the kernel tells it.  A text and no struct: what has changed
 * then stands in the test's failure.
 */
#include "surroundings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <libintl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* The lines of /proc/self/status that no other process changes. */
static const char *const lines[] = {"Umask:", "Uid:", "Gid:", "Groups:",
    "Threads:", "SigBlk:", "SigIgn:", "SigCgt:", "CapInh:", "CapPrm:",
    "CapEff:", "CapBnd:", "CapAmb:", "NoNewPrivs:", "Seccomp:"};

static void
status_put(FILE *to)
{
	FILE *from = fopen("/proc/thread-self/status", "re");
	char line[4096];

	while (from != NULL && fgets(line, sizeof(line), from) != NULL) {
		for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
			if (strncmp(line, lines[i], strlen(lines[i])) == 0)
				(void)fputs(line, to);
		}
	}
	if (from != NULL)
		(void)fclose(from);
}

static void
link_put(FILE *to, const char *path)
{
	char target[4096];
	ssize_t len = readlink(path, target, sizeof(target));

	(void)fprintf(to, "%s -> %.*s\n", path, len > 0 ? (int)len : 0, target);
}

/* The directory that is being read has a number too, the same each time. */
static void
descriptors_put(FILE *to)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	char path[300];

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		(void)snprintf(
		    path, sizeof(path), "/proc/self/fd/%s", entry->d_name);
		if (entry->d_name[0] != '.')
			link_put(to, path);
	}
	if (dir != NULL)
		(void)closedir(dir);
}

/* Handlers by their addresses, and their masks. */
static void
signals_put(FILE *to)
{
	for (int s = 1; s < NSIG; s++) {
		struct sigaction action;
		unsigned long long mask = 0;

		if (sigaction(s, NULL, &action) != 0)
			continue;
		for (int m = 1; m < NSIG && m <= 64; m++)
			mask |= (unsigned long long)sigismember(
				    &action.sa_mask, m) == 1
			    ? 1ULL << (m - 1)
			    : 0;
		(void)fprintf(to, "signal %d: %p flags %x mask %llx\n", s,
		    (void *)(uintptr_t)action.sa_handler,
		    (unsigned)action.sa_flags, mask);
	}
}

static void
limits_put(FILE *to)
{
	for (unsigned i = 0; i < RLIM_NLIMITS; i++) {
		struct rlimit limit;

		if (getrlimit((__rlimit_resource_t)i, &limit) == 0)
			(void)fprintf(to, "limit %u: %llu %llu\n", i,
			    (unsigned long long)limit.rlim_cur,
			    (unsigned long long)limit.rlim_max);
	}
}

static void
environment_put(FILE *to)
{
	(void)fprintf(to, "environment %p\n", (void *)environ);
	for (size_t i = 0; environ != NULL && environ[i] != NULL; i++)
		(void)fprintf(to, "%p %s\n", (void *)environ[i], environ[i]);
}

char *
surroundings_take(void)
{
	char *text = NULL;
	size_t len = 0;
	int death = 0;
	FILE *to = open_memstream(&text, &len);

	if (to == NULL)
		abort();
	status_put(to);
	link_put(to, "/proc/self/cwd");
	link_put(to, "/proc/self/root");
	descriptors_put(to);
	signals_put(to);
	limits_put(to);
	environment_put(to);
	(void)fprintf(to, "locale %s\ntext domain %s\n",
	    setlocale(LC_ALL, NULL), textdomain(NULL));
	(void)prctl(PR_GET_PDEATHSIG, &death);
	(void)fprintf(to, "session %d group %d priority %d death %d dump %d\n",
	    getsid(0), getpgrp(), getpriority(PRIO_PROCESS, 0), death,
	    prctl(PR_GET_DUMPABLE));
	(void)fclose(to);
	return text;
}

void
surroundings_check(const char *before)
{
	char *now = surroundings_take();
	size_t i = 0;
	size_t line = 0;

	for (; before[i] != '\0' && before[i] == now[i]; i++)
		line = before[i] == '\n' ? i + 1 : line;
	if (before[i] != now[i])
		fail_msg("was: %.*s\nis:  %.*s",
		    (int)strcspn(before + line, "\n"), before + line,
		    (int)strcspn(now + line, "\n"), now + line);
	free(now);
}
