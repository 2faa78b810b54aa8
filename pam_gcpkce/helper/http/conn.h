/* SPDX-License-Identifier: ISC */
/* A connection to one host of the provider, and the request on it. */
#ifndef GCPKCE_HELPER_CONN_H
#define GCPKCE_HELPER_CONN_H

#include "curl_load.h"
#include "gcpkce/oauth/reply.h"
#include "gcpkce/wire/wire.h"

#define CONN_BODY_MAX (256 * 1024)
#define CONN_HEADERS_MAX (64 * 1024)

struct http_conn {
	CURLM *multi;
	CURL *easy;
	bool warm; /* the last request left its connection open, as fd */
	int fd;
	bool once; /* the request must not be sent a second time ... */
	bool gone_out;
	bool repeated; /* ... and would have */
	bool narrow;   /* only a part of the trust store was read so far */
	bool done;     /* the request has ended, with result */
	CURLcode result;
	long status;
	size_t headers_len; /* those received so far */
	struct buf body;
	const char *const *correlation_headers; /* the provider's */
	char correlation[REPLY_CORRELATION_MAX + 1];
	char error[CURL_ERROR_SIZE];
	struct curl_slist headers[3]; /* ours; libcurl only reads them */
	struct buf authorization;     /* of the request with a token */
};

/* Can a request be stopped before it is sent again?  Needs libcurl 7.80. */
#ifndef CONN_HAS_PREREQ
#define CONN_HAS_PREREQ (LIBCURL_VERSION_NUM >= 0x075000)
#endif

#define autoconn CLEANUP(conn_done) struct http_conn

/* What ends a wait besides the connections; -1: no such descriptor. */
struct wait {
	int socket;  /* the parent's: readable or closed */
	int signals; /* a signalfd */
	int browser; /* for wait_for_event and http_loop_tend */
	int64_t deadline_ms;
};

enum wait_event { WAIT_EVENT_NONE, WAIT_EVENT_CALLER, WAIT_EVENT_BROWSER };

/*
 * Wait, without any connection, until there is something to read or the given
 * time has come.
 *
 * out:    ret_event  WAIT_EVENT_CALLER: at least one byte from the parent
 * errors: OUTCOME_TIMED_OUT (the deadline), OUTCOME_ABORTED (the parent has
 *         gone, or a signal came), OUTCOME_SYSTEM_ERROR
 */
MUST_CHECK enum outcome wait_for_event(const struct wait *wait,
    int64_t until_ms, enum wait_event *ret_event, struct errinfo *reterr);

/* Wait until a moment or the deadline; the parent and signals end it. */
MUST_CHECK enum outcome wait_until(
    const struct wait *wait, int64_t moment_ms, struct errinfo *reterr);

/* Milliseconds that one request may take, connecting included. */
static inline long
route_limit_ms(const struct wire_route *route)
{
	return 1000L * (route->connect_timeout_s + route->request_timeout_s);
}

/*
 * Make a connection, after library_load; or reuse one for another request, and
 * abandon any request in progress.  Requests go to one URL over the configured
 * route: https only (http to a loopback host), TLS 1.2 at least, no redirect,
 * no cookie, at most 256 KiB of body and 64 KiB of headers, certificates and
 * proxy from the route and nothing else.
 *
 * in:     timeout_ms  for the whole request, connecting included
 * out:    conn  (conn_done it)
 * errors: OUTCOME_HELPER_FAILED  libcurl refused;  OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome conn_aim(struct http_conn *conn,
    const struct wire_route *route, const char *url, long timeout_ms,
    struct errinfo *reterr);

/*
 * Put the bearer token (RFC 6750 section 2.1) into the request's header.
 *
 * errors: OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome conn_authorize(
    struct http_conn *conn, const struct secret *token, struct errinfo *reterr);

/* Set up another request on an open connection; abandon one in progress. */
MUST_CHECK enum outcome conn_retarget(struct http_conn *conn,
    const char *method, const char *url, long timeout_ms,
    struct errinfo *reterr);

/* Read a body of at most this many bytes, fewer than CONN_BODY_MAX. */
MUST_CHECK enum outcome conn_limit(
    struct http_conn *conn, size_t max, struct errinfo *reterr);

/* Send HEAD and read no body: the request only opens the connection. */
MUST_CHECK enum outcome conn_head(
    struct http_conn *conn, struct errinfo *reterr);

/*
 * Send the request at most once.  By default libcurl silently repeats a request
 * over a new connection if an old one ended before the first byte of a reply.
 */
MUST_CHECK enum outcome conn_once(
    struct http_conn *conn, struct errinfo *reterr);

/* Is there an idle connection for the next request, still open at both ends? */
bool conn_is_warm(struct http_conn *conn);

/* Begin the request.  A connection that has ended meanwhile is not used. */
MUST_CHECK enum outcome conn_start(
    struct http_conn *conn, struct errinfo *reterr);

/* Begin a request that is set up, or begin it once more. */
CURLMcode conn_send(struct http_conn *conn);

/*
 * Drive connections until one of them, or all, have ended.
 *
 * in:     until  whose end is waited for; NULL: all of them
 *         wait  what else ends the wait
 * errors: OUTCOME_TIMED_OUT, OUTCOME_ABORTED as wait_for_event;
 *         OUTCOME_HELPER_FAILED, OUTCOME_SYSTEM_ERROR
 */
MUST_CHECK enum outcome http_loop_drive(struct http_conn *conns, size_t count,
    const struct http_conn *until, const struct wait *wait,
    struct errinfo *reterr);

/*
 * Let connections make progress, then wait until there is more to do, an idle
 * connection has ended, or wake_ms (on clock_now_ms's clock) has come.
 *
 * errors: as http_loop_drive
 */
MUST_CHECK enum outcome http_loop_tend(struct http_conn *conns, size_t count,
    int64_t wake_ms, const struct wait *wait, struct errinfo *reterr);

/*
 * The request has ended.  If it failed because no issuer was found in the
 * quickly read part of the system's trust store, before anything was sent, set
 * the whole store for it and allow it to begin once more.
 */
bool conn_trust_widen(struct http_conn *conn);

/* The value of a header line that begins so; p is NULL for any other line. */
struct view header_value(struct view line, const char *name);

/* Close the connection, wipe and free. */
void conn_done(struct http_conn *conn);

#endif
