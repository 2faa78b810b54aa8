/* SPDX-License-Identifier: ISC */
/*
 * A probe.  Its requests run one at a time, so that the measured times are
 * their own.  The command judges the answers; the helper only records them.
 */
#include "probe.h"

#include <stdio.h>
#include <string.h>

#include "address.h"
#include "gcpkce/base/clock.h"
#include "gcpkce/base/text.h"
#include "gcpkce/oauth/discovery.h"
#include "gcpkce/oauth/provider.h"
#include "gcpkce/wire/frame.h"
#include "helper/http/http_trace.h"
#include "helper/sandbox/sandbox.h"
#include "startup.h"

#define REPLY_WAIT_MS 1000
/* a version 4 UUID that no generator makes */
#define UNKNOWN_CLIENT_ID "00000000-0000-4000-8000-000000000000"

struct probe {
	const struct wire_probe_request *request;
	struct wait wait;
	struct http_conn conns[WIRE_HOST_COUNT];
	struct trace trace;
	struct buf page; /* the body of the first authorize request */
	struct address address;
	struct wire_probe_reply reply;
};

/* A layer that was not reached is not live either, and has no error. */
static void
layers_tell(struct wire_probe_reply *reply)
{
	reply->missing = *sandbox_missing();
	for (unsigned i = 0; i < SANDBOX_LAYERS; i++) {
		if (!sandbox_is_live(i))
			missing_add(&reply->missing, i, 0);
	}
}

/* One traced request; returns OUTCOME_OK whatever its result. */
static enum outcome
ask(struct probe *p, enum wire_host host, const char *url, const char *accept,
    struct errinfo *reterr)
{
	const struct wire_route *route = &p->request->route;
	struct http_conn *conn = &p->conns[host];
	static char header[64];

	enum outcome r =
	    conn_aim(conn, route, url, route_limit_ms(route), reterr);
	if (r != OUTCOME_OK)
		return r;
	(void)snprintf(header, sizeof(header), "Accept: %s", accept);
	conn->headers[0].data = header;
	r = trace_begin(&p->trace, conn, reterr);
	if (r == OUTCOME_OK)
		r = conn_start(conn, reterr);
	if (r == OUTCOME_OK)
		r = http_loop_drive(conn, 1, NULL, &p->wait, reterr);
	return r;
}

/* Does a redirect lead to the configured address, with more after it? */
static bool
leads_back(const char *location, const char *redirect_uri)
{
	size_t len = strlen(redirect_uri);

	return strncmp(location, redirect_uri, len) == 0 &&
	    strchr("?&#", location[len]) != NULL;
}

static void
authorize_tell(const struct probe *p, const struct http_conn *conn,
    struct wire_authorize *ret)
{
	const char *location = p->trace.location;
	const struct answer_terms terms = {
	    .state = p->address.state,
	    .redirect_uri = p->request->redirect_uri,
	    .issuer = p->request->route.issuer,
	};
	autobuf place = BUF_INIT(TRACE_LOCATION_MAX);
	autoanswer answer = {0};
	struct errinfo why = {0};

	ret->status = conn->result == CURLE_OK ? (uint32_t)conn->status : 0;
	ret->back = leads_back(location, p->request->redirect_uri);
	buf_put(&place, location, strcspn(location, "?"));
	trace_text_copy(ret->place, buf_text(&place));
	if (ret->back &&
	    answer_read(view_text(location), &terms, &answer, &why) ==
		OUTCOME_SIGNIN_REFUSED)
		trace_text_copy(ret->error, why.text);
}

static enum outcome
authorize_ask(struct probe *p, const char *client_id,
    struct wire_authorize *ret, struct errinfo *reterr)
{
	const struct wire_probe_request *request = p->request;
	const struct http_conn *conn = &p->conns[WIRE_HOST_LOGIN];
	autobuf url = BUF_INIT(AUTHORIZE_ADDRESS_MAX);

	authorize_address(
	    &(struct authorize_request){
		.route = &request->route,
		.client_id = client_id,
		.redirect_uri = request->redirect_uri,
		.challenge = p->address.challenge,
		.state = p->address.state,
		.nonce = p->address.nonce,
		.organization = "",
		.signin_org = request->signin_org,
		.signin_provider = request->signin_provider,
	    },
	    &url);
	enum outcome r = buf_check(&url);
	if (r == OUTCOME_OK)
		r = ask(p, WIRE_HOST_LOGIN, buf_text(&url), "text/html, */*",
		    reterr);
	if (r == OUTCOME_OK)
		authorize_tell(p, conn, ret);
	return r;
}

