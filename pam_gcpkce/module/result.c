/* SPDX-License-Identifier: ISC */
/*
 * The PAM column of the outcome table, and the one PAM_SUCCESS.
 */
#include "result.h"

#include <security/pam_modules.h>

static const int pam_results[OUTCOME_COUNT] = {
#define X(suffix, name, pam, sentence, log) [OUTCOME_##suffix] = pam,
    OUTCOME_TABLE(X)
#undef X
};

int
result_pam(const struct result *result)
{
	if (result->incomplete)
		return PAM_INCOMPLETE;
	if (result->outcome == OUTCOME_OK && result->shown == OUTCOME_OK)
		return PAM_SUCCESS;
	if (result->answers_used_up && outcome_may_retry(result->shown))
		return PAM_MAXTRIES;

	/* if either outcome is a denial, the result is a denial */
	enum outcome denial =
	    result->shown != OUTCOME_OK ? result->shown : result->outcome;
	if ((size_t)denial >= OUTCOME_COUNT || denial == OUTCOME_OK)
		denial = OUTCOME_HELPER_FAILED;
	return pam_results[denial];
}
