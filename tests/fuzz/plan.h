/* SPDX-License-Identifier: ISC */
/*
 * A plan for the world out of the bytes of an input.
 *
 *   who how                     setting_of's
 *   options                     0x01 not root, 0x02 no conversation, 0x04 sudo,
 *                               0x08 export=env, 0x10 export=file, 0x20 debug,
 *                               0x40 a session follows, 0x80 revoke=never
 *   more                        0x03 attempts, 0x0c timeout, 0x10 PAM_SILENT,
 *                               0x20 the session is another process's,
 *                               0x40 it is opened twice, 0x80 sandbox=strict
 *   N, then N times             CALL NTH-HIGH NTH-LOW RUN-AND-HOW
 *   N, then N times             RESULT MEANWHILE LENGTH TEXT
 *   to the end                  KIND LENGTH-HIGH LENGTH-LOW BYTES
 *
 * KIND is one of enum record.  tests/fuzz/seeds.py writes such inputs.
 */
#ifndef GCPKCE_TESTS_FUZZ_PLAN_H
#define GCPKCE_TESTS_FUZZ_PLAN_H

#include "world.h"

#define OPTION_NOT_ROOT 0x01
#define OPTION_NO_CONVERSATION 0x02
#define OPTION_SUDO 0x04
#define OPTION_EXPORT_ENV 0x08
#define OPTION_EXPORT_FILE 0x10
#define OPTION_DEBUG 0x20
#define OPTION_SESSION 0x40
#define OPTION_REVOKE_NEVER 0x80

/* What the helper does next. */
enum record {
	RECORD_BYTES,   /* sends just these */
	RECORD_FRAME,   /* a frame: its type, its payload */
	RECORD_READY,   /* an address; without bytes a good one */
	RECORD_VERDICT, /* choices, and a text of their own */
	RECORD_WAIT,    /* so many times 100 ms */
	RECORD_SILENCE, /* for ever */
	RECORDS
};

/* The places of a verdict's choices. */
enum choice {
	CHOICE_OUTCOME,
	CHOICE_FLAGS, /* other_address, sshd_junk, cloned_user, number */
	CHOICE_ID,
	CHOICE_EMAIL,
	CHOICE_STATE,
	CHOICE_CLIENT,
	CHOICE_ORGANIZATION,
	CHOICE_HOME,
	CHOICE_GROUPS,
	CHOICE_ROLES,
	CHOICE_DIVISIONS,
	CHOICE_TOKEN,
	CHOICE_EXPIRES,
	CHOICES
};

struct options {
	uint8_t bits;
	unsigned attempts;
	bool is_silent;
	bool is_elsewhere;
	bool is_twice;
	bool is_strict;
};

/* Read a plan; its texts are *borrowed* from the input. */
void plan_read(struct input *in, struct plan *ret, struct options *ret_options);

/*
 * Read the last whole frame of the bytes that a helper sent.
 *
 * out:    ret  what a verdict claims; views *borrowed* from bytes
 * gives:  whether it is a verdict of nothing but "ok"
 */
bool verdict_claims(struct view bytes, struct claim *ret);

/* Does a READY or VERDICT of these say that a layer of the sandbox is missing?
 */
bool frames_lack(struct view bytes);

/* How many whole frames of this type are there, and which type is the last? */
size_t frames_count(struct view bytes, uint8_t type, uint8_t *ret_last);

#endif
