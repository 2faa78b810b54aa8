/* SPDX-License-Identifier: ISC */
/*
 * The token and the session: what is exported, kept and revoked.
 */
#include "host.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "gcpkce/base/clock.h"
#include "gcpkce/wire/wire.h"

#define TOKEN_ENV "GENESYSCLOUD_ACCESS_TOKEN"
#define REGION_ENV "GENESYSCLOUD_REGION"

static void
assert_env(const struct host *h, const char *name, const char *value)
{
	const char *got = pam_getenv(h->pamh, name);

	if (value == NULL ? got != NULL
			  : got == NULL || strcmp(got, value) != 0)
		fail_msg("%s: %s, not %s", name, got != NULL ? got : "(none)",
		    value != NULL ? value : "(none)");
}

/* Open and authenticate. */
static void
signin_begin(
    struct host *h, const char *script, const char *arguments, int result)
{
	host_begin(h);
	h->script = script;
	h->arguments = arguments;
	host_open(h);
	assert_int_equal(host_authenticate(h, 0), result);
}

static void
signin_end(struct host *h)
{
	host_close(h);
	host_end(h);
}

static void
env_is_set_as_the_contract_says(void **state)
{
	struct host h;
	struct tm tm = {0};

	(void)state;
	need_root();
	time_t before = time(NULL);
	signin_begin(&h, "ok", "export=env", PAM_SUCCESS);
	assert_int_equal(variables_count(&h), 5);
	assert_env(&h, TOKEN_ENV, TOKEN);
	assert_env(&h, REGION_ENV, "eu-central-1");
	assert_env(&h, "GCPKCE_USER_ID", ALICE_ID);
	assert_env(&h, "GCPKCE_USER_EMAIL", ALICE_EMAIL);
	const char *expires = pam_getenv(h.pamh, "GCPKCE_TOKEN_EXPIRES");
	assert_non_null(expires);
	const char *end = strptime(expires, "%Y-%m-%dT%H:%M:%SZ", &tm);
	assert_true(end != NULL && *end == '\0');
	assert_in_range(timegm(&tm) - before, EXPIRES_IN_S, EXPIRES_IN_S + 60);
	assert_holds(h.reports, " want_token=1 ");
	assert_holds(h.reports, "keep\ngone\n");
	assert_lacks(h.reports, "revoke\n");
	assert_int_equal(journal_count, 1);
	signin_end(&h);
}

static void
longest_token_is_exported(void **state)
{
	struct host h;

	(void)state;
	need_root();
	signin_begin(&h, "ok:long-token", "export=env", PAM_SUCCESS);
	const char *token = pam_getenv(h.pamh, TOKEN_ENV);
	assert_non_null(token);
	assert_int_equal(strspn(token, "x"), WIRE_TOKEN_MAX);
	signin_end(&h);
	signin_begin(&h, "ok:long-token", "export=file", PAM_SUCCESS);
	assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
	assert_non_null(pam_getenv(h.pamh, "GCPKCE_TOKEN_FILE"));
	assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
	signin_end(&h);
}

static void
env_names_are_those_configured(void **state)
{
	struct host h;

	(void)state;
	need_root();
	signin_begin(&h, "ok",
	    "export=env token_env=MY_TOKEN region_env=MY_PLACE", PAM_SUCCESS);
	assert_int_equal(variables_count(&h), 5);
	assert_env(&h, "MY_TOKEN", TOKEN);
	assert_env(&h, "MY_PLACE", "eu-central-1");
	signin_end(&h);
}

