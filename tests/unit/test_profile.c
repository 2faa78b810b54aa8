/* SPDX-License-Identifier: ISC */
/* users/me and tokens/me: fields, missing fields, and fields of a wrong kind */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/oauth/profile.h"

#define USER_ID "5f1c1a3e-7d0b-4c55-9a3c-0d6a2b9e4f10"
#define CLIENT_ID "0f3c9b1e-5a57-4c2e-9f1d-6f0e2f6a7b11"
#define ORG_ID "9c2d7a64-1b7e-4d0f-8f43-2e5f0c8a6b12"
#define HOME_ID "1e8b4f90-6c3d-4a2b-b7d1-7a9c5e3f2d13"
#define X16 "xxxxxxxxxxxxxxxx"
#define X64 X16 X16 X16 X16

static const char user[] =
    "{\"id\":\"" USER_ID "\",\"name\":\"Alice Example\",\"division\":{\"id\":"
    "\"d\",\"name\":\"Home\"},\"groups\":[{\"id\":\"g1\"},{\"name\":\"x\","
    "\"id\":\"g2\"}],\"authorization\":{\"roles\":[{\"id\":\"r1\"}],"
    "\"unusedRoles\":[{\"id\":\"r2\"}]},\"email\":\"alice@example.org\",\"state\":"
    "\"active\",\"username\":\"other@example.org\",\"version\":7,\"images\":[]"
    "}";

static const char token[] =
    "{\"organization\":{\"id\":\"" ORG_ID "\",\"name\":\"Acme\"},"
    "\"homeOrganization\":{\"id\":\"" HOME_ID "\"},\"authorizedScope\":"
    "[\"user-basic-info\",\"groups:readonly\"],\"OAuthClient\":{\"id\":"
    "\"" CLIENT_ID "\",\"organization\":{\"id\":\"x\"}}}";

static const char subject[] =
    "{\"id\":\"" USER_ID "\",\"grants\":[{\"role\":{\"id\":\"r1\",\"policies\":"
    "[]},\"division\":{\"id\":\"d1\"}},{\"role\":{\"id\":\"r2\"}}],\"version\":1}";

typedef enum outcome parse_fn(
    struct view body, struct identity *identity, struct errinfo *reterr);

static const struct identity_needs everything = {true, true, true};

static enum outcome
user_parse(struct view body, struct identity *identity, struct errinfo *reterr)
{
	return profile_user_parse(body, everything, identity, reterr);
}

/* Parse a copy of exactly that size, so that a sanitizer sees any overrun. */
static enum outcome
parse_copy(parse_fn *parse, const char *text, size_t len,
    struct identity *identity, struct errinfo *reterr)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);

	assert_non_null(copy);
	memcpy(copy, text, len);
	enum outcome r =
	    parse((struct view){.p = copy, .len = len}, identity, reterr);
	free(copy);
	return r;
}

static void
profile_reads_users_me(void **state)
{
	autoidentity identity = {.client_id = "kept", .cloned_user = true};

	(void)state;
	assert_int_equal(
	    user_parse(view_text(user), &identity, NULL), OUTCOME_OK);
	assert_string_equal(identity.id, USER_ID);
	assert_string_equal(identity.email, "alice@example.org");
	assert_string_equal(identity.state, "active");
	assert_string_equal(buf_text(&identity.groups.ids), "g1 g2");
	assert_string_equal(buf_text(&identity.roles.ids), "r1");
	assert_string_equal(buf_text(&identity.divisions.ids), "d");
	assert_string_equal(identity.client_id, "kept");
	assert_true(identity.cloned_user);
	assert_int_equal(identity_check(&identity, NULL), OUTCOME_OK);
}

