/* SPDX-License-Identifier: ISC */
/* The claims of an id_token that is signed well, and the record made of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/oauth/crypto.h"
#include "gcpkce/oauth/id_token.h"
#include "gcpkce/oauth/json.h"
#include "tests/lib/signer.h"

#define OK OUTCOME_OK
#define BAD OUTCOME_TOKEN_INVALID
#define LESS OUTCOME_IDENTITY_INCOMPLETE
#define CLIENT OUTCOME_WRONG_CLIENT
#define ORG OUTCOME_WRONG_ORGANIZATION
#define PARTNER OUTCOME_PARTNER_REFUSED

#define USER "11ef1287-04bf-8540-8a7e-0242ac110004"
#define TENANT "11eb0b5e-1111-4222-8333-0242ac110002"
#define NOW 1700000000
#define ACCESS_TOKEN "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
#define AT_HASH "77QmUPtjPfzWtF2AnpK9RQ" /* of it: OpenID Connect Core A.3 */

/* The claims of a good token: each with its JSON. */
static const char *const good[][2] = {
    {"iss", "\"https://idp.example\""},
    {"aud", "\"app\""},
    {"sub", "\"user:" USER "\""},
    {"userId", "\"" USER "\""},
    {"tenantId", "\"" TENANT "\""},
    {"nonce", "\"n0nce\""},
    {"iat", "1700000000"},
    {"exp", "1700003600"},
};

static const struct id_token_terms terms = {.issuer = "https://idp.example",
    .client_id = "app",
    .organization = TENANT,
    .nonce = "n0nce",
    .access_token = {(const uint8_t *)ACCESS_TOKEN, sizeof(ACCESS_TOKEN) - 1},
    .started_s = NOW - 100,
    .now_s = NOW + 10,
    .skew_s = 60};

static struct signer signer;
static struct buf jwks = BUF_INIT(SIGNER_TEXT_MAX);

static int
key_make(void **state)
{
	(void)state;
	signer_make(&signer, 2048);
	buf_printf(&jwks,
	    "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}]}",
	    signer.n, signer.e);
	return 0;
}

static int
key_free(void **state)
{
	(void)state;
	signer_done(&signer);
	buf_done(&jwks);
	return 0;
}

/* The good claims, one of them replaced, added or (value NULL) left out. */
static void
claims_make(const char *name, const char *value, struct buf *ret)
{
	char mark = '{';

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (strcmp(good[i][0], name) == 0)
			continue;
		buf_printf(ret, "%c\"%s\":%s", mark, good[i][0], good[i][1]);
		mark = ',';
	}
	if (value != NULL)
		buf_printf(ret, ",\"%s\":%s", name, value);
	buf_put_byte(ret, '}');
	assert_int_equal(buf_check(ret), OK);
}

static enum outcome
verify(const struct buf *claims, const struct id_token_terms *by,
    struct identity *identity, struct errinfo *reterr)
{
	autobuf token = BUF_INIT(2 * (size_t)ID_TOKEN_MAX);
	bool unknown = true;

	signer_token(&signer, view_text("{\"alg\":\"RS256\"}"),
	    buf_view(claims), &token);
	enum outcome r = id_token_verify(
	    buf_view(&token), buf_view(&jwks), by, identity, &unknown, reterr);
	assert_false(unknown);
	return r;
}

struct row {
	const char *name;
	const char *value;
	enum outcome outcome;
	const char *named;
	bool moment; /* recorded claims are judged without it */
};

