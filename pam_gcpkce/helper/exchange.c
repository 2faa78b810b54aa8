/* SPDX-License-Identifier: ISC */
/*
 * The exchange.  The identity requests need the token, but opening their
 * connections does not.  If the preconnect left no open connection, they are
 * opened beside the token request, as the preconnect would.
 */
#include "exchange.h"

#include <string.h>

#include "gcpkce/base/clock.h"
#include "gcpkce/base/text.h"
#include "gcpkce/oauth/error_table.h"
#include "gcpkce/oauth/profile.h"
#include "helper/http/response.h"

#define FORM_MAX 8192
#define URL_MAX 2048

static void
form_put(struct buf *form, const char *name, struct view value)
{
	if (form->len > 0)
		buf_put_byte(form, '&');
	buf_printf(form, "%s=", name);
	text_put_percent(form, value);
}

/*
 * A confidential client sends its id by HTTP Basic, a public one in the form.
 */
static enum outcome
form_build(struct exchange *x)
{
	const struct wire_request *request = x->order->request;
	struct buf *form = &x->form;

	form_put(form, "grant_type", view_text("authorization_code"));
	form_put(form, "code", secret_view(x->order->code));
	form_put(form, "code_verifier", secret_view(x->order->verifier));
	if (request->client_secret == NULL)
		form_put(form, "client_id", view_text(request->client_id));
	form_put(form, "redirect_uri", view_text(request->redirect_uri));
	return buf_check(form);
}

static CURLcode
basic_set(CURL *easy, const struct wire_request *request)
{
	struct view secret = secret_view(request->client_secret);
	autobuf password = BUF_INIT(1024);

	buf_put(&password, secret.p, secret.len);
	CURLcode code =
	    curl.easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	if (code == CURLE_OK)
		code = curl.easy_setopt(
		    easy, CURLOPT_USERNAME, request->client_id);
	if (code == CURLE_OK) /* libcurl keeps a copy that we cannot wipe */
		code = curl.easy_setopt(
		    easy, CURLOPT_PASSWORD, buf_text(&password));
	return code;
}

/* Begin the token request. */
static enum outcome
token_conn_init(struct exchange *x)
{
	const struct wire_request *request = x->order->request;
	struct http_conn *conn = &x->conns[CONN_TOKEN];
	autobuf url = BUF_INIT(URL_MAX);

	endpoint_url(&x->provider->token, &request->route, &url);
	enum outcome r = form_build(x);
	if (r == OUTCOME_OK)
		r = buf_check(&url);
	if (r == OUTCOME_OK)
		r = conn_aim(conn, &request->route, buf_text(&url),
		    route_limit_ms(&request->route), x->reterr);
	if (r != OUTCOME_OK)
		return r;
	CURLcode code = curl.easy_setopt(
	    conn->easy, CURLOPT_POSTFIELDSIZE, (long)x->form.len);
	if (code == CURLE_OK) /* our memory, not a copy of it */
		code = curl.easy_setopt(
		    conn->easy, CURLOPT_POSTFIELDS, buf_text(&x->form));
	if (code == CURLE_OK && request->client_secret != NULL)
		code = basic_set(conn->easy, request);
	if (code != CURLE_OK)
		return err_set(x->reterr, OUTCOME_HELPER_FAILED, "libcurl: %s",
		    curl.easy_strerror(code));
	enum outcome once = conn_once(conn, x->reterr);
	return once == OUTCOME_OK ? conn_start(conn, x->reterr) : once;
}

/*
 * Secrets that the server may know by now and that must not reach the journal.
 */
static struct sent_secrets
sent_secrets_of(const struct exchange *x)
{
	const struct wire_request *request = x->order->request;

	return (struct sent_secrets){
	    .code = x->order->code,
	    .verifier = x->order->verifier,
	    .token = x->reply.access_token,
	    .client_secret = request->client_secret,
	    .client_id = request->client_id,
	};
}

