/* SPDX-License-Identifier: ISC */
/* The frames about a token: what goes in comes out, and nothing else does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/wire/wire_token.h"

#define FRAME_MAX (WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX)
#define FAILED OUTCOME_HELPER_FAILED

static struct secret *
secret_of(const char *text)
{
	struct secret *s = NULL;

	assert_int_equal(secret_new(text, strlen(text), &s), OUTCOME_OK);
	return s;
}

/* Put a request or a reply with something in every field. */
static void
request_put(struct buf *frame)
{
	autotokenrequest request = {
	    .route = {.login_url = "https://l",
		.api_url = "https://a",
		.ca_file = "/ca",
		.proxy = "http://p:1",
		.connect_timeout_s = 5,
		.request_timeout_s = 10},
	    .task = WIRE_TASK_REVOKE,
	    .limit_s = 15,
	    .token = secret_of("t0ken"),
	};

	wire_put_token_request(frame, &request);
}

static void
reply_put(struct buf *frame)
{
	static const struct wire_token_info reply = {
	    .verdict = {.outcome = OUTCOME_OK,
		.reason = "because",
		.correlation = "c-17",
		.identity = {.id = "user-1", .email = "alice@example.com"}},
	    .names = {.person = "Alice \303\204",
		.organization = "Example",
		.client = "sign-in",
		.present = {true, false, true},
		.more = true,
		.count = 2,
		.memberships = {{WIRE_MEMBERSHIP_GROUP, "group-1", "operators"},
		    {WIRE_MEMBERSHIP_DIVISION, "division-1", ""}}},
	};

	wire_put_token_reply(frame, &reply);
}

static enum outcome
request_parse(struct view payload, struct errinfo *reterr)
{
	autotokenrequest ret;
	static const struct wire_token_request zero;

	memset(&ret, 'x', sizeof(ret));
	enum outcome r = wire_token_request_parse(payload, &ret, reterr);
	if (r != OUTCOME_OK)
		assert_memory_equal(&ret, &zero, sizeof(ret));
	return r;
}

static enum outcome
reply_parse(struct view payload, struct errinfo *reterr)
{
	static struct wire_token_info ret;
	static const struct wire_token_info zero;

	memset(&ret, 'x', sizeof(ret));
	enum outcome r = wire_token_reply_parse(payload, &ret, reterr);
	if (r != OUTCOME_OK)
		assert_memory_equal(&ret, &zero, sizeof(ret));
	wire_token_reply_done(&ret);
	return r;
}