static void
row_check(const struct row *row, const struct id_token_terms *by)
{
	static const struct identity nobody;
	struct errinfo why = {0};
	autoidentity identity = {0};
	autobuf claims = BUF_INIT(SIGNER_TEXT_MAX);

	claims_make(row->name, row->value, &claims);
	enum outcome r = verify(&claims, by, &identity, &why);
	if (r != row->outcome || strstr(why.text, row->named) == NULL)
		fail_msg("%s %s: %s, \"%s\"", row->name,
		    row->value != NULL ? row->value : "(none)", outcome_name(r),
		    why.text);
	if (r == OK) {
		assert_string_equal(identity.id, USER);
		assert_string_equal(identity.organization_id, TENANT);
		assert_string_equal(identity.client_id, "app");
	} else if (r == ORG) { /* for the journal */
		assert_string_equal(identity.id, USER);
		assert_string_not_equal(identity.organization_id, TENANT);
	} else {
		assert_memory_equal(&identity, &nobody, sizeof(nobody));
	}
}

/* What was recorded comes to the same, but for the time and the sign-in. */
static void
recorded_check(const struct row *row)
{
	struct id_token_terms by = terms;
	struct errinfo why = {0};
	autoidentity identity = {0};
	autobuf claims = BUF_INIT(SIGNER_TEXT_MAX);

	by.nonce = NULL;
	by.access_token = (struct view){0};
	by.now_s = by.started_s = 0;
	claims_make(row->name, row->value, &claims);
	enum outcome r =
	    id_token_judge_recorded(buf_view(&claims), &by, &identity, &why);
	if (r != (row->moment ? OK : row->outcome))
		fail_msg("recorded %s %s: %s, \"%s\"", row->name,
		    row->value != NULL ? row->value : "(none)", outcome_name(r),
		    why.text);
	assert_string_equal(identity.id, r == OK || r == ORG ? USER : "");
}

