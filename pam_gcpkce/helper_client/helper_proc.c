/* SPDX-License-Identifier: ISC */
/*
 * Nothing is left in the application: no child, no descriptor, no changed
 * disposition.  Every frame of the helper is checked.
 */
#include "gcpkce/helper_client/helper_proc.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "gcpkce/base/clock.h"
#include "gcpkce/wire/frame.h"
#include "helper_child.h"

#define END_GRACE_MS 2000 /* for a helper that is asked to end, ... */
#define END_LATE_MS 150   /* ... and after the deadline */
#define END_KILL_MS 100
#define EXEC_WAIT_MS 250

static enum outcome
binary_open(int *ret_fd, struct errinfo *reterr)
{
	struct stat st;
	/* for exec only: an application that is not root may not read it */
	autofd fd = open(helper_path, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) != 0)
		return err_sys(reterr, OUTCOME_HELPER_FAILED, helper_path);
	if (!S_ISREG(st.st_mode) || (st.st_mode & 022) != 0 ||
	    (st.st_uid != 0 && st.st_uid != geteuid()))
		return err_set(reterr, OUTCOME_HELPER_FAILED,
		    "%s: must be a regular file, owned by root and not "
		    "writable by others",
		    helper_path);
	*ret_fd = take_fd(&fd);
	return OUTCOME_OK;
}

/*
 * Fork with all signals blocked, so that no handler of the application runs in
 * the child.
 */
static pid_t
fork_quietly(const struct child_plan *plan)
{
	sigset_t all;
	sigset_t old;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	/* not fork(): pthread_atfork handlers are the application's */
	pid_t pid = _Fork();
	if (pid == 0)
		child_run(plan);
	int saved = errno;
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	errno = saved;
	return pid;
}

/*
 * Read the report: exec closes the pipe, or the child writes what failed.
 *
 * out:    ret_open  true if neither has happened yet
 */
static enum outcome
report_read(int fd, bool *ret_open, struct errinfo *reterr)
{
	struct child_report report;
	ssize_t got;

	do {
		got = read(fd, &report, sizeof(report));
	} while (got < 0 && errno == EINTR);
	*ret_open = got < 0 && errno == EAGAIN;
	if (got == 0 || *ret_open)
		return OUTCOME_OK;
	if (got != sizeof(report))
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, "report pipe");
	errno = report.error;
	autobuf what = BUF_INIT(1024);
	buf_printf(&what, "%s: %s", helper_path, child_step_text(report.step));
	return err_sys(reterr, OUTCOME_HELPER_FAILED, buf_text(&what));
}

/*
 * Wait for the report.  A child forked by another thread of the application may
 * keep the pipe open: then the first frame shows that exec succeeded, and the
 * report is kept in case none arrives.
 */
static enum outcome
exec_await(struct helper_proc *child, int *report_fd, int64_t deadline_ms,
    struct errinfo *reterr)
{
	struct pollfd ready[] = {{.fd = *report_fd, .events = POLLIN},
	    {.fd = child->process, .events = POLLIN}};
	int64_t enough_ms = clock_now_ms() + EXEC_WAIT_MS;
	bool is_last = deadline_ms <= enough_ms;
	bool is_open = false;
	int polled;

	do {
		polled = poll(
		    ready, 2, clock_left_ms(is_last ? deadline_ms : enough_ms));
	} while (polled < 0 && errno == EINTR);
	if (polled < 0)
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, "poll");
	if (polled == 0 && is_last)
		return err_set(reterr, OUTCOME_HELPER_FAILED,
		    "the helper did not start within the deadline");
	enum outcome r = report_read(*report_fd, &is_open, reterr);
	if (is_open)
		child->report = take_fd(report_fd);
	return r;
}

enum outcome
helper_proc_start(const struct helper_setup *setup, int64_t deadline_ms,
    struct helper_proc *ret, struct errinfo *reterr)
{
	autoproc child = HELPER_PROC_NONE;
	child.deadline_ms = deadline_ms;
	autofd binary = -1;
	int sockets[2] = {-1, -1};
	int pipes[2] = {-1, -1};

	*ret = HELPER_PROC_NONE;
	enum outcome r = binary_open(&binary, reterr);
	if (r != OUTCOME_OK)
		return r;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, "socketpair");
	child.socket = sockets[0];
	autofd theirs = sockets[1];
	if (pipe2(pipes, O_CLOEXEC | O_NONBLOCK) != 0)
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, "pipe");
	autofd report = pipes[0];
	autofd report_end = pipes[1];
	if (!fd_lift(&binary) || !fd_lift(&child.socket) || !fd_lift(&theirs) ||
	    !fd_lift(&report) || !fd_lift(&report_end))
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, "fcntl");

	struct child_plan plan = {
	    .setup = *setup,
	    .parent = getpid(),
	    .uid = geteuid(),
	    .gid = getegid(),
	    .socket = theirs,
	    .report = report_end,
	    .binary = binary,
	};
	child.pid = fork_quietly(&plan);
	if (child.pid < 0)
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, "fork");
	child.process = (int)syscall(SYS_pidfd_open, child.pid, 0);
	if (child.process >= 0 && !fd_lift(&child.process))
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, "fcntl");
	(void)close(take_fd(&report_end));
	(void)close(take_fd(&theirs));
	r = exec_await(&child, &report, deadline_ms, reterr);
	if (r != OUTCOME_OK)
		return r;
	*ret = child;
	child = HELPER_PROC_NONE;
	return OUTCOME_OK;
}