static const struct kind {
	enum wire_type type;
	void (*put)(struct buf *frame);
	enum outcome (*parse)(struct view payload, struct errinfo *reterr);
} kinds[] = {
    {WIRE_TOKEN_REQUEST, request_put, request_parse},
    {WIRE_TOKEN_REPLY, reply_put, reply_parse},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct view
payload_of(const struct buf *frame, enum wire_type expected)
{
	enum wire_type type;
	size_t len;

	assert_int_equal(buf_check(frame), OUTCOME_OK);
	assert_int_equal(
	    wire_header_parse(frame->p, &type, &len, NULL), OUTCOME_OK);
	assert_int_equal(type, expected);
	assert_int_equal(len, frame->len - WIRE_HEADER_LEN);
	return (struct view){.p = frame->p + WIRE_HEADER_LEN, .len = len};
}

static void
wire_token_request_comes_out_as_it_went_in(void **state)
{
	autobuf frame = BUF_INIT(FRAME_MAX);
	autotokenrequest ret = {0};

	(void)state;
	request_put(&frame);
	assert_int_equal(
	    wire_token_request_parse(
		payload_of(&frame, WIRE_TOKEN_REQUEST), &ret, NULL),
	    OUTCOME_OK);
	assert_string_equal(ret.route.api_url, "https://a");
	assert_string_equal(ret.route.proxy, "http://p:1");
	assert_int_equal(ret.route.request_timeout_s, 10);
	assert_int_equal(ret.task, WIRE_TASK_REVOKE);
	assert_int_equal(ret.limit_s, 15);
	assert_true(view_eq(secret_view(ret.token), view_text("t0ken")));
}

static void
wire_token_reply_comes_out_as_it_went_in(void **state)
{
	autobuf frame = BUF_INIT(FRAME_MAX);
	static struct wire_token_info ret;

	(void)state;
	reply_put(&frame);
	assert_int_equal(wire_token_reply_parse(
			     payload_of(&frame, WIRE_TOKEN_REPLY), &ret, NULL),
	    OUTCOME_OK);
	assert_int_equal(ret.verdict.outcome, OUTCOME_OK);
	assert_string_equal(ret.verdict.reason, "because");
	assert_string_equal(ret.verdict.identity.id, "user-1");
	assert_string_equal(ret.names.person, "Alice \303\204");
	assert_string_equal(ret.names.organization, "Example");
	assert_string_equal(ret.names.client, "sign-in");
	assert_true(ret.names.present[WIRE_MEMBERSHIP_GROUP]);
	assert_false(ret.names.present[WIRE_MEMBERSHIP_ROLE]);
	assert_true(ret.names.present[WIRE_MEMBERSHIP_DIVISION]);
	assert_true(ret.names.more);
	assert_int_equal(ret.names.count, 2);
	assert_string_equal(ret.names.memberships[0].name, "operators");
	assert_int_equal(
	    ret.names.memberships[1].kind, WIRE_MEMBERSHIP_DIVISION);
	assert_string_equal(ret.names.memberships[1].id, "division-1");
	wire_token_reply_done(&ret);
}

static void
wire_token_reply_of_zero_bytes_is_a_denial(void **state)
{
	static const struct wire_token_info zero;

	(void)state;
	assert_int_not_equal(zero.verdict.outcome, OUTCOME_OK);
}

static void
wire_token_reply_fits_a_frame_when_full(void **state)
{
	static struct wire_token_info reply, ret;
	autobuf frame = BUF_INIT(FRAME_MAX);
	struct identity *who = &reply.verdict.identity;

	(void)state;
#define FILL(member) memset(member, 'f', sizeof(member) - 1)
	reply.verdict.outcome = OUTCOME_OK;
	FILL(reply.verdict.reason);
	FILL(reply.verdict.correlation);
	FILL(who->id);
	FILL(who->email);
	FILL(who->state);
	FILL(who->client_id);
	FILL(who->organization_id);
	FILL(who->home_organization_id);
	FILL(who->scopes);
	FILL(reply.names.person);
	FILL(reply.names.organization);
	FILL(reply.names.client);
	reply.names.count = WIRE_MEMBERSHIPS_MAX;
	for (size_t i = 0; i < WIRE_MEMBERSHIPS_MAX; i++) {
		FILL(reply.names.memberships[i].id);
		FILL(reply.names.memberships[i].name);
	}
#undef FILL
	wire_put_token_reply(&frame, &reply);
	assert_int_equal(wire_token_reply_parse(
			     payload_of(&frame, WIRE_TOKEN_REPLY), &ret, NULL),
	    OUTCOME_OK);
	assert_memory_equal(&ret, &reply, sizeof(ret));
	wire_token_reply_done(&ret);
}

static void
wire_token_refuses_every_truncation(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		autobuf frame = BUF_INIT(FRAME_MAX);

		kinds[i].put(&frame);
		struct view payload = payload_of(&frame, kinds[i].type);
		for (size_t len = 0; len < payload.len; len++) {
			/* of exactly that size: a sanitizer sees any overrun */
			uint8_t *copy = malloc(len + (len == 0));

			assert_non_null(copy);
			memcpy(copy, payload.p, len);
			enum outcome r =
			    kinds[i].parse((struct view){copy, len}, NULL);
			free(copy);
			assert_int_equal(r, FAILED);
		}
		assert_int_equal(kinds[i].parse(payload, NULL), OUTCOME_OK);
	}
}

static void
wire_token_refuses_trailing_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		autobuf frame = BUF_INIT(FRAME_MAX);
		struct errinfo err = {0};

		kinds[i].put(&frame);
		buf_put_byte(&frame, 0);
		assert_int_equal(
		    kinds[i].parse((struct view){frame.p + WIRE_HEADER_LEN,
				       frame.len - WIRE_HEADER_LEN},
			&err),
		    FAILED);
		assert_string_equal(
		    err.text, "frame: 1 bytes after its last field");
	}
}