static const struct row rows[] = {
    {"", NULL, OK, "", false},
    {"iss", NULL, LESS, "iss", false},
    {"iss", "null", BAD, "iss", false},
    {"iss", "[\"https://idp.example\"]", BAD, "iss", false},
    {"iss", "\"\"", BAD, "iss", false},
    {"iss", "\"https://idp.example/\"", BAD, "iss", false},
    {"iss", "\"https://IDP.example\"", BAD, "iss", false},
    {"iss", "\"https://idp.example:443\"", BAD, "iss", false},
    {"iss", "\"http://idp.example\"", BAD, "iss", false},
    {"iss", "\"https://idp.example.evil.example\"", BAD, "iss", false},
    {"iss", "\"https://idp.example@evil.example\"", BAD, "iss", false},
    {"iss", "\"https://na1.idp.example\"", BAD, "iss", false},
    {"iss", "\"https://idp.example\\u0000\"", BAD, "iss", false},
    {"iss", "\"https:\\/\\/idp.example\"", OK, "", false},
    {"aud", NULL, LESS, "aud", false},
    {"aud", "null", BAD, "aud", false},
    {"aud", "7", BAD, "aud", false},
    {"aud", "{\"app\":1}", BAD, "aud", false},
    {"aud", "[]", BAD, "aud", false},
    {"aud", "[\"app\"]", OK, "", false},
    {"aud", "[\"app\",\"app\"]", OK, "", false},
    {"aud", "[\"app\",7]", BAD, "aud", false},
    {"aud", "[[\"app\"]]", BAD, "aud", false},
    {"aud", "[null]", BAD, "aud", false},
    {"aud", "\"\"", CLIENT, "aud", false},
    {"aud", "\"other\"", CLIENT, "aud", false},
    {"aud", "\"ap\"", CLIENT, "aud", false},
    {"aud", "\"apps\"", CLIENT, "aud", false},
    {"aud", "\"App\"", CLIENT, "aud", false},
    {"aud", "\"app\\u0000\"", CLIENT, "aud", false},
    {"aud", "[\"app\",\"other\"]", CLIENT, "aud", false},
    {"aud", "[\"other\",\"app\"]", CLIENT, "aud", false},
    {"azp", "\"app\"", OK, "", false},
    {"azp", "\"other\"", CLIENT, "azp", false},
    {"azp", "\"\"", CLIENT, "azp", false},
    {"azp", "null", BAD, "azp", false},
    {"azp", "[\"app\"]", BAD, "azp", false},
    {"exp", NULL, LESS, "exp", false},
    {"exp", "null", BAD, "exp", false},
    {"exp", "true", BAD, "exp", false},
    {"exp", "\"1700003600\"", BAD, "exp", false},
    {"exp", "1700003600.0", BAD, "exp", false},
    {"exp", "1.7000036e9", BAD, "exp", false},
    {"exp", "-1", BAD, "exp", false},
    {"exp", "1e300", BAD, "exp", false},
    {"exp", "99999999999999999999", BAD, "exp", false},
    {"exp", "253402300800", BAD, "exp", false},
    {"exp", "253402300799", BAD, "more than a day", false},
    {"exp", "1700086400", OK, "", false},
    {"exp", "1700086401", BAD, "more than a day", false},
    {"exp", "2015360000", BAD, "more than a day", false},
    {"exp", "1700000001", OK, "", false},
    {"exp", "1700000000", BAD, "not after", false},
    {"exp", "1699999999", BAD, "not after", false},
    {"exp", "1699999951", BAD, "not after", false},
    {"exp", "1699999950", BAD, "expired", false}, /* now less the skew */
    {"exp", "0", BAD, "expired", false},
    {"iat", NULL, LESS, "iat", false},
    {"iat", "null", BAD, "iat", false},
    {"iat", "\"1700000000\"", BAD, "iat", false},
    {"iat", "1700000000.5", BAD, "iat", false},
    {"iat", "-1e300", BAD, "iat", false},
    {"iat", "-9223372036854775808", BAD, "iat", false},
    {"iat", "1700000070", OK, "", false},
    {"iat", "1700000071", BAD, "future", true},
    {"iat", "1699999840", OK, "", false},
    {"iat", "1699999839", BAD, "before this sign-in", true},
    {"nbf", "1700000060", OK, "", false},
    {"nbf", "1700000071", BAD, "nbf", false},
    {"nbf", "null", BAD, "nbf", false},
    {"nbf", "\"1700000000\"", BAD, "nbf", false},
    {"nbf", "-1", BAD, "nbf", false},
    {"nbf", "253402300800", BAD, "nbf is not a time", false},
    {"nonce", NULL, LESS, "nonce", false},
    {"nonce", "null", BAD, "nonce", false},
    {"nonce", "7", BAD, "nonce", false},
    {"nonce", "[\"n0nce\"]", BAD, "nonce", false},
    {"nonce", "\"\"", BAD, "nonce", false},
    {"nonce", "\"n0nc\"", BAD, "nonce", true},
    {"nonce", "\"n0nce0\"", BAD, "nonce", true},
    {"nonce", "\"N0nce\"", BAD, "nonce", true},
    {"nonce", "\"n0nce\\u0000\"", BAD, "nonce", true},
    {"at_hash", "\"" AT_HASH "\"", OK, "", false},
    {"at_hash", "\"77QmUPtjPfzWtF2AnpK9RA\"", BAD, "at_hash", true},
    {"at_hash", "\"77QmUPtjPfzWtF2AnpK9R\"", BAD, "at_hash", false},
    {"at_hash", "\"" AT_HASH "==\"", BAD, "at_hash", false},
    {"at_hash", "\"\"", BAD, "at_hash", false},
    {"at_hash", "\"77QmUPtjPfzWtF2AnpK9RQA\"", BAD, "at_hash", false},
    {"at_hash", "\"77QmUPtjPfzWtF2AnpK9\"", BAD, "at_hash", false},
    {"at_hash", "null", BAD, "at_hash is not a string", false},
    {"at_hash", "7", BAD, "at_hash is not a string", false},
    {"act", "{\"sub\":\"user:x\"}", PARTNER, "acts as", false},
    {"Act", "\"x\"", PARTNER, "acts as", false},
    {"ACTOR", "{}", PARTNER, "acts as", false},
    {"may_act", "{}", PARTNER, "acts as", false},
    {"May_Act", "false", PARTNER, "acts as", false},
    {"impersonatingUserTenantId", "\"x\"", PARTNER, "acts as", false},
    {"IMPERSONATED", "true", PARTNER, "acts as", false},
    {"isImpersonating", "true", PARTNER, "acts as", false},
    {"impersona", "true", OK, "", false},
    {"xact", "true", OK, "", false},
    {"family_name", "\"Anders\"", OK, "", false},
    {"act", "null", OK, "", false},
    {"impersonated", "false", OK, "", false},
    {"impersonated", "true", PARTNER, "acts as", false},
    {"impersonated", "0", PARTNER, "acts as", false},
    {"impersonated", "\"\"", PARTNER, "acts as", false},
    {"impersonated", "\"false\"", PARTNER, "acts as", false},
    {"impersonated", "[]", PARTNER, "acts as", false},
    {"act", "false", PARTNER, "acts as", false},
    {"actor", "false", PARTNER, "acts as", false},
    {"may_act", "false", PARTNER, "acts as", false},
    {"impersonatingUserTenantId", "null", OK, "", false},
    {"sub", NULL, LESS, "sub", false},
    {"sub", "null", BAD, "sub", false},
    {"sub", "7", BAD, "sub", false},
    {"sub", "\"\"", BAD, "sub", false},
    {"sub", "\"" USER "\"", BAD, "sub", false},
    {"sub", "\"user:\"", BAD, "sub", false},
    {"sub", "\"User:" USER "\"", BAD, "sub", false},
    {"sub", "\"user:" TENANT "\"", BAD, "sub", false},
    {"sub", "\"user:" USER "\\u0000\"", BAD, "sub", false},
    {"sub", "\"user:" USER "\\n\"", BAD, "sub", false},
    {"userId", NULL, LESS, "userId", false},
    {"userId", "null", BAD, "userId", false},
    {"userId", "\"\"", BAD, "userId", false},
    {"userId", "\"" TENANT "\"", BAD, "sub", false},
    {"userId", "\"11EF1287-04BF-8540-8A7E-0242AC110004\"", BAD, "userId",
	false},
    {"tenantId", NULL, LESS, "tenantId", false},
    {"tenantId", "null", BAD, "tenantId", false},
    {"tenantId", "[\"" TENANT "\"]", BAD, "tenantId", false},
    {"tenantId", "\"\"", ORG, "tenantId", false},
    {"tenantId", "\"" USER "\"", ORG, "tenantId", false},
    {"tenantId", "\"11EB0B5E-1111-4222-8333-0242AC110002\"", ORG, "tenantId",
	false},
    {"tenantId", "\"" TENANT "\\u0000\"", ORG, "tenantId", false},
    {"name", "\"a\\n\\u001b[31m%s\\u202e\"", OK, "", false},
    {"icBUId", "4711", OK, "", false},
    {"icBUId", "\"4711\"", OK, "", false},
};

