/* SPDX-License-Identifier: ISC */
/* The files that the helper reads: for Landlock, and for gcpkce check. */
#ifndef GCPKCE_READABLE_H
#define GCPKCE_READABLE_H

#include "errinfo.h"

/*
 * Called with a path that need not exist.  A symbolic link stands for its
 * target, a directory for everything below it.  False ends the walk.
 */
typedef bool readable_fn(void *arg, const char *path);

/*
 * Walk over all that the helper may read: loader, resolver, TLS, ca_file ("":
 * the system's trust store), and the targets of links in the trust store that
 * are outside its directories.
 *
 * gives:  whether each() always returned true
 */
bool readable_walk(const char *ca_file, readable_fn *each, void *arg);

/*
 * The system's trust store, in the two forms that libcurl reads: a directory
 * with a file for each certificate, named by the hash of its subject, of which
 * a chain needs few; and a bundle of all of them.
 *
 * gives:  the path, if this process can read it, else "".  A directory with
 *         only one or two certificates does not count.
 */
const char *trust_directory(void);
const char *trust_bundle(void);

/* Is this the name of a file in such a directory: hash, dot, number? */
bool trust_name_is_hashed(const char *name);

/* Common paths of a bundle; the list ends with NULL. */
extern const char *const trust_bundles[];

#endif
