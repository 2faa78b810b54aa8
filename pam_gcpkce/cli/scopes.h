/* SPDX-License-Identifier: ISC */
/*
 * Scopes of a token: what it may do beyond saying who signed in.
 */
#ifndef GCPKCE_CLI_SCOPES_H
#define GCPKCE_CLI_SCOPES_H

#include "gcpkce/config/config.h"

/*
 * Append the scopes that a sign-in with this configuration does not need,
 * parted by blanks.  It needs user-basic-info, and where groups or roles are
 * required perhaps what reads those.
 *
 * in:     scopes  of the token, parted by blanks
 */
void scopes_put_broader(
    const struct config *config, const char *scopes, struct buf *broader);

#endif
