/* SPDX-License-Identifier: ISC */
/*
 * Files out of memory.  While they are served, the product's open and openat
 * find them alone, in whatever directory, and nothing of the machine's.
 */
#ifndef GCPKCE_TESTS_FUZZ_FILES_H
#define GCPKCE_TESTS_FUZZ_FILES_H

#include <sys/types.h>

#include "fuzz.h"

#define FILES_MAX 4

/* Set the content of the file of that name, root's and 0600. */
void files_set(const char *name, struct view content);

/* Begin to serve, or stop. */
void files_serve(bool on);

/*
 * Asked before each open, and allowed to spoil it.
 *
 * gives:  an errno, or 0
 */
extern int (*files_fault)(void);

/*
 * Asked at each fstat, and allowed to spoil what it says.
 *
 * gives:  an errno, or 0
 */
struct stat;
extern int (*files_fstat_fault)(struct stat *st);

/* Who the process is, while files are served; the files are root's. */
extern uid_t files_uid;

/* Where /run is, while files are served; a descriptor, or -1: nowhere. */
extern int files_run;

/* Is this of a thing below files_run? */
bool files_is_below_run(const struct stat *st);

/* Is there a directory of drop-ins: 10-site.conf and 20-host.conf? */
extern bool files_drop_ins;

#endif
