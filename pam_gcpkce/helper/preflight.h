/* SPDX-License-Identifier: ISC */
/*
 * The preflight: connections to both hosts, opened and kept open while the
 * person is in the browser.
 */
#ifndef GCPKCE_HELPER_PREFLIGHT_H
#define GCPKCE_HELPER_PREFLIGHT_H

#include "exchange.h"

enum preflight_state { PREFLIGHT_DOWN, PREFLIGHT_UNDER_WAY, PREFLIGHT_UP };

/* One of the connections. */
struct preflight_line {
	enum preflight_state state;
	bool dead; /* the last try found no way to the host */
	unsigned failures;
	int64_t since_ms; /* when it was up first */
	int64_t next_ms;  /* the earliest time for another try */
};

/* All-zero bytes are a preflight that never began. */
struct preflight {
	bool admitted;  /* counted among those of this host */
	bool under_way; /* something is */
	struct preflight_line lines[CONN_COUNT];
};

/*
 * May this sign-in have a preflight, and is it among the first so many of this
 * host?  If so, it holds one of them until the process, and whatever it forks,
 * has ended.
 *
 * in:     max   how many there may be at once; 0: nobody counts
 *         hold  no: it is only looked whether there is room for one
 */
bool preflight_admit(struct preflight *p, uint32_t max, bool hold);

/*
 * Open the exchange's connections, and open those again that end, until there
 * is something to read from the caller, a browser or a signal.  Where a
 * connection cannot be opened, or does not last, there are few more tries; what
 * is under way then goes on with the next call.
 *
 * in:     x, route, wait  *borrowed* for this call
 * errors: OUTCOME_TIMED_OUT  the deadline passed;  OUTCOME_HELPER_FAILED
 */
MUST_CHECK enum outcome preflight_fly(struct preflight *p, struct exchange *x,
    const struct wire_route *route, const struct wait *wait,
    struct errinfo *reterr);

/* The exchange is about to give up what is still under way. */
void preflight_yield(struct preflight *p);

/* Did the last try to reach one of the hosts find no way there? */
bool preflight_found_dead(const struct preflight *p, struct exchange *x);

#endif
