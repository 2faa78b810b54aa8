/* SPDX-License-Identifier: ISC */
/* Each byte is read once, and copied only if a line spans two blocks. */
#include "gcpkce/config/lines.h"

#include <stdio.h>
#include <string.h>

#include "gcpkce/base/text.h"

static const char *
place_of(struct lines *l, unsigned long number)
{
	(void)snprintf(l->place, sizeof(l->place), "%s:%lu", l->path, number);
	return l->place;
}

const char *
lines_place(struct lines *l)
{
	return place_of(l, l->number);
}

/* Allocate a larger block, or the first one, and copy the old bytes. */
static enum outcome
block_grow(struct lines *l, struct errinfo *reterr)
{
	size_t cap = l->cap == 0 ? LINES_BLOCK : l->cap * 2;

	if (cap > LINES_MAX)
		return err_fault(reterr, OUTCOME_CONFIG_INVALID,
		    place_of(l, l->number + 1), NULL,
		    "the line is longer than %d bytes", LINES_MAX);
	uint8_t *block = malloc(cap);
	if (block == NULL)
		return OUTCOME_NO_MEMORY;
	struct lines old = *l;
	if (old.block != NULL)
		memcpy(block, old.block, old.end);
	l->block = block;
	l->cap = cap;
	l->touched = old.end;
	lines_done(&old);
	return OUTCOME_OK;
}

/* Move the remaining bytes to the front and read after them. */
static enum outcome
fill(struct lines *l, struct errinfo *reterr)
{
	if (l->start > 0) {
		memmove(l->block, l->block + l->start, l->end - l->start);
		l->end -= l->start;
		l->start = 0;
	}
	if (l->end == l->cap) {
		enum outcome r = block_grow(l, reterr);
		if (r != OUTCOME_OK)
			return r;
	}

	ssize_t got;
	do {
		got = read(l->fd, l->block + l->end, l->cap - l->end);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_sys(reterr, OUTCOME_CONFIG_INVALID, l->path);
	l->end += (size_t)got;
	if (l->end > l->touched)
		l->touched = l->end;
	l->at_end = got == 0;
	return OUTCOME_OK;
}

enum outcome
lines_next(struct lines *l, struct view *ret_line, struct errinfo *reterr)
{
	const uint8_t *eol = NULL;
	size_t seen = 0; /* bytes of this line known to hold no line break */

	for (;;) {
		size_t have = l->end - l->start;

		if (have > seen)
			eol = memchr(
			    l->block + l->start + seen, '\n', have - seen);
		if (eol != NULL || l->at_end)
			break;
		seen = have;
		enum outcome r = fill(l, reterr);
		if (r != OUTCOME_OK)
			return r;
	}
	if (l->start == l->end) {
		*ret_line = (struct view){0};
		return OUTCOME_OK;
	}

	struct view line = {.p = l->block + l->start};
	line.len = eol != NULL ? (size_t)(eol - line.p) : l->end - l->start;
	l->start += line.len + (eol != NULL ? 1 : 0);
	l->number++;
	*ret_line = line;
	return OUTCOME_OK;
}

void
lines_done(struct lines *l)
{
	/*
	 * it may hold a client secret; pages that were never written stay
	 * unallocated
	 */
	if (l->block != NULL)
		explicit_bzero(l->block, l->touched);
	free(l->block);
	l->block = NULL;
}

struct view
lines_trim(struct view line)
{
	return view_trim(line, " \t\r");
}

struct view
lines_word(struct view *line)
{
	struct view rest = lines_trim(*line);
	struct view word = view_before(view_before(rest, ' '), '\t');

	*line = view_skip(rest, word.len);
	return word;
}

struct view
lines_cut_comment(struct view line)
{
	for (size_t i = 0; i < line.len; i++) {
		if (line.p[i] == '#' &&
		    (i == 0 || text_is_blank(line.p[i - 1]) ||
			line.p[i - 1] == '\r'))
			line.len = i;
	}
	return line;
}
