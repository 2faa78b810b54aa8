/* SPDX-License-Identifier: ISC */
/* Whole frames over a stream socket, within a deadline. */
#ifndef GCPKCE_FRAME_H
#define GCPKCE_FRAME_H

#include "wire.h"

/*
 * Send one frame; receive one.  Deadlines are of clock_now_ms().
 *
 * in:     cancel   a descriptor whose readability ends the wait, or -1
 * out:    payload  is reset, then holds the payload; its max bounds it
 * errors: OUTCOME_TIMED_OUT      the deadline passed
 *         OUTCOME_ABORTED        the other end is gone, or cancel was readable
 *         OUTCOME_HELPER_FAILED  what came is not a frame
 *         OUTCOME_SYSTEM_ERROR   a system call failed
 *         OUTCOME_NO_MEMORY      also if the frame to send is not whole
 */
MUST_CHECK enum outcome frame_send(int socket, const struct buf *frame,
    int64_t deadline_ms, struct errinfo *reterr);
MUST_CHECK enum outcome frame_receive(int socket, int cancel,
    int64_t deadline_ms, enum wire_type *ret_type, struct buf *payload,
    struct errinfo *reterr);

#endif
