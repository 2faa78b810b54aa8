/* SPDX-License-Identifier: ISC */
/*
 * Twists: what is wrong with a record, a frame, or the moment at which the
 * frame is due.  Each has a name, which a script gives (script.h).
 */
#ifndef GCPKCE_TESTS_PAM_FAULTY_FRAMES_H
#define GCPKCE_TESTS_PAM_FAULTY_FRAMES_H

#include "gcpkce/wire/helper_abi.h"
#include "gcpkce/wire/wire.h"

#define STARTUP_MS 30000 /* no scripted helper outlives its test by more */

/* Change one thing of the record; a twist of another kind leaves it. */
void twist_record(struct wire_verdict *verdict, const char *twist);

/* Say that the sandbox lacks a layer ("lacks") or all ("lacks-each"). */
void twist_missing(struct missing_layers *missing, const char *twist);

/*
 * Send a frame in the way that the twist says: with some bytes changed, not at
 * all, again and again.  "" and a twist of another kind send it as it is.
 *
 * in:     deadline_ms  the module's, of clock_now_ms()
 */
void twist_send(struct buf *frame, int64_t deadline_ms, const char *twist);

#endif