static void
profile_reads_the_lists_that_are_needed_alone(void **state)
{
	autoidentity identity = {0};

	(void)state;
	for (unsigned bits = 0; bits < 8; bits++) {
		const struct identity_needs needs = {
		    (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0};

		assert_int_equal(
		    profile_user_parse(view_text(user), needs, &identity, NULL),
		    OUTCOME_OK);
		assert_int_equal(identity.groups.present, needs.groups);
		assert_int_equal(identity.roles.present, needs.roles);
		assert_int_equal(identity.divisions.present, needs.divisions);
	}
	/* what is not needed may be of any kind */
	assert_int_equal(
	    profile_user_parse(view_text("{\"groups\":1,\"authorization\":[],"
					 "\"division\":\"\"}"),
		(struct identity_needs){0}, &identity, NULL),
	    OUTCOME_OK);
}

static void
profile_reads_the_lists_of_the_dedicated_places(void **state)
{
	autoidentity identity = {.id = USER_ID, .email = "kept"};

	(void)state;
	assert_int_equal(
	    profile_groups_parse(view_text(user), &identity, NULL), OUTCOME_OK);
	assert_int_equal(
	    profile_subject_parse(view_text(subject), &identity, NULL),
	    OUTCOME_OK);
	assert_string_equal(identity.email, "kept");
	assert_string_equal(buf_text(&identity.groups.ids), "g1 g2");
	assert_string_equal(buf_text(&identity.roles.ids), "r1 r2");
	assert_false(identity.divisions.present);
	/* what is missing there is missing */
	identity.id[0] = '\0';
	assert_int_equal(
	    profile_groups_parse(view_text("{}"), &identity, NULL), OUTCOME_OK);
	assert_int_equal(
	    profile_subject_parse(view_text("{}"), &identity, NULL),
	    OUTCOME_OK);
	assert_false(identity.groups.present);
	assert_false(identity.roles.present);
}

static void
profile_takes_no_list_of_another_user(void **state)
{
	static const char *const ids[] = {"", "\"id\":null,", "\"id\":\"\",",
	    "\"id\":\"U1\",", "\"id\":\"u\",", "\"id\":\"u12\",",
	    "\"id\":\"u1\\u0000\",", "\"id\":[\"u1\"],", "\"Id\":\"u1\","};

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		autoidentity identity = {.id = "u1"};
		autobuf body = BUF_INIT(256);
		struct errinfo err = {0};

		buf_printf(&body, "{%s\"groups\":[],\"grants\":[]}", ids[i]);
		assert_int_equal(
		    profile_groups_parse(buf_view(&body), &identity, &err),
		    OUTCOME_IDENTITY_INCOMPLETE);
		assert_non_null(strstr(err.text, "id"));
		assert_int_equal(
		    profile_subject_parse(buf_view(&body), &identity, &err),
		    OUTCOME_IDENTITY_INCOMPLETE);
		assert_false(identity.groups.present || identity.roles.present);
	}
}

