/* SPDX-License-Identifier: ISC */
/*
 * The token reply: a token that is accepted is the one that json-c reads by
 * itself, of the grammar of RFC 6750, and never told in a reason.
 */
#include <json-c/json.h>

#include "fuzz.h"
#include "gcpkce/oauth/provider.h"
#include "gcpkce/oauth/reply.h"

static const char token_set[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";

static struct json_object *
tree_of(struct view body)
{
	struct json_tokener *tokener = json_tokener_new();

	HOLD(tokener != NULL);
	struct json_object *tree =
	    json_tokener_parse_ex(tokener, (const char *)body.p, (int)body.len);
	json_tokener_free(tokener);
	return tree;
}

static bool
has_text(struct json_object *tree, const char *name, struct view text)
{
	struct json_object *value = NULL;

	return json_object_object_get_ex(tree, name, &value) &&
	    json_object_is_type(value, json_type_string) &&
	    (size_t)json_object_get_string_len(value) == text.len &&
	    memcmp(json_object_get_string(value), text.p, text.len) == 0;
}

/* One of the set at least, then any number of "=". */
static void
token_check(struct view token)
{
	size_t at = 0;

	HOLD(token.len >= 1 && token.len <= REPLY_TOKEN_MAX);
	while (at < token.len && token.p[at] != '\0' &&
	    strchr(token_set, token.p[at]) != NULL)
		at++;
	HOLD(at > 0);
	while (at < token.len && token.p[at] == '=')
		at++;
	HOLD(at == token.len);
}

/* A reason may hold a short run of these bytes by chance, a long one not. */
static bool
tells(const char *reason, struct view token)
{
	return token.len >= 12 &&
	    memmem(reason, strlen(reason), token.p, token.len) != NULL;
}

static void
expires_check(struct json_object *tree, unsigned long expires_in_s)
{
	struct json_object *expires = NULL;

	HOLD(expires_in_s <= REPLY_EXPIRES_MAX);
	if (json_object_object_get_ex(tree, "expires_in", &expires) &&
	    expires != NULL)
		HOLD(json_object_is_type(expires, json_type_int) &&
		    json_object_get_int64(expires) == (int64_t)expires_in_s);
	else
		HOLD(expires_in_s == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view body = exact_copy((struct view){data, size});
	autoreply reply = {0};
	struct errinfo why = {0};

	enum outcome r =
	    token_reply_parse(&provider_genesys, body, &reply, &why);
	HOLD(r == OUTCOME_OK || r == OUTCOME_REPLY_INVALID ||
	    r == OUTCOME_TOKEN_INVALID);
	HOLD((r == OUTCOME_OK) == (why.text[0] == '\0'));
	HOLD(is_printable(why.text));
	HOLD(r != OUTCOME_OK || reply.access_token != NULL);
	/* also a token of a reply that failed, which is to be revoked */
	if (reply.access_token != NULL) {
		struct view token = secret_view(reply.access_token);

		token_check(token);
		HOLD(!tells(why.text, token));
		HOLD(memchr(body.p, '\\', body.len) != NULL ||
		    memmem(body.p, body.len, token.p, token.len) != NULL);
	}
	if (r == OUTCOME_OK) {
		struct json_object *tree = tree_of(body);

		HOLD(has_text(
		    tree, "access_token", secret_view(reply.access_token)));
		expires_check(tree, reply.expires_in_s);
		(void)json_object_put(tree);
	}
	exact_free(body);
	return 0;
}
