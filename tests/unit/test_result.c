/* SPDX-License-Identifier: ISC */
/* The one PAM_SUCCESS: what must be true for it, and every near miss. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <security/pam_modules.h>

#include "../../pam_gcpkce/module/result.h"

static void
result_is_success_only_when_both_outcomes_are_ok(void **state)
{
	static const struct {
		struct result result;
		int pam;
	} rows[] = {
#define ROW(outcome, shown, used_up, incomplete, pam) \
	{{outcome, shown, used_up, incomplete}, pam}
	    ROW(OUTCOME_OK, OUTCOME_OK, false, false, PAM_SUCCESS),
	    ROW(OUTCOME_OK, OUTCOME_OK, true, false, PAM_SUCCESS),
	    ROW(OUTCOME_OK, OUTCOME_OK, false, true, PAM_INCOMPLETE),
	    ROW(OUTCOME_OK, OUTCOME_UNREACHABLE, false, false,
		PAM_AUTHINFO_UNAVAIL),
	    ROW(OUTCOME_UNREACHABLE, OUTCOME_OK, false, false,
		PAM_AUTHINFO_UNAVAIL),
	    ROW(OUTCOME_USER_UNKNOWN, OUTCOME_UNREACHABLE, false, false,
		PAM_AUTHINFO_UNAVAIL),
	    ROW(OUTCOME_NOT_MAPPED, OUTCOME_CODE_REFUSED, false, false,
		PAM_AUTH_ERR),
	    ROW(OUTCOME_NOT_MAPPED, OUTCOME_CODE_REFUSED, true, false,
		PAM_MAXTRIES),
	    ROW(OUTCOME_CODE_REFUSED, OUTCOME_OK, true, false, PAM_AUTH_ERR),
	    /* what is no outcome at all */
	    ROW(OUTCOME_COUNT, OUTCOME_OK, false, false, PAM_SYSTEM_ERR),
	    ROW(OUTCOME_OK, OUTCOME_COUNT, false, false, PAM_SYSTEM_ERR),
	    ROW((enum outcome)0x7fffffff, OUTCOME_OK, false, false,
		PAM_SYSTEM_ERR),
#undef ROW
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (result_pam(&rows[i].result) != rows[i].pam)
			fail_msg("row %zu: %d", i, result_pam(&rows[i].result));
	}
}

static void
result_of_zero_bytes_is_a_denial(void **state)
{
	static const struct result nothing;

	(void)state;
	assert_int_not_equal(result_pam(&nothing), PAM_SUCCESS);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(result_is_success_only_when_both_outcomes_are_ok),
	    cmocka_unit_test(result_of_zero_bytes_is_a_denial),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