static void
profile_tells_an_empty_list_from_a_missing_one(void **state)
{
	static const struct {
		const char *body;
		bool present;
	} rows[] = {
	    {"{\"groups\":[],\"authorization\":{\"roles\":[]},\"grants\":[]}",
		true},
	    {"{}", false},
	    {"{\"groups\":null,\"authorization\":null,\"grants\":null}", false},
	    {"{\"authorization\":{}}", false},
	    {"{\"authorization\":{\"roles\":null}}", false},
	    {"{\"Groups\":[],\"authorization\":{\"Roles\":[]}}", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autoidentity identity = {0};

		assert_int_equal(
		    user_parse(view_text(rows[i].body), &identity, NULL),
		    OUTCOME_OK);
		assert_int_equal(identity.groups.present, rows[i].present);
		assert_int_equal(identity.roles.present, rows[i].present);
		assert_false(identity.divisions.present);
		assert_int_equal(identity.groups.ids.len, 0);
		assert_int_equal(profile_subject_parse(
				     view_text(rows[i].body), &identity, NULL),
		    OUTCOME_OK);
		assert_int_equal(identity.roles.present, rows[i].present);
	}
}

static void
profile_takes_1024_ids_and_no_more(void **state)
{
	static const struct {
		const char *head;
		const char *item;
		const char *tail;
		parse_fn *parse;
		const char *why;
	} rows[] = {
	    {"{\"groups\":[", "{\"id\":\"g\"}", "]}", user_parse,
		"groups has 1025 ids, more than 1024"},
	    {"{\"groups\":[", "{\"id\":\"g\"}", "]}", profile_groups_parse,
		"groups has 1025 ids, more than 1024"},
	    {"{\"authorization\":{\"roles\":[", "{\"id\":\"r\"}", "]}}",
		user_parse, "authorization.roles has 1025 ids, more than 1024"},
	    {"{\"grants\":[", "{\"role\":{\"id\":\"r\"}}", "]}",
		profile_subject_parse,
		"grants.role has 1025 ids, more than 1024"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t count = 1024; count <= 1025; count++) {
			autobuf body = BUF_INIT(65536);
			autoidentity identity = {0};
			struct errinfo err = {0};

			buf_put_text(&body, rows[i].head);
			for (size_t j = 0; j < count; j++)
				buf_printf(&body, "%s%s", j > 0 ? "," : "",
				    rows[i].item);
			buf_put_text(&body, rows[i].tail);
			enum outcome r =
			    rows[i].parse(buf_view(&body), &identity, &err);
			assert_int_equal(r,
			    count == 1024 ? OUTCOME_OK
					  : OUTCOME_IDENTITY_INCOMPLETE);
			assert_string_equal(
			    err.text, count == 1024 ? "" : rows[i].why);
			assert_int_equal(
			    identity_check(&identity, NULL), OUTCOME_OK);
		}
	}
}

static void
profile_reads_tokens_me(void **state)
{
	struct identity identity = {.id = "kept", .cloned_user = true};

	(void)state;
	assert_int_equal(
	    profile_token_parse(view_text(token), &identity, NULL), OUTCOME_OK);
	assert_string_equal(identity.client_id, CLIENT_ID);
	assert_string_equal(identity.organization_id, ORG_ID);
	assert_string_equal(identity.home_organization_id, HOME_ID);
	assert_false(identity.cloned_user);
	assert_string_equal(identity.scopes, "user-basic-info groups:readonly");
	assert_string_equal(identity.id, "kept");
	assert_int_equal(identity_check(&identity, NULL), OUTCOME_OK);
}

static void
profile_leaves_missing_fields_empty(void **state)
{
	static const char *const bodies[] = {
	    "{}",
	    ("{\"id\":null,\"email\":null,\"state\":null,\"OAuthClient\":null,"
	     "\"organization\":null,\"homeOrganization\":null,\"clonedUser\":"
	     "null,\"authorizedScope\":null}"),
	    ("{\"ID\":\"x\",\"Email\":\"x\",\"State\":\"x\",\"username\":\"x\","
	     "\"oauthClient\":{\"id\":\"x\"},\"Organization\":{\"id\":\"x\"},"
	     "\"homeorganization\":{\"id\":\"x\"},\"cloneduser\":{},"
	     "\"authorizedscope\":[\"x\"]}"),
	    ("{\"OAuthClient\":{},\"organization\":{\"id\":null},"
	     "\"homeOrganization\":{\"ID\":\"x\"},\"authorizedScope\":[]}"),
	};
	static const struct identity no_identity;

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		/* Nothing of an earlier reading may shine through. */
		struct identity identity = {.id = "old",
		    .email = "old",
		    .state = "active",
		    .client_id = "old",
		    .organization_id = "old",
		    .home_organization_id = "old",
		    .scopes = "old"};

		assert_int_equal(
		    user_parse(view_text(bodies[i]), &identity, NULL),
		    OUTCOME_OK);
		assert_int_equal(
		    profile_token_parse(view_text(bodies[i]), &identity, NULL),
		    OUTCOME_OK);
		assert_string_equal(identity.id, no_identity.id);
		assert_string_equal(identity.email, no_identity.email);
		assert_string_equal(identity.state, no_identity.state);
		assert_string_equal(identity.client_id, no_identity.client_id);
		assert_string_equal(
		    identity.organization_id, no_identity.organization_id);
		assert_string_equal(identity.home_organization_id,
		    no_identity.home_organization_id);
		assert_string_equal(identity.scopes, no_identity.scopes);
		assert_false(identity.cloned_user);
	}
}

