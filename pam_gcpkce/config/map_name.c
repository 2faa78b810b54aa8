/* SPDX-License-Identifier: ISC */
/*
 * Directory services find an account by several spellings, but return an entry
 * with one.  A line with another spelling would have no effect: it would
 * neither allow nor deny a login.
 */
#include "gcpkce/config/map_name.h"

#include <stdlib.h>
#include <string.h>

#include "gcpkce/base/text.h"
#include "gcpkce/config/lines.h"

/* The length of "[NAME]" at the beginning, or 0. */
static size_t
bracket_len(struct view text)
{
	if (text.len == 0 || text.p[0] != '[')
		return 0;
	for (size_t i = 2; i < text.len; i++) {
		if (text.p[i] == ']' &&
		    (i + 1 == text.len || text_is_blank(text.p[i + 1])))
			return i + 1;
	}
	return 0;
}

struct view
map_name_take(struct view *line)
{
	struct view rest = lines_trim(*line);
	size_t len = bracket_len(rest);

	if (rest.len == 0 || rest.p[0] == '#') {
		line->len = 0;
		return (struct view){.p = rest.p};
	}
	if (len == 0)
		return lines_word(line);
	*line = view_skip(rest, len);
	return (struct view){.p = rest.p + 1, .len = len - 2};
}

void
map_name_put(struct buf *text, struct view name)
{
	bool plain = name.len > 0 && strchr("[#\"'", name.p[0]) == NULL;

	for (size_t i = 0; i < name.len; i++)
		plain = plain && !text_is_blank(name.p[i]);
	if (!plain)
		buf_put_byte(text, '[');
	buf_put(text, name.p, name.len);
	if (!plain)
		buf_put_byte(text, ']');
}

/* A name without DOMAIN\ (or winbind's other separators) and @DOMAIN. */
static struct view
bare_name(struct view name)
{
	size_t begin = 0;
	size_t end = name.len;

	for (size_t i = 0; i < name.len; i++) {
		if (name.p[i] == '@' && i > begin) {
			end = i;
			break;
		}
		if (name.p[i] == '\\' || name.p[i] == '+' || name.p[i] == '/')
			begin = i + 1;
	}
	return (struct view){.p = name.p + begin, .len = end - begin};
}

/* Capitals beyond ASCII that name services treat as their small letters. */
static const struct {
	uint16_t first;
	uint16_t last;
	uint16_t add;
	bool in_pairs; /* every other one is a capital, from the first */
} capitals[] = {
    {'A', 'Z', 32, false},
    {0xC0, 0xDE, 32, false},
    {0x100, 0x137, 1, true},
    {0x139, 0x148, 1, true},
    {0x14A, 0x177, 1, true},
    {0x179, 0x17E, 1, true},
    {0x388, 0x38A, 37, false},
    {0x391, 0x3A9, 32, false},
    {0x400, 0x40F, 80, false},
    {0x410, 0x42F, 32, false},
    {0x460, 0x4FF, 1, true},
};

/* The next letter of a name in its small form, or the next byte. */
static uint32_t
letter_take(struct view *rest)
{
	uint32_t c = rest->p[0];
	size_t len = 1;

	if (c >= 0xC3 && c < 0xE0 && rest->len > 1 &&
	    (rest->p[1] & 0xC0) == 0x80) {
		c = (c & 0x1F) << 6 | (rest->p[1] & 0x3FU);
		len = 2;
	}
	*rest = view_skip(*rest, len);
	for (size_t i = 0; i < sizeof(capitals) / sizeof(capitals[0]); i++) {
		if (c >= capitals[i].first && c <= capitals[i].last &&
		    (!capitals[i].in_pairs || (c - capitals[i].first) % 2 == 0))
			return c + capitals[i].add;
	}
	return c;
}

/* Equal, ignoring case? */
static bool
letters_eq(struct view a, struct view b)
{
	while (a.len > 0 && b.len > 0) {
		if (letter_take(&a) != letter_take(&b))
			return false;
	}
	return a.len == b.len;
}

