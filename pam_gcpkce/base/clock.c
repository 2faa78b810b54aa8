/* SPDX-License-Identifier: ISC */
/* Deadlines do not change with the time of day. */
#include "gcpkce/base/clock.h"

#include <limits.h>
#include <time.h>

int64_t
clock_now_ms(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int
clock_left_ms(int64_t deadline_ms)
{
	int64_t left = deadline_ms - clock_now_ms();

	return left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

static uint64_t
seconds_of(clockid_t clock)
{
	struct timespec now = {0};

	(void)clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec;
}

uint64_t
clock_boot_s(void)
{
	return seconds_of(CLOCK_BOOTTIME);
}

uint64_t
clock_wall_s(void)
{
	return seconds_of(CLOCK_REALTIME);
}

void
clock_stamp(uint64_t wall_s, char ret[static CLOCK_STAMP_LEN + 1])
{
	time_t seconds = (time_t)wall_s;
	struct tm tm = {0};

	if (gmtime_r(&seconds, &tm) == NULL ||
	    strftime(ret, CLOCK_STAMP_LEN + 1, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		ret[0] = '\0';
}
