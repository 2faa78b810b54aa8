/* SPDX-License-Identifier: ISC */
/*
 * OpenSSL takes keys that anyone can forge signatures for: with e = 1, or of
 * 512 bits.  So a key is judged here before OpenSSL sees it.
 */
#include "jwks.h"

#include <string.h>

#include "gcpkce/oauth/crypto.h"
#include "gcpkce/oauth/id_token.h"

#define EXPONENT_LEN_MAX 4

/* A key that fits: its numbers as bytes. */
struct key {
	struct buf n;
	struct buf e;
};

static void
key_done(struct key *key)
{
	buf_done(&key->n);
	buf_done(&key->e);
}

#define autokey CLEANUP(key_done) struct key

/* Is a member missing, or this text? */
static bool
is_text_or_missing(
    struct json_object *jwk, const char *name, const char *wanted)
{
	struct view text;

	return jws_text(jwk, name, &text) &&
	    (text.p == NULL || view_eq(text, view_text(wanted)));
}

/* Is key_ops missing, or a list of strings with verify among them? */
static bool
may_verify(struct json_object *jwk)
{
	struct json_object *list = NULL;
	bool found = false;

	if (!json_object_object_get_ex(jwk, "key_ops", &list))
		return true;
	if (!json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		if (!json_object_is_type(item, json_type_string))
			return false;
		found = found || view_eq(json_view(item), view_text("verify"));
	}
	return found;
}

/* A key whose private part is published is no secret any more. */
static bool
has_private_part(struct json_object *jwk)
{
	static const char *const names[] = {
	    "d", "p", "q", "dp", "dq", "qi", "oth", "k"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (json_object_object_get_ex(jwk, names[i], NULL))
			return true;
	}
	return false;
}

/*
 * Read a number: strict base64url, no zeros before it, odd.
 *
 * errors: OUTCOME_TOKEN_INVALID, OUTCOME_NO_MEMORY
 */
static enum outcome
number_read(struct json_object *jwk, const char *name, struct buf *ret)
{
	struct view text;

	if (!jws_text(jwk, name, &text) || text.len == 0)
		return OUTCOME_TOKEN_INVALID;
	enum outcome r = crypto_base64url_decode(text, ret);
	if (r == OUTCOME_OK &&
	    (ret->p[0] == 0 || (ret->p[ret->len - 1] & 1) == 0))
		r = OUTCOME_TOKEN_INVALID;
	return r;
}

/* The bits of a number without zeros before it. */
static size_t
bits_of(const struct buf *number)
{
	size_t bits = number->len * 8;

	for (uint8_t top = number->p[0]; (top & 0x80) == 0; top <<= 1)
		bits--;
	return bits;
}

/* Why a key is not one of RS256, before its numbers are read; else NULL. */
static const char *
key_refuse(struct json_object *jwk)
{
	struct view kty;

	if (!jws_text(jwk, "kty", &kty) || !view_eq(kty, view_text("RSA")))
		return "kty is not RSA";
	if (!is_text_or_missing(jwk, "use", "sig"))
		return "use is not sig";
	if (!is_text_or_missing(jwk, "alg", "RS256"))
		return "alg is not RS256";
	if (!may_verify(jwk))
		return "key_ops lacks verify";
	return has_private_part(jwk) ? "it has a private part" : NULL;
}

/*
 * Read a key that may verify RS256.
 *
 * errors: OUTCOME_TOKEN_INVALID  it may not: reterr says why
 *         OUTCOME_NO_MEMORY
 */
static enum outcome
key_read(struct json_object *jwk, struct key *ret, struct errinfo *reterr)
{
	*ret = (struct key){BUF_INIT(JWKS_MAX), BUF_INIT(EXPONENT_LEN_MAX)};
	const char *why = key_refuse(jwk);
	if (why != NULL)
		return err_set(reterr, OUTCOME_TOKEN_INVALID, "%s", why);
	enum outcome r = number_read(jwk, "n", &ret->n);
	if (r != OUTCOME_OK)
		return err_set(reterr, r, "n is not a modulus");
	if (bits_of(&ret->n) < JWKS_BITS_MIN ||
	    bits_of(&ret->n) > JWKS_BITS_MAX)
		return err_set(reterr, OUTCOME_TOKEN_INVALID,
		    "n has too few or too many bits");
	r = number_read(jwk, "e", &ret->e);
	if (r == OUTCOME_OK && bits_of(&ret->e) < 2)
		r = OUTCOME_TOKEN_INVALID;
	return r == OUTCOME_OK ? r : err_set(reterr, r, "e is not an exponent");
}

/* Has the key the token's name?  A token without one takes any. */
static bool
is_named(struct json_object *jwk, const struct jws *jws)
{
	struct view kid;

	return jws_text(jwk, "kid", &kid) &&
	    (jws->kid.p == NULL || (kid.p != NULL && view_eq(kid, jws->kid)));
}

/* What came of the keys of a set. */
struct search {
	size_t fitting;
	bool ended;
	/* ok: one has verified the token; token_invalid: none has so far;
	   reply_invalid: only one that OpenSSL refuses; else no key can be used
	 */
	enum outcome outcome;
	struct errinfo why;    /* of the outcome */
	struct errinfo misfit; /* why the last key of this name does not fit */
};

