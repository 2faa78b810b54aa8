/* SPDX-License-Identifier: ISC */
/* Reasons of failures: handed through, cut to fit, optional. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/base/errinfo.h"

static void
err_fail_writes_the_reason_and_hands_the_outcome_through(void **state)
{
	struct errinfo err = {"before"};

	(void)state;
	assert_int_equal(
	    err_set(&err, OUTCOME_NOT_MAPPED, "%s:%d \"%s\"", "file", 7, "x"),
	    OUTCOME_NOT_MAPPED);
	assert_string_equal(err.text, "file:7 \"x\"");
}

static void
err_fail_and_err_sys_work_without_a_place_for_the_reason(void **state)
{
	(void)state;
	errno = EACCES;
	assert_int_equal(
	    err_set(NULL, OUTCOME_ABORTED, "%s", "x"), OUTCOME_ABORTED);
	assert_int_equal(
	    err_sys(NULL, OUTCOME_UNREACHABLE, "x"), OUTCOME_UNREACHABLE);
}

static void
err_fail_cuts_a_long_reason_to_fit(void **state)
{
	char longer[2 * ERRINFO_TEXT_MAX];
	struct errinfo err;

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	memset(&err, 'y', sizeof(err));
	assert_int_equal(
	    err_set(&err, OUTCOME_ABORTED, "%s", longer), OUTCOME_ABORTED);
	assert_int_equal(strlen(err.text), ERRINFO_TEXT_MAX - 1);
	assert_memory_equal(err.text, longer, ERRINFO_TEXT_MAX - 1);
}

static void
err_sys_appends_the_text_of_errno(void **state)
{
	struct errinfo err = {""};

	(void)state;
	errno = ENOENT;
	assert_int_equal(err_sys(&err, OUTCOME_CONFIG_INVALID, "/etc/x"),
	    OUTCOME_CONFIG_INVALID);
	assert_string_equal(err.text, "/etc/x: No such file or directory");
	errno = 99999;
	assert_int_equal(err_sys(&err, OUTCOME_HELPER_FAILED, "poll"),
	    OUTCOME_HELPER_FAILED);
	assert_string_equal(err.text, "poll: Unknown error 99999");
}

static void
err_sys_tells_short_memory_whatever_code_says(void **state)
{
	struct errinfo err = {""};

	(void)state;
	errno = ENOMEM;
	assert_int_equal(
	    err_sys(&err, OUTCOME_CONFIG_UNSAFE, "mmap"), OUTCOME_NO_MEMORY);
	assert_string_equal(err.text, "mmap: Cannot allocate memory");
	errno = ENOMEM;
	assert_int_equal(
	    err_sys(NULL, OUTCOME_CONFIG_UNSAFE, "mmap"), OUTCOME_NO_MEMORY);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		err_fail_writes_the_reason_and_hands_the_outcome_through),
	    cmocka_unit_test(
		err_fail_and_err_sys_work_without_a_place_for_the_reason),
	    cmocka_unit_test(err_fail_cuts_a_long_reason_to_fit),
	    cmocka_unit_test(err_sys_appends_the_text_of_errno),
	    cmocka_unit_test(err_sys_tells_short_memory_whatever_code_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
