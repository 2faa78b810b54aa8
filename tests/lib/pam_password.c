/* SPDX-License-Identifier: ISC */
/*
 * A PAM module before ours that asks for a password, keeps it as PAM_AUTHTOK,
 * or with "old" as PAM_OLDAUTHTOK, and lets every user pass.
 */
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdbool.h>
#include <string.h>

#define ENTRY __attribute__((visibility("default")))

ENTRY int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	bool old = argc > 0 && strcmp(argv[0], "old") == 0;
	const char *password = NULL;

	(void)flags;
	return pam_get_authtok(
	    pamh, old ? PAM_OLDAUTHTOK : PAM_AUTHTOK, &password, "Password: ");
}

ENTRY int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}
