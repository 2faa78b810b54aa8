/* SPDX-License-Identifier: ISC */
/*
 * The functions that --wrap puts in place of libc's; the list is in the
 * Makefile.  They run in one thread: libraries' threads call libc itself.
 */
#include "inject.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIVE_MAX 4096
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* What we gave out; the same pointers may come from libraries as well. */
static const void *live[LIVE_MAX];

static void
live_add(const void *p)
{
	for (size_t i = 0; p != NULL && i < LIVE_MAX; i++) {
		if (live[i] == NULL) {
			live[i] = p;
			injection->live++;
			return;
		}
	}
}

static void
live_drop(const void *p)
{
	for (size_t i = 0; p != NULL && i < LIVE_MAX; i++) {
		if (live[i] == p) {
			live[i] = NULL;
			injection->live--;
			return;
		}
	}
}

static bool
is_to_fail(enum inject_kind kind, const char *name)
{
	if (injection->kind != (int)kind ||
	    ++injection->calls != injection->fail_at)
		return false;
	strncpy(injection->failed, name, sizeof(injection->failed) - 1);
	errno = kind == INJECT_MEMORY ? ENOMEM : EIO;
	return true;
}

/* Declare libc's function and ours. */
#define WRAP(type, name, ...) \
	type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

/* ---- memory ---- */

#define MEMORY(name, none, call) \
	__typeof__(call) p = is_to_fail(INJECT_MEMORY, name) ? none : call; \
	live_add(p == none ? NULL : p); \
	return p

WRAP(void *, malloc, size_t size)
{
	MEMORY("malloc", NULL, __real_malloc(size));
}

WRAP(void *, calloc, size_t count, size_t size)
{
	MEMORY("calloc", NULL, __real_calloc(count, size));
}

WRAP(void, free, void *p)
{
	live_drop(p);
	__real_free(p);
}

WRAP(void *, mmap64, void *at, size_t len, int prot, int flags, int fd,
    off64_t offset)
{
	MEMORY("mmap", MAP_FAILED,
	    __real_mmap64(at, len, prot, flags, fd, offset));
}

WRAP(int, munmap, void *p, size_t len)
{
	live_drop(p);
	return __real_munmap(p, len);
}

WRAP(DIR *, opendir, const char *path)
{
	MEMORY("opendir", NULL, __real_opendir(path));
}

WRAP(DIR *, fdopendir, int fd)
{
	MEMORY("fdopendir", NULL, __real_fdopendir(fd));
}

WRAP(int, closedir, DIR *dir)
{
	live_drop(dir);
	return __real_closedir(dir);
}

/* The list and the names are libc's, and given back by our free. */
WRAP(int, scandirat64, int fd, const char *path, struct dirent64 ***list,
    int (*filter)(const struct dirent64 *),
    int (*order)(const struct dirent64 **, const struct dirent64 **))
{
	if (is_to_fail(INJECT_MEMORY, "scandirat"))
		return -1;
	int count = __real_scandirat64(fd, path, list, filter, order);
	for (int i = 0; i < count; i++)
		live_add((*list)[i]);
	if (count >= 0)
		live_add(*list);
	return count;
}

/*
 * Constructors of libraries: what our objects make of a NULL counts.  What
 * libraries allocate further in is theirs.  Weak, since not all programs have
 * them.
 */
#define LIBRARY(type, name, ...) \
	__attribute__((weak)) type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

LIBRARY(void *, json_tokener_new_ex, int depth)
{
	return is_to_fail(INJECT_MEMORY, "json_tokener_new_ex")
	    ? NULL
	    : __real_json_tokener_new_ex(depth);
}

/* ---- OpenSSL ---- */

void *
inject_openssl_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return is_to_fail(INJECT_OPENSSL, "CRYPTO_malloc")
	    ? NULL
	    : __real_malloc(size);
}

void *
inject_openssl_realloc(void *p, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return is_to_fail(INJECT_OPENSSL, "CRYPTO_realloc") ? NULL
							    : realloc(p, size);
}

void
inject_openssl_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	__real_free(p);
}

/* ---- libcurl, which is loaded by its name ---- */

/* libcurl's own; a lookup finds ours. */
static void *(*easy_init)(void);
static void *(*multi_init)(void);
static void *(*share_init)(void);