static void
region_is_the_name_that_region_value_asks_for(void **state)
{
	static const struct {
		const char *region;
		const char *arguments;
		const char *value; /* NULL: none, and the journal says so */
	} rows[] = {
	    {"region = eu-central-1\n", "", "eu-central-1"},
	    {"region = mypurecloud.de\n", "", "eu-central-1"},
	    {"region = eu-central-1\n", "region_value=domain",
		"mypurecloud.de"},
	    {"region = mypurecloud.de\n", "region_value=domain",
		"mypurecloud.de"},
	    {"region = cloud.example.com\n", "region_value=domain",
		"cloud.example.com"},
	    {"region = cloud.example.com\n", "", NULL},
	    {"login_url = https://l.example.com\n"
	     "api_url = https://a.example.com\n",
		"", NULL},
	    {"login_url = https://l.example.com\n"
	     "api_url = https://a.example.com\n",
		"region_value=domain", NULL},
	};

	(void)state;
	need_root();
	for (size_t i = 0; i < COUNT(rows); i++) {
		char arguments[64];
		struct host h;

		(void)snprintf(arguments, sizeof(arguments), "export=env %s",
		    rows[i].arguments);
		host_begin(&h);
		h.region = rows[i].region;
		h.arguments = arguments;
		host_open(&h);
		assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
		assert_env(&h, REGION_ENV, rows[i].value);
		assert_env(&h, TOKEN_ENV, TOKEN);
		const char *line = journal_find("region_not_set");
		assert_int_equal(line == NULL, rows[i].value != NULL);
		if (line != NULL)
			assert_holds(line, REGION_ENV " is not set");
		assert_outcome("ok");
		assert_holds(h.reports, "keep\n");
		signin_end(&h);
	}
}

static void
fields_that_are_missing_are_not_set(void **state)
{
	struct host h;

	(void)state;
	need_root();
	signin_begin(&h, "ok:no-email", "export=env", PAM_SUCCESS);
	assert_int_equal(variables_count(&h), 4);
	assert_env(&h, "GCPKCE_USER_EMAIL", NULL);
	signin_end(&h);
	signin_begin(&h, "ok:no-expiry", "export=env", PAM_SUCCESS);
	assert_int_equal(variables_count(&h), 4);
	assert_env(&h, "GCPKCE_TOKEN_EXPIRES", NULL);
	signin_end(&h);
}

static void
nothing_is_set_without_export(void **state)
{
	struct host h;

	(void)state;
	signin_begin(&h, "ok", "", PAM_SUCCESS);
	assert_int_equal(variables_count(&h), 0);
	assert_holds(h.reports, " want_token=0 ");
	assert_holds(h.reports, "revoke\ngone\n");
	assert_lacks(h.reports, "keep");
	assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
	assert_int_equal(variables_count(&h), 0);
	assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
	host_close(&h);
	assert_int_equal(h.helpers, 1);
	host_end(&h);
}

static void
denial_exports_nothing_and_revokes(void **state)
{
	static const char *const scripts[] = {
	    "ok:other-id", "ok:other-client", "ok:no-identity", "ok:inactive"};

	(void)state;
	need_root();
	for (size_t i = 0; i < COUNT(scripts); i++) {
		struct host h;

		signin_begin(&h, scripts[i], "export=env", PAM_AUTH_ERR);
		assert_int_equal(variables_count(&h), 0);
		assert_holds(h.reports, "revoke\ngone\n");
		signin_end(&h);
	}
}

static void
junk_exports_nothing(void **state)
{
	struct host h;

	(void)state;
	need_root();
	host_begin(&h);
	h.script = "ok:junk";
	h.arguments = "export=env attempts=1";
	host_open(&h);
	assert_int_not_equal(host_authenticate(&h, 0), PAM_SUCCESS);
	assert_int_equal(variables_count(&h), 0);
	assert_lacks(h.reports, "keep");
	signin_end(&h);
}

static void
token_that_did_not_come_is_an_export_that_failed(void **state)
{
	struct host h;

	(void)state;
	need_root();
	signin_begin(&h, "ok:no-token", "export=env", PAM_SUCCESS);
	assert_int_equal(variables_count(&h), 0);
	assert_lacks(h.reports, "keep");
	const char *line = journal_find("export_failed");
	assert_non_null(line);
	if (journal_value(line, "cause")[0] == '\0')
		fail_msg("no cause: %s", line);
	signin_end(&h);
}