static void
claims_are_judged_as_every_row_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		row_check(&rows[i], &terms);
		recorded_check(&rows[i]);
	}
}

/* With the access token at hand a record's at_hash is compared, too. */
static void
hash_of_a_recorded_token_is_compared_where_that_is_known(void **state)
{
	static const char *const hashes[] = {
	    "\"" AT_HASH "\"", "\"77QmUPtjPfzWtF2AnpK9RA\""};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		autoidentity identity = {0};
		autobuf claims = BUF_INIT(SIGNER_TEXT_MAX);

		claims_make("at_hash", hashes[i], &claims);
		assert_int_equal(id_token_judge_recorded(buf_view(&claims),
				     &terms, &identity, NULL),
		    i == 0 ? OK : BAD);
	}
}

static void
nbf_may_be_ahead_by_the_skew(void **state)
{
	static const struct row ahead = {"nbf", "1700000070", OK, "", false};

	(void)state;
	row_check(&ahead, &terms);
}

static void
nonce_may_be_absent_only_where_that_is_allowed(void **state)
{
	static const struct row absent[] = {
	    {"nonce", NULL, OK, "", false},
	    {"nonce", "null", BAD, "nonce", false},
	    {"nonce", "\"\"", BAD, "nonce", false},
	    {"nonce", "\"other\"", BAD, "nonce", false},
	    {"nonce", "\"n0nce\"", OK, "", false},
	};
	struct id_token_terms by = terms;

	(void)state;
	by.nonce_if_present = true;
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		row_check(&absent[i], &by);
}

