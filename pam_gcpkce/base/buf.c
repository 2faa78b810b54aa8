/* SPDX-License-Identifier: ISC */
/* No realloc, which could leave a copy that is not wiped. */
#include "gcpkce/base/buf.h"

#include <stdio.h>
#include <string.h>

void
buf_done(struct buf *b)
{
	if (b->p != NULL) {
		explicit_bzero(b->p, b->cap);
		free(b->p);
	}
	*b = BUF_INIT(b->max);
}

void
buf_reset(struct buf *b)
{
	if (b->p != NULL)
		explicit_bzero(b->p, b->cap);
	b->len = 0;
	b->failed = false;
}

/* Make room for len more bytes and a NUL. */
static bool
buf_reserve(struct buf *b, size_t len)
{
	if (b->failed || len > b->max - b->len) {
		b->failed = true;
		return false;
	}
	size_t need = b->len + len + 1;
	if (need <= b->cap)
		return true;

	size_t cap = b->cap < 64 ? 64 : b->cap;
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	uint8_t *p = malloc(cap);
	if (p == NULL) {
		b->failed = true;
		return false;
	}
	if (b->p != NULL) {
		memcpy(p, b->p, b->len);
		explicit_bzero(b->p, b->cap);
		free(b->p);
	}
	b->p = p;
	b->cap = cap;
	return true;
}

void
buf_put(struct buf *b, const void *bytes, size_t len)
{
	if (!buf_reserve(b, len))
		return;
	if (len > 0)
		memcpy(b->p + b->len, bytes, len);
	b->len += len;
	b->p[b->len] = '\0';
}

void
buf_put_byte(struct buf *b, uint8_t byte)
{
	buf_put(b, &byte, 1);
}

void
buf_put_text(struct buf *b, const char *text)
{
	buf_put(b, text, strlen(text));
}

void
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;

	va_copy(again, ap);
	int len = vsnprintf(NULL, 0, fmt, ap);
	if (len < 0) {
		b->failed = true;
	} else if (buf_reserve(b, (size_t)len)) {
		(void)vsnprintf(
		    (char *)b->p + b->len, (size_t)len + 1, fmt, again);
		b->len += (size_t)len;
	}
	va_end(again);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

enum outcome
buf_check(const struct buf *b)
{
	return b->failed ? OUTCOME_NO_MEMORY : OUTCOME_OK;
}

const char *
buf_text(const struct buf *b)
{
	return b->len > 0 ? (const char *)b->p : "";
}

struct view
buf_view(const struct buf *b)
{
	return (struct view){.p = b->p, .len = b->len};
}

struct view
view_text(const char *text)
{
	return (struct view){.p = (const uint8_t *)text, .len = strlen(text)};
}

bool
view_begins(struct view bytes, const char *text)
{
	size_t len = strlen(text);

	return bytes.len >= len && memcmp(bytes.p, text, len) == 0;
}

struct view
view_skip(struct view bytes, size_t count)
{
	return (struct view){.p = bytes.p + count, .len = bytes.len - count};
}

static bool
is_one_of(uint8_t byte, const char *characters)
{
	return byte != '\0' && strchr(characters, byte) != NULL;
}

struct view
view_trim(struct view bytes, const char *characters)
{
	while (bytes.len > 0 && is_one_of(bytes.p[0], characters))
		bytes = view_skip(bytes, 1);
	while (bytes.len > 0 && is_one_of(bytes.p[bytes.len - 1], characters))
		bytes.len--;
	return bytes;
}

struct view
view_before(struct view bytes, char stop)
{
	const uint8_t *at =
	    bytes.len > 0 ? memchr(bytes.p, stop, bytes.len) : NULL;

	if (at != NULL)
		bytes.len = (size_t)(at - bytes.p);
	return bytes;
}

struct view
view_after(struct view bytes, char stop)
{
	size_t front = view_before(bytes, stop).len;

	return view_skip(bytes, front < bytes.len ? front + 1 : front);
}

bool
view_next(struct view *rest, char separator, struct view *ret_item)
{
	if (rest->p == NULL)
		return false;
	*ret_item = view_before(*rest, separator);
	*rest = ret_item->len < rest->len ? view_skip(*rest, ret_item->len + 1)
					  : (struct view){0};
	return true;
}

bool
view_all(struct view bytes, bool (*is_good)(uint8_t byte))
{
	for (size_t i = 0; i < bytes.len; i++) {
		if (!is_good(bytes.p[i]))
			return false;
	}
	return true;
}

bool
view_eq(struct view a, struct view b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool
view_eq_ct(struct view a, struct view b)
{
	/* volatile: keeps the compiler from ending the loop early */
	volatile uint8_t difference = 0;

	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		difference |= a.p[i] ^ b.p[i];
	return difference == 0;
}
