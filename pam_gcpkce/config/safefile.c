/* SPDX-License-Identifier: ISC */
/* Only fstat of a descriptor that is held counts; no name is resolved twice. */
#include "gcpkce/config/safefile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define LINKS_MAX 8

/* Where the walk is: the directory held, and the path that is left. */
struct walk {
	int dir;
	char rest[PATH_MAX];
	unsigned links;
	const char *path; /* as given by the caller, for messages */
};

static bool
owner_is_trusted(const struct stat *st)
{
	return st->st_uid == 0 || st->st_uid == geteuid();
}

static enum outcome
directory_check(const struct walk *w, const char *name, const struct stat *st,
    struct errinfo *reterr)
{
	if (!owner_is_trusted(st))
		return err_fault(reterr, OUTCOME_CONFIG_UNSAFE, w->path,
		    "give it to root",
		    "the directory \"%s\" on its way belongs to uid %u", name,
		    (unsigned)st->st_uid);
	if ((st->st_mode & 022) != 0 && (st->st_mode & S_ISVTX) == 0)
		return err_fault(reterr, OUTCOME_CONFIG_UNSAFE, w->path,
		    "chmod go-w it",
		    "the directory \"%s\" on its way may be written by others "
		    "(mode %04o)",
		    name, (unsigned)(st->st_mode & 07777));
	return OUTCOME_OK;
}

/* Put the target of a trusted link before the rest of the path. */
static enum outcome
link_follow(struct walk *w, int link, const char *name, struct errinfo *reterr)
{
	char target[PATH_MAX];
	char joined[PATH_MAX];
	struct stat st;

	if (fstat(link, &st) != 0)
		return err_sys(reterr, OUTCOME_CONFIG_INVALID, w->path);
	if (!owner_is_trusted(&st) || ++w->links > LINKS_MAX)
		return err_fault(reterr, OUTCOME_CONFIG_UNSAFE, w->path,
		    "name the real path",
		    "\"%s\" on its way is a symbolic link that root does not "
		    "own, or one of too many",
		    name);

	ssize_t len = readlinkat(link, "", target, sizeof(target) - 1);
	if (len <= 0)
		return err_sys(reterr, OUTCOME_CONFIG_INVALID, w->path);
	target[len] = '\0';
	int need = snprintf(joined, sizeof(joined), "%s/%s", target, w->rest);
	if (need < 0 || (size_t)need >= sizeof(joined))
		return err_fault(reterr, OUTCOME_CONFIG_INVALID, w->path, NULL,
		    "the path is too long after its symbolic links");
	memcpy(w->rest, joined, (size_t)need + 1);
	if (target[0] == '/') {
		int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (root < 0)
			return err_sys(reterr, OUTCOME_CONFIG_INVALID, "/");
		(void)close(w->dir);
		w->dir = root;
	}
	return OUTCOME_OK;
}

/* Cut the next part off the path; "" if none is left. */
static void
part_take(struct walk *w, char part[static NAME_MAX + 1], bool *ret_too_long)
{
	size_t skip = strspn(w->rest, "/");
	size_t len = strcspn(w->rest + skip, "/");

	*ret_too_long = len > NAME_MAX;
	if (*ret_too_long)
		return;
	memcpy(part, w->rest + skip, len);
	part[len] = '\0';
	memmove(
	    w->rest, w->rest + skip + len, strlen(w->rest + skip + len) + 1);
}

static bool
is_last(const struct walk *w)
{
	return w->rest[strspn(w->rest, "/")] == '\0';
}