static void
terms_that_are_missing_agree_with_nothing(void **state)
{
	static const struct row all = {
	    "", NULL, OUTCOME_CONFIG_INVALID, "nothing to compare", false};
	static const struct row empty[] = {
	    {"iss", "\"\"", OUTCOME_CONFIG_INVALID, "nothing", false},
	    {"aud", "\"\"", OUTCOME_CONFIG_INVALID, "nothing", false},
	    {"tenantId", "\"\"", OUTCOME_CONFIG_INVALID, "nothing", false},
	    {"nonce", "\"\"", OUTCOME_CONFIG_INVALID, "nothing", false},
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct id_token_terms by = terms;

		*(i == 0         ? &by.issuer
			: i == 1 ? &by.client_id
			: i == 2 ? &by.organization
				 : &by.nonce) = "";
		row_check(&all, &by);
		row_check(&empty[i], &by);
	}
	for (long skew = -1; skew <= ID_TOKEN_SKEW_MAX + 1;
	     skew += ID_TOKEN_SKEW_MAX + 2) {
		struct id_token_terms by = terms;

		by.skew_s = skew;
		row_check(&all, &by);
	}
	for (long skew = 0; skew <= ID_TOKEN_SKEW_MAX;
	     skew += ID_TOKEN_SKEW_MAX) {
		struct id_token_terms by = terms;

		by.skew_s = skew;
		row_check(&rows[0], &by);
	}
}

static void
client_that_fits_no_record_is_refused(void **state)
{
	char client[IDENTITY_ID_MAX + 2];
	char value[sizeof(client) + 2];
	struct row row = {"aud", value, LESS, "aud", false};
	struct id_token_terms by = terms;

	(void)state;
	memset(client, 'c', sizeof(client) - 1);
	client[sizeof(client) - 1] = '\0';
	(void)snprintf(value, sizeof(value), "\"%s\"", client);
	by.client_id = client;
	row_check(&row, &by);
}

static void
claims_that_are_no_object_are_refused(void **state)
{
	static const char *const wrong[] = {"[]", "7", "null", "\"x\"", " ",
	    "{\"iss\":\"a\",\"iss\":\"https://idp.example\"}",
	    "{\"iss\":\"a\",\"\\u0069ss\":\"https://idp.example\"}",
	    "{\"iss\\u0000\":\"https://idp.example\"}", "{}x",
	    "{\"name\":\"\\ud800\"}", "{\"name\":\"\xff\"}"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		autobuf claims = BUF_INIT(SIGNER_TEXT_MAX);
		autoidentity identity = {0};
		struct errinfo why = {0};

		buf_put_text(&claims, wrong[i]);
		assert_int_equal(verify(&claims, &terms, &identity, &why), BAD);
		assert_non_null(strstr(why.text, "claims"));
		assert_int_equal(id_token_judge_recorded(buf_view(&claims),
				     &terms, &identity, &why),
		    BAD);
		assert_non_null(strstr(why.text, "claims"));
	}
}

