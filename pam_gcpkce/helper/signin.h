/* SPDX-License-Identifier: ISC */
/* The helper's side of one sign-in. */
#ifndef GCPKCE_HELPER_SIGNIN_H
#define GCPKCE_HELPER_SIGNIN_H

#include "helper/loopback/loopback_callback.h"

/*
 * Serve a sign-in on HELPER_FD_SOCKET: READY, ANSWER, VERDICT, and again after
 * an answer that was rejected, until a verdict that ends it; then KEEP or
 * REVOKE.  A token that was received is revoked on every path but KEEP, unless
 * the request says otherwise.
 *
 * errors: OUTCOME_ABORTED, OUTCOME_TIMED_OUT, OUTCOME_HELPER_FAILED, ...: why
 *         it ended before a verdict; the parent is gone
 */
enum outcome signin_serve(struct wire_request *request, struct browser *browser,
    int signals, struct errinfo *reterr);

#endif
