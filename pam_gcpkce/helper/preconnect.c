/* SPDX-License-Identifier: ISC */
/*
 * Errors here are not fatal: the exchange opens missing connections itself.
 */
#include "preconnect.h"

#include "gcpkce/base/clock.h"
#include "heap.h"
#include "helper/http/response.h"

#define FAILURES_MAX 3  /* in a row */
#define LASTING_MS 8000 /* a connection that ended sooner counts as failed */
#define PAUSE_MS 1000   /* after a failure; longer after each further one */

int64_t
preconnect_due_ms(const struct preconnect *p,
    const struct wire_request *request, int64_t ready_ms, int64_t deadline_ms)
{
	int64_t due_ms =
	    ready_ms + (p->begun ? 0 : request->preconnect_s * INT64_C(1000));

	return request->preconnect && due_ms < deadline_ms ? due_ms
							   : deadline_ms;
}

static void
conn_fail(struct preconnect_conn *c, int64_t now_ms)
{
	c->state = PRECONNECT_DOWN;
	c->failures++;
	c->next_ms = now_ms + PAUSE_MS * c->failures;
}

/*
 * Update the state of a connection.  It is not up without the reply that it is
 * for, because the exchange would have to ask once more.
 */
static void
conn_look(struct preconnect *p, struct exchange *x, size_t i,
    const struct wire_route *route, int64_t now_ms)
{
	struct preconnect_conn *c = &p->conns[i];
	struct http_conn *conn = &x->conns[i];
	bool is_up = conn_is_warm(conn) && !exchange_lacks_reply(x, i, route);
	bool was_up = c->state == PRECONNECT_UP;
	struct errinfo why;

	if (is_up && !was_up) {
		c->state = PRECONNECT_UP;
		c->unreachable = false;
		c->since_ms = now_ms;
	} else if (!is_up && was_up &&
	    now_ms - c->since_ms >= LASTING_MS) { /* ended unused */
		c->state = PRECONNECT_DOWN;
		c->failures = 0;
		c->next_ms = now_ms;
	} else if (!is_up && was_up) {
		conn_fail(c, now_ms);
	} else if (c->state == PRECONNECT_UNDER_WAY && conn->done) {
		enum outcome r = conn_outcome(conn, &why);

		c->unreachable =
		    r == OUTCOME_UNREACHABLE || r == OUTCOME_TLS_FAILED;
		conn_fail(c, now_ms);
	}
}

/*
 * Open a connection if it is time; returns the time of the next try.  The
 * second identity request waits for the first, and reuses its address and TLS
 * session.
 */
static int64_t
conn_open(struct preconnect *p, struct exchange *x, size_t i,
    const struct wire_route *route, int64_t now_ms)
{
	struct preconnect_conn *c = &p->conns[i];
	struct errinfo why;

	if (!exchange_needs(x, i, route) || c->state != PRECONNECT_DOWN ||
	    c->failures >= FAILURES_MAX ||
	    (i > CONN_IDENTITY &&
		p->conns[CONN_IDENTITY].state == PRECONNECT_UNDER_WAY))
		return INT64_MAX;
	if (c->next_ms > now_ms)
		return c->next_ms;
	if (exchange_connect_early(x, i, route, route_limit_ms(route), &why) ==
	    OUTCOME_OK)
		c->state = PRECONNECT_UNDER_WAY;
	else
		conn_fail(c, now_ms);
	return c->state == PRECONNECT_DOWN ? c->next_ms : INT64_MAX;
}

/*
 * When no request is in progress, free the memory that the handshakes needed.
 */
static void
memory_return(struct preconnect *p)
{
	bool under_way = false;

	for (size_t i = 0; i < CONN_COUNT; i++)
		under_way |= p->conns[i].state == PRECONNECT_UNDER_WAY;
	if (p->under_way && !under_way)
		heap_trim();
	p->under_way = under_way;
}

enum outcome
preconnect_run(struct preconnect *p, struct exchange *x,
    const struct wire_route *route, const struct wait *wait,
    struct errinfo *reterr)
{
	enum outcome r = OUTCOME_OK;

	while (r == OUTCOME_OK) {
		int64_t now_ms = clock_now_ms();
		int64_t wake_ms = INT64_MAX;

		for (size_t i = 0; i < CONN_COUNT; i++)
			conn_look(p, x, i, route, now_ms);
		for (size_t i = 0; i < CONN_COUNT; i++) {
			int64_t next_ms = conn_open(p, x, i, route, now_ms);

			wake_ms = next_ms < wake_ms ? next_ms : wake_ms;
		}
		memory_return(p);
		r = http_loop_tend(x->conns, CONN_COUNT, wake_ms, wait, reterr);
	}
	/*
	 * requests in progress go on: an interrupted wait must not count as a
	 * failed try
	 */
	for (size_t i = 0; i < CONN_COUNT; i++)
		conn_look(p, x, i, route, clock_now_ms());
	return r == OUTCOME_ABORTED ? OUTCOME_OK : r;
}

void
preconnect_stop(struct preconnect *p, const struct exchange *x,
    const struct wire_route *route)
{
	for (size_t i = 0; i < CONN_COUNT; i++) {
		if (p->conns[i].state == PRECONNECT_UNDER_WAY &&
		    !exchange_lacks_reply(x, i, route))
			p->conns[i].state = PRECONNECT_DOWN;
	}
}

bool
preconnect_found_unreachable(const struct preconnect *p, struct exchange *x)
{
	for (size_t i = 0; i < CONN_COUNT; i++) {
		if (p->conns[i].unreachable && !conn_is_warm(&x->conns[i]))
			return true;
	}
	return false;
}
