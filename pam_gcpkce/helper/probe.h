/* SPDX-License-Identifier: ISC */
/*
 * The helper's side of "gcpkce check": what of the sandbox is live, and how
 * far requests that need no sign-in come.
 */
#ifndef GCPKCE_HELPER_PROBE_H
#define GCPKCE_HELPER_PROBE_H

#include "gcpkce/wire/wire_probe.h"

/*
 * Serve a PROBE_REQUEST on HELPER_FD_SOCKET, in a worker whose layers are all
 * taken: GET /oauth/authorize of the login host, with the configured client
 * and with one that nobody has, and GET /api/v2/users/me of the API host, one
 * after the other; then send PROBE_REPLY.
 *
 * in:     request  *borrowed*;  signals  of startup_signals
 * errors: why no reply could be sent; there is nobody left to tell
 */
enum outcome probe_serve(const struct wire_probe_request *request, int signals,
    struct errinfo *reterr);

/*
 * Send a PROBE_REPLY of the sandbox alone.
 *
 * in:     reason  why nothing was asked; "" when nothing was to be
 */
enum outcome probe_refuse(const char *reason, struct errinfo *reterr);

#endif
