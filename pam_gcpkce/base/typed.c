/* SPDX-License-Identifier: ISC */
/* The bytes are untrusted; they are read in one forward pass. */
#include "gcpkce/base/typed.h"

#include <string.h>

/* The length of an ESC, or of its visible form ^[, at the beginning. */
static size_t
escape_len(struct view bytes)
{
	if (view_begins(bytes, "\x1b"))
		return 1;
	return view_begins(bytes, "^[") ? 2 : 0;
}

/* The rest of a control sequence: parameters, intermediates, final byte. */
static size_t
csi_len(struct view rest)
{
	size_t len = 0;

	while (len < rest.len && rest.p[len] >= 0x30 && rest.p[len] <= 0x3f)
		len++;
	while (len < rest.len && rest.p[len] >= 0x20 && rest.p[len] <= 0x2f)
		len++;
	if (len == rest.len || rest.p[len] < 0x40 || rest.p[len] > 0x7e)
		return 0;
	if (rest.p[0] == 'M') /* the oldest mouse report: 3 bytes follow */
		return rest.len >= 4 ? 4 : 0;
	return len + 1;
}

/* The rest of a control string, up to its BEL or ESC \. */
static size_t
string_len(struct view rest)
{
	for (size_t i = 0; i < rest.len; i++) {
		size_t escape = escape_len(view_skip(rest, i));

		if (rest.p[i] == '\a')
			return i + 1;
		if (view_begins(view_skip(rest, i), "^G"))
			return i + 2;
		if (escape > 0)
			return view_begins(view_skip(rest, i + escape), "\\")
			    ? i + escape + 1
			    : 0;
	}
	return 0;
}

/* The length of a whole report of the terminal at the beginning; else 0. */
static size_t
report_len(struct view bytes)
{
	size_t escape = escape_len(bytes);
	size_t len = 0;

	if (escape == 0 || escape == bytes.len)
		return 0;
	struct view rest = view_skip(bytes, escape + 1);
	switch (bytes.p[escape]) {
	case '[':
		len = csi_len(rest);
		break;
	case 'O': /* a key of the keypad */
		len = rest.len > 0 && rest.p[0] >= 0x40 && rest.p[0] < 0x7f;
		break;
	case ']':
	case 'P':
	case '_':
		len = string_len(rest);
		break;
	default:
		break;
	}
	return len > 0 ? escape + 1 + len : 0;
}

/* The number of bytes to remove at the beginning: 0, 1, or a report. */
static size_t
ornament_len(struct view bytes)
{
	static const char single[] = " \t\r\n\v\f'\"`<>";

	if (memchr(single, bytes.p[0], sizeof(single) - 1) != NULL)
		return 1;
	return report_len(bytes);
}

/* Append what was typed without these bytes. */
static void
put_plain(struct buf *plain, struct view typed)
{
	while (typed.len > 0) {
		size_t ornament = ornament_len(typed);

		if (ornament == 0)
			buf_put_byte(plain, typed.p[0]);
		typed = view_skip(typed, ornament > 0 ? ornament : 1);
	}
}

/* Remove one of them from the beginning or the end of the text. */
static bool
mark_drop(struct view *text, const char *mark)
{
	size_t len = strlen(mark);

	if (text->len < len)
		return false;
	if (view_begins(*text, mark)) {
		*text = view_skip(*text, len);
		return true;
	}
	if (!view_begins(view_skip(*text, text->len - len), mark))
		return false;
	text->len -= len;
	return true;
}

/* Remove paste marks and focus reports that lost their ESC. */
static struct view
without_bare_marks(struct view text)
{
	static const char *const marks[] = {"[200~", "[201~", "[I", "[O"};
	size_t i = 0;

	while (i < sizeof(marks) / sizeof(marks[0]))
		i = mark_drop(&text, marks[i]) ? 0 : i + 1;
	return text;
}

struct view
typed_once(struct view text)
{
	size_t half = text.len / 2;

	if (half > 0 && text.len == 2 * half &&
	    memcmp(text.p, text.p + half, half) == 0)
		text.len = half;
	return text;
}

struct view
typed_plain(struct view typed, struct buf *hold)
{
	put_plain(hold, typed);
	return without_bare_marks(buf_view(hold));
}

bool
typed_is_sshd_junk(struct view typed)
{
	static const char junk[] = "\b\n\r\177INCORRECT";

	for (size_t i = 0; i < typed.len; i++) {
		if (typed.p[i] != (uint8_t)junk[i % (sizeof(junk) - 1)])
			return false;
	}
	return typed.len > 0;
}
