/* SPDX-License-Identifier: ISC */
/*
 * The helper that is none.  The first one sends what the plan says; another
 * one, for a revocation, ends well at once.  A helper ends when its socket is
 * closed, unless a fault makes it stay until it is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world.h"
#include "wrap.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define CHILDREN_MAX 8
#define FIRST_PID 0x3fff0000

enum life { STARTUP_NONE, STARTUP_RUNS, STARTUP_ENDED, STARTUP_REAPED };

static struct {
	size_t count;
	struct child {
		enum life life;
		int socket; /* the module's end */
		int process;
		int status;
		bool is_stubborn;
	} children[CHILDREN_MAX];
	int socket; /* of the child that comes next */
	int report;
	size_t chunk;      /* that is being sent */
	int64_t silent_us; /* since when the chunk waits; 0: it does not */
	bool interrupted;  /* the last waitpid was */
} all;

void
helpers_reset(void)
{
	memset(&all, 0, sizeof(all));
}

bool
helpers_are_gone(void)
{
	for (size_t i = 0; i < all.count; i++) {
		if (all.children[i].life != STARTUP_REAPED)
			return false;
	}
	return true;
}

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static struct child *
child_of(pid_t pid)
{
	HOLD(pid >= FIRST_PID && (size_t)(pid - FIRST_PID) < all.count);
	return &all.children[pid - FIRST_PID];
}

/* ---- what it sends ---- */

/* Step over waits that are over.  NULL at the end: the helper has exited. */
static const struct chunk *
chunk_now(void)
{
	const struct plan *plan = world_plan();

	while (all.chunk < plan->chunk_count) {
		const struct chunk *chunk = &plan->chunks[all.chunk];

		if (chunk->kind == CHUNK_BYTES && seen.heard < chunk->end)
			return chunk;
		if (chunk->kind == CHUNK_SILENCE)
			return chunk;
		if (chunk->kind == CHUNK_WAIT) {
			if (all.silent_us == 0)
				all.silent_us = world_now_us();
			if (world_now_us() - all.silent_us <
			    (int64_t)chunk->ms * 1000)
				return chunk;
		}
		all.silent_us = 0;
		all.chunk++;
	}
	return NULL;
}

static bool
has_ended(struct child *child)
{
	bool is_over = !is_open(child->socket) ||
	    (child == &all.children[0] && chunk_now() == NULL);

	if (child->life == STARTUP_RUNS && !child->is_stubborn && is_over)
		child->life = STARTUP_ENDED;
	return child->life >= STARTUP_ENDED;
}

static bool
is_readable(int fd)
{
	if (all.count == 0 || fd != all.children[0].socket)
		return true; /* it has ended */
	const struct chunk *chunk = chunk_now();
	return chunk == NULL || chunk->kind == CHUNK_BYTES;
}

WRAP(ssize_t, recv, (int fd, void *bytes, size_t len, int flags))
{
	static const int errors[] = {EAGAIN, EINTR, ECONNRESET, ENOMEM, EBADF};
	const struct chunk *chunk;
	unsigned how = 0;

	(void)flags;
	HOLD(all.count > 0 && len > 0);
	bool is_fault = world_fault(CALL_RECV, &how);
	if (is_fault && how < COUNT(errors)) {
		errno = errors[how];
		return -1;
	}
	if (fd != all.children[0].socket)
		return 0;
	chunk = chunk_now();
	if (chunk == NULL)
		return 0;
	if (chunk->kind != CHUNK_BYTES) {
		errno = EAGAIN;
		return -1;
	}
	if (len > chunk->end - seen.heard)
		len = chunk->end - seen.heard;
	if (is_fault)
		len = 1;
	memcpy(bytes, world_plan()->stream + seen.heard, len);
	seen.heard += len;
	return (ssize_t)len;
}

