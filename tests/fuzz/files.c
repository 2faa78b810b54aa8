/* SPDX-License-Identifier: ISC */
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wrap.h"

int (*files_fault)(void);
int (*files_fstat_fault)(struct stat *st);
uid_t files_uid;
int files_run = -1;
bool files_drop_ins;

static bool serving;
static struct {
	const char *name;
	int fd;
} files[FILES_MAX];

WRAP(int, open64, (const char *path, int flags, ...));
WRAP(int, openat64, (int dir, const char *path, int flags, ...));
WRAP(int, fstat64, (int fd, struct stat *ret));
WRAP(int, scandirat64,
    (int dir, const char *path, struct dirent ***ret,
	int (*choose)(const struct dirent *),
	int (*order)(const struct dirent **, const struct dirent **)));

void
files_serve(bool on)
{
	serving = on;
}

void
files_set(const char *name, struct view content)
{
	size_t i = 0;

	while (files[i].name != NULL && strcmp(files[i].name, name) != 0)
		HOLD(++i < FILES_MAX);
	if (files[i].name == NULL) {
		files[i].name = name;
		files[i].fd = memfd_create(name, MFD_CLOEXEC);
		HOLD(files[i].fd >= 0);
		HOLD(fchmod(files[i].fd, 0600) == 0);
	}
	HOLD(ftruncate(files[i].fd, 0) == 0);
	HOLD(pwrite(files[i].fd, content.p, content.len, 0) ==
	    (ssize_t)content.len);
}

/* The file that a path ends with, opened anew. */
static int
file_open(const char *path, int flags)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	char again[64];

	for (size_t i = 0; i < FILES_MAX && files[i].name != NULL; i++) {
		if (strcmp(files[i].name, name) != 0)
			continue;
		HOLD((flags & (O_ACCMODE | O_CREAT)) == O_RDONLY);
		(void)snprintf(
		    again, sizeof(again), "/proc/self/fd/%d", files[i].fd);
		return REAL(open64)(again, O_RDONLY | O_CLOEXEC);
	}
	errno = ENOENT;
	return -1;
}

static mode_t
mode_of(int flags, va_list ap)
{
	return (flags & O_CREAT) != 0 ? (mode_t)va_arg(ap, int) : 0;
}

static bool
is_spoilt(void)
{
	int error = files_fault != NULL ? files_fault() : 0;

	if (error != 0)
		errno = error;
	return error != 0;
}

int
__wrap_open64(const char *path, int flags, ...)
{
	va_list ap;

	va_start(ap, flags);
	mode_t mode = mode_of(flags, ap);
	va_end(ap);
	if (!serving)
		return REAL(open64)(path, flags, mode);
	if (is_spoilt())
		return -1;
	if (strcmp(path, "/") == 0)
		return REAL(open64)(path, flags);
	if (strcmp(path, "/run") == 0 && files_run >= 0)
		return REAL(openat64)(files_run, ".", flags);
	return file_open(path, flags);
}

static bool
is_roots(const struct stat *st)
{
	struct stat root;

	return stat("/", &root) == 0 && st->st_ino == root.st_ino &&
	    st->st_dev == root.st_dev;
}

/* Not one of the product's directories below /run, which are real ones? */
static bool
is_root(int dir)
{
	struct stat st;

	return dir < 0 || (REAL(fstat64)(dir, &st) == 0 && is_roots(&st));
}

/* What is served is in files without a name, which are on no file system. */
bool
files_is_below_run(const struct stat *st)
{
	struct stat run;

	return files_run >= 0 && REAL(fstat64)(files_run, &run) == 0 &&
	    st->st_dev == run.st_dev && !is_roots(st);
}

int
__wrap_openat64(int dir, const char *path, int flags, ...)
{
	va_list ap;

	va_start(ap, flags);
	mode_t mode = mode_of(flags, ap);
	va_end(ap);
	if (!serving)
		return REAL(openat64)(dir, path, flags, mode);
	if (is_spoilt())
		return -1;
	if (!is_root(dir))
		return REAL(openat64)(dir, path, flags, mode);
	if ((flags & (O_PATH | O_DIRECTORY)) == O_DIRECTORY &&
	    !files_drop_ins) {
		errno = ENOENT;
		return -1;
	}
	/* every other directory is there, and is the root */
	if ((flags & (O_PATH | O_DIRECTORY)) != 0)
		return REAL(open64)("/", flags);
	return file_open(path, flags);
}

static struct dirent *
entry_new(const char *name)
{
	struct dirent *entry = calloc(1, sizeof(*entry));

	HOLD(entry != NULL);
	(void)snprintf(entry->d_name, sizeof(entry->d_name), "%s", name);
	return entry;
}

/* Two names in every directory; whether there are such files is set elsewhere.
 */
int
__wrap_scandirat64(int dir, const char *path, struct dirent ***ret,
    int (*choose)(const struct dirent *),
    int (*order)(const struct dirent **, const struct dirent **))
{
	static const char *const names[] = {"10-site.conf", "20-host.conf"};

	if (!serving)
		return REAL(scandirat64)(dir, path, ret, choose, order);
	if (is_spoilt())
		return -1;
	struct dirent **list = calloc(2, sizeof(struct dirent *));
	HOLD(list != NULL);
	for (size_t i = 0; i < 2; i++) {
		list[i] = entry_new(names[i]);
		HOLD(choose(list[i]) != 0);
	}
	*ret = list;
	return 2;
}

/* Whichever user runs this, root owns what is served. */
int
__wrap_fstat64(int fd, struct stat *ret)
{
	int result = REAL(fstat64)(fd, ret);

	if (!serving || result != 0)
		return result;
	ret->st_uid = 0;
	ret->st_gid = 0;
	ret->st_mode &= ~(mode_t)022;
	int error = files_fstat_fault != NULL ? files_fstat_fault(ret) : 0;
	if (error != 0)
		errno = error;
	return error != 0 ? -1 : 0;
}

WRAP(uid_t, geteuid, (void))
{
	return serving ? files_uid : REAL(geteuid)();
}
