/* SPDX-License-Identifier: ISC */
/*
 * Who may write or read a file that others trust, and the command that fixes
 * it.
 */
#ifndef GCPKCE_CLI_FILE_CHECK_H
#define GCPKCE_CLI_FILE_CHECK_H

#include "finding.h"
#include "gcpkce/config/config.h"
#include "gcpkce/config/safefile.h"

/*
 * Judge a file by safefile_open's rules.
 *
 * in:     path     absolute
 *         missing  the fix when the file is missing
 * gives:  whether it passes; else a finding is added, a note if this user
 *         may not look
 */
bool file_check(struct findings *findings, const char *path,
    enum safefile_kind kind, const char *missing);

#endif