/* Enter the directory or follow the trusted link named part. */
static enum outcome
step(
    struct walk *w, const char *part, bool *ret_missing, struct errinfo *reterr)
{
	struct stat st;
	autofd next = openat(w->dir, part, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	*ret_missing = next < 0 && errno == ENOENT;
	if (*ret_missing)
		return OUTCOME_OK;
	if (next < 0 || fstat(next, &st) != 0)
		return err_sys(reterr, OUTCOME_CONFIG_INVALID, w->path);
	if (S_ISLNK(st.st_mode))
		return link_follow(w, next, part, reterr);
	if (!S_ISDIR(st.st_mode))
		return err_fault(reterr, OUTCOME_CONFIG_INVALID, w->path, NULL,
		    "\"%s\" on its way is not a directory", part);

	enum outcome r = directory_check(w, part, &st, reterr);
	if (r != OUTCOME_OK)
		return r;
	(void)close(w->dir);
	w->dir = take_fd(&next);
	return OUTCOME_OK;
}

static enum outcome
link_refuse(const struct walk *w, struct errinfo *reterr)
{
	return err_fault(reterr, OUTCOME_CONFIG_UNSAFE, w->path,
	    "name the file itself", "is a symbolic link");
}

static enum outcome
file_check(const struct walk *w, int fd, enum safefile_kind kind,
    struct errinfo *reterr)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_sys(reterr, OUTCOME_CONFIG_INVALID, w->path);
	if (kind == SAFEFILE_DIRECTORY)
		return directory_check(w, w->path, &st, reterr);
	if (S_ISLNK(st.st_mode)) /* O_PATH opens the link itself */
		return link_refuse(w, reterr);
	if (!S_ISREG(st.st_mode))
		return err_fault(reterr, OUTCOME_CONFIG_INVALID, w->path, NULL,
		    "is not a regular file");
	if (!owner_is_trusted(&st))
		return err_fault(reterr, OUTCOME_CONFIG_UNSAFE, w->path,
		    "give it to root", "belongs to uid %u",
		    (unsigned)st.st_uid);
	if ((st.st_mode & 022) != 0)
		return err_fault(reterr, OUTCOME_CONFIG_UNSAFE, w->path,
		    "chmod go-w it", "may be written by others (mode %04o)",
		    (unsigned)(st.st_mode & 07777));
	if (kind == SAFEFILE_SECRET && (st.st_mode & 077) != 0)
		return err_fault(reterr, OUTCOME_CONFIG_UNSAFE, w->path,
		    "chmod 0600 it", "may be read by others (mode %04o)",
		    (unsigned)(st.st_mode & 07777));
	return OUTCOME_OK;
}

static enum outcome
last_open(struct walk *w, const char *part, enum safefile_kind kind,
    int *ret_fd, struct errinfo *reterr)
{
	int flags = kind == SAFEFILE_PROGRAM
	    ? O_PATH | O_NOFOLLOW | O_CLOEXEC
	    : O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY |
		(kind == SAFEFILE_DIRECTORY ? O_DIRECTORY : 0);
	autofd fd = openat(w->dir, part, flags);

	if (fd < 0 && errno == ENOENT) {
		*ret_fd = -1;
		return OUTCOME_OK;
	}
	if (fd < 0 && errno == ELOOP)
		return link_refuse(w, reterr);
	if (fd < 0)
		return err_sys(reterr, OUTCOME_CONFIG_INVALID, w->path);

	enum outcome r = file_check(w, fd, kind, reterr);
	if (r == OUTCOME_OK)
		*ret_fd = take_fd(&fd);
	return r;
}

static enum outcome
walk_down(struct walk *w, enum safefile_kind kind, int *ret_fd,
    struct errinfo *reterr)
{
	char part[NAME_MAX + 1];

	for (;;) {
		bool too_long = false;
		bool missing = false;

		part_take(w, part, &too_long);
		if (too_long || part[0] == '\0')
			return err_fault(reterr, OUTCOME_CONFIG_INVALID,
			    w->path, NULL, "is not the path of a file");
		if (is_last(w))
			return last_open(w, part, kind, ret_fd, reterr);

		enum outcome r = step(w, part, &missing, reterr);
		if (r != OUTCOME_OK)
			return r;
		if (missing) {
			*ret_fd = -1;
			return OUTCOME_OK;
		}
	}
}

enum outcome
safefile_open(const char *path, enum safefile_kind kind, int *ret_fd,
    struct errinfo *reterr)
{
	struct walk w = {.path = path};

	if (path[0] != '/' || strlen(path) >= sizeof(w.rest))
		return err_fault(reterr, OUTCOME_CONFIG_INVALID, path, NULL,
		    "is not an absolute path");
	memcpy(w.rest, path, strlen(path) + 1);
	autofd root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_sys(reterr, OUTCOME_CONFIG_INVALID, "/");

	struct stat st;
	if (fstat(root, &st) != 0)
		return err_sys(reterr, OUTCOME_CONFIG_INVALID, "/");
	enum outcome r = directory_check(&w, "/", &st, reterr);
	if (r != OUTCOME_OK)
		return r;
	w.dir = take_fd(&root);
	r = walk_down(&w, kind, ret_fd, reterr);
	cleanup_fd(&w.dir);
	return r;
}
