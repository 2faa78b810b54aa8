/* SPDX-License-Identifier: ISC */
/*
 * A connection: one connection to one host of Genesys Cloud, and the request on
 * it. Several connections are driven side by side in one thread.
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
	bool warm; /* the last request left its connection open, by fd */
	int fd;
	bool once; /* the request must not go out a second time ... */
	bool gone_out;
	bool repeated; /* ... and would have */
	bool narrow;   /* only a part of the trust store was asked so far */
	bool done;     /* the request has ended, with result */
	CURLcode result;
	long status;
	size_t headers_len; /* those that have come so far */
	struct buf body;
	char correlation[REPLY_CORRELATION_MAX + 1];
	char error[CURL_ERROR_SIZE];
	struct curl_slist headers[3]; /* ours; libcurl only reads them */
	char *authorization;          /* CONN_AUTHORIZATION_MAX bytes; wiped */
};

/* Can a request be stopped before it goes out again?  libcurl 7.80. */
#ifndef CONN_HAS_PREREQ
#define CONN_HAS_PREREQ (LIBCURL_VERSION_NUM >= 0x075000)
#endif

#define autoconn CLEANUP(conn_done) struct http_conn

/* What ends a wait besides the connections: the deadline, the caller, a signal.
 */
struct wait {
	int socket;  /* readable or closed: the caller has gone */
	int signals; /* a signalfd */
	int browser; /* for wait_for_event and http_loop_tend; -1: none */
	int64_t deadline_ms;
};

/* What a wait ended with. */
enum wait_event { WAIT_EVENT_NONE, WAIT_EVENT_CALLER, WAIT_EVENT_BROWSER };

/*
 * Wait, without any connection, until there is something to read, or that time
 * has come.
 *
 * out:    ret_event  WAIT_EVENT_CALLER: at least one byte of his
 * errors: OUTCOME_TIMED_OUT  the deadline passed
 *         OUTCOME_ABORTED    the caller has gone, or a signal came
 *         OUTCOME_SYSTEM_ERROR  poll failed
 */
MUST_CHECK enum outcome wait_for_event(const struct wait *wait,
    int64_t until_ms, enum wait_event *ret_event, struct errinfo *reterr);

/*
 * Make a connection, after library_load, or aim one that there is already at
 * another request over the connection that it has; what was under way is given
 * up.  A connection takes requests to one URL over the configured route: https
 * alone (http to a loopback host), TLS 1.2 at least, no redirect, no cookie, at
 * most 256 KiB of body and 64 KiB of headers, certificates and proxy from the
 * route and nothing else.
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
 * Aim a connection at another request, over the connection that it has.  A
 * request that is under way is given up.
 *
 * in:     method  *borrowed*, as url is
 */
MUST_CHECK enum outcome conn_retarget(struct http_conn *conn,
    const char *method, const char *url, long timeout_ms,
    struct errinfo *reterr);

/*
 * From now on: no body, by HEAD, for the sake of the connection alone.
 */
MUST_CHECK enum outcome conn_head(
    struct http_conn *conn, struct errinfo *reterr);

/*
 * Let the request go out once: libcurl sends one again, without a word, over a
 * new connection when an old one ended before the first byte of a reply.
 */
MUST_CHECK enum outcome conn_once(
    struct http_conn *conn, struct errinfo *reterr);

/* Has the connection a connection that waits for a request, still open at this
 * end and the other? */
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
 *         OUTCOME_ABORTED    the caller has gone, or a signal came
 *         OUTCOME_HELPER_FAILED, OUTCOME_SYSTEM_ERROR
 */
MUST_CHECK enum outcome http_loop_drive(struct http_conn *conns, size_t count,
    const struct http_conn *until, const struct wait *wait,
    struct errinfo *reterr);

/*
 * Let connections do what they can, then wait until there is more to do, a warm
 * connection has ended, or wake_ms (on clock_now_ms's clock).
 *
 * errors: as http_loop_drive
 */
MUST_CHECK enum outcome http_loop_tend(struct http_conn *conns, size_t count,
    int64_t wake_ms, const struct wait *wait, struct errinfo *reterr);

/*
 * The request has ended.  Did it so because no issuer was found in the part of
 * the system's trust store that costs little, and before anything went out?
 * Then all of the store is set for it, and it may begin once more.
 */
bool conn_trust_widen(struct http_conn *conn);

/*
 * What became of an ended request on the way to a status: OUTCOME_OK with any
 * status, else unreachable, tls_failed, reply_invalid, no_memory.
 */
enum outcome conn_outcome(const struct http_conn *conn, struct errinfo *reterr);

/* Close the connection, wipe and free. */
void conn_done(struct http_conn *conn);

#endif
