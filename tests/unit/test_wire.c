/* SPDX-License-Identifier: ISC */
/* Frames: what goes in comes out, and nothing else is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/wire/wire.h"

#define FRAME_MAX (WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX)
#define FAILED OUTCOME_HELPER_FAILED

static struct secret *
secret_of(const char *text)
{
	struct secret *s = NULL;

	assert_int_equal(secret_new(text, strlen(text), &s), OUTCOME_OK);
	return s;
}

/* Make a list of ids that are parted by spaces. */
static void
list_set(struct id_list *list, const char *ids)
{
	id_list_begin(list);
	buf_put_text(&list->ids, ids);
}

/* *gives* the secret within */
static struct wire_request
request_make(void)
{
	return (struct wire_request){
	    .route = {.login_url = "https://login.mypurecloud.de",
		.api_url = "https://api.mypurecloud.de",
		.provider = PROVIDER_CXONE,
		.issuer = "https://cxone.example.com",
		.authorize_url = "https://cxone.example.com/z",
		.token_url = "https://cxone.example.com/t",
		.jwks_url = "https://cxone.example.com/j",
		.userinfo_url = "https://cxone.example.com/u",
		.userinfo = true,
		.ca_file = "/etc/ca.pem",
		.proxy = "http://proxy:3128",
		.connect_timeout_s = 5,
		.request_timeout_s = 0xfffefdfc,
		.strict = true},
	    .label = {.user = "alice", .service = "sshd", .host = "b\303\274"},
	    .client_id = "client-1",
	    .redirect_uri = "https://example.com/cb?a=b",
	    .start_url = "https://example.com/s",
	    .signin_org = "org",
	    .signin_provider = "okta",
	    .organization = "tenant-1",
	    .uid = 1000,
	    .clock_skew_s = 300,
	    .nonce_optional = true,
	    .secret_in_form = true,
	    .force_signin = true,
	    .loopback = true,
	    .unasked = true,
	    .want_token = true,
	    .needs = {.roles = true},
	    .preconnect = true,
	    .preconnect_s = 2,
	    .deadline_ms = 90000,
	    .client_secret = secret_of("s3cret"),
	};
}

/* *gives* the secret and the lists within */
static struct wire_verdict
verdict_make(void)
{
	struct wire_verdict verdict = {
	    .outcome = OUTCOME_OK,
	    .reason = "because",
	    .correlation = "c0ffee",
	    .identity = {.provider = PROVIDER_CXONE,
		.issuer = "https://issuer",
		.id = "id-1",
		.email = "alice@example.com",
		.state = "active",
		.client_id = "client-1",
		.organization_id = "org-1",
		.home_organization_id = "home-1",
		.cloned_user = true,
		.scopes = "users conversations"},
	    .expires_in_s = 86399,
	    .token = secret_of("token"),
	};

	list_set(&verdict.identity.groups, "group-1 group-2");
	list_set(&verdict.identity.divisions, "");
	return verdict;
}

static struct wire_verdict
denial_make(void)
{
	return (struct wire_verdict){
	    .outcome = OUTCOME_STATE_MISMATCH,
	    .other_address = true,
	    .sshd_junk = true,
	    .number = WIRE_NUMBER_SPENT,
	    .reason = "the answer's state is not this sign-in's",
	    .correlation = "c0ffee",
	};
}

static struct wire_revoke_request
revocation_make(void)
{
	return (struct wire_revoke_request){
	    .route = {.login_url = "https://l", .api_url = "https://a"},
	    .label = {.user = "alice", .service = "su", .host = "h"},
	    .limit_s = 60,
	    .expires_at_s = 0x0102030405060708,
	    .token = secret_of("token"),
	};
}

/* The kinds of payload, each parsed through one shape. */
static enum outcome
request_parse(struct view payload, struct errinfo *reterr)
{
	autorequest ret;
	static const struct wire_request zero;

	memset(&ret, 'x', sizeof(ret));
	enum outcome r = wire_request_parse(payload, &ret, reterr);
	if (r != OUTCOME_OK)
		assert_memory_equal(&ret, &zero, sizeof(ret));
	return r;
}

static enum outcome
ready_parse(struct view payload, struct errinfo *reterr)
{
	static const struct wire_ready zero;
	struct wire_ready ret;

	memset(&ret, 'x', sizeof(ret));
	enum outcome r = wire_ready_parse(payload, &ret, reterr);
	if (r != OUTCOME_OK)
		assert_memory_equal(&ret, &zero, sizeof(ret));
	return r;
}

static enum outcome
answer_parse(struct view payload, struct errinfo *reterr)
{
	autobuf typed = BUF_INIT(WIRE_ANSWER_MAX);

	enum outcome r = wire_answer_parse(payload, &typed, reterr);
	assert_true(r == OUTCOME_OK || typed.len == 0);
	return r;
}

static enum outcome
verdict_parse(struct view payload, struct errinfo *reterr)
{
	autoverdict ret;
	static const struct wire_verdict zero;

	memset(&ret, 'x', sizeof(ret));
	enum outcome r = wire_verdict_parse(payload, &ret, reterr);
	if (r != OUTCOME_OK)
		assert_memory_equal(&ret, &zero, sizeof(ret));
	return r;
}

static enum outcome
revocation_parse(struct view payload, struct errinfo *reterr)
{
	autorevocation ret;
	static const struct wire_revoke_request zero;

	memset(&ret, 'x', sizeof(ret));
	enum outcome r = wire_revoke_request_parse(payload, &ret, reterr);
	if (r != OUTCOME_OK)
		assert_memory_equal(&ret, &zero, sizeof(ret));
	return r;
}

static void
request_put(struct buf *frame)
{
	autorequest request = request_make();

	wire_put_request(frame, &request);
}

static void
ready_put(struct buf *frame)
{
	wire_put_ready(frame,
	    &(struct wire_ready){
		.address = "https://login.mypurecloud.de/oauth?x=y"});
}

static void
answer_put(struct buf *frame)
{
	wire_put_answer(frame, (struct view){(const uint8_t *)"a\0\n\377", 4});
}

static void
verdict_put(struct buf *frame)
{
	autoverdict verdict = verdict_make();

	wire_put_verdict(frame, &verdict);
}

