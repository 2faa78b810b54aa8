/* SPDX-License-Identifier: ISC */
/*
 * A JWK set from the network, for a token that one key signed: if the token is
 * verified, a second reader finds that key in the set, fit for it, and not more
 * of its name than may be tried.
 */
#include "gcpkce/oauth/id_token.h"
#include "oauth/jwks.h"
#include "token.h"

static unsigned long runs;
static unsigned long successes;

static void
counts_tell(void)
{
	(void)fprintf(stderr, "jwks: %lu of %lu said yes\n", successes, runs);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return atexit(counts_tell);
}

static bool
is_absent_or(struct json_object *key, const char *name, const char *text)
{
	return token_lacks(key, name) || token_has(key, name, text);
}

static bool
verifies(struct json_object *key)
{
	struct json_object *list = NULL;
	bool found = false;

	if (!json_object_object_get_ex(key, "key_ops", &list))
		return true;
	for (size_t i = 0; json_object_is_type(list, json_type_array) &&
	     i < json_object_array_length(list);
	     i++) {
		const char *text =
		    json_object_get_string(json_object_array_get_idx(list, i));
		found |= text != NULL && strcmp(text, "verify") == 0;
	}
	return found;
}

static bool
is_the_key(struct json_object *key)
{
	return json_object_is_type(key, json_type_object) &&
	    token_has(key, "kty", "RSA") && token_has(key, "kid", "k1") &&
	    token_has(key, "n", TOKEN_N) && token_has(key, "e", "AQAB") &&
	    is_absent_or(key, "use", "sig") &&
	    is_absent_or(key, "alg", "RS256") && verifies(key) &&
	    token_lacks(key, "d") && token_lacks(key, "p") &&
	    token_lacks(key, "q") && token_lacks(key, "k");
}

static void
success_check(struct view set)
{
	struct json_object *tree = token_tree(set);
	struct json_object *keys = NULL;
	size_t found = 0;

	HOLD(json_object_object_get_ex(tree, "keys", &keys));
	HOLD(json_object_array_length(keys) <= JWKS_KEYS_MAX);
	for (size_t i = 0; i < json_object_array_length(keys); i++)
		found += is_the_key(json_object_array_get_idx(keys, i)) ? 1 : 0;
	HOLD(found >= 1 && found <= JWKS_TRIES_MAX);
	(void)json_object_put(tree);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view set = exact_copy((struct view){data, size});
	struct errinfo why = {0};
	autojws jws = {0};
	bool unknown = true;

	HOLD(jws_parse(view_text(TOKEN), &jws, &why) == OUTCOME_OK);
	enum outcome r = jwks_verify(set, &jws, &unknown, &why);
	HOLD(r == OUTCOME_OK || r == OUTCOME_TOKEN_INVALID ||
	    r == OUTCOME_REPLY_INVALID);
	HOLD((r == OUTCOME_OK) == (why.text[0] == '\0'));
	HOLD(is_printable(why.text));
	HOLD(!unknown || r == OUTCOME_TOKEN_INVALID);
	runs++;
	if (r == OUTCOME_OK) {
		successes++;
		success_check(set);
	}
	exact_free(set);
	return 0;
}