static void
profile_sees_a_cloned_user_of_any_type(void **state)
{
	static const char *const bodies[] = {
	    "{\"clonedUser\":{\"id\":\"x\",\"organization\":{\"id\":\"y\"}}}",
	    "{\"clonedUser\":{}}",
	    "{\"clonedUser\":\"\"}",
	    "{\"clonedUser\":false}",
	    "{\"clonedUser\":0}",
	    "{\"clonedUser\":[]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct identity identity = {.cloned_user = false};

		assert_int_equal(
		    profile_token_parse(view_text(bodies[i]), &identity, NULL),
		    OUTCOME_OK);
		assert_true(identity.cloned_user);
	}
}

/* A body, the outcome, and what the message has to name. */
static const struct row {
	parse_fn *parse;
	const char *body;
	enum outcome outcome;
	const char *named;
} rows[] = {
#define USER(body, outcome, named) \
	{ \
		user_parse, body, outcome, named \
	}
#define TOKEN(body, outcome, named) \
	{ \
		profile_token_parse, body, outcome, named \
	}
#define SUBJECT(body, outcome, named) \
	{ \
		profile_subject_parse, body, outcome, named \
	}
#define INCOMPLETE OUTCOME_IDENTITY_INCOMPLETE
#define INVALID OUTCOME_REPLY_INVALID
    USER("{\"id\":1}", INCOMPLETE, "users/me id"),
    USER("{\"id\":[\"x\"]}", INCOMPLETE, "users/me id"),
    USER("{\"id\":\"" X64 "x\"}", INCOMPLETE, "users/me id"),
    USER("{\"id\":\"a\\u0000b\"}", INCOMPLETE, "users/me id"),
    USER("{\"email\":true}", INCOMPLETE, "users/me email"),
    USER("{\"email\":\"a@b\\u0000\"}", INCOMPLETE, "users/me email"),
    USER("{\"email\":\"a@b\\n\"}", INCOMPLETE, "users/me email"),
    USER("{\"email\":\"\\u001b[2J\"}", INCOMPLETE, "users/me email"),
    USER("{\"email\":\"a\\u0085b\"}", INCOMPLETE, "users/me email"),
    USER("{\"email\":\"" X64 X64 X64 X64 "\"}", INCOMPLETE, "users/me email"),
    USER("{\"state\":{}}", INCOMPLETE, "users/me state"),
    USER("{\"state\":\"" X16 "x\"}", INCOMPLETE, "users/me state"),
    USER("{\"groups\":{}}", INCOMPLETE, "groups"),
    USER("{\"groups\":\"g\"}", INCOMPLETE, "groups"),
    USER("{\"groups\":[\"g\"]}", INCOMPLETE, "groups"),
    USER("{\"groups\":[null]}", INCOMPLETE, "groups"),
    USER("{\"groups\":[{}]}", INCOMPLETE, "groups"),
    USER("{\"groups\":[{\"id\":\"g\"},{\"id\":null}]}", INCOMPLETE, "groups"),
    USER("{\"groups\":[{\"id\":7}]}", INCOMPLETE, "groups"),
    USER("{\"groups\":[{\"id\":\"\"}]}", INCOMPLETE, "groups"),
    USER("{\"groups\":[{\"id\":\"a b\"}]}", INCOMPLETE, "groups"),
    USER("{\"groups\":[{\"id\":\"a\\u0000\"}]}", INCOMPLETE, "groups"),
    USER("{\"groups\":[{\"id\":\"" X64 "x\"}]}", INCOMPLETE, "groups"),
    USER("{\"authorization\":[]}", INCOMPLETE, "authorization"),
    USER("{\"authorization\":{\"roles\":{}}}", INCOMPLETE,
	"authorization.roles"),
    USER("{\"authorization\":{\"roles\":[{\"name\":\"r\"}]}}", INCOMPLETE,
	"authorization.roles"),
    USER("{\"division\":\"d\"}", INCOMPLETE, "division"),
    USER("{\"division\":{\"id\":[]}}", INCOMPLETE, "division.id"),
    USER("{\"division\":{\"id\":\"\"}}", INCOMPLETE, "division.id"),
    USER("{\"division\":{\"id\":\"d d\"}}", INCOMPLETE, "division.id"),
    SUBJECT("{\"grants\":{}}", INCOMPLETE, "grants"),
    SUBJECT("{\"grants\":[7]}", INCOMPLETE, "grants.role"),
    SUBJECT("{\"grants\":[{\"id\":\"r\"}]}", INCOMPLETE, "grants.role"),
    SUBJECT("{\"grants\":[{\"role\":\"r\"}]}", INCOMPLETE, "grants.role"),
    SUBJECT("{\"grants\":[{\"role\":{}}]}", INCOMPLETE, "grants.role"),
    SUBJECT("{\"grants\":[{\"role\":{\"id\":1}}]}", INCOMPLETE, "grants.role"),
    SUBJECT("[]", INVALID, "JSON"),
    USER("", INVALID, "JSON"),
    USER("[]", INVALID, "JSON"),
    USER("{\"id\":\"a\",\"id\":\"b\"}", INVALID, "JSON"),
    USER("{\"id\":\"a\"}x", INVALID, "JSON"),
    USER("{\"id\\u0000\":\"a\"}", INVALID, "JSON"),
    USER("{\"email\":\"\xc0\x80\"}", INVALID, "JSON"),
    TOKEN("{\"OAuthClient\":\"x\"}", INCOMPLETE, "OAuthClient"),
    TOKEN("{\"OAuthClient\":[]}", INCOMPLETE, "OAuthClient"),
    TOKEN("{\"OAuthClient\":{\"id\":1}}", INCOMPLETE, "OAuthClient.id"),
    TOKEN("{\"OAuthClient\":{\"id\":{}}}", INCOMPLETE, "OAuthClient.id"),
    TOKEN("{\"organization\":1}", INCOMPLETE, "organization"),
    TOKEN("{\"organization\":{\"id\":1}}", INCOMPLETE, "organization.id"),
    TOKEN("{\"organization\":{\"id\":\"\\t\"}}", INCOMPLETE, "organization.id"),
    TOKEN("{\"homeOrganization\":\"\"}", INCOMPLETE, "homeOrganization"),
    TOKEN("{\"homeOrganization\":{\"id\":[]}}", INCOMPLETE,
	"homeOrganization.id"),
    TOKEN("{\"authorizedScope\":\"x\"}", INCOMPLETE, "authorizedScope"),
    TOKEN("{\"authorizedScope\":{}}", INCOMPLETE, "authorizedScope"),
    TOKEN("{\"authorizedScope\":[1]}", INCOMPLETE, "authorizedScope"),
    TOKEN("{\"authorizedScope\":[null]}", INCOMPLETE, "authorizedScope"),
    TOKEN("{\"authorizedScope\":[\"\"]}", INCOMPLETE, "authorizedScope"),
    TOKEN("{\"authorizedScope\":[\"a b\"]}", INCOMPLETE, "authorizedScope"),
    TOKEN(
	"{\"authorizedScope\":[\"a\\u0000b\"]}", INCOMPLETE, "authorizedScope"),
    TOKEN("{\"clonedUser\":null,\"clonedUser\":{}}", INVALID, "JSON"),
    TOKEN("{\"clonedUser\":{},\"clonedUser\":null}", INVALID, "JSON"),
};

