/* SPDX-License-Identifier: ISC */
/*
 * The exchange.  The identity requests need the token, but opening their
 * connections does not.  If the preconnect left no open connection, they are
 * opened beside the token request, as the preconnect would.
 */
#include "exchange_part.h"

#include <string.h>

#include "gcpkce/base/clock.h"
#include "gcpkce/base/text.h"
#include "gcpkce/oauth/error_table.h"
#include "gcpkce/oauth/profile.h"
#include "helper/http/response.h"

#define FORM_MAX 8192

static void
form_put(struct buf *form, const char *name, struct view value)
{
	if (form->len > 0)
		buf_put_byte(form, '&');
	buf_printf(form, "%s=", name);
	text_put_percent(form, value);
}

static bool
uses_basic(const struct wire_request *request)
{
	return request->client_secret != NULL && !request->secret_in_form;
}

/*
 * With HTTP Basic the client's id is in the header, else in the form.
 */
static enum outcome
form_build(struct exchange *x)
{
	const struct wire_request *request = x->order->request;
	struct buf *form = &x->form;

	form_put(form, "grant_type", view_text("authorization_code"));
	form_put(form, "code", secret_view(x->order->code));
	form_put(form, "code_verifier", secret_view(x->order->verifier));
	if (!uses_basic(request))
		form_put(form, "client_id", view_text(request->client_id));
	if (request->client_secret != NULL && request->secret_in_form)
		form_put(
		    form, "client_secret", secret_view(request->client_secret));
	form_put(form, "redirect_uri", view_text(request->redirect_uri));
	return buf_check(form);
}

static CURLcode
basic_set(CURL *easy, const struct wire_request *request)
{
	const bool encoded = provider_of(&request->route)->basic_is_encoded;
	struct view secret = secret_view(request->client_secret);
	autobuf user = BUF_INIT(1024);
	autobuf password = BUF_INIT(4096);

	text_put_percent(&user, view_text(request->client_id));
	if (encoded)
		text_put_percent(&password, secret);
	else
		buf_put(&password, secret.p, secret.len);
	if (buf_check(&user) != OUTCOME_OK ||
	    buf_check(&password) != OUTCOME_OK)
		return CURLE_OUT_OF_MEMORY;
	CURLcode code =
	    curl.easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	if (code == CURLE_OK)
		code =
		    curl.easy_setopt(easy, CURLOPT_USERNAME, buf_text(&user));
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
	autobuf url = BUF_INIT(EXCHANGE_URL_MAX);

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
	if (code == CURLE_OK && uses_basic(request))
		code = basic_set(conn->easy, request);
	if (code != CURLE_OK)
		return err_set(x->reterr, OUTCOME_HELPER_FAILED, "libcurl: %s",
		    curl.easy_strerror(code));
	enum outcome once = conn_once(conn, x->reterr);
	return once == OUTCOME_OK ? conn_start(conn, x->reterr) : once;
}

struct sent_secrets
exchange_sent_secrets(const struct exchange *x)
{
	const struct wire_request *request = x->order->request;

	return (struct sent_secrets){
	    .code = x->order->code,
	    .verifier = x->order->verifier,
	    .nonce = x->order->nonce,
	    .token = x->reply.access_token,
	    .id_token = x->reply.id_token,
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
		.provider = order->request->route.provider,
		.body = body,
		.confidential = order->request->client_secret != NULL,
		.state_seen = order->state_seen,
		.code_seen_before = order->code_seen_before,
		.shown_s =
		    (unsigned long)(clock_now_ms() - order->made_ms) / 1000,
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
	const struct provider *provider = x->provider;
	struct error_body body;

	if (r != OUTCOME_OK || conn->result != CURLE_OK || conn->status != 200)
		token_reply_rescue(buf_view(&conn->body), &x->reply);
	const struct sent_secrets sent_secrets = exchange_sent_secrets(x);
	if (r == OUTCOME_OK)
		r = response_arrived(
		    conn, &sent_secrets, x->correlation, x->reterr);
	if (r != OUTCOME_OK)
		return r;
	if (conn->status == 200)
		return token_reply_parse(
		    provider, buf_view(&conn->body), &x->reply, x->reterr);
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

/* NULL: this connection is for the token. */
static const struct identity_request *
asked_of(size_t i, const struct wire_route *route)
{
	return i == CONN_TOKEN
	    ? NULL
	    : &provider_of(route)->identity[i - CONN_IDENTITY];
}

bool
exchange_lacks_reply(
    const struct exchange *x, size_t i, const struct wire_route *route)
{
	const struct identity_request *asked = asked_of(i, route);
	const struct http_conn *conn = &x->conns[i];

	return asked != NULL && asked->is_early &&
	    !(conn->easy != NULL && conn->done && conn->result == CURLE_OK &&
		conn->status == 200);
}

bool
exchange_needs(
    const struct exchange *x, size_t i, const struct wire_route *route)
{
	const struct identity_request *asked = asked_of(i, route);

	return asked == NULL ||
	    (identity_is_wanted(asked, route) &&
		(!asked->is_early || exchange_lacks_reply(x, i, route)));
}

/*
 * Begin beside the token request what need not wait for the token.  A request
 * that was sent while the user was in the browser goes on.
 */
static enum outcome
early_start(struct exchange *x, size_t i)
{
	const struct wire_route *route = &x->order->request->route;
	const bool lacks_reply = exchange_lacks_reply(x, i, route);
	struct http_conn *conn = &x->conns[i];

	if (!exchange_needs(x, i, route) ||
	    (lacks_reply ? conn->easy != NULL && !conn->done
			 : conn_is_warm(conn)))
		return OUTCOME_OK;
	return exchange_connect_early(x, i, route,
	    lacks_reply ? route_limit_ms(route)
			: 1000L * route->connect_timeout_s,
	    x->reterr);
}

/*
 * Get the token, and meanwhile open a connection for each request that needs
 * it.
 */
static enum outcome
token_get(struct exchange *x)
{
	enum outcome r = token_conn_init(x);
	for (size_t i = CONN_IDENTITY; r == OUTCOME_OK && i < CONN_COUNT; i++)
		r = early_start(x, i);
	if (r != OUTCOME_OK)
		return r;
	r = http_loop_drive(
	    x->conns, CONN_COUNT, &x->conns[CONN_TOKEN], x->wait, x->reterr);
	return token_judge(x, r);
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
exchange_connect_early(struct exchange *x, size_t i,
    const struct wire_route *route, long timeout_ms, struct errinfo *reterr)
{
	const struct identity_request *asked = asked_of(i, route);
	const struct endpoint *endpoint =
	    asked == NULL ? &provider_of(route)->token : &asked->endpoint;
	const bool is_early = asked != NULL && asked->is_early;
	struct http_conn *conn = &x->conns[i];
	autobuf url = BUF_INIT(EXCHANGE_URL_MAX);

	if (is_early)
		endpoint_url(endpoint, route, &url);
	else
		endpoint_server(endpoint, route, &url);
	enum outcome r = buf_check(&url);
	if (r == OUTCOME_OK)
		r = conn_aim(conn, route, buf_text(&url), timeout_ms, reterr);
	if (r == OUTCOME_OK)
		r = is_early ? conn_limit(conn, asked->reply_max, reterr)
			     : conn_head(conn, reterr);
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
		r = exchange_identify(x);
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
