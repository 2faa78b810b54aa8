/* SPDX-License-Identifier: ISC */
/* The sandbox's layers, each verified to be live. */
#ifndef GCPKCE_HELPER_SANDBOX_H
#define GCPKCE_HELPER_SANDBOX_H

#include "gcpkce/wire/layers.h"
#include "gcpkce/wire/wire.h"

/*
 * Apply the layers that need no request, and verify those that the parent set
 * up.  Without its first four layers the helper does not run.
 *
 * errors: OUTCOME_HELPER_FAILED  reterr says what is wrong
 * source: docs/DESIGN.md section 8
 */
MUST_CHECK enum outcome sandbox_begin(struct errinfo *reterr);

/*
 * Confine the helper to what the request needs, and judge all layers.  A
 * missing layer is reported; where the route is strict, it is an error as well.
 *
 * in:     route  *borrowed* for good
 *         label  *borrowed* for good: the user, for the journal. NULL: frames
 *                report to the parent, see sandbox_missing
 *         listens  there are sockets from HELPER_FD_LISTEN on, to listen with
 * errors: OUTCOME_HELPER_FAILED  reterr names the missing layers
 */
MUST_CHECK enum outcome sandbox_confine(const struct wire_route *route,
    const struct wire_label *label, bool listens, struct errinfo *reterr);

/* Do the slow part of sandbox_close in advance. */
void sandbox_prepare(void);

/*
 * Apply the last layer, seccomp: after it no process can be made.  A failure is
 * treated as in sandbox_confine.
 */
MUST_CHECK enum outcome sandbox_close(struct errinfo *reterr);

/*
 * The missing layers that the next frame reports to the parent: none before
 * sandbox_confine, nor if that got a label.
 */
const struct missing_layers *sandbox_missing(void);

/* Is the layer live?  Known once its stage is over. */
bool sandbox_is_live(enum sandbox_layer layer);

#endif
