/* SPDX-License-Identifier: ISC */
/*
 * The faults of a configuration, as an administrator reads them.  A value is
 * quoted, and escaped; what may be a secret is not shown.
 */
#include <string.h>

#include "config_loader.h"
#include "gcpkce/config/shown.h"

#define FAULTS_MAX 64
#define KEY_LONGEST 24 /* no key's name is longer */

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
	struct view word = word_of(key);
	bool is_key = is_like_key(word);

	shown_put(&text, is_key ? word : view_text(SHOWN_NOT));
	buf_put_text(&text, ": \"");
	shown_put_value(&text, key, value);
	buf_printf(&text, "\" %s", why);
	config_fault_add(l, OUTCOME_CONFIG_INVALID, place, buf_text(&text));
}

const char *
config_place(const struct config_loader *l, const char *name)
{
	size_t row = config_key_row(config_key_find(view_text(name)));

	return l->place[row][0] != '\0' ? l->place[row] : l->path;
}

void
config_fault_add_key(struct config_loader *l, const char *name,
    const char *value, const char *why)
{
	if (l->faulty[config_key_row(config_key_find(view_text(name)))])
		return;
	config_fault_add_value(
	    l, config_place(l, name), view_text(name), view_text(value), why);
}
