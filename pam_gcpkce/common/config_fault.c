/* SPDX-License-Identifier: ISC */
/*
 * The faults of a configuration, as an administrator reads them.  A value is
 * quoted, and escaped; what may be a secret is not shown.
 */
#include <string.h>

#include "config_loader.h"
#include "gcpkce/text.h"

#define FAULTS_MAX 64
#define SECRET_LEAST 20 /* no client secret is shorter */
#define KEY_LONGEST 24  /* no key's name is longer */
#define SHOWN_MAX 128   /* bytes of a key or value in a message */

size_t
config_key_row(const struct config_key *key)
{
	size_t count;

	return (size_t)(key - config_keys(&count));
}

void
config_fault_add(struct config_loader *l, enum outcome outcome,
    const char *place, const char *text)
{
	if (l->faults->count == 0)
		l->faults->outcome = outcome;
	if (l->faults->count++ >= FAULTS_MAX)
		return;
	if (place[0] != '\0')
		buf_printf(&l->faults->lines, "%s: ", place);
	buf_printf(&l->faults->lines, "%s\n", text);
}

static bool
has_word(struct view text, const char *word)
{
	return text.len > 0 &&
	    memmem(text.p, text.len, word, strlen(word)) != NULL;
}

/*
 * Somebody may have written the secret itself where its file should stand, or
 * under a name of his own.
 */
static bool
may_hold_secret(struct view key, struct view value)
{
	static const char *const words[] = {"secret", "SECRET", "Secret",
	    "pass", "PASS", "Pass", "token", "TOKEN", "Token"};

	/* http://USER:PASSWORD@HOST */
	if (view_eq(key, view_text("proxy")))
		return has_word(value, "@");
	/* a file's name has few letters, or begins with a slash */
	if (view_eq(key, view_text("client_secret_file")))
		return value.len >= SECRET_LEAST && value.p[0] != '/';
	for (size_t i = 0; config_key_find(key) == NULL &&
	     i < sizeof(words) / sizeof(words[0]);
	     i++) {
		if (has_word(key, words[i]))
			return value.len > 0;
	}
	return false;
}

static void
put_shown(struct buf *text, struct view bytes)
{
	struct view shown = bytes;

	if (shown.len > SHOWN_MAX)
		shown.len = SHOWN_MAX;
	text_put_escaped(text, shown);
	if (bytes.len > SHOWN_MAX)
		buf_put_text(text, "...");
}

/* Could somebody have meant a key's name, or a section's, and no secret? */
static bool
is_like_key(struct view word)
{
	bool is_like = word.len <= KEY_LONGEST;

	for (size_t i = 0; i < word.len; i++) {
		uint8_t c = word.p[i];

		is_like = is_like &&
		    ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			c == '_' || c == '-' || c == '[' || c == ']');
	}
	return is_like;
}

/* The first word of what stands for a key: the second may be a secret. */
static struct view
word_of(struct view key)
{
	struct view word = {.p = key.p};

	while (word.len < key.len && key.p[word.len] != ' ' &&
	    key.p[word.len] != '\t' && key.p[word.len] != ':')
		word.len++;
	return word;
}

/* "PLACE: KEY: "VALUE" WHY" */
void
config_fault_add_value(struct config_loader *l, const char *place,
    struct view key, struct view value, const char *why)
{
	autobuf text = BUF_INIT(4096);
	struct view hidden = view_text("(not shown)");
	struct view word = word_of(key);
	bool is_key = is_like_key(word);

	put_shown(&text, is_key ? word : hidden);
	buf_put_text(&text, ": \"");
	if (value.len > 0 && (!is_key || may_hold_secret(key, value)))
		value = hidden;
	put_shown(&text, value);
	buf_printf(&text, "\" %s", why);
	config_fault_add(l, OUTCOME_CONFIG_INVALID, place, buf_text(&text));
}

void
config_fault_add_key(struct config_loader *l, const char *name,
    const char *value, const char *why)
{
	size_t row = config_key_row(config_key_find(view_text(name)));
	const char *place = l->place[row];

	if (l->faulty[row])
		return;
	config_fault_add_value(l, place[0] != '\0' ? place : l->path,
	    view_text(name), view_text(value), why);
}
