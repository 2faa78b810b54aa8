/* SPDX-License-Identifier: ISC */
/*
 * The secret of a confidential client, in a file that only its owner can read.
 */
#ifndef GCPKCE_CLIENT_SECRET_H
#define GCPKCE_CLIENT_SECRET_H

#include "gcpkce/base/errinfo.h"
#include "gcpkce/base/secret.h"

/*
 * Read the first line of a file, without the blanks around it.
 *
 * in:     path  absolute; "" if no secret is configured
 * out:    ret   *gives* the secret; NULL if none is configured
 * errors: OUTCOME_SECRET_UNREADABLE  reterr says why;  OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome client_secret_read(
    const char *path, struct secret **ret, struct errinfo *reterr);

/*
 * What a message shows for a secret file that does not exist: the path if its
 * directory exists, else "client_secret_file", because the value may be the
 * secret itself, which may begin with '/'.  *Borrowed*.
 */
const char *client_secret_place(const char *path);

#endif
