/* SPDX-License-Identifier: ISC */
/*
 * pam_gcpkce.so: the six entry points that libpam calls.  Return codes are
 * those of docs/DESIGN.md section 2; nothing else of this library is visible.
 */
#include <security/pam_modules.h>

#include "gcpkce/config.h"
#include "journal.h"
#include "session.h"
#include "signin.h"

#define ENTRY __attribute__((visibility("default")))

ENTRY int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct result result = signin_run(pamh, flags, argc, argv);

	return result_pam(&result);
}

/* sshd dies of a failure here; there are no credentials to set. */
ENTRY int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

/* No opinion on accounts: authenticate has decided. */
ENTRY int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_IGNORE;
}

/* Read the configuration for a session; faults were logged by authenticate. */
static void
with_config(pam_handle_t *pamh, int argc, const char **argv,
    void (*act)(pam_handle_t *, const struct config *))
{
	autofree struct config *config = calloc(1, sizeof(*config));
	autofaults faults = {0};

	if (config == NULL)
		return;
	if (config_load(argc, argv, CONFIG_FOR_MODULE, config, &faults) ==
	    OUTCOME_OK)
		act(pamh, config);
	else
		journal_faults(pamh, &faults);
}

ENTRY int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags;
	with_config(pamh, argc, argv, session_open);
	return PAM_SUCCESS;
}

ENTRY int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags;
	session_files_remove(pamh);
	with_config(pamh, argc, argv, session_close);
	return PAM_SUCCESS;
}

/* There is no password here to change. */
ENTRY int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_IGNORE;
}
