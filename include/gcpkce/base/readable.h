/* SPDX-License-Identifier: ISC */
/*
 * The files that the helper reads: one list, used for the Landlock rules and by
 * gcpkce check, which tests whether the helper's account may read them.
 */
#ifndef GCPKCE_READABLE_H
#define GCPKCE_READABLE_H

#include "errinfo.h"

/*
 * Called with a path that need not exist.  A symbolic link stands for its
 * target, a directory for everything below it.  False ends the walk.
 */
typedef bool readable_fn(void *arg, const char *path);

/*
 * Walk over all that the helper may read: loader, resolver, TLS, ca_file, and
 * the targets of links in the trust store that are outside its directories.
 *
 * in:     ca_file  "" if the system's trust store is used
 * gives:  whether each() always returned true
 */
bool readable_walk(const char *ca_file, readable_fn *each, void *arg);

/*
 * The system's trust store, in the two forms that the system's libcurl reads: a
 * directory with a file for each certificate, named by the hash of its subject,
 * and a bundle of all of them.  The directory is cheap: only the certificates
 * that a chain needs are read.
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
