/* SPDX-License-Identifier: ISC */
/*
 * A PAM module before ours: applications do not wait after a denial.
 *
 *   auth optional /path/pam_no_delay.so
 */
#include <security/pam_modules.h>

#include "no_delay.h"

#define ENTRY __attribute__((visibility("default")))

ENTRY int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags;
	(void)argc;
	(void)argv;
	return set_no_delay(pamh) == PAM_SUCCESS ? PAM_IGNORE : PAM_ABORT;
}

ENTRY int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_IGNORE;
}
