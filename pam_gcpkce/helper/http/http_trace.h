/* SPDX-License-Identifier: ISC */
/* A request's times, certificate, and headers that no sign-in reads. */
#ifndef GCPKCE_HELPER_HTTP_TRACE_H
#define GCPKCE_HELPER_HTTP_TRACE_H

#include "conn.h"
#include "gcpkce/wire/wire_probe.h"

#define TRACE_LOCATION_MAX 4096

struct trace {
	curl_off_t begin_us;
	curl_off_t tcp_us;    /* first bytes were sent; 0: none were */
	curl_off_t tunnel_us; /* the proxy answered; 0: it did not */
	char tls[32];
	uint64_t date_s;
	uint64_t clock_s;
	char location[TRACE_LOCATION_MAX + 1];
};

/*
 * Trace the request that a connection is set up for.
 *
 * in:     trace  *borrowed* until the request has ended
 * errors: OUTCOME_HELPER_FAILED  libcurl refused
 */
MUST_CHECK enum outcome trace_begin(
    struct trace *trace, struct http_conn *conn, struct errinfo *reterr);

/* Report how far an ended request came on its route. */
void trace_end(const struct trace *trace, const struct http_conn *conn,
    const struct wire_route *route, struct wire_reach *ret);

/* Copy foreign text, escaped and cut to fit, into a field of a frame. */
void trace_text_copy(char to[static WIRE_PROBE_TEXT_MAX + 1], const char *from);

#endif
