/* SPDX-License-Identifier: ISC */
/* Landlock: which files may be read, and which TCP ports connected to. */
#ifndef GCPKCE_HELPER_LANDLOCK_H
#define GCPKCE_HELPER_LANDLOCK_H

#include "gcpkce/wire/wire.h"

/*
 * Confine this process, and all that it forks, permanently: it may read what
 * the resolver, the loader and TLS need and ca_file, and connect to the ports
 * of the route and of DNS; it may bind no port, send no signal and connect to
 * no abstract socket outside.  Limited to what the kernel's Landlock supports.
 *
 * in:     route  *borrowed*
 * gives:  0, or the errno of what failed: ENOSYS or EOPNOTSUPP where the
 *         kernel has no Landlock
 * source: landlock(7)
 */
MUST_CHECK int landlock_confine(const struct wire_route *route);

/* Does Landlock refuse a file that the account alone may read? */
bool landlock_is_live(void);

#endif
