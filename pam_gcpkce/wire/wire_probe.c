/* SPDX-License-Identifier: ISC */
/*
 * Frames of a probe.  All that a reply says is shown to people; nothing is
 * decided by it.
 */
#include "gcpkce/wire/wire_probe.h"

#include <string.h>

#include "field.h"

static void
field_request(struct wire_codec *w, struct wire_probe_request *request)
{
	wire_field_route(w, &request->route);
	PASS_TEXT(w, request, client_id);
	PASS_TEXT(w, request, redirect_uri);
	PASS_TEXT(w, request, signin_org);
	PASS_TEXT(w, request, signin_provider);
	field_bool(w, &request->network, "network");
	field_u32(w, &request->limit_s, "limit_s");
}

static void
field_layer(struct wire_codec *w, struct wire_layer *layer)
{
	PASS_TEXT(w, layer, name);
	field_bool(w, &layer->live, "live");
	PASS_TEXT(w, layer, why);
}

static void
field_reach(struct wire_codec *w, struct wire_reach *reach)
{
	reach->reached =
	    field_choice(w, reach->reached, WIRE_STEP_COUNT, "reached");
	reach->failed =
	    field_choice(w, reach->failed, WIRE_STEP_COUNT, "failed");
	PASS_TEXT(w, reach, error);
	for (size_t i = WIRE_STEP_DNS; i < WIRE_STEP_COUNT; i++)
		field_u32(w, &reach->ms[i], "ms");
	PASS_TEXT(w, reach, address);
	PASS_TEXT(w, reach, tls);
	field_u32(w, &reach->status, "status");
	field_u32(w, &reach->proxy_status, "proxy_status");
	field_number(w, &reach->certificate_end_s, 8, "certificate_end_s");
	field_number(w, &reach->date_s, 8, "date_s");
	field_number(w, &reach->clock_s, 8, "clock_s");
}

static void
field_authorize(struct wire_codec *w, struct wire_authorize *authorize)
{
	field_u32(w, &authorize->status, "status");
	field_bool(w, &authorize->back, "back");
	PASS_TEXT(w, authorize, error);
	PASS_TEXT(w, authorize, place);
}

static void
field_reply(struct wire_codec *w, struct wire_probe_reply *reply)
{
	PASS_TEXT(w, reply, reason);
	field_u32(w, &reply->count, "count");
	if (reply->count > WIRE_LAYERS_MAX)
		field_fail(w, "count", "is too large");
	for (size_t i = 0; w->r == OUTCOME_OK && i < reply->count; i++)
		field_layer(w, &reply->layers[i]);
	for (size_t i = 0; i < WIRE_HOST_COUNT; i++)
		field_reach(w, &reply->hosts[i]);
	field_authorize(w, &reply->ours);
	field_authorize(w, &reply->unknown);
	field_bool(w, &reply->same_page, "same_page");
}

void
wire_put_probe_request(
    struct buf *frame, const struct wire_probe_request *request)
{
	size_t start = wire_begin(frame, WIRE_PROBE_REQUEST);
	struct wire_codec w = {.out = frame, .r = OUTCOME_OK};
	struct wire_probe_request lent = *request;

	field_request(&w, &lent);
	wire_end(frame, start);
}

void
wire_put_probe_reply(struct buf *frame, const struct wire_probe_reply *reply)
{
	size_t start = wire_begin(frame, WIRE_PROBE_REPLY);
	struct wire_codec w = {.out = frame, .r = OUTCOME_OK};
	struct wire_probe_reply lent = *reply;

	field_reply(&w, &lent);
	wire_end(frame, start);
}

enum outcome
wire_probe_request_parse(
    struct view payload, struct wire_probe_request *ret, struct errinfo *reterr)
{
	struct wire_codec w = {
	    .in = payload, .r = OUTCOME_OK, .reterr = reterr};

	memset(ret, 0, sizeof(*ret));
	field_request(&w, ret);
	if (field_finish(&w) != OUTCOME_OK)
		memset(ret, 0, sizeof(*ret));
	return w.r;
}

enum outcome
wire_probe_reply_parse(
    struct view payload, struct wire_probe_reply *ret, struct errinfo *reterr)
{
	struct wire_codec w = {
	    .in = payload, .r = OUTCOME_OK, .reterr = reterr};

	memset(ret, 0, sizeof(*ret));
	field_reply(&w, ret);
	if (field_finish(&w) != OUTCOME_OK)
		memset(ret, 0, sizeof(*ret));
	return w.r;
}
