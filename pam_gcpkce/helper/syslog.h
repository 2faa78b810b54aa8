/* SPDX-License-Identifier: ISC */
/* The helper's own lines in the journal, when its parent has gone. */
#ifndef GCPKCE_HELPER_SYSLOG_H
#define GCPKCE_HELPER_SYSLOG_H

#include "gcpkce/wire/wire.h"

/*
 * Open the journal at HELPER_FD_LOG, or /dev/null if there is no journal.
 *
 * errors: OUTCOME_SYSTEM_ERROR
 */
MUST_CHECK enum outcome journal_open(struct errinfo *reterr);

/*
 * Write one line to the journal.
 * in:     event   the outcome
 *         expires when the token ends by itself (RFC 3339), or ""
 *         detail  why, escaped here; or ""
 * source: RFC 3164 section 4.1, as syslog(3) writes it
 */
void journal_write(const char *event, const struct wire_label *label,
    const char *expires, const char *detail);

#endif
