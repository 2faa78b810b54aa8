/* SPDX-License-Identifier: ISC */
#include "actor.h"

#include "gcpkce/base/text.h"
#include "jws.h"

/* Does the claim say that another person acts as this one? */
static bool
is_of_an_actor(struct view name, struct json_object *value)
{
	static const char *const names[] = {"act", "actor", "may_act"};
	const struct view word = view_text("impersonat");

	if (value == NULL)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (text_eq_nocase(name, view_text(names[i])))
			return true;
	}
	for (; name.len >= word.len; name = view_skip(name, 1)) {
		if (text_eq_nocase((struct view){name.p, word.len}, word))
			return !json_object_is_type(value, json_type_boolean) ||
			    json_object_get_boolean(value);
	}
	return false;
}

bool
actor_is_named(struct json_object *claims)
{
	struct json_object_iterator at = json_object_iter_begin(claims);
	struct json_object_iterator end = json_object_iter_end(claims);

	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		if (is_of_an_actor(view_text(json_object_iter_peek_name(&at)),
			json_object_iter_peek_value(&at)))
			return true;
	}
	return false;
}

enum outcome
actor_check_access_token(struct view token, struct errinfo *reterr)
{
	struct view rest = view_after(token, '.');
	struct view signature = view_after(rest, '.');
	struct errinfo why = {0};
	autojson *header = NULL;
	autojson *claims = NULL;

	if (view_before(rest, '.').len == rest.len ||
	    view_before(signature, '.').len < signature.len)
		return OUTCOME_OK;
	enum outcome r =
	    jws_object("header", view_before(token, '.'), &header, &why);
	if (r != OUTCOME_OK && r != OUTCOME_NO_MEMORY)
		return OUTCOME_OK;
	if (r == OUTCOME_OK && !json_object_object_get_ex(header, "alg", NULL))
		return OUTCOME_OK;
	if (r == OUTCOME_OK)
		r = jws_object("claims", view_before(rest, '.'), &claims, &why);
	if (r != OUTCOME_OK)
		return err_set(reterr, r, "access token: %s",
		    r == OUTCOME_NO_MEMORY ? "no memory"
					   : "its claims cannot be read");
	return actor_is_named(claims) ? err_set(reterr, OUTCOME_PARTNER_REFUSED,
					    "access token: %s", ACTOR_TEXT)
				      : OUTCOME_OK;
}