static void
denial_put(struct buf *frame)
{
	autoverdict verdict = denial_make();

	wire_put_verdict(frame, &verdict);
}

static void
revocation_put(struct buf *frame)
{
	autorevocation request = revocation_make();

	wire_put_revoke_request(frame, &request);
}

static void
lacking_put(struct buf *frame)
{
	struct wire_ready ready = {.address = "a"};

	missing_add(&ready.missing, SANDBOX_LANDLOCK, ENOSYS);
	missing_add(&ready.missing, SANDBOX_LIMITS, 0);
	wire_put_ready(frame, &ready);
}

static const struct kind {
	const char *name;
	enum wire_type type;
	void (*put)(struct buf *frame);
	enum outcome (*parse)(struct view payload, struct errinfo *reterr);
} kinds[] = {
    {"request", WIRE_REQUEST, request_put, request_parse},
    {"ready", WIRE_READY, ready_put, ready_parse},
    {"answer", WIRE_ANSWER, answer_put, answer_parse},
    {"verdict", WIRE_VERDICT, verdict_put, verdict_parse},
    {"denial", WIRE_VERDICT, denial_put, verdict_parse},
    {"revoke request", WIRE_REVOKE_REQUEST, revocation_put, revocation_parse},
    {"ready of a lacking sandbox", WIRE_READY, lacking_put, ready_parse},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct view
payload_of(const struct buf *frame)
{
	enum wire_type type;
	size_t len;

	assert_int_equal(buf_check(frame), OUTCOME_OK);
	assert_int_equal(
	    wire_header_parse(frame->p, &type, &len, NULL), OUTCOME_OK);
	assert_int_equal(len, frame->len - WIRE_HEADER_LEN);
	return (struct view){.p = frame->p + WIRE_HEADER_LEN, .len = len};
}

/* Parse a copy of exactly that size, so that a sanitizer sees any overrun. */
static enum outcome
parse_copy(const struct kind *kind, struct view payload)
{
	uint8_t *copy = malloc(payload.len > 0 ? payload.len : 1);
	struct errinfo err = {0};

	assert_non_null(copy);
	if (payload.len > 0)
		memcpy(copy, payload.p, payload.len);
	enum outcome r = kind->parse((struct view){copy, payload.len}, &err);
	free(copy);
	if (r != OUTCOME_OK && r != FAILED)
		fail_msg("%s: %s", kind->name, outcome_name(r));
	if (r != OUTCOME_OK && strncmp(err.text, "frame: ", 7) != 0)
		fail_msg("%s: \"%s\"", kind->name, err.text);
	return r;
}

static void
wire_header_says_type_and_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		autobuf frame = BUF_INIT(FRAME_MAX);
		enum wire_type type;
		size_t len;

		kinds[i].put(&frame);
		assert_int_equal(
		    wire_header_parse(frame.p, &type, &len, NULL), OUTCOME_OK);
		assert_int_equal(type, kinds[i].type);
		assert_int_equal(len, frame.len - WIRE_HEADER_LEN);
		assert_int_equal(
		    parse_copy(&kinds[i], payload_of(&frame)), OUTCOME_OK);
	}
}

static void
wire_frames_are_these_bytes_one_after_the_other(void **state)
{
	static const uint8_t answer[] = {0x00, 0x00, 0x00, 0x0d, 0x09, 0x03,
	    0x00, 0x00, 0x00, 0x07, 'a', 'b', 'c', '-', '1', '2', '3'};
	static const uint8_t keep[] = {0x00, 0x00, 0x00, 0x02, 0x09, 0x05};
	static const uint8_t ready[] = {0x00, 0x00, 0x00, 0x15, 0x09, 0x02,
	    0x00, 0x00, 0x00, 0x09, 'h', 't', 't', 'p', 's', ':', '/', '/', 'x',
	    0x01, 0x02, 0x00, 0x00, 0x00, 0x00};
	autobuf frame = BUF_INIT(FRAME_MAX);

	(void)state;
	wire_put_answer(&frame, view_text("abc-123"));
	assert_int_equal(frame.len, sizeof(answer));
	assert_memory_equal(frame.p, answer, sizeof(answer));
	wire_put_empty(&frame, WIRE_KEEP);
	wire_put_ready(&frame,
	    &(struct wire_ready){.address = "https://x",
		.unreachable = true,
		.callback = WIRE_CALLBACK_TAKEN});
	assert_int_equal(
	    frame.len, sizeof(answer) + sizeof(keep) + sizeof(ready));
	assert_memory_equal(frame.p + sizeof(answer), keep, sizeof(keep));
	assert_memory_equal(
	    frame.p + sizeof(answer) + sizeof(keep), ready, sizeof(ready));
}

/* The bytes of the example in docs/PROTOCOL.md: its lines of hexadecimal. */
static size_t
example_read(uint8_t *bytes, size_t cap)
{
	FILE *file = fopen(SOURCE "/docs/PROTOCOL.md", "r");
	char line[256];
	bool there = false;
	size_t len = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		unsigned byte;
		int used;

		there = there || strcmp(line, "## An example\n") == 0;
		if (there && strncmp(line, "| bytes", 7) == 0)
			break;
		if (!there || strncmp(line, "    ", 4) != 0)
			continue;
		for (const char *p = line;
		     len < cap && sscanf(p, " %2x%n", &byte, &used) == 1;
		     p += used)
			bytes[len++] = (uint8_t)byte;
	}
	(void)fclose(file);
	return len;
}

static void
wire_verdict_is_the_example_of_the_protocol(void **state)
{
	autobuf frame = BUF_INIT(FRAME_MAX);
	uint8_t example[1024];
	autoverdict verdict = {
	    .outcome = OUTCOME_OK,
	    .correlation = "c-17",
	    .identity = {.id = "user-1",
		.email = "alice@example.com",
		.state = "active",
		.client_id = "client-1",
		.organization_id = "org-1",
		.home_organization_id = "org-1",
		.scopes = "user-basic-info"},
	    .expires_in_s = 86399,
	    .token = secret_of("t0ken"),
	};

	(void)state;
	list_set(&verdict.identity.groups, "group-1 group-2");
	wire_put_verdict(&frame, &verdict);
	assert_int_equal(example_read(example, sizeof(example)), frame.len);
	assert_memory_equal(example, frame.p, frame.len);
}

