/* SPDX-License-Identifier: ISC */
#include "json_scan.h"

#include <string.h>

#include "gcpkce/base/text.h"
#include "gcpkce/oauth/json.h"

struct scan {
	const uint8_t *p;
	size_t len;
	size_t at;
	size_t depth;
	bool nul; /* the last string holds an escaped NUL */
	struct json_scan found;
};

/* The current byte of the scan; '\0' at the end and for a NUL. */
static char
scan_peek(const struct scan *s)
{
	return s->at < s->len ? (char)s->p[s->at] : '\0';
}

static bool
scan_is_one_of(const struct scan *s, const char *set)
{
	char next = scan_peek(s);

	return next != '\0' && strchr(set, next) != NULL;
}

static void
scan_blanks(struct scan *s)
{
	while (scan_is_one_of(s, " \t\r\n"))
		s->at++;
}

/* Skip white space and then the given byte, if present. */
static bool
scan_take(struct scan *s, char wanted)
{
	scan_blanks(s);
	if (scan_peek(s) != wanted)
		return false;
	s->at++;
	return true;
}

/* The error for a byte that the grammar does not allow here. */
static const char *
scan_wrong(const struct scan *s, const char *wrong)
{
	return s->at < s->len ? wrong : "the end is missing";
}

/* Read the four digits of an escape; false if they are not there. */
static bool
scan_hex(struct scan *s, unsigned *ret_unit)
{
	static const char digits[] = "0123456789abcdefABCDEF";

	*ret_unit = 0;
	for (unsigned i = 0; i < 4; i++) {
		if (!scan_is_one_of(s, digits))
			return false;
		unsigned digit =
		    (unsigned)(strchr(digits, scan_peek(s)) - digits);
		*ret_unit = *ret_unit << 4 | (digit > 15 ? digit - 6 : digit);
		s->at++;
	}
	return true;
}

/* Skip the second half of a surrogate pair, if the unit is its first. */
static void
scan_pair(struct scan *s, unsigned unit)
{
	struct scan next = *s;
	unsigned second = 0;

	if ((unit & 0xf800) != 0xd800)
		return;
	next.at += 2;
	if ((unit & 0xfc00) == 0xd800 && s->len - s->at >= 2 &&
	    memcmp(s->p + s->at, "\\u", 2) == 0 && scan_hex(&next, &second) &&
	    (second & 0xfc00) == 0xdc00)
		s->at = next.at;
	else
		s->found.lone_surrogate = true;
}

/* Skip the rest of an escape, from its backslash: RFC 8259 section 7. */
static bool
scan_escape(struct scan *s)
{
	unsigned unit;

	s->at++;
	if (scan_peek(s) != 'u') {
		bool known = scan_is_one_of(s, "\"\\/bfnrt");

		if (known)
			s->at++;
		return known;
	}
	s->at++;
	if (!scan_hex(s, &unit))
		return false;
	s->nul = s->nul || unit == 0;
	scan_pair(s, unit);
	return true;
}

/* Skip one string, from its opening quote; NULL, or what is wrong. */
static const char *
scan_string(struct scan *s)
{
	s->nul = false;
	s->at++;
	while (s->at < s->len) {
		const uint8_t *p = s->p + s->at;

		if (*p == '"') {
			s->at++;
			return NULL;
		}
		if (*p < 0x20)
			return "a control character in a string";
		if (*p == '\\') {
			if (!scan_escape(s))
				return scan_wrong(s, "a malformed escape");
			continue;
		}
		uint32_t code_point;
		size_t step = text_utf8_decode(p, s->len - s->at, &code_point);
		if (step == 0)
			return "not UTF-8";
		s->at += step;
	}
	return "a string without an end";
}

static size_t
scan_digits(struct scan *s)
{
	size_t start = s->at;

	while (scan_is_one_of(s, "0123456789"))
		s->at++;
	return s->at - start;
}

/* Skip one number: RFC 8259 section 6; NULL, or what is wrong. */
static const char *
scan_number(struct scan *s)
{
	static const char wrong[] = "a malformed number";

	if (scan_is_one_of(s, "-"))
		s->at++;
	if (scan_is_one_of(s, "0"))
		s->at++;
	else if (scan_digits(s) == 0)
		return scan_wrong(s, wrong);
	if (scan_is_one_of(s, ".")) {
		s->at++;
		if (scan_digits(s) == 0)
			return scan_wrong(s, wrong);
	}
	if (scan_is_one_of(s, "eE")) {
		s->at++;
		if (scan_is_one_of(s, "+-"))
			s->at++;
		if (scan_digits(s) == 0)
			return scan_wrong(s, wrong);
	}
	return NULL;
}

static const char *
scan_word(struct scan *s)
{
	static const char *const words[] = {"true", "false", "null"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t len = strlen(words[i]);

		if (s->len - s->at >= len &&
		    memcmp(s->p + s->at, words[i], len) == 0) {
			s->at += len;
			return NULL;
		}
	}
	return scan_wrong(s, "a value is missing");
}

/* Skip the name of a member and its colon. */
static const char *
scan_name(struct scan *s)
{
	const char *wrong;

	scan_blanks(s);
	if (scan_peek(s) != '"')
		return scan_wrong(s, "a name is missing");
	wrong = scan_string(s);
	if (wrong != NULL)
		return wrong;
	/* json-c ends a name there, so two names could become equal. */
	if (s->nul)
		return "a NUL in a name";
	if (!scan_take(s, ':'))
		return scan_wrong(s, "a colon is missing");
	s->found.members++;
	return NULL;
}

static const char *scan_value(struct scan *s);

/* Skip an object or array; recurses at most JSON_DEPTH_MAX deep. */
static const char *
scan_container(struct scan *s)
{
	bool named = scan_peek(s) == '{';
	char end = named ? '}' : ']';

	s->at++;
	if (++s->depth > JSON_DEPTH_MAX)
		return "nested too deep";
	if (!scan_take(s, end)) {
		do {
			const char *wrong = named ? scan_name(s) : NULL;

			if (wrong == NULL)
				wrong = scan_value(s);
			if (wrong != NULL)
				return wrong;
		} while (scan_take(s, ','));
		if (!scan_take(s, end))
			return scan_wrong(s, "a comma or bracket is missing");
	}
	s->depth--;
	return NULL;
}

static const char *
scan_value(struct scan *s)
{
	scan_blanks(s);
	if (scan_is_one_of(s, "{["))
		return scan_container(s);
	if (scan_is_one_of(s, "\""))
		return scan_string(s);
	if (scan_is_one_of(s, "-0123456789"))
		return scan_number(s);
	return scan_word(s);
}

/* Skip the one object of a text; NULL, or what is wrong. */
static const char *
scan_text(struct scan *s)
{
	scan_blanks(s);
	if (s->at == s->len)
		return "empty";
	if (scan_peek(s) != '{')
		return "not an object";
	const char *wrong = scan_container(s);
	if (wrong != NULL)
		return wrong;
	scan_blanks(s);
	return s->at < s->len ? "more than one value" : NULL;
}

struct json_scan
json_scan(struct view text)
{
	struct scan scan = {.p = text.p, .len = text.len};

	scan.found.wrong = scan_text(&scan);
	return scan.found;
}
