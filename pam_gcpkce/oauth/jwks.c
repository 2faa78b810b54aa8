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

/* Read a number: strict base64url, no zeros before it, odd. */
static bool
number_read(struct json_object *jwk, const char *name, struct buf *ret)
{
	struct view text;

	return jws_text(jwk, name, &text) && text.len > 0 &&
	    crypto_base64url_decode(text, ret) && ret->p[0] != 0 &&
	    (ret->p[ret->len - 1] & 1) == 1;
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

/* Is it a key that verifies RS256?  NULL if so, or why not. */
static const char *
key_read(struct json_object *jwk, struct key *ret)
{
	struct view kty;

	*ret = (struct key){BUF_INIT(JWKS_MAX), BUF_INIT(EXPONENT_LEN_MAX)};
	if (!jws_text(jwk, "kty", &kty) || !view_eq(kty, view_text("RSA")))
		return "kty is not RSA";
	if (!is_text_or_missing(jwk, "use", "sig"))
		return "use is not sig";
	if (!is_text_or_missing(jwk, "alg", "RS256"))
		return "alg is not RS256";
	if (!may_verify(jwk))
		return "key_ops lacks verify";
	if (has_private_part(jwk))
		return "it has a private part";
	if (!number_read(jwk, "n", &ret->n))
		return "n is no modulus";
	if (bits_of(&ret->n) < JWKS_BITS_MIN ||
	    bits_of(&ret->n) > JWKS_BITS_MAX)
		return "n has too few or too many bits";
	if (!number_read(jwk, "e", &ret->e) || bits_of(&ret->e) < 2)
		return "e is no exponent";
	return NULL;
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
	bool verified;
	const char *why; /* why the last key of this name does not fit */
};

static void
key_try(struct json_object *jwk, const struct jws *jws, struct search *search)
{
	autokey key = {0};

	/* what is no object has no members, and so no kty */
	if (!is_named(jwk, jws))
		return;
	const char *why = key_read(jwk, &key);
	if (why != NULL) {
		search->why = why;
		return;
	}
	if (++search->fitting > JWKS_TRIES_MAX || search->verified)
		return;
	const struct crypto_rsa rsa = {buf_view(&key.n), buf_view(&key.e)};
	search->verified = jws->signature.len == key.n.len &&
	    crypto_rs256_verify(
		&rsa, jws->signed_part, buf_view(&jws->signature));
}

static enum outcome
search_judge(const struct search *search, const struct jws *jws,
    bool *ret_unknown, struct errinfo *reterr)
{
	if (search->fitting > JWKS_TRIES_MAX)
		return err_set(reterr, OUTCOME_TOKEN_INVALID,
		    "id_token: too many keys fit, %zu", search->fitting);
	if (search->verified)
		return OUTCOME_OK;
	*ret_unknown = search->fitting == 0 || jws->kid.p == NULL;
	if (search->fitting > 0)
		return err_set(reterr, OUTCOME_TOKEN_INVALID,
		    "id_token: the signature is not that of the provider's "
		    "key");
	return err_set(reterr, OUTCOME_TOKEN_INVALID,
	    "id_token: no key of the JWK set fits%s%s",
	    search->why != NULL ? ": " : "",
	    search->why != NULL ? search->why : "");
}

enum outcome
jwks_verify(struct view jwks, const struct jws *jws, bool *ret_unknown,
    struct errinfo *reterr)
{
	autojson *set = NULL;
	struct json_object *keys = NULL;
	struct search search = {0};

	*ret_unknown = false;
	if (jwks.len > JWKS_MAX)
		return err_set(reterr, OUTCOME_REPLY_INVALID,
		    "JWK set: more than %d bytes", JWKS_MAX);
	enum outcome r = json_parse_object(jwks, &set, reterr);
	if (r != OUTCOME_OK)
		return r;
	if (!json_member(set, "keys", json_type_array, &keys) || keys == NULL)
		return err_set(reterr, OUTCOME_REPLY_INVALID,
		    "JWK set: keys is missing or no list");
	size_t count = json_object_array_length(keys);
	if (count > JWKS_KEYS_MAX)
		return err_set(reterr, OUTCOME_REPLY_INVALID,
		    "JWK set: more than %d keys", JWKS_KEYS_MAX);
	for (size_t i = 0; i < count; i++)
		key_try(json_object_array_get_idx(keys, i), jws, &search);
	return search_judge(&search, jws, ret_unknown, reterr);
}
