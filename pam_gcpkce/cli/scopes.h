/* SPDX-License-Identifier: ISC */
/*
 * Scopes of a token: what it allows beyond reading the user's identity.
 */
#ifndef GCPKCE_CLI_SCOPES_H
#define GCPKCE_CLI_SCOPES_H

#include "gcpkce/config/config.h"

/*
 * Append the scopes that a sign-in with this configuration does not need,
 * separated by blanks.  It needs user-basic-info, and, if groups or roles are
 * required, perhaps the scopes that read those.
 *
 * in:     scopes  of the token, separated by blanks
 */
void scopes_put_broader(
    const struct config *config, const char *scopes, struct buf *broader);

#endif
