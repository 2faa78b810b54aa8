/* SPDX-License-Identifier: ISC */
/*
 * Responses before they are trusted.  All text from a server that leaves the
 * helper, apart from an identity, passes through here or through oauth/reply.c.
 */
#include "response.h"

#include <string.h>

enum outcome
response_arrived(const struct http_conn *conn,
    const struct sent_secrets *sent_secrets, char *correlation,
    struct errinfo *reterr)
{
	if (conn->correlation[0] != '\0') {
		memcpy(
		    correlation, conn->correlation, sizeof(conn->correlation));
		redact_text(
		    correlation, sizeof(conn->correlation), sent_secrets);
	}
	enum outcome r = conn_outcome(conn, reterr);
	/* libcurl may quote input that it did not understand */
	if (r != OUTCOME_OK)
		redact_text(reterr->text, sizeof(reterr->text), sent_secrets);
	return r;
}

enum outcome
response_judge(const struct http_conn *conn, const char *request,
    const struct sent_secrets *sent_secrets, char *correlation,
    struct errinfo *reterr)
{
	struct error_body body;
	struct errinfo why = {0};

	enum outcome r =
	    response_arrived(conn, sent_secrets, correlation, &why);
	if (r != OUTCOME_OK)
		return err_set(reterr, r, "%s: %s", request, why.text);
	if (conn->status == 200)
		return r;
	r = api_error_judge(
	    conn->status, buf_view(&conn->body), sent_secrets, &body);
	if (body.correlation[0] != '\0' && conn->correlation[0] == '\0')
		memcpy(correlation, body.correlation, sizeof(body.correlation));
	return err_set(reterr, r, "%s: %ld %s%s%s", request, conn->status,
	    body.name, body.detail[0] != '\0' ? ": " : "", body.detail);
}
