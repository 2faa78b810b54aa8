/* SPDX-License-Identifier: ISC */
/* One value of the configuration, read into its member. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config_value.h"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define UUID "0123abcd-4567-89ab-cdef-0123456789ab"

static const struct config_key *
key_of(const char *name)
{
	const struct config_key *key = config_key_find(view_text(name));

	assert_non_null(key);
	return key;
}

static struct config
defaults(void)
{
	struct config config;
	size_t count;
	const struct config_key *keys = config_keys(&count);

	memset(&config, 0, sizeof(config));
	for (size_t i = 0; i < count; i++)
		config_value_default(&keys[i], &config);
	return config;
}

static void
config_keys_are_those_of_the_table(void **state)
{
	static const char *const names[] = {
#define X(key, type, def, min, max, meaning) #key,
	    CONFIG_TABLE(X)
#undef X
	};
	size_t count;
	const struct config_key *keys = config_keys(&count);

	(void)state;
	assert_int_equal(count, sizeof(names) / sizeof(names[0]));
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(keys[i].name, names[i]);
		assert_ptr_equal(
		    config_key_find(view_text(names[i])), &keys[i]);
		assert_true(keys[i].meaning[0] != '\0');
		assert_true(keys[i].type < CONFIG_TYPE_COUNT);
	}
}

static void
config_key_find_takes_the_whole_name_alone(void **state)
{
	static const char *const names[] = {
	    "", "regio", "regions", "Region", " region", "region ", "conf"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_null(config_key_find(view_text(names[i])));
	assert_null(config_key_find((struct view){0}));
	assert_null(
	    config_key_find((struct view){(const uint8_t *)"region\0x", 8}));
}

static void
config_value_every_default_parses(void **state)
{
	size_t count;
	const struct config_key *keys = config_keys(&count);
	struct config by_default = defaults();

	(void)state;
	for (size_t i = 0; i < count; i++) {
		struct config config = by_default;
		struct errinfo err = {0};

		if (keys[i].def[0] == '\0')
			continue;
		if (config_value_parse(&keys[i], keys[i].def, &config, &err) !=
		    OUTCOME_OK)
			fail_msg("%s: \"%s\" %s", keys[i].name, keys[i].def,
			    err.text);
		assert_memory_equal(&config, &by_default, sizeof(config));
	}
}

/* docs/DESIGN.md section 3 */
static void
config_value_defaults_are_those_of_the_design(void **state)
{
	struct config c = defaults();

	(void)state;
	assert_string_equal(c.region, "");
	assert_string_equal(c.login_url, "");
	assert_string_equal(c.client_id, "");
	assert_string_equal(c.client_secret_file, "");
	assert_string_equal(c.organization, "");
	assert_false(c.partner_logins);
	assert_false(c.force_signin);
	assert_int_equal(c.callback, CALLBACK_PASTE);
	assert_int_equal(c.dialogue, DIALOGUE_AUTO);
	assert_int_equal(c.map.list[0], METHOD_FILE);
	assert_int_equal(c.map.list[1], METHOD_NONE);
	assert_string_equal(c.map_file, "/etc/security/pam_gcpkce.map");
	assert_false(c.allow_root);
	assert_int_equal(c.min_uid, 1000);
	assert_int_equal(c.timeout, 90);
	assert_int_equal(c.attempts, 3);
	assert_int_equal(c.preconnect, 2);
	assert_int_equal(c.preconnect_max, 64);
	assert_int_equal(c.remember, 0);
	assert_int_equal(c.export, EXPORT_NONE);
	assert_string_equal(c.token_env, "GENESYSCLOUD_ACCESS_TOKEN");
	assert_string_equal(c.region_env, "GENESYSCLOUD_REGION");
	assert_int_equal(c.region_value, REGION_VALUE_AWS);
	assert_int_equal(c.revoke, REVOKE_AUTO);
	assert_int_equal(c.connect_timeout, 5);
	assert_int_equal(c.request_timeout, 10);
	assert_string_equal(c.helper_user, "_gcpkce");
	assert_int_equal(c.sandbox, SANDBOX_DEFAULT);
	assert_false(c.debug);
}

