/* SPDX-License-Identifier: ISC */
/*
 * What the helper reads on a host: one list, by which Landlock lets it, and by
 * which gcpkce check looks whether its account may.
 */
#ifndef GCPKCE_READABLE_H
#define GCPKCE_READABLE_H

#include "errinfo.h"

/*
 * Called with a path that need not exist; symbolic links count as what they
 * lead to, a directory with all below it.  False ends the walk.
 */
typedef bool readable_fn(void *arg, const char *path);

/*
 * Walk over all that the helper may read: loader, resolver, TLS, ca_file, and
 * the ends of links by which the trust store leaves its directories.
 *
 * in:     ca_file  "" where the system's trust store counts
 * gives:  whether each() always gave true
 */
bool readable_walk(const char *ca_file, readable_fn *each, void *arg);

/*
 * The system's trust store, in the two forms that the machine's curl reads: a
 * directory with a file for each certificate, named by the hash of its subject,
 * and a bundle of all of them.  The directory costs little, since only the
 * certificates that a chain asks for are read.
 *
 * gives:  the path of what this process can read, or "".  A directory that has
 *         only one or two certificates is none.
 */
const char *trust_directory(void);
const char *trust_bundle(void);

/* Is this the name of a file in such a directory: hash, dot, number? */
bool trust_name_is_hashed(const char *name);

/* Where a bundle commonly is; the list ends with NULL. */
extern const char *const trust_bundles[];

#endif