static void
profile_refuses_every_row_and_keeps_the_record(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct errinfo err = {0};
		struct identity identity, before;

		memset(&identity, 'k', sizeof(identity));
		identity.cloned_user = true;
		identity.id[0] = '\0'; /* as in a body that has none */
		before = identity;
		enum outcome r = parse_copy(rows[i].parse, rows[i].body,
		    strlen(rows[i].body), &identity, &err);
		if (r != rows[i].outcome ||
		    strstr(err.text, rows[i].named) == NULL)
			fail_msg("row %zu, %s: %s, \"%s\"", i, rows[i].body,
			    outcome_name(r), err.text);
		assert_memory_equal(&identity, &before, sizeof(identity));
	}
}

static void
profile_takes_fields_up_to_their_size(void **state)
{
	struct identity identity = {.cloned_user = false};

	(void)state;
	assert_int_equal(
	    user_parse(view_text("{\"id\":\"" X64 "\",\"state\":\"" X16 "\"}"),
		&identity, NULL),
	    OUTCOME_OK);
	assert_string_equal(identity.id, X64);
	assert_string_equal(identity.state, X16);
}

static void
profile_leaves_out_scopes_that_do_not_fit(void **state)
{
	(void)state;
	for (size_t count = 58; count <= 80; count++) {
		struct identity identity = {.cloned_user = false};
		autobuf body = BUF_INIT(8192);

		buf_put_text(&body, "{\"authorizedScope\":[");
		for (size_t i = 0; i < count; i++)
			buf_printf(&body, "%s\"" X16 "\"", i > 0 ? "," : "");
		buf_put_text(&body, "]}");
		assert_int_equal(buf_check(&body), OUTCOME_OK);
		assert_int_equal(
		    profile_token_parse(buf_view(&body), &identity, NULL),
		    OUTCOME_OK);
		size_t len = strlen(identity.scopes);
		if (count <= 60) {
			assert_int_equal(len, count * 17 - 1);
		} else {
			assert_int_equal(len, 60 * 17 - 1 + 4);
			assert_string_equal(identity.scopes + len - 5, "x ...");
		}
	}
}