static void
wire_verdict_of_zero_bytes_is_a_denial(void **state)
{
	static const struct wire_verdict zero;
	static const uint8_t bytes[128];
	autoverdict ret = {.outcome = OUTCOME_OK};

	(void)state;
	assert_int_equal(zero.outcome, OUTCOME_HELPER_FAILED);
	/* as many zero bytes as its fields have */
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		enum outcome r =
		    wire_verdict_parse((struct view){bytes, len}, &ret, NULL);

		assert_int_not_equal(ret.outcome, OUTCOME_OK);
		assert_string_equal(ret.identity.id, "");
		if (r == OUTCOME_OK)
			assert_int_equal(len, 73);
	}
}

static void
assert_same_secret(const struct secret *a, const struct secret *b)
{
	assert_true(view_eq(secret_view(a), secret_view(b)));
}

static void
wire_request_comes_out_as_it_went_in(void **state)
{
	(void)state;
	for (unsigned bits = 0; bits < 512; bits++) {
		autorequest request = request_make();
		autobuf frame = BUF_INIT(FRAME_MAX);
		autorequest ret = {0};

		request.force_signin = (bits & 1) != 0;
		request.decoy = (bits & 2) != 0;
		request.want_token = (bits & 4) != 0;
		request.revoke = (bits & 8) != 0;
		request.needs.groups = (bits & 32) != 0;
		request.needs.roles = (bits & 64) != 0;
		request.needs.divisions = (bits & 128) != 0;
		request.bare_code = (bits & 256) != 0;
		if ((bits & 16) != 0) {
			secret_free(request.client_secret);
			request.client_secret = NULL;
		}
		wire_put_request(&frame, &request);
		assert_int_equal(
		    wire_request_parse(payload_of(&frame), &ret, NULL),
		    OUTCOME_OK);
		assert_same_secret(request.client_secret, ret.client_secret);
		assert_int_equal(ret.client_secret == NULL, (bits & 16) != 0);
		assert_memory_equal(
		    &request.route, &ret.route, sizeof(ret.route));
		assert_memory_equal(
		    &request.label, &ret.label, sizeof(ret.label));
		assert_int_equal(request.uid, ret.uid);
		assert_string_equal(request.client_id, ret.client_id);
		assert_string_equal(request.redirect_uri, ret.redirect_uri);
		assert_string_equal(request.start_url, ret.start_url);
		assert_string_equal(request.signin_org, ret.signin_org);
		assert_string_equal(
		    request.signin_provider, ret.signin_provider);
		assert_int_equal(request.force_signin, ret.force_signin);
		assert_int_equal(request.bare_code, ret.bare_code);
		assert_int_equal(request.loopback, ret.loopback);
		assert_int_equal(request.unasked, ret.unasked);
		assert_int_equal(request.decoy, ret.decoy);
		assert_int_equal(request.want_token, ret.want_token);
		assert_int_equal(request.revoke, ret.revoke);
		assert_int_equal(request.needs.groups, ret.needs.groups);
		assert_int_equal(request.needs.roles, ret.needs.roles);
		assert_int_equal(request.needs.divisions, ret.needs.divisions);
		assert_int_equal(request.preconnect, ret.preconnect);
		assert_int_equal(request.preconnect_s, ret.preconnect_s);
		assert_int_equal(request.deadline_ms, ret.deadline_ms);
	}
}

static size_t
list_differs(const struct id_list *a, const struct id_list *b)
{
	return a->present != b->present ||
	    !view_eq(buf_view(&a->ids), buf_view(&b->ids));
}

/* How many of an identity's fields differ? */
static size_t
identity_differences(const struct identity *a, const struct identity *b)
{
	return (size_t)(strcmp(a->id, b->id) != 0) +
	    (size_t)(strcmp(a->email, b->email) != 0) +
	    (size_t)(strcmp(a->state, b->state) != 0) +
	    (size_t)(strcmp(a->client_id, b->client_id) != 0) +
	    (size_t)(strcmp(a->organization_id, b->organization_id) != 0) +
	    (size_t)(strcmp(a->home_organization_id, b->home_organization_id) !=
		0) +
	    (size_t)(a->cloned_user != b->cloned_user) +
	    (size_t)(a->provider != b->provider) +
	    (size_t)(strcmp(a->issuer, b->issuer) != 0) +
	    (size_t)(strcmp(a->scopes, b->scopes) != 0) +
	    list_differs(&a->groups, &b->groups) +
	    list_differs(&a->roles, &b->roles) +
	    list_differs(&a->divisions, &b->divisions);
}

static void
verdict_round_trip(const struct wire_verdict *verdict)
{
	autobuf frame = BUF_INIT(FRAME_MAX);
	autoverdict ret = {0};

	wire_put_verdict(&frame, verdict);
	assert_int_equal(
	    wire_verdict_parse(payload_of(&frame), &ret, NULL), OUTCOME_OK);
	assert_int_equal(verdict->outcome, ret.outcome);
	assert_int_equal(verdict->other_address, ret.other_address);
	assert_int_equal(verdict->sshd_junk, ret.sshd_junk);
	assert_int_equal(verdict->number, ret.number);
	assert_string_equal(verdict->reason, ret.reason);
	assert_string_equal(verdict->correlation, ret.correlation);
	assert_memory_equal(&verdict->identity, &ret.identity,
	    offsetof(struct identity, groups));
	assert_int_equal(
	    identity_differences(&verdict->identity, &ret.identity), 0);
	assert_int_equal(verdict->expires_in_s, ret.expires_in_s);
	assert_same_secret(verdict->token, ret.token);
}

static void
wire_verdict_comes_out_as_it_went_in(void **state)
{
	(void)state;
	for (size_t i = 0; i < OUTCOME_COUNT; i++) {
		autoverdict verdict = verdict_make();
		autoverdict denial = denial_make();

		denial.outcome = (enum outcome)i;
		verdict_round_trip(&denial);
		verdict.outcome = (enum outcome)i;
		verdict_round_trip(&verdict);
		verdict.identity.cloned_user = false;
		verdict.expires_in_s = 0xffffffff;
		verdict_round_trip(&verdict);
	}
}