WRAP(ssize_t, send, (int fd, const void *bytes, size_t len, int flags))
{
	static const int errors[] = {EAGAIN, EINTR, EPIPE, ECONNRESET, ENOBUFS};
	unsigned how = 0;

	HOLD(all.count > 0 && len > 0);
	HOLD((flags & MSG_NOSIGNAL) != 0);
	if (fd == all.children[0].socket)
		seen.before = seen.heard;
	if (world_fault(CALL_SEND, &how)) {
		if (how < COUNT(errors)) {
			errno = errors[how];
			return -1;
		}
		len = 1;
	}
	if (fd == all.children[0].socket && len <= STREAM_MAX - seen.told) {
		memcpy(seen.to_helper + seen.told, bytes, len);
		seen.told += len;
	}
	return (ssize_t)len;
}

/* ---- waiting ---- */

static bool
is_ready(const struct pollfd *fd)
{
	if (fd->fd < 0)
		return false;
	for (size_t i = 0; i < all.count; i++) {
		if (fd->fd == all.children[i].process)
			return has_ended(&all.children[i]);
	}
	if (fd->fd == all.report || (fd->events & POLLOUT) != 0)
		return true;
	return is_readable(fd->fd);
}

/* How long until something may have changed. */
static int
wait_ms(int timeout)
{
	const struct chunk *chunk = all.count > 0 ? chunk_now() : NULL;

	if (chunk != NULL && chunk->kind == CHUNK_WAIT &&
	    chunk->ms < (uint32_t)timeout)
		return (int)chunk->ms + 1;
	return timeout;
}

WRAP(int, poll, (struct pollfd * fds, nfds_t count, int timeout))
{
	static const int errors[] = {EINTR, ENOMEM, EINVAL, EAGAIN};
	unsigned how;

	if (!world_turns())
		return REAL(poll)(fds, count, timeout);
	HOLD(timeout >= 0);
	if (world_fault(CALL_POLL, &how)) {
		if (how >= COUNT(errors)) {
			world_advance_ms(timeout);
			return 0;
		}
		errno = errors[how];
		return -1;
	}
	for (int round = 0; round < 2; round++) {
		int ready = 0;

		for (nfds_t i = 0; i < count; i++) {
			bool is = is_ready(&fds[i]);

			fds[i].revents = is ? fds[i].events : 0;
			ready += is ? 1 : 0;
		}
		if (ready > 0 || round > 0)
			return ready;
		world_advance_ms(wait_ms(timeout));
	}
	return 0;
}

/* ---- start ---- */

WRAP(int, socketpair, (int domain, int type, int protocol, int fds[2]))
{
	unsigned how;

	if (world_fault(CALL_SOCKETPAIR, &how)) {
		errno = how % 2 == 0 ? EMFILE : ENFILE;
		return -1;
	}
	int result = REAL(socketpair)(domain, type, protocol, fds);
	all.socket = result == 0 ? fds[0] : -1;
	return result;
}

WRAP(int, pipe2, (int fds[2], int flags))
{
	unsigned how;

	if (world_fault(CALL_PIPE, &how)) {
		errno = how % 2 == 0 ? EMFILE : ENFILE;
		return -1;
	}
	int result = REAL(pipe2)(fds, flags);
	all.report = result == 0 ? fds[0] : -1;
	return result;
}

WRAP(pid_t, _Fork, (void))
{
	unsigned how;

	HOLD(world_turns());
	if (world_fault(CALL_FORK, &how) || all.count == CHILDREN_MAX) {
		errno = EAGAIN;
		return -1;
	}
	all.children[all.count] = (struct child){
	    .life = STARTUP_RUNS, .socket = all.socket, .process = -1};
	if (world_fault(CALL_CHILD, &how)) {
		all.children[all.count].is_stubborn = (how & 1) != 0;
		all.children[all.count].status =
		    (how & 2) != 0 ? SIGSEGV : (int)(how << 8);
	}
	return FIRST_PID + (pid_t)all.count++;
}

