/* SPDX-License-Identifier: ISC */
#include "claims.h"

#include <string.h>

#include "gcpkce/oauth/crypto.h"
#include "jws.h"

#define TIME_MAX 253402300799L /* the end of the year 9999 */

static enum outcome
missing(struct errinfo *reterr, const char *name)
{
	return err_set(reterr, OUTCOME_IDENTITY_INCOMPLETE,
	    "id_token: the claim %s is missing", name);
}

enum outcome
claims_refuse(struct errinfo *reterr, enum outcome code, const char *what)
{
	return err_set(reterr, code, "id_token: %s", what);
}

enum outcome
claims_wrong_type(struct errinfo *reterr, const char *name, const char *type)
{
	return err_set(reterr, OUTCOME_TOKEN_INVALID,
	    "id_token: the claim %s is not %s", name, type);
}

static bool
has(const struct claims *claims, const char *name)
{
	return json_object_object_get_ex(claims->all, name, NULL);
}

enum outcome
claims_text(const struct claims *claims, const char *name, struct view *ret,
    struct errinfo *reterr)
{
	if (!jws_text(claims->all, name, ret))
		return claims_wrong_type(reterr, name, "a string");
	return ret->p != NULL ? OUTCOME_OK : missing(reterr, name);
}

enum outcome
claims_time(const struct claims *claims, const char *name, int64_t *ret_s,
    struct errinfo *reterr)
{
	struct json_object *number = NULL;

	if (!json_object_object_get_ex(claims->all, name, &number))
		return missing(reterr, name);
	/* json-c stores what is beyond 64 bits as the nearest value. */
	if (json_object_is_type(number, json_type_int))
		*ret_s = json_object_get_int64(number);
	if (!json_object_is_type(number, json_type_int) || *ret_s < 0 ||
	    *ret_s > TIME_MAX)
		return claims_wrong_type(reterr, name, "a time");
	return OUTCOME_OK;
}

static enum outcome
issuer_check(const struct claims *claims, struct errinfo *reterr)
{
	struct view issuer;
	enum outcome r = claims_text(claims, "iss", &issuer, reterr);

	if (r == OUTCOME_OK &&
	    !view_eq(issuer, view_text(claims->terms->issuer)))
		r = claims_refuse(reterr, OUTCOME_TOKEN_INVALID,
		    "iss is not the issuer of the configuration");
	return r;
}

/* One audience: a string that is our client_id. */
static enum outcome
audience_judge(const struct claims *claims, struct json_object *audience,
    struct errinfo *reterr)
{
	if (!json_object_is_type(audience, json_type_string))
		return claims_wrong_type(
		    reterr, "aud", "a string or a list of them");
	if (!view_eq(json_view(audience), view_text(claims->terms->client_id)))
		return claims_refuse(
		    reterr, OUTCOME_WRONG_CLIENT, "aud has another client");
	return OUTCOME_OK;
}

/* No other audience is trusted, so each of a list must be ours. */
static enum outcome
audience_check(const struct claims *claims, struct errinfo *reterr)
{
	struct json_object *audience = NULL;

	if (!json_object_object_get_ex(claims->all, "aud", &audience))
		return missing(reterr, "aud");
	if (!json_object_is_type(audience, json_type_array))
		return audience_judge(claims, audience, reterr);
	size_t count = json_object_array_length(audience);
	enum outcome r = count > 0
	    ? OUTCOME_OK
	    : claims_refuse(
		  reterr, OUTCOME_TOKEN_INVALID, "aud is an empty list");
	for (size_t i = 0; r == OUTCOME_OK && i < count; i++)
		r = audience_judge(
		    claims, json_object_array_get_idx(audience, i), reterr);
	return r;
}

static enum outcome
authorized_party_check(const struct claims *claims, struct errinfo *reterr)
{
	struct view party;

	if (!has(claims, "azp"))
		return OUTCOME_OK;
	enum outcome r = claims_text(claims, "azp", &party, reterr);
	if (r == OUTCOME_OK &&
	    !view_eq(party, view_text(claims->terms->client_id)))
		r = claims_refuse(
		    reterr, OUTCOME_WRONG_CLIENT, "azp is another client");
	return r;
}

static enum outcome
expiry_check(const struct claims *claims, struct errinfo *reterr)
{
	int64_t expires_s;
	enum outcome r = claims_time(claims, "exp", &expires_s, reterr);

	if (r == OUTCOME_OK &&
	    claims->now_s - claims->terms->skew_s >= expires_s)
		r = claims_refuse(
		    reterr, OUTCOME_TOKEN_INVALID, "it has expired");
	return r;
}

