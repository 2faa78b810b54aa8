/* SPDX-License-Identifier: ISC */
/* The frames of a probe: what goes in comes out, and nothing else does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/wire/wire_probe.h"

#define FRAME_MAX (WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX)
#define FAILED OUTCOME_HELPER_FAILED

static const struct wire_probe_request a_request = {
    .route = {.login_url = "https://l",
	.api_url = "https://a",
	.ca_file = "/ca",
	.proxy = "http://p:1",
	.connect_timeout_s = 5,
	.request_timeout_s = 10,
	.strict = true},
    .client_id = "client-1",
    .redirect_uri = "https://r/cb",
    .signin_org = "acme",
    .signin_provider = "okta",
    .network = true,
    .limit_s = 45,
};

static const struct wire_probe_reply a_reply = {
    .reason = "because",
    .missing = {.layers = 1U << SANDBOX_LANDLOCK,
	.errors = {[SANDBOX_LANDLOCK] = ENOSYS}},
    .hosts = {{.reached = WIRE_STEP_TCP,
		  .failed = WIRE_STEP_TLS,
		  .error = "certificate has expired",
		  .ms = {0, 1, 2, 3, 4, 5},
		  .address = "192.0.2.1"},
	{.reached = WIRE_STEP_HTTP,
	    .ms = {0, 6, 7, 8, 9, 10},
	    .address = "2001:db8::1",
	    .tls = "TLSv1.3",
	    .status = 401,
	    .proxy_status = 200,
	    .certificate_end_s = UINT64_C(4000000000),
	    .date_s = 1790000000,
	    .clock_s = 1790000001}},
    .ours = {.status = 302,
	.back = true,
	.error = "invalid_request",
	.place = "https://r/cb"},
    .unknown = {.status = 400},
    .same_page = true,
    .keys = 2,
    .keys_error = "n is not a modulus",
    .discovery = {.status = 200,
	.urls = {[WIRE_URL_ISSUER] = "https://i",
	    [WIRE_URL_USERINFO] = "https://i/u"},
	.no_rs256 = true,
	.no_post = true},
};

static void
request_put(struct buf *frame)
{
	wire_put_probe_request(frame, &a_request);
}

static void
reply_put(struct buf *frame)
{
	wire_put_probe_reply(frame, &a_reply);
}

static enum outcome
request_parse(struct view payload, struct errinfo *reterr)
{
	static struct wire_probe_request ret;
	static const struct wire_probe_request zero;

	memset(&ret, 'x', sizeof(ret));
	enum outcome r = wire_probe_request_parse(payload, &ret, reterr);
	if (r != OUTCOME_OK)
		assert_memory_equal(&ret, &zero, sizeof(ret));
	return r;
}

static enum outcome
reply_parse(struct view payload, struct errinfo *reterr)
{
	static struct wire_probe_reply ret;
	static const struct wire_probe_reply zero;

	memset(&ret, 'x', sizeof(ret));
	enum outcome r = wire_probe_reply_parse(payload, &ret, reterr);
	if (r != OUTCOME_OK)
		assert_memory_equal(&ret, &zero, sizeof(ret));
	return r;
}

static const struct kind {
	enum wire_type type;
	void (*put)(struct buf *frame);
	enum outcome (*parse)(struct view payload, struct errinfo *reterr);
} kinds[] = {
    {WIRE_PROBE_REQUEST, request_put, request_parse},
    {WIRE_PROBE_REPLY, reply_put, reply_parse},
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

/* Parse a copy of exactly that size: a sanitizer sees any overrun. */
static enum outcome
copy_parse(const struct kind *kind, const uint8_t *p, size_t len)
{
	uint8_t *copy = malloc(len + (len == 0));

	assert_non_null(copy);
	memcpy(copy, p, len);
	enum outcome r = kind->parse((struct view){copy, len}, NULL);
	free(copy);
	return r;
}

static void
wire_probe_request_comes_out_as_it_went_in(void **state)
{
	static struct wire_probe_request ret;
	autobuf frame = BUF_INIT(FRAME_MAX);

	(void)state;
	request_put(&frame);
	assert_int_equal(
	    wire_probe_request_parse(
		payload_of(&frame, WIRE_PROBE_REQUEST), &ret, NULL),
	    OUTCOME_OK);
	assert_string_equal(ret.route.proxy, "http://p:1");
	assert_true(ret.route.strict);
	assert_string_equal(ret.client_id, "client-1");
	assert_string_equal(ret.redirect_uri, "https://r/cb");
	assert_string_equal(ret.signin_org, "acme");
	assert_string_equal(ret.signin_provider, "okta");
	assert_true(ret.network);
	assert_int_equal(ret.limit_s, 45);
}

