/* SPDX-License-Identifier: ISC */
/*
 * Frames of a probe.  A reply is only displayed; no decision depends on it.
 */
#include "gcpkce/wire/wire_probe.h"

#include "gcpkce/wire/field.h"

static void
field_request(struct wire_codec *w, struct wire_probe_request *request)
{
	field_route(w, &request->route);
	PASS_TEXT(w, request, client_id);
	PASS_TEXT(w, request, redirect_uri);
	PASS_TEXT(w, request, signin_org);
	PASS_TEXT(w, request, signin_provider);
	field_bool(w, &request->network, "network");
	field_u32(w, &request->limit_s, "limit_s");
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
field_discovery(struct wire_codec *w, struct wire_discovery *discovery)
{
	field_u32(w, &discovery->status, "status");
	for (size_t i = 0; i < WIRE_URL_COUNT; i++)
		PASS_TEXT(w, discovery, urls[i]);
	field_bool(w, &discovery->no_rs256, "no_rs256");
	field_bool(w, &discovery->no_s256, "no_s256");
	field_bool(w, &discovery->no_none, "no_none");
	field_bool(w, &discovery->no_basic, "no_basic");
	field_bool(w, &discovery->no_post, "no_post");
}

static void
field_reply(struct wire_codec *w, struct wire_probe_reply *reply)
{
	PASS_TEXT(w, reply, reason);
	field_missing(w, &reply->missing);
	for (size_t i = 0; i < WIRE_HOST_COUNT; i++)
		field_reach(w, &reply->hosts[i]);
	field_authorize(w, &reply->ours);
	field_authorize(w, &reply->unknown);
	field_bool(w, &reply->same_page, "same_page");
	field_u32(w, &reply->keys, "keys");
	PASS_TEXT(w, reply, keys_error);
	field_discovery(w, &reply->discovery);
}

FRAME_DEFINE(probe_request, WIRE_PROBE_REQUEST, struct wire_probe_request,
    field_request, FRAME_OWNS_NOTHING)
FRAME_DEFINE(probe_reply, WIRE_PROBE_REPLY, struct wire_probe_reply,
    field_reply, FRAME_OWNS_NOTHING)
