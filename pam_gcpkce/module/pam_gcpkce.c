/* SPDX-License-Identifier: ISC */
/*
 * pam_gcpkce.so: the six entry points that libpam calls.  Return codes are
 * those of docs/DESIGN.md section 2; nothing else of this library is visible.
 */
#include <security/pam_modules.h>

#include "authenticate.h"
#include "gcpkce/config/config.h"
#include "journal.h"
#include "session.h"

#define ENTRY __attribute__((visibility("default")))

ENTRY int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct result result = signin_run(pamh, flags, argc, argv);

	return result_pam(&result);
}

/* sshd terminates on a failure here; there are no credentials to set. */
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

ENTRY int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags;
	/*
	 * cron's jobs come here too; an invalid configuration must not stop
	 * them
	 */
	if (!session_has_export(pamh))
		return PAM_SUCCESS;
	autofree struct config *config = calloc(1, sizeof(*config));
	autofaults faults = {0};
	if (config != NULL &&
	    config_load(argc, argv, CONFIG_FOR_MODULE, config, &faults) ==
		OUTCOME_OK)
		session_open(pamh, config);
	else
		session_refuse(pamh, config);
	journal_faults(pamh, &faults);
	return PAM_SUCCESS;
}

ENTRY int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags;
	(void)argc;
	(void)argv;
	session_close(pamh);
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
