/* SPDX-License-Identifier: ISC */
/*
 * Exported tokens whose session does not open, or not as authenticate left
 * things: what is revoked, by whom, and what the environment can do about it.
 */
#include "gcpkce/wire/wire.h"
#include "host.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOKEN_ENV "GENESYSCLOUD_ACCESS_TOKEN"
#define PERSON_ENV "GCPKCE_USER_ID"
#define STAMP_ENV "GCPKCE_TOKEN_EXPIRES"
#define STAMP "2033-05-18T03:33:20Z"
#define STAMP_S "2000000000"

/* Open and authenticate. */
static void
signin_begin(struct host *h, const char *arguments)
{
	need_root();
	host_begin(h);
	h->arguments = arguments;
	host_open(h);
	assert_int_equal(host_authenticate(h, 0), PAM_SUCCESS);
}

static void
put(const struct host *h, const char *name, const char *value)
{
	char text[WIRE_TOKEN_MAX + 256];

	(void)snprintf(text, sizeof(text), "%s=%s", name, value);
	assert_int_equal(pam_putenv(h->pamh, text), PAM_SUCCESS);
}

static void
handle_that_ends_without_a_session_revokes(void **state)
{
	struct host h;

	(void)state;
	signin_begin(&h, "export=env");
	assert_int_equal(revocations_count(&h), 0);
	host_close(&h);
	assert_int_equal(h.helpers, 2);
	assert_int_equal(revocations_count(&h), 1);
	assert_holds(h.reports,
	    "revoke_request user=alice service=signin token=" TOKEN
	    " limit_s=60 expires_at_s=");
	host_end(&h);
}

static void
handle_that_ends_silently_revokes_nothing(void **state)
{
	struct host h;

	(void)state;
	signin_begin(&h, "export=env");
	assert_int_equal(
	    pam_end(h.pamh, PAM_SUCCESS | PAM_DATA_SILENT), PAM_SUCCESS);
	host_hear(&h);
	assert_int_equal(h.helpers, 1);
	host_end(&h);
}

static void
handle_that_a_child_ends_revokes_nothing(void **state)
{
	struct host h;
	int status = -1;

	(void)state;
	signin_begin(&h, "export=env");
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)pam_end(h.pamh, PAM_SUCCESS);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	host_hear(&h);
	assert_int_equal(h.helpers, 1);
	/* the session is still the parent's to open and to close */
	assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
	host_close(&h);
	assert_int_equal(revocations_count(&h), 1);
	host_end(&h);
}

static void
revoke_never_holds_without_a_session(void **state)
{
	struct host h;

	(void)state;
	signin_begin(&h, "export=env revoke=never");
	host_close(&h);
	assert_int_equal(h.helpers, 1);
	host_end(&h);
}

static void
second_signin_revokes_what_the_first_one_left(void **state)
{
	struct host h;

	(void)state;
	signin_begin(&h, "export=env");
	assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
	assert_int_equal(h.helpers, 3);
	assert_int_equal(revocations_count(&h), 1);
	assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
	host_close(&h);
	assert_int_equal(revocations_count(&h), 2);
	host_end(&h);
}

static void
close_revokes_for_every_session_that_was_opened(void **state)
{
	struct host h;

	(void)state;
	signin_begin(&h, "export=env");
	assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
	assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
	assert_int_equal(revocations_count(&h), 0);
	assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
	host_close(&h);
	assert_int_equal(revocations_count(&h), 2);
	host_end(&h);
}

static void
session_that_is_opened_twice_revokes_once(void **state)
{
	struct host h;

	(void)state;
	signin_begin(&h, "export=env");
	assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
	host_close(&h);
	assert_int_equal(revocations_count(&h), 1);
	host_end(&h);
}

static void
environment_changes_nothing_in_one_process(void **state)
{
	static const char *const lines[] = {TOKEN_ENV "=another-token",
	    TOKEN_ENV, STAMP_ENV "=soon", STAMP_ENV,
	    "GCPKCE_TOKEN_ID=0123456789abcdef0123456789abcdef"};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct host h;

		signin_begin(&h, "export=env");
		assert_int_equal(pam_putenv(h.pamh, lines[i]), PAM_SUCCESS);
		assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
		assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
		host_close(&h);
		assert_int_equal(revocations_count(&h), 1);
		assert_holds(h.reports, "token=" TOKEN " ");
		assert_lacks(h.reports, "expires_at_s=0\n");
		host_end(&h);
	}
}

