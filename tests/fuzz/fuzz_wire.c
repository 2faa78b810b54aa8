/* SPDX-License-Identifier: ISC */
/*
 * Frames: what comes through a socket is taken apart by every parser, and what
 * one accepts must come out of the writer again byte by byte.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "gcpkce/base/clock.h"
#include "gcpkce/wire/frame.h"
#include "gcpkce/wire/wire_probe.h"
#include "gcpkce/wire/wire_token.h"

#define WAIT_MS 60000

/* ---- a parser and its writer, for each type ---- */

/* What a helper says of its sandbox is put into words for the journal. */
static void
missing_check(struct missing_layers missing)
{
	autobuf words = BUF_INIT(ERRINFO_TEXT_MAX);

	HOLD(missing.layers >> SANDBOX_LAYERS == 0 && missing.reported == 0);
	HOLD(missing_news(&missing, &words) == (missing.layers != 0));
	HOLD(!missing_news(&missing, &words));
	HOLD(buf_check(&words) == OUTCOME_OK && is_printable(buf_text(&words)));
}

static bool
request_again(struct view payload, struct buf *frame, struct errinfo *why)
{
	autorequest request;

	if (wire_request_parse(payload, &request, why) != OUTCOME_OK)
		return false;
	wire_put_request(frame, &request);
	return true;
}

static bool
ready_again(struct view payload, struct buf *frame, struct errinfo *why)
{
	struct wire_ready ready;

	if (wire_ready_parse(payload, &ready, why) != OUTCOME_OK)
		return false;
	HOLD(is_printable(ready.address) && ready.address[0] != '\0');
	missing_check(ready.missing);
	wire_put_ready(frame, &ready);
	return true;
}

static bool
answer_again(struct view payload, struct buf *frame, struct errinfo *why)
{
	autobuf typed = BUF_INIT(WIRE_ANSWER_MAX);

	if (wire_answer_parse(payload, &typed, why) != OUTCOME_OK)
		return false;
	wire_put_answer(frame, buf_view(&typed));
	return true;
}

static bool
verdict_again(struct view payload, struct buf *frame, struct errinfo *why)
{
	autoverdict verdict;

	if (wire_verdict_parse(payload, &verdict, why) != OUTCOME_OK) {
		HOLD(verdict.outcome != OUTCOME_OK && verdict.token == NULL);
		return false;
	}
	HOLD(verdict.outcome < OUTCOME_COUNT);
	missing_check(verdict.missing);
	wire_put_verdict(frame, &verdict);
	return true;
}

static bool
revoke_again(struct view payload, struct buf *frame, struct errinfo *why)
{
	autorevocation request;

	if (wire_revoke_request_parse(payload, &request, why) != OUTCOME_OK)
		return false;
	HOLD(request.token != NULL);
	wire_put_revoke_request(frame, &request);
	return true;
}

static bool
token_again(struct view payload, struct buf *frame, struct errinfo *why)
{
	autotokenrequest request;

	if (wire_token_request_parse(payload, &request, why) != OUTCOME_OK)
		return false;
	HOLD(request.token != NULL && request.task != WIRE_TASK_NONE);
	wire_put_token_request(frame, &request);
	return true;
}

static bool
reply_again(struct view payload, struct buf *frame, struct errinfo *why)
{
	static struct wire_token_info reply; /* it is large */

	if (wire_token_reply_parse(payload, &reply, why) != OUTCOME_OK) {
		HOLD(reply.verdict.outcome != OUTCOME_OK);
		return false;
	}
	HOLD(reply.verdict.token == NULL);
	HOLD(reply.names.count <= WIRE_MEMBERSHIPS_MAX);
	wire_put_token_reply(frame, &reply);
	wire_token_reply_done(&reply);
	return true;
}

static bool
probe_again(struct view payload, struct buf *frame, struct errinfo *why)
{
	static struct wire_probe_request request; /* it is large */

	if (wire_probe_request_parse(payload, &request, why) != OUTCOME_OK)
		return false;
	wire_put_probe_request(frame, &request);
	return true;
}

