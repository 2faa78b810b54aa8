/* SPDX-License-Identifier: ISC */
/*
 * Lines and words as libpam splits them.  Only blanks, tabs and line breaks
 * separate words there.
 */
#include "stack_file.h"

#include <string.h>

#include "gcpkce/base/text.h"

#define BLANKS " \t\n"

/*
 * Add one line of the file.
 *
 * gives:  true when the logical line is at its end
 */
static bool
part_add(struct view part, struct buf *line, struct stack_line_flags *flags)
{
	const uint8_t *nul = memchr(part.p, '\0', part.len);
	const uint8_t *hash = memchr(part.p, '#', part.len);
	bool goes_on = false;

	flags->nul =
	    flags->nul || (nul != NULL && (hash == NULL || nul < hash));
	if (nul != NULL)
		part.len = (size_t)(nul - part.p);
	hash = memchr(part.p, '#', part.len);
	if (hash != NULL)
		part.len = (size_t)(hash - part.p);
	while (part.len > 0 && text_is_blank(part.p[0])) {
		part.p++;
		part.len--;
	}
	if (part.len == 0)
		return false; /* empty, or a comment: not even an end */
	if (hash == NULL) {
		while (part.len > 1 && text_is_blank(part.p[part.len - 1]))
			part.len--;
		goes_on = part.p[part.len - 1] == '\\';
	}
	flags->cr = flags->cr || memchr(part.p, '\r', part.len) != NULL;
	buf_put(line, part.p, goes_on ? part.len - 1 : part.len);
	if (goes_on)
		buf_put_byte(line, ' ');
	return !goes_on;
}

enum outcome
stack_line_next(struct lines *lines, struct buf *ret_line,
    unsigned long *ret_number, struct stack_line_flags *ret_flags,
    struct errinfo *reterr)
{
	bool ended = false;

	buf_reset(ret_line);
	*ret_flags = (struct stack_line_flags){0};
	while (!ended) {
		struct view part;
		enum outcome r = lines_next(lines, &part, reterr);

		if (r != OUTCOME_OK)
			return r;
		if (part.p == NULL)
			break;
		if (ret_line->len == 0)
			*ret_number = lines->number;
		ended = part_add(part, ret_line, ret_flags);
	}
	ret_flags->no_end = !ended && ret_line->len > 0;
	ret_flags->long_ = ret_line->len > STACK_LINE_SAFE;
	return buf_check(ret_line);
}

char *
stack_word(char **rest, bool *ret_open)
{
	char *from = *rest + strspn(*rest, BLANKS);
	char *end = from;

	if (*from == '\0') {
		*rest = from;
		return NULL;
	}
	if (*from == '[') {
		char *to = ++from;

		for (end = from; *end != '\0' && *end != ']'; end++) {
			if (end[0] == '\\' && end[1] == ']')
				end++;
			*to++ = *end;
		}
		if (*end == '\0' && ret_open != NULL)
			*ret_open = true;
		*rest = *end != '\0' ? end + 1 : end;
		*to = '\0';
		return from;
	}
	end = from + strcspn(from, BLANKS);
	*rest = *end != '\0' ? end + 1 : end;
	*end = '\0';
	return from;
}
