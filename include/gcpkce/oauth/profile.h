/* SPDX-License-Identifier: ISC */
/*
 * Genesys Cloud's users/me and tokens/me, read into an identity record.
 */
#ifndef GCPKCE_PROFILE_H
#define GCPKCE_PROFILE_H

#include "gcpkce/wire/identity.h"

/*
 * Read users/me (UserMe): id, email, state and the lists that are needed into
 * the record.  A missing field stays ""; the policy refuses it by name. A field
 * of another JSON type, with a NUL or control byte, or too long is refused
 * here, as is a needed list of more than 1,024 ids.
 *
 * in:     body      the reply's body
 *         needs     a list that is not needed is not read and stays missing
 * out:    identity  id, email, state, lists; the rest is untouched, as all is
 *                   on failure
 * errors: OUTCOME_REPLY_INVALID        not what json_parse_object accepts
 *         OUTCOME_IDENTITY_INCOMPLETE  reterr names the field
 *         OUTCOME_NO_MEMORY
 * source: Genesys Cloud Platform API, GET /api/v2/users/me
 */
MUST_CHECK enum outcome profile_user_parse(struct view body,
    struct identity_needs needs, struct identity *identity,
    struct errinfo *reterr);

/*
 * Read the groups of a user (User), or the roles from the grants of
 * authorization/subjects/me (AuthzSubject).  The reply's id must equal the
 * record's, which is from users/me.
 *
 * out:    identity  groups or roles; the rest is untouched, as all is on
 *                   failure
 * errors: as profile_user_parse; OUTCOME_IDENTITY_INCOMPLETE also when
 *         the reply is about another user or has no id
 * source: Genesys Cloud Platform API, GET /api/v2/users/{userId}?expand=groups
 *         and GET /api/v2/authorization/subjects/me
 */
MUST_CHECK enum outcome profile_groups_parse(
    struct view body, struct identity *identity, struct errinfo *reterr);
MUST_CHECK enum outcome profile_subject_parse(
    struct view body, struct identity *identity, struct errinfo *reterr);

/*
 * Read tokens/me (TokenInfo): OAuthClient.id (spelled like this),
 * organization.id, homeOrganization.id, whether clonedUser is present (null
 * counts as absent), and authorizedScope, joined by spaces; scopes beyond 1024
 * bytes are replaced by "...", because they are only informative.
 *
 * out:    identity  those fields; the rest is untouched, as all is on failure
 * errors: as profile_user_parse
 * source: Genesys Cloud Platform API, GET /api/v2/tokens/me
 */
MUST_CHECK enum outcome profile_token_parse(
    struct view body, struct identity *identity, struct errinfo *reterr);

#endif
