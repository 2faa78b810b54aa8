/* SPDX-License-Identifier: ISC */
/*
 * Whose token is this?  Asks users/me and tokens/me side by side, with the
 * token of the request; or revokes it.  What the replies mean for rights is
 * decided elsewhere.
 */
#include "identify.h"

#include <string.h>

#include "gcpkce/base/clock.h"
#include "gcpkce/oauth/names.h"
#include "gcpkce/oauth/profile.h"
#include "gcpkce/wire/frame.h"
#include "helper/http/response.h"
#include "revoker.h"
#include "startup.h"

#define REPLY_WAIT_MS 1000
#define USER "/api/v2/users/me"
#define TOKEN "/api/v2/tokens/me"

enum { CONN_USER, CONN_TOKEN, CONN_COUNT };

struct inquiry {
	const struct wire_token_request *request;
	struct wait wait;
	struct buf urls[CONN_COUNT];
	struct http_conn conns[CONN_COUNT];
	struct wire_token_info reply;
};

static enum outcome
conn_ask(struct inquiry *q, size_t i, const char *path, const char *query,
    struct errinfo *reterr)
{
	const struct wire_route *route = &q->request->route;
	struct http_conn *conn = &q->conns[i];

	q->urls[i] = BUF_INIT(2048);
	buf_printf(&q->urls[i], "%s%s%s", route->api_url, path, query);
	enum outcome r = buf_check(&q->urls[i]);
	if (r == OUTCOME_OK)
		r = conn_aim(conn, route, buf_text(&q->urls[i]),
		    1000L *
			(route->connect_timeout_s + route->request_timeout_s),
		    reterr);
	if (r != OUTCOME_OK)
		return r;
	conn_authorize(conn, q->request->token);
	return conn_start(conn, reterr);
}

/* Only a 200 is read. */
static enum outcome
conn_judge(
    struct inquiry *q, size_t i, const char *request, struct errinfo *reterr)
{
	const struct sent_secrets sent_secrets = {.token = q->request->token};

	return response_judge(&q->conns[i], request, &sent_secrets,
	    q->reply.verdict.correlation, reterr);
}

/* Does any field of the reply contain the token? */
static bool
token_is_told(const struct inquiry *q)
{
	const struct sent_secrets sent_secrets = {.token = q->request->token};
	const struct wire_names *names = &q->reply.names;
	/* displayed names may have been cut */
	bool told = redact_contains_in_identity(
			&q->reply.verdict.identity, q->request->token) ||
	    redact_contains(view_text(names->person), &sent_secrets) ||
	    redact_contains(view_text(names->organization), &sent_secrets) ||
	    redact_contains(view_text(names->client), &sent_secrets);

	for (uint32_t i = 0; !told && i < names->count; i++)
		told = redact_contains(view_text(names->memberships[i].id),
			   &sent_secrets) ||
		    redact_contains(
			view_text(names->memberships[i].name), &sent_secrets);
	return told;
}

static enum outcome
replies_read(struct inquiry *q, struct errinfo *reterr)
{
	struct view user = buf_view(&q->conns[CONN_USER].body);
	struct view token = buf_view(&q->conns[CONN_TOKEN].body);
	struct identity *who = &q->reply.verdict.identity;
	struct wire_names *names = &q->reply.names;
	struct errinfo why = {0};

	enum outcome r =
	    profile_user_parse(user, (struct identity_needs){0}, who, &why);
	if (r == OUTCOME_OK)
		r = names_user_parse(user, names, &why);
	if (r != OUTCOME_OK)
		return err_set(reterr, r, "GET " USER ": %s", why.text);
	r = profile_token_parse(token, who, &why);
	if (r == OUTCOME_OK)
		r = names_token_parse(token, names, &why);
	if (r != OUTCOME_OK)
		return err_set(reterr, r, "GET " TOKEN ": %s", why.text);
	return token_is_told(q)
	    ? err_set(reterr, OUTCOME_REPLY_INVALID,
		  "a field of GET " USER " or GET " TOKEN " repeats the token")
	    : r;
}

static enum outcome
token_identify(struct inquiry *q, struct errinfo *reterr)
{
	const char *query = q->request->task == WIRE_TASK_MEMBERSHIPS
	    ? "?expand=groups&expand=authorization"
	    : "";

	enum outcome r = conn_ask(q, CONN_USER, USER, query, reterr);
	if (r == OUTCOME_OK)
		r = conn_ask(q, CONN_TOKEN, TOKEN, "", reterr);
	if (r == OUTCOME_OK)
		r = http_loop_drive(
		    q->conns, CONN_COUNT, NULL, &q->wait, reterr);
	if (r == OUTCOME_OK)
		r = conn_judge(q, CONN_USER, "GET " USER, reterr);
	if (r == OUTCOME_OK)
		r = conn_judge(q, CONN_TOKEN, "GET " TOKEN, reterr);
	if (r == OUTCOME_OK)
		r = replies_read(q, reterr);
	return r;
}

static enum outcome
token_revoke(struct inquiry *q, struct errinfo *reterr)
{
	const struct wire_route *route = &q->request->route;
	struct http_conn *conn = &q->conns[CONN_TOKEN];

	enum outcome r = conn_aim(conn, route, route->api_url, 1000, reterr);
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
	q->wait = (struct wait){
	    .socket = HELPER_FD_SOCKET,
	    .signals = signals,
	    .deadline_ms = clock_now_ms() + request->limit_s * INT64_C(1000),
	};
	enum outcome r = request->task == WIRE_TASK_REVOKE
	    ? token_revoke(q, &why)
	    : token_identify(q, &why);
	r = reply_send(q, r, why.text, reterr);
	for (size_t i = 0; i < CONN_COUNT; i++) {
		conn_done(&q->conns[i]);
		buf_done(&q->urls[i]);
	}
	wire_token_reply_done(&q->reply);
	return r;
}
