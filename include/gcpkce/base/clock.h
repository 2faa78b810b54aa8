/* SPDX-License-Identifier: ISC */
/* Deadlines on the monotonic clock, and times for users and logs. */
#ifndef GCPKCE_CLOCK_H
#define GCPKCE_CLOCK_H

#include <stdint.h>

#define CLOCK_STAMP_LEN 20 /* 2026-01-02T03:04:05Z */

/* Milliseconds of CLOCK_MONOTONIC; deadlines are counted in these. */
int64_t clock_now_ms(void);

/* Milliseconds left until a deadline, at least 0; suitable for poll(2). */
int clock_left_ms(int64_t deadline_ms);

/* Seconds since the boot, of CLOCK_BOOTTIME, which counts while suspended. */
uint64_t clock_boot_s(void);

/* Seconds of CLOCK_REALTIME. */
uint64_t clock_wall_s(void);

/* A time of CLOCK_REALTIME as UTC (RFC 3339), for logs and the environment. */
void clock_stamp(uint64_t wall_s, char ret[static CLOCK_STAMP_LEN + 1]);

#endif