static enum outcome
login_probe(struct probe *p, struct errinfo *reterr)
{
	struct http_conn *conn = &p->conns[WIRE_HOST_LOGIN];
	struct wire_reach *reach = &p->reply.hosts[WIRE_HOST_LOGIN];

	enum outcome r =
	    authorize_ask(p, p->request->client_id, &p->reply.ours, reterr);
	if (r != OUTCOME_OK)
		return r;
	trace_end(&p->trace, conn, &p->request->route, reach);
	if (reach->status == 0)
		return OUTCOME_OK;
	p->page = BUF_INIT(CONN_BODY_MAX);
	buf_put(&p->page, conn->body.p, conn->body.len);
	r = authorize_ask(p, UNKNOWN_CLIENT_ID, &p->reply.unknown, reterr);
	p->reply.same_page = view_eq(buf_view(&p->page), buf_view(&conn->body));
	return r;
}

static enum outcome
api_probe(struct probe *p, struct errinfo *reterr)
{
	const struct provider *provider = provider_of(&p->request->route);
	autobuf url = BUF_INIT(2048);

	endpoint_url(&provider->identity[0].endpoint, &p->request->route, &url);
	enum outcome r = buf_check(&url);
	if (r == OUTCOME_OK)
		r = ask(p, WIRE_HOST_API, buf_text(&url), "application/json",
		    reterr);
	if (r == OUTCOME_OK)
		trace_end(&p->trace, &p->conns[WIRE_HOST_API],
		    &p->request->route, &p->reply.hosts[WIRE_HOST_API]);
	return r;
}

/* Judge the keys by the rules of a sign-in. */
static void
keys_tell(struct probe *p)
{
	const struct provider *provider = provider_of(&p->request->route);
	struct errinfo why = {0};
	size_t count = 0;

	if (provider->keys_count == NULL ||
	    p->reply.hosts[WIRE_HOST_API].status != 200)
		return;
	if (provider->keys_count(buf_view(&p->conns[WIRE_HOST_API].body),
		&count, &why) != OUTCOME_OK)
		trace_text_copy(p->reply.keys_error, why.text);
	p->reply.keys = (uint32_t)count;
}

static enum outcome
discovery_probe(struct probe *p, struct errinfo *reterr)
{
	const struct endpoint *endpoint =
	    &provider_of(&p->request->route)->discovery;
	struct http_conn *conn = &p->conns[WIRE_HOST_API];
	struct wire_discovery *ret = &p->reply.discovery;
	autobuf url = BUF_INIT(2048);

	if (endpoint->request == NULL)
		return OUTCOME_OK;
	endpoint_url(endpoint, &p->request->route, &url);
	enum outcome r = buf_check(&url);
	if (r == OUTCOME_OK)
		r = ask(p, WIRE_HOST_API, buf_text(&url), "application/json",
		    reterr);
	if (r != OUTCOME_OK || conn->result != CURLE_OK)
		return r;
	ret->status = (uint32_t)conn->status;
	/* what is no JSON names nothing */
	r = ret->status == 200
	    ? discovery_parse(buf_view(&conn->body), ret, NULL)
	    : OUTCOME_OK;
	return r == OUTCOME_REPLY_INVALID ? OUTCOME_OK : r;
}

static enum outcome
hosts_probe(struct probe *p, struct errinfo *reterr)
{
	enum outcome r = address_renew(
	    &p->address, "", "", p->request->redirect_uri, reterr);

	secret_free(p->address.verifier); /* no code will come */
	p->address.verifier = NULL;
	if (r != OUTCOME_OK)
		return r;
	r = login_probe(p, reterr);
	if (r == OUTCOME_OK)
		r = api_probe(p, reterr);
	keys_tell(p);
	return r == OUTCOME_OK ? discovery_probe(p, reterr) : r;
}

static enum outcome
reply_send(struct wire_probe_reply *reply, struct errinfo *reterr)
{
	autobuf frame = BUF_INIT(WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX);

	layers_tell(reply);
	wire_put_probe_reply(&frame, reply);
	return frame_send(
	    HELPER_FD_SOCKET, &frame, clock_now_ms() + REPLY_WAIT_MS, reterr);
}

enum outcome
probe_serve(const struct wire_probe_request *request, int signals,
    struct errinfo *reterr)
{
	struct errinfo why = {0};
	autofree struct probe *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return err_set(reterr, OUTCOME_NO_MEMORY, "no memory");
	p->request = request;
	p->wait = (struct wait){
	    .socket = HELPER_FD_SOCKET,
	    .signals = signals,
	    .deadline_ms = clock_now_ms() + request->limit_s * INT64_C(1000),
	};
	if (request->network && hosts_probe(p, &why) != OUTCOME_OK)
		trace_text_copy(p->reply.reason, why.text);
	enum outcome r = reply_send(&p->reply, reterr);
	for (size_t i = 0; i < WIRE_HOST_COUNT; i++)
		conn_done(&p->conns[i]);
	buf_done(&p->page);
	return r;
}

enum outcome
probe_refuse(const char *reason, struct errinfo *reterr)
{
	autofree struct wire_probe_reply *reply = calloc(1, sizeof(*reply));

	if (reply == NULL)
		return err_set(reterr, OUTCOME_NO_MEMORY, "no memory");
	trace_text_copy(reply->reason, reason);
	return reply_send(reply, reterr);
}