bool
map_name_is_like(struct view word, const char *name)
{
	struct view a = bare_name(word);

	return a.len > 0 && letters_eq(a, bare_name(view_text(name)));
}

/* A typographic quotation mark or blank: U+2000 to U+203F, U+00A0. */
static size_t
typographic_len(const uint8_t *p, size_t len)
{
	if (len >= 3 && p[0] == 0xE2 && p[1] == 0x80)
		return 3;
	return len >= 2 && p[0] == 0xC2 && p[1] == 0xA0 ? 2 : 0;
}

/* The number of bytes at the front or end that cannot be part of a name. */
static size_t
stray_len(struct view name, bool at_end)
{
	const char *stray = at_end ? "\"'`])}>:;,.%=@\\ \t" : "\"'`[({<\\ \t";
	size_t len = 0;

	if (name.len == 0)
		return 0;
	uint8_t c = name.p[at_end ? name.len - 1 : 0];
	if (c != '\0' && strchr(stray, c) != NULL)
		return 1;
	for (size_t i = 2; len == 0 && i <= 3 && i <= name.len; i++) {
		len = typographic_len(name.p + (at_end ? name.len - i : 0), i);
		len = len == i ? len : 0;
	}
	return len;
}

static struct view
stray_strip(struct view name)
{
	size_t len;

	while ((len = stray_len(name, false)) > 0)
		name = view_skip(name, len);
	while ((len = stray_len(name, true)) > 0)
		name.len -= len;
	return name;
}

/* Read the digits of an escape; returns its length, or 0 if one is invalid. */
static size_t
digits_read(struct view text, size_t from, size_t count, int base, uint8_t *ret)
{
	char digits[4] = "";
	char *end;

	if (text.len < from + count)
		return 0;
	memcpy(digits, text.p + from, count);
	if (!text_is_id_char((uint8_t)digits[0])) /* no sign, no blank */
		return 0;
	unsigned long value = strtoul(digits, &end, base);
	if (end != digits + count || value == 0 || value > 0xFF)
		return 0;
	*ret = (uint8_t)value;
	return from + count;
}

/* The next byte of a name, which may be written as an escape. */
static uint8_t
unescaped_take(struct view *rest)
{
	uint8_t c = rest->p[0];
	size_t len = 0;

	if (c == '%')
		len = digits_read(*rest, 1, 2, 16, &c);
	if (c == '\\' && rest->len > 1) {
		uint8_t next = rest->p[1];

		if (next == 'x' || next == 'X')
			len = digits_read(*rest, 2, 2, 16, &c);
		else if (next >= '0' && next <= '7')
			len = digits_read(*rest, 1, 3, 8, &c);
		else if (next == ' ' || next == '@' || next == '\\') {
			c = next;
			len = 2;
		}
	}
	*rest = view_skip(*rest, len > 0 ? len : 1);
	return c;
}

/*
 * The part of a line that may be meant as the name: the text in quotes or
 * brackets, else all up to the first blank, or up to the one after this many
 * blanks.
 */
static struct view
meant_take(struct view line, size_t blanks)
{
	struct view rest = lines_trim(line);
	uint8_t mark = rest.p[0];
	size_t whole = bracket_len(rest);
	size_t len = 0;

	if (whole > 0)
		return (struct view){.p = rest.p + 1, .len = whole - 2};
	if (mark == '"' || mark == '\'' || mark == '[') {
		rest = view_skip(rest, 1);
		const uint8_t *close =
		    memchr(rest.p, mark == '[' ? ']' : mark, rest.len);
		if (close != NULL)
			return (struct view){
			    .p = rest.p, .len = (size_t)(close - rest.p)};
	}
	for (; len < rest.len; len++) {
		bool inner = !text_is_blank(rest.p[len]) ||
		    (len > 0 && rest.p[len - 1] == '\\');

		if (!inner && blanks-- == 0)
			break;
	}
	rest.len = len;
	return rest;
}

