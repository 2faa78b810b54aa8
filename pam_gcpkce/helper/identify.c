/* SPDX-License-Identifier: ISC */
/*
 * Whose token is this?  Sends the identity requests side by side, with the
 * token of the request; or revokes it.  What the replies mean for rights is
 * decided elsewhere.
 */
#include "identify.h"

#include <string.h>

#include "gcpkce/base/clock.h"
#include "gcpkce/oauth/provider.h"
#include "gcpkce/wire/frame.h"
#include "helper/http/response.h"
#include "revoker.h"
#include "startup.h"

#define REPLY_WAIT_MS 1000

struct inquiry {
	const struct provider *provider;
	const struct wire_token_request *request;
	struct wait wait;
	struct http_conn conns[PROVIDER_REQUESTS];
	struct wire_token_info reply;
};

static enum outcome
conn_ask(struct inquiry *q, size_t i, struct errinfo *reterr)
{
	const struct identity_request *asked = &q->provider->identity[i];
	const struct wire_route *route = &q->request->route;
	bool all = q->request->task == WIRE_TASK_MEMBERSHIPS;
	struct http_conn *conn = &q->conns[i];
	autobuf url = BUF_INIT(2048);

	if (asked->parse_owner == NULL)
		return OUTCOME_OK;
	endpoint_url(&asked->endpoint, route, &url);
	if (asked->query != NULL)
		asked->query((struct identity_needs){all, all, all}, &url);
	enum outcome r = buf_check(&url);
	if (r == OUTCOME_OK)
		r = conn_aim(
		    conn, route, buf_text(&url), route_limit_ms(route), reterr);
	if (r == OUTCOME_OK)
		r = conn_authorize(conn, q->request->token, reterr);
	return r == OUTCOME_OK ? conn_start(conn, reterr) : r;
}

/* Only a 200 is read. */
static enum outcome
conn_judge(struct inquiry *q, size_t i, struct errinfo *reterr)
{
	const struct sent_secrets sent_secrets = {.token = q->request->token};
	const struct identity_request *asked = &q->provider->identity[i];

	return asked->parse_owner == NULL
	    ? OUTCOME_OK
	    : response_judge(&q->conns[i], q->provider, asked->endpoint.request,
		  &sent_secrets, q->reply.verdict.correlation, reterr);
}

/* Does any field of the reply contain the token? */
static bool
reply_has_token(const struct inquiry *q)
{
	const struct sent_secrets sent_secrets = {.token = q->request->token};
	const struct wire_names *names = &q->reply.names;
	/* displayed names may have been cut */
	bool found = redact_contains_in_identity(
			 &q->reply.verdict.identity, q->request->token) ||
	    redact_contains(view_text(names->person), &sent_secrets) ||
	    redact_contains(view_text(names->organization), &sent_secrets) ||
	    redact_contains(view_text(names->client), &sent_secrets);

	for (uint32_t i = 0; !found && i < names->count; i++)
		found = redact_contains(view_text(names->memberships[i].id),
			    &sent_secrets) ||
		    redact_contains(
			view_text(names->memberships[i].name), &sent_secrets);
	return found;
}

static enum outcome
reply_read(struct inquiry *q, size_t i, struct errinfo *reterr)
{
	const struct identity_request *asked = &q->provider->identity[i];
	struct identity_context context = {0};
	struct view body = buf_view(&q->conns[i].body);
	struct errinfo why = {0};

	if (asked->parse_owner == NULL)
		return OUTCOME_OK;
	enum outcome r = asked->parse_owner(
	    body, &context, &q->reply.verdict.identity, &why);
	if (r == OUTCOME_OK)
		r = asked->names_parse(body, &q->reply.names, &why);
	return r == OUTCOME_OK
	    ? r
	    : err_set(reterr, r, "%s: %s", asked->endpoint.request, why.text);
}

static enum outcome
token_identify(struct inquiry *q, struct errinfo *reterr)
{
	enum outcome r = OUTCOME_OK;

	for (size_t i = 0; r == OUTCOME_OK && i < PROVIDER_REQUESTS; i++)
		r = conn_ask(q, i, reterr);
	if (r == OUTCOME_OK)
		r = http_loop_drive(
		    q->conns, PROVIDER_REQUESTS, NULL, &q->wait, reterr);
	for (size_t i = 0; r == OUTCOME_OK && i < PROVIDER_REQUESTS; i++)
		r = conn_judge(q, i, reterr);
	for (size_t i = 0; r == OUTCOME_OK && i < PROVIDER_REQUESTS; i++)
		r = reply_read(q, i, reterr);
	if (r == OUTCOME_OK && reply_has_token(q))
		r = err_set(reterr, OUTCOME_REPLY_INVALID,
		    "a field of a reply repeats the token");
	return r;
}

static enum outcome
token_revoke(struct inquiry *q, struct errinfo *reterr)
{
	const struct wire_route *route = &q->request->route;
	struct http_conn *conn = &q->conns[0];

	enum outcome r = revoker_can(route, reterr);
	if (r == OUTCOME_OK)
		r = conn_aim(conn, route,
		    endpoint_base(&q->provider->revoke, route), 1000, reterr);
	if (r != OUTCOME_OK)
		return r;
	return revoker_try(
	    &(struct revoker_order){.route = route, .token = q->request->token},
	    conn, &q->wait, q->reply.verdict.correlation, reterr);
}

static enum outcome
reply_send(struct inquiry *q, enum outcome outcome, const char *reason,
    struct errinfo *reterr)
{
	autobuf frame = BUF_INIT(WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX);
	struct wire_token_info *reply = &q->reply;

	if (outcome != OUTCOME_OK) { /* only its correlation id is used */
		char correlation[WIRE_CORRELATION_MAX + 1];

		memcpy(correlation, reply->verdict.correlation,
		    sizeof(correlation));
		wire_token_reply_done(reply);
		memcpy(reply->verdict.correlation, correlation,
		    sizeof(correlation));
	}
	reply->verdict.outcome = outcome;
	wire_reason_set(&reply->verdict, reason);
	wire_put_token_reply(&frame, reply);
	return frame_send(
	    HELPER_FD_SOCKET, &frame, clock_now_ms() + REPLY_WAIT_MS, reterr);
}

enum outcome
identify_serve(const struct wire_token_request *request, int signals,
    struct errinfo *reterr)
{
	struct errinfo why = {0};
	autofree struct inquiry *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return err_set(reterr, OUTCOME_NO_MEMORY, "no memory");
	q->request = request;
	q->provider = provider_of(&request->route);
	q->wait = (struct wait){
	    .socket = HELPER_FD_SOCKET,
	    .signals = signals,
	    .deadline_ms = clock_now_ms() + request->limit_s * INT64_C(1000),
	};
	enum outcome r = request->task == WIRE_TASK_REVOKE
	    ? token_revoke(q, &why)
	    : token_identify(q, &why);
	r = reply_send(q, r, why.text, reterr);
	for (size_t i = 0; i < PROVIDER_REQUESTS; i++)
		conn_done(&q->conns[i]);
	wire_token_reply_done(&q->reply);
	return r;
}