static void
decoy_exports_nothing(void **state)
{
	struct host h;

	(void)state;
	need_root();
	host_begin(&h);
	h.user = "nowhere";
	h.arguments = "export=env";
	host_open(&h);
	assert_int_equal(host_authenticate(&h, 0), PAM_SYSTEM_ERR);
	assert_int_equal(variables_count(&h), 0);
	assert_holds(h.reports, "revoke\n");
	signin_end(&h);
}

/* The REVOKE_REQUEST of the session's end, or NULL. */
static const char *
revocation_of(const struct host *h)
{
	return strstr(h->reports, "revoke_request ");
}

static void
closing_the_session_revokes_the_token(void **state)
{
	struct host h;
	unsigned long long expires_at_s = 0;

	(void)state;
	need_root();
	uint64_t before_s = clock_wall_s();
	signin_begin(&h, "ok", "export=env", PAM_SUCCESS);
	assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
	/* what the environment holds later is another sign-in's */
	assert_int_equal(pam_putenv(h.pamh, TOKEN_ENV "=another"), PAM_SUCCESS);
	assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
	host_close(&h);
	assert_int_equal(h.helpers, 2);
	const char *revocation = revocation_of(&h);
	assert_non_null(revocation);
	assert_holds(revocation,
	    "user=alice service=signin token=" TOKEN
	    " limit_s=60 expires_at_s=");
	assert_int_equal(sscanf(strstr(revocation, "expires_at_s="),
			     "expires_at_s=%llu", &expires_at_s),
	    1);
	assert_in_range(
	    expires_at_s - before_s, EXPIRES_IN_S, EXPIRES_IN_S + 60);
	host_end(&h);
}

/* As greetd sets what its greeter asks for. */
static void
variables_of_a_greeter_are_no_export(void **state)
{
	static const char *const exports[] = {"export=env", "export=file"};
	static const char *const variables[] = {TOKEN_ENV "=evil",
	    REGION_ENV "=evil", "GCPKCE_USER_ID=evil", "GCPKCE_USER_EMAIL=evil",
	    "GCPKCE_TOKEN_EXPIRES=evil", "GCPKCE_TOKEN_FILE=/etc/shadow",
	    "GCPKCE_TOKEN_ID=0123456789abcdef0123456789abcdef"};

	(void)state;
	need_root();
	for (size_t i = 0; i < 2; i++) {
		struct host h;
		char expires[40];

		signin_begin(&h, "ok", exports[i], PAM_SUCCESS);
		(void)snprintf(expires, sizeof(expires), "%s",
		    pam_getenv(h.pamh, "GCPKCE_TOKEN_EXPIRES"));
		for (size_t j = i == 0 ? 0 : 2; j < 7; j++)
			assert_int_equal(
			    pam_putenv(h.pamh, variables[j]), PAM_SUCCESS);
		assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
		assert_env(&h, TOKEN_ENV, i == 0 ? TOKEN : NULL);
		assert_env(&h, REGION_ENV, i == 0 ? "eu-central-1" : NULL);
		assert_env(&h, "GCPKCE_USER_ID", ALICE_ID);
		assert_env(&h, "GCPKCE_USER_EMAIL", ALICE_EMAIL);
		assert_env(&h, "GCPKCE_TOKEN_EXPIRES", expires);
		assert_env(&h, "GCPKCE_TOKEN_ID", NULL);
		const char *file = pam_getenv(h.pamh, "GCPKCE_TOKEN_FILE");
		if (i == 0)
			assert_null(file);
		else
			assert_int_equal(strncmp(file, "/run/gcpkce/", 12), 0);
		assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
		signin_end(&h);
	}
}

static void
token_is_revoked_once(void **state)
{
	struct host h;

	(void)state;
	need_root();
	signin_begin(&h, "ok", "export=env", PAM_SUCCESS);
	assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
	host_close(&h);
	assert_int_equal(h.helpers, 2);
	host_end(&h);
}

