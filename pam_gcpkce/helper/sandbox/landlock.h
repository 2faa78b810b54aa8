/* SPDX-License-Identifier: ISC */
/*
 * Landlock: which files the helper may read and which TCP ports it may
 * connect to.  Nothing else of either, whatever its account may do.
 */
#ifndef GCPKCE_HELPER_LANDLOCK_H
#define GCPKCE_HELPER_LANDLOCK_H

#include "gcpkce/wire/wire.h"

/*
 * Confine this process, and all that it forks, for good: to reading what the
 * resolver, the loader and TLS need and ca_file, and to connecting to the
 * ports of the route and of DNS; no port to bind, no signal and no abstract
 * socket out of here.  Of that, what the kernel's Landlock knows.
 *
 * in:     route  *borrowed*
 * gives:  0, or the errno of what failed: ENOSYS or EOPNOTSUPP where the
 *         kernel has no Landlock
 * source: landlock(7)
 */
MUST_CHECK int landlock_confine(const struct wire_route *route);

/* Is something refused that the account alone may read? */
bool landlock_is_live(void);

#endif