/* As many ids as a list may have, each as long as it may be. */
static void
list_fill(struct id_list *list)
{
	char id[ID_LIST_ID_MAX];

	memset(id, 'f', sizeof(id));
	id_list_begin(list);
	for (size_t i = 0; i < ID_LIST_MAX; i++)
		assert_int_equal(
		    id_list_put(list,
			(struct view){(const uint8_t *)id, sizeof(id)},
			"groups", NULL),
		    OUTCOME_OK);
}

static void
wire_full_fields_fit_a_frame(void **state)
{
	autoverdict verdict = {.outcome = OUTCOME_OK};
	autorequest request = {.deadline_ms = 0xffffffff};
	autobuf frame = BUF_INIT(FRAME_MAX);
	char token[WIRE_TOKEN_MAX + 1];
	autorequest ret = {0};

	(void)state;
	memset(token, 't', sizeof(token) - 1);
	token[WIRE_TOKEN_MAX] = '\0';
	verdict.token = secret_of(token);
#define FILL(member) memset(member, 'f', sizeof(member) - 1)
	FILL(verdict.reason);
	FILL(verdict.correlation);
	FILL(verdict.identity.issuer);
	FILL(verdict.identity.id);
	FILL(verdict.identity.email);
	FILL(verdict.identity.state);
	FILL(verdict.identity.client_id);
	FILL(verdict.identity.organization_id);
	FILL(verdict.identity.home_organization_id);
	FILL(verdict.identity.scopes);
	list_fill(&verdict.identity.groups);
	list_fill(&verdict.identity.roles);
	list_fill(&verdict.identity.divisions);
	assert_int_equal(identity_check(&verdict.identity, NULL), OUTCOME_OK);
	verdict_round_trip(&verdict);
	FILL(request.route.login_url);
	FILL(request.route.api_url);
	FILL(request.route.issuer);
	FILL(request.route.authorize_url);
	FILL(request.route.token_url);
	FILL(request.route.jwks_url);
	FILL(request.route.userinfo_url);
	FILL(request.route.ca_file);
	FILL(request.route.proxy);
	FILL(request.label.user);
	FILL(request.label.service);
	FILL(request.label.host);
	FILL(request.client_id);
	FILL(request.redirect_uri);
	FILL(request.signin_org);
	FILL(request.signin_provider);
	FILL(request.organization);
#undef FILL
	token[WIRE_TEXT_MAX] = '\0';
	request.client_secret = secret_of(token);
	wire_put_request(&frame, &request);
	assert_int_equal(
	    wire_request_parse(payload_of(&frame), &ret, NULL), OUTCOME_OK);
	assert_memory_equal(&request.route, &ret.route, sizeof(ret.route));
	assert_string_equal(request.signin_provider, ret.signin_provider);
	assert_same_secret(request.client_secret, ret.client_secret);
}

static void
wire_answer_may_hold_anything(void **state)
{
	uint8_t bytes[WIRE_ANSWER_MAX];
	static const size_t lens[] = {0, 1, 256, WIRE_ANSWER_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		autobuf frame = BUF_INIT(FRAME_MAX);
		autobuf typed = BUF_INIT(WIRE_ANSWER_MAX);

		wire_put_answer(&frame, (struct view){bytes, lens[i]});
		assert_int_equal(
		    wire_answer_parse(payload_of(&frame), &typed, NULL),
		    OUTCOME_OK);
		assert_int_equal(typed.len, lens[i]);
		if (lens[i] > 0)
			assert_memory_equal(typed.p, bytes, lens[i]);
	}
}

static void
wire_revocation_comes_out_as_it_went_in(void **state)
{
	autorevocation request = revocation_make();
	autobuf frame = BUF_INIT(FRAME_MAX);
	autorevocation ret = {0};

	(void)state;
	wire_put_revoke_request(&frame, &request);
	assert_int_equal(
	    wire_revoke_request_parse(payload_of(&frame), &ret, NULL),
	    OUTCOME_OK);
	assert_memory_equal(&request.route, &ret.route, sizeof(ret.route));
	assert_memory_equal(&request.label, &ret.label, sizeof(ret.label));
	assert_int_equal(ret.limit_s, 60);
	assert_true(ret.expires_at_s == 0x0102030405060708);
	assert_same_secret(request.token, ret.token);
}

static void
wire_revocation_without_a_token_is_refused(void **state)
{
	autorevocation request = {.limit_s = 1};
	autobuf frame = BUF_INIT(FRAME_MAX);
	struct errinfo err = {0};
	autorevocation ret = {0};

	(void)state;
	wire_put_revoke_request(&frame, &request);
	assert_int_equal(
	    wire_revoke_request_parse(payload_of(&frame), &ret, &err), FAILED);
	assert_string_equal(err.text, "frame: the field token is missing");
}

static void
wire_refuses_every_truncation(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		autobuf frame = BUF_INIT(FRAME_MAX);

		kinds[i].put(&frame);
		struct view payload = payload_of(&frame);
		for (size_t len = 0; len < payload.len; len++) {
			if (parse_copy(&kinds[i],
				(struct view){payload.p, len}) != FAILED)
				fail_msg("%s cut to %zu bytes of %zu",
				    kinds[i].name, len, payload.len);
		}
	}
}

static void
wire_refuses_trailing_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		for (size_t more = 1; more < 10; more++) {
			autobuf frame = BUF_INIT(FRAME_MAX);
			struct errinfo err = {0};
			char expected[64];

			kinds[i].put(&frame);
			size_t len = frame.len - WIRE_HEADER_LEN;
			for (size_t j = 0; j < more; j++)
				buf_put_byte(&frame, 0);
			assert_int_equal(kinds[i].parse((struct view){frame.p +
								WIRE_HEADER_LEN,
							    len + more},
					     &err),
			    FAILED);
			(void)snprintf(expected, sizeof(expected),
			    "frame: %zu bytes after its last field", more);
			assert_string_equal(err.text, expected);
		}
	}
}

#define OTHER_VERSION \
	", not 9: restart an application that started before an upgrade"

