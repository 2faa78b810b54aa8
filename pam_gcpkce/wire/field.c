/* SPDX-License-Identifier: ISC */
/* The reader trusts no length and no byte, and stops at the first fault. */
#include "gcpkce/wire/field.h"

#include <string.h>

#include "gcpkce/base/text.h"

void
field_fail(struct wire_codec *w, const char *field, const char *why)
{
	if (w->r == OUTCOME_OK)
		w->r = err_set(w->reterr, OUTCOME_HELPER_FAILED,
		    "frame: the field %s %s", field, why);
}

void
field_number(
    struct wire_codec *w, uint64_t *value, size_t bytes, const char *field)
{
	if (w->out != NULL) {
		for (size_t i = bytes; i > 0; i--)
			buf_put_byte(
			    w->out, (uint8_t)(*value >> (8 * (i - 1))));
		return;
	}
	*value = 0;
	if (w->r != OUTCOME_OK || w->in.len < bytes) {
		field_fail(w, field, "is cut off");
		return;
	}
	for (size_t i = 0; i < bytes; i++)
		*value = *value << 8 | w->in.p[i];
	w->in.p += bytes;
	w->in.len -= bytes;
}

void
field_u32(struct wire_codec *w, uint32_t *value, const char *field)
{
	uint64_t wide = *value;

	field_number(w, &wide, 4, field);
	*value = (uint32_t)wide;
}

void
field_bool(struct wire_codec *w, bool *value, const char *field)
{
	uint64_t wide = *value;

	field_number(w, &wide, 1, field);
	if (wide > 1)
		field_fail(w, field, "is neither 0 nor 1");
	*value = wide == 1;
}

unsigned
field_choice(
    struct wire_codec *w, unsigned choice, unsigned count, const char *field)
{
	uint64_t wide = choice;

	field_number(w, &wide, 1, field);
	if (wide >= count)
		field_fail(w, field, "is out of range");
	return w->r == OUTCOME_OK ? (unsigned)wide : 0;
}

struct view
field_cut(struct wire_codec *w, size_t max, const char *field)
{
	uint64_t len = 0;

	field_number(w, &len, 4, field);
	if (w->r == OUTCOME_OK && len > max)
		field_fail(w, field, "is too long");
	if (w->r == OUTCOME_OK && len > w->in.len)
		field_fail(w, field, "is cut off");
	if (w->r != OUTCOME_OK)
		return (struct view){0};
	struct view bytes = {.p = w->in.p, .len = (size_t)len};
	w->in.p += len;
	w->in.len -= (size_t)len;
	return bytes;
}

void
field_put(struct wire_codec *w, struct view bytes)
{
	uint64_t len = bytes.len;

	field_number(w, &len, 4, "");
	buf_put(w->out, bytes.p, bytes.len);
}

/* Pass a text whose bytes are checked, with the error for other bytes. */
static void
text_pass(struct wire_codec *w, char *text, size_t cap, const char *field,
    bool (*is_good)(struct view), const char *why)
{
	if (w->out != NULL) {
		field_put(w, view_text(text));
		return;
	}
	struct view bytes = field_cut(w, cap - 1, field);
	if (!is_good(bytes))
		field_fail(w, field, why);
	memset(text, 0, cap);
	if (w->r == OUTCOME_OK && bytes.len > 0)
		memcpy(text, bytes.p, bytes.len);
}

void
field_text(struct wire_codec *w, char *text, size_t cap, const char *field)
{
	text_pass(w, text, cap, field, text_is_clean_utf8,
	    "holds a control byte or is not UTF-8");
}

void
field_token(struct wire_codec *w, char *text, size_t cap, const char *field)
{
	text_pass(w, text, cap, field, text_is_token, "is not printable ASCII");
}

void
field_secret(
    struct wire_codec *w, struct secret **secret, size_t max, const char *field)
{
	if (w->out != NULL) {
		field_put(w, secret_view(*secret));
		return;
	}
	struct view bytes = field_cut(w, max, field);
	*secret = NULL;
	if (bytes.len > 0 && !text_is_token(bytes))
		field_fail(w, field, "holds a byte that is not printable");
	if (w->r == OUTCOME_OK && bytes.len > 0)
		w->r = secret_new(bytes.p, bytes.len, secret);
}

enum outcome
field_finish(struct wire_codec *w)
{
	if (w->r == OUTCOME_OK && w->in.len > 0)
		w->r = err_set(w->reterr, OUTCOME_HELPER_FAILED,
		    "frame: %zu bytes after its last field", w->in.len);
	return w->r;
}
