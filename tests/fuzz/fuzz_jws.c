/* SPDX-License-Identifier: ISC */
/*
 * A token from the network: one that is accepted has three parts of base64url
 * with no bits to spare, and a header that a second reader finds to be of the
 * one algorithm and to demand nothing.
 */
#include <strings.h>

#include "gcpkce/oauth/id_token.h"
#include "oauth/jws.h"
#include "token.h"

static bool
is_wanted_type(struct json_object *type)
{
	const char *text = json_object_get_string(type);

	return json_object_is_type(type, json_type_string) &&
	    strlen(text) == (size_t)json_object_get_string_len(type) &&
	    (strcasecmp(text, "jwt") == 0 ||
		strcasecmp(text, "application/jwt") == 0);
}

static void
header_check(struct view header, struct view kid)
{
	struct json_object *tree = token_tree(header);
	struct json_object *value = NULL;

	HOLD(token_has(tree, "alg", "RS256"));
	HOLD(token_lacks(tree, "crit") && token_lacks(tree, "b64"));
	if (json_object_object_get_ex(tree, "typ", &value))
		HOLD(is_wanted_type(value));
	HOLD(json_object_object_get_ex(tree, "kid", &value) == (kid.p != NULL));
	if (kid.p != NULL)
		HOLD(json_object_is_type(value, json_type_string) &&
		    (size_t)json_object_get_string_len(value) == kid.len &&
		    kid.len <= JWS_KID_MAX &&
		    memcmp(json_object_get_string(value), kid.p, kid.len) == 0);
	(void)json_object_put(tree);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view token = exact_copy((struct view){data, size});
	struct input in = {token.p, token.len};
	struct errinfo why = {0};
	autojws jws = {0};

	enum outcome r = jws_parse(token, &jws, &why);
	HOLD(r == OUTCOME_OK || r == OUTCOME_TOKEN_INVALID);
	HOLD((r == OUTCOME_OK) == (why.text[0] == '\0'));
	HOLD(is_printable(why.text));
	if (r == OUTCOME_OK) {
		struct view header = token_decode(input_until(&in, '.'));
		struct view claims = input_until(&in, '.');
		struct view signature =
		    token_decode((struct view){in.p, in.len});

		HOLD(claims.len > 0 && signature.len > 0);
		HOLD(view_eq(jws.claims, claims));
		HOLD(jws.signed_part.len == token.len - 1 - in.len);
		HOLD(view_eq(buf_view(&jws.signature), signature));
		header_check(header, jws.kid);
		exact_free(signature);
		exact_free(header);
	}
	exact_free(token);
	return 0;
}