static void
wire_probe_reply_comes_out_as_it_went_in(void **state)
{
	static struct wire_probe_reply ret;
	autobuf frame = BUF_INIT(FRAME_MAX);

	(void)state;
	reply_put(&frame);
	assert_int_equal(wire_probe_reply_parse(
			     payload_of(&frame, WIRE_PROBE_REPLY), &ret, NULL),
	    OUTCOME_OK);
	assert_string_equal(ret.reason, "because");
	assert_memory_equal(
	    &ret.missing, &a_reply.missing, sizeof(ret.missing));
	assert_int_equal(ret.hosts[0].reached, WIRE_STEP_TCP);
	assert_int_equal(ret.hosts[0].failed, WIRE_STEP_TLS);
	assert_string_equal(ret.hosts[0].error, "certificate has expired");
	assert_memory_equal(
	    ret.hosts[1].ms, a_reply.hosts[1].ms, sizeof(ret.hosts[1].ms));
	assert_string_equal(ret.hosts[1].tls, "TLSv1.3");
	assert_int_equal(ret.hosts[1].proxy_status, 200);
	assert_true(ret.hosts[1].certificate_end_s == UINT64_C(4000000000));
	assert_true(ret.hosts[1].clock_s - ret.hosts[1].date_s == 1);
	assert_true(ret.ours.back);
	assert_string_equal(ret.ours.error, "invalid_request");
	assert_int_equal(ret.unknown.status, 400);
	assert_true(ret.same_page);
}

static void
wire_probe_reply_of_zero_bytes_reached_nothing(void **state)
{
	static const struct wire_probe_reply zero;

	(void)state;
	assert_int_not_equal(zero.hosts[0].reached, WIRE_STEP_HTTP);
}

static void
wire_probe_reply_fits_a_frame_when_full(void **state)
{
	static struct wire_probe_reply reply;
	autobuf frame = BUF_INIT(FRAME_MAX);

	(void)state;
#define FILL(member) memset(member, 'f', sizeof(member) - 1)
	FILL(reply.reason);
	for (unsigned i = 0; i < SANDBOX_LAYERS; i++)
		missing_add(&reply.missing, i, WIRE_ERRNO_MAX);
	for (size_t i = 0; i < WIRE_HOST_COUNT; i++) {
		FILL(reply.hosts[i].error);
		FILL(reply.hosts[i].address);
		FILL(reply.hosts[i].tls);
	}
	FILL(reply.ours.error);
	FILL(reply.ours.place);
	FILL(reply.keys_error);
	for (size_t i = 0; i < WIRE_URL_COUNT; i++)
		FILL(reply.discovery.urls[i]);
#undef FILL
	wire_put_probe_reply(&frame, &reply);
	assert_int_equal(
	    reply_parse(payload_of(&frame, WIRE_PROBE_REPLY), NULL),
	    OUTCOME_OK);
}

static void
wire_probe_refuses_every_truncation_and_more_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		autobuf frame = BUF_INIT(FRAME_MAX);

		kinds[i].put(&frame);
		struct view payload = payload_of(&frame, kinds[i].type);
		for (size_t len = 0; len < payload.len; len++)
			assert_int_equal(
			    copy_parse(&kinds[i], payload.p, len), FAILED);
		assert_int_equal(
		    copy_parse(&kinds[i], payload.p, payload.len), OUTCOME_OK);
		buf_put_byte(&frame, 0);
		assert_int_equal(
		    copy_parse(&kinds[i], frame.p + WIRE_HEADER_LEN,
			frame.len - WIRE_HEADER_LEN),
		    FAILED);
	}
}

static void
wire_probe_flipped_bits_never_overrun(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		autobuf frame = BUF_INIT(FRAME_MAX);

		kinds[i].put(&frame);
		struct view payload = payload_of(&frame, kinds[i].type);
		for (size_t bit = 0; bit < payload.len * 8; bit++) {
			uint8_t *byte = frame.p + WIRE_HEADER_LEN + bit / 8;

			*byte ^= (uint8_t)(1 << bit % 8);
			(void)!copy_parse(
			    &kinds[i], frame.p + WIRE_HEADER_LEN, payload.len);
			*byte ^= (uint8_t)(1 << bit % 8);
		}
	}
}

static void
wire_probe_reply_has_known_steps(void **state)
{
	static struct wire_probe_reply reply;
	autobuf frame = BUF_INIT(FRAME_MAX);
	struct errinfo err = {0};

	(void)state;
	reply.hosts[1].failed = WIRE_STEP_COUNT;
	wire_put_probe_reply(&frame, &reply);
	assert_int_equal(
	    reply_parse(payload_of(&frame, WIRE_PROBE_REPLY), &err), FAILED);
	assert_string_equal(
	    err.text, "frame: the field failed is out of range");
}

static void
wire_probe_reply_holds_no_control_byte(void **state)
{
	static struct wire_probe_reply reply = {.ours = {.error = "a\033[2Jb"}};
	autobuf frame = BUF_INIT(FRAME_MAX);

	(void)state;
	wire_put_probe_reply(&frame, &reply);
	assert_int_equal(
	    reply_parse(payload_of(&frame, WIRE_PROBE_REPLY), NULL), FAILED);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(wire_probe_request_comes_out_as_it_went_in),
	    cmocka_unit_test(wire_probe_reply_comes_out_as_it_went_in),
	    cmocka_unit_test(wire_probe_reply_of_zero_bytes_reached_nothing),
	    cmocka_unit_test(wire_probe_reply_fits_a_frame_when_full),
	    cmocka_unit_test(
		wire_probe_refuses_every_truncation_and_more_bytes),
	    cmocka_unit_test(wire_probe_flipped_bits_never_overrun),
	    cmocka_unit_test(wire_probe_reply_has_known_steps),
	    cmocka_unit_test(wire_probe_reply_holds_no_control_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
