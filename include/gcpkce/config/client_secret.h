/* SPDX-License-Identifier: ISC */
/*
 * The secret of a confidential client, in a file that its owner alone reads.
 */
#ifndef GCPKCE_CLIENT_SECRET_H
#define GCPKCE_CLIENT_SECRET_H

#include "gcpkce/base/errinfo.h"
#include "gcpkce/base/secret.h"

/*
 * Read the secret: the first line of a file, without the blanks around it.
 *
 * in:     path  absolute; "" where no secret is configured
 * out:    ret   *gives* the secret; NULL where none is configured
 * errors: OUTCOME_SECRET_UNREADABLE  reterr says why;  OUTCOME_NO_MEMORY
 * source: docs/DESIGN.md, configuration
 */
MUST_CHECK enum outcome client_secret_read(
    const char *path, struct secret **ret, struct errinfo *reterr);

/*
 * What a message shows for a secret file that does not exist: the path where
 * its directory is there, else "client_secret_file".  A secret may stand in
 * place of the path, and begin with '/'.
 *
 * gives: *borrowed* from path, or a literal
 */
const char *client_secret_place(const char *path);

#endif
