/* SPDX-License-Identifier: ISC */
/*
 * From outcomes to PAM's return codes.
 */
#ifndef GCPKCE_MODULE_RESULT_H
#define GCPKCE_MODULE_RESULT_H

#include "gcpkce/base/outcome.h"

/* How a call of pam_authenticate ends. */
struct result {
	enum outcome outcome; /* what the journal says */
	enum outcome shown;   /* what the user sees; differs for an account
				 that no user can sign in to */
	bool answers_used_up; /* no further answer is allowed */
	bool incomplete; /* the application will call again (PAM_CONV_AGAIN) */
};

/*
 * The PAM result.  This is the one place from which pam_sm_authenticate can
 * return PAM_SUCCESS, and it does so only when both outcomes are OUTCOME_OK;
 * an all-zero result is a denial.
 *
 * source: docs/DESIGN.md section 6
 */
int result_pam(const struct result *result);

#endif
