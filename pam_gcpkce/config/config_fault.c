/* SPDX-License-Identifier: ISC */
/* Values are quoted and escaped; what may be a secret is not shown. */
#include <stdarg.h>

#include "config_loader.h"
#include "gcpkce/base/text.h"
#include "gcpkce/config/shown.h"

#define KEY_LONGEST 24 /* no key's name is longer */

size_t
config_key_row(const struct config_key *key)
{
	size_t count;

	return (size_t)(key - config_keys(&count));
}

struct errinfo *
config_fault_new(struct config_loader *l, enum outcome outcome)
{
	struct config_faults *faults = l->faults;

	if (faults->count++ == 0) {
		faults->outcome = outcome;
		faults->list = calloc(CONFIG_FAULTS_MAX, sizeof(*faults->list));
	}
	if (faults->list == NULL || faults->listed == CONFIG_FAULTS_MAX)
		return NULL;
	return &faults->list[faults->listed++];
}

void
config_fault_add(
    struct config_loader *l, enum outcome outcome, const struct errinfo *why)
{
	struct errinfo *fault = config_fault_new(l, outcome);

	if (fault != NULL)
		*fault = *why;
}

static bool
is_key_char(uint8_t byte)
{
	uint8_t c = text_lower(byte);

	return (c >= 'a' && c <= 'z') || c == '_' || c == '-' || c == '[' ||
	    c == ']';
}

/*
 * The first word in place of a key, if it could be a misspelt key or a section
 * name; anything else may be a secret.
 */
static struct view
word_of(struct view key)
{
	struct view word = view_before(key, ':');

	word = view_before(view_before(word, ' '), '\t');
	return word.len <= KEY_LONGEST && view_all(word, is_key_char)
	    ? word
	    : view_text(SHOWN_NOT);
}

/* WHAT is 'KEY: "VALUE" ...'. */
void
config_fault_add_value(struct config_loader *l, const char *place,
    struct view key, struct view value, const char *fix, const char *fmt, ...)
{
	autobuf text = BUF_INIT(4096);
	va_list ap;

	shown_put(&text, word_of(key));
	buf_put_text(&text, ": \"");
	shown_put_value(&text, key, value);
	buf_put_text(&text, "\" ");
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	(void)err_fault(config_fault_new(l, OUTCOME_CONFIG_INVALID),
	    OUTCOME_CONFIG_INVALID, place, fix, "%s", buf_text(&text));
}

bool
config_key_is_set(const struct config_loader *l, const char *name)
{
	return l->given[config_key_row(config_key_find(view_text(name)))];
}

const char *
config_place(const struct config_loader *l, const char *name)
{
	size_t row = config_key_row(config_key_find(view_text(name)));

	return l->place[row][0] != '\0' ? l->place[row] : l->path;
}

void
config_fault_add_key(struct config_loader *l, const char *name,
    const char *value, const char *fix, const char *what)
{
	bool *faulty =
	    &l->faulty[config_key_row(config_key_find(view_text(name)))];

	if (!*faulty)
		config_fault_add_value(l, config_place(l, name),
		    view_text(name), view_text(value), fix, "%s", what);
	*faulty = true;
}
