/* SPDX-License-Identifier: ISC */
/* The helper's side of "gcpkce check". */
#ifndef GCPKCE_HELPER_PROBE_H
#define GCPKCE_HELPER_PROBE_H

#include "gcpkce/wire/wire_probe.h"

/*
 * Serve a PROBE_REQUEST in a worker with all layers applied: the
 * authorize address with the configured client and with an unknown one, and the
 * first identity request without a token, one after the other.
 *
 * errors: why no reply could be sent; the parent is gone
 */
enum outcome probe_serve(const struct wire_probe_request *request, int signals,
    struct errinfo *reterr);

/* Send a PROBE_REPLY about the sandbox only, and why no request was made. */
enum outcome probe_refuse(const char *reason, struct errinfo *reterr);

#endif