static void
session_that_is_not_closed_ends_with_its_handle(void **state)
{
	struct host h;

	(void)state;
	need_root();
	signin_begin(&h, "ok", "export=env", PAM_SUCCESS);
	assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
	host_close(&h);
	assert_int_equal(h.helpers, 2);
	assert_holds(h.reports, "revoke_request user=alice service=signin");
	host_end(&h);
}

static void
session_outlives_a_handle_that_ends_silently_or_elsewhere(void **state)
{
	struct host h;
	int status = -1;

	(void)state;
	need_root();
	signin_begin(&h, "ok", "export=env", PAM_SUCCESS);
	assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)pam_end(h.pamh, PAM_SUCCESS);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(
	    pam_end(h.pamh, PAM_SUCCESS | PAM_DATA_SILENT), PAM_SUCCESS);
	host_hear(&h);
	assert_int_equal(h.helpers, 1);
	host_end(&h);
}

/* A child that opens a session of its own has no say about the parent's. */
static void
child_s_session_ends_alone(void **state)
{
	struct host h;
	int status = -1;

	(void)state;
	need_root();
	signin_begin(&h, "ok", "export=env", PAM_SUCCESS);
	assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
	assert_int_equal(
	    pam_putenv(h.pamh, TOKEN_ENV "=tOkEn-of-the-child"), PAM_SUCCESS);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)pam_open_session(h.pamh, 0);
		(void)pam_end(h.pamh, PAM_SUCCESS);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	host_hear(&h);
	assert_int_equal(h.helpers, 2);
	assert_holds(h.reports, "token=tOkEn-of-the-child ");
	assert_lacks(h.reports, "token=" TOKEN " ");
	assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
	host_close(&h);
	assert_holds(h.reports, "token=" TOKEN " ");
	host_end(&h);
}

/* Between the two phases, and between opening and closing. */
static void
configuration_that_broke_before_the_session_ends_the_token(void **state)
{
	struct host h;

	(void)state;
	need_root();
	signin_begin(&h, "ok", "export=env", PAM_SUCCESS);
	host_write(&h, "conf", "no_such_key = 1\n", 0644);
	assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
	host_hear(&h);
	assert_int_equal(h.helpers, 2);
	assert_holds(h.reports, "revoke_request user=alice service=signin");
	assert_int_equal(variables_count(&h), 0);
	assert_non_null(journal_find("config_invalid"));
	assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
	host_close(&h);
	assert_int_equal(h.helpers, 2);
	host_end(&h);
}

static void
configuration_that_breaks_meanwhile_keeps_no_token_alive(void **state)
{
	struct host h;

	(void)state;
	need_root();
	signin_begin(&h, "ok", "export=env", PAM_SUCCESS);
	assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
	host_write(&h, "conf", "no_such_key = 1\n", 0644);
	assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
	host_close(&h);
	assert_int_equal(h.helpers, 2);
	assert_holds(h.reports, "revoke_request user=alice service=signin");
	host_end(&h);
}

/* The helper is gone before it hears what becomes of the token. */
static void
token_is_revoked_from_here_when_the_helper_is_gone(void **state)
{
	static const struct {
		const char *script;
		const char *arguments;
		const char *failed; /* an event besides the decision */
		int result;
	} rows[] = {
	    {"ok:deafen", "export=env", "export_failed", PAM_SUCCESS},
	    {"ok:stay", "export=env organization=" OTHER_ORGANIZATION, NULL,
		PAM_AUTH_ERR},
	    {"ok:deafen", "export=env organization=" OTHER_ORGANIZATION, NULL,
		PAM_AUTH_ERR},
	};

	(void)state;
	need_root();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct host h;

		signin_begin(
		    &h, rows[i].script, rows[i].arguments, rows[i].result);
		assert_holds(h.reports, "revoke_request user=alice");
		assert_null(pam_getenv(h.pamh, TOKEN_ENV));
		assert_null(journal_find("revoke_failed"));
		if (rows[i].failed != NULL)
			assert_non_null(journal_find(rows[i].failed));
		host_close(&h);
		assert_int_equal(h.helpers, 2);
		host_end(&h);
	}
}

