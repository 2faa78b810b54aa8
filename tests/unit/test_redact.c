/* SPDX-License-Identifier: ISC */
/* Echoes: what a server says, with and without a secret in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/oauth/redact.h"

#define CODE "cOdECaNaRy123"
#define VERIFIER "d8e2-verifier_dBjftJeZ4CVPmB92K27uhbUJU1p1r"
#define NONCE "n0nceCaNaRy"
#define ID_TOKEN "eyJhbGciCANARY.e30.AAAA"
#define TOKEN "t+k/n=CANARY0123456789=="
#define CLIENT_SECRET "s%e&c\"r=e:t"
#define CLIENT "6f1c2a9e-0000-4000-8000-0000000000c1"
#define EIGHT "tOkEnCaN"
#define BASIC "NmYxYzJh" /* of "6f1c2a", the first bytes of the id */

static struct secret *
confide(const char *text)
{
	struct secret *ret = NULL;

	assert_int_equal(secret_new(text, strlen(text), &ret), OUTCOME_OK);
	return ret;
}

static struct sent_secrets sent_secrets;
static struct secret *kept[5];

static int
all_confided(void **state)
{
	static const char *const texts[] = {
	    CODE, VERIFIER, TOKEN, CLIENT_SECRET, ID_TOKEN};

	(void)state;
	for (size_t i = 0; i < 5; i++)
		kept[i] = confide(texts[i]);
	sent_secrets = (struct sent_secrets){
	    .code = kept[0],
	    .verifier = kept[1],
	    .nonce = NONCE,
	    .token = kept[2],
	    .id_token = kept[4],
	    .client_secret = kept[3],
	    .client_id = CLIENT,
	};
	return 0;
}

static int
all_forgotten(void **state)
{
	(void)state;
	for (size_t i = 0; i < 5; i++)
		secret_free(kept[i]);
	return 0;
}

/* Ask with a copy of exactly that size, so that a sanitizer sees an overrun. */
static bool
is_in_copy(const char *text, size_t len, const struct sent_secrets *what)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);

	assert_non_null(copy);
	memcpy(copy, text, len);
	bool is_in =
	    redact_contains((struct view){.p = copy, .len = len}, what);
	free(copy);
	return is_in;
}

static bool
is_in(const char *text)
{
	return is_in_copy(text, strlen(text), &sent_secrets);
}

static void
echo_is_found_as_every_row_says(void **state)
{
	static const struct {
		const char *text;
		bool found;
	} rows[] = {
	    {"", false},
	    {"no rights", false},
	    {"%", false},
	    {"%4", false},
	    {"%%%%%%%%%%%%", false},
	    {CODE, true},
	    {"code=" CODE "&code_verifier=", true},
	    {"x" CODE "x", true},
	    {"upstream failed for: code_verifier=" VERIFIER, true},
	    {"Authorization: Bearer " TOKEN, true},
	    {"t%2Bk%2Fn%3DCANARY0123456789%3D%3D", true},
	    {"t%2bk%2fn%3dCANARY0123456789%3d%3d", true},
	    {"t%2Bk/n%3DCANARY0123456789==", true},
	    {"%74%2B%6B%2F%6E%3D%43%41", true},
	    {"%74%2B%6B%2F%6E%3D%43%4", false},
	    {"t%252Bk", false},
	    {"no such nonce: " NONCE, true},
	    {"n0nceCa", false},
	    {"id_token=" ID_TOKEN, true},
	    {"eyJhbGci", true},
	    {"t k/n=CANARY0123456789", false},
	    {CLIENT ":" CLIENT_SECRET, true},
	    {"s%25e%26c%22r%3De%3At", true},
	    {"s%25e&c\"r=", true},
	    {"Authorization: Basic " BASIC "OWUtMDAw", true},
	    {BASIC, true},
	    {"NmYxYzJ", false},
	    {"the client " CLIENT " is not there", false},
	    {"cOdECaN", false},
	    {"cOdECaNx", false},
	    {"codecanary123", false},
	    {"cOdECcOdECaNa", true},
	    {"OdECaNaRy123", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (is_in(rows[i].text) != rows[i].found)
			fail_msg("row %zu, %s", i, rows[i].text);
	}
	assert_false(redact_contains(view_text(CODE), NULL));
	assert_false(
	    redact_contains(view_text(CODE), &(struct sent_secrets){0}));
}

/* Wherever it stands, and wherever a server may have cut it. */
static void
echo_of_eight_bytes_is_found_at_every_place_and_cut(void **state)
{
	static const char *const secrets[] = {
	    CODE, VERIFIER, TOKEN, CLIENT_SECRET, BASIC};

	(void)state;
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		size_t whole = strlen(secrets[i]);

		for (size_t len = 0; len <= whole; len++) {
			for (size_t before = 0; before < 20; before++) {
				char text[100];

				memset(text, '#', sizeof(text));
				memcpy(text + before, secrets[i], len);
				assert_int_equal(is_in_copy(text, before + len,
						     &sent_secrets),
				    len >= 8);
				assert_int_equal(is_in_copy(text, sizeof(text),
						     &sent_secrets),
				    len >= 8);
			}
		}
	}
}

