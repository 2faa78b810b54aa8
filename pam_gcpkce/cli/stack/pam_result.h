/* SPDX-License-Identifier: ISC */
/*
 * PAM's results by name: as in the headers, and as in the brackets of a
 * control.
 */
#ifndef GCPKCE_CLI_PAM_RESULT_H
#define GCPKCE_CLI_PAM_RESULT_H

#define PAM_RESULT_COUNT 32

/*
 * The names of a result: "PAM_AUTH_ERR", and "auth_err".
 *
 * gives:  a static string; NULL for an invalid result
 * source: pam.conf(5)
 */
const char *pam_result_name(int result);
const char *pam_result_word(int result);

#endif
