/* SPDX-License-Identifier: ISC */
/*
 * Genesys Cloud: its endpoints, and users/me and tokens/me, read into an
 * identity record.  Parts of these bodies
 * can be set by anyone who may edit users in the organization: every field is
 * checked by type and bytes before it gets into the record, and a missing field
 * gets no default.  The record changes only on success.
 */
#include <stdio.h>
#include <string.h>

#include "gcpkce/base/text.h"
#include "gcpkce/oauth/json.h"
#include "gcpkce/oauth/names.h"
#include "gcpkce/oauth/profile.h"
#include "gcpkce/oauth/provider.h"
#include "record_field.h"

#define USER_PATH "/api/v2/users/me"

/*
 * Read the ids of a list's objects, or of a member object of each.  A list that
 * is not in the reply stays missing.
 */
static enum outcome
ids_read(struct json_object *list, const char *parent, const char *shown,
    struct id_list *ids, struct errinfo *reterr)
{
	enum outcome r = OUTCOME_OK;
	size_t count = list != NULL ? json_object_array_length(list) : 0;

	if (list == NULL)
		return OUTCOME_OK;
	if (count > ID_LIST_MAX)
		return err_set(reterr, OUTCOME_IDENTITY_INCOMPLETE,
		    "%s has %zu ids, more than %d", shown, count, ID_LIST_MAX);
	id_list_begin(ids);
	for (size_t i = 0; r == OUTCOME_OK && i < count; i++) {
		struct json_object *object = json_object_array_get_idx(list, i);
		struct json_object *id = NULL;

		if (parent != NULL &&
		    !json_member(object, parent, json_type_object, &object))
			object = NULL;
		if (!json_object_is_type(object, json_type_object) ||
		    !json_member(object, "id", json_type_string, &id) ||
		    id == NULL)
			return field_type_wrong(
			    shown, "a list of objects with an id", reterr);
		r = id_list_put(ids, json_view(id), shown, reterr);
	}
	return r;
}

static enum outcome
groups_read(
    struct json_object *user, struct identity *record, struct errinfo *reterr)
{
	struct json_object *list = NULL;

	if (!json_member(user, "groups", json_type_array, &list))
		return field_type_wrong("groups", "a list", reterr);
	return ids_read(list, NULL, "groups", &record->groups, reterr);
}

static enum outcome
roles_read(
    struct json_object *user, struct identity *record, struct errinfo *reterr)
{
	static const char shown[] = "authorization.roles";
	struct json_object *authorization = NULL;
	struct json_object *list = NULL;

	if (!json_member(
		user, "authorization", json_type_object, &authorization))
		return field_type_wrong("authorization", "an object", reterr);
	if (authorization != NULL &&
	    !json_member(authorization, "roles", json_type_array, &list))
		return field_type_wrong(shown, "a list", reterr);
	return ids_read(list, NULL, shown, &record->roles, reterr);
}

static enum outcome
grants_read(struct json_object *subject, struct identity *record,
    struct errinfo *reterr)
{
	struct json_object *list = NULL;

	if (!json_member(subject, "grants", json_type_array, &list))
		return field_type_wrong("grants", "a list", reterr);
	return ids_read(list, "role", "grants.role", &record->roles, reterr);
}

/* A user has one division; the policy gets it as a list of one. */
static enum outcome
division_read(
    struct json_object *user, struct identity *record, struct errinfo *reterr)
{
	static const char shown[] = "division.id";
	struct json_object *division = NULL;
	struct json_object *id = NULL;

	if (!json_member(user, "division", json_type_object, &division))
		return field_type_wrong("division", "an object", reterr);
	if (division != NULL &&
	    !json_member(division, "id", json_type_string, &id))
		return field_type_wrong(shown, "a string", reterr);
	if (id == NULL)
		return OUTCOME_OK;
	id_list_begin(&record->divisions);
	return id_list_put(&record->divisions, json_view(id), shown, reterr);
}

enum outcome
profile_user_parse(struct view body, struct identity_needs needs,
    struct identity *identity, struct errinfo *reterr)
{
	autoidentity record = {0};
	const struct field fields[] = {
	    {NULL, "id", "users/me id", record.id, sizeof(record.id)},
	    {NULL, "email", "users/me email", record.email,
		sizeof(record.email)},
	    {NULL, "state", "users/me state", record.state,
		sizeof(record.state)},
	};
	autojson *user = NULL;

