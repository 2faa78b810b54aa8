/* SPDX-License-Identifier: ISC */
/* One thread waits for all connections, the parent and the deadline at once. */
#include <poll.h>
#include <sys/socket.h>

#include "conn.h"
#include "gcpkce/base/clock.h"

#define WAIT_MAX_MS 1000
#define FDS_MAX 64

/* Has it no request in progress? */
static bool
is_idle(const struct http_conn *conn)
{
	return conn->easy == NULL || conn->done;
}

/* Did the ended request leave a connection for the next one? */
static void
connection_note(struct http_conn *conn)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	conn->warm = curl.easy_getinfo(
			 conn->easy, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK &&
	    fd != CURL_SOCKET_BAD;
	conn->fd = conn->warm ? fd : -1;
}

/* Let one connection make progress without waiting. */
static bool
conn_step(struct http_conn *conn)
{
	int running;
	int left;
	CURLMsg *message;

	if (is_idle(conn))
		return true;
	if (curl.multi_perform(conn->multi, &running) != CURLM_OK)
		return false;
	while ((message = curl.multi_info_read(conn->multi, &left)) != NULL) {
		if (message->msg != CURLMSG_DONE)
			continue;
		conn->done = true;
		conn->result = message->data.result;
		(void)curl.easy_getinfo(
		    conn->easy, CURLINFO_RESPONSE_CODE, &conn->status);
		connection_note(conn);
		(void)curl.multi_remove_handle(conn->multi, conn->easy);
		return !conn_trust_widen(conn) || conn_send(conn) == CURLM_OK;
	}
	return true;
}

struct watch {
	struct pollfd fds[FDS_MAX];
	nfds_t count;
	long timeout_ms;
};

/*
 * Add what a connection waits for.  FD_SETSIZE is never reached: RLIMIT_NOFILE
 * is 64.
 */
static void
watch_conn(struct watch *w, const struct http_conn *conn)
{
	fd_set readable, writable, failed;
	int max = -1;
	long timeout_ms = -1;

	FD_ZERO(&readable);
	FD_ZERO(&writable);
	FD_ZERO(&failed);
	(void)curl.multi_fdset(
	    conn->multi, &readable, &writable, &failed, &max);
	(void)curl.multi_timeout(conn->multi, &timeout_ms);
	if (timeout_ms >= 0 && timeout_ms < w->timeout_ms)
		w->timeout_ms = timeout_ms;
	/*
	 * libcurl has work but nothing to wait on: its manual suggests 100 ms
	 */
	if (max < 0 && w->timeout_ms > 100)
		w->timeout_ms = 100;
	for (unsigned fd = 0; (int)fd <= max && w->count < FDS_MAX; fd++) {
		int events = (FD_ISSET(fd, &readable) ? POLLIN : 0) |
		    (FD_ISSET(fd, &writable) ? POLLOUT : 0);

		if (events != 0)
			w->fds[w->count++] = (struct pollfd){
			    .fd = (int)fd, .events = (short)events};
	}
}

/* Let the connections make progress. */
static enum outcome
http_loop_step(struct http_conn *conns, size_t count, struct errinfo *reterr)
{
	for (size_t i = 0; i < count; i++) {
		if (!conn_step(&conns[i]))
			return err_set(reterr, OUTCOME_HELPER_FAILED,
			    "libcurl could not go on");
	}
	return OUTCOME_OK;
}