/* "POST /oauth/token answered 400 invalid_grant: ...; likely causes: ..." */
static enum outcome
refusal_explain(struct exchange *x, enum outcome r, long status,
    const struct error_body *body)
{
	const struct exchange_order *order = x->order;
	autobuf causes = BUF_INIT(ERRINFO_TEXT_MAX);

	refusal_hints(
	    &(struct refusal){
		.outcome = r,
		.body = body,
		.confidential = order->request->client_secret != NULL,
		.state_seen = order->state_seen,
		.code_seen_before = order->code_seen_before,
		.shown_s = order->shown_s,
		.code_len = secret_view(order->code).len,
	    },
	    &causes);
	return err_set(x->reterr, r, "%s: %ld %s%s%s%s%s",
	    x->provider->token.request, status, body->name,
	    body->detail[0] != '\0' ? ": " : "", body->detail,
	    causes.len > 0 ? "; likely: " : "", buf_text(&causes));
}

/*
 * Judge the token endpoint's reply.  A token in a reply that fails is kept so
 * that it can be revoked.
 *
 * in:     r  result of the wait; with OUTCOME_OK the connection
 *            has ended
 */
static enum outcome
token_judge(struct exchange *x, enum outcome r)
{
	const struct http_conn *conn = &x->conns[CONN_TOKEN];
	struct error_body body;

	if (r != OUTCOME_OK || conn->result != CURLE_OK || conn->status != 200)
		token_reply_rescue(buf_view(&conn->body), &x->reply);
	const struct sent_secrets sent_secrets = sent_secrets_of(x);
	if (r == OUTCOME_OK)
		r = response_arrived(
		    conn, &sent_secrets, x->correlation, x->reterr);
	if (r != OUTCOME_OK)
		return r;
	if (conn->status == 200)
		return token_reply_parse(
		    buf_view(&conn->body), &x->reply, x->reterr);
	const struct provider *provider = x->provider;
	r = token_error_judge(provider, conn->status, buf_view(&conn->body),
	    &sent_secrets, &body);
	r = refusal_explain(x, r, conn->status, &body);
	/* the exchange of the next code would lose the token */
	if (x->reply.access_token != NULL && outcome_may_retry(r))
		return err_set(x->reterr, OUTCOME_REPLY_INVALID,
		    "%s: %ld and a token", provider->token.request,
		    conn->status);
	return r;
}

/*
 * Get the token, and meanwhile open a connection for each request that needs
 * it.
 */
static enum outcome
token_get(struct exchange *x)
{
	const struct wire_route *route = &x->order->request->route;

	enum outcome r = token_conn_init(x);
	for (size_t i = CONN_IDENTITY; i < CONN_COUNT; i++) {
		if (r == OUTCOME_OK && !conn_is_warm(&x->conns[i]))
			r = exchange_warm(x, i, route,
			    1000L * route->connect_timeout_s, x->reterr);
	}
	if (r != OUTCOME_OK)
		return r;
	r = http_loop_drive(
	    x->conns, CONN_COUNT, &x->conns[CONN_TOKEN], x->wait, x->reterr);
	return token_judge(x, r);
}

/* Begin one of the identity requests. */
static enum outcome
identity_start(struct exchange *x, size_t i, int64_t end_ms)
{
	const struct identity_request *asked = &x->provider->identity[i];
	const struct wire_request *request = x->order->request;
	struct http_conn *conn = &x->conns[CONN_IDENTITY + i];
	autobuf url = BUF_INIT(URL_MAX);
	int left_ms = clock_left_ms(end_ms);

	endpoint_url(&asked->endpoint, &request->route, &url);
	if (asked->query != NULL)
		asked->query(request->needs, &url);
	enum outcome r = buf_check(&url);
	if (r == OUTCOME_OK) /* 0: no limit */
		r = conn_aim(conn, &request->route, buf_text(&url),
		    left_ms > 0 ? left_ms : 1, x->reterr);
	if (r != OUTCOME_OK)
		return r;
	conn_authorize(conn, x->reply.access_token);
	return conn_start(conn, x->reterr);
}

/* Judge what a reply added to the record; why has the reason of a failure. */
static enum outcome
record_judge(struct exchange *x, enum outcome r, const char *request,
    struct errinfo *why)
{
	const struct errinfo cause = *why;

