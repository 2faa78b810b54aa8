/* SPDX-License-Identifier: ISC */
/*
 * Hosts that let several people try on one handle, as login(1) does: what one
 * sign-in exported goes to no other user, however the next one ends.
 */
#include "host.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOKEN_ENV "GENESYSCLOUD_ACCESS_TOKEN"
#define PERSON_ENV "GCPKCE_USER_ID"
#define PENDING "/run/gcpkce/pending"
#define BOTH_ARE_ALICE "alice id:" ALICE_ID "\nbob id:" ALICE_ID "\n"

/* Alice's answer, the name that is typed after it, and no answer. */
static const struct reply then_nothing[] = {
    {.text = CODE}, {.text = "bob"}, {.result = PAM_CONV_ERR}};

static const char *const exports[] = {"export=env", "export=file"};

static size_t
pending_count(void)
{
	DIR *dir = opendir(PENDING);
	const struct dirent *entry;
	size_t count = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		count += entry->d_name[0] != '.';
	if (dir != NULL)
		(void)closedir(dir);
	return count;
}

/* Alice signs in, and has exported; whatever stands behind us denies. */
static void
alice_comes(struct host *h, const char *arguments, const struct reply *replies,
    size_t reply_count)
{
	need_root();
	host_begin(h);
	h->arguments = arguments;
	if (replies != NULL) {
		h->replies = replies;
		h->reply_count = reply_count;
	}
	host_open(h);
	assert_int_equal(host_authenticate(h, 0), PAM_SUCCESS);
	assert_true(variables_count(h) > 0);
	assert_int_equal(revocations_count(h), 0);
}

/* As login does between two tries. */
static void
name_is_forgotten(const struct host *h)
{
	assert_int_equal(pam_set_item(h->pamh, PAM_USER, NULL), PAM_SUCCESS);
}

/* Alice's token has ended, once and as hers. */
static void
assert_revoked_once(const struct host *h)
{
	assert_int_equal(revocations_count(h), 1);
	assert_holds(h->reports, "revoke_request user=alice ");
}

/* Nothing of her is left. */
static void
assert_nothing_left(const struct host *h)
{
	assert_int_equal(variables_count(h), 0);
	assert_int_equal(pending_count(), 0);
	assert_revoked_once(h);
}

/* The next person got in by another module, and his session ends. */
static void
assert_session_has_nothing(struct host *h)
{
	assert_int_equal(pam_open_session(h->pamh, 0), PAM_SUCCESS);
	host_hear(h);
	assert_nothing_left(h);
	assert_int_equal(pam_close_session(h->pamh, 0), PAM_SUCCESS);
	host_close(h);
	assert_revoked_once(h);
}

static void
who_is_denied_inherits_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(exports); i++) {
		struct host h;

		alice_comes(&h, exports[i], then_nothing, COUNT(then_nothing));
		name_is_forgotten(&h);
		assert_int_equal(host_authenticate(&h, 0), PAM_CONV_ERR);
		assert_nothing_left(&h);
		assert_session_has_nothing(&h);
		host_end(&h);
	}
}

/* Another person, and the same account: only the sign-in tells them apart. */
static void
next_person_of_a_shared_account_inherits_nothing(void **state)
{
	static const struct reply replies[] = {
	    {.text = CODE}, {.result = PAM_CONV_ERR}};

	(void)state;
	for (size_t i = 0; i < COUNT(exports); i++) {
		struct host h;

		alice_comes(&h, exports[i], replies, COUNT(replies));
		assert_int_equal(host_authenticate(&h, 0), PAM_CONV_ERR);
		assert_nothing_left(&h);
		assert_session_has_nothing(&h);
		host_end(&h);
	}
}

/* A configuration that breaks in between fails before anything else. */
static void
names_are_those_that_were_exported(void **state)
{
	struct host h;

	(void)state;
	alice_comes(
	    &h, "export=env token_env=MY_TOKEN region_env=MY_PLACE", NULL, 0);
	host_write(&h, "conf", "no_such_key = 1\n", 0644);
	assert_int_equal(host_authenticate(&h, 0), PAM_SERVICE_ERR);
	assert_nothing_left(&h);
	assert_session_has_nothing(&h);
	host_end(&h);
}

static void
success_whose_own_export_fails_inherits_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(exports); i++) {
		struct host h;

		need_root();
		host_begin(&h);
		h.arguments = exports[i];
		h.map = BOTH_ARE_ALICE;
		host_open(&h);
		assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
		h.script = "ok:no-token";
		host_configure(&h);
		assert_int_equal(
		    pam_set_item(h.pamh, PAM_USER, "bob"), PAM_SUCCESS);
		assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
		assert_non_null(journal_find("export_failed"));
		assert_nothing_left(&h);
		assert_session_has_nothing(&h);
		host_end(&h);
	}
}