/* As in sshd's parent: nothing but the environment came over. */
static void
session_of_an_environment(
    struct host *h, const char *token, const char *person, const char *stamp)
{
	need_root();
	host_begin(h);
	h->arguments = "export=env";
	host_open(h);
	if (token != NULL)
		put(h, TOKEN_ENV, token);
	if (person != NULL)
		put(h, PERSON_ENV, person);
	if (stamp != NULL)
		put(h, STAMP_ENV, stamp);
	assert_int_equal(pam_open_session(h->pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(h->pamh, 0), PAM_SUCCESS);
	host_close(h);
}

static void
token_of_an_environment_is_revoked(void **state)
{
	static const struct {
		const char *stamp;
		const char *expires;
	} rows[] = {
	    {STAMP, STAMP_S},
	    /* a reply may name no expiry; and a stamp that is none tells none
	     */
	    {NULL, "0"},
	    {"", "0"},
	    {"soon", "0"},
	    {"2033-05-18T03:33:20", "0"},
	    {"2033-05-18T03:33:20Z ", "0"},
	    {" 2033-05-18T03:33:20Z", "0"},
	    {"2033-5-18T03:33:20Z", "0"},
	    {"2033-02-30T03:33:20Z", "0"},
	    {"1969-05-18T03:33:20Z", "0"},
	    {"2033-05-18T03:33:20Z\n", "0"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char expected[128];
		struct host h;

		session_of_an_environment(&h, TOKEN, ALICE_ID, rows[i].stamp);
		assert_int_equal(h.helpers, 1);
		(void)snprintf(expected, sizeof(expected),
		    "token=" TOKEN " limit_s=60 expires_at_s=%s\n",
		    rows[i].expires);
		assert_holds(h.reports, expected);
		host_end(&h);
	}
}

static void
environment_that_cannot_be_ours_is_left_alone(void **state)
{
	static char huge[WIRE_TOKEN_MAX + 2];
	static const struct {
		const char *token;
		const char *person;
	} rows[] = {
	    /* an administrator's own variable, without a person */
	    {TOKEN, NULL},
	    {TOKEN, ""},
	    {NULL, ALICE_ID},
	    {"", ALICE_ID},
	    {"two words", ALICE_ID},
	    {"token\r\nX-Header: 1", ALICE_ID},
	    {"=", ALICE_ID},
	    {"t\"oken", ALICE_ID},
	    {huge, ALICE_ID},
	};

	(void)state;
	memset(huge, 'a', sizeof(huge) - 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct host h;

		session_of_an_environment(
		    &h, rows[i].token, rows[i].person, STAMP);
		if (h.helpers != 0)
			fail_msg("row %zu is revoked", i);
		assert_int_equal(journal_count, 0);
		host_end(&h);
	}
}

/* Without api_url nothing can be revoked; but no one may find it, either. */
static void
configuration_that_is_broken_leaves_no_variables(void **state)
{
	static const struct {
		const char *conf;
		const char *arguments;
		const char *token_env;
	} rows[] = {
	    {"no_such_key = 1\n", "export=env", TOKEN_ENV},
	    {"no_such_key = 1\n", "", TOKEN_ENV},
	    {"token_env = MY_TOKEN\nno_such_key = 1\n", "export=env",
		"MY_TOKEN"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (int has_person = 0; has_person < 2; has_person++) {
			struct host h;

			need_root();
			host_begin(&h);
			h.arguments = rows[i].arguments;
			host_open(&h);
			host_write(&h, "conf", rows[i].conf, 0644);
			put(&h, rows[i].token_env, TOKEN);
			put(&h, STAMP_ENV, STAMP);
			if (has_person)
				put(&h, PERSON_ENV, ALICE_ID);
			assert_int_equal(
			    pam_open_session(h.pamh, 0), PAM_SUCCESS);
			assert_non_null(journal_find("config_invalid"));
			assert_null(pam_getenv(h.pamh, PERSON_ENV));
			assert_null(pam_getenv(h.pamh, STAMP_ENV));
			/* an administrator's own stays */
			assert_int_equal(
			    pam_getenv(h.pamh, rows[i].token_env) == NULL,
			    has_person);
			host_close(&h);
			host_end(&h);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(handle_that_ends_without_a_session_revokes),
	    cmocka_unit_test(handle_that_ends_silently_revokes_nothing),
	    cmocka_unit_test(handle_that_a_child_ends_revokes_nothing),
	    cmocka_unit_test(revoke_never_holds_without_a_session),
	    cmocka_unit_test(second_signin_revokes_what_the_first_one_left),
	    cmocka_unit_test(close_revokes_for_every_session_that_was_opened),
	    cmocka_unit_test(session_that_is_opened_twice_revokes_once),
	    cmocka_unit_test(environment_changes_nothing_in_one_process),
	    cmocka_unit_test(token_of_an_environment_is_revoked),
	    cmocka_unit_test(environment_that_cannot_be_ours_is_left_alone),
	    cmocka_unit_test(configuration_that_is_broken_leaves_no_variables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
