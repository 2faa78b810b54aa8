/* SPDX-License-Identifier: ISC */
/*
 * The second half of the exchange: who signed in.  Replies that need no token
 * may be here already.
 */
#include <string.h>

#include "exchange_part.h"
#include "gcpkce/base/clock.h"
#include "helper/http/response.h"

/* Begin one of the identity requests, unless its reply is here already. */
static enum outcome
identity_start(struct exchange *x, size_t i, int64_t end_ms)
{
	const struct identity_request *asked = &x->provider->identity[i];
	const struct wire_request *request = x->order->request;
	struct http_conn *conn = &x->conns[CONN_IDENTITY + i];
	autobuf url = BUF_INIT(EXCHANGE_URL_MAX);
	int left_ms = clock_left_ms(end_ms);

	if (!exchange_needs(x, CONN_IDENTITY + i, &request->route))
		return OUTCOME_OK;
	left_ms = left_ms > 0 ? left_ms : 1; /* 0: no limit */
	if (asked->is_early)
		return exchange_connect_early(
		    x, CONN_IDENTITY + i, &request->route, left_ms, x->reterr);
	endpoint_url(&asked->endpoint, &request->route, &url);
	if (asked->query != NULL)
		asked->query(request->needs, &url);
	enum outcome r = buf_check(&url);
	if (r == OUTCOME_OK)
		r = conn_aim(
		    conn, &request->route, buf_text(&url), left_ms, x->reterr);
	if (r == OUTCOME_OK)
		r = conn_authorize(conn, x->reply.access_token, x->reterr);
	return r == OUTCOME_OK ? conn_start(conn, x->reterr) : r;
}

/*
 * Judge what a reply added to the record.
 *
 * in:     request  the reason of a failure begins with it; NULL: reterr names
 *                  the id_token, and the reply with the keys is not at fault
 */
static enum outcome
record_judge(struct exchange *x, enum outcome r, const char *request,
    struct errinfo *reterr)
{
	const struct errinfo cause = *reterr;

	/* the record goes to the journal as well */
	if ((r == OUTCOME_OK || r == OUTCOME_WRONG_ORGANIZATION) &&
	    redact_contains_in_identity(&x->identity, x->reply.access_token))
		return err_set(reterr, OUTCOME_REPLY_INVALID,
		    "%s: a field repeats the token",
		    request != NULL ? request : "id_token");
	return r == OUTCOME_OK || request == NULL
	    ? r
	    : err_set(reterr, r, "%s: %s", request, cause.text);
}

/* What the identity must agree with. */
static struct identity_context
context_of(const struct exchange *x)
{
	const struct exchange_order *order = x->order;
	const struct wire_request *request = order->request;
	const int64_t now_s = (int64_t)clock_wall_s();
	/* by now, not by the answer; and whole seconds, never too few */
	const int64_t shown_s = (clock_now_ms() - order->made_ms + 999) / 1000;

	return (struct identity_context){
	    .needs = request->needs,
	    .id_token = secret_view(x->reply.id_token),
	    .terms =
		{
		    .issuer = request->route.issuer,
		    .client_id = request->client_id,
		    .organization = request->organization,
		    .nonce = order->nonce,
		    .nonce_if_present = request->nonce_optional,
		    .access_token = secret_view(x->reply.access_token),
		    .started_s = now_s - shown_s,
		    .now_s = now_s,
		    .skew_s = (long)request->clock_skew_s,
		},
	};
}

/*
 * Judge the reply of one of the identity requests.
 *
 * out:    ret_unknown  keys were asked for that are not there
 */
static enum outcome
reply_judge(struct exchange *x, size_t i, bool *ret_unknown)
{
	const struct identity_request *asked = &x->provider->identity[i];
	const struct http_conn *conn = &x->conns[CONN_IDENTITY + i];
	const struct sent_secrets sent_secrets = exchange_sent_secrets(x);
	struct identity_context context = context_of(x);

	enum outcome r = response_judge(conn, x->provider,
	    asked->endpoint.request, &sent_secrets, x->correlation, x->reterr);
	if (r != OUTCOME_OK)
		return r;
	r = asked->parse(
	    buf_view(&conn->body), &context, &x->identity, x->reterr);
	*ret_unknown = context.key_unknown;
	const bool is_of_reply = !asked->is_early || r == OUTCOME_REPLY_INVALID;
	return record_judge(
	    x, r, is_of_reply ? asked->endpoint.request : NULL, x->reterr);
}

/*
 * As above.  A provider may have new keys since they were fetched: fetch them
 * once more in this sign-in, and no more often.
 */