static void
config_value_texts_are_taken_as_they_are(void **state)
{
	static const struct {
		const char *key;
		const char *value;
		const char *member; /* NULL: the value itself */
	} rows[] = {
	    {"region", "eu-central-1", NULL},
	    {"region", "mypurecloud.de", NULL},
	    {"region", "new9.pure.cloud", NULL},
	    {"login_url", "https://login.example.com", NULL},
	    {"login_url", "https://login.example.com/", /* joined with / */
		"https://login.example.com"},
	    {"login_url", "https://h:8443/gw///", "https://h:8443/gw"},
	    {"api_url", "http://localhost:8080", NULL},
	    {"api_url", "http://[::1]:1/", "http://[::1]:1"},
	    {"client_id", UUID, NULL},
	    {"client_id", A64, NULL},
	    {"client_id", "Agent Console@inContact Inc.", NULL},
	    {"client_secret_file", "/etc/security/s", NULL},
	    {"client_secret_file", "/etc/a b", NULL},
	    /* a redirect URI is sent byte for byte */
	    {"redirect_uri", "https://example.com/", NULL},
	    {"redirect_uri", "https://example.com/cb?a=b&c=%20", NULL},
	    {"redirect_uri", "http://localhost", NULL},
	    {"redirect_uri", "http://127.0.0.1:8080/cb//", NULL},
	    {"redirect_uri", "https://example.com/.../a.b/..c/%2e%2e%2e/%41",
		NULL},
	    {"redirect_uri", "https://example.com/cb?x=../{^}/..", NULL},
	    {"redirect_uri", "https://example.com/%7Bx%7D/%5e", NULL},
	    {"organization", UUID, NULL},
	    {"signin_org", "my-org", NULL},
	    {"signin_provider", "okta", NULL},
	    {"map_file", "/m", NULL},
	    {"email_domains", "example.com", NULL},
	    {"email_domains", "Example.com , example.org\t,a",
		"Example.com,example.org,a"},
	    {"require_group", UUID, NULL},
	    {"require_group", UUID ", " UUID, UUID "," UUID},
	    {"token_env", "T", NULL},
	    {"token_env", "_t9", NULL},
	    {"token_env", "MY_LD_", NULL},
	    {"proxy", "http://proxy.example.com:3128", NULL},
	    {"proxy", "http://10.0.0.1:1/", NULL},
	    {"helper_user", "_gcpkce", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct config_key *key = key_of(rows[i].key);
		struct config config;
		struct errinfo err = {0};

		memset(&config, 'x', sizeof(config));
		if (config_value_parse(key, rows[i].value, &config, &err) !=
		    OUTCOME_OK)
			fail_msg("%s: \"%s\" %s", rows[i].key, rows[i].value,
			    err.text);
		assert_string_equal((char *)&config + key->offset,
		    rows[i].member != NULL ? rows[i].member : rows[i].value);
		/* to its last byte: configurations are compared as memory */
		assert_int_equal(
		    ((char *)&config + key->offset)[CONFIG_TEXT_CAP - 1], 0);
	}
}

static void
config_value_numbers_reach_their_bounds(void **state)
{
	size_t count;
	const struct config_key *keys = config_keys(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		struct config config = defaults();
		const unsigned long *member =
		    (const void *)((char *)&config + keys[i].offset);
		char text[32];

		if (keys[i].type != CONFIG_NUMBER &&
		    keys[i].type != CONFIG_NUMBER_OR_NO)
			continue;
		(void)snprintf(text, sizeof(text), "%lu", keys[i].min);
		assert_int_equal(
		    config_value_parse(&keys[i], text, &config, NULL),
		    OUTCOME_OK);
		assert_int_equal(*member, keys[i].min);
		(void)snprintf(text, sizeof(text), "%lu", keys[i].max);
		assert_int_equal(
		    config_value_parse(&keys[i], text, &config, NULL),
		    OUTCOME_OK);
		assert_int_equal(*member, keys[i].max);
		(void)snprintf(text, sizeof(text), "%lu", keys[i].max + 1);
		assert_int_equal(
		    config_value_parse(&keys[i], text, &config, NULL),
		    OUTCOME_CONFIG_INVALID);
		assert_int_equal(*member, keys[i].max);
		assert_int_equal(
		    config_value_parse(&keys[i], "no", &config, NULL),
		    keys[i].type == CONFIG_NUMBER ? OUTCOME_CONFIG_INVALID
						  : OUTCOME_OK);
		assert_true(
		    keys[i].type == CONFIG_NUMBER || *member == CONFIG_NO);
	}
}

static void
config_value_texts_reach_their_bounds(void **state)
{
	struct config config = defaults();
	char text[600] = "/";

	(void)state;
	memset(text + 1, 'a', 510);
	assert_int_equal(
	    config_value_parse(key_of("map_file"), text, &config, NULL),
	    OUTCOME_OK);
	assert_string_equal(config.map_file, text);
	text[511] = 'a';
	assert_int_equal(
	    config_value_parse(key_of("map_file"), text, &config, NULL),
	    OUTCOME_CONFIG_INVALID);
	assert_int_equal(strlen(config.map_file), 511);
	(void)snprintf(text, sizeof(text), "https://%0225d", 0);
	assert_int_equal(strlen(text), CONFIG_REDIRECT_MAX);
	assert_int_equal(
	    config_value_parse(key_of("redirect_uri"), text, &config, NULL),
	    OUTCOME_OK);
	(void)snprintf(text, sizeof(text), "https://%0226d", 0);
	assert_int_equal(
	    config_value_parse(key_of("redirect_uri"), text, &config, NULL),
	    OUTCOME_CONFIG_INVALID);
}

/* What a browser rewrites never equals the configured path. */
static void
config_value_of_a_redirect_uri_is_kept_by_browsers(void **state)
{
	static const char *const paths[] = {"a/../cb", "./cb", "cb/.", "cb/..",
	    "..", ".?x=1", "a/%2e/cb", "a/.%2E/cb", "%2e%2e", "{x}", "a^b",
	    "a|b", "a\\b", "a`b", "a\"b", "a<b", "a>b", "a/}"};
	struct config config = defaults();

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char text[64];
		struct errinfo why = {0};

		(void)snprintf(
		    text, sizeof(text), "https://example.com/%s", paths[i]);
		enum outcome r = config_value_parse(
		    key_of("redirect_uri"), text, &config, &why);
		if (r != OUTCOME_CONFIG_INVALID ||
		    strstr(why.text, "browsers rewrite") == NULL)
			fail_msg("%s: %s", text, why.text);
	}
}

