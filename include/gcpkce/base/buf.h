/* SPDX-License-Identifier: ISC */
/*
 * A byte buffer that grows up to a bound, and is wiped before it is freed; and
 * views of bytes.
 */
#ifndef GCPKCE_BUF_H
#define GCPKCE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cleanup.h"
#include "outcome.h"

/* Borrowed bytes: not NUL-ended, not owned. */
struct view {
	const uint8_t *p;
	size_t len;
};

struct buf {
	uint8_t *p; /* followed by a NUL at p[len] */
	size_t len;
	size_t cap;
	size_t max;
	bool failed; /* a put did not fit or memory was short */
};

#define autobuf CLEANUP(buf_done) struct buf

/* An empty buffer that never holds more than max bytes. */
#define BUF_INIT(limit) \
	(struct buf) \
	{ \
		.max = (limit) \
	}

/* Wipe and free the content; the buffer is empty and usable again. */
void buf_done(struct buf *b);

/* Wipe and empty the content; the memory is kept for the next use. */
void buf_reset(struct buf *b);

/*
 * Append bytes, one byte, a string, or formatted text.  A put that does not fit
 * (max) or finds no memory only sets b->failed, so a chain of puts needs one
 * buf_check() at its end.
 */
void buf_put(struct buf *b, const void *bytes, size_t len);
void buf_put_byte(struct buf *b, uint8_t byte);
void buf_put_text(struct buf *b, const char *text);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) PRINTF(2, 0);

/*
 * Check that every put since buf_done or BUF_INIT succeeded.
 *
 * errors: OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome buf_check(const struct buf *b);

/* The content, *borrowed* from b; the text is NUL-ended, "" when empty. */
const char *buf_text(const struct buf *b);
struct view buf_view(const struct buf *b);

struct view view_text(const char *text);
bool view_begins(struct view bytes, const char *text);

/* The bytes after the first count; there must be at least that many. */
struct view view_skip(struct view bytes, size_t count);

/* The bytes without any of the characters at either end. */
struct view view_trim(struct view bytes, const char *characters);

/* The bytes before the first such byte, or all; those after it, or none. */
struct view view_before(struct view bytes, char stop);
struct view view_after(struct view bytes, char stop);

/*
 * Take the next item off a list: "" has one empty item, "a," has two items.
 *
 * gives:  false when nothing is left, and for a view without memory
 */
bool view_next(struct view *rest, char separator, struct view *ret_item);

/* Is each byte good? */
bool view_all(struct view bytes, bool (*is_good)(uint8_t byte));

/* Equal length and equal bytes.  Not for secrets (secret_eq, view_eq_ct). */
bool view_eq(struct view a, struct view b);

/* The same, in a time that depends only on the lengths. */
bool view_eq_ct(struct view a, struct view b);

#endif
