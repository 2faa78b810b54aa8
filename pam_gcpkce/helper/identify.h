/* SPDX-License-Identifier: ISC */
/*
 * The helper's side of a request about an existing token.
 */
#ifndef GCPKCE_HELPER_IDENTIFY_H
#define GCPKCE_HELPER_IDENTIFY_H

#include "gcpkce/wire/wire_token.h"

/*
 * Serve a TOKEN_REQUEST on HELPER_FD_SOCKET: ask the provider whose the token
 * is, or revoke it, and send TOKEN_REPLY.  Nothing is retried: a user waits,
 * and can ask again.
 *
 * in:     request  *borrowed*;  signals  of startup_signals
 * errors: why no reply could be sent; the parent is gone
 */
enum outcome identify_serve(const struct wire_token_request *request,
    int signals, struct errinfo *reterr);

#endif