static void
profile_fits_the_longest_scopes_into_the_record(void **state)
{
	(void)state;
	for (size_t len = 1010; len <= 1030; len++) {
		struct identity identity = {.cloned_user = false};
		autobuf body = BUF_INIT(8192);

		buf_put_text(&body, "{\"authorizedScope\":[\"");
		for (size_t i = 0; i < len; i++)
			buf_put_byte(&body, 's');
		buf_put_text(&body, "\",\"tttt\",\"u\"]}");
		assert_int_equal(
		    profile_token_parse(buf_view(&body), &identity, NULL),
		    OUTCOME_OK);
		assert_true(strlen(identity.scopes) <= IDENTITY_SCOPES_MAX);
		assert_int_equal(identity_check(&identity, NULL), OUTCOME_OK);
	}
}

static void
check_hostile(parse_fn *parse, const char *text, size_t len, bool whole)
{
	autoidentity identity = {.cloned_user = false};

	enum outcome r = parse_copy(parse, text, len, &identity, NULL);
	assert_true(r == OUTCOME_OK || r == OUTCOME_REPLY_INVALID ||
	    r == OUTCOME_IDENTITY_INCOMPLETE);
	if (!whole)
		assert_int_equal(r, OUTCOME_REPLY_INVALID);
	for (size_t i = 0; i < sizeof(identity.scopes); i++)
		assert_true(r == OUTCOME_OK || identity.scopes[i] == '\0');
}

static void
profile_refuses_truncations_and_survives_bit_flips(void **state)
{
	static const struct {
		parse_fn *parse;
		const char *text;
	} good[] = {{user_parse, user}, {profile_token_parse, token},
	    {profile_groups_parse, user}, {profile_subject_parse, subject}};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		size_t len = strlen(good[i].text);
		char text[1024];

		for (size_t cut = 0; cut < len; cut++)
			check_hostile(good[i].parse, good[i].text, cut, false);
		for (size_t bit = 0; bit < len * 8; bit++) {
			memcpy(text, good[i].text, len);
			text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
			check_hostile(good[i].parse, text, len, true);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(profile_reads_users_me),
	    cmocka_unit_test(profile_reads_the_lists_that_are_needed_alone),
	    cmocka_unit_test(profile_reads_the_lists_of_the_dedicated_places),
	    cmocka_unit_test(profile_takes_no_list_of_another_user),
	    cmocka_unit_test(profile_tells_an_empty_list_from_a_missing_one),
	    cmocka_unit_test(profile_takes_1024_ids_and_no_more),
	    cmocka_unit_test(profile_reads_tokens_me),
	    cmocka_unit_test(profile_leaves_missing_fields_empty),
	    cmocka_unit_test(profile_sees_a_cloned_user_of_any_type),
	    cmocka_unit_test(profile_refuses_every_row_and_keeps_the_record),
	    cmocka_unit_test(profile_takes_fields_up_to_their_size),
	    cmocka_unit_test(profile_leaves_out_scopes_that_do_not_fit),
	    cmocka_unit_test(profile_fits_the_longest_scopes_into_the_record),
	    cmocka_unit_test(
		profile_refuses_truncations_and_survives_bit_flips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
