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
	struct errinfo err = {.text = "before"};

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
assert_parts(const struct errinfo *err, const char *place, const char *what,
    const char *fix)
{
	assert_true(view_eq(err_place(err), view_text(place)));
	assert_true(view_eq(err_what(err), view_text(what)));
	if (fix != NULL)
		assert_string_equal(err_fix(err), fix);
	else
		assert_null(err_fix(err));
}

static void
err_fault_keeps_its_parts_whatever_is_in_them(void **state)
{
	struct errinfo err;

	(void)state;
	memset(&err, 'y', sizeof(err));
	assert_int_equal(err_fault(&err, OUTCOME_CONFIG_UNSAFE, "/a: b; c:7",
			     "put: it; \"there\"", "\"%s\" is; bad: x", "k: v"),
	    OUTCOME_CONFIG_UNSAFE);
	assert_string_equal(
	    err.text, "/a: b; c:7: \"k: v\" is; bad: x; put: it; \"there\"");
	assert_parts(
	    &err, "/a: b; c:7", "\"k: v\" is; bad: x", "put: it; \"there\"");
	(void)err_fault(&err, OUTCOME_ABORTED, NULL, "f", "w");
	assert_string_equal(err.text, "w; f");
	assert_parts(&err, "", "w", "f");
	(void)err_fault(&err, OUTCOME_ABORTED, "p", NULL, "w");
	assert_string_equal(err.text, "p: w");
	assert_parts(&err, "p", "w", NULL);
	errno = ENOENT;
	(void)err_sys(&err, OUTCOME_ABORTED, "p: q");
	assert_parts(&err, "p: q", "No such file or directory", NULL);
	(void)err_set(&err, OUTCOME_ABORTED, "a: b; c");
	assert_parts(&err, "", "a: b; c", NULL);
	assert_int_equal(
	    err_fault(NULL, OUTCOME_ABORTED, "p", "f", "w"), OUTCOME_ABORTED);
}

static void
err_fault_keeps_the_fix_of_what_is_too_long(void **state)
{
	char longer[2 * ERRINFO_TEXT_MAX];
	struct errinfo err;

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	(void)err_fault(&err, OUTCOME_ABORTED, "p", "f", "%s", longer);
	assert_int_equal(strlen(err.text), ERRINFO_TEXT_MAX - 1);
	assert_int_equal(err_what(&err).len, ERRINFO_TEXT_MAX - 1 - 6);
	assert_string_equal(err_fix(&err), "f");
	(void)err_fault(&err, OUTCOME_ABORTED, longer, "f", "w");
	assert_int_equal(strlen(err.text), ERRINFO_TEXT_MAX - 1);
	assert_int_equal(err_what(&err).len, 0);
	assert_string_equal(err_fix(&err), "f");
	(void)err_fault(&err, OUTCOME_ABORTED, "p", longer, "w");
	assert_parts(&err, "p", "w", NULL);
}

static void
err_sys_appends_the_text_of_errno(void **state)
{
	struct errinfo err = {0};

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
	struct errinfo err = {0};

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
	    cmocka_unit_test(err_fault_keeps_its_parts_whatever_is_in_them),
	    cmocka_unit_test(err_fault_keeps_the_fix_of_what_is_too_long),
	    cmocka_unit_test(err_sys_appends_the_text_of_errno),
	    cmocka_unit_test(err_sys_tells_short_memory_whatever_code_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
