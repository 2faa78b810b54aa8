/* SPDX-License-Identifier: ISC */
/*
 * The exchange.  users/me and tokens/me need the token, but opening their
 * connections does not.  If the preconnect left no open connection, they are
 * opened beside POST /oauth/token, as the preconnect would.
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
#define USER_PATH "/api/v2/users/me"
#define TOKEN_INFO_PATH "/api/v2/tokens/me"

/* Aim a connection at a path of one of the two hosts. */
static enum outcome
path_aim(struct http_conn *conn, const struct wire_route *route,
    const char *base, const char *path, long timeout_ms, struct errinfo *reterr)
{
	autobuf url = BUF_INIT(URL_MAX);

	buf_printf(&url, "%s%s", base, path);
	enum outcome r = buf_check(&url);
	return r == OUTCOME_OK
	    ? conn_aim(conn, route, buf_text(&url), timeout_ms, reterr)
	    : r;
}

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

/* Begin POST /oauth/token. */
static enum outcome
token_conn_init(struct exchange *x)
{
	const struct wire_request *request = x->order->request;
	struct http_conn *conn = &x->conns[CONN_TOKEN];

	enum outcome r = form_build(x);
	if (r == OUTCOME_OK)
		r = path_aim(conn, &request->route, request->route.login_url,
		    "/oauth/token", route_limit_ms(&request->route), x->reterr);
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
	return err_set(x->reterr, r, "POST /oauth/token: %ld %s%s%s%s%s",
	    status, body->name, body->detail[0] != '\0' ? ": " : "",
	    body->detail, causes.len > 0 ? "; likely: " : "",
	    buf_text(&causes));
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
	r = token_error_judge(
	    conn->status, buf_view(&conn->body), &sent_secrets, &body);
	r = refusal_explain(x, r, conn->status, &body);
	/* the exchange of the next code would lose the token */
	if (x->reply.access_token != NULL && outcome_may_retry(r))
		return err_set(x->reterr, OUTCOME_REPLY_INVALID,
		    "POST /oauth/token: %ld and a token", conn->status);
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
	for (size_t i = CONN_USER; i <= CONN_TOKEN_INFO; i++) {
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

/* Begin a GET on the API host. */
static enum outcome
api_conn_start(struct exchange *x, size_t i, const char *path, int64_t end_ms)
{
	const struct wire_route *route = &x->order->request->route;
	struct http_conn *conn = &x->conns[i];
	int left_ms = clock_left_ms(end_ms);

	enum outcome r = path_aim(conn, route, route->api_url, path,
	    left_ms > 0 ? left_ms : 1, x->reterr); /* 0: no limit */
	if (r != OUTCOME_OK)
		return r;
	conn_authorize(conn, x->reply.access_token);
	return conn_start(conn, x->reterr);
}

/* Begin GET users/me, with the lists that are sent only on request. */
static enum outcome
user_conn_start(struct exchange *x, int64_t end_ms)
{
	const struct identity_needs *needs = &x->order->request->needs;
	autobuf path = BUF_INIT(256);

	buf_put_text(&path, USER_PATH);
	if (needs->roles)
		buf_put_text(&path, "?expand=authorization");
	if (needs->groups)
		buf_printf(&path, "%cexpand=groups", needs->roles ? '&' : '?');
	enum outcome r = buf_check(&path);
	return r == OUTCOME_OK
	    ? api_conn_start(x, CONN_USER, buf_text(&path), end_ms)
	    : r;
}

typedef enum outcome identity_parse(
    struct exchange *x, struct view body, struct errinfo *reterr);

static enum outcome
user_parse(struct exchange *x, struct view body, struct errinfo *reterr)
{
	return profile_user_parse(
	    body, x->order->request->needs, &x->identity, reterr);
}

static enum outcome
token_info_parse(struct exchange *x, struct view body, struct errinfo *reterr)
{
	return profile_token_parse(body, &x->identity, reterr);
}

static enum outcome
groups_parse(struct exchange *x, struct view body, struct errinfo *reterr)
{
	return profile_groups_parse(body, &x->identity, reterr);
}

static enum outcome
subject_parse(struct exchange *x, struct view body, struct errinfo *reterr)
{
	return profile_subject_parse(body, &x->identity, reterr);
}

/* Judge one of the identity replies. */
static enum outcome
identity_judge(
    struct exchange *x, size_t i, const char *path, identity_parse *parse)
{
	const struct http_conn *conn = &x->conns[i];
	const struct sent_secrets sent_secrets = sent_secrets_of(x);
	autobuf request = BUF_INIT(256);
	struct errinfo why = {0};

	buf_printf(&request, "GET %s", path);
	enum outcome r = response_judge(
	    conn, buf_text(&request), &sent_secrets, x->correlation, x->reterr);
	if (r != OUTCOME_OK)
		return r;
	r = parse(x, buf_view(&conn->body), &why);
	/* the record goes to the journal as well */
	if (r == OUTCOME_OK &&
	    redact_contains_in_identity(&x->identity, x->reply.access_token))
		r = err_set(
		    &why, OUTCOME_REPLY_INVALID, "a field repeats the token");
	return r == OUTCOME_OK
	    ? r
	    : err_set(x->reterr, r, "GET %s: %s", path, why.text);
}

/*
 * A list that is missing from users/me is requested once more, at its own URL
 * over the same connection.  On any other failure there the list counts as
 * missing.
 */
static enum outcome
list_ask(struct exchange *x, const char *field, const char *path,
    identity_parse *parse, const struct id_list *list)
{
	const struct wire_route *route = &x->order->request->route;
	struct http_conn *conn = &x->conns[CONN_USER];
	struct errinfo *reterr = x->reterr;
	autobuf url = BUF_INIT(URL_MAX);
	struct errinfo why = {0};

	buf_printf(&url, "%s%s", route->api_url, path);
	enum outcome r = buf_check(&url);
	if (r == OUTCOME_OK)
		r = conn_retarget(
		    conn, "GET", buf_text(&url), route_limit_ms(route), reterr);
	if (r == OUTCOME_OK)
		r = conn_start(conn, reterr);
	if (r == OUTCOME_OK)
		r = http_loop_drive(conn, 1, NULL, x->wait, reterr);
	if (r != OUTCOME_OK)
		return r;
	x->reterr = &why;
	r = identity_judge(x, CONN_USER, path, parse);
	x->reterr = reterr;
	if (r == OUTCOME_NO_MEMORY || (r == OUTCOME_OK && list->present))
		return r;
	return err_set(reterr, OUTCOME_IDENTITY_INCOMPLETE,
	    "the field %s is missing in GET " USER_PATH "%s%s", field,
	    r == OUTCOME_OK ? " and in GET " : "; ",
	    r == OUTCOME_OK ? path : why.text);
}

/* Request the needed lists that are still missing. */
static enum outcome
lists_complete(struct exchange *x)
{
	const struct identity_needs *needs = &x->order->request->needs;
	const struct identity *identity = &x->identity;
	enum outcome r = OUTCOME_OK;

	if (needs->groups && !identity->groups.present) {
		autobuf path = BUF_INIT(256);

		/* it becomes part of a path, where dots have a meaning */
		if (!text_is_uuid(view_text(identity->id)))
			return err_set(x->reterr, OUTCOME_IDENTITY_INCOMPLETE,
			    "the field groups is missing in GET " USER_PATH
			    ", whose id is not a UUID");
		buf_printf(
		    &path, "/api/v2/users/%s?expand=groups", identity->id);
		r = list_ask(x, "groups", buf_text(&path), groups_parse,
		    &identity->groups);
	}
	if (r == OUTCOME_OK && needs->roles && !identity->roles.present)
		r = list_ask(x, "authorization.roles",
		    "/api/v2/authorization/subjects/me", subject_parse,
		    &identity->roles);
	return r;
}

/*
 * Ask who signed in.  The time limit of both requests, with what is left to do
 * to open their connections, begins when the token has arrived.
 */
static enum outcome
identity_get(struct exchange *x)
{
	int64_t end_ms =
	    clock_now_ms() + route_limit_ms(&x->order->request->route);

	enum outcome r =
	    http_loop_drive(x->conns, CONN_COUNT, NULL, x->wait, x->reterr);
	if (r == OUTCOME_OK)
		r = user_conn_start(x, end_ms);
	if (r == OUTCOME_OK)
		r = api_conn_start(x, CONN_TOKEN_INFO, TOKEN_INFO_PATH, end_ms);
	if (r == OUTCOME_OK)
		r = http_loop_drive(
		    x->conns, CONN_COUNT, NULL, x->wait, x->reterr);
	if (r == OUTCOME_OK)
		r = identity_judge(x, CONN_USER, USER_PATH, user_parse);
	if (r == OUTCOME_OK)
		r = identity_judge(
		    x, CONN_TOKEN_INFO, TOKEN_INFO_PATH, token_info_parse);
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
	struct http_conn *conn = &x->conns[i];

	enum outcome r = path_aim(conn, route,
	    i == CONN_TOKEN ? route->login_url : route->api_url, "/",
	    timeout_ms, reterr);
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
