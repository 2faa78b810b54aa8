/* SPDX-License-Identifier: ISC */
/*
 * The header is read before the signature is checked, so an attacker may have
 * written it.  It selects nothing but the key's name: the algorithm is ours,
 * and a header that asks for anything else is refused.
 */
#include "jws.h"

#include <string.h>

#include "gcpkce/base/text.h"
#include "gcpkce/oauth/crypto.h"
#include "gcpkce/oauth/id_token.h"
#include "json_scan.h"

enum part { HEADER, CLAIMS, SIGNATURE, PARTS };

static enum outcome
refuse(struct errinfo *reterr, const char *what)
{
	return err_set(reterr, OUTCOME_TOKEN_INVALID, "id_token: %s", what);
}

/* What came of decoding a part. */
static enum outcome
not_decoded(struct errinfo *reterr, enum outcome r, const char *part)
{
	return err_set(reterr, r, "id_token: the %s: %s", part,
	    r == OUTCOME_NO_MEMORY ? "no memory" : "not base64url");
}

/* Part a token at its dots; false unless there are two, and no part empty. */
static bool
parts_split(struct view token, struct view parts[static PARTS])
{
	size_t count = 0;

	parts[0] = (struct view){.p = token.p};
	for (size_t i = 0; i < token.len; i++) {
		if (token.p[i] != '.')
			parts[count].len++;
		else if (parts[count].len == 0 || ++count == PARTS)
			return false;
		else
			parts[count] = (struct view){.p = token.p + i + 1};
	}
	return count == PARTS - 1 && parts[count].len > 0;
}

bool
jws_text(struct json_object *object, const char *name, struct view *ret)
{
	struct json_object *member = NULL;

	*ret = (struct view){0};
	if (!json_object_object_get_ex(object, name, &member))
		return true;
	if (!json_object_is_type(member, json_type_string))
		return false;
	*ret = json_view(member);
	return true;
}

enum outcome
jws_object(const char *name, struct view part, struct json_object **ret,
    struct errinfo *reterr)
{
	autobuf text = BUF_INIT(part.len);

	enum outcome r = crypto_base64url_decode(part, &text);
	return r == OUTCOME_OK ? jws_json(name, buf_view(&text), ret, reterr)
			       : not_decoded(reterr, r, name);
}

enum outcome
jws_json(const char *name, struct view text, struct json_object **ret,
    struct errinfo *reterr)
{
	struct errinfo why = {0};
	enum outcome r;

	struct json_scan scan = json_scan(text);
	if (scan.members > JWS_MEMBERS_MAX)
		r = err_set(&why, OUTCOME_TOKEN_INVALID, "too many members");
	else if (scan.lone_surrogate)
		r = err_set(&why, OUTCOME_TOKEN_INVALID, "half a character");
	else
		r = json_parse_object(text, ret, &why);
	if (r == OUTCOME_OK)
		return r;
	if (r == OUTCOME_REPLY_INVALID)
		r = OUTCOME_TOKEN_INVALID;
	return err_set(reterr, r, "id_token: the %s: %s", name, why.text);
}

static bool
is_jwt_type(struct view type)
{
	return text_eq_nocase(type, view_text("JWT")) ||
	    text_eq_nocase(type, view_text("application/jwt"));
}

static enum outcome
header_check(
    struct json_object *header, struct view *ret_kid, struct errinfo *reterr)
{
	struct view alg;
	struct view type;

	if (!jws_text(header, "alg", &alg) || !view_eq(alg, view_text("RS256")))
		return refuse(reterr, "alg is not RS256");
	if (json_object_object_get_ex(header, "crit", NULL))
		return refuse(reterr, "the header has crit");
	if (json_object_object_get_ex(header, "b64", NULL))
		return refuse(reterr, "the header has b64");
	if (!jws_text(header, "typ", &type) ||
	    (type.p != NULL && !is_jwt_type(type)))
		return refuse(reterr, "typ is not JWT");
	if (!jws_text(header, "kid", ret_kid))
		return refuse(reterr, "kid is not a string");
	if (ret_kid->len > JWS_KID_MAX)
		return refuse(reterr, "kid is too long");
	return OUTCOME_OK;
}

enum outcome
jws_parse(struct view token, struct jws *ret, struct errinfo *reterr)
{
	struct view parts[PARTS];

	*ret = (struct jws){.signature = BUF_INIT(ID_TOKEN_MAX)};
	if (token.len > ID_TOKEN_MAX)
		return refuse(reterr, "too long");
	if (!parts_split(token, parts))
		return refuse(reterr, "not three parts with a dot between");
	ret->signed_part =
	    (struct view){token.p, parts[HEADER].len + 1 + parts[CLAIMS].len};
	ret->claims = parts[CLAIMS];
	enum outcome r =
	    jws_object("header", parts[HEADER], &ret->header, reterr);
	if (r == OUTCOME_OK)
		r = header_check(ret->header, &ret->kid, reterr);
	if (r != OUTCOME_OK)
		return r;
	r = crypto_base64url_decode(parts[SIGNATURE], &ret->signature);
	return r == OUTCOME_OK ? r : not_decoded(reterr, r, "signature");
}

void
jws_done(struct jws *jws)
{
	buf_done(&jws->signature);
	json_cleanup(&jws->header);
	*jws = (struct jws){0};
}