/* Both expired and signed by another: only the signature is named. */
static void
signature_is_judged_before_the_claims(void **state)
{
	autobuf claims = BUF_INIT(SIGNER_TEXT_MAX);
	autobuf token = BUF_INIT(ID_TOKEN_MAX);
	autoidentity identity = {0};
	struct errinfo why = {0};
	struct signer other;
	bool unknown;

	(void)state;
	signer_make(&other, 2048);
	claims_make("exp", "1", &claims);
	signer_token(&other, view_text("{\"alg\":\"RS256\"}"),
	    buf_view(&claims), &token);
	signer_done(&other);
	assert_int_equal(id_token_verify(buf_view(&token), buf_view(&jwks),
			     &terms, &identity, &unknown, &why),
	    BAD);
	assert_non_null(strstr(why.text, "signature"));
	assert_true(unknown);
}

/*
 * Access tokens: NULL for a part that is left out, and the outcome if the
 * id_token is good.
 */
static const struct {
	const char *header;
	const char *claims;
	const char *rest;
	enum outcome outcome;
	const char *named;
} access_tokens[] = {
    {"{\"alg\":\"RS256\"}", "{\"sub\":\"x\",\"role\":{}}", ".sig", OK, ""},
    {"{\"alg\":\"RS256\"}", "{\"act\":null}", ".sig", OK, ""},
    {"{\"alg\":\"RS256\"}", "{\"act\":{}}", ".sig", PARTNER,
	"access token: another person acts as this user"},
    {"{\"alg\":\"HS256\"}", "{\"May_Act\":{}}", ".", PARTNER,
	"access token: another person acts as this user"},
    {"{\"alg\":\"none\"}", "{\"impersonatingUserTenantId\":\"x\"}", ".sig",
	PARTNER, "access token: another person acts as this user"},
    {"{\"alg\":\"RS256\"}", "{\"x\":1,\"x\":2}", ".sig", BAD,
	"access token: its claims cannot be read"},
    {"{\"alg\":\"RS256\"}", "no object", ".sig", BAD,
	"access token: its claims cannot be read"},
    /* what is no JWT may have any form */
    {"{\"alg\":\"RS256\"}", "{\"act\":{}}", "", OK, ""},
    {"{\"alg\":\"RS256\"}", "{\"act\":{}}", ".a.b.c", OK, ""},
    {"{\"typ\":\"x\"}", "{\"act\":{}}", ".sig", OK, ""},
    {"opaque", "{\"act\":{}}", ".sig", OK, ""},
};

static void
access_token_of_an_actor_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(access_tokens) / sizeof(access_tokens[0]);
	     i++) {
		struct id_token_terms by = terms;
		struct errinfo why = {0};
		autoidentity identity = {0};
		autobuf claims = BUF_INIT(SIGNER_TEXT_MAX);
		autobuf token = BUF_INIT(SIGNER_TEXT_MAX);

		crypto_base64url(view_text(access_tokens[i].header), &token);
		buf_put_byte(&token, '.');
		crypto_base64url(view_text(access_tokens[i].claims), &token);
		buf_put_text(&token, access_tokens[i].rest);
		by.access_token = buf_view(&token);
		claims_make("at_hash", NULL, &claims);
		enum outcome r = verify(&claims, &by, &identity, &why);
		if (r != access_tokens[i].outcome ||
		    strstr(why.text, access_tokens[i].named) == NULL)
			fail_msg("row %zu: %s, \"%s\"", i, outcome_name(r),
			    why.text);
		assert_int_equal(identity.id[0] != '\0', r == OK);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(claims_are_judged_as_every_row_says),
	    cmocka_unit_test(
		hash_of_a_recorded_token_is_compared_where_that_is_known),
	    cmocka_unit_test(access_token_of_an_actor_is_refused),
	    cmocka_unit_test(nbf_may_be_ahead_by_the_skew),
	    cmocka_unit_test(nonce_may_be_absent_only_where_that_is_allowed),
	    cmocka_unit_test(terms_that_are_missing_agree_with_nothing),
	    cmocka_unit_test(client_that_fits_no_record_is_refused),
	    cmocka_unit_test(claims_that_are_no_object_are_refused),
	    cmocka_unit_test(signature_is_judged_before_the_claims),
	};

	return cmocka_run_group_tests(tests, key_make, key_free);
}
