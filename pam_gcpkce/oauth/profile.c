/* SPDX-License-Identifier: ISC */
/*
 * users/me and tokens/me, read into an identity record.  Whoever may edit
 * users in the organization writes parts of these bodies: every field is
 * judged by type and bytes before it gets into the record, and nothing is
 * guessed for a field that is missing.  The record changes on success only.
 */
#include "gcpkce/profile.h"

#include <string.h>

#include "gcpkce/json.h"
#include "gcpkce/text.h"

/* A string member, at object.name or, with parent, at object.parent.name. */
struct field {
	const char *parent; /* NULL: the object itself */
	const char *name;
	const char *shown; /* both, for the message */
	char *value;
	size_t cap;
};

static enum outcome
wrong_type(const char *shown, const char *type, struct errinfo *reterr)
{
	return err_fail(
	    reterr, OUTCOME_IDENTITY_INCOMPLETE, "%s is not %s", shown, type);
}

static enum outcome
field_read(struct json_object *object, const struct field *field,
    struct errinfo *reterr)
{
	struct json_object *string = NULL;

	if (field->parent != NULL &&
	    !json_member(object, field->parent, json_type_object, &object))
		return wrong_type(field->parent, "an object", reterr);
	if (object == NULL)
		return OUTCOME_OK;
	if (!json_member(object, field->name, json_type_string, &string))
		return wrong_type(field->shown, "a string", reterr);
	if (string == NULL)
		return OUTCOME_OK;
	return identity_set(
	    field->value, field->cap, json_view(string), field->shown, reterr);
}

static enum outcome
fields_read(struct json_object *object, const struct field *fields,
    size_t count, struct errinfo *reterr)
{
	for (size_t i = 0; i < count; i++) {
		/* A field that is missing now must not keep an old value. */
		fields[i].value[0] = '\0';
		enum outcome r = field_read(object, &fields[i], reterr);
		if (r != OUTCOME_OK)
			return r;
	}
	return OUTCOME_OK;
}

enum outcome
profile_user_parse(
    struct view body, struct identity *identity, struct errinfo *reterr)
{
	struct identity record = *identity;
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
	if (r == OUTCOME_OK)
		*identity = record;
	return r;
}

/*
 * Join authorizedScope by spaces.  The scopes only inform: a client with so
 * many that they do not fit is no reason to refuse anybody, so the last ones
 * give way to "...".
 */
static enum outcome
scopes_read(
    struct json_object *token, struct identity *record, struct errinfo *reterr)
{
	static const char shown[] = "tokens/me authorizedScope";
	static const char more[] = "...";
	autobuf scopes = BUF_INIT(IDENTITY_SCOPES_MAX - sizeof(more));
	struct json_object *list = NULL;

	if (!json_member(token, "authorizedScope", json_type_array, &list))
		return wrong_type(shown, "a list", reterr);
	size_t count = list != NULL ? json_object_array_length(list) : 0;
	for (size_t i = 0; i < count; i++) {
		struct json_object *scope = json_object_array_get_idx(list, i);

		if (!json_object_is_type(scope, json_type_string) ||
		    !text_is_token(json_view(scope)))
			return wrong_type(shown, "a list of scopes", reterr);
		/* One put a scope: it fits as a whole or not at all. */
		buf_printf(&scopes, "%s%s", scopes.len > 0 ? " " : "",
		    json_object_get_string(scope));
	}
	memcpy(record->scopes, buf_text(&scopes), scopes.len + 1);
	if (scopes.failed) {
		char *end = record->scopes + scopes.len;

		if (scopes.len > 0)
			*end++ = ' ';
		memcpy(end, more, sizeof(more));
	}
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
	/* Of whatever type: only null says that there is none. */
	(void)json_object_object_get_ex(token, "clonedUser", &cloned);
	record.cloned_user = cloned != NULL;
	*identity = record;
	return OUTCOME_OK;
}
