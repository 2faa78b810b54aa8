/* SPDX-License-Identifier: ISC */
/*
 * Each struct has one list of fields that writer and reader walk.  The reader
 * trusts nothing: the other end may be a compromised helper.
 */
#include "gcpkce/wire/wire.h"

#include <string.h>

#include "gcpkce/base/text.h"
#include "gcpkce/wire/field.h"

/* Write or read a list of ids; identity_check checks its bytes. */
static void
field_ids(struct wire_codec *w, struct id_list *list, const char *field)
{
	field_bool(w, &list->present, field);
	if (w->out != NULL) {
		field_put(w, buf_view(&list->ids));
		return;
	}
	struct view bytes = field_cut(w, ID_LIST_BYTES, field);
	if (!text_is_clean_utf8(bytes))
		field_fail(w, field, "holds a control byte or is not UTF-8");
	if (!list->present && bytes.len > 0)
		field_fail(w, field, "is missing and has ids");
	if (w->r != OUTCOME_OK || !list->present)
		return;
	id_list_begin(list);
	buf_put(&list->ids, bytes.p, bytes.len);
	w->r = buf_check(&list->ids);
}

/* The fields of each struct, in their order on the wire. */

void
field_route(struct wire_codec *w, struct wire_route *route)
{
	route->provider =
	    field_choice(w, route->provider, PROVIDERS, "provider");
	PASS_TEXT(w, route, login_url);
	PASS_TEXT(w, route, api_url);
	PASS_TEXT(w, route, issuer);
	PASS_TEXT(w, route, authorize_url);
	PASS_TEXT(w, route, token_url);
	PASS_TEXT(w, route, jwks_url);
	PASS_TEXT(w, route, userinfo_url);
	field_bool(w, &route->userinfo, "userinfo");
	PASS_TEXT(w, route, ca_file);
	PASS_TEXT(w, route, proxy);
	field_u32(w, &route->connect_timeout_s, "connect_timeout_s");
	field_u32(w, &route->request_timeout_s, "request_timeout_s");
	field_bool(w, &route->strict, "strict");
}

static void
field_label(struct wire_codec *w, struct wire_label *label)
{
	PASS_TEXT(w, label, user);
	PASS_TEXT(w, label, service);
	PASS_TEXT(w, label, host);
}

static void
field_request(struct wire_codec *w, struct wire_request *request)
{
	field_route(w, &request->route);
	field_label(w, &request->label);
	field_u32(w, &request->uid, "uid");
	PASS_TEXT(w, request, client_id);
	PASS_TEXT(w, request, redirect_uri);
	PASS_TEXT(w, request, start_url);
	PASS_TEXT(w, request, signin_org);
	PASS_TEXT(w, request, signin_provider);
	PASS_TEXT(w, request, organization);
	field_u32(w, &request->clock_skew_s, "clock_skew_s");
	field_bool(w, &request->nonce_optional, "nonce_optional");
	field_bool(w, &request->secret_in_form, "secret_in_form");
	field_bool(w, &request->force_signin, "force_signin");
	field_bool(w, &request->bare_code, "bare_code");
	field_bool(w, &request->loopback, "loopback");
	field_bool(w, &request->unasked, "unasked");
	field_bool(w, &request->decoy, "decoy");
	field_bool(w, &request->want_token, "want_token");
	field_bool(w, &request->revoke, "revoke");
	field_bool(w, &request->needs.groups, "need_groups");
	field_bool(w, &request->needs.roles, "need_roles");
	field_bool(w, &request->needs.divisions, "need_division");
	field_bool(w, &request->preconnect, "preconnect");
	field_u32(w, &request->preconnect_s, "preconnect_s");
	field_u32(w, &request->deadline_ms, "deadline_ms");
	field_secret(
	    w, &request->client_secret, WIRE_TEXT_MAX, "client_secret");
}

void
field_identity(struct wire_codec *w, struct identity *identity)
{
	identity->provider =
	    field_choice(w, identity->provider, PROVIDERS, "provider");
	PASS_TEXT(w, identity, issuer);
	PASS_TEXT(w, identity, id);
	PASS_TEXT(w, identity, email);
	PASS_TEXT(w, identity, state);
	PASS_TEXT(w, identity, client_id);
	PASS_TEXT(w, identity, organization_id);
	PASS_TEXT(w, identity, home_organization_id);
	field_bool(w, &identity->cloned_user, "cloned_user");
	PASS_TEXT(w, identity, scopes);
	field_ids(w, &identity->groups, "groups");
	field_ids(w, &identity->roles, "roles");
	field_ids(w, &identity->divisions, "divisions");
}

/* A layer's errno is present only if its bit is set. */
void
field_missing(struct wire_codec *w, struct missing_layers *missing)
{
	field_u32(w, &missing->layers, "layers");
	if (missing->layers >> SANDBOX_LAYERS != 0)
		field_fail(w, "layers", "has unknown bits");
	for (unsigned i = 0; w->r == OUTCOME_OK && i < SANDBOX_LAYERS; i++) {
		if ((missing->layers & 1U << i) != 0)
			field_u32(w, &missing->errors[i], "error");
		if (missing->errors[i] > WIRE_ERRNO_MAX)
			field_fail(w, "error", "is out of range");
	}
}

static void
field_ready(struct wire_codec *w, struct wire_ready *ready)
{
	field_token(w, ready->address, sizeof(ready->address), "address");
	field_bool(w, &ready->unreachable, "unreachable");
	ready->callback =
	    field_choice(w, ready->callback, WIRE_CALLBACKS, "callback");
	field_missing(w, &ready->missing);
}

