/* SPDX-License-Identifier: ISC */
/*
 * Frames about a token.  What a reply says of groups and names is for people
 * to read; the reader bounds it like everything else.
 */
#include "gcpkce/wire/wire_token.h"

#include <string.h>

#include "field.h"

static void
field_request(struct wire_codec *w, struct wire_token_request *request)
{
	wire_field_route(w, &request->route);
	request->task = field_choice(w, request->task, WIRE_TASK_COUNT, "task");
	if (request->task == WIRE_TASK_NONE)
		field_fail(w, "task", "is none");
	field_u32(w, &request->limit_s, "limit_s");
	field_secret(w, &request->token, WIRE_TOKEN_MAX, "token");
}

static void
field_thing(struct wire_codec *w, struct wire_thing *thing)
{
	thing->kind = field_choice(w, thing->kind, WIRE_THING_COUNT, "kind");
	PASS_TEXT(w, thing, id);
	PASS_TEXT(w, thing, name);
}

static void
field_portrait(struct wire_codec *w, struct wire_portrait *portrait)
{
	PASS_TEXT(w, portrait, person);
	PASS_TEXT(w, portrait, organization);
	PASS_TEXT(w, portrait, client);
	for (size_t i = 0; i < WIRE_THING_COUNT; i++)
		field_bool(w, &portrait->told[i], "told");
	field_bool(w, &portrait->more, "more");
	field_u32(w, &portrait->count, "count");
	if (portrait->count > WIRE_THINGS_MAX)
		field_fail(w, "count", "is too large");
	for (size_t i = 0; w->r == OUTCOME_OK && i < portrait->count; i++)
		field_thing(w, &portrait->things[i]);
}

void
wire_put_token_request(
    struct buf *frame, const struct wire_token_request *request)
{
	size_t start = wire_begin(frame, WIRE_TOKEN_REQUEST);
	struct wire_codec w = {.out = frame, .r = OUTCOME_OK};
	struct wire_token_request lent = *request;

	field_request(&w, &lent);
	wire_end(frame, start);
}

void
wire_put_token_reply(struct buf *frame, const struct wire_token_info *reply)
{
	size_t start = wire_begin(frame, WIRE_TOKEN_REPLY);
	struct wire_codec w = {.out = frame, .r = OUTCOME_OK};
	struct wire_token_info lent = *reply;

	wire_field_verdict(&w, &lent.verdict);
	field_portrait(&w, &lent.portrait);
	wire_end(frame, start);
}

enum outcome
wire_token_request_parse(
    struct view payload, struct wire_token_request *ret, struct errinfo *reterr)
{
	struct wire_codec w = {
	    .in = payload, .r = OUTCOME_OK, .reterr = reterr};

	memset(ret, 0, sizeof(*ret));
	field_request(&w, ret);
	if (field_finish(&w) == OUTCOME_OK && ret->token == NULL)
		field_fail(&w, "token", "is missing");
	if (w.r != OUTCOME_OK)
		wire_token_request_done(ret);
	return w.r;
}

enum outcome
wire_token_reply_parse(
    struct view payload, struct wire_token_info *ret, struct errinfo *reterr)
{
	struct wire_codec w = {
	    .in = payload, .r = OUTCOME_OK, .reterr = reterr};

	memset(ret, 0, sizeof(*ret));
	wire_field_verdict(&w, &ret->verdict);
	field_portrait(&w, &ret->portrait);
	if (field_finish(&w) == OUTCOME_OK && ret->verdict.token != NULL)
		field_fail(&w, "token", "has no place in this frame");
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
wire_token_reply_done(struct wire_token_info *reply)
{
	wire_verdict_done(&reply->verdict);
	memset(reply, 0, sizeof(*reply));
}
