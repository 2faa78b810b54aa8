/* SPDX-License-Identifier: ISC */
/*
 * One pass over a frame's payload, field by field, in either direction.  Each
 * struct that crosses the wire has one list of such calls, which writes it and
 * reads it, so the two cannot drift apart.
 */
#ifndef GCPKCE_PASS_H
#define GCPKCE_PASS_H

#include "gcpkce/base/errinfo.h"
#include "gcpkce/base/secret.h"

/*
 * A pass: with out set fields are appended to it, else they are cut from in.
 * The first fault ends it: r is no longer OUTCOME_OK, reterr names the field,
 * and what is read after it is zero.
 */
struct wire {
	struct buf *out;
	struct view in;
	enum outcome r;
	struct errinfo *reterr;
};

/* Note a fault: "the field FIELD WHY". */
void pass_fail(struct wire *w, const char *field, const char *why);

/*
 * Pass one field: a big-endian number of so many bytes; a boolean of 0 or 1; a
 * NUL-ended text in an array of cap bytes, clean UTF-8; a secret of printable
 * ASCII, of which "" is none (reading *gives* it).
 */
void pass_number(
    struct wire *w, uint64_t *value, size_t bytes, const char *field);
void pass_u32(struct wire *w, uint32_t *value, const char *field);
void pass_bool(struct wire *w, bool *value, const char *field);
void pass_text(struct wire *w, char *text, size_t cap, const char *field);
void pass_secret(
    struct wire *w, struct secret **secret, size_t max, const char *field);

/* Pass one byte that counts less than count; gives 0 after a fault. */
unsigned pass_choice(
    struct wire *w, unsigned choice, unsigned count, const char *field);
#define PASS_TEXT(w, s, member) \
	pass_text(w, (s)->member, sizeof((s)->member), #member)

/* Write bytes with their length; read them, at most max, *borrowed* from in. */
void pass_put(struct wire *w, struct view bytes);
struct view pass_cut(struct wire *w, size_t max, const char *field);

/*
 * End a reading: bytes behind the last field are a fault.
 *
 * gives:  w->r: OUTCOME_OK, OUTCOME_HELPER_FAILED, OUTCOME_NO_MEMORY
 */
enum outcome pass_finish(struct wire *w);

#endif
