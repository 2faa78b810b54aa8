/* SPDX-License-Identifier: ISC */
#ifndef GCPKCE_GREETER_NETWORK_H
#define GCPKCE_GREETER_NETWORK_H

#include <stdbool.h>

/* Has this host a route to anywhere else? */
bool network_is_available(void);

/*
 * Request a page of the listener on this host, as a browser does; its reply is
 * not used.  A prompt may still come in place of the listener, so it is
 * requested half a second later, unless network_deliver_stop() is called. There
 * is no error: without a request the sign-in ends at its deadline.
 *
 * in:     address  nothing is requested if it is not http to a loopback host
 */
void network_deliver(const char *address);
void network_deliver_stop(void);

#endif
