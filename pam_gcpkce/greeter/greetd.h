/* SPDX-License-Identifier: ISC */
/*
 * The bytes of greetd's protocol: a length in the host's byte order, 32 bits,
 * and as many bytes of JSON.  A greeter sends a request and gets one reply.
 */
#ifndef GCPKCE_GREETER_GREETD_H
#define GCPKCE_GREETER_GREETD_H

#include "gcpkce/base/buf.h"
#include "gcpkce/base/errinfo.h"

#define GREETD_FRAME_MAX (64 * 1024) /* of the JSON text */
#define GREETD_TEXT_MAX (16 * 1024)  /* of a text within it */

enum greetd_type {
	GREETD_ERROR,
	GREETD_SUCCESS,
	GREETD_VISIBLE, /* a prompt with echo */
	GREETD_SECRET,  /* a prompt without */
	GREETD_INFO,
	GREETD_WARNING, /* an error message within a session */
};

struct greetd_reply {
	enum greetd_type type;
	bool denied;     /* GREETD_ERROR of authentication, not of greetd */
	struct buf text; /* message or description; "" for GREETD_SUCCESS */
};

#define autoreply CLEANUP(greetd_reply_done) struct greetd_reply

void greetd_reply_done(struct greetd_reply *reply);

/*
 * The JSON of the first frame of what was received.
 *
 * out:    ret_json  *borrowed*; p is NULL while the frame is not complete
 * errors: OUTCOME_REPLY_INVALID  its length is 0 or above GREETD_FRAME_MAX
 */
MUST_CHECK enum outcome greetd_frame_find(
    struct view received, struct view *ret_json, struct errinfo *reterr);

/*
 * Parse a reply.  Members that this does not know are ignored.
 *
 * out:    ret  owned (autoreply), also after an error
 * errors: OUTCOME_REPLY_INVALID  no such reply, a member of another type, a
 *                                text that is too long or has a NUL byte
 *         OUTCOME_NO_MEMORY
 * source: greetd-ipc(7)
 */
MUST_CHECK enum outcome greetd_reply_parse(
    struct view json, struct greetd_reply *ret, struct errinfo *reterr);

/*
 * Append a request's frame; its failures are reported by buf_check.
 *
 * in:     text  UTF-8; NULL: an answer to a message that is no prompt
 *         type  of the session, for XDG_SESSION_TYPE; "" sets none
 */
void greetd_put_create(struct buf *frame, const char *name);
void greetd_put_answer(struct buf *frame, const char *text);
void greetd_put_cancel(struct buf *frame);
void greetd_put_start(struct buf *frame, const char *command, const char *type);

#endif
