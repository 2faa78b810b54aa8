/* SPDX-License-Identifier: ISC */
/*
 * Names, groups, roles and divisions for display.  Invalid fields are left out
 * and refuse no reply.
 */
#include "gcpkce/oauth/portrait.h"

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
thing_read(struct json_object *object, enum wire_thing_kind kind,
    struct wire_portrait *portrait)
{
	struct json_object *id = NULL;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_member(object, "id", json_type_string, &id) ||
	    !text_is_uuid(json_view(id)))
		return;
	if (portrait->count == WIRE_THINGS_MAX) {
		portrait->more = true;
		return;
	}
	struct wire_thing *thing = &portrait->things[portrait->count++];
	thing->kind = kind;
	text_read(object, "id", thing->id, sizeof(thing->id));
	text_read(object, "name", thing->name, sizeof(thing->name));
}

static void
list_read(struct json_object *object, const char *name,
    enum wire_thing_kind kind, struct wire_portrait *portrait)
{
	struct json_object *list = NULL;

	if (!json_member(object, name, json_type_array, &list) || list == NULL)
		return;
	portrait->told[kind] = true;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		thing_read(json_object_array_get_idx(list, i), kind, portrait);
}

enum outcome
portrait_user_parse(
    struct view body, struct wire_portrait *portrait, struct errinfo *reterr)
{
	autojson *user = NULL;
	struct json_object *part = NULL;

	enum outcome r = json_parse_object(body, &user, reterr);
	if (r != OUTCOME_OK)
		return r;
	memset(portrait->told, 0, sizeof(portrait->told));
	portrait->more = false;
	portrait->count = 0;
	text_read(user, "name", portrait->person, sizeof(portrait->person));
	list_read(user, "groups", WIRE_THING_GROUP, portrait);
	if (json_member(user, "authorization", json_type_object, &part) &&
	    part != NULL)
		list_read(part, "roles", WIRE_THING_ROLE, portrait);
	if (json_member(user, "division", json_type_object, &part) &&
	    part != NULL) {
		portrait->told[WIRE_THING_DIVISION] = true;
		thing_read(part, WIRE_THING_DIVISION, portrait);
	}
	return OUTCOME_OK;
}

enum outcome
portrait_token_parse(
    struct view body, struct wire_portrait *portrait, struct errinfo *reterr)
{
	autojson *token = NULL;
	struct json_object *part = NULL;

	enum outcome r = json_parse_object(body, &token, reterr);
	if (r != OUTCOME_OK)
		return r;
	portrait->organization[0] = '\0';
	portrait->client[0] = '\0';
	if (json_member(token, "organization", json_type_object, &part) &&
	    part != NULL)
		text_read(part, "name", portrait->organization,
		    sizeof(portrait->organization));
	if (json_member(token, "OAuthClient", json_type_object, &part) &&
	    part != NULL)
		text_read(
		    part, "name", portrait->client, sizeof(portrait->client));
	return OUTCOME_OK;
}
