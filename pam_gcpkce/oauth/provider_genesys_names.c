/* SPDX-License-Identifier: ISC */
/*
 * Names, groups, roles and divisions for display.  Invalid fields are left out
 * and refuse no reply.
 */
#include "gcpkce/oauth/names.h"

#include <string.h>

#include "gcpkce/base/text.h"
#include "gcpkce/oauth/json.h"

/* Copy a string member; a text that is too long is cut, never within UTF-8. */
static void
text_read(struct json_object *object, const char *name, char *ret, size_t cap)
{
	struct json_object *string = NULL;

	ret[0] = '\0';
	if (!json_member(object, name, json_type_string, &string))
		return;
	struct view bytes = json_view(string);
	if (!text_is_clean_utf8(bytes))
		return;
	if (bytes.len >= cap) {
		bytes.len = cap - 1;
		while (bytes.len > 0 && (bytes.p[bytes.len] & 0xc0) == 0x80)
			bytes.len--;
	}
	if (bytes.len > 0)
		memcpy(ret, bytes.p, bytes.len);
	ret[bytes.len] = '\0';
}

static void
membership_read(struct json_object *object, enum wire_membership_kind kind,
    struct wire_names *names)
{
	struct json_object *id = NULL;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_member(object, "id", json_type_string, &id) ||
	    !text_is_uuid(json_view(id)))
		return;
	if (names->count == WIRE_MEMBERSHIPS_MAX) {
		names->more = true;
		return;
	}
	struct wire_membership *membership =
	    &names->memberships[names->count++];
	membership->kind = kind;
	text_read(object, "id", membership->id, sizeof(membership->id));
	text_read(object, "name", membership->name, sizeof(membership->name));
}

static void
list_read(struct json_object *object, const char *name,
    enum wire_membership_kind kind, struct wire_names *names)
{
	struct json_object *list = NULL;

	if (!json_member(object, name, json_type_array, &list) || list == NULL)
		return;
	names->present[kind] = true;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		membership_read(
		    json_object_array_get_idx(list, i), kind, names);
}

enum outcome
names_user_parse(
    struct view body, struct wire_names *names, struct errinfo *reterr)
{
	autojson *user = NULL;
	struct json_object *part = NULL;

	enum outcome r = json_parse_object(body, &user, reterr);
	if (r != OUTCOME_OK)
		return r;
	memset(names->present, 0, sizeof(names->present));
	names->more = false;
	names->count = 0;
	text_read(user, "name", names->person, sizeof(names->person));
	list_read(user, "groups", WIRE_MEMBERSHIP_GROUP, names);
	if (json_member(user, "authorization", json_type_object, &part) &&
	    part != NULL)
		list_read(part, "roles", WIRE_MEMBERSHIP_ROLE, names);
	if (json_member(user, "division", json_type_object, &part) &&
	    part != NULL) {
		names->present[WIRE_MEMBERSHIP_DIVISION] = true;
		membership_read(part, WIRE_MEMBERSHIP_DIVISION, names);
	}
	return OUTCOME_OK;
}

enum outcome
names_token_parse(
    struct view body, struct wire_names *names, struct errinfo *reterr)
{
	autojson *token = NULL;
	struct json_object *part = NULL;

	enum outcome r = json_parse_object(body, &token, reterr);
	if (r != OUTCOME_OK)
		return r;
	names->organization[0] = '\0';
	names->client[0] = '\0';
	if (json_member(token, "organization", json_type_object, &part) &&
	    part != NULL)
		text_read(part, "name", names->organization,
		    sizeof(names->organization));
	if (json_member(token, "OAuthClient", json_type_object, &part) &&
	    part != NULL)
		text_read(part, "name", names->client, sizeof(names->client));
	return OUTCOME_OK;
}
