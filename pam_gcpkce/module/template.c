/* SPDX-License-Identifier: ISC */
/*
 * Sentences and their blanks.  A translation is untrusted text: it is checked
 * before it is shown, and then only copied.
 */
#include "template.h"

#include <string.h>

#include "gcpkce/base/text.h"

/* The next {name}, from its first brace to its last; empty for none. */
static struct view
placeholder_find(const char *from)
{
	const char *open = strchr(from, '{');

	while (open != NULL) {
		size_t len = strcspn(open + 1, "{}");

		if (len > 0 && open[1 + len] == '}')
			return (struct view){(const uint8_t *)open, len + 2};
		open = strchr(open + 1, '{');
	}
	return (struct view){0};
}

static const char *
placeholder_end(struct view blank)
{
	return (const char *)blank.p + blank.len;
}

/* The value for {name}; NULL for an unknown name. */
static const char *
value_find(struct view blank, const struct blank *blanks, size_t count)
{
	const struct view name = {blank.p + 1, blank.len - 2};

	for (size_t i = 0; i < count; i++) {
		if (view_eq(name, view_text(blanks[i].name)))
			return blanks[i].value;
	}
	return NULL;
}

void
template_put(struct buf *b, const char *sentence, const struct blank *blanks,
    size_t count)
{
	const char *from = sentence;

	for (;;) {
		struct view blank = placeholder_find(from);

		if (blank.len == 0)
			break;
		const char *value = value_find(blank, blanks, count);
		buf_put(b, from, (size_t)((const char *)blank.p - from));
		if (value != NULL)
			text_put_shown(b, view_text(value));
		else
			buf_put(b, blank.p, blank.len);
		from = placeholder_end(blank);
	}
	buf_put_text(b, from);
}

/* How often a blank occurs in a sentence. */
static size_t
placeholder_count(const char *sentence, struct view wanted)
{
	size_t count = 0;

	for (struct view blank = placeholder_find(sentence); blank.len > 0;
	     blank = placeholder_find(placeholder_end(blank)))
		count += view_eq(blank, wanted);
	return count;
}

/* Does the other sentence have each blank of this one, equally often? */
static bool
placeholders_are_in(const char *sentence, const char *other)
{
	for (struct view blank = placeholder_find(sentence); blank.len > 0;
	     blank = placeholder_find(placeholder_end(blank))) {
		if (placeholder_count(sentence, blank) !=
		    placeholder_count(other, blank))
			return false;
	}
	return true;
}

bool
template_may_be(const char *sentence, const char *translation)
{
	size_t len = strnlen(translation, SENTENCE_MAX + 1);
	const struct view bytes = {(const uint8_t *)translation, len};

	return len > 0 && len <= SENTENCE_MAX && text_is_clean_utf8(bytes) &&
	    placeholders_are_in(sentence, translation) &&
	    placeholders_are_in(translation, sentence);
}