static void
wire_token_flipped_bits_never_overrun(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		autobuf frame = BUF_INIT(FRAME_MAX);

		kinds[i].put(&frame);
		struct view payload = payload_of(&frame, kinds[i].type);
		for (size_t bit = 0; bit < payload.len * 8; bit++) {
			uint8_t *copy = malloc(payload.len);

			assert_non_null(copy);
			memcpy(copy, payload.p, payload.len);
			copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
			(void)!kinds[i].parse(
			    (struct view){copy, payload.len}, NULL);
			free(copy);
		}
	}
}

static void
wire_token_request_needs_a_task_and_a_token(void **state)
{
	autotokenrequest request = {.task = WIRE_TASK_NONE};
	autobuf frame = BUF_INIT(FRAME_MAX);
	struct errinfo err = {0};

	(void)state;
	wire_put_token_request(&frame, &request);
	assert_int_equal(
	    request_parse(payload_of(&frame, WIRE_TOKEN_REQUEST), &err),
	    FAILED);
	assert_string_equal(err.text, "frame: the field task is out of range");

	request.task = WIRE_TASK_COUNT;
	buf_reset(&frame);
	wire_put_token_request(&frame, &request);
	assert_int_equal(
	    request_parse(payload_of(&frame, WIRE_TOKEN_REQUEST), &err),
	    FAILED);
	assert_string_equal(err.text, "frame: the field task is out of range");

	request.task = WIRE_TASK_IDENTIFY;
	buf_reset(&frame);
	wire_put_token_request(&frame, &request);
	assert_int_equal(
	    request_parse(payload_of(&frame, WIRE_TOKEN_REQUEST), &err),
	    FAILED);
	assert_string_equal(err.text, "frame: the field token is missing");
}

static void
wire_token_reply_carries_no_token_and_no_other_kind(void **state)
{
	static struct wire_token_info reply;
	autobuf frame = BUF_INIT(FRAME_MAX);
	struct errinfo err = {0};

	(void)state;
	reply.verdict.token = secret_of("t0ken");
	wire_put_token_reply(&frame, &reply);
	assert_int_equal(
	    reply_parse(payload_of(&frame, WIRE_TOKEN_REPLY), &err), FAILED);
	assert_string_equal(
	    err.text, "frame: the field token has no place in this frame");
	wire_verdict_done(&reply.verdict);

	reply.names.count = 1;
	reply.names.memberships[0].kind = WIRE_MEMBERSHIP_COUNT;
	buf_reset(&frame);
	wire_put_token_reply(&frame, &reply);
	assert_int_equal(
	    reply_parse(payload_of(&frame, WIRE_TOKEN_REPLY), &err), FAILED);
	assert_string_equal(err.text, "frame: the field kind is out of range");
}

static void
wire_token_reply_has_a_bounded_count(void **state)
{
	static struct wire_token_info reply;
	autobuf frame = BUF_INIT(FRAME_MAX);
	struct errinfo err = {0};

	(void)state;
	wire_put_token_reply(&frame, &reply);
	frame.p[frame.len - 1] =
	    WIRE_MEMBERSHIPS_MAX + 1; /* count is the last */
	assert_int_equal(
	    reply_parse(payload_of(&frame, WIRE_TOKEN_REPLY), &err), FAILED);
	assert_string_equal(err.text, "frame: the field count is too large");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(wire_token_request_comes_out_as_it_went_in),
	    cmocka_unit_test(wire_token_reply_comes_out_as_it_went_in),
	    cmocka_unit_test(wire_token_reply_of_zero_bytes_is_a_denial),
	    cmocka_unit_test(wire_token_reply_fits_a_frame_when_full),
	    cmocka_unit_test(wire_token_refuses_every_truncation),
	    cmocka_unit_test(wire_token_refuses_trailing_bytes),
	    cmocka_unit_test(wire_token_flipped_bits_never_overrun),
	    cmocka_unit_test(wire_token_request_needs_a_task_and_a_token),
	    cmocka_unit_test(
		wire_token_reply_carries_no_token_and_no_other_kind),
	    cmocka_unit_test(wire_token_reply_has_a_bounded_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
