/* SPDX-License-Identifier: ISC */
/*
 * The sandbox: all that keeps the helper from doing what it was not made for,
 * layer by layer.  Each layer looks, or tries, whether it is live.
 */
#ifndef GCPKCE_HELPER_SANDBOX_H
#define GCPKCE_HELPER_SANDBOX_H

#include "gcpkce/wire/layers.h"
#include "gcpkce/wire/wire.h"

/*
 * Take the layers that need no request, before anything else is done, and look
 * at those that start brought.  Without its first four layers the helper does
 * not run.
 *
 * errors: OUTCOME_HELPER_FAILED  reterr says what is not as it must be
 * source: docs/DESIGN.md section 8
 */
MUST_CHECK enum outcome sandbox_begin(struct errinfo *reterr);

/*
 * Confine the helper to what the request needs, and judge all layers.  One
 * that is missing is told; where the route is strict, that is a refusal
 * as well.
 *
 * in:     route  *borrowed* for good
 *         label  *borrowed* for good: whom to name in the journal.  NULL: the
 *                caller is told by the frames, see sandbox_missing
 *         listens  there are sockets from HELPER_FD_LISTEN on, to listen with
 * errors: OUTCOME_HELPER_FAILED  reterr names the missing layers
 */
MUST_CHECK enum outcome sandbox_confine(const struct wire_route *route,
    const struct wire_label *label, bool listens, struct errinfo *reterr);

/* Do in advance what takes sandbox_close long; nobody waits now. */
void sandbox_prepare(void);

/*
 * The last layer, seccomp: after it no process can be made.  A failure is
 * treated as by sandbox_confine.
 */
MUST_CHECK enum outcome sandbox_close(struct errinfo *reterr);

/*
 * The missing layers that the next frame tells the caller: none before
 * sandbox_confine, nor where that got a label.
 */
const struct missing *sandbox_missing(void);

/* Is the layer live?  Told by sandbox_begin, sandbox_confine, sandbox_close. */
bool sandbox_is_live(enum sandbox_layer layer);

#endif
