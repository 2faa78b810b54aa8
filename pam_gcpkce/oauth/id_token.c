/* SPDX-License-Identifier: ISC */
/*
 * An id_token from its bytes to the identity record: signature first, then the
 * claims of OpenID Connect, then those of CXone, which says who the user is.
 */
#include "gcpkce/oauth/id_token.h"

#include <string.h>

#include "actor.h"
#include "claims.h"
#include "gcpkce/base/text.h"
#include "gcpkce/oauth/crypto.h"
#include "jwks.h"

#define USER_PREFIX "user:"

static enum outcome
actor_check(const struct claims *claims, struct errinfo *reterr)
{
	if (actor_is_named(claims->all))
		return claims_refuse(
		    reterr, OUTCOME_PARTNER_REFUSED, ACTOR_TEXT);
	return actor_check_access_token(claims->terms->access_token, reterr);
}

/* sub is "user:" and userId, which is a UUID. */
static enum outcome
subject_check(const struct claims *claims, struct errinfo *reterr)
{
	struct view subject;
	struct view user;
	enum outcome r = claims_text(claims, "sub", &subject, reterr);

	if (r == OUTCOME_OK)
		r = claims_text(claims, "userId", &user, reterr);
	if (r != OUTCOME_OK)
		return r;
	if (!text_is_uuid(user))
		return claims_wrong_type(
		    reterr, "userId", "a UUID in lower case");
	if (!view_begins(subject, USER_PREFIX) ||
	    !view_eq(view_skip(subject, strlen(USER_PREFIX)), user))
		return claims_refuse(reterr, OUTCOME_TOKEN_INVALID,
		    "sub is not \"user:\" and userId");
	return OUTCOME_OK;
}

static enum outcome
tenant_check(const struct claims *claims, struct errinfo *reterr)
{
	struct view tenant;
	enum outcome r = claims_text(claims, "tenantId", &tenant, reterr);

	if (r == OUTCOME_OK &&
	    !view_eq(tenant, view_text(claims->terms->organization)))
		r = claims_refuse(reterr, OUTCOME_WRONG_ORGANIZATION,
		    "tenantId is another organization");
	return r;
}

/* Fill the record with what the checks have read. */
static enum outcome
identity_fill(const struct claims *claims, struct identity *identity,
    struct errinfo *reterr)
{
	const struct id_token_terms *terms = claims->terms;
	struct view user =
	    json_view(json_object_object_get(claims->all, "userId"));
	struct view tenant =
	    json_view(json_object_object_get(claims->all, "tenantId"));
	enum outcome r =
	    identity_set(identity->client_id, sizeof(identity->client_id),
		view_text(terms->client_id), "aud", reterr);

	if (r == OUTCOME_OK)
		r = identity_set(
		    identity->id, sizeof(identity->id), user, "userId", reterr);
	if (r == OUTCOME_OK)
		r = identity_set(identity->organization_id,
		    sizeof(identity->organization_id), tenant, "tenantId",
		    reterr);
	return r;
}

static enum outcome
claims_judge(const struct claims *claims, struct identity *identity,
    struct errinfo *reterr)
{
	static claims_check_fn *const checks[] = {
	    actor_check,
	    subject_check,
	    tenant_check,
	};
	enum outcome r = claims_check(claims, reterr);

	if (r == OUTCOME_OK)
		r = claims_check_all(
		    checks, sizeof(checks) / sizeof(checks[0]), claims, reterr);
	/* for the journal; what does not fit is left out */
	if (r == OUTCOME_WRONG_ORGANIZATION)
		(void)!identity_fill(claims, identity, NULL);
	return r == OUTCOME_OK ? identity_fill(claims, identity, reterr) : r;
}

enum outcome
id_token_verify(struct view token, struct view jwks,
    const struct id_token_terms *terms, struct identity *identity,
    bool *ret_unknown, struct errinfo *reterr)
{
	autojws jws = {0};
	autojson *all = NULL;

	*ret_unknown = false;
	enum outcome r = jws_parse(token, &jws, reterr);
	if (r == OUTCOME_OK)
		r = jwks_verify(jwks, &jws, ret_unknown, reterr);
	if (r == OUTCOME_OK)
		r = jws_object("claims", jws.claims, &all, reterr);
	if (r != OUTCOME_OK)
		return r;
	const struct claims claims = {.all = all,
	    .terms = terms,
	    .now_s = terms->now_s,
	    .started_s = terms->started_s};
	return claims_judge(&claims, identity, reterr);
}

enum outcome
id_token_judge_recorded(struct view text, const struct id_token_terms *terms,
    struct identity *identity, struct errinfo *reterr)
{
	autojson *all = NULL;

	if (CRYPTO_BASE64_LEN(text.len) > ID_TOKEN_MAX)
		return claims_refuse(reterr, OUTCOME_TOKEN_INVALID, "too long");
	enum outcome r = jws_json("claims", text, &all, reterr);
	if (r != OUTCOME_OK)
		return r;
	struct claims claims = {.all = all, .terms = terms, .recorded = true};
	r = claims_time(&claims, "iat", &claims.now_s, reterr);
	claims.started_s = claims.now_s;
	return r == OUTCOME_OK ? claims_judge(&claims, identity, reterr) : r;
}