	/* the record goes to the journal as well */
	if (r == OUTCOME_OK &&
	    redact_contains_in_identity(&x->identity, x->reply.access_token))
		return err_set(why, OUTCOME_REPLY_INVALID,
		    "%s: a field repeats the token", request);
	return r == OUTCOME_OK ? r
			       : err_set(why, r, "%s: %s", request, cause.text);
}

/* Judge the reply of one of the identity requests. */
static enum outcome
identity_judge(struct exchange *x, size_t i)
{
	const struct identity_request *asked = &x->provider->identity[i];
	const struct http_conn *conn = &x->conns[CONN_IDENTITY + i];
	const struct sent_secrets sent_secrets = sent_secrets_of(x);

	enum outcome r = response_judge(conn, x->provider,
	    asked->endpoint.request, &sent_secrets, x->correlation, x->reterr);
	if (r != OUTCOME_OK)
		return r;
	r = asked->parse(buf_view(&conn->body), x->order->request->needs,
	    &x->identity, x->reterr);
	return record_judge(x, r, asked->endpoint.request, x->reterr);
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
	const struct sent_secrets sent_secrets = sent_secrets_of(x);
	struct http_conn *conn = &x->conns[CONN_IDENTITY];
	autobuf request = BUF_INIT(URL_MAX);
	autobuf url = BUF_INIT(URL_MAX);
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

/*
 * Ask who signed in.  The time limit of these requests, with what is left to do
 * to open their connections, begins when the token has arrived.
 */
static enum outcome
identity_get(struct exchange *x)
{
	int64_t end_ms =
	    clock_now_ms() + route_limit_ms(&x->order->request->route);

	enum outcome r =
	    http_loop_drive(x->conns, CONN_COUNT, NULL, x->wait, x->reterr);
	for (size_t i = 0; r == OUTCOME_OK && i < PROVIDER_REQUESTS; i++)
		r = identity_start(x, i, end_ms);
	if (r == OUTCOME_OK)
		r = http_loop_drive(
		    x->conns, CONN_COUNT, NULL, x->wait, x->reterr);
	for (size_t i = 0; r == OUTCOME_OK && i < PROVIDER_REQUESTS; i++)
		r = identity_judge(x, i);
	return r == OUTCOME_OK ? lists_complete(x) : r;
}

/* Forget the results of an earlier code; the connections stay open. */
static void
results_forget(struct exchange *x)
{
	buf_done(&x->form);
	x->form = BUF_INIT(FORM_MAX);
	token_reply_done(&x->reply);
	identity_done(&x->identity);
	x->correlation[0] = '\0';
}

enum outcome
exchange_warm(struct exchange *x, size_t i, const struct wire_route *route,
    long timeout_ms, struct errinfo *reterr)
{
	const struct provider *provider = provider_of(route);
	struct http_conn *conn = &x->conns[i];
	const struct endpoint *endpoint = i == CONN_TOKEN
	    ? &provider->token
	    : &provider->identity[i - CONN_IDENTITY].endpoint;
	autobuf url = BUF_INIT(URL_MAX);

	buf_printf(&url, "%s/", endpoint_base(endpoint, route));
	enum outcome r = buf_check(&url);
	if (r == OUTCOME_OK)
		r = conn_aim(conn, route, buf_text(&url), timeout_ms, reterr);
	if (r == OUTCOME_OK)
		r = conn_head(conn, reterr);
	return r == OUTCOME_OK ? conn_start(conn, reterr) : r;
}

enum outcome
exchange_run(struct exchange *x, const struct exchange_order *order,
    const struct wait *wait, struct errinfo *reterr)
{
	results_forget(x);
	x->order = order;
	x->provider = provider_of(&order->request->route);
	x->wait = wait;
	x->reterr = reterr;
	enum outcome r = token_get(x);
	if (r == OUTCOME_OK)
		r = identity_get(x);
	x->order = NULL;
	x->wait = NULL;
	x->reterr = NULL;
	return r;
}

void
exchange_done(struct exchange *x)
{
	for (size_t i = 0; i < CONN_COUNT; i++)
		conn_done(&x->conns[i]);
	results_forget(x);
}
