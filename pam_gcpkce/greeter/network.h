/* SPDX-License-Identifier: ISC */
#ifndef GCPKCE_GREETER_NETWORK_H
#define GCPKCE_GREETER_NETWORK_H

#include <stdbool.h>

/* Has this host a route to anywhere else? */
bool network_is_available(void);

/*
 * Called from the main loop: when the request begins (sent is true), and again
 * (false) if the listener cannot be reached or does not take it.
 */
typedef void delivery_fn(void *arg, bool sent);

/*
 * Request an address of the listener on this host, as a browser does; what its
 * page says is not used.  An earlier request is stopped.
 *
 * in:     address  nothing is requested if it is not http to a loopback host
 *         may_ask  a prompt may still come in place of the listener: wait for
 *                  it first
 */
void network_deliver(
    const char *address, bool may_ask, delivery_fn *handler, void *arg);

/* The handler is not called any more. */
void network_deliver_stop(void);

#endif
