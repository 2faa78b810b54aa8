/* SPDX-License-Identifier: ISC */
/* A part of the discovery document. */
#include "gcpkce/oauth/discovery.h"

#include <string.h>

#include "gcpkce/base/text.h"
#include "gcpkce/oauth/json.h"

static void
url_read(struct json_object *document, const char *name, char *ret, size_t cap)
{
	struct json_object *string = NULL;

	if (!json_member(document, name, json_type_string, &string))
		return;
	struct view url = json_view(string);
	if (url.len < cap && text_is_token(url))
		memcpy(ret, url.p, url.len);
}

/* Has the document a list without the word? */
static bool
lacks(struct json_object *document, const char *name, const char *word)
{
	struct json_object *list = NULL;

	if (!json_member(document, name, json_type_array, &list) ||
	    list == NULL)
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		if (json_object_is_type(item, json_type_string) &&
		    view_eq(json_view(item), view_text(word)))
			return false;
	}
	return true;
}

enum outcome
discovery_parse(
    struct view body, struct wire_discovery *ret, struct errinfo *reterr)
{
	static const char *const urls[WIRE_URL_COUNT] = {
	    [WIRE_URL_ISSUER] = "issuer",
	    [WIRE_URL_AUTHORIZE] = "authorization_endpoint",
	    [WIRE_URL_TOKEN] = "token_endpoint",
	    [WIRE_URL_JWKS] = "jwks_uri",
	    [WIRE_URL_USERINFO] = "userinfo_endpoint",
	};
	static const char methods[] = "token_endpoint_auth_methods_supported";
	autojson *document = NULL;

	enum outcome r = json_parse_object(body, &document, reterr);
	if (r != OUTCOME_OK)
		return r;
	memset(ret->urls, 0, sizeof(ret->urls));
	for (size_t i = 0; i < WIRE_URL_COUNT; i++)
		url_read(document, urls[i], ret->urls[i], sizeof(ret->urls[i]));
	ret->no_rs256 =
	    lacks(document, "id_token_signing_alg_values_supported", "RS256");
	ret->no_s256 =
	    lacks(document, "code_challenge_methods_supported", "S256");
	ret->no_none = lacks(document, methods, "none");
	ret->no_basic = lacks(document, methods, "client_secret_basic");
	ret->no_post = lacks(document, methods, "client_secret_post");
	return OUTCOME_OK;
}
