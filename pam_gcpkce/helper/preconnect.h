/* SPDX-License-Identifier: ISC */
/*
 * The preconnect: connections to both hosts, opened and kept open while the
 * person is in the browser.
 */
#ifndef GCPKCE_HELPER_PRECONNECT_H
#define GCPKCE_HELPER_PRECONNECT_H

#include "exchange.h"

enum preconnect_state { PRECONNECT_DOWN, PRECONNECT_UNDER_WAY, PRECONNECT_UP };

/* One of the connections. */
struct preconnect_conn {
	enum preconnect_state state;
	bool dead; /* the last try found no way to the host */
	unsigned failures;
	int64_t since_ms; /* when it was up first */
	int64_t next_ms;  /* the earliest time for another try */
};

/* All-zero bytes are a preconnect that never began. */
struct preconnect {
	bool admitted;  /* counted among those of this host */
	bool under_way; /* something is */
	struct preconnect_conn lines[CONN_COUNT];
};

/*
 * May this sign-in have a preconnect, and is it among the first so many of this
 * host?  If so, it holds one of them until the process, and whatever it forks,
 * has ended.
 *
 * in:     max   how many there may be at once; 0: nobody counts
 *         hold  no: it is only looked whether there is room for one
 */
bool preconnect_acquire(struct preconnect *p, uint32_t max, bool hold);

/*
 * Open the exchange's connections, and open those again that end, until there
 * is something to read from the caller, a browser or a signal.  Where a
 * connection cannot be opened, or does not last, there are few more tries; what
 * is under way then goes on with the next call.
 *
 * in:     x, route, wait  *borrowed* for this call
 * errors: OUTCOME_TIMED_OUT  the deadline passed;  OUTCOME_HELPER_FAILED
 */
MUST_CHECK enum outcome preconnect_run(struct preconnect *p, struct exchange *x,
    const struct wire_route *route, const struct wait *wait,
    struct errinfo *reterr);

/* The exchange is about to give up what is still under way. */
void preconnect_stop(struct preconnect *p);

/* Did the last try to reach one of the hosts find no way there? */
bool preconnect_found_dead(const struct preconnect *p, struct exchange *x);

#endif
