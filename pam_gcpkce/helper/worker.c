/* SPDX-License-Identifier: ISC */
/*
 * Two processes instead of one, from the first answer, the preconnect or the
 * first connection of a browser on, whichever comes first.  The monitor has
 * forked already and reads only one byte; the worker can no longer fork, and
 * leaves no process but itself, in place of the revoker.
 */
#include "worker.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "gcpkce/base/clock.h"
#include "gcpkce/wire/wire.h"
#include "helper/heap.h"
#include "helper/http/curl_load.h"
#include "helper/sandbox/sandbox.h"
#include "startup.h"

#define GRACE_MS 1500 /* less than the parent allows the helper */

static int detach_fd = -1; /* the worker's end of the pipe to the monitor */

struct monitor {
	pid_t worker;
	int detach_fd;
	int signals;
};

/*
 * The worker is the revoker now.  A parent waits for this process; systemd ends
 * what a service's first process leaves behind.
 */
static _Noreturn void
worker_leave(const struct monitor *w)
{
	bool is_service = startup_is_service();

	(void)close(HELPER_FD_SOCKET);
	while (is_service && waitpid(w->worker, NULL, 0) < 0 && errno == EINTR)
		;
	_exit(0);
}

/* The worker has ended, or ends now: SIGKILL changes nothing of an exit. */
static _Noreturn void
worker_end(const struct monitor *w)
{
	autobuf why = BUF_INIT(WIRE_REASON_MAX);
	int status = 0;

	(void)kill(w->worker, SIGKILL);
	while (waitpid(w->worker, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status)) {
		buf_printf(&why,
		    "the helper's worker was ended by signal %d (%s)",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
		startup_refuse(OUTCOME_HELPER_FAILED, buf_text(&why));
	}
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static _Noreturn void
watch(const struct monitor *w)
{
	enum { DETACH, SIGNALS, SOCKET, COUNT };
	struct pollfd fds[COUNT] = {
	    [DETACH] = {.fd = w->detach_fd, .events = POLLIN},
	    [SIGNALS] = {.fd = w->signals, .events = POLLIN},
	    /* no event: input there is for the worker; only a hang-up counts */
	    [SOCKET] = {.fd = HELPER_FD_SOCKET},
	};
	int64_t grace_ms = INT64_MAX;
	char byte;

	for (;;) {
		int wait_ms =
		    grace_ms == INT64_MAX ? -1 : clock_left_ms(grace_ms);
		int ready = poll(fds, COUNT, wait_ms);

		if (ready < 0 && errno == EINTR)
			continue;
		if (fds[DETACH].revents != 0 &&
		    read(w->detach_fd, &byte, 1) == 1)
			worker_leave(w);
		if (ready <= 0 || fds[DETACH].revents != 0)
			worker_end(w);
		if (fds[SIGNALS].revents != 0)
			(void)kill(w->worker, SIGTERM);
		for (int i = SIGNALS; i < COUNT; i++) {
			if (fds[i].revents == 0)
				continue;
			fds[i].fd = -1;
			if (grace_ms == INT64_MAX)
				grace_ms = clock_now_ms() + GRACE_MS;
		}
	}
}

/* Kernel timer that kills the worker; the filter forbids changing it. */
static bool
end_set(int64_t end_ms)
{
	struct sigevent event = {
	    .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
	struct itimerspec when = {
	    .it_value = {.tv_sec = (time_t)(end_ms / 1000),
		.tv_nsec = (long)(end_ms % 1000) * 1000000},
	};
	timer_t timer;

	return timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 &&
	    timer_settime(timer, TIMER_ABSTIME, &when, NULL) == 0;
}

/* If the monitor is killed, the worker ends, too. */
static bool
die_with_monitor(pid_t monitor)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		return false;
	errno = ESRCH;
	return getppid() == monitor;
}

enum outcome
worker_begin(int signals, int64_t end_ms, bool network, struct errinfo *reterr)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, "pipe");
	autofd monitor_end = ends[0];
	autofd detach_end = ends[1];
	pid_t monitor = getpid();
	pid_t pid = fork();
	if (pid > 0) {
		(void)close(take_fd(&detach_end));
		/* the port is the worker's alone, to close as well */
		(void)close(HELPER_FD_LISTEN);
		(void)close(HELPER_FD_LISTEN + 1);
		/* it waits as long as the worker does, without OpenSSL */
		OPENSSL_cleanup();
		heap_trim();
		watch(&(struct monitor){.worker = pid,
		    .detach_fd = monitor_end,
		    .signals = signals});
	}
	if (pid < 0)
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, "fork");
	(void)close(take_fd(&monitor_end));
	detach_fd = take_fd(&detach_end);
	if (setsid() < 0 || !die_with_monitor(monitor) || !end_set(end_ms))
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR,
		    "the worker's session and end");
	enum outcome r = network ? library_load(reterr) : OUTCOME_OK;
	return r == OUTCOME_OK ? sandbox_close(reterr) : r;
}

void
worker_detach(void)
{
	autobuf frame = BUF_INIT(WIRE_HEADER_LEN);

	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	wire_put_empty(&frame, WIRE_REVOKING);
	startup_send(&frame);
	/* the parent waits for the helper's end, and not for this process */
	(void)close(HELPER_FD_SOCKET);
	(void)prctl(PR_SET_PDEATHSIG, 0);
	(void)!write(detach_fd, "", 1);
	(void)close(detach_fd);
	detach_fd = -1;
}
