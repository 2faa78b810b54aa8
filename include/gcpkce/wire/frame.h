/* SPDX-License-Identifier: ISC */
/*
 * Whole frames over a stream socket, within a deadline.
 */
#ifndef GCPKCE_FRAME_H
#define GCPKCE_FRAME_H

#include "wire.h"

/*
 * Send frames.  Never raises SIGPIPE.
 *
 * in:     socket       non-blocking or not
 *         deadline_ms  of clock_now_ms()
 * errors: OUTCOME_TIMED_OUT      the deadline passed
 *         OUTCOME_ABORTED        the other end is gone
 *         OUTCOME_NO_MEMORY      the frame was not whole (buf_check)
 *         OUTCOME_SYSTEM_ERROR   send failed otherwise
 */
MUST_CHECK enum outcome frame_send(int socket, const struct buf *frame,
    int64_t deadline_ms, struct errinfo *reterr);

/*
 * Receive one frame.
 *
 * in:     cancel   a descriptor whose readability ends the wait, or -1
 * out:    ret_type
 *         payload  is reset, then holds the payload; its max bounds it
 * errors: OUTCOME_TIMED_OUT      the deadline passed
 *         OUTCOME_ABORTED        the other end is gone, or cancel was readable
 *         OUTCOME_HELPER_FAILED  not a frame
 *         OUTCOME_SYSTEM_ERROR   poll or recv failed;  OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome frame_receive(int socket, int cancel,
    int64_t deadline_ms, enum wire_type *ret_type, struct buf *payload,
    struct errinfo *reterr);

#endif
