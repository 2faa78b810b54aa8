/* SPDX-License-Identifier: ISC */
#ifndef GCPKCE_OAUTH_ACTOR_H
#define GCPKCE_OAUTH_ACTOR_H

#include <json-c/json.h>

#include "gcpkce/base/buf.h"
#include "gcpkce/base/errinfo.h"

#define ACTOR_TEXT "another person acts as this user"

/*
 * Does a member of these claims say that another person acts as the user: act,
 * actor, may_act, or a name with "impersonat", in any letter case?  null says
 * that there is none, and so does false of the last; every other value counts.
 *
 * source: RFC 8693 sections 4.1 and 4.4
 */
bool actor_is_named(struct json_object *claims);

/*
 * The same for an access token, which is not verified.  One that is not a JWT
 * (three parts, the first of them an object with alg) names no actor.
 *
 * errors: OUTCOME_PARTNER_REFUSED
 *         OUTCOME_TOKEN_INVALID    a JWT whose claims cannot be read
 *         OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome actor_check_access_token(
    struct view token, struct errinfo *reterr);

#endif
