/* SPDX-License-Identifier: ISC */
/*
 * Names, groups, roles and divisions from Genesys Cloud's users/me and
 * tokens/me, for display.  Decisions use the data of profile.h.
 */
#ifndef GCPKCE_NAMES_H
#define GCPKCE_NAMES_H

#include "gcpkce/wire/wire_token.h"

/*
 * Read users/me: name, groups, authorization.roles and division.  A field that
 * is missing, has another JSON type or holds a control byte is left out; a text
 * that is too long is cut between two characters.  A group, role or division
 * without a usable id is left out.
 *
 * in:     body      the reply's body
 * out:    names  person, present, more, count, memberships; the rest is
 * unchanged errors: OUTCOME_REPLY_INVALID  not what json_parse_object accepts
 *         OUTCOME_NO_MEMORY
 * source: Genesys Cloud Platform API, GET /api/v2/users/me, with expand=groups
 *         and expand=authorization
 */
MUST_CHECK enum outcome names_user_parse(
    struct view body, struct wire_names *names, struct errinfo *reterr);

/* The same for tokens/me: organization.name and OAuthClient.name. */
MUST_CHECK enum outcome names_token_parse(
    struct view body, struct wire_names *names, struct errinfo *reterr);

#endif