/* Why it ended: its start failed after all, or the reason is unknown. */
static enum outcome
gone_explain(const struct helper_proc *c, struct errinfo *reterr)
{
	bool is_open;

	if (c->pid < 0)
		return err_set(reterr, OUTCOME_HELPER_FAILED,
		    "%s: the connection was closed", helper_socket);
	enum outcome r = c->report < 0
	    ? OUTCOME_OK
	    : report_read(c->report, &is_open, reterr);

	return r == OUTCOME_OK
	    ? err_set(reterr, OUTCOME_HELPER_FAILED, "the helper has exited")
	    : r;
}

enum outcome
helper_proc_send(const struct helper_proc *proc, const struct buf *frame,
    int64_t deadline_ms, struct errinfo *reterr)
{
	enum outcome r = frame_send(proc->socket, frame, deadline_ms, reterr);

	return r == OUTCOME_ABORTED ? gone_explain(proc, reterr) : r;
}

/*
 * An unexpected verdict is the reason why no other frame will come.  Its
 * outcome counts only if it says that this system failed; else the helper did.
 */
static enum outcome
refusal_read(
    struct helper_proc *proc, const struct buf *payload, struct errinfo *reterr)
{
	autoverdict verdict = {0};
	enum outcome r =
	    wire_verdict_parse(buf_view(payload), &verdict, reterr);

	if (r != OUTCOME_OK)
		return r;
	missing_merge(&proc->missing, &verdict.missing);
	r = verdict.outcome == OUTCOME_SYSTEM_ERROR ? OUTCOME_SYSTEM_ERROR
						    : OUTCOME_HELPER_FAILED;
	return err_set(reterr, r, "%s", verdict.reason);
}

/*
 * Wait for a frame of the helper, or for its end, which the socket does not
 * show if a child that the application forked holds the other end, too.  Frames
 * sent before its end can still be received.
 */
static bool
end_comes_first(const struct helper_proc *c, int64_t deadline_ms)
{
	struct pollfd fds[] = {{.fd = c->socket, .events = POLLIN},
	    {.fd = c->process, .events = POLLIN}};

	while (poll(fds, 2, clock_left_ms(deadline_ms)) < 0) {
		if (errno != EINTR)
			return false;
	}
	return fds[0].revents == 0 && fds[1].revents != 0;
}

/* Receive one frame of any type. */
static enum outcome
any_receive(const struct helper_proc *c, int64_t deadline_ms,
    enum wire_type *ret_type, struct buf *payload, struct errinfo *reterr)
{
	bool has_ended = end_comes_first(c, deadline_ms);
	enum outcome r = frame_receive(c->socket, -1,
	    has_ended ? clock_now_ms() : deadline_ms, ret_type, payload,
	    reterr);

	if (r == OUTCOME_TIMED_OUT && has_ended)
		r = OUTCOME_ABORTED;
	return r == OUTCOME_ABORTED ? gone_explain(c, reterr) : r;
}

enum outcome
helper_proc_receive(struct helper_proc *proc, enum wire_type type,
    int64_t deadline_ms, struct buf *payload, struct errinfo *reterr)
{
	enum wire_type got;
	enum outcome r = any_receive(proc, deadline_ms, &got, payload, reterr);

	if (r == OUTCOME_OK && got != type && got == WIRE_VERDICT)
		return refusal_read(proc, payload, reterr);
	if (r == OUTCOME_OK && got != type)
		return err_set(reterr, OUTCOME_HELPER_FAILED,
		    "frame: type %d came where %d must come", got, type);
	return r;
}

/* Has the child ended, or been reaped elsewhere? */
static bool
reap(const struct helper_proc *c, int wait_ms)
{
	struct pollfd ended = {.fd = c->process, .events = POLLIN};
	int64_t deadline_ms = clock_now_ms() + wait_ms;

	for (;;) {
		pid_t pid = waitpid(c->pid, NULL, WNOHANG);
		int left = clock_left_ms(deadline_ms);

		if (pid == c->pid || (pid < 0 && errno != EINTR))
			return true;
		if (left == 0)
			return false;
		/* without a pidfd (poll skips -1): check again soon */
		(void)poll(&ended, 1, c->process >= 0 || left < 10 ? left : 10);
	}
}

/* Milliseconds that the helper may take to end. */
static int
end_grace_ms(const struct helper_proc *c)
{
	int left_ms = clock_left_ms(c->deadline_ms);

	if (left_ms < END_LATE_MS)
		return END_LATE_MS;
	return left_ms < END_GRACE_MS ? left_ms : END_GRACE_MS;
}

void
helper_proc_end(struct helper_proc *c)
{
	const struct flock all = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
	int saved = errno;

	/* a child that the application forked may hold the socket, too ... */
	if (c->socket >= 0)
		(void)shutdown(c->socket, SHUT_RDWR);
	cleanup_fd(&c->socket);
	/* ... and the lock */
	if (c->lock >= 0)
		(void)fcntl(c->lock, F_OFD_SETLK, &all);
	cleanup_fd(&c->lock);
	if (c->pid > 0 && !reap(c, end_grace_ms(c))) {
		/* not yet reaped, so the pid is still the helper's */
		if (c->process < 0 ||
		    syscall(SYS_pidfd_send_signal, c->process, SIGKILL, NULL,
			0) != 0)
			(void)kill(c->pid, SIGKILL);
		(void)reap(c, END_KILL_MS);
	}
	cleanup_fd(&c->process);
	cleanup_fd(&c->report);
	*c = HELPER_PROC_NONE;
	errno = saved;
}
