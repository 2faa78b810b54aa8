/* SPDX-License-Identifier: ISC */
/* The revoker: a separate process that revokes one token. */
#ifndef GCPKCE_HELPER_REVOKER_H
#define GCPKCE_HELPER_REVOKER_H

#include "gcpkce/oauth/provider.h"
#include "helper/http/conn.h"

#define REVOKER_SIGNIN_LIMIT_S 10 /* after a sign-in */

/* What is to be revoked; all *borrowed*. */
struct revoker_order {
	const struct wire_route *route;
	const struct wire_label *label;
	const struct secret *token;
	uint64_t expires_at_s;  /* CLOCK_REALTIME; 0: not known */
	uint32_t limit_s;       /* how long to retry */
	struct http_conn *conn; /* of the same host, whose connection is reused,
			      or NULL for a new one */
};

/* Has the provider a revocation?  If not: OUTCOME_CONFIG_INVALID. */
MUST_CHECK enum outcome revoker_can(
    const struct wire_route *route, struct errinfo *reterr);

/*
 * In the worker: become the revoker.  Send the provider's revocation of the
 * token, again after an error, until the limit, and write "revoked" or
 * "revoke_failed" to the journal.
 */
_Noreturn void revoker_leave_behind(const struct revoker_order *order);

/*
 * Send one revocation now, and judge the reply.  A 401 is OUTCOME_OK, too, and
 * reterr says so: a token that is refused has ended.
 *
 * in:     order  route and token;  conn  of conn_aim, to any URL
 * out:    correlation  of REPLY_CORRELATION_MAX + 1 bytes: the reply's, if any
 * errors: as response_arrived and api_error_judge; aborted, timed_out
 */
MUST_CHECK enum outcome revoker_try(const struct revoker_order *order,
    struct http_conn *conn, const struct wait *wait, char *correlation,
    struct errinfo *reterr);

#endif
