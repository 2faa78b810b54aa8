/* SPDX-License-Identifier: ISC */
/*
 * Lanes side by side: one thread lets each do what it can, and waits for all of
 * them, the caller and the deadline at once.
 */
#include <poll.h>
#include <sys/socket.h>

#include "gcpkce/base/clock.h"
#include "lane.h"

#define WAIT_MAX_MS 1000
#define FDS_MAX 64

/* Has it no request under way? */
static bool
is_idle(const struct lane *lane)
{
	return lane->easy == NULL || lane->done;
}

/* Has the request that ended now left a connection for the next one? */
static void
connection_note(struct lane *lane)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	lane->warm = curl.easy_getinfo(
			 lane->easy, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK &&
	    fd != CURL_SOCKET_BAD;
	lane->fd = lane->warm ? fd : -1;
}

/* Begin the request once more. */
static bool
lane_restart(struct lane *lane)
{
	lane->headers_len = 0;
	lane->error[0] = '\0';
	buf_reset(&lane->body);
	lane->done = false;
	return curl.multi_add_handle(lane->multi, lane->easy) == CURLM_OK;
}

/* Let one lane do what it can without waiting. */
static bool
lane_step(struct lane *lane)
{
	int running;
	int left;
	CURLMsg *message;

	if (is_idle(lane))
		return true;
	if (curl.multi_perform(lane->multi, &running) != CURLM_OK)
		return false;
	while ((message = curl.multi_info_read(lane->multi, &left)) != NULL) {
		if (message->msg != CURLMSG_DONE)
			continue;
		lane->done = true;
		lane->result = message->data.result;
		(void)curl.easy_getinfo(
		    lane->easy, CURLINFO_RESPONSE_CODE, &lane->status);
		connection_note(lane);
		(void)curl.multi_remove_handle(lane->multi, lane->easy);
		if (lane_trust_widen(lane))
			return lane_restart(lane);
		break;
	}
	return true;
}

struct watch {
	struct pollfd fds[FDS_MAX];
	nfds_t count;
	long timeout_ms;
};

/* Add what a lane waits for.  FD_SETSIZE is never met: RLIMIT_NOFILE is 64. */
static void
watch_lane(struct watch *w, const struct lane *lane)
{
	fd_set readable, writable, failed;
	int max = -1;
	long timeout_ms = -1;

	FD_ZERO(&readable);
	FD_ZERO(&writable);
	FD_ZERO(&failed);
	(void)curl.multi_fdset(
	    lane->multi, &readable, &writable, &failed, &max);
	(void)curl.multi_timeout(lane->multi, &timeout_ms);
	if (timeout_ms >= 0 && timeout_ms < w->timeout_ms)
		w->timeout_ms = timeout_ms;
	/* libcurl has work but nothing to wait on: its manual says 100 ms */
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

/* Let the lanes do what they can. */
static enum outcome
lanes_step(struct lane *lanes, size_t count, struct errinfo *reterr)
{
	for (size_t i = 0; i < count; i++) {
		if (!lane_step(&lanes[i]))
			return err_fail(reterr, OUTCOME_HELPER_FAILED,
			    "libcurl could not go on");
	}
	return OUTCOME_OK;
}

static enum outcome
lanes_wait(const struct lane *lanes, size_t count, bool tend,
    const struct vigil *vigil, long wait_ms, struct errinfo *reterr)
{
	int left = clock_left_ms(vigil->deadline_ms);
	struct watch w = {
	    .fds = {{.fd = vigil->socket, .events = POLLIN},
		{.fd = vigil->signals, .events = POLLIN}},
	    .count = 2,
	    .timeout_ms = left < wait_ms ? left : wait_ms,
	};

	if (left == 0)
		return err_fail(
		    reterr, OUTCOME_TIMED_OUT, "the deadline passed");
	if (tend)
		w.fds[w.count++] =
		    (struct pollfd){.fd = vigil->browser, .events = POLLIN};
	for (size_t i = 0; i < count; i++) {
		if (!is_idle(&lanes[i]))
			watch_lane(&w, &lanes[i]);
		else if (tend && lanes[i].warm && w.count < FDS_MAX)
			w.fds[w.count++] = (struct pollfd){
			    .fd = lanes[i].fd, .events = POLLRDHUP};
	}
	if (poll(w.fds, w.count, (int)w.timeout_ms) < 0 && errno != EINTR)
		return err_sys(reterr, OUTCOME_HELPER_FAILED, "poll");
	if (w.fds[0].revents != 0 || w.fds[1].revents != 0)
		return err_fail(reterr, OUTCOME_ABORTED, "the caller has gone");
	if (tend && w.fds[2].revents != 0)
		return err_fail(reterr, OUTCOME_ABORTED, "a browser has come");
	return OUTCOME_OK;
}

static size_t
lanes_under_way(const struct lane *lanes, size_t count)
{
	size_t under_way = 0;

	for (size_t i = 0; i < count; i++)
		under_way += is_idle(&lanes[i]) ? 0 : 1;
	return under_way;
}

enum outcome
lanes_drive(struct lane *lanes, size_t count, const struct lane *until,
    const struct vigil *vigil, struct errinfo *reterr)
{
	for (;;) {
		enum outcome r = lanes_step(lanes, count, reterr);

		if (r != OUTCOME_OK ||
		    (until != NULL ? until->done
				   : lanes_under_way(lanes, count) == 0))
			return r;
		r = lanes_wait(lanes, count, false, vigil, WAIT_MAX_MS, reterr);
		if (r != OUTCOME_OK)
			return r;
	}
}

enum outcome
lanes_tend(struct lane *lanes, size_t count, int64_t wake_ms,
    const struct vigil *vigil, struct errinfo *reterr)
{
	size_t under_way = lanes_under_way(lanes, count);
	enum outcome r = lanes_step(lanes, count, reterr);

	if (r != OUTCOME_OK || lanes_under_way(lanes, count) != under_way)
		return r;
	return lanes_wait(
	    lanes, count, true, vigil, clock_left_ms(wake_ms), reterr);
}

enum outcome
vigil_await(const struct vigil *vigil, int64_t until_ms,
    enum arrival *ret_arrival, struct errinfo *reterr)
{
	enum { CALLER, SIGNALS, BROWSER, COUNT };
	struct pollfd fds[COUNT] = {
	    [CALLER] = {.fd = vigil->socket, .events = POLLIN},
	    [SIGNALS] = {.fd = vigil->signals, .events = POLLIN},
	    [BROWSER] = {.fd = vigil->browser, .events = POLLIN},
	};
	char byte;

	int ready = poll(fds, COUNT, clock_left_ms(until_ms));
	if (ready < 0)
		return err_sys(reterr, OUTCOME_HELPER_FAILED, "poll");
	if (fds[CALLER].revents == 0 && fds[SIGNALS].revents == 0) {
		*ret_arrival = ready > 0 ? ARRIVAL_BROWSER : ARRIVAL_NONE;
		/* also when browsers come without end */
		return clock_left_ms(vigil->deadline_ms) > 0
		    ? OUTCOME_OK
		    : err_fail(
			  reterr, OUTCOME_TIMED_OUT, "the deadline passed");
	}
	*ret_arrival = ARRIVAL_CALLER;
	if (fds[SIGNALS].revents != 0 ||
	    recv(vigil->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 1)
		return err_fail(reterr, OUTCOME_ABORTED, "the caller has gone");
	return OUTCOME_OK;
}