static enum outcome
http_loop_wait(const struct http_conn *conns, size_t count, bool tend,
    const struct wait *wait, long wait_ms, struct errinfo *reterr)
{
	int left = clock_left_ms(wait->deadline_ms);
	struct watch w = {
	    .fds = {{.fd = wait->socket, .events = POLLIN},
		{.fd = wait->signals, .events = POLLIN}},
	    .count = 2,
	    .timeout_ms = left < wait_ms ? left : wait_ms,
	};

	if (left == 0)
		return err_set(
		    reterr, OUTCOME_TIMED_OUT, "the deadline passed");
	if (tend)
		w.fds[w.count++] =
		    (struct pollfd){.fd = wait->browser, .events = POLLIN};
	for (size_t i = 0; i < count; i++) {
		if (!is_idle(&conns[i]))
			watch_conn(&w, &conns[i]);
		else if (tend && conns[i].warm && w.count < FDS_MAX)
			w.fds[w.count++] = (struct pollfd){
			    .fd = conns[i].fd, .events = POLLRDHUP};
	}
	if (poll(w.fds, w.count, (int)w.timeout_ms) < 0 && errno != EINTR)
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, "poll");
	if (w.fds[0].revents != 0 || w.fds[1].revents != 0)
		return err_set(reterr, OUTCOME_ABORTED,
		    "the parent closed the connection");
	if (tend && w.fds[2].revents != 0)
		return err_set(reterr, OUTCOME_ABORTED, "a browser connected");
	return OUTCOME_OK;
}

static size_t
conns_under_way(const struct http_conn *conns, size_t count)
{
	size_t under_way = 0;

	for (size_t i = 0; i < count; i++)
		under_way += is_idle(&conns[i]) ? 0 : 1;
	return under_way;
}

enum outcome
http_loop_drive(struct http_conn *conns, size_t count,
    const struct http_conn *until, const struct wait *wait,
    struct errinfo *reterr)
{
	for (;;) {
		enum outcome r = http_loop_step(conns, count, reterr);

		if (r != OUTCOME_OK ||
		    (until != NULL ? until->done
				   : conns_under_way(conns, count) == 0))
			return r;
		r = http_loop_wait(
		    conns, count, false, wait, WAIT_MAX_MS, reterr);
		if (r != OUTCOME_OK)
			return r;
	}
}

enum outcome
http_loop_tend(struct http_conn *conns, size_t count, int64_t wake_ms,
    const struct wait *wait, struct errinfo *reterr)
{
	size_t under_way = conns_under_way(conns, count);
	enum outcome r = http_loop_step(conns, count, reterr);

	if (r != OUTCOME_OK || conns_under_way(conns, count) != under_way)
		return r;
	return http_loop_wait(
	    conns, count, true, wait, clock_left_ms(wake_ms), reterr);
}

enum outcome
wait_until(const struct wait *wait, int64_t moment_ms, struct errinfo *reterr)
{
	struct wait until = *wait;
	enum outcome r = OUTCOME_OK;

	if (moment_ms < until.deadline_ms)
		until.deadline_ms = moment_ms;
	while (r == OUTCOME_OK)
		r = http_loop_wait(NULL, 0, false, &until, WAIT_MAX_MS, reterr);
	return r == OUTCOME_TIMED_OUT ? OUTCOME_OK : r;
}

enum outcome
wait_for_event(const struct wait *wait, int64_t until_ms,
    enum wait_event *ret_event, struct errinfo *reterr)
{
	enum { CALLER, SIGNALS, BROWSER, COUNT };
	struct pollfd fds[COUNT] = {
	    [CALLER] = {.fd = wait->socket, .events = POLLIN},
	    [SIGNALS] = {.fd = wait->signals, .events = POLLIN},
	    [BROWSER] = {.fd = wait->browser, .events = POLLIN},
	};
	char byte;

	int ready = poll(fds, COUNT, clock_left_ms(until_ms));
	if (ready < 0)
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, "poll");
	if (fds[CALLER].revents == 0 && fds[SIGNALS].revents == 0) {
		*ret_event = ready > 0 ? WAIT_EVENT_BROWSER : WAIT_EVENT_NONE;
		/* bounds the loop if browsers connect without end */
		return clock_left_ms(wait->deadline_ms) > 0
		    ? OUTCOME_OK
		    : err_set(reterr, OUTCOME_TIMED_OUT, "the deadline passed");
	}
	*ret_event = WAIT_EVENT_CALLER;
	if (fds[SIGNALS].revents != 0 ||
	    recv(wait->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 1)
		return err_set(reterr, OUTCOME_ABORTED,
		    "the parent closed the connection");
	return OUTCOME_OK;
}
