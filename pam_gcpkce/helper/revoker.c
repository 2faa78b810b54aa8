/* SPDX-License-Identifier: ISC */
/*
 * Revocation.  It outlives the sign-in on purpose, so that the user does not
 * wait for it.  It holds one token and can only revoke it.
 */
#include "revoker.h"

#include <poll.h>

#include "gcpkce/base/clock.h"
#include "helper/http/response.h"
#include "syslog.h"
#include "worker.h"

#define PAUSE_FIRST_MS 500
#define PAUSE_MAX_MS 8000

/* An error after which the same request may succeed. */
static bool
may_try_again(enum outcome r)
{
	return r == OUTCOME_UNREACHABLE || r == OUTCOME_PROVIDER_ERROR ||
	    r == OUTCOME_RATE_LIMITED || r == OUTCOME_TLS_FAILED;
}

enum outcome
revoker_can(const struct wire_route *route, struct errinfo *reterr)
{
	return provider_of(route)->revoke.request != NULL
	    ? OUTCOME_OK
	    : err_set(reterr, OUTCOME_CONFIG_INVALID, "%s revokes no token",
		  provider_title(route->provider));
}

enum outcome
revoker_try(const struct revoker_order *order, struct http_conn *conn,
    const struct wait *wait, char *correlation, struct errinfo *reterr)
{
	const struct sent_secrets sent_secrets = {.token = order->token};
	const struct provider *provider = provider_of(order->route);
	autobuf url = BUF_INIT(2048);
	struct error_body body;

	endpoint_url(&provider->revoke, order->route, &url);
	enum outcome r = conn_retarget(conn, "DELETE", buf_text(&url),
	    route_limit_ms(order->route), reterr);
	if (r == OUTCOME_OK)
		r = conn_authorize(conn, order->token, reterr);
	if (r == OUTCOME_OK)
		r = conn_start(conn, reterr);
	if (r == OUTCOME_OK)
		r = http_loop_drive(conn, 1, NULL, wait, reterr);
	if (r == OUTCOME_OK)
		r = response_arrived(conn, &sent_secrets, correlation, reterr);
	if (r != OUTCOME_OK || conn->status / 100 == 2)
		return r;
	if (conn->status == 401)
		return err_set(
		    reterr, OUTCOME_OK, "the token was no longer accepted");
	r = api_error_judge(provider, conn->status, buf_view(&conn->body),
	    &sent_secrets, &body);
	return err_set(reterr, r, "%s: %ld%s%s", provider->revoke.request,
	    conn->status, body.name[0] != '\0' ? " " : "", body.name);
}

/* Retry until it succeeds, fails for good, or reaches the limit. */
static enum outcome
try_until_limit(const struct revoker_order *order, struct http_conn *conn,
    struct errinfo *reterr)
{
	struct wait wait = {
	    .socket = -1,
	    .signals = -1,
	    .deadline_ms = clock_now_ms() + order->limit_s * INT64_C(1000),
	};
	char correlation[REPLY_CORRELATION_MAX + 1];
	int pause_ms = PAUSE_FIRST_MS;

	for (;;) {
		enum outcome r =
		    revoker_try(order, conn, &wait, correlation, reterr);

		if (!may_try_again(r) ||
		    clock_left_ms(wait.deadline_ms) <= pause_ms)
			return r;
		(void)poll(NULL, 0, pause_ms);
		pause_ms =
		    pause_ms * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS : pause_ms * 2;
	}
}

_Noreturn void
revoker_leave_behind(const struct revoker_order *order)
{
	char expires[CLOCK_STAMP_LEN + 1] = "";
	struct errinfo why = {0};
	autoconn own = {0};
	struct http_conn *conn = order->conn;
	enum outcome r = revoker_can(order->route, &why);

	worker_detach();
	if (r == OUTCOME_OK && conn == NULL) {
		conn = &own;
		r = conn_aim(conn, order->route,
		    endpoint_base(
			&provider_of(order->route)->revoke, order->route),
		    1000, &why);
	}
	if (r == OUTCOME_OK)
		r = try_until_limit(order, conn, &why);
	if (r != OUTCOME_OK && order->expires_at_s > 0)
		clock_stamp(order->expires_at_s, expires);
	if (r == OUTCOME_OK)
		journal_write("revoked", order->label, "", "");
	else
		journal_write("revoke_failed", order->label, expires, why.text);
	_exit(0);
}