static void
config_value_choices_hold_the_position_of_their_word(void **state)
{
	static const struct {
		const char *key;
		const char *words[4];
	} rows[] = {
	    {"callback", {"paste", "loopback", NULL}},
	    {"dialogue", {"prompt", "split", "auto", NULL}},
	    {"export", {"none", "env", "file", NULL}},
	    {"region_value", {"aws", "domain", NULL}},
	    {"revoke", {"auto", "never", NULL}},
	    {"sandbox", {"default", "strict", NULL}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct config_key *key = key_of(rows[i].key);

		for (unsigned j = 0; rows[i].words[j] != NULL; j++) {
			struct config config = defaults();
			unsigned member;

			assert_int_equal(config_value_parse(key,
					     rows[i].words[j], &config, NULL),
			    OUTCOME_OK);
			memcpy(&member, (char *)&config + key->offset,
			    sizeof(member));
			assert_int_equal(member, j);
		}
	}
}

static void
config_value_booleans_are_yes_or_no(void **state)
{
	static const char *const others[] = {
	    "Yes", "true", "1", "on", "y", "yes ", "noo", "false", "0"};
	struct config config = defaults();
	const struct config_key *key = key_of("allow_root");

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(
		    config_value_parse(key, others[i], &config, NULL),
		    OUTCOME_CONFIG_INVALID);
		assert_false(config.allow_root);
	}
	assert_int_equal(
	    config_value_parse(key, "yes", &config, NULL), OUTCOME_OK);
	assert_true(config.allow_root);
	assert_int_equal(
	    config_value_parse(key, "no", &config, NULL), OUTCOME_OK);
	assert_false(config.allow_root);
}

