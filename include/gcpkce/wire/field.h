/* SPDX-License-Identifier: ISC */
/* One pass over a frame's payload, field by field, in either direction. */
#ifndef GCPKCE_FIELD_H
#define GCPKCE_FIELD_H

#include <string.h>

#include "gcpkce/base/errinfo.h"
#include "wire.h"

/*
 * A pass: if out is set, fields are appended to it, else they are cut from in.
 * The first fault ends it: r is no longer OUTCOME_OK, reterr names the field,
 * and what is read after it is zero.
 */
struct wire_codec {
	struct buf *out;
	struct view in;
	enum outcome r;
	struct errinfo *reterr;
};

/* Note a fault: "the field FIELD WHY". */
void field_fail(struct wire_codec *w, const char *field, const char *why);

/*
 * Pass one field: a big-endian number of so many bytes; a boolean of 0 or 1; a
 * NUL-ended text in an array of cap bytes, clean UTF-8; a secret of printable
 * ASCII, where "" means none (reading *gives* it).
 */
void field_number(
    struct wire_codec *w, uint64_t *value, size_t bytes, const char *field);
void field_u32(struct wire_codec *w, uint32_t *value, const char *field);
void field_bool(struct wire_codec *w, bool *value, const char *field);
void field_text(
    struct wire_codec *w, char *text, size_t cap, const char *field);
void field_secret(struct wire_codec *w, struct secret **secret, size_t max,
    const char *field);

/* Pass one byte whose value is below count; returns 0 after a fault. */
unsigned field_choice(
    struct wire_codec *w, unsigned choice, unsigned count, const char *field);

/* The same for a text of at least one byte, printable ASCII without space. */
void field_token(
    struct wire_codec *w, char *text, size_t cap, const char *field);
#define PASS_TEXT(w, s, member) \
	field_text(w, (s)->member, sizeof((s)->member), #member)

/* Write bytes with their length; read them, at most max, *borrowed* from in. */
void field_put(struct wire_codec *w, struct view bytes);
struct view field_cut(struct wire_codec *w, size_t max, const char *field);

/* End reading: bytes after the last field are a fault.  Returns w->r. */
enum outcome field_finish(struct wire_codec *w);

/* Fields that several frames, and records of sign-ins, share. */
void field_identity(struct wire_codec *w, struct identity *identity);
void field_missing(struct wire_codec *w, struct missing_layers *missing);
void field_route(struct wire_codec *w, struct wire_route *route);
void field_verdict(struct wire_codec *w, struct wire_verdict *verdict);

/* Begin a frame, which returns the position that frame_end needs; end it. */
size_t frame_begin(struct buf *frame, enum wire_type type);
void frame_end(struct buf *frame, size_t start);

/*
 * Define what WIRE_FRAME declares.  walk(w, S *) passes the fields.  The writer
 * passes a copy, because walk may also modify it; the copy holds pointers to
 * secrets and lists, never their bytes.  done(S *) frees what a reader has
 * allocated before a fault.
 */
#define FRAME_DEFINE(name, type, S, walk, done) \
	void wire_put_##name(struct buf *frame, const S *value) \
	{ \
		struct wire_codec w = {.out = frame, .r = OUTCOME_OK}; \
		size_t start = frame_begin(frame, type); \
		S lent = *value; \
\
		walk(&w, &lent); \
		frame_end(frame, start); \
	} \
\
	enum outcome wire_##name##_parse( \
	    struct view payload, S *ret, struct errinfo *reterr) \
	{ \
		struct wire_codec w = { \
		    .in = payload, .r = OUTCOME_OK, .reterr = reterr}; \
\
		memset(ret, 0, sizeof(*ret)); \
		walk(&w, ret); \
		if (field_finish(&w) == OUTCOME_OK) \
			return OUTCOME_OK; \
		done(ret); \
		memset(ret, 0, sizeof(*ret)); \
		return w.r; \
	}

/* For structs with nothing to free. */
#define FRAME_OWNS_NOTHING(value) ((void)(value))

#endif
