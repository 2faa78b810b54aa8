/* SPDX-License-Identifier: ISC */
/*
 * Frames about a token.  What a reply says of groups and names is for people
 * to read; the reader bounds it like everything else.
 */
#include "gcpkce/wire/wire_token.h"

#include <string.h>

#include "pass.h"

static void
pass_request(struct wire *w, struct wire_token_request *request)
{
	wire_pass_route(w, &request->route);
	request->task = pass_choice(w, request->task, WIRE_TASK_COUNT, "task");
	if (request->task == WIRE_TASK_NONE)
		pass_fail(w, "task", "is none");
	pass_u32(w, &request->limit_s, "limit_s");
	pass_secret(w, &request->token, WIRE_TOKEN_MAX, "token");
}

static void
pass_thing(struct wire *w, struct wire_thing *thing)
{
	thing->kind = pass_choice(w, thing->kind, WIRE_THING_COUNT, "kind");
	PASS_TEXT(w, thing, id);
	PASS_TEXT(w, thing, name);
}

static void
pass_portrait(struct wire *w, struct wire_portrait *portrait)
{
	PASS_TEXT(w, portrait, person);
	PASS_TEXT(w, portrait, organization);
	PASS_TEXT(w, portrait, client);
	for (size_t i = 0; i < WIRE_THING_COUNT; i++)
		pass_bool(w, &portrait->told[i], "told");
	pass_bool(w, &portrait->more, "more");
	pass_u32(w, &portrait->count, "count");
	if (portrait->count > WIRE_THINGS_MAX)
		pass_fail(w, "count", "is too large");
	for (size_t i = 0; w->r == OUTCOME_OK && i < portrait->count; i++)
		pass_thing(w, &portrait->things[i]);
}

void
wire_put_token_request(
    struct buf *frame, const struct wire_token_request *request)
{
	size_t start = wire_begin(frame, WIRE_TOKEN_REQUEST);
	struct wire w = {.out = frame, .r = OUTCOME_OK};
	struct wire_token_request lent = *request;

	pass_request(&w, &lent);
	wire_end(frame, start);
}

void
wire_put_token_reply(struct buf *frame, const struct wire_token_reply *reply)
{
	size_t start = wire_begin(frame, WIRE_TOKEN_REPLY);
	struct wire w = {.out = frame, .r = OUTCOME_OK};
	struct wire_token_reply lent = *reply;

	wire_pass_verdict(&w, &lent.verdict);
	pass_portrait(&w, &lent.portrait);
	wire_end(frame, start);
}

enum outcome
wire_token_request_parse(
    struct view payload, struct wire_token_request *ret, struct errinfo *reterr)
{
	struct wire w = {.in = payload, .r = OUTCOME_OK, .reterr = reterr};

	memset(ret, 0, sizeof(*ret));
	pass_request(&w, ret);
	if (pass_finish(&w) == OUTCOME_OK && ret->token == NULL)
		pass_fail(&w, "token", "is missing");
	if (w.r != OUTCOME_OK)
		wire_token_request_done(ret);
	return w.r;
}

enum outcome
wire_token_reply_parse(
    struct view payload, struct wire_token_reply *ret, struct errinfo *reterr)
{
	struct wire w = {.in = payload, .r = OUTCOME_OK, .reterr = reterr};

	memset(ret, 0, sizeof(*ret));
	wire_pass_verdict(&w, &ret->verdict);
	pass_portrait(&w, &ret->portrait);
	if (pass_finish(&w) == OUTCOME_OK && ret->verdict.token != NULL)
		pass_fail(&w, "token", "has no place in this frame");
	if (w.r != OUTCOME_OK)
		wire_token_reply_done(ret);
	return w.r;
}

void
wire_token_request_done(struct wire_token_request *request)
{
	secret_free(request->token);
	memset(request, 0, sizeof(*request));
}

void
wire_token_reply_done(struct wire_token_reply *reply)
{
	wire_verdict_done(&reply->verdict);
	memset(reply, 0, sizeof(*reply));
}