#define CONSTRUCTOR(name) \
	static void *fail_##name(void) \
	{ \
		return is_to_fail(INJECT_MEMORY, "curl_" #name) ? NULL \
								: name(); \
	}

CONSTRUCTOR(easy_init)
CONSTRUCTOR(multi_init)
CONSTRUCTOR(share_init)

LIBRARY(void *, dlopen, const char *name, int flags)
{
	return is_to_fail(INJECT_SYSTEM, "dlopen") ? NULL
						   : __real_dlopen(name, flags);
}

LIBRARY(void *, dlsym, void *handle, const char *name)
{
	static const struct {
		const char *name;
		void *(**real)(void);
		void *(*ours)(void);
	} constructors[] = {
	    {"curl_easy_init", &easy_init, fail_easy_init},
	    {"curl_multi_init", &multi_init, fail_multi_init},
	    {"curl_share_init", &share_init, fail_share_init},
	};
	void *symbol = is_to_fail(INJECT_SYSTEM, "dlsym")
	    ? NULL
	    : __real_dlsym(handle, name);

	for (size_t i = 0; symbol != NULL && i < COUNT(constructors); i++) {
		if (strcmp(name, constructors[i].name) != 0)
			continue;
		memcpy(constructors[i].real, &symbol, sizeof(symbol));
		memcpy(&symbol, &constructors[i].ours, sizeof(symbol));
		break;
	}
	return symbol;
}

/* ---- the system ---- */

#define SYSTEM(name, call) return is_to_fail(INJECT_SYSTEM, name) ? -1 : call

WRAP(int, fstat64, int fd, struct stat64 *st)
{
	SYSTEM("fstat", __real_fstat64(fd, st));
}

WRAP(ssize_t, read, int fd, void *to, size_t len)
{
	SYSTEM("read", __real_read(fd, to, len));
}

WRAP(ssize_t, write, int fd, const void *from, size_t len)
{
	SYSTEM("write", __real_write(fd, from, len));
}

WRAP(ssize_t, recv, int fd, void *to, size_t len, int flags)
{
	SYSTEM("recv", __real_recv(fd, to, len, flags));
}

WRAP(ssize_t, send, int fd, const void *from, size_t len, int flags)
{
	if (injection->failed[0] == '\0')
		injection->sent++;
	SYSTEM("send", __real_send(fd, from, len, flags));
}

WRAP(ssize_t, readlinkat, int fd, const char *path, char *to, size_t len)
{
	SYSTEM("readlinkat", __real_readlinkat(fd, path, to, len));
}

WRAP(int, poll, struct pollfd *fds, nfds_t count, int timeout)
{
	SYSTEM("poll", __real_poll(fds, count, timeout));
}

WRAP(int, socket, int domain, int type, int protocol)
{
	SYSTEM("socket", __real_socket(domain, type, protocol));
}

WRAP(int, socketpair, int domain, int type, int protocol, int fds[2])
{
	SYSTEM("socketpair", __real_socketpair(domain, type, protocol, fds));
}

WRAP(int, pipe2, int fds[2], int flags)
{
	SYSTEM("pipe2", __real_pipe2(fds, flags));
}

WRAP(pid_t, _Fork, void)
{
	SYSTEM("_Fork", __real__Fork());
}

WRAP(ssize_t, getrandom, void *to, size_t len, unsigned flags)
{
	SYSTEM("getrandom", __real_getrandom(to, len, flags));
}

WRAP(int, mkdirat, int fd, const char *path, mode_t mode)
{
	SYSTEM("mkdirat", __real_mkdirat(fd, path, mode));
}

WRAP(int, unlinkat, int fd, const char *path, int flags)
{
	SYSTEM("unlinkat", __real_unlinkat(fd, path, flags));
}

WRAP(int, fchmod, int fd, mode_t mode)
{
	SYSTEM("fchmod", __real_fchmod(fd, mode));
}

WRAP(int, fchown, int fd, uid_t uid, gid_t gid)
{
	SYSTEM("fchown", __real_fchown(fd, uid, gid));
}

/* The mode of an open call, which is there only when a file may be made. */
#define MODE_TAKE(flags, mode) \
	mode_t mode = 0; \
	if (((flags)&O_CREAT) != 0) { \
		va_list ap; \
		va_start(ap, flags); \
		mode = va_arg(ap, mode_t); \
		va_end(ap); \
	}

WRAP(int, open64, const char *path, int flags, ...)
{
	MODE_TAKE(flags, mode)
	SYSTEM("open", __real_open64(path, flags, mode));
}

WRAP(int, openat64, int fd, const char *path, int flags, ...)
{
	MODE_TAKE(flags, mode)
	SYSTEM("openat", __real_openat64(fd, path, flags, mode));
}

/* What fortified headers make of an openat without a mode. */
WRAP(int, __openat64_2, int fd, const char *path, int flags)
{
	SYSTEM("openat", __real___openat64_2(fd, path, flags));
}

/* Every caller of ours gives one argument, or none. */
int __real_fcntl64(int fd, int command, long argument);
int __wrap_fcntl64(int fd, int command, long argument);

int
__wrap_fcntl64(int fd, int command, long argument)
{
	SYSTEM("fcntl", __real_fcntl64(fd, command, argument));
}