	enum outcome r = json_parse_object(body, &user, reterr);
	if (r == OUTCOME_OK)
		r = fields_read(
		    user, fields, sizeof(fields) / sizeof(fields[0]), reterr);
	if (r == OUTCOME_OK && needs.groups)
		r = groups_read(user, &record, reterr);
	if (r == OUTCOME_OK && needs.roles)
		r = roles_read(user, &record, reterr);
	if (r == OUTCOME_OK && needs.divisions)
		r = division_read(user, &record, reterr);
	if (r != OUTCOME_OK)
		return r;
	memcpy(identity->id, record.id, sizeof(record.id));
	memcpy(identity->email, record.email, sizeof(record.email));
	memcpy(identity->state, record.state, sizeof(record.state));
	id_list_move(&identity->groups, &record.groups);
	id_list_move(&identity->roles, &record.roles);
	id_list_move(&identity->divisions, &record.divisions);
	return OUTCOME_OK;
}

/* The reply must name the user: another user's list could grant access. */
static enum outcome
person_check(struct json_object *object, const struct identity *identity,
    struct errinfo *reterr)
{
	char id[sizeof(identity->id)] = "";
	const struct field field = {NULL, "id", "id", id, sizeof(id)};
	enum outcome r = field_read(object, &field, reterr);

	if (r == OUTCOME_OK && strcmp(id, identity->id) != 0)
		return err_set(reterr, OUTCOME_IDENTITY_INCOMPLETE,
		    "id is not that of users/me");
	return r;
}

enum outcome
profile_groups_parse(
    struct view body, struct identity *identity, struct errinfo *reterr)
{
	autoidentity record = {0};
	autojson *user = NULL;

	enum outcome r = json_parse_object(body, &user, reterr);
	if (r == OUTCOME_OK)
		r = person_check(user, identity, reterr);
	if (r == OUTCOME_OK)
		r = groups_read(user, &record, reterr);
	if (r == OUTCOME_OK)
		id_list_move(&identity->groups, &record.groups);
	return r;
}

enum outcome
profile_subject_parse(
    struct view body, struct identity *identity, struct errinfo *reterr)
{
	autoidentity record = {0};
	autojson *subject = NULL;

	enum outcome r = json_parse_object(body, &subject, reterr);
	if (r == OUTCOME_OK)
		r = person_check(subject, identity, reterr);
	if (r == OUTCOME_OK)
		r = grants_read(subject, &record, reterr);
	if (r == OUTCOME_OK)
		id_list_move(&identity->roles, &record.roles);
	return r;
}

static void
scope_add(char to[static IDENTITY_SCOPES_MAX + 1], const char *scope)
{
	size_t len = strlen(to);

	(void)snprintf(to + len, IDENTITY_SCOPES_MAX + 1 - len, "%s%s",
	    len > 0 ? " " : "", scope);
}

/*
 * Join authorizedScope by spaces.  The scopes are only informative, so if there
 * are too many, the last ones are replaced by "..." and the sign-in is not
 * refused.
 */
static enum outcome
scopes_read(
    struct json_object *token, struct identity *record, struct errinfo *reterr)
{
	static const char shown[] = "tokens/me authorizedScope";
	static const char more[] = "...";
	struct json_object *list = NULL;
	bool full = false;

	if (!json_member(token, "authorizedScope", json_type_array, &list))
		return field_type_wrong(shown, "a list", reterr);
	size_t count = list != NULL ? json_object_array_length(list) : 0;
	record->scopes[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		struct json_object *scope = json_object_array_get_idx(list, i);

		if (!json_object_is_type(scope, json_type_string) ||
		    !text_is_token(json_view(scope)))
			return field_type_wrong(
			    shown, "a list of scopes", reterr);
		full = full ||
		    strlen(record->scopes) + 1 + json_view(scope).len >
			IDENTITY_SCOPES_MAX - sizeof(more);
		if (!full)
			scope_add(
			    record->scopes, json_object_get_string(scope));
	}
	if (full)
		scope_add(record->scopes, more);
	return OUTCOME_OK;
}

enum outcome
profile_token_parse(
    struct view body, struct identity *identity, struct errinfo *reterr)
{
	struct identity record = *identity;
	const struct field fields[] = {
	    {"OAuthClient", "id", "tokens/me OAuthClient.id", record.client_id,
		sizeof(record.client_id)},
	    {"organization", "id", "tokens/me organization.id",
		record.organization_id, sizeof(record.organization_id)},
	    {"homeOrganization", "id", "tokens/me homeOrganization.id",
		record.home_organization_id,
		sizeof(record.home_organization_id)},
	};
	autojson *token = NULL;
	struct json_object *cloned = NULL;