static enum outcome
issue_check(const struct claims *claims, struct errinfo *reterr)
{
	int64_t issued_s;
	enum outcome r = claims_time(claims, "iat", &issued_s, reterr);

	if (r != OUTCOME_OK)
		return r;
	if (issued_s > claims->now_s + claims->terms->skew_s)
		return claims_refuse(reterr, OUTCOME_TOKEN_INVALID,
		    "iat is in the future; compare the clocks");
	if (issued_s < claims->started_s - claims->terms->skew_s)
		return claims_refuse(reterr, OUTCOME_TOKEN_INVALID,
		    "iat is before this sign-in; compare the clocks");
	return OUTCOME_OK;
}

static enum outcome
lifetime_check(const struct claims *claims, struct errinfo *reterr)
{
	/* Both are times: the checks before this one have read them. */
	int64_t expires_s =
	    json_object_get_int64(json_object_object_get(claims->all, "exp"));
	int64_t issued_s =
	    json_object_get_int64(json_object_object_get(claims->all, "iat"));

	if (expires_s <= issued_s)
		return claims_refuse(
		    reterr, OUTCOME_TOKEN_INVALID, "exp is not after iat");
	if (expires_s - issued_s > ID_TOKEN_LIFETIME_MAX)
		return claims_refuse(reterr, OUTCOME_TOKEN_INVALID,
		    "it is valid for more than a day");
	return OUTCOME_OK;
}

static enum outcome
not_before_check(const struct claims *claims, struct errinfo *reterr)
{
	int64_t begins_s;

	if (!has(claims, "nbf"))
		return OUTCOME_OK;
	enum outcome r = claims_time(claims, "nbf", &begins_s, reterr);
	if (r == OUTCOME_OK && begins_s > claims->now_s + claims->terms->skew_s)
		r = claims_refuse(reterr, OUTCOME_TOKEN_INVALID,
		    "nbf is in the future; compare the clocks");
	return r;
}

static enum outcome
nonce_check(const struct claims *claims, struct errinfo *reterr)
{
	struct view nonce;

	if (claims->terms->nonce_if_present && !has(claims, "nonce"))
		return OUTCOME_OK;
	enum outcome r = claims_text(claims, "nonce", &nonce, reterr);
	if (r == OUTCOME_OK &&
	    (claims->recorded
		    ? nonce.len == 0
		    : !view_eq_ct(nonce, view_text(claims->terms->nonce))))
		r = claims_refuse(reterr, OUTCOME_TOKEN_INVALID,
		    "nonce is not this sign-in's");
	return r;
}

/*
 * The left half of the digest of the access token.  That of a recorded token
 * may not be at hand.
 */
static enum outcome
access_token_check(const struct claims *claims, struct errinfo *reterr)
{
	const struct view token = claims->terms->access_token;
	const bool is_known = !claims->recorded || token.p != NULL;
	autobuf digest = BUF_INIT(CRYPTO_DIGEST_MAX);
	autobuf half = BUF_INIT(CRYPTO_DIGEST_MAX / 2);
	struct view hash;

	if (!has(claims, "at_hash"))
		return OUTCOME_OK;
	enum outcome r = claims_text(claims, "at_hash", &hash, reterr);
	if (r == OUTCOME_OK)
		r = crypto_digest("SHA256", token, &digest, reterr);
	if (r != OUTCOME_OK)
		return r;
	r = crypto_base64url_decode(hash, &half);
	if (r == OUTCOME_NO_MEMORY)
		return claims_refuse(reterr, r, "no memory for at_hash");
	if (r != OUTCOME_OK || half.len != digest.len / 2 ||
	    (is_known && memcmp(half.p, digest.p, half.len) != 0))
		return claims_refuse(reterr, OUTCOME_TOKEN_INVALID,
		    "at_hash is not that of the access token");
	return OUTCOME_OK;
}

/* Terms that are missing would agree with empty claims. */
static bool
terms_are_whole(const struct claims *claims)
{
	const struct id_token_terms *terms = claims->terms;

	return terms->issuer[0] != '\0' && terms->client_id[0] != '\0' &&
	    terms->organization[0] != '\0' && terms->skew_s >= 0 &&
	    terms->skew_s <= ID_TOKEN_SKEW_MAX &&
	    (claims->recorded || terms->nonce[0] != '\0');
}

enum outcome
claims_check(const struct claims *claims, struct errinfo *reterr)
{
	static claims_check_fn *const checks[] = {
	    issuer_check,
	    audience_check,
	    authorized_party_check,
	    expiry_check,
	    issue_check,
	    lifetime_check,
	    not_before_check,
	    nonce_check,
	    access_token_check,
	};

	if (!terms_are_whole(claims))
		return claims_refuse(reterr, OUTCOME_CONFIG_INVALID,
		    "there is nothing to compare it with");
	return claims_check_all(
	    checks, sizeof(checks) / sizeof(checks[0]), claims, reterr);
}

enum outcome
claims_check_all(claims_check_fn *const checks[], size_t count,
    const struct claims *claims, struct errinfo *reterr)
{
	enum outcome r = checks[0](claims, reterr);

	for (size_t i = 1; r == OUTCOME_OK && i < count; i++)
		r = checks[i](claims, reterr);
	return r;
}
