/* SPDX-License-Identifier: ISC */
/* From a code to an identity, over the connections that preconnect opened. */
#ifndef GCPKCE_HELPER_EXCHANGE_H
#define GCPKCE_HELPER_EXCHANGE_H

#include "gcpkce/oauth/provider.h"
#include "helper/http/conn.h"

/* What is exchanged; all *borrowed*. */
struct exchange_order {
	const struct wire_request *request;
	const struct secret *code;
	const struct secret *verifier;
	const char *nonce;
	int64_t made_ms; /* when its address was made, of clock_now_ms */
	bool state_seen; /* for the causes of a refusal */
	bool code_seen_before;
};

/* The connections: one for each request. */
enum {
	CONN_TOKEN,
	CONN_IDENTITY, /* the first of the identity requests */
	CONN_COUNT = CONN_IDENTITY + PROVIDER_REQUESTS
};

/*
 * One exchange.  Its connections stay open after it, so that the next exchange
 * or a revocation can reuse them.  All-zero bytes are an exchange that has not
 * begun.
 */
struct exchange {
	const struct exchange_order *order;
	const struct provider *provider;
	const struct wait *wait;
	struct http_conn conns[CONN_COUNT];
	struct buf form;
	struct errinfo *reterr;
	bool fetched_again; /* the keys, for an unknown one */

	/* the outcome of the exchange */
	struct token_reply reply; /* with a token: one was received */
	struct identity identity; /* with OUTCOME_OK */
	char correlation[REPLY_CORRELATION_MAX + 1];
};

/*
 * Begin to open a connection before the exchange, by the request itself if it
 * needs no token, else by a HEAD request for the root of its host: libcurl has
 * no other way to open one for a later request.
 *
 * in:     i      which one
 *         timeout_ms  for all of it
 * errors: OUTCOME_HELPER_FAILED, OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome exchange_connect_early(struct exchange *x, size_t i,
    const struct wire_route *route, long timeout_ms, struct errinfo *reterr);

/* Is there anything to ask over this connection, before or after the token? */
bool exchange_needs(
    const struct exchange *x, size_t i, const struct wire_route *route);

/* Is it for a request that needs no token and has no good reply so far? */
bool exchange_lacks_reply(
    const struct exchange *x, size_t i, const struct wire_route *route);

/*
 * Exchange a code.  Missing connections are opened at once.  The code is sent
 * once, whatever happens to its connection.
 *
 * in:     order, wait  *borrowed* for this call; wait ends it early
 * out:    x  (exchange_done it) a token may have been received although the
 *            outcome is a denial
 * errors: code_refused, client_refused, rate_limited, provider_error,
 *         reply_invalid, token_invalid, identity_incomplete, wrong_client,
 *         wrong_organization, partner_refused, unreachable, tls_failed,
 *         timed_out, aborted, helper_failed, system_error, no_memory; reterr
 *         says why, with likely causes
 * source: RFC 6749 section 4.1.3; RFC 7636 section 4.5; docs/DESIGN.md 2
 */
MUST_CHECK enum outcome exchange_run(struct exchange *x,
    const struct exchange_order *order, const struct wait *wait,
    struct errinfo *reterr);

/* Close the connections, wipe and free; x can be run again. */
void exchange_done(struct exchange *x);

#endif