static enum outcome
identity_judge(struct exchange *x, size_t i, int64_t end_ms)
{
	struct http_conn *conn = &x->conns[CONN_IDENTITY + i];
	bool is_unknown = false;

	if (!identity_is_wanted(
		&x->provider->identity[i], &x->order->request->route))
		return OUTCOME_OK;
	enum outcome r = reply_judge(x, i, &is_unknown);
	if (!is_unknown || x->fetched_again)
		return r;
	x->fetched_again = true;
	conn->status = 0; /* no longer an answer */
	r = identity_start(x, i, end_ms);
	if (r == OUTCOME_OK)
		r = http_loop_drive(conn, 1, NULL, x->wait, x->reterr);
	return r == OUTCOME_OK ? reply_judge(x, i, &is_unknown) : r;
}

/*
 * A list that an identity request left out is requested once more, at its own
 * URL over the same connection.  On any other failure there the list counts as
 * missing.
 */
static enum outcome
list_ask(struct exchange *x, const struct list_request *list)
{
	const struct provider *provider = x->provider;
	const struct wire_route *route = &x->order->request->route;
	const struct endpoint *first = &provider->identity[0].endpoint;
	const struct sent_secrets sent_secrets = exchange_sent_secrets(x);
	struct http_conn *conn = &x->conns[CONN_IDENTITY];
	autobuf request = BUF_INIT(EXCHANGE_URL_MAX);
	autobuf url = BUF_INIT(EXCHANGE_URL_MAX);
	struct errinfo why = {0};

	buf_put_text(&request, "GET ");
	enum outcome r = list->path(&x->identity, &request, x->reterr);
	if (r != OUTCOME_OK)
		return r;
	buf_printf(&url, "%s%s", endpoint_base(first, route),
	    buf_text(&request) + strlen("GET "));
	r = buf_check(&url);
	if (r == OUTCOME_OK)
		r = conn_retarget(conn, "GET", buf_text(&url),
		    route_limit_ms(route), x->reterr);
	if (r == OUTCOME_OK)
		r = conn_start(conn, x->reterr);
	if (r == OUTCOME_OK)
		r = http_loop_drive(conn, 1, NULL, x->wait, x->reterr);
	if (r != OUTCOME_OK)
		return r;
	r = response_judge(conn, provider, buf_text(&request), &sent_secrets,
	    x->correlation, &why);
	if (r == OUTCOME_OK) {
		r = list->parse(buf_view(&conn->body), &x->identity, &why);
		r = record_judge(x, r, buf_text(&request), &why);
	}
	if (r == OUTCOME_NO_MEMORY ||
	    (r == OUTCOME_OK &&
		!list->is_missing(x->order->request->needs, &x->identity)))
		return r;
	return err_set(x->reterr, OUTCOME_IDENTITY_INCOMPLETE,
	    "the field %s is missing in %s%s%s", list->field, first->request,
	    r == OUTCOME_OK ? " and in " : "; ",
	    r == OUTCOME_OK ? buf_text(&request) : why.text);
}

/* Request the needed lists that are still missing. */
static enum outcome
lists_complete(struct exchange *x)
{
	enum outcome r = OUTCOME_OK;

	for (size_t i = 0; r == OUTCOME_OK && i < PROVIDER_LISTS; i++) {
		const struct list_request *list = &x->provider->lists[i];

		if (list->field != NULL &&
		    list->is_missing(x->order->request->needs, &x->identity))
			r = list_ask(x, list);
	}
	return r;
}

/* Make the requests that need the token, or those that do not, and judge. */
static enum outcome
requests_run(struct exchange *x, bool is_early, int64_t end_ms)
{
	const struct identity_request *asked = x->provider->identity;
	enum outcome r = OUTCOME_OK;

	for (size_t i = 0; r == OUTCOME_OK && i < PROVIDER_REQUESTS; i++) {
		if (asked[i].is_early == is_early)
			r = identity_start(x, i, end_ms);
	}
	if (r == OUTCOME_OK)
		r = http_loop_drive(
		    x->conns, CONN_COUNT, NULL, x->wait, x->reterr);
	for (size_t i = 0; r == OUTCOME_OK && i < PROVIDER_REQUESTS; i++) {
		if (asked[i].is_early == is_early)
			r = identity_judge(x, i, end_ms);
	}
	return r;
}

enum outcome
exchange_identify(struct exchange *x)
{
	int64_t end_ms =
	    clock_now_ms() + route_limit_ms(&x->order->request->route);

	enum outcome r =
	    http_loop_drive(x->conns, CONN_COUNT, NULL, x->wait, x->reterr);
	if (r == OUTCOME_OK)
		r = requests_run(x, true, end_ms);
	/* no request with a token before the id_token is accepted */
	if (r == OUTCOME_OK)
		r = requests_run(x, false, end_ms);
	return r == OUTCOME_OK ? lists_complete(x) : r;
}
