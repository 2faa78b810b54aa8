/* SPDX-License-Identifier: ISC */
/*
 * For hosts that hear after a denial how long to wait, and do not.
 */
#ifndef GCPKCE_TESTS_PAM_NO_DELAY_H
#define GCPKCE_TESTS_PAM_NO_DELAY_H

#include <security/pam_appl.h>

/*
 * Set PAM_FAIL_DELAY to a function that does nothing.
 *
 * gives:  as pam_set_item(3)
 */
int set_no_delay(pam_handle_t *pamh);

#endif
