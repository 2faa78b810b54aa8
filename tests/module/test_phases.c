/* SPDX-License-Identifier: ISC */
/*
 * The six entry points' return codes: called by name, and through a stack.
 */
#include "host.h"

#include <dlfcn.h>
#include <security/pam_modules.h>
#include <string.h>

typedef int entry_fn(pam_handle_t *, int, int, const char **);

struct module {
	void *library;
	entry_fn *authenticate;
	entry_fn *setcred;
	entry_fn *acct_mgmt;
	entry_fn *open_session;
	entry_fn *close_session;
	entry_fn *chauthtok;
};

static entry_fn *
entry_find(void *library, const char *name)
{
	entry_fn *entry;
	void *found = dlsym(library, name);

	assert_non_null(found);
	memcpy(&entry, &found, sizeof(entry));
	return entry;
}

static void
module_load(struct module *m)
{
	m->library = dlopen(MODULE, RTLD_NOW | RTLD_LOCAL);
	if (m->library == NULL)
		fail_msg("%s", dlerror());
	m->authenticate = entry_find(m->library, "pam_sm_authenticate");
	m->setcred = entry_find(m->library, "pam_sm_setcred");
	m->acct_mgmt = entry_find(m->library, "pam_sm_acct_mgmt");
	m->open_session = entry_find(m->library, "pam_sm_open_session");
	m->close_session = entry_find(m->library, "pam_sm_close_session");
	m->chauthtok = entry_find(m->library, "pam_sm_chauthtok");
}

static const int cred_flags[] = {0, PAM_ESTABLISH_CRED, PAM_DELETE_CRED,
    PAM_REINITIALIZE_CRED, PAM_REFRESH_CRED, PAM_ESTABLISH_CRED | PAM_SILENT,
    PAM_DELETE_CRED | PAM_SILENT, PAM_REINITIALIZE_CRED | PAM_SILENT,
    PAM_REFRESH_CRED | PAM_SILENT, 0x7fffffff};

static void
entry_points_have_the_codes_of_the_contract(void **state)
{
	static const char *broken[] = {"no_such_key=1"};
	struct module m;
	struct host h;

	(void)state;
	module_load(&m);
	host_begin(&h);
	host_open(&h);
	/* with no argument, and with one that no configuration may have */
	for (int argc = 0; argc <= 1; argc++) {
		pam_handle_t *p = h.pamh;

		assert_int_equal(
		    m.authenticate(p, 0, argc, broken), PAM_SERVICE_ERR);
		for (size_t i = 0; i < COUNT(cred_flags); i++)
			assert_int_equal(
			    m.setcred(p, cred_flags[i], argc, broken),
			    PAM_SUCCESS);
		assert_int_equal(m.acct_mgmt(p, 0, argc, broken), PAM_IGNORE);
		assert_int_equal(
		    m.acct_mgmt(p, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK, argc,
			broken),
		    PAM_IGNORE);
		assert_int_equal(
		    m.open_session(p, 0, argc, broken), PAM_SUCCESS);
		assert_int_equal(
		    m.close_session(p, 0, argc, broken), PAM_SUCCESS);
		assert_int_equal(
		    m.chauthtok(p, PAM_PRELIM_CHECK, argc, broken), PAM_IGNORE);
		assert_int_equal(
		    m.chauthtok(p, PAM_UPDATE_AUTHTOK, argc, broken),
		    PAM_IGNORE);
	}
	host_close(&h);
	host_end(&h);
	assert_int_equal(dlclose(m.library), 0);
}

/* Run every phase of a stack with a given end. */
static void
phases_run(struct host *h, int account, int password)
{
	host_open(h);
	assert_int_equal(pam_acct_mgmt(h->pamh, 0), account);
	assert_int_equal(pam_chauthtok(h->pamh, 0), password);
	assert_int_equal(pam_open_session(h->pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(h->pamh, 0), PAM_SUCCESS);
	host_close(h);
	assert_int_equal(h->helpers, 0);
	assert_int_equal(h->message_count, 0);
}

static void
module_has_no_opinion_on_accounts_and_passwords(void **state)
{
	static const struct {
		const char *stack;
		int account;
		int password;
	} rows[] = {
	    /* a stack in which every module returns PAM_IGNORE refuses */
	    {"", PAM_PERM_DENIED, PAM_PERM_DENIED},
	    {"account required pam_permit.so\n"
	     "password required pam_permit.so\n",
		PAM_SUCCESS, PAM_SUCCESS},
	    {"account required pam_deny.so\n"
	     "password required pam_deny.so\n",
		PAM_AUTH_ERR, PAM_AUTHTOK_ERR},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (size_t broken = 0; broken <= 1; broken++) {
			struct host h;

			host_begin(&h);
			h.stack = rows[i].stack;
			h.arguments = broken ? "no_such_key=1" : "";
			phases_run(&h, rows[i].account, rows[i].password);
			host_end(&h);
		}
	}
}

static void
session_without_a_signin_is_no_matter(void **state)
{
	struct host h;

	(void)state;
	host_begin(&h);
	h.arguments = "no_such_key=1"; /* it is not read */
	host_open(&h);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
		assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
		assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
	}
	host_close(&h);
	assert_int_equal(journal_count, 0);
	host_end(&h);
}

static void
credentials_are_a_success_before_and_after_a_signin(void **state)
{
	struct host h;

	(void)state;
	host_begin(&h);
	host_open(&h);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(
		    pam_setcred(h.pamh, cred_flags[i + 1]), PAM_SUCCESS);
	assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(
		    pam_setcred(h.pamh, cred_flags[i + 1]), PAM_SUCCESS);
	host_close(&h);
	host_end(&h);
}

static void
session_with_a_broken_configuration_is_logged(void **state)
{
	struct host h;

	(void)state;
	host_begin(&h);
	h.arguments = "no_such_key=1";
	host_open(&h);
	assert_int_equal(pam_setcred(h.pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
	/* as after a sign-in in another process */
	assert_int_equal(pam_putenv(h.pamh, "GCPKCE_USER_ID=1"), PAM_SUCCESS);
	assert_int_equal(journal_count, 0);
	assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
	host_close(&h);
	assert_int_equal(journal_count, 1); /* closing reads none */
	assert_string_equal(
	    journal_value(journal[0].text, "outcome"), "config_invalid");
	assert_holds(journal[0].text, "no_such_key");
	host_end(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(entry_points_have_the_codes_of_the_contract),
	    cmocka_unit_test(module_has_no_opinion_on_accounts_and_passwords),
	    cmocka_unit_test(session_without_a_signin_is_no_matter),
	    cmocka_unit_test(
		credentials_are_a_success_before_and_after_a_signin),
	    cmocka_unit_test(session_with_a_broken_configuration_is_logged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
