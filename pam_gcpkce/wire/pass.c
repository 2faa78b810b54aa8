/* SPDX-License-Identifier: ISC */
/*
 * Fields of frames.  The reader trusts no length and no byte; after the first
 * fault it reads nothing more.
 */
#include "pass.h"

#include <string.h>

#include "gcpkce/base/text.h"

void
pass_fail(struct wire *w, const char *field, const char *why)
{
	if (w->r == OUTCOME_OK)
		w->r = err_fail(w->reterr, OUTCOME_HELPER_FAILED,
		    "frame: the field %s %s", field, why);
}

void
pass_number(struct wire *w, uint64_t *value, size_t bytes, const char *field)
{
	if (w->out != NULL) {
		for (size_t i = bytes; i > 0; i--)
			buf_put_byte(
			    w->out, (uint8_t)(*value >> (8 * (i - 1))));
		return;
	}
	*value = 0;
	if (w->r != OUTCOME_OK || w->in.len < bytes) {
		pass_fail(w, field, "is cut off");
		return;
	}
	for (size_t i = 0; i < bytes; i++)
		*value = *value << 8 | w->in.p[i];
	w->in.p += bytes;
	w->in.len -= bytes;
}

void
pass_u32(struct wire *w, uint32_t *value, const char *field)
{
	uint64_t wide = *value;

	pass_number(w, &wide, 4, field);
	*value = (uint32_t)wide;
}

void
pass_bool(struct wire *w, bool *value, const char *field)
{
	uint64_t wide = *value;

	pass_number(w, &wide, 1, field);
	if (wide > 1)
		pass_fail(w, field, "is neither 0 nor 1");
	*value = wide == 1;
}

unsigned
pass_choice(struct wire *w, unsigned choice, unsigned count, const char *field)
{
	uint64_t wide = choice;

	pass_number(w, &wide, 1, field);
	if (wide >= count)
		pass_fail(w, field, "is none");
	return w->r == OUTCOME_OK ? (unsigned)wide : 0;
}

struct view
pass_cut(struct wire *w, size_t max, const char *field)
{
	uint64_t len = 0;

	pass_number(w, &len, 4, field);
	if (w->r == OUTCOME_OK && len > max)
		pass_fail(w, field, "is too long");
	if (w->r == OUTCOME_OK && len > w->in.len)
		pass_fail(w, field, "is cut off");
	if (w->r != OUTCOME_OK)
		return (struct view){0};
	struct view bytes = {.p = w->in.p, .len = (size_t)len};
	w->in.p += len;
	w->in.len -= (size_t)len;
	return bytes;
}

void
pass_put(struct wire *w, struct view bytes)
{
	uint64_t len = bytes.len;

	pass_number(w, &len, 4, "");
	buf_put(w->out, bytes.p, bytes.len);
}

void
pass_text(struct wire *w, char *text, size_t cap, const char *field)
{
	if (w->out != NULL) {
		pass_put(w, view_text(text));
		return;
	}
	struct view bytes = pass_cut(w, cap - 1, field);
	if (!text_is_clean_utf8(bytes))
		pass_fail(w, field, "holds a control byte or is not UTF-8");
	memset(text, 0, cap);
	if (w->r == OUTCOME_OK && bytes.len > 0)
		memcpy(text, bytes.p, bytes.len);
}

void
pass_secret(
    struct wire *w, struct secret **secret, size_t max, const char *field)
{
	if (w->out != NULL) {
		pass_put(w, secret_view(*secret));
		return;
	}
	struct view bytes = pass_cut(w, max, field);
	*secret = NULL;
	if (bytes.len > 0 && !text_is_token(bytes))
		pass_fail(w, field, "holds a byte that is not printable");
	if (w->r == OUTCOME_OK && bytes.len > 0)
		w->r = secret_new(bytes.p, bytes.len, secret);
}

enum outcome
pass_finish(struct wire *w)
{
	if (w->r == OUTCOME_OK && w->in.len > 0)
		w->r = err_fail(w->reterr, OUTCOME_HELPER_FAILED,
		    "frame: %zu bytes behind its last field", w->in.len);
	return w->r;
}