void
field_verdict(struct wire_codec *w, struct wire_verdict *verdict)
{
	verdict->outcome =
	    field_choice(w, verdict->outcome, OUTCOME_COUNT, "outcome");
	field_bool(w, &verdict->other_address, "other_address");
	field_bool(w, &verdict->sshd_junk, "sshd_junk");
	verdict->number =
	    field_choice(w, verdict->number, WIRE_NUMBERS, "number");
	PASS_TEXT(w, verdict, reason);
	for (const char *c = verdict->reason; w->out == NULL && *c != 0; c++) {
		if (*c < 0x20 || *c >= 0x7f)
			field_fail(w, "reason", "is not printable ASCII");
	}
	PASS_TEXT(w, verdict, correlation);
	field_identity(w, &verdict->identity);
	field_u32(w, &verdict->expires_in_s, "expires_in_s");
	field_secret(w, &verdict->token, WIRE_TOKEN_MAX, "token");
	field_missing(w, &verdict->missing);
}

static void
field_revoke_request(struct wire_codec *w, struct wire_revoke_request *request)
{
	field_route(w, &request->route);
	field_label(w, &request->label);
	field_u32(w, &request->limit_s, "limit_s");
	field_number(w, &request->expires_at_s, 8, "expires_at_s");
	field_secret(w, &request->token, WIRE_TOKEN_MAX, "token");
	if (request->token == NULL)
		field_fail(w, "token", "is missing");
}

/* The length is 0 at first, and is set when the payload is complete. */
size_t
frame_begin(struct buf *frame, enum wire_type type)
{
	size_t start = frame->len;
	const uint8_t header[WIRE_HEADER_LEN] = {
	    0, 0, 0, 0, WIRE_VERSION, (uint8_t)type};

	buf_put(frame, header, sizeof(header));
	return start;
}

void
frame_end(struct buf *frame, size_t start)
{
	if (frame->failed)
		return;
	size_t len = frame->len - start - 4;
	for (size_t i = 0; i < 4; i++)
		frame->p[start + i] = (uint8_t)(len >> (24 - 8 * i));
}

void
wire_put_empty(struct buf *frame, enum wire_type type)
{
	frame_end(frame, frame_begin(frame, type));
}

FRAME_DEFINE(request, WIRE_REQUEST, struct wire_request, field_request,
    wire_request_done)
FRAME_DEFINE(
    ready, WIRE_READY, struct wire_ready, field_ready, FRAME_OWNS_NOTHING)
FRAME_DEFINE(verdict, WIRE_VERDICT, struct wire_verdict, field_verdict,
    wire_verdict_done)
FRAME_DEFINE(revoke_request, WIRE_REVOKE_REQUEST, struct wire_revoke_request,
    field_revoke_request, wire_revoke_request_done)

void
wire_put_answer(struct buf *frame, struct view typed)
{
	size_t start = frame_begin(frame, WIRE_ANSWER);
	struct wire_codec w = {.out = frame, .r = OUTCOME_OK};

	field_put(&w, typed);
	frame_end(frame, start);
}

enum outcome
wire_answer_parse(
    struct view payload, struct buf *ret_typed, struct errinfo *reterr)
{
	struct wire_codec w = {
	    .in = payload, .r = OUTCOME_OK, .reterr = reterr};
	struct view typed = field_cut(&w, WIRE_ANSWER_MAX, "typed");

	if (field_finish(&w) != OUTCOME_OK)
		return w.r;
	buf_put(ret_typed, typed.p, typed.len);
	return buf_check(ret_typed);
}

enum outcome
wire_header_parse(const uint8_t header[static WIRE_HEADER_LEN],
    enum wire_type *ret_type, size_t *ret_len, struct errinfo *reterr)
{
	size_t len = 0;

	for (size_t i = 0; i < 4; i++)
		len = len << 8 | header[i];
	if (header[4] != WIRE_VERSION)
		return err_set(reterr, OUTCOME_HELPER_FAILED,
		    "frame: version %u, not %u: restart an application that "
		    "started before an upgrade",
		    header[4], WIRE_VERSION);
	if (header[5] < WIRE_REQUEST || header[5] > WIRE_REVOKING)
		return err_set(reterr, OUTCOME_HELPER_FAILED,
		    "frame: unknown type %u", header[5]);
	if (len < 2 || len - 2 > WIRE_PAYLOAD_MAX)
		return err_set(reterr, OUTCOME_HELPER_FAILED,
		    "frame: length %zu is out of bounds", len);
	*ret_type = header[5];
	*ret_len = len - 2;
	return OUTCOME_OK;
}

void
wire_reason_set(struct wire_verdict *verdict, const char *reason)
{
	char *to = verdict->reason;
	size_t len = 0;

	for (; len < WIRE_REASON_MAX && reason[len] != '\0'; len++)
		to[len] = reason[len] >= 0x20 && reason[len] < 0x7f
		    ? reason[len]
		    : '?';
	to[len] = '\0';
}

void
wire_request_done(struct wire_request *request)
{
	secret_free(request->client_secret);
	memset(request, 0, sizeof(*request));
}

void
wire_verdict_done(struct wire_verdict *verdict)
{
	secret_free(verdict->token);
	identity_done(&verdict->identity);
	memset(verdict, 0, sizeof(*verdict));
}

void
wire_revoke_request_done(struct wire_revoke_request *request)
{
	secret_free(request->token);
	memset(request, 0, sizeof(*request));
}
