/* SPDX-License-Identifier: ISC */
/* Nothing here depends on the locale: greeters run in any. */
#include "gcpkce/base/text.h"

#include <string.h>

static bool
is_alnum(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

/* Copy printable ASCII except the special bytes; escape the rest. */
static void
put_escaped(struct buf *b, struct view bytes, const char *special)
{
	for (size_t i = 0; i < bytes.len; i++) {
		uint8_t c = bytes.p[i];

		if (c >= 0x20 && c < 0x7f && strchr(special, c) == NULL)
			buf_put_byte(b, c);
		else
			buf_printf(b, "\\x%02x", c);
	}
}

void
text_put_escaped(struct buf *b, struct view bytes)
{
	put_escaped(b, bytes, "\"\\");
}

void
text_put_shown(struct buf *b, struct view bytes)
{
	put_escaped(b, bytes, "");
}

void
text_put_field(
    struct buf *line, const char *name, const char *value, size_t max)
{
	struct view bytes = view_text(value);
	bool cut = bytes.len > max;

	bytes.len = cut ? max : bytes.len;
	buf_printf(line, " %s=\"", name);
	text_put_escaped(line, bytes);
	buf_put_text(line, cut ? "...\"" : "\"");
}

bool
text_is_unreserved(uint8_t byte)
{
	return is_alnum(byte) || byte == '-' || byte == '.' || byte == '_' ||
	    byte == '~';
}

void
text_put_percent(struct buf *b, struct view bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		uint8_t c = bytes.p[i];

		if (text_is_unreserved(c))
			buf_put_byte(b, c);
		else
			buf_printf(b, "%%%02X", c);
	}
}

bool
text_is_uuid(struct view bytes)
{
	if (bytes.len != TEXT_UUID_LEN)
		return false;
	for (size_t i = 0; i < bytes.len; i++) {
		uint8_t c = bytes.p[i];
		bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
		bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');

		if (hyphen ? c != '-' : !hex)
			return false;
	}
	return true;
}

bool
text_is_id_char(uint8_t byte)
{
	return text_is_unreserved(byte) && byte != '~';
}

bool
text_is_printable(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x7f;
}

static bool
is_graphic(uint8_t byte)
{
	return text_is_printable(byte) && byte != ' ';
}

bool
text_is_token(struct view bytes)
{
	return bytes.len > 0 && view_all(bytes, is_graphic);
}

static bool
is_b64token_char(uint8_t byte)
{
	return text_is_unreserved(byte) || byte == '+' || byte == '/';
}

bool
text_is_b64token(struct view bytes)
{
	while (bytes.len > 0 && bytes.p[bytes.len - 1] == '=')
		bytes.len--;
	return bytes.len > 0 && view_all(bytes, is_b64token_char);
}

size_t
text_utf8_decode(const uint8_t *p, size_t len, uint32_t *ret_char)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t need = p[0] < 0x80   ? 1
	    : (p[0] & 0xe0) == 0xc0 ? 2
	    : (p[0] & 0xf0) == 0xe0 ? 3
	    : (p[0] & 0xf8) == 0xf0 ? 4
				    : 0;

	if (need == 0 || need > len)
		return 0;
	uint32_t c = need == 1 ? p[0] : p[0] & (0x7fU >> need);
	for (size_t i = 1; i < need; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[need] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret_char = c;
	return need;
}

bool
text_is_clean_utf8(struct view bytes)
{
	size_t i = 0;

	while (i < bytes.len) {
		uint32_t c = 0;
		size_t len = text_utf8_decode(bytes.p + i, bytes.len - i, &c);

		if (len == 0 || c < 0x20 || (c >= 0x7f && c < 0xa0))
			return false;
		i += len;
	}
	return true;
}

bool
text_parse_number(
    const char *text, unsigned long min, unsigned long max, unsigned long *ret)
{
	unsigned long n = 0;

	if (*text == '\0')
		return false;
	for (const char *p = text; *p != '\0'; p++) {
		if (*p < '0' || *p > '9')
			return false;
		if (__builtin_mul_overflow(n, 10UL, &n) ||
		    __builtin_add_overflow(n, (unsigned long)(*p - '0'), &n))
			return false;
	}
	if (n < min || n > max)
		return false;
	*ret = n;
	return true;
}

bool
text_is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t';
}

uint8_t
text_lower(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + 0x20) : byte;
}

bool
text_eq_nocase(struct view a, struct view b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (text_lower(a.p[i]) != text_lower(b.p[i]))
			return false;
	}
	return true;
}

bool
text_split_email(
    struct view address, struct view *ret_local, struct view *ret_domain)
{
	struct view local = view_before(address, '@');
	struct view domain = view_after(address, '@');

	if (!text_is_token(address) || local.len == 0 || domain.len == 0 ||
	    view_before(domain, '@').len < domain.len)
		return false;
	*ret_local = local;
	*ret_domain = domain;
	return true;
}

bool
text_list_has(const char *list, struct view item)
{
	struct view rest = view_text(list);
	struct view entry;

	while (item.len > 0 && view_next(&rest, ',', &entry)) {
		if (text_eq_nocase(entry, item))
			return true;
	}
	return false;
}
