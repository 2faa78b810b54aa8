/* SPDX-License-Identifier: ISC */
/*
 * Claims to a decision: a token with these claims, whose signature counts as
 * verified (the linker puts a yes in place of OpenSSL's answer), is judged.  If
 * it is accepted, a second reader of the same bytes must find every claim as it
 * has to be.  The first byte says whether the nonce may be absent.
 */
#include <strings.h>

#include "gcpkce/oauth/crypto.h"
#include "gcpkce/oauth/id_token.h"
#include "token.h"

#define USER "11ef1287-04bf-8540-8a7e-0242ac110004"
#define TENANT "11eb0b5e-1111-4222-8333-0242ac110002"
#define NOW 1700000010
#define STARTED 1699999900
#define SKEW 60
#define AT_HASH "77QmUPtjPfzWtF2AnpK9RQ"

static unsigned long runs;
static unsigned long successes;

enum outcome __wrap_crypto_rs256_verify(const struct crypto_rsa *rsa,
    struct view message, struct view signature, struct errinfo *reterr);
enum outcome
__wrap_crypto_rs256_verify(const struct crypto_rsa *rsa, struct view message,
    struct view signature, struct errinfo *reterr)
{
	(void)reterr;
	return rsa->n.len == signature.len && message.len > 0
	    ? OUTCOME_OK
	    : OUTCOME_TOKEN_INVALID;
}

static void
counts_tell(void)
{
	(void)fprintf(stderr, "claims: %lu of %lu said yes\n", successes, runs);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return atexit(counts_tell);
}

static void
encode(struct view bytes, struct buf *ret)
{
	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t left = bytes.len - i < 3 ? bytes.len - i : 3;
		unsigned bits = 0;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (k < left ? bytes.p[i + k] : 0U);
		for (size_t k = 0; k <= left; k++)
			buf_put_byte(
			    ret, (uint8_t)token_set[bits >> (18 - 6 * k) & 63]);
	}
}

static int64_t
time_of(struct json_object *tree, const char *name)
{
	struct json_object *value = NULL;

	HOLD(json_object_object_get_ex(tree, name, &value));
	HOLD(json_object_is_type(value, json_type_int));
	return json_object_get_int64(value);
}

static void
audience_check(struct json_object *tree)
{
	struct json_object *list = NULL;

	if (token_has(tree, "aud", "app"))
		return;
	HOLD(json_object_object_get_ex(tree, "aud", &list));
	HOLD(json_object_is_type(list, json_type_array));
	HOLD(json_object_array_length(list) > 0);
	for (size_t i = 0; i < json_object_array_length(list); i++)
		HOLD(strcmp(json_object_get_string(
				json_object_array_get_idx(list, i)),
			 "app") == 0);
}

/* No claim of an actor, unless it is null, or of impersonation and false. */
static void
actors_check(struct json_object *tree)
{
	json_object_object_foreach(tree, name, value)
	{
		bool is_false = json_object_is_type(value, json_type_boolean) &&
		    !json_object_get_boolean(value);

		HOLD(value == NULL ||
		    ((is_false || strcasestr(name, "impersonat") == NULL) &&
			strcasecmp(name, "act") != 0 &&
			strcasecmp(name, "may_act") != 0 &&
			strcasecmp(name, "actor") != 0));
	}
}

static void
success_check(
    struct view claims, const struct identity *identity, bool nonce_optional)
{
	struct json_object *tree = token_tree(claims);
	int64_t issued = time_of(tree, "iat");
	int64_t expires = time_of(tree, "exp");

	HOLD(token_has(tree, "iss", "https://idp.example"));
	audience_check(tree);
	HOLD(token_lacks(tree, "azp") || token_has(tree, "azp", "app"));
	HOLD(issued <= NOW + SKEW && issued >= STARTED - SKEW);
	HOLD(expires > NOW - SKEW && expires > issued);
	HOLD(expires <= issued + 86400);
	HOLD(token_lacks(tree, "nbf") || time_of(tree, "nbf") <= NOW + SKEW);
	HOLD(token_has(tree, "nonce", "n0nce") ||
	    (nonce_optional && token_lacks(tree, "nonce")));
	HOLD(token_lacks(tree, "at_hash") ||
	    token_has(tree, "at_hash", AT_HASH));
	HOLD(token_has(tree, "tenantId", TENANT));
	HOLD(strlen(identity->id) == 36);
	HOLD(token_has(tree, "userId", identity->id));
	char subject[64];
	(void)snprintf(subject, sizeof(subject), "user:%s", identity->id);
	HOLD(token_has(tree, "sub", subject));
	HOLD(strcmp(identity->organization_id, TENANT) == 0);
	HOLD(strcmp(identity->client_id, "app") == 0);
	HOLD(identity_check(identity, NULL) == OUTCOME_OK);
	actors_check(tree);
	(void)json_object_put(tree);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char keys[] = "{\"keys\":[{\"kty\":\"RSA\",\"e\":\"AQAB\","
				   "\"n\":\"" TOKEN_N "\"}]}";
	static const char access_token[] =
	    "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
	struct input in = {data, size};
	const struct id_token_terms terms = {
	    .issuer = "https://idp.example",
	    .client_id = "app",
	    .organization = TENANT,
	    .nonce = "n0nce",
	    .nonce_if_present = (input_byte(&in) & 1) != 0,
	    .access_token = view_text(access_token),
	    .started_s = STARTED,
	    .now_s = NOW,
	    .skew_s = SKEW,
	};
	struct view claims = {in.p, in.len};
	autobuf token = BUF_INIT(2 * (size_t)ID_TOKEN_MAX);
	autoidentity identity = {0};
	struct errinfo why = {0};
	bool unknown;

	buf_put_text(&token, "eyJhbGciOiJSUzI1NiJ9.");
	encode(claims, &token);
	buf_put_byte(&token, '.');
	for (size_t i = 0; i < 342; i++)
		buf_put_byte(&token, 'A');
	enum outcome r = id_token_verify(buf_view(&token), view_text(keys),
	    &terms, &identity, &unknown, &why);
	HOLD((r == OUTCOME_OK) == (why.text[0] == '\0'));
	HOLD(is_printable(why.text));
	/* the journal names a user of another tenant as well */
	HOLD((r == OUTCOME_OK || r == OUTCOME_WRONG_ORGANIZATION) ==
	    (identity.id[0] != '\0'));
	runs++;
	if (r == OUTCOME_OK) {
		successes++;
		success_check(claims, &identity, terms.nonce_if_present);
	}
	return 0;
}
