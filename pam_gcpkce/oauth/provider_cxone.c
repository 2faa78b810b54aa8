/* SPDX-License-Identifier: ISC */
/*
 * NICE CXone: OpenID Connect.  The identity is the id_token in the token reply,
 * verified with keys that were fetched before; userinfo adds the e-mail
 * address.  Nothing can be revoked.
 */
#include <string.h>

#include "actor.h"
#include "gcpkce/oauth/answer.h"
#include "gcpkce/oauth/json.h"
#include "gcpkce/oauth/names.h"
#include "gcpkce/oauth/provider.h"
#include "jwks.h"
#include "record_field.h"

static void
authorize_query(const struct authorize_request *request, struct buf *address)
{
	authorize_parameter(address, "scope", "openid");
	authorize_parameter(address, "nonce", request->nonce);
	if (request->organization[0] != '\0')
		authorize_parameter(address, "tenantId", request->organization);
}

/* Which provider says so, once the id_token is accepted. */
static enum outcome
issuer_fill(const struct identity_context *context, struct identity *identity,
    struct errinfo *reterr)
{
	identity->provider = PROVIDER_CXONE;
	return identity_set(identity->issuer, sizeof(identity->issuer),
	    view_text(context->terms.issuer), "iss", reterr);
}

/* The body is a JWK set. */
static enum outcome
keys_parse(struct view body, struct identity_context *context,
    struct identity *identity, struct errinfo *reterr)
{
	if (context->id_token.p == NULL)
		return err_set(reterr, OUTCOME_IDENTITY_INCOMPLETE,
		    "the token reply has no id_token");
	enum outcome r = id_token_verify(context->id_token, body,
	    &context->terms, identity, &context->key_unknown, reterr);
	return r == OUTCOME_OK ? issuer_fill(context, identity, reterr) : r;
}

/* The body is the claims of an id_token, without their signature. */
static enum outcome
claims_parse(struct view body, struct identity_context *context,
    struct identity *identity, struct errinfo *reterr)
{
	enum outcome r =
	    id_token_judge_recorded(body, &context->terms, identity, reterr);
	return r == OUTCOME_OK ? issuer_fill(context, identity, reterr) : r;
}

/* Read userinfo into a record, and the user's id out of sub. */
static enum outcome
userinfo_read(struct view body, struct identity *record, struct errinfo *reterr)
{
	char subject[sizeof("user:") + IDENTITY_ID_MAX] = "";
	const struct field fields[] = {
	    {NULL, "sub", "sub", subject, sizeof(subject)},
	    {NULL, "email", "email", record->email, sizeof(record->email)},
	};
	autojson *object = NULL;

	enum outcome r = json_parse_object(body, &object, reterr);
	if (r == OUTCOME_OK && actor_is_named(object))
		return err_set(
		    reterr, OUTCOME_PARTNER_REFUSED, "%s", ACTOR_TEXT);
	if (r == OUTCOME_OK)
		r = fields_read(
		    object, fields, sizeof(fields) / sizeof(fields[0]), reterr);
	if (r != OUTCOME_OK)
		return r;
	if (subject[0] == '\0')
		return err_set(reterr, OUTCOME_IDENTITY_INCOMPLETE,
		    "the field sub is missing");
	if (strncmp(subject, "user:", 5) != 0)
		return err_set(
		    reterr, OUTCOME_TOKEN_INVALID, "sub is not a user");
	return identity_set(record->id, sizeof(record->id),
	    view_text(subject + 5), "sub", reterr);
}

/* sub must be the id_token's: another person's address could grant access. */
static enum outcome
userinfo_parse(struct view body, struct identity_context *context,
    struct identity *identity, struct errinfo *reterr)
{
	struct identity record = *identity;

	(void)context;
	enum outcome r = userinfo_read(body, &record, reterr);
	if (r != OUTCOME_OK)
		return r;
	if (identity->id[0] == '\0' || strcmp(record.id, identity->id) != 0)
		return err_set(reterr, OUTCOME_TOKEN_INVALID,
		    "sub is not that of the id_token");
	*identity = record;
	return OUTCOME_OK;
}

static enum outcome
owner_parse(struct view body, struct identity_context *context,
    struct identity *identity, struct errinfo *reterr)
{
	(void)context;
	identity->provider = PROVIDER_CXONE;
	return userinfo_read(body, identity, reterr);
}

#define ENDPOINT(method, endpoint_path, whole_url) \
	{ \
		.request = method " " endpoint_path, .path = endpoint_path, \
		.base = offsetof(struct wire_route, issuer), \
		.whole = offsetof(struct wire_route, whole_url) \
	}
static const char *const error_names[] = {"error", NULL};
static const char *const error_details[] = {
    "error_description", "errorDescription", NULL};
static const char *const no_correlations[] = {NULL};

const struct provider provider_cxone = {
    .http_1_1 = true, /* over HTTP/2 its token endpoint was seen to fail */
    .code_max = ANSWER_CODE_MAX, /* a code may be a JWT */
    .code_vschar = true,         /* or base64: no document says what it has */
    .expires_may_be_text = true,
    .uses_id_token = true,
    .basic_is_encoded = true, /* an old id has blanks and "@" */
    .authorize = ENDPOINT("GET", "/auth/authorize", authorize_url),
    .authorize_query = authorize_query,
    .token = ENDPOINT("POST", "/auth/token", token_url),
    .identity =
	{
	    {.endpoint = ENDPOINT("GET", "/auth/jwks", jwks_url),
		.input = "id_token_claims",
		.called = "the claims of the id_token",
		.is_early = true,
		.reply_max = JWKS_MAX,
		.parse = keys_parse,
		.parse_input = claims_parse},
	    {.endpoint = ENDPOINT("GET", "/auth/userinfo", userinfo_url),
		.input = "userinfo",
		.called = "the reply of userinfo",
		.is_userinfo = true,
		.parse = userinfo_parse,
		.parse_input = userinfo_parse,
		.parse_owner = owner_parse,
		.names_parse = names_user_parse},
	},
    .discovery = {.request = "GET /.well-known/openid-configuration",
	.path = "/.well-known/openid-configuration",
	.base = offsetof(struct wire_route, issuer)},
    .keys_count = jwks_count,
    .error_names = error_names,
    .error_details = error_details,
    .error_correlations = no_correlations,
    .correlation_headers = no_correlations,
    .rate_limit = "",
};
