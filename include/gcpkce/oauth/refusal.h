/* SPDX-License-Identifier: ISC */
/*
 * Why Genesys Cloud may have refused a code or a client: what an administrator
 * should check, most likely causes first.
 */
#ifndef GCPKCE_REFUSAL_H
#define GCPKCE_REFUSAL_H

#include "gcpkce/base/buf.h"
#include "reply.h"

/* What is known of the sign-in when the code or the client is refused. */
struct refusal {
	enum outcome outcome;          /* code_refused or client_refused */
	const struct error_body *body; /* the server's reply */
	bool confidential;             /* a client secret was sent */
	bool state_seen;               /* the answer had our state */
	bool code_seen_before;         /* this code was sent before */
	unsigned long shown_s;         /* seconds since the address was shown */
	size_t code_len;
};

/*
 * Append the likely causes of a refusal, most likely first, separated by "; ".
 * For any other outcome nothing is appended.
 *
 * source: docs/DESIGN.md section 6
 */
void refusal_hints(const struct refusal *refusal, struct buf *text);

#endif