static void
config_value_methods_keep_their_order(void **state)
{
	static const struct {
		const char *value;
		enum config_method list[CONFIG_METHODS_MAX + 1];
	} rows[] = {
	    {"file", {METHOD_FILE}},
	    {"email", {METHOD_EMAIL}},
	    {"localpart,file", {METHOD_LOCALPART, METHOD_FILE}},
	    {"file, email ,localpart",
		{METHOD_FILE, METHOD_EMAIL, METHOD_LOCALPART}},
	};
	static const char *const others[] = {"File", "files", "fil", ",",
	    "file,", ",file", "file,,email", "file,file", "file;email",
	    "file,email,localpart,file", "none"};
	struct config config = defaults();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(config_value_parse(key_of("map"),
				     rows[i].value, &config, NULL),
		    OUTCOME_OK);
		assert_memory_equal(
		    config.map.list, rows[i].list, sizeof(config.map.list));
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct config before = config;

		if (config_value_parse(key_of("map"), others[i], &config,
			NULL) != OUTCOME_CONFIG_INVALID)
			fail_msg("\"%s\" was taken", others[i]);
		assert_memory_equal(&config, &before, sizeof(config));
	}
}

static void
config_value_lists_are_not_glued_across_blanks(void **state)
{
	static const struct {
		const char *key;
		const char *value;
	} rows[] = {
	    {"email_domains", "example.com example.org"},
	    {"email_domains", "exam ple.com"},
	    {"map", "fi le"},
	    {"require_group", "0123abcd-4567-89ab -cdef-0123456789ab"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config config = defaults();

		if (config_value_parse(key_of(rows[i].key), rows[i].value,
			&config, NULL) != OUTCOME_CONFIG_INVALID)
			fail_msg(
			    "%s: \"%s\" was taken", rows[i].key, rows[i].value);
	}
}

static void
config_value_that_is_refused_leaves_the_member(void **state)
{
	size_t count;
	const struct config_key *keys = config_keys(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		struct config config;
		struct config before;
		struct errinfo err = {0};
		static const char *const bad[] = {" \001 ", "\303\251?", "=="};

		memset(&before, 'x', sizeof(before));
		config = before;
		for (size_t j = 0; j < sizeof(bad) / sizeof(bad[0]); j++) {
			/* "==" is a word, or a client of CXone's, as good as
			   any */
			if (j == 2 &&
			    (keys[i].type == CONFIG_WORD ||
				keys[i].type == CONFIG_ID))
				continue;
			if (config_value_parse(&keys[i], bad[j], &config,
				&err) != OUTCOME_CONFIG_INVALID)
				fail_msg("%s took row %zu", keys[i].name, j);
			assert_memory_equal(&config, &before, sizeof(config));
			/* it ends in the fix, and names no place */
			assert_true(strpbrk(err.text, ";") != NULL);
		}
	}
}

static void
config_value_environment_names_have_no_meaning_of_their_own(void **state)
{
	static const char *const others[] = {"9A", "A-B", "A B", "A=B", "A.B",
	    "\303\251", "LD_PRELOAD", "LD_", "PATH", "IFS", "GCPKCE_USER_ID",
	    "GCPKCE_"};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct config config = defaults();

		if (config_value_parse(key_of("token_env"), others[i], &config,
			NULL) != OUTCOME_CONFIG_INVALID)
			fail_msg("%s was taken", others[i]);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(config_keys_are_those_of_the_table),
	    cmocka_unit_test(config_key_find_takes_the_whole_name_alone),
	    cmocka_unit_test(config_value_every_default_parses),
	    cmocka_unit_test(config_value_defaults_are_those_of_the_design),
	    cmocka_unit_test(config_value_texts_are_taken_as_they_are),
	    cmocka_unit_test(config_value_numbers_reach_their_bounds),
	    cmocka_unit_test(config_value_texts_reach_their_bounds),
	    cmocka_unit_test(
		config_value_of_a_redirect_uri_is_kept_by_browsers),
	    cmocka_unit_test(
		config_value_choices_hold_the_position_of_their_word),
	    cmocka_unit_test(config_value_booleans_are_yes_or_no),
	    cmocka_unit_test(config_value_methods_keep_their_order),
	    cmocka_unit_test(config_value_lists_are_not_glued_across_blanks),
	    cmocka_unit_test(config_value_that_is_refused_leaves_the_member),
	    cmocka_unit_test(
		config_value_environment_names_have_no_meaning_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
