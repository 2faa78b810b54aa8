/* SPDX-License-Identifier: ISC */
/* What the two halves of the exchange share. */
#ifndef GCPKCE_HELPER_EXCHANGE_PART_H
#define GCPKCE_HELPER_EXCHANGE_PART_H

#include "exchange.h"

#define EXCHANGE_URL_MAX 2048

/*
 * Secrets that the server may know by now and that must not reach the journal.
 */
struct sent_secrets exchange_sent_secrets(const struct exchange *x);

/*
 * Ask who signed in.  The time limit of these requests, with what is left to do
 * to open their connections, begins when the token has arrived.
 */
MUST_CHECK enum outcome exchange_identify(struct exchange *x);

#endif
