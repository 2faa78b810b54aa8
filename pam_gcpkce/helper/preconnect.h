/* SPDX-License-Identifier: ISC */
/* Connections to both hosts, kept open while the user is in the browser. */
#ifndef GCPKCE_HELPER_PRECONNECT_H
#define GCPKCE_HELPER_PRECONNECT_H

#include "exchange.h"

enum preconnect_state { PRECONNECT_DOWN, PRECONNECT_UNDER_WAY, PRECONNECT_UP };

/* One of the connections. */
struct preconnect_conn {
	enum preconnect_state state;
	bool unreachable; /* the last try could not reach the host */
	unsigned failures;
	int64_t since_ms; /* when it was first open */
	int64_t next_ms;  /* the earliest time for another try */
};

/* All-zero bytes are a preconnect that has not begun. */
struct preconnect {
	bool begun;     /* its time has come before */
	bool under_way; /* a request is in progress */
	struct preconnect_conn conns[CONN_COUNT];
};

/*
 * When to begin: a while after the address was sent, or at once if the
 * connections were open before; the deadline if there is no preconnect.
 */
int64_t preconnect_due_ms(const struct preconnect *p,
    const struct wire_request *request, int64_t ready_ms, int64_t deadline_ms);

/*
 * Open the exchange's connections, and reopen those that end, until there is
 * something to read from the parent, a browser or a signal.  A connection that
 * cannot be opened, or does not last, is retried a few times; requests in
 * progress continue with the next call.
 *
 * errors: OUTCOME_TIMED_OUT  the deadline passed;  OUTCOME_HELPER_FAILED
 */
MUST_CHECK enum outcome preconnect_run(struct preconnect *p, struct exchange *x,
    const struct wire_route *route, const struct wait *wait,
    struct errinfo *reterr);

/*
 * The exchange is about to abandon all requests in progress, but for those
 * whose replies it needs.
 */
void preconnect_stop(struct preconnect *p, const struct exchange *x,
    const struct wire_route *route);

/* Did the last try fail to reach one of the hosts? */
bool preconnect_found_unreachable(
    const struct preconnect *p, struct exchange *x);

#endif
