/* SPDX-License-Identifier: ISC */
/*
 * A lane: one connection to one host of Genesys Cloud, and the request on it.
 * Several lanes are driven side by side in one thread.
 */
#ifndef GCPKCE_HELPER_LANE_H
#define GCPKCE_HELPER_LANE_H

#include "gcpkce/oauth/reply.h"
#include "gcpkce/wire/wire.h"
#include "library.h"

#define LANE_BODY_MAX (256 * 1024)
#define LANE_HEADERS_MAX (64 * 1024)
#define LANE_AUTHORIZATION_MAX \
	(sizeof("Authorization: Bearer ") + REPLY_TOKEN_MAX)

struct lane {
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
	char *authorization;          /* LANE_AUTHORIZATION_MAX bytes; wiped */
};

/* Can a request be stopped before it goes out again?  libcurl 7.80. */
#ifndef LANE_HAS_PREREQ
#define LANE_HAS_PREREQ (LIBCURL_VERSION_NUM >= 0x075000)
#endif

#define autolane CLEANUP(lane_done) struct lane

/* What ends a wait besides the lanes: the deadline, the caller, a signal. */
struct vigil {
	int socket;  /* readable or closed: the caller has gone */
	int signals; /* a signalfd */
	int browser; /* for vigil_await and lanes_tend; -1: none */
	int64_t deadline_ms;
};

/* What a wait ended with. */
enum arrival { ARRIVAL_NONE, ARRIVAL_CALLER, ARRIVAL_BROWSER };

/*
 * Wait, without any lane, until there is something to read, or that time has
 * come.
 *
 * out:    ret_arrival  ARRIVAL_CALLER: at least one byte of his
 * errors: OUTCOME_TIMED_OUT  the deadline passed
 *         OUTCOME_ABORTED    the caller has gone, or a signal came
 *         OUTCOME_HELPER_FAILED
 */
MUST_CHECK enum outcome vigil_await(const struct vigil *vigil, int64_t until_ms,
    enum arrival *ret_arrival, struct errinfo *reterr);

/*
 * Make a lane, after library_load, or aim one that there is already at another
 * request over the connection that it has; what was under way is given up.  A
 * lane takes requests to one URL over the configured
 * route: https alone
 * (http to a loopback host), TLS 1.2 at least, no redirect, no cookie, at most
 * 256 KiB of body and 64 KiB of headers, certificates and proxy from the route
 * and nothing else.
 *
 * in:     route       *borrowed*
 *         url         *borrowed* until the request has ended
 *         timeout_ms  for the whole request, connecting included
 * out:    lane  (lane_done it)
 * errors: OUTCOME_HELPER_FAILED  libcurl refused;  OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome lane_aim(struct lane *lane,
    const struct wire_route *route, const char *url, long timeout_ms,
    struct errinfo *reterr);

/* Put the bearer token (RFC 6750 section 2.1) into the request's header. */
void lane_authorize(struct lane *lane, const struct secret *token);

/*
 * Aim a lane at another request, over the connection that it has.  A request
 * that is under way is given up.
 *
 * in:     method  *borrowed*, as url is
 */
MUST_CHECK enum outcome lane_retarget(struct lane *lane, const char *method,
    const char *url, long timeout_ms, struct errinfo *reterr);

/*
 * From now on: no body, by HEAD, for the sake of the connection alone.
 */
MUST_CHECK enum outcome lane_head(struct lane *lane, struct errinfo *reterr);

/*
 * Let the request go out once: libcurl sends one again, without a word, over a
 * new connection when an old one ended before the first byte of a reply.
 */
MUST_CHECK enum outcome lane_once(struct lane *lane, struct errinfo *reterr);

/* Has the lane a connection that waits for a request, still open at this end
 * and the other? */
bool lane_is_warm(struct lane *lane);

/*
 * Begin the request; from now on the lane can be driven.  A connection that has
 * ended meanwhile is not used.
 */
MUST_CHECK enum outcome lane_start(struct lane *lane, struct errinfo *reterr);

/*
 * Drive lanes until one of them, or all, have ended.
 *
 * in:     lanes, count
 *         until  a lane whose end is waited for; NULL: all of them
 *         vigil  what else ends the wait
 * errors: OUTCOME_TIMED_OUT  the deadline passed
 *         OUTCOME_ABORTED    the caller has gone, or a signal came
 *         OUTCOME_HELPER_FAILED
 */
MUST_CHECK enum outcome lanes_drive(struct lane *lanes, size_t count,
    const struct lane *until, const struct vigil *vigil,
    struct errinfo *reterr);

/*
 * Let lanes do what they can, then wait until there is more to do, a warm
 * connection has ended, or wake_ms (on clock_now_ms's clock).
 *
 * errors: as lanes_drive
 */
MUST_CHECK enum outcome lanes_tend(struct lane *lanes, size_t count,
    int64_t wake_ms, const struct vigil *vigil, struct errinfo *reterr);

/*
 * The request has ended.  Did it so because no issuer was found in the part of
 * the system's trust store that costs little, and before anything went out?
 * Then all of the store is set for it, and it may begin once more.
 */
bool lane_trust_widen(struct lane *lane);

/*
 * What became of an ended request on the way to a status: OUTCOME_OK with any
 * status, else unreachable, tls_failed, reply_invalid, no_memory.
 */
enum outcome lane_outcome(const struct lane *lane, struct errinfo *reterr);

/* Close the connection, wipe and free. */
void lane_done(struct lane *lane);

#endif
