/* SPDX-License-Identifier: ISC */
/* A length is checked before memory is allocated for it. */
#include "gcpkce/wire/frame.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "gcpkce/base/clock.h"

/* Wait until the socket can be used. */
static enum outcome
await(int socket, int cancel, short events, int64_t deadline_ms,
    struct errinfo *reterr)
{
	struct pollfd fds[] = {
	    {.fd = socket, .events = events},
	    {.fd = cancel, .events = POLLIN},
	};

	for (;;) {
		int left = clock_left_ms(deadline_ms);
		int ready = poll(fds, 2, left);

		if (ready < 0 && errno != EINTR)
			return err_sys(reterr, OUTCOME_SYSTEM_ERROR, "poll");
		if (ready > 0 && fds[1].revents != 0)
			return err_set(
			    reterr, OUTCOME_ABORTED, "the wait was ended");
		if (ready > 0)
			return OUTCOME_OK;
		if (left == 0)
			return err_set(
			    reterr, OUTCOME_TIMED_OUT, "the deadline passed");
	}
}

static bool
is_gone(int error)
{
	return error == EPIPE || error == ECONNRESET;
}

static bool
is_retry(int error)
{
	return error == EAGAIN || error == EINTR;
}

enum outcome
frame_send(int socket, const struct buf *frame, int64_t deadline_ms,
    struct errinfo *reterr)
{
	size_t sent = 0;
	enum outcome r = buf_check(frame);

	while (r == OUTCOME_OK && sent < frame->len) {
		ssize_t n = send(socket, frame->p + sent, frame->len - sent,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n >= 0) {
			sent += (size_t)n;
			continue;
		}
		if (is_gone(errno))
			return err_sys(reterr, OUTCOME_ABORTED, "send");
		if (!is_retry(errno))
			return err_sys(reterr, OUTCOME_SYSTEM_ERROR, "send");
		r = await(socket, -1, POLLOUT, deadline_ms, reterr);
	}
	return r;
}

/* Receive exactly len bytes. */
static enum outcome
receive_all(int socket, int cancel, uint8_t *bytes, size_t len,
    int64_t deadline_ms, struct errinfo *reterr)
{
	size_t got = 0;

	while (got < len) {
		enum outcome r =
		    await(socket, cancel, POLLIN, deadline_ms, reterr);
		if (r != OUTCOME_OK)
			return r;
		ssize_t n = recv(socket, bytes + got, len - got, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && is_gone(errno)))
			return err_set(reterr, OUTCOME_ABORTED,
			    "the other end closed the socket");
		if (n < 0 && !is_retry(errno))
			return err_sys(reterr, OUTCOME_SYSTEM_ERROR, "recv");
		got += n > 0 ? (size_t)n : 0;
	}
	return OUTCOME_OK;
}

enum outcome
frame_receive(int socket, int cancel, int64_t deadline_ms,
    enum wire_type *ret_type, struct buf *payload, struct errinfo *reterr)
{
	uint8_t header[WIRE_HEADER_LEN];
	uint8_t block[1024];
	size_t left = 0;

	buf_reset(payload);
	enum outcome r = receive_all(
	    socket, cancel, header, sizeof(header), deadline_ms, reterr);
	if (r == OUTCOME_OK)
		r = wire_header_parse(header, ret_type, &left, reterr);
	while (r == OUTCOME_OK && left > 0) {
		size_t len = left < sizeof(block) ? left : sizeof(block);

		r = receive_all(
		    socket, cancel, block, len, deadline_ms, reterr);
		if (r == OUTCOME_OK)
			buf_put(payload, block, len);
		left -= len;
	}
	explicit_bzero(block, sizeof(block));
	return r == OUTCOME_OK ? buf_check(payload) : r;
}