/* What the child says of its start: nothing, by exec, or which step failed. */
WRAP(ssize_t, read, (int fd, void *bytes, size_t len))
{
	unsigned how;

	if (!world_turns())
		return REAL(read)(fd, bytes, len);
	if (all.report <= 0 || fd != all.report) {
		if (world_fault(CALL_READ, &how)) {
			errno = how == 0 ? EINTR : EIO;
			return -1;
		}
		return REAL(read)(fd, bytes, len);
	}
	if (!world_fault(CALL_EXEC, &how))
		return 0;
	struct child *child = &all.children[all.count - 1];
	if (how < 4) {
		errno = how == 0 ? EINTR : EIO;
		return -1;
	}
	/* it reported, and ended */
	child->is_stubborn = false;
	child->life = STARTUP_ENDED;
	memset(bytes, (int)how, len);
	return (ssize_t)(how < 8 ? len / 2 : len);
}

static long
process_open(pid_t pid)
{
	struct child *child = child_of(pid);
	unsigned how;

	if (world_fault(CALL_PIDFD_OPEN, &how)) {
		errno = how == 0 ? EMFILE : ENOSYS;
		return -1;
	}
	/* any descriptor will do */
	child->process = fcntl(child->socket, F_DUPFD_CLOEXEC, 3);
	HOLD(child->process >= 0);
	return child->process;
}

static void
child_kill(struct child *child)
{
	HOLD(child->life == STARTUP_RUNS || child->life == STARTUP_ENDED);
	if (child->life == STARTUP_RUNS)
		child->status = SIGKILL;
	child->life = STARTUP_ENDED;
}

static long
process_signal(int fd, int signal)
{
	unsigned how;

	HOLD(signal == SIGKILL);
	if (world_fault(CALL_PIDFD_SIGNAL, &how)) {
		errno = how == 0 ? ENOSYS : EPERM;
		return -1;
	}
	size_t i = 0;
	while (all.children[i].process != fd)
		HOLD(++i < all.count);
	child_kill(&all.children[i]);
	return 0;
}

long __wrap_syscall(long number, ...);
long
__wrap_syscall(long number, ...)
{
	va_list ap;

	HOLD(world_turns());
	va_start(ap, number);
	long first = va_arg(ap, int);
	long second = va_arg(ap, int);
	va_end(ap);
	if (number == SYS_pidfd_open)
		return process_open((pid_t)first);
	HOLD(number == SYS_pidfd_send_signal);
	return process_signal((int)first, (int)second);
}

WRAP(int, kill, (pid_t pid, int signal))
{
	if (!world_turns())
		return REAL(kill)(pid, signal);
	HOLD(signal == SIGKILL);
	child_kill(child_of(pid));
	return 0;
}

/* Reaped; the numbers of its descriptors may be another's soon. */
static void
child_forget(struct child *child)
{
	child->life = STARTUP_REAPED;
	child->socket = -1;
	child->process = -1;
}

WRAP(pid_t, waitpid, (pid_t pid, int *ret_status, int options))
{
	unsigned how;

	if (!world_turns())
		return REAL(waitpid)(pid, ret_status, options);
	struct child *child = child_of(pid);

	HOLD(options == WNOHANG);
	/* it does not wait, so two interruptions in a row are none of Linux's
	 */
	if (world_fault(CALL_WAITPID, &how) && (how == 0 || !all.interrupted)) {
		errno = how == 0 ? ECHILD : EINTR;
		all.interrupted = how != 0;
		/* the host reaps all its children by itself */
		if (how == 0)
			child_forget(child);
		return -1;
	}
	all.interrupted = false;
	if (child->life == STARTUP_REAPED) {
		errno = ECHILD;
		return -1;
	}
	if (!has_ended(child))
		return 0;
	child_forget(child);
	if (ret_status != NULL)
		*ret_status = child->status;
	return pid;
}
