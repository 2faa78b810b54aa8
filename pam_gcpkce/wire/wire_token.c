/* SPDX-License-Identifier: ISC */
/*
 * Frames about a token.  Groups and names in a reply are only for display; the
 * reader bounds them like everything else.
 */
#include "gcpkce/wire/wire_token.h"

#include "field.h"

static void
field_request(struct wire_codec *w, struct wire_token_request *request)
{
	field_route(w, &request->route);
	request->task = field_choice(w, request->task, WIRE_TASK_COUNT, "task");
	if (request->task == WIRE_TASK_NONE)
		field_fail(w, "task", "is none");
	field_u32(w, &request->limit_s, "limit_s");
	field_secret(w, &request->token, WIRE_TOKEN_MAX, "token");
	if (request->token == NULL)
		field_fail(w, "token", "is missing");
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

static void
field_info(struct wire_codec *w, struct wire_token_info *info)
{
	field_verdict(w, &info->verdict);
	if (info->verdict.token != NULL)
		field_fail(w, "token", "has no place in this frame");
	field_portrait(w, &info->portrait);
}

FRAME_DEFINE(token_request, WIRE_TOKEN_REQUEST, struct wire_token_request,
    field_request, wire_token_request_done)
FRAME_DEFINE(token_reply, WIRE_TOKEN_REPLY, struct wire_token_info, field_info,
    wire_token_reply_done)

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
