/* SPDX-License-Identifier: ISC */
/*
 * One connection to one host of Genesys Cloud, and the request on it.  Several
 * connections are driven side by side in one thread.
 */
#ifndef GCPKCE_HELPER_CONN_H
#define GCPKCE_HELPER_CONN_H

#include "curl_load.h"
#include "gcpkce/oauth/reply.h"
#include "gcpkce/wire/wire.h"

#define CONN_BODY_MAX (256 * 1024)
#define CONN_HEADERS_MAX (64 * 1024)
#define CONN_AUTHORIZATION_MAX \
	(sizeof("Authorization: Bearer ") + REPLY_TOKEN_MAX)

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
	char correlation[REPLY_CORRELATION_MAX + 1];
	char error[CURL_ERROR_SIZE];
	struct curl_slist headers[3]; /* ours; libcurl only reads them */
	char *authorization;          /* CONN_AUTHORIZATION_MAX bytes; wiped */
};

/* Can a request be stopped before it is sent again?  Needs libcurl 7.80. */
#ifndef CONN_HAS_PREREQ
#define CONN_HAS_PREREQ (LIBCURL_VERSION_NUM >= 0x075000)
#endif

#define autoconn CLEANUP(conn_done) struct http_conn

/*
 * What ends a wait besides the connections: the deadline, the parent, a signal.
 */
struct wait {
	int socket;  /* the parent's socket: readable or closed */
	int signals; /* a signalfd */
	int browser; /* for wait_for_event and http_loop_tend; -1: none */
	int64_t deadline_ms;
};

/* What ended a wait. */
enum wait_event { WAIT_EVENT_NONE, WAIT_EVENT_CALLER, WAIT_EVENT_BROWSER };

/*
 * Wait, without any connection, until there is something to read or the given
 * time has come.
 *
 * out:    ret_event  WAIT_EVENT_CALLER: at least one byte from the parent
 * errors: OUTCOME_TIMED_OUT  the deadline passed
 *         OUTCOME_ABORTED    the parent has gone, or a signal came
 *         OUTCOME_SYSTEM_ERROR  poll failed
 */
MUST_CHECK enum outcome wait_for_event(const struct wait *wait,
    int64_t until_ms, enum wait_event *ret_event, struct errinfo *reterr);

/*
 * Make a connection, after library_load; or reuse an existing one for another
 * request, and abandon any request in progress.  A connection takes requests to
 * one URL over the configured route: https only (http to a loopback host), TLS
 * 1.2 at least, no redirect, no cookie, at most 256 KiB of body and 64 KiB of
 * headers, certificates and proxy from the route and nothing else.
 *
 * in:     route       *borrowed*
 *         url         *borrowed* until the request has ended
 *         timeout_ms  for the whole request, connecting included
 * out:    connection  (conn_done it)
 * errors: OUTCOME_HELPER_FAILED  libcurl refused;  OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome conn_aim(struct http_conn *conn,
    const struct wire_route *route, const char *url, long timeout_ms,
    struct errinfo *reterr);

/* Put the bearer token (RFC 6750 section 2.1) into the request's header. */
void conn_authorize(struct http_conn *conn, const struct secret *token);

/*
 * Set up another request on a connection that is already open.  A request in
 * progress is abandoned.
 *
 * in:     method  *borrowed*, as url is
 */
MUST_CHECK enum outcome conn_retarget(struct http_conn *conn,
    const char *method, const char *url, long timeout_ms,
    struct errinfo *reterr);

/*
 * From now on send HEAD and read no body: the request only opens the
 * connection.
 */
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

/*
 * Begin the request; from now on the connection can be driven.  A connection
 * that has ended meanwhile is not used.
 */
MUST_CHECK enum outcome conn_start(
    struct http_conn *conn, struct errinfo *reterr);

/*
 * Drive connections until one of them, or all, have ended.
 *
 * in:     connections, count
 *         until  a connection whose end is waited for; NULL: all of them
 *         wait  what else ends the wait
 * errors: OUTCOME_TIMED_OUT  the deadline passed
 *         OUTCOME_ABORTED    the parent has gone, or a signal came
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

/*
 * The transport result of an ended request: OUTCOME_OK with any status, else
 * unreachable, tls_failed, reply_invalid, no_memory.
 */
enum outcome conn_outcome(const struct http_conn *conn, struct errinfo *reterr);

/* Close the connection, wipe and free. */
void conn_done(struct http_conn *conn);

#endif