static bool
findings_again(struct view payload, struct buf *frame, struct errinfo *why)
{
	static struct wire_probe_reply reply;

	if (wire_probe_reply_parse(payload, &reply, why) != OUTCOME_OK) {
		HOLD(reply.missing.layers == 0 && reply.hosts[0].status == 0);
		return false;
	}
	missing_check(reply.missing);
	for (size_t i = 0; i < WIRE_HOST_COUNT; i++)
		HOLD(reply.hosts[i].reached < WIRE_STEP_COUNT &&
		    reply.hosts[i].failed < WIRE_STEP_COUNT);
	wire_put_probe_reply(frame, &reply);
	return true;
}

typedef bool again_fn(
    struct view payload, struct buf *frame, struct errinfo *why);
static again_fn *const again[] = {
    [WIRE_REQUEST] = request_again,
    [WIRE_READY] = ready_again,
    [WIRE_ANSWER] = answer_again,
    [WIRE_VERDICT] = verdict_again,
    [WIRE_REVOKE_REQUEST] = revoke_again,
    [WIRE_TOKEN_REQUEST] = token_again,
    [WIRE_TOKEN_REPLY] = reply_again,
    [WIRE_PROBE_REQUEST] = probe_again,
    [WIRE_PROBE_REPLY] = findings_again,
};

/* Whatever the type says: a helper may send anything as anything. */
static void
payload_try(struct view received)
{
	struct view payload = exact_copy(received);

	for (size_t i = 0; i < sizeof(again) / sizeof(again[0]); i++) {
		autobuf frame = BUF_INIT(WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX);
		struct errinfo why = {0};
		enum wire_type type;
		size_t len;

		if (again[i] == NULL)
			continue;
		bool is_good = again[i](payload, &frame, &why);
		HOLD(is_good || why.text[0] != '\0');
		HOLD(is_printable(why.text));
		if (!is_good)
			continue;
		HOLD(buf_check(&frame) == OUTCOME_OK);
		HOLD(wire_header_parse(frame.p, &type, &len, &why) ==
		    OUTCOME_OK);
		HOLD(type == i && len == payload.len);
		HOLD(frame.len == len + WIRE_HEADER_LEN);
		HOLD(len == 0 ||
		    memcmp(frame.p + WIRE_HEADER_LEN, payload.p, len) == 0);
	}
	exact_free(payload);
}

/* Send all of it, as far as the socket takes it, and say no more. */
static void
sockets_make(struct input *in, int sockets[2])
{
	struct buf bytes = BUF_INIT(in->len + 1);

	HOLD(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
	buf_put(&bytes, in->p, in->len);
	HOLD(frame_send(sockets[1], &bytes, clock_now_ms() + WAIT_MS, NULL) ==
	    OUTCOME_OK);
	HOLD(shutdown(sockets[1], SHUT_WR) == 0);
	buf_done(&bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	struct errinfo why = {0};
	int sockets[2];
	enum wire_type type;
	enum outcome r;

	sockets_make(&in, sockets);
	while ((r = frame_receive(sockets[0], -1, clock_now_ms() + WAIT_MS,
		    &type, &payload, &why)) == OUTCOME_OK) {
		struct view header = input_bytes(&in, WIRE_HEADER_LEN);
		struct view bytes = input_bytes(&in, payload.len);

		/* it is just what was sent */
		HOLD(header.len == WIRE_HEADER_LEN && header.p[5] == type);
		HOLD(bytes.len == payload.len &&
		    (bytes.len == 0 ||
			memcmp(bytes.p, payload.p, bytes.len) == 0));
		payload_try(buf_view(&payload));
	}
	HOLD(r == OUTCOME_ABORTED || r == OUTCOME_HELPER_FAILED);
	HOLD(is_printable(why.text));
	(void)close(sockets[0]);
	(void)close(sockets[1]);
	payload_try((struct view){data, size});
	return 0;
}
