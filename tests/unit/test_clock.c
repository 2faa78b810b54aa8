/* SPDX-License-Identifier: ISC */
/* Deadlines and time stamps. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "gcpkce/base/clock.h"

static void
clock_now_does_not_go_back(void **state)
{
	int64_t before = clock_now_ms();

	(void)state;
	assert_true(before > 0);
	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_now_ms();

		assert_true(now >= before);
		before = now;
	}
}

static void
clock_left_is_fit_for_poll(void **state)
{
	int64_t now = clock_now_ms();

	(void)state;
	assert_int_equal(clock_left_ms(now), 0);
	assert_int_equal(clock_left_ms(now - 1), 0);
	assert_int_equal(clock_left_ms(0), 0);
	assert_int_equal(clock_left_ms(-1000), 0);
	assert_in_range(clock_left_ms(now + 60000), 1, 60000);
	assert_int_equal(clock_left_ms(INT64_MAX), INT_MAX);
	assert_int_equal(clock_left_ms(now + 2LL * INT_MAX), INT_MAX);
}

static void
clock_wall_is_the_time_of_day(void **state)
{
	uint64_t before = (uint64_t)time(NULL);
	uint64_t now = clock_wall_s();

	(void)state;
	assert_in_range(now, before, before + 5);
}

static void
clock_stamp_is_rfc_3339_in_utc(void **state)
{
	static const struct {
		uint64_t wall_s;
		const char *stamp;
	} rows[] = {
	    {0, "1970-01-01T00:00:00Z"},
	    {951782400, "2000-02-29T00:00:00Z"},
	    {1767323045, "2026-01-02T03:04:05Z"},
	    {4294967296, "2106-02-07T06:28:16Z"},
	    {253402300799, "9999-12-31T23:59:59Z"},
	};

	(void)state;
	/* the host's time zone must not matter */
	assert_int_equal(setenv("TZ", "XYZ-11:30", 1), 0);
	tzset();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char stamp[CLOCK_STAMP_LEN + 1];

		clock_stamp(rows[i].wall_s, stamp);
		assert_string_equal(stamp, rows[i].stamp);
	}
}

static void
clock_stamp_of_no_such_year_is_empty(void **state)
{
	static const uint64_t rows[] = {
	    253402300800, INT64_MAX, UINT64_MAX / 2 + 1};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char stamp[CLOCK_STAMP_LEN + 1];

		memset(stamp, 'x', sizeof(stamp));
		clock_stamp(rows[i], stamp);
		assert_string_equal(stamp, "");
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(clock_now_does_not_go_back),
	    cmocka_unit_test(clock_left_is_fit_for_poll),
	    cmocka_unit_test(clock_wall_is_the_time_of_day),
	    cmocka_unit_test(clock_stamp_is_rfc_3339_in_utc),
	    cmocka_unit_test(clock_stamp_of_no_such_year_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