	enum outcome r = json_parse_object(body, &token, reterr);
	if (r == OUTCOME_OK)
		r = fields_read(
		    token, fields, sizeof(fields) / sizeof(fields[0]), reterr);
	if (r == OUTCOME_OK)
		r = scopes_read(token, &record, reterr);
	if (r != OUTCOME_OK)
		return r;
	/* Any type but null counts as present. */
	(void)json_object_object_get_ex(token, "clonedUser", &cloned);
	record.cloned_user = cloned != NULL;
	*identity = record;
	return OUTCOME_OK;
}

static void
user_query(struct identity_needs needs, struct buf *url)
{
	if (needs.roles)
		buf_put_text(url, "?expand=authorization");
	if (needs.groups)
		buf_printf(url, "%cexpand=groups", needs.roles ? '&' : '?');
}

static enum outcome
user_parse(struct view body, struct identity_context *context,
    struct identity *identity, struct errinfo *reterr)
{
	return profile_user_parse(body, context->needs, identity, reterr);
}

static enum outcome
token_parse(struct view body, struct identity_context *context,
    struct identity *identity, struct errinfo *reterr)
{
	(void)context;
	return profile_token_parse(body, identity, reterr);
}

static bool
groups_are_missing(struct identity_needs needs, const struct identity *identity)
{
	return needs.groups && !identity->groups.present;
}

static bool
roles_are_missing(struct identity_needs needs, const struct identity *identity)
{
	return needs.roles && !identity->roles.present;
}

static enum outcome
groups_path(
    const struct identity *identity, struct buf *path, struct errinfo *reterr)
{
	/* it becomes part of a path, where dots have a meaning */
	if (!text_is_uuid(view_text(identity->id)))
		return err_set(reterr, OUTCOME_IDENTITY_INCOMPLETE,
		    "the field groups is missing in GET " USER_PATH
		    ", whose id is not a UUID");
	buf_printf(path, "/api/v2/users/%s?expand=groups", identity->id);
	return buf_check(path);
}

static enum outcome
roles_path(
    const struct identity *identity, struct buf *path, struct errinfo *reterr)
{
	(void)identity;
	(void)reterr;
	buf_put_text(path, "/api/v2/authorization/subjects/me");
	return buf_check(path);
}

/* The sign-in page accepts these two only together. */
static void
authorize_query(const struct authorize_request *request, struct buf *address)
{
	if (*request->signin_org == '\0' || *request->signin_provider == '\0')
		return;
	authorize_parameter(address, "org", request->signin_org);
	authorize_parameter(address, "provider", request->signin_provider);
}

#define ENDPOINT(base, method, path) \
	{ \
		method " " path, path, offsetof(struct wire_route, base), 0 \
	}
static const char *const error_names[] = {"error", "code", NULL};
static const char *const error_details[] = {
    "error_description", "description", "message", NULL};
static const char *const error_correlations[] = {"contextId", NULL};
static const char *const correlation_headers[] = {
    "ININ-Correlation-Id:", "Genesys-Correlation-Id:", NULL};

const struct provider provider_genesys = {
    .code_max = 512,
    .authorize = ENDPOINT(login_url, "GET", "/oauth/authorize"),
    .authorize_query = authorize_query,
    .token = ENDPOINT(login_url, "POST", "/oauth/token"),
    .identity =
	{
	    {.endpoint = ENDPOINT(api_url, "GET", USER_PATH),
		.input = "user",
		.called = "the reply of users/me",
		.query = user_query,
		.parse = user_parse,
		.parse_input = user_parse,
		.parse_owner = user_parse,
		.names_parse = names_user_parse},
	    {.endpoint = ENDPOINT(api_url, "GET", "/api/v2/tokens/me"),
		.input = "token",
		.called = "the reply of tokens/me",
		.parse = token_parse,
		.parse_input = token_parse,
		.parse_owner = token_parse,
		.names_parse = names_token_parse},
	},
    .lists =
	{
	    {"groups", groups_are_missing, groups_path, profile_groups_parse},
	    {"authorization.roles", roles_are_missing, roles_path,
		profile_subject_parse},
	},
    .revoke = ENDPOINT(api_url, "DELETE", "/api/v2/tokens/me"),
    .error_names = error_names,
    .error_details = error_details,
    .error_correlations = error_correlations,
    .correlation_headers = correlation_headers,
    /* the endpoint sends no 429 */
    .rate_limit = "rate limit exceeded",
};
