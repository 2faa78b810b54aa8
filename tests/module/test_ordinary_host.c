/* SPDX-License-Identifier: ISC */
/*
 * A host that is not root, such as a screen locker: it may sign in its own
 * account and no other, exports nothing and holds no client secret.  Run as
 * root, this program first becomes the account nobody.
 */
#include "host.h"

#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool can_run;

static void
need_ordinary(void)
{
	if (can_run)
		return;
	print_message("NOT TRIED: the account nobody may not read " BUILD "\n");
	skip();
}

static void
own_account_may_sign_in(void **state)
{
	struct host h;

	(void)state;
	need_ordinary();
	assert_int_equal(host_run(&h, "ok", ""), PAM_SUCCESS);
	assert_holds(h.reports, " decoy=0 ");
	host_end(&h);
}

static void
other_accounts_are_decoys(void **state)
{
	static const char *const users[] = {"bob", "root"};

	(void)state;
	need_ordinary();
	for (size_t i = 0; i < COUNT(users); i++) {
		struct host h;

		host_begin(&h);
		h.user = users[i];
		h.script = "code_refused";
		h.arguments = "attempts=1 allow_root=yes";
		assert_int_equal(host_signin(&h), PAM_MAXTRIES);
		assert_outcome("uid_refused");
		assert_holds(
		    journal_decision(), "only its own account can sign in");
		assert_holds(h.reports, " decoy=1 ");
		assert_string_equal(host_last_message(&h),
		    outcome_sentence(OUTCOME_CODE_REFUSED));
		host_end(&h);
	}
}

static void
export_and_secret_are_refused(void **state)
{
	static const struct {
		const char *arguments;
		const char *named;
	} rows[] = {
	    {"export=env", "export"},
	    {"export=file", "export"},
	    {"client_secret_file=/etc/hostname", "client_secret_file"},
	};

	(void)state;
	need_ordinary();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct host h;

		assert_int_equal(
		    host_run(&h, "ok", rows[i].arguments), PAM_SERVICE_ERR);
		assert_outcome("config_invalid");
		assert_holds(journal[0].text, rows[i].named);
		assert_int_equal(h.helpers, 0);
		host_end(&h);
	}
}

static void
helper_has_the_ids_of_the_host(void **state)
{
	char wanted[64];
	struct host h;

	(void)state;
	need_ordinary();
	/* helper_user is not checked */
	assert_int_equal(
	    host_run(&h, "ok", "helper_user=nowhere"), PAM_SUCCESS);
	(void)snprintf(wanted, sizeof(wanted), "life uid=%u gid=%u ", geteuid(),
	    getegid());
	assert_holds(h.reports, wanted);
	host_end(&h);
}

static void
sessions_end_well(void **state)
{
	struct host h;

	(void)state;
	need_ordinary();
	host_begin(&h);
	h.arguments = "export=env";
	host_open(&h);
	assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
	host_close(&h);
	host_end(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(own_account_may_sign_in),
	    cmocka_unit_test(other_accounts_are_decoys),
	    cmocka_unit_test(export_and_secret_are_refused),
	    cmocka_unit_test(helper_has_the_ids_of_the_host),
	    cmocka_unit_test(sessions_end_well),
	};

	can_run = geteuid() != 0 ||
	    (setgroups(0, NULL) == 0 && setresgid(65534, 65534, 65534) == 0 &&
		setresuid(65534, 65534, 65534) == 0);
	can_run = can_run && access(MODULE, R_OK) == 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