static void
echo_of_a_short_secret_is_a_word(void **state)
{
	static const struct {
		const char *code;
		const char *text;
		bool found;
	} rows[] = {
	    {"hunter2", "hunter2", true},
	    {"hunter2", "code=hunter2&client_id=1", true},
	    {"hunter2", "code%3Dhunter2%26client_id%3D1", true},
	    {"hunter2", "no hunter2.", true},
	    {"hunter2", "\"hunter2\"", true},
	    {"hunter2", "%68unter%32", true},
	    {"hunter2", "code=%61hunter2", false},
	    {"hunter2", "hunter2%61", false},
	    {"hunter2", "hunter2%2", true},
	    {"hunter2", "hunter20", false},
	    {"hunter2", "Hunter2", false},
	    {"hunter2", "hunter", false},
	    {"hunter2", "my_hunter2", false},
	    {"hunter2", "ahunter2 hunter2", true},
	    {"a", "the authorization code is invalid", false},
	    {"a", "a", true},
	    {"-", "not-authorized", false},
	    {"-", "code=-&x", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autosecret *code = confide(rows[i].code);
		const struct sent_secrets one = {.code = code};

		if (is_in_copy(rows[i].text, strlen(rows[i].text), &one) !=
		    rows[i].found)
			fail_msg(
			    "row %zu, %s in %s", i, rows[i].code, rows[i].text);
	}
}

static void
echo_of_basic_is_found_for_short_ids_and_secrets(void **state)
{
	static const struct {
		const char *id;
		const char *secret;
		const char *text;
		bool found;
	} rows[] = {
	    {"a", "b", "Basic YTpi", true},
	    {"a", "b", "Basic YTpiYw==", false},
	    {"ab", "c", "Basic YWI6Yw==", true},
	    {"ab", "longer than that", "Basic YWI6bG9u", true},
	    {"abcdef", "a secret", "YWJjZGVm", true},
	    {"abcde", "a secret", "YWJjZGU6", true},
	    {"abcde", "a secret", "YWJjZGVm", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autosecret *secret = confide(rows[i].secret);
		const struct sent_secrets one = {
		    .client_secret = secret, .client_id = rows[i].id};

		if (redact_contains(view_text(rows[i].text), &one) !=
		    rows[i].found)
			fail_msg("row %zu, %s", i, rows[i].text);
	}
}

static void
echo_is_found_in_every_field_of_an_identity(void **state)
{
	struct identity identity = {.id = "i", .email = "a@example.test"};
	autosecret *token = confide(EIGHT);

	(void)state;
	assert_false(redact_contains_in_identity(&identity, token));
#define HOLDS(member) \
	do { \
		memcpy(identity.member, EIGHT, sizeof(EIGHT)); \
		assert_true(redact_contains_in_identity(&identity, token)); \
		identity.member[sizeof(EIGHT) - 2] = '\0'; \
		assert_false(redact_contains_in_identity(&identity, token)); \
	} while (0)
	HOLDS(id);
	HOLDS(email);
	HOLDS(state);
	HOLDS(client_id);
	HOLDS(organization_id);
	HOLDS(home_organization_id);
	HOLDS(scopes);
#undef HOLDS
	struct id_list *lists[] = {
	    &identity.groups, &identity.roles, &identity.divisions};
	for (size_t i = 0; i < 3; i++) {
		struct errinfo err;

		id_list_begin(lists[i]);
		assert_int_equal(
		    id_list_put(lists[i], view_text("g"), "ids", &err),
		    OUTCOME_OK);
		assert_false(redact_contains_in_identity(&identity, token));
		assert_int_equal(
		    id_list_put(lists[i], view_text(EIGHT), "ids", &err),
		    OUTCOME_OK);
		assert_true(redact_contains_in_identity(&identity, token));
		id_list_done(lists[i]);
	}
}

static void
echo_of_a_short_token_is_not_looked_for_in_an_identity(void **state)
{
	struct identity identity = {.email = "alice@example.test"};
	autosecret *token = confide("alice");

	(void)state;
	assert_false(redact_contains_in_identity(&identity, token));
	assert_false(redact_contains_in_identity(&identity, NULL));
}

static void
echo_is_silenced_as_a_whole(void **state)
{
	char text[64] = "libcurl has read " CODE " and wonders";
	char other[64] = "libcurl wonders";
	char small[9] = "cOdECaNa";

	(void)state;
	redact_text(text, sizeof(text), &sent_secrets);
	assert_string_equal(text, REDACTED);
	redact_text(other, sizeof(other), &sent_secrets);
	assert_string_equal(other, "libcurl wonders");
	redact_text(small, sizeof(small), &sent_secrets);
	assert_string_equal(small, "(not sho");
	assert_false(redact_contains(view_text(REDACTED), &sent_secrets));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(echo_is_found_as_every_row_says),
	    cmocka_unit_test(
		echo_of_eight_bytes_is_found_at_every_place_and_cut),
	    cmocka_unit_test(echo_of_a_short_secret_is_a_word),
	    cmocka_unit_test(echo_of_basic_is_found_for_short_ids_and_secrets),
	    cmocka_unit_test(echo_is_found_in_every_field_of_an_identity),
	    cmocka_unit_test(
		echo_of_a_short_token_is_not_looked_for_in_an_identity),
	    cmocka_unit_test(echo_is_silenced_as_a_whole),
	};

	return cmocka_run_group_tests(tests, all_confided, all_forgotten);
}
