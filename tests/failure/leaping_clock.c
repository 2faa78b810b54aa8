/* SPDX-License-Identifier: ISC */
/*
 * A time of day that leaps with every look at it: ahead by hours, by more each
 * time, and back.  It never comes before the true time, when the certificate
 * authority of the tests did not exist yet.  Linked into a host and a helper,
 * it stands before libc's own for them and their libraries.  Clocks that only
 * ever count are left as they are.
 */
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define VISIBLE __attribute__((visibility("default")))
#define LEAP_S 3600
#define LEAPS 1000 /* at most that many hours: certificates expire */

VISIBLE int clock_gettime(clockid_t clock, struct timespec *ret);
VISIBLE int gettimeofday(struct timeval *restrict ret, void *restrict zone);
VISIBLE time_t time(time_t *ret);

static time_t
leap(void)
{
	static unsigned looks;
	time_t far = (time_t)(looks % LEAPS + 1) * LEAP_S;

	return looks++ % 2 == 0 ? far : 0;
}

int
clock_gettime(clockid_t clock, struct timespec *ret)
{
	int result = (int)syscall(SYS_clock_gettime, clock, ret);

	if (result == 0 &&
	    (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		ret->tv_sec += leap();
	return result;
}

int
gettimeofday(struct timeval *restrict ret, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return -1;
	*ret = (struct timeval){
	    .tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
	return 0;
}

time_t
time(time_t *ret)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (ret != NULL)
		*ret = now.tv_sec;
	return now.tv_sec;
}