/* Is it the name with quotes, escapes, bare blanks or stray signs? */
static bool
is_meant(struct view meant, struct view word, const char *name)
{
	uint8_t text[2 * ACCOUNT_NAME_MAX];
	struct view plain = {.p = text};

	while (meant.len > 0 && plain.len < sizeof(text))
		text[plain.len++] = unescaped_take(&meant);
	if (meant.len > 0)
		return false;
	plain = stray_strip(plain);
	return !view_eq(plain, word) &&
	    (map_name_is_like(plain, name) ||
		map_name_is_like(stray_strip(bare_name(plain)), name));
}

/*
 * Does the line have the name, in any spelling, in a form that is not part of
 * the grammar?  Such a line would have no effect.
 */
static bool
is_misspelt(struct view line, struct view word, const char *name)
{
	size_t blanks = 0;

	for (const char *p = name; *p != '\0'; p++)
		blanks += text_is_blank((uint8_t)*p) ? 1 : 0;
	for (size_t i = 0; name[0] != '\0' && i <= blanks; i++) {
		if (is_meant(meant_take(line, i), word, name))
			return true;
	}
	return false;
}

static bool
is_name_of(const struct account *account, struct view word)
{
	return word.len > 0 &&
	    (view_eq(word, view_text(account->name)) ||
		view_eq(word, view_text(account->uid_name)));
}

/*
 * Look the word up in the name service, once for each word and for at most
 * MAP_SPELLINGS_MAX words.
 */
static enum outcome
spelling_judge(struct view word, const struct account *account,
    struct map_spellings *spellings, enum map_naming *ret,
    struct errinfo *reterr)
{
	struct map_spelling *s = spellings->list;
	struct account found;
	size_t i = 0;

	while (i < spellings->count && !view_eq(word, view_text(s[i].word)))
		i++;
	if (i == MAP_SPELLINGS_MAX) {
		*ret = MAP_NAME_UNASKED;
		return OUTCOME_OK;
	}
	if (i == spellings->count) {
		memcpy(s[i].word, word.p, word.len);
		s[i].word[word.len] = '\0';
		enum outcome r = account_find(s[i].word, &found, reterr);
		if (r != OUTCOME_OK)
			return r;
		spellings->count++;
		if (found.exists && found.uid == account->uid &&
		    is_name_of(account, view_text(found.name)))
			s[i].naming = MAP_NAME_MATCHES;
		/* if only the case differs, no other account can be meant */
		else if (!found.exists &&
		    (letters_eq(word, view_text(account->name)) ||
			letters_eq(word, view_text(account->uid_name))))
			s[i].naming = MAP_NAME_MISSPELT;
		else
			s[i].naming = MAP_NAME_OTHER;
	}
	*ret = s[i].naming;
	return OUTCOME_OK;
}

enum outcome
map_name_judge(struct view line, struct view word, const char *user,
    const struct account *account, struct map_spellings *spellings,
    enum map_naming *ret, struct errinfo *reterr)
{
	/* compare even without an account: the time must not reveal it */
	const char *name = account->exists ? account->name : user;
	const char *second = account->exists ? account->uid_name : "";

	*ret = MAP_NAME_OTHER;
	if (word.len == 0)
		return OUTCOME_OK;
	if (view_eq(word, view_text(name)) || is_name_of(account, word)) {
		*ret = account->exists ? MAP_NAME_MATCHES : MAP_NAME_OTHER;
		return OUTCOME_OK;
	}
	bool misspelt = is_misspelt(line, word, name) ||
	    (strcmp(name, second) != 0 && is_misspelt(line, word, second));
	bool like =
	    map_name_is_like(word, name) || map_name_is_like(word, second);
	if (account->exists && misspelt)
		*ret = MAP_NAME_MISSPELT;
	else if (account->exists && like && word.len <= ACCOUNT_NAME_MAX)
		return spelling_judge(word, account, spellings, ret, reterr);
	return OUTCOME_OK;
}

enum outcome
map_spellings_fill(
    struct map_spellings *spellings, const char *user, struct errinfo *reterr)
{
	struct account found;
	enum outcome r = OUTCOME_OK;

	for (; r == OUTCOME_OK && spellings->count < MAP_SPELLINGS_MAX;
	     spellings->count++)
		r = account_find(user, &found, reterr);
	return r;
}
