/* SPDX-License-Identifier: ISC */
/*
 * Responses before they are trusted.  All text from a server that leaves the
 * helper, apart from an identity, passes through here or through oauth/reply.c.
 */
#include "response.h"

#include <string.h>

/* Numbers of newer versions, which the headers at hand may not have. */
enum {
	CODE_HTTP3 = 95,
	CODE_QUIC_CONNECT_ERROR = 96,
	CODE_PROXY = 97,
	CODE_SSL_CLIENTCERT = 98,
	CODE_UNRECOVERABLE_POLL = 99,
	CODE_TOO_LARGE = 100,
	CODE_ECH_REQUIRED = 101,
};

/*
 * The kind of error that a number stands for.  An unknown number after the
 * start of a reply says nothing about the network.
 */
static enum outcome
code_outcome(CURLcode code, bool begun)
{
	switch ((int)code) {
	case CURLE_OK:
		return OUTCOME_OK;
	case CURLE_OUT_OF_MEMORY:
		return OUTCOME_NO_MEMORY;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_ENGINE_NOTFOUND:
	case CURLE_SSL_ENGINE_SETFAILED:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_USE_SSL_FAILED:
	case CURLE_SSL_ENGINE_INITFAILED:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_SHUTDOWN_FAILED:
	case CURLE_SSL_CRL_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CODE_SSL_CLIENTCERT:
	case CODE_ECH_REQUIRED:
		return OUTCOME_TLS_FAILED;
	case CURLE_UNSUPPORTED_PROTOCOL: /* bytes that are not HTTP */
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_WRITE_ERROR:
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_FILESIZE_EXCEEDED:
	case CODE_TOO_LARGE:
		return OUTCOME_REPLY_INVALID;
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_HTTP2:
	case CURLE_PARTIAL_FILE:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_ABORTED_BY_CALLBACK:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_HTTP2_STREAM:
	case CODE_HTTP3:
	case CODE_QUIC_CONNECT_ERROR:
	case CODE_PROXY:
	case CODE_UNRECOVERABLE_POLL:
		return OUTCOME_UNREACHABLE;
	default:
		return begun ? OUTCOME_REPLY_INVALID : OUTCOME_UNREACHABLE;
	}
}

enum outcome
conn_outcome(const struct http_conn *conn, struct errinfo *reterr)
{
	CURLcode code = conn->result;

	if (code == CURLE_OK)
		return OUTCOME_OK;
	if (conn->repeated)
		return err_set(reterr, OUTCOME_UNREACHABLE,
		    "the connection ended before a reply came");
	if (conn->body.failed || code == CURLE_FILESIZE_EXCEEDED)
		return err_set(reterr, OUTCOME_REPLY_INVALID,
		    "the reply is larger than %zu bytes", conn->body.max);
	bool begun = conn->headers_len > 0;
	/* an old libcurl reports a header of 100 KiB as a lack of memory */
	if (conn->headers_len > CONN_HEADERS_MAX ||
	    (begun && conn->body.len == 0 &&
		(code == CURLE_OUT_OF_MEMORY || (int)code == CODE_TOO_LARGE)))
		return err_set(reterr, OUTCOME_REPLY_INVALID,
		    "the reply's headers are larger than %d bytes",
		    CONN_HEADERS_MAX);
	return err_set(reterr, code_outcome(code, begun), "%s",
	    conn->error[0] != '\0' ? conn->error : curl.easy_strerror(code));
}

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
response_judge(const struct http_conn *conn, const struct provider *provider,
    const char *request, const struct sent_secrets *sent_secrets,
    char *correlation, struct errinfo *reterr)
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
	    provider, conn->status, buf_view(&conn->body), sent_secrets, &body);
	/* it carried no token that could be invalid */
	if (r == OUTCOME_TOKEN_INVALID && conn->authorization.len == 0)
		r = OUTCOME_REPLY_INVALID;
	if (body.correlation[0] != '\0' && conn->correlation[0] == '\0')
		memcpy(correlation, body.correlation, sizeof(body.correlation));
	return err_set(reterr, r, "%s: %ld %s%s%s", request, conn->status,
	    body.name, body.detail[0] != '\0' ? ": " : "", body.detail);
}
