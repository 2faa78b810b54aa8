/* SPDX-License-Identifier: ISC */
/* The result of an ended request, in words that may go to the journal. */
#ifndef GCPKCE_HELPER_RESPONSE_H
#define GCPKCE_HELPER_RESPONSE_H

#include "conn.h"

/*
 * The transport result of an ended request: OUTCOME_OK with any status, else
 * unreachable, tls_failed, reply_invalid, no_memory.
 */
enum outcome conn_outcome(const struct http_conn *conn, struct errinfo *reterr);

/*
 * Did a response arrive, with any status?  As conn_outcome, but text that would
 * repeat a secret is left out.
 *
 * in:     sent_secrets  secrets that this request and earlier ones carried
 * out:    correlation  of REPLY_CORRELATION_MAX + 1 bytes: the response's, if
 *                      it has one
 *         reterr       on failure; not NULL
 */
MUST_CHECK enum outcome response_arrived(const struct http_conn *conn,
    const struct sent_secrets *sent_secrets, char *correlation,
    struct errinfo *reterr);

/*
 * Is it a 200 of an endpoint other than the token's?
 *
 * in:     request  names it in the reason, "GET /api/v2/users/me"
 * out:    as response_arrived; the correlation id may be that of an error body
 * errors: as conn_outcome and api_error_judge; of a request without a token a
 *         401 or 403 is OUTCOME_REPLY_INVALID
 */
MUST_CHECK enum outcome response_judge(const struct http_conn *conn,
    const struct provider *provider, const char *request,
    const struct sent_secrets *sent_secrets, char *correlation,
    struct errinfo *reterr);

#endif
