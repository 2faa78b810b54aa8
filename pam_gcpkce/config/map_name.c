/* SPDX-License-Identifier: ISC */
/*
 * Directory services find an account by more spellings than one, and the entry
 * that they give has one.  A line in another spelling would be void: it would
 * not let its people in, nor keep others out.
 */
#include "gcpkce/config/map_name.h"

#include <stdio.h>
#include <string.h>

#include "gcpkce/base/text.h"
#include "gcpkce/config/lines.h"

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static struct view
view_from(struct view bytes, size_t offset)
{
	return (struct view){.p = bytes.p + offset, .len = bytes.len - offset};
}

/* The length of "[NAME]" at the beginning, or 0. */
static size_t
bracket_len(struct view text)
{
	if (text.len == 0 || text.p[0] != '[')
		return 0;
	for (size_t i = 2; i < text.len; i++) {
		if (text.p[i] == ']' &&
		    (i + 1 == text.len || is_blank(text.p[i + 1])))
			return i + 1;
	}
	return 0;
}

struct view
map_name_take(struct view *line)
{
	struct view rest = lines_trim(*line);
	struct view word = {.p = rest.p};
	size_t len = bracket_len(rest);

	if (rest.len == 0 || rest.p[0] == '#') {
		line->len = 0;
		return word;
	}
	if (len > 0) {
		word = (struct view){.p = rest.p + 1, .len = len - 2};
	} else {
		while (len < rest.len && !is_blank(rest.p[len]))
			len++;
		word.len = len;
	}
	*line = view_from(rest, len);
	return word;
}

void
map_name_put(struct buf *text, struct view name)
{
	bool plain = name.len > 0 && strchr("[#\"'", name.p[0]) == NULL;

	for (size_t i = 0; i < name.len; i++)
		plain = plain && !is_blank(name.p[i]);
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

bool
map_name_is_like(struct view word, const char *name)
{
	struct view a = bare_name(word);
	struct view b = bare_name(view_text(name));
	bool like = a.len == b.len && a.len > 0;

	/* which letters beyond ASCII are one but for case is not known here */
	for (size_t i = 0; like && i < a.len; i++)
		like = text_lower(a.p[i]) == text_lower(b.p[i]) ||
		    (a.p[i] >= 0x80 && b.p[i] >= 0x80);
	return like;
}

/* How many bytes at the front write this one: an escape of it, or itself. */
static size_t
written_len(struct view text, uint8_t byte)
{
	char escapes[4][8];

	if (text.len == 0)
		return 0;
	if (text.p[0] != '\\' && text.p[0] != '%')
		return text.p[0] == byte ? 1 : 0;
	(void)snprintf(escapes[0], sizeof(escapes[0]), "\\x%02x", byte);
	(void)snprintf(escapes[1], sizeof(escapes[1]), "\\%03o", byte);
	(void)snprintf(escapes[2], sizeof(escapes[2]), "%%%02x", byte);
	(void)snprintf(escapes[3], sizeof(escapes[3]), "\\%c", byte);
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		struct view front = {.p = text.p, .len = strlen(escapes[i])};

		if (front.len <= text.len &&
		    text_eq_nocase(front, view_text(escapes[i])))
			return front.len;
	}
	return text.p[0] == byte ? 1 : 0;
}

/*
 * Does the line begin with the name in quotes, with escapes or bare blanks?
 * What stands in whole quotes or brackets is a name as a whole.
 */
static bool
is_misspelt(struct view line, const char *name)
{
	struct view rest = lines_trim(line);
	uint8_t mark = rest.len > 0 ? rest.p[0] : 0;
	bool opened = mark == '"' || mark == '\'' || mark == '[';

	if (name[0] == '\0')
		return false;
	if (opened)
		rest = view_from(rest, 1);
	for (; *name != '\0'; name++) {
		size_t len = written_len(rest, (uint8_t)*name);

		if (len == 0)
			return false;
		rest = view_from(rest, len);
	}
	const uint8_t *close =
	    opened ? memchr(rest.p, mark == '[' ? ']' : mark, rest.len) : NULL;
	return close != NULL ? close == rest.p
			     : rest.len == 0 || is_blank(rest.p[0]);
}

static bool
is_name_of(const struct account *account, struct view word)
{
	return word.len > 0 &&
	    (view_eq(word, view_text(account->name)) ||
		view_eq(word, view_text(account->uid_name)));
}

/* Whom does the name service give for the word? */
static enum outcome
spelling_judge(struct view word, const struct account *account, bool *ret,
    struct errinfo *reterr)
{
	char name[ACCOUNT_NAME_MAX + 1] = "";
	struct account found;

	*ret = false;
	if (word.len >= sizeof(name))
		return OUTCOME_OK;
	memcpy(name, word.p, word.len);
	enum outcome r = account_find(name, &found, reterr);
	if (r == OUTCOME_OK)
		*ret = account->exists && found.exists &&
		    found.uid == account->uid &&
		    is_name_of(account, view_text(found.name));
	return r;
}

enum outcome
map_name_judge(struct view line, struct view word, const char *user,
    const struct account *account, enum map_naming *ret, struct errinfo *reterr)
{
	const char *name = account->exists ? account->name : user;
	const char *second = account->exists ? account->uid_name : "";
	bool matches = false;

	*ret = MAP_NAME_OTHER;
	if (word.len == 0)
		return OUTCOME_OK;
	if (view_eq(word, view_text(name)) || is_name_of(account, word)) {
		*ret = account->exists ? MAP_NAME_MATCHES : MAP_NAME_OTHER;
		return OUTCOME_OK;
	}
	if (account->exists &&
	    (is_misspelt(line, name) || is_misspelt(line, second))) {
		*ret = MAP_NAME_MISSPELT;
		return OUTCOME_OK;
	}
	if (!map_name_is_like(word, name) && !map_name_is_like(word, second))
		return OUTCOME_OK;
	enum outcome r = spelling_judge(word, account, &matches, reterr);
	if (matches)
		*ret = MAP_NAME_MATCHES;
	return r;
}