static void
signature_try(
    const struct key *key, const struct jws *jws, struct search *search)
{
	const struct crypto_rsa rsa = {buf_view(&key->n), buf_view(&key->e)};
	struct errinfo why = {0};

	if (jws->signature.len != key->n.len)
		return;
	enum outcome r = crypto_rs256_verify(
	    &rsa, jws->signed_part, buf_view(&jws->signature), &why);
	if (r == OUTCOME_TOKEN_INVALID)
		return;
	search->outcome = r;
	search->why = why;
	/* no other key can have made the same signature */
	search->ended = r == OUTCOME_OK || r == OUTCOME_REPLY_INVALID;
}

static void
key_try(struct json_object *jwk, const struct jws *jws, struct search *search)
{
	autokey key = {0};

	/* what is no object has no members, and so no kty */
	if (!is_named(jwk, jws))
		return;
	enum outcome r = key_read(jwk, &key, &search->misfit);
	if (r == OUTCOME_OK && ++search->fitting <= JWKS_TRIES_MAX &&
	    !search->ended)
		signature_try(&key, jws, search);
	if (r == OUTCOME_NO_MEMORY) {
		search->outcome = r;
		search->why = search->misfit;
	}
}

static enum outcome
search_judge(const struct search *search, const struct jws *jws,
    bool *ret_unknown, struct errinfo *reterr)
{
	const bool fits = search->fitting > 0;

	if (search->fitting > JWKS_TRIES_MAX)
		return err_set(reterr, OUTCOME_TOKEN_INVALID,
		    "id_token: too many keys fit, %zu", search->fitting);
	if (search->outcome == OUTCOME_OK)
		return OUTCOME_OK;
	if (search->outcome == OUTCOME_REPLY_INVALID)
		return err_set(reterr, OUTCOME_TOKEN_INVALID,
		    "id_token: OpenSSL refuses the key of the signature");
	if (search->outcome != OUTCOME_TOKEN_INVALID)
		return err_set(reterr, search->outcome,
		    "id_token: a key of the JWK set: %s", search->why.text);
	*ret_unknown = !fits || jws->kid.p == NULL;
	if (fits)
		return err_set(reterr, OUTCOME_TOKEN_INVALID,
		    "id_token: the signature is not that of the provider's "
		    "key");
	return err_set(reterr, OUTCOME_TOKEN_INVALID,
	    "id_token: no key of the JWK set fits%s%s",
	    search->misfit.text[0] != '\0' ? ": " : "", search->misfit.text);
}

/* out: set  *gives*;  ret_keys  its list, *borrowed* */
static enum outcome
keys_find(struct view jwks, struct json_object **set,
    struct json_object **ret_keys, struct errinfo *reterr)
{
	if (jwks.len > JWKS_MAX)
		return err_set(reterr, OUTCOME_REPLY_INVALID,
		    "JWK set: more than %d bytes", JWKS_MAX);
	enum outcome r = json_parse_object(jwks, set, reterr);
	if (r != OUTCOME_OK)
		return r;
	if (!json_member(*set, "keys", json_type_array, ret_keys) ||
	    *ret_keys == NULL)
		return err_set(reterr, OUTCOME_REPLY_INVALID,
		    "JWK set: keys is missing or no list");
	if (json_object_array_length(*ret_keys) > JWKS_KEYS_MAX)
		return err_set(reterr, OUTCOME_REPLY_INVALID,
		    "JWK set: more than %d keys", JWKS_KEYS_MAX);
	return OUTCOME_OK;
}

enum outcome
jwks_verify(struct view jwks, const struct jws *jws, bool *ret_unknown,
    struct errinfo *reterr)
{
	autojson *set = NULL;
	struct json_object *keys = NULL;
	struct search search = {.outcome = OUTCOME_TOKEN_INVALID};

	*ret_unknown = false;
	enum outcome r = keys_find(jwks, &set, &keys, reterr);
	if (r != OUTCOME_OK)
		return r;
	for (size_t i = 0; i < json_object_array_length(keys); i++)
		key_try(json_object_array_get_idx(keys, i), jws, &search);
	return search_judge(&search, jws, ret_unknown, reterr);
}

enum outcome
jwks_count(struct view jwks, size_t *ret, struct errinfo *reterr)
{
	autojson *set = NULL;
	struct json_object *keys = NULL;
	struct errinfo why = {.text = "it is empty"};
	size_t count = 0;

	*ret = 0;
	enum outcome r = keys_find(jwks, &set, &keys, reterr);
	for (size_t i = 0;
	     r == OUTCOME_OK && i < json_object_array_length(keys); i++) {
		autokey key = {0};

		r = key_read(json_object_array_get_idx(keys, i), &key, &why);
		count += r == OUTCOME_OK;
		if (r == OUTCOME_TOKEN_INVALID) /* is skipped */
			r = OUTCOME_OK;
	}
	if (r != OUTCOME_OK)
		return r;
	*ret = count;
	return count > 0
	    ? OUTCOME_OK
	    : err_set(reterr, OUTCOME_TOKEN_INVALID, "%s", why.text);
}