static void
wire_header_refuses_every_other_one(void **state)
{
	static const struct {
		uint8_t header[WIRE_HEADER_LEN];
		const char *why; /* NULL: taken */
	} rows[] = {
	    {{0, 0, 0, 2, 9, 5}, NULL},
	    {{0, 0, 0, 2, 9, 1}, NULL},
	    {{0, 0, 0, 2, 9, 10}, NULL},
	    {{0, 0, 0, 2, 9, 11}, NULL},
	    {{0, 0, 0, 2, 9, 12}, NULL},
	    {{0, 0, 0, 2, 9, 13}, NULL},
	    {{0, 3, 0x40, 2, 9, 4}, NULL},
	    {{0, 0, 0, 2, 0, 5}, "frame: version 0" OTHER_VERSION},
	    {{0, 0, 0, 2, 1, 5}, "frame: version 1" OTHER_VERSION},
	    {{0, 0, 0, 2, 2, 5}, "frame: version 2" OTHER_VERSION},
	    {{0, 0, 0, 2, 3, 5}, "frame: version 3" OTHER_VERSION},
	    {{0, 0, 0, 2, 4, 5}, "frame: version 4" OTHER_VERSION},
	    {{0, 0, 0, 2, 5, 5}, "frame: version 5" OTHER_VERSION},
	    {{0, 0, 0, 2, 6, 5}, "frame: version 6" OTHER_VERSION},
	    {{0, 0, 0, 2, 7, 5}, "frame: version 7" OTHER_VERSION},
	    {{0, 0, 0, 2, 255, 5}, "frame: version 255" OTHER_VERSION},
	    {{0, 0, 0, 2, 9, 0}, "frame: unknown type 0"},
	    {{0, 0, 0, 2, 9, 14}, "frame: unknown type 14"},
	    {{0, 0, 0, 2, 9, 255}, "frame: unknown type 255"},
	    {{0, 0, 0, 0, 9, 5}, "frame: length 0 is out of bounds"},
	    {{0, 0, 0, 1, 9, 5}, "frame: length 1 is out of bounds"},
	    {{0, 3, 0x40, 3, 9, 5}, "frame: length 212995 is out of bounds"},
	    {{0, 4, 0, 0, 9, 5}, "frame: length 262144 is out of bounds"},
	    {{255, 255, 255, 255, 9, 5},
		"frame: length 4294967295 is out of bounds"},
	    {{128, 0, 0, 0, 9, 5}, "frame: length 2147483648 is out of bounds"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct errinfo err = {0};
		enum wire_type type = (enum wire_type)77;
		size_t len = 77;
		enum outcome r =
		    wire_header_parse(rows[i].header, &type, &len, &err);

		if (rows[i].why == NULL) {
			assert_int_equal(r, OUTCOME_OK);
			assert_int_equal(type, rows[i].header[5]);
			assert_in_range(len, 0, WIRE_PAYLOAD_MAX);
			continue;
		}
		assert_int_equal(r, FAILED);
		assert_string_equal(err.text, rows[i].why);
		assert_int_equal(type, 77);
		assert_int_equal(len, 77);
	}
}

/* Where in the payload of a kind these bytes stand; they stand there once. */
static size_t
place_of(struct view payload, const char *bytes)
{
	const uint8_t *at =
	    memmem(payload.p, payload.len, bytes, strlen(bytes));

	assert_non_null(at);
	return (size_t)(at - payload.p);
}

static void
refusal_expect(
    const struct kind *kind, const struct buf *frame, const char *why)
{
	struct errinfo err = {0};

	assert_int_equal(kind->parse((struct view){frame->p + WIRE_HEADER_LEN,
					 frame->len - WIRE_HEADER_LEN},
			     &err),
	    FAILED);
	assert_string_equal(err.text, why);
}

static void
wire_refuses_bytes_of_another_kind_by_field(void **state)
{
	static const struct {
		size_t kind;
		const char *text;  /* of the field */
		const char *bytes; /* put at its end */
		const char *field;
		const char *why;
	} rows[] = {
#define UNCLEAN "holds a control byte or is not UTF-8"
#define UNPRINTABLE "holds a byte that is not printable"
	    {0, "https://login.mypurecloud.de", "\n", "login_url", UNCLEAN},
	    {0, "https://api.mypurecloud.de", "\033", "api_url", UNCLEAN},
	    {0, "https://cxone.example.com", "\n", "issuer", UNCLEAN},
	    {0, "https://cxone.example.com/z", "\n", "authorize_url", UNCLEAN},
	    {0, "https://cxone.example.com/t", "\n", "token_url", UNCLEAN},
	    {0, "https://cxone.example.com/j", "\n", "jwks_url", UNCLEAN},
	    {0, "https://cxone.example.com/u", "\n", "userinfo_url", UNCLEAN},
	    {0, "tenant-1", "\n", "organization", UNCLEAN},
	    {3, "https://issuer", "\n", "issuer", UNCLEAN},
	    {0, "/etc/ca.pem", "\177", "ca_file", UNCLEAN},
	    {0, "http://proxy:3128", "\377", "proxy", UNCLEAN},
	    {0, "alice", "\r", "user", UNCLEAN},
	    {0, "sshd", "\t", "service", UNCLEAN},
	    {0, "b\303\274", "\303", "host", UNCLEAN},
	    {0, "client-1", "\302\200", "client_id", UNCLEAN},
	    {0, "https://example.com/cb?a=b", "\303(", "redirect_uri", UNCLEAN},
	    {0, "https://example.com/s", "\n", "start_url", UNCLEAN},
	    {0, "org", "\1", "signin_org", UNCLEAN},
	    {0, "okta", "\200", "signin_provider", UNCLEAN},
	    {0, "s3cret", " ", "client_secret", UNPRINTABLE},
	    {0, "s3cret", "\n", "client_secret", UNPRINTABLE},
	    {1, "https://login", " ", "address", "is not printable ASCII"},
	    {1, "https://login", "\n", "address", "is not printable ASCII"},
	    {1, "https://login", "\303\274", "address",
		"is not printable ASCII"},
	    {3, "because", "\n", "reason", UNCLEAN},
	    {3, "c0ffee", "\300\200", "correlation", UNCLEAN},
	    {3, "id-1", "\n", "id", UNCLEAN},
	    {3, "alice@example.com", "\n", "email", UNCLEAN},
	    {3, "active", "\177", "state", UNCLEAN},
	    {3, "client-1", "\n", "client_id", UNCLEAN},
	    {3, "org-1", "\n", "organization_id", UNCLEAN},
	    {3, "home-1", "\n", "home_organization_id", UNCLEAN},
	    {3, "users conversations", "\n", "scopes", UNCLEAN},
	    {3, "group-1 group-2", "\n", "groups", UNCLEAN},
	    {3, "token", " ", "token", UNPRINTABLE},
	    {3, "token", "\r\n", "token", UNPRINTABLE},
	    {3, "token", "\303\274", "token", UNPRINTABLE},
	    {5, "token", " ", "token", UNPRINTABLE},
#undef UNCLEAN
#undef UNPRINTABLE
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autobuf frame = BUF_INIT(FRAME_MAX);
		char expected[128];

		kinds[rows[i].kind].put(&frame);
		size_t at = place_of(payload_of(&frame), rows[i].text) +
		    strlen(rows[i].text) - strlen(rows[i].bytes);
		memcpy(frame.p + WIRE_HEADER_LEN + at, rows[i].bytes,
		    strlen(rows[i].bytes));
		(void)snprintf(expected, sizeof(expected),
		    "frame: the field %s %s", rows[i].field, rows[i].why);
		refusal_expect(&kinds[rows[i].kind], &frame, expected);
		/* a NUL in the middle is never the end of a text */
		memset(
		    frame.p + WIRE_HEADER_LEN + at, 0, strlen(rows[i].bytes));
		refusal_expect(&kinds[rows[i].kind], &frame, expected);
	}
}

/* It stands in the journal as it is. */
static void
wire_takes_ascii_alone_for_a_reason(void **state)
{
	autobuf frame = BUF_INIT(FRAME_MAX);

	(void)state;
	kinds[3].put(&frame);
	memcpy(
	    frame.p + WIRE_HEADER_LEN + place_of(payload_of(&frame), "because"),
	    "\303\274", 2);
	refusal_expect(&kinds[3], &frame,
	    "frame: the field reason is not printable ASCII");
}

static void
wire_refuses_lengths_out_of_bounds(void **state)
{
	static const struct {
		size_t kind;
		const char *text;
		size_t max;
		const char *field;
	} rows[] = {
	    {0, "https://login.mypurecloud.de", WIRE_TEXT_MAX, "login_url"},
	    {0, "s3cret", WIRE_TEXT_MAX, "client_secret"},
	    {1, "https://login", WIRE_ADDRESS_MAX, "address"},
	    {3, "because", WIRE_REASON_MAX, "reason"},
	    {3, "c0ffee", WIRE_CORRELATION_MAX, "correlation"},
	    {3, "https://issuer", IDENTITY_ISSUER_MAX, "issuer"},
	    {3, "id-1", IDENTITY_ID_MAX, "id"},
	    {3, "alice@example.com", IDENTITY_EMAIL_MAX, "email"},
	    {3, "active", IDENTITY_STATE_MAX, "state"},
	    {3, "users conversations", IDENTITY_SCOPES_MAX, "scopes"},
	    {3, "token", WIRE_TOKEN_MAX, "token"},
	    {5, "token", WIRE_TOKEN_MAX, "token"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static const uint32_t above[] = {
		    1, 2, 256, 0x7fffffff, 0x80000000, 0xffffffff};

		for (size_t j = 0; j < 6; j++) {
			autobuf frame = BUF_INIT(FRAME_MAX);
			char expected[64];

			kinds[rows[i].kind].put(&frame);
			uint8_t *len = frame.p + WIRE_HEADER_LEN - 4 +
			    place_of(payload_of(&frame), rows[i].text);
			uint32_t n =
			    j < 3 ? (uint32_t)rows[i].max + above[j] : above[j];
			for (int k = 0; k < 4; k++)
				len[k] = (uint8_t)(n >> (24 - 8 * k));
			/* there are enough bytes behind it: it is the bound */
			for (size_t k = 0; k < 5000; k++)
				buf_put_byte(&frame, 'x');
			(void)snprintf(expected, sizeof(expected),
			    "frame: the field %s is too long", rows[i].field);
			refusal_expect(&kinds[rows[i].kind], &frame, expected);
		}
	}
}

static void
wire_answer_above_its_bound_is_refused(void **state)
{
	uint8_t bytes[WIRE_ANSWER_MAX + 1] = {0};
	autobuf frame = BUF_INIT(FRAME_MAX);

	(void)state;
	wire_put_answer(&frame, (struct view){bytes, sizeof(bytes)});
	refusal_expect(&kinds[2], &frame, "frame: the field typed is too long");
}

static void
wire_list_above_its_bound_is_refused(void **state)
{
	autoverdict verdict = {.outcome = OUTCOME_OK};
	autobuf frame = BUF_INIT(FRAME_MAX);

	(void)state;
	verdict.identity.roles = (struct id_list){
	    .present = true, .ids = BUF_INIT(ID_LIST_BYTES + 1)};
	for (size_t i = 0; i < ID_LIST_BYTES + 1; i++)
		buf_put_byte(&verdict.identity.roles.ids, 'x');
	wire_put_verdict(&frame, &verdict);
	refusal_expect(&kinds[3], &frame, "frame: the field roles is too long");
}

static void
wire_list_that_is_missing_has_no_ids(void **state)
{
	autobuf frame = BUF_INIT(FRAME_MAX);

	(void)state;
	verdict_put(&frame);
	size_t at = place_of(payload_of(&frame), "group-1");
	frame.p[WIRE_HEADER_LEN + at - 5] = 0;
	refusal_expect(&kinds[3], &frame,
	    "frame: the field groups is missing and has ids");
}

static void
wire_booleans_are_0_or_1(void **state)
{
	static const struct {
		size_t kind;
		const char *before; /* the text before them */
		size_t offset;
		const char *field;
	} rows[] = {
	    {0, "https://cxone.example.com/u", 27, "userinfo"},
	    {0, "tenant-1", 12, "nonce_optional"},
	    {0, "tenant-1", 13, "secret_in_form"},
	    {0, "tenant-1", 14, "force_signin"},
	    {0, "tenant-1", 15, "bare_code"},
	    {0, "tenant-1", 16, "loopback"},
	    {0, "tenant-1", 17, "unasked"},
	    {0, "tenant-1", 18, "decoy"},
	    {0, "tenant-1", 19, "want_token"},
	    {0, "tenant-1", 20, "revoke"},
	    {0, "tenant-1", 21, "need_groups"},
	    {0, "tenant-1", 22, "need_roles"},
	    {0, "tenant-1", 23, "need_division"},
	    {3, "home-1", 6, "cloned_user"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (unsigned value = 0; value < 256; value++) {
			autobuf frame = BUF_INIT(FRAME_MAX);
			char expected[64];

			kinds[rows[i].kind].put(&frame);
			struct view payload = payload_of(&frame);
			frame.p[WIRE_HEADER_LEN +
			    place_of(payload, rows[i].before) +
			    rows[i].offset] = (uint8_t)value;
			if (value < 2) {
				assert_int_equal(
				    parse_copy(&kinds[rows[i].kind], payload),
				    OUTCOME_OK);
				continue;
			}
			(void)snprintf(expected, sizeof(expected),
			    "frame: the field %s is neither 0 nor 1",
			    rows[i].field);
			refusal_expect(&kinds[rows[i].kind], &frame, expected);
		}
	}
	for (size_t at = 1; at <= 2; at++) {
		autobuf frame = BUF_INIT(FRAME_MAX);

		denial_put(&frame);
		frame.p[WIRE_HEADER_LEN + at] = 2;
		refusal_expect(&kinds[4], &frame,
		    at == 1 ? "frame: the field other_address is neither 0 nor "
			      "1"
			    : "frame: the field sshd_junk is neither 0 nor 1");
	}
}

static void
wire_outcomes_out_of_range_are_refused(void **state)
{
	(void)state;
	for (unsigned value = 0; value < 256; value++) {
		autobuf frame = BUF_INIT(FRAME_MAX);
		autoverdict ret = {0};

		denial_put(&frame);
		frame.p[WIRE_HEADER_LEN] = (uint8_t)value;
		if (value >= OUTCOME_COUNT) {
			refusal_expect(&kinds[4], &frame,
			    "frame: the field outcome is out of range");
			continue;
		}
		assert_int_equal(
		    wire_verdict_parse(payload_of(&frame), &ret, NULL),
		    OUTCOME_OK);
		assert_int_equal(ret.outcome, value);
	}
}

static void
wire_number_is_one_of_five(void **state)
{
	(void)state;
	for (unsigned value = 0; value < 256; value++) {
		autobuf frame = BUF_INIT(FRAME_MAX);
		autoverdict ret = {0};

		denial_put(&frame);
		frame.p[WIRE_HEADER_LEN + 3] = (uint8_t)value;
		if (value >= WIRE_NUMBERS) {
			refusal_expect(&kinds[4], &frame,
			    "frame: the field number is out of range");
			continue;
		}
		assert_int_equal(
		    wire_verdict_parse(payload_of(&frame), &ret, NULL),
		    OUTCOME_OK);
		assert_int_equal(ret.number, value);
	}
}

static void
wire_address_is_never_empty(void **state)
{
	autobuf frame = BUF_INIT(FRAME_MAX);

	(void)state;
	wire_put_ready(&frame, &(struct wire_ready){0});
	refusal_expect(&kinds[1], &frame,
	    "frame: the field address is not printable ASCII");
}

static void
wire_callback_is_one_of_three(void **state)
{
	(void)state;
	for (unsigned value = 0; value < 256; value++) {
		autobuf frame = BUF_INIT(FRAME_MAX);
		struct wire_ready ret;

		ready_put(&frame);
		frame.p[frame.len - 5] = (uint8_t)value;
		if (value >= WIRE_CALLBACKS) {
			refusal_expect(&kinds[1], &frame,
			    "frame: the field callback is out of range");
			continue;
		}
		assert_int_equal(
		    wire_ready_parse(payload_of(&frame), &ret, NULL),
		    OUTCOME_OK);
		assert_int_equal(ret.callback, value);
	}
}

static void
wire_missing_layers_are_of_the_table(void **state)
{
	static const uint8_t bytes[] = {0x00, 0x00, 0x00, 0x15, 0x09, 0x02,
	    0x00, 0x00, 0x00, 0x01, 'a', 0x00, 0x00, 0x00, 0x00, 0x00, 0xa0,
	    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, ENOSYS};
	static const struct {
		uint32_t layers;
		uint32_t error; /* of the last */
		const char *why;
	} rows[] = {
	    {1U << SANDBOX_LAYERS, 0,
		"frame: the field layers has unknown bits"},
	    {0xffffffff, 0, "frame: the field layers has unknown bits"},
	    {1, WIRE_ERRNO_MAX + 1, "frame: the field error is out of range"},
	    {1U << SANDBOX_SECCOMP, 0xffffffff,
		"frame: the field error is out of range"},
	};
	autobuf good = BUF_INIT(FRAME_MAX);
	struct wire_ready ret;

	(void)state;
	lacking_put(&good);
	assert_int_equal(good.len, sizeof(bytes));
	assert_memory_equal(good.p, bytes, sizeof(bytes));
	assert_int_equal(
	    wire_ready_parse(payload_of(&good), &ret, NULL), OUTCOME_OK);
	assert_int_equal(
	    ret.missing.layers, 1U << SANDBOX_LANDLOCK | 1U << SANDBOX_LIMITS);
	assert_int_equal(ret.missing.reported, 0);
	assert_int_equal(ret.missing.errors[SANDBOX_LANDLOCK], ENOSYS);
	assert_int_equal(ret.missing.errors[SANDBOX_LIMITS], 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autobuf frame = BUF_INIT(FRAME_MAX);

		ready_put(&frame);
		frame.len -= 4; /* the layers: none */
		for (size_t j = 0; j < 4; j++)
			buf_put_byte(
			    &frame, (uint8_t)(rows[i].layers >> (24 - 8 * j)));
		for (size_t j = 0; j < 4; j++)
			buf_put_byte(
			    &frame, (uint8_t)(rows[i].error >> (24 - 8 * j)));
		refusal_expect(&kinds[1], &frame, rows[i].why);
	}
}

static bool
is_empty(const struct identity *identity)
{
	static const struct identity no_identity;

	return memcmp(identity, &no_identity, sizeof(no_identity)) == 0;
}

static void
wire_flipped_bits_of_a_denial_give_no_identity(void **state)
{
	autobuf frame = BUF_INIT(FRAME_MAX);
	size_t taken = 0;

	(void)state;
	denial_put(&frame);
	for (size_t bit = 0; bit < 8 * (frame.len - WIRE_HEADER_LEN); bit++) {
		uint8_t *byte = frame.p + WIRE_HEADER_LEN + bit / 8;
		autoverdict ret = {0};

		*byte = (uint8_t)(*byte ^ 1U << bit % 8);
		enum outcome r =
		    wire_verdict_parse((struct view){frame.p + WIRE_HEADER_LEN,
					   frame.len - WIRE_HEADER_LEN},
			&ret, NULL);
		*byte = (uint8_t)(*byte ^ 1U << bit % 8);
		taken += r == OUTCOME_OK;
		assert_true(r == OUTCOME_OK || ret.outcome == FAILED);
		/* of what was no identity, at most "a clone" or "CXone's" can
		 * be said, or "in no group" */
		ret.identity.cloned_user = false;
		ret.identity.provider = PROVIDER_GENESYS;
		assert_int_equal(ret.identity.groups.ids.len, 0);
		assert_int_equal(ret.identity.roles.ids.len, 0);
		assert_int_equal(ret.identity.divisions.ids.len, 0);
		id_list_done(&ret.identity.groups);
		id_list_done(&ret.identity.roles);
		id_list_done(&ret.identity.divisions);
		if (!is_empty(&ret.identity) || ret.token != NULL)
			fail_msg("bit %zu", bit);
	}
	assert_true(taken > 0);
}

static void
wire_flipped_bits_of_a_verdict_change_one_field_at_most(void **state)
{
	autoverdict verdict = verdict_make();
	autobuf frame = BUF_INIT(FRAME_MAX);

	(void)state;
	wire_put_verdict(&frame, &verdict);
	for (size_t bit = 0; bit < 8 * (frame.len - WIRE_HEADER_LEN); bit++) {
		uint8_t *byte = frame.p + WIRE_HEADER_LEN + bit / 8;
		autoverdict ret = {0};

		*byte = (uint8_t)(*byte ^ 1U << bit % 8);
		enum outcome r =
		    wire_verdict_parse((struct view){frame.p + WIRE_HEADER_LEN,
					   frame.len - WIRE_HEADER_LEN},
			&ret, NULL);
		*byte = (uint8_t)(*byte ^ 1U << bit % 8);
		if (r != OUTCOME_OK) {
			assert_int_equal(ret.outcome, FAILED);
			assert_true(is_empty(&ret.identity));
			assert_null(ret.token);
			continue;
		}
		size_t changed =
		    identity_differences(&verdict.identity, &ret.identity) +
		    (size_t)(ret.outcome != OUTCOME_OK) +
		    (size_t)(strcmp(ret.reason, verdict.reason) != 0) +
		    (size_t)(strcmp(ret.correlation, verdict.correlation) !=
			0) +
		    (size_t)ret.other_address + (size_t)ret.sshd_junk +
		    (size_t)(ret.number != WIRE_NUMBER_NONE) +
		    (size_t)(ret.expires_in_s != verdict.expires_in_s) +
		    (size_t)!secret_eq(ret.token, verdict.token);
		if (changed != 1)
			fail_msg("bit %zu: %zu fields", bit, changed);
	}
}

static void
wire_flipped_bits_never_overrun(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		autobuf frame = BUF_INIT(FRAME_MAX);

		kinds[i].put(&frame);
		struct view payload = payload_of(&frame);
		for (size_t bit = 0; bit < 8 * payload.len; bit++) {
			uint8_t *byte = frame.p + WIRE_HEADER_LEN + bit / 8;

			*byte = (uint8_t)(*byte ^ 1U << bit % 8);
			(void)parse_copy(&kinds[i], payload);
			*byte = (uint8_t)(*byte ^ 1U << bit % 8);
		}
	}
}

static void
wire_frame_that_does_not_fit_is_reported_by_the_buffer(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		autobuf whole = BUF_INIT(FRAME_MAX);

		kinds[i].put(&whole);
		for (size_t max = 0; max < whole.len; max++) {
			autobuf frame = BUF_INIT(max);

			kinds[i].put(&frame);
			assert_int_equal(buf_check(&frame), OUTCOME_NO_MEMORY);
		}
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(wire_header_says_type_and_length),
	    cmocka_unit_test(wire_frames_are_these_bytes_one_after_the_other),
	    cmocka_unit_test(wire_verdict_is_the_example_of_the_protocol),
	    cmocka_unit_test(wire_list_above_its_bound_is_refused),
	    cmocka_unit_test(wire_list_that_is_missing_has_no_ids),
	    cmocka_unit_test(wire_verdict_of_zero_bytes_is_a_denial),
	    cmocka_unit_test(wire_request_comes_out_as_it_went_in),
	    cmocka_unit_test(wire_verdict_comes_out_as_it_went_in),
	    cmocka_unit_test(wire_full_fields_fit_a_frame),
	    cmocka_unit_test(wire_answer_may_hold_anything),
	    cmocka_unit_test(wire_revocation_comes_out_as_it_went_in),
	    cmocka_unit_test(wire_revocation_without_a_token_is_refused),
	    cmocka_unit_test(wire_refuses_every_truncation),
	    cmocka_unit_test(wire_refuses_trailing_bytes),
	    cmocka_unit_test(wire_header_refuses_every_other_one),
	    cmocka_unit_test(wire_refuses_bytes_of_another_kind_by_field),
	    cmocka_unit_test(wire_takes_ascii_alone_for_a_reason),
	    cmocka_unit_test(wire_refuses_lengths_out_of_bounds),
	    cmocka_unit_test(wire_answer_above_its_bound_is_refused),
	    cmocka_unit_test(wire_booleans_are_0_or_1),
	    cmocka_unit_test(wire_outcomes_out_of_range_are_refused),
	    cmocka_unit_test(wire_number_is_one_of_five),
	    cmocka_unit_test(wire_address_is_never_empty),
	    cmocka_unit_test(wire_callback_is_one_of_three),
	    cmocka_unit_test(wire_missing_layers_are_of_the_table),
	    cmocka_unit_test(wire_flipped_bits_of_a_denial_give_no_identity),
	    cmocka_unit_test(
		wire_flipped_bits_of_a_verdict_change_one_field_at_most),
	    cmocka_unit_test(wire_flipped_bits_never_overrun),
	    cmocka_unit_test(
		wire_frame_that_does_not_fit_is_reported_by_the_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
