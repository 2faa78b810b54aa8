/* SPDX-License-Identifier: ISC */
/* Groups and names in a reply are only for display, and still bounded. */
#include "gcpkce/wire/wire_token.h"

#include "gcpkce/wire/field.h"

static void
field_request(struct wire_codec *w, struct wire_token_request *request)
{
	field_route(w, &request->route);
	request->task = field_choice(w, request->task, WIRE_TASK_COUNT, "task");
	if (request->task == WIRE_TASK_NONE)
		field_fail(w, "task", "is out of range");
	field_u32(w, &request->limit_s, "limit_s");
	field_secret(w, &request->token, WIRE_TOKEN_MAX, "token");
	if (request->token == NULL)
		field_fail(w, "token", "is missing");
}

static void
field_membership(struct wire_codec *w, struct wire_membership *membership)
{
	membership->kind =
	    field_choice(w, membership->kind, WIRE_MEMBERSHIP_COUNT, "kind");
	PASS_TEXT(w, membership, id);
	PASS_TEXT(w, membership, name);
}

static void
field_names(struct wire_codec *w, struct wire_names *names)
{
	PASS_TEXT(w, names, person);
	PASS_TEXT(w, names, organization);
	PASS_TEXT(w, names, client);
	for (size_t i = 0; i < WIRE_MEMBERSHIP_COUNT; i++)
		field_bool(w, &names->present[i], "present");
	field_bool(w, &names->more, "more");
	field_u32(w, &names->count, "count");
	if (names->count > WIRE_MEMBERSHIPS_MAX)
		field_fail(w, "count", "is too large");
	for (size_t i = 0; w->r == OUTCOME_OK && i < names->count; i++)
		field_membership(w, &names->memberships[i]);
}

static void
field_info(struct wire_codec *w, struct wire_token_info *info)
{
	field_verdict(w, &info->verdict);
	if (info->verdict.token != NULL)
		field_fail(w, "token", "has no place in this frame");
	field_names(w, &info->names);
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