/* One that goes on at its prompt is no new one. */
static void
signin_that_is_resumed_ends_no_token_twice(void **state)
{
	static const struct reply replies[] = {
	    {.text = CODE}, {.result = PAM_CONV_AGAIN}, {.text = CODE}};
	struct host h;

	(void)state;
	alice_comes(&h, "export=env", replies, COUNT(replies));
	assert_int_equal(host_authenticate(&h, 0), PAM_INCOMPLETE);
	assert_int_equal(variables_count(&h), 0);
	assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
	assert_revoked_once(&h);
	assert_int_equal(variables_count(&h), 5);
	assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
	host_close(&h);
	assert_int_equal(revocations_count(&h), 2);
	host_end(&h);
}

/* A child has nothing to say about its parent's token, but does not use it. */
static void
child_s_signin_inherits_nothing_and_ends_nothing(void **state)
{
	static const struct reply replies[] = {
	    {.text = CODE}, {.result = PAM_CONV_ERR}};

	(void)state;
	for (size_t i = 0; i < COUNT(exports); i++) {
		struct host h;
		int status = -1;

		alice_comes(&h, exports[i], replies, COUNT(replies));
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			(void)pam_authenticate(h.pamh, 0);
			_exit(variables_count(&h) == 0 ? 0 : 1);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		host_hear(&h);
		assert_int_equal(revocations_count(&h), 0);
		assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
		assert_int_not_equal(variables_count(&h), 0);
		assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
		host_close(&h);
		assert_revoked_once(&h);
		host_end(&h);
	}
}

/* ---- sessions between the two ---- */

static void
session_that_was_closed_leaves_no_variables(void **state)
{
	static const struct {
		const char *arguments;
		size_t revocations;
	} rows[] = {
	    {"export=env", 1},
	    {"export=env revoke=never", 0},
	    {"export=file", 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct host h;

		alice_comes(&h, rows[i].arguments, NULL, 0);
		assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
		assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
		assert_int_equal(variables_count(&h), 0);
		host_close(&h);
		assert_int_equal(revocations_count(&h), rows[i].revocations);
		host_end(&h);
	}
}

static void
session_that_is_open_keeps_its_token_to_itself(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(exports); i++) {
		struct host h;

		alice_comes(&h, exports[i], then_nothing, COUNT(then_nothing));
		assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
		name_is_forgotten(&h);
		assert_int_equal(host_authenticate(&h, 0), PAM_CONV_ERR);
		assert_int_equal(variables_count(&h), 0);
		assert_int_equal(revocations_count(&h), 0);
		assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
		assert_int_equal(variables_count(&h), 0);
		assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
		host_close(&h);
		assert_revoked_once(&h);
		host_end(&h);
	}
}

/* ---- a session whose account is another one ---- */

/* A module before us let Bob in, so that we were not called. */
static void
who_gets_in_without_us_inherits_nothing(void **state)
{
	/* whatever the session's line exports; see host_configure */
	static const char *const lines[] = {"region = eu-central-1\n",
	    "region = eu-central-1\nexport = env\n",
	    "region = eu-central-1\nexport = file\n"};

	(void)state;
	for (size_t i = 1; i < COUNT(lines); i++) {
		for (size_t j = 0; j < COUNT(lines); j++) {
			struct host h;

			need_root();
			host_begin(&h);
			h.region = lines[i];
			host_open(&h);
			assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
			h.region = lines[j];
			host_configure(&h);
			assert_int_equal(
			    pam_set_item(h.pamh, PAM_USER, "bob"), PAM_SUCCESS);
			assert_session_has_nothing(&h);
			assert_non_null(journal_find("export_failed"));
			host_end(&h);
		}
	}
}

/* sudo: the user who signed in runs a command as another user. */
static void
who_asked_for_the_session_hands_the_variables_on(void **state)
{
	struct host h;

	(void)state;
	alice_comes(&h, "export=env", NULL, 0);
	assert_int_equal(pam_set_item(h.pamh, PAM_USER, "bob"), PAM_SUCCESS);
	assert_int_equal(pam_set_item(h.pamh, PAM_RUSER, "alice"), PAM_SUCCESS);
	assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
	assert_string_equal(pam_getenv(h.pamh, TOKEN_ENV), TOKEN);
	assert_string_equal(pam_getenv(h.pamh, PERSON_ENV), ALICE_ID);
	assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
	host_close(&h);
	assert_revoked_once(&h);
	host_end(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_is_denied_inherits_nothing),
	    cmocka_unit_test(next_person_of_a_shared_account_inherits_nothing),
	    cmocka_unit_test(names_are_those_that_were_exported),
	    cmocka_unit_test(success_whose_own_export_fails_inherits_nothing),
	    cmocka_unit_test(signin_that_is_resumed_ends_no_token_twice),
	    cmocka_unit_test(child_s_signin_inherits_nothing_and_ends_nothing),
	    cmocka_unit_test(session_that_was_closed_leaves_no_variables),
	    cmocka_unit_test(session_that_is_open_keeps_its_token_to_itself),
	    cmocka_unit_test(who_gets_in_without_us_inherits_nothing),
	    cmocka_unit_test(who_asked_for_the_session_hands_the_variables_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
