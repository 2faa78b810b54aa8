/* SPDX-License-Identifier: ISC */
/*
 * From a code to an identity: POST /oauth/token, then users/me and tokens/me
 * side by side; then the lists that users/me left out, if they are needed.
 */
#ifndef GCPKCE_HELPER_EXCHANGE_H
#define GCPKCE_HELPER_EXCHANGE_H

#include "helper/http/conn.h"

/* What is exchanged; all *borrowed*. */
struct exchange_order {
	const struct wire_request *request;
	const struct secret *code;
	const struct secret *verifier;
	bool state_seen; /* for the causes of a refusal */
	bool code_seen_before;
	unsigned long shown_s;
};

enum { CONN_TOKEN, CONN_USER, CONN_TOKEN_INFO, CONN_COUNT };

/*
 * One exchange.  Its connections stay open after it, so that the next exchange
 * or a revocation can reuse them.  All-zero bytes are an exchange that has not
 * begun.
 */
struct exchange {
	const struct exchange_order *order;
	const struct wait *wait;
	struct http_conn conns[CONN_COUNT];
	struct buf form;
	struct errinfo *reterr;

	/* the outcome of the exchange */
	struct token_reply reply; /* with a token: one was received */
	struct identity identity; /* with OUTCOME_OK */
	char correlation[REPLY_CORRELATION_MAX + 1];
};

/*
 * Open a connection before the exchange, by a HEAD request for the root of its
 * host: libcurl has no other way to open a connection that a later request may
 * use.  After this call the request is in progress, for http_loop_tend.
 *
 * in:     i      CONN_TOKEN: the login host; else the API host
 *         route  *borrowed*
 *         timeout_ms  for all of it
 * errors: OUTCOME_HELPER_FAILED, OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome exchange_warm(struct exchange *x, size_t i,
    const struct wire_route *route, long timeout_ms, struct errinfo *reterr);

/*
 * Exchange a code.  Missing connections are opened at once.  The code is sent
 * once, whatever happens to its connection.
 *
 * in:     order, wait  *borrowed* for this call; wait ends it early
 * out:    x  (exchange_done it) a token may have been received although the
 *            outcome is a denial
 * errors: code_refused, client_refused, rate_limited, provider_error,
 *         reply_invalid, token_invalid, identity_incomplete, unreachable,
 *         tls_failed, timed_out, aborted, helper_failed, system_error,
 *         no_memory; reterr says why, with likely causes
 * source: RFC 6749 section 4.1.3; RFC 7636 section 4.5; docs/DESIGN.md 2
 */
MUST_CHECK enum outcome exchange_run(struct exchange *x,
    const struct exchange_order *order, const struct wait *wait,
    struct errinfo *reterr);

/* Close the connections, wipe and free; x can be run again. */
void exchange_done(struct exchange *x);

#endif
