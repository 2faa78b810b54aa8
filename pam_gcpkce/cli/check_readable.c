/* SPDX-License-Identifier: ISC */
/*
 * The part of the files section about what the helper reads.  The command runs
 * as root; so each path on Landlock's list is tried by a child process that has
 * switched to the helper's account.
 */
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "check.h"
#include "gcpkce/base/readable.h"
#include "gcpkce/config/account.h"

#define PATHS_MAX 2048
#define FINDINGS_MAX 5

/* One path that exists. */
struct place {
	char *path; /* by the list */
	char *real; /* the path it resolves to */
	bool is_directory;
	size_t shut; /* the length of the part of real that is not accessible;
			or 0 */
};

struct places {
	size_t count;
	struct place list[PATHS_MAX];
};

static bool
place_add(void *arg, const char *path)
{
	struct places *p = arg;
	struct place *place = &p->list[p->count];
	char real[PATH_MAX];
	struct stat st;

	if (p->count == PATHS_MAX || realpath(path, real) == NULL ||
	    stat(real, &st) != 0)
		return true;
	place->path = strdup(path);
	place->real = strdup(real);
	place->is_directory = S_ISDIR(st.st_mode);
	p->count++;
	return place->path != NULL && place->real != NULL;
}

/* As the helper's account: which part of the path is not accessible? */
static size_t
shut_part(const struct place *place)
{
	char part[PATH_MAX];
	int wanted = place->is_directory ? R_OK | X_OK : R_OK;

	for (size_t i = 1; place->real[i] != '\0'; i++) {
		if (place->real[i] != '/')
			continue;
		(void)snprintf(part, sizeof(part), "%.*s", (int)i, place->real);
		if (access(part, X_OK) != 0 && errno == EACCES)
			return i;
	}
	return access(place->real, wanted) != 0 && errno == EACCES
	    ? strlen(place->real)
	    : 0;
}

static _Noreturn void
child_run(const struct places *p, const struct account *account, int out)
{
	if (setgroups(0, NULL) != 0 ||
	    setresgid(account->gid, account->gid, account->gid) != 0 ||
	    setresuid(account->uid, account->uid, account->uid) != 0)
		_exit(1);
	for (size_t i = 0; i < p->count; i++) {
		size_t shut = shut_part(&p->list[i]);

		if (write(out, &shut, sizeof(shut)) != (ssize_t)sizeof(shut))
			_exit(1);
	}
	_exit(0);
}

/* Set which paths are not accessible; false if no child can be started. */
static bool
places_try(struct places *p, const struct account *account)
{
	int ends[2];
	size_t tried = 0;

	if (pipe(ends) != 0)
		return false;
	pid_t pid = fork();
	if (pid == 0)
		child_run(p, account, ends[1]);
	(void)close(ends[1]);
	while (pid > 0 && tried < p->count &&
	    read(ends[0], &p->list[tried].shut, sizeof(size_t)) ==
		(ssize_t)sizeof(size_t))
		tried++;
	(void)close(ends[0]);
	if (pid > 0)
		(void)waitpid(pid, NULL, 0);
	return tried == p->count;
}

/* Is the same part of a path in a finding already? */
static bool
is_known(const struct places *p, const struct place *place)
{
	for (const struct place *q = p->list; q < p->list + p->count; q++) {
		bool before = q->is_directory == place->is_directory
		    ? q < place
		    : !q->is_directory;

		if (before && q->shut == place->shut &&
		    strncmp(q->real, place->real, place->shut) == 0)
			return true;
	}
	return false;
}

static void
place_report(struct check *check, const struct place *place)
{
	char fix[PATH_MAX + 32];
	bool whole = place->real[place->shut] == '\0';

	(void)snprintf(fix, sizeof(fix), "chmod %s %.*s",
	    !whole                    ? "o+x"
		: place->is_directory ? "o+rx"
				      : "o+r",
	    (int)place->shut, place->real);
	finding_add(&check->findings,
	    place->is_directory ? FINDING_WARNING : FINDING_FAULT, place->path,
	    fix, "the helper's account %s cannot read it",
	    check->config.helper_user);
}

static void
places_report(struct check *check, const struct places *p)
{
	size_t reported = 0;

	for (unsigned directories = 0; directories < 2; directories++) {
		for (size_t i = 0; i < p->count; i++) {
			const struct place *place = &p->list[i];

			if (place->shut == 0 ||
			    place->is_directory != (directories == 1) ||
			    is_known(p, place))
				continue;
			if (reported++ < FINDINGS_MAX)
				place_report(check, place);
		}
	}
	if (reported > FINDINGS_MAX)
		finding_add(&check->findings, FINDING_FAULT, NULL,
		    "see the findings above",
		    "the helper's account cannot read %zu more files",
		    reported - FINDINGS_MAX);
}

void
check_readable(struct check *check)
{
	struct account account;

	/* only root can switch accounts, and starts the helper as another */
	if (geteuid() != 0 ||
	    account_find(check->config.helper_user, &account, NULL) !=
		OUTCOME_OK ||
	    !account.exists || account.uid == 0)
		return;
	autofree struct places *p = calloc(1, sizeof(*p));
	if (p == NULL || !readable_walk(check->config.ca_file, place_add, p) ||
	    (check->config.ca_file[0] == '\0' &&
		!check_trust_walk(place_add, p)))
		check->findings.failed = true;
	else if (!places_try(p, &account))
		finding_add(&check->findings, FINDING_NOTE,
		    check->config.helper_user,
		    "run this as root, with permission to change to other "
		    "accounts",
		    "the files that the helper's account must read were not "
		    "checked");
	if (p != NULL)
		places_report(check, p);
	for (size_t i = 0; p != NULL && i < p->count; i++) {
		free(p->list[i].path);
		free(p->list[i].real);
	}
}