static void
token_that_a_lost_helper_had_is_logged_with_its_expiry(void **state)
{
	struct host h;

	(void)state;
	signin_begin(&h, "ok:deafen", "", PAM_SUCCESS);
	const char *line = journal_find("revoke_failed");
	assert_non_null(line);
	assert_holds(line, "the token expires: 20");
	host_close(&h);
	assert_int_equal(h.helpers, 1);
	host_end(&h);
	signin_begin(&h, "ok:deafen", "revoke=never", PAM_SUCCESS);
	assert_null(journal_find("revoke_failed"));
	host_close(&h);
	host_end(&h);
}

static void
revoke_never_keeps_its_word(void **state)
{
	struct host h;

	(void)state;
	need_root();
	signin_begin(&h, "ok", "export=env revoke=never", PAM_SUCCESS);
	assert_holds(h.reports, " revoke=0 ");
	assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
	host_close(&h);
	assert_int_equal(h.helpers, 1);
	host_end(&h);
}

static void
session_ends_well_though_revoking_fails(void **state)
{
	struct host h;

	(void)state;
	need_root();
	signin_begin(&h, "ok", "export=env", PAM_SUCCESS);
	assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
	accounts[NOBODY].name = NULL;
	assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
	host_close(&h);
	const char *line = journal_find("revoke_failed");
	assert_non_null(line);
	assert_holds(line, "helper_user");
	host_end(&h);
}

static void
client_secret_goes_to_the_helper_alone(void **state)
{
	char arguments[128];
	struct host h;

	(void)state;
	need_root();
	host_begin(&h);
	host_write(&h, "secret", "  " SECRET "\nsecond line\n", 0600);
	(void)snprintf(arguments, sizeof(arguments), "client_secret_file=%s",
	    host_path(&h, "secret"));
	h.arguments = arguments;
	assert_int_equal(host_signin(&h), PAM_SUCCESS);
	assert_holds(h.reports, " secret=" SECRET "\n");
	host_end(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(env_is_set_as_the_contract_says),
	    cmocka_unit_test(longest_token_is_exported),
	    cmocka_unit_test(env_names_are_those_configured),
	    cmocka_unit_test(region_is_the_name_that_region_value_asks_for),
	    cmocka_unit_test(fields_that_are_missing_are_not_set),
	    cmocka_unit_test(nothing_is_set_without_export),
	    cmocka_unit_test(denial_exports_nothing_and_revokes),
	    cmocka_unit_test(junk_exports_nothing),
	    cmocka_unit_test(token_that_did_not_come_is_an_export_that_failed),
	    cmocka_unit_test(decoy_exports_nothing),
	    cmocka_unit_test(closing_the_session_revokes_the_token),
	    cmocka_unit_test(variables_of_a_greeter_are_no_export),
	    cmocka_unit_test(token_is_revoked_once),
	    cmocka_unit_test(session_that_is_not_closed_ends_with_its_handle),
	    cmocka_unit_test(
		session_outlives_a_handle_that_ends_silently_or_elsewhere),
	    cmocka_unit_test(child_s_session_ends_alone),
	    cmocka_unit_test(
		configuration_that_broke_before_the_session_ends_the_token),
	    cmocka_unit_test(
		configuration_that_breaks_meanwhile_keeps_no_token_alive),
	    cmocka_unit_test(
		token_is_revoked_from_here_when_the_helper_is_gone),
	    cmocka_unit_test(
		token_that_a_lost_helper_had_is_logged_with_its_expiry),
	    cmocka_unit_test(revoke_never_keeps_its_word),
	    cmocka_unit_test(session_ends_well_though_revoking_fails),
	    cmocka_unit_test(client_secret_goes_to_the_helper_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
