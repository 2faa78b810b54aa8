/* SPDX-License-Identifier: ISC */
/* A file read line by line, once, in blocks. */
#ifndef GCPKCE_LINES_H
#define GCPKCE_LINES_H

#include "gcpkce/base/buf.h"
#include "gcpkce/base/errinfo.h"

#define LINES_BLOCK 65536   /* grows for a longer line, up to */
#define LINES_MAX (1 << 20) /* the longest line */
#define LINES_PLACE_MAX 600

struct lines {
	int fd;           /* *borrowed* */
	const char *path; /* *borrowed*, for messages */
	unsigned long
	    number; /* of the line that lines_next returned last, from 1 */
	uint8_t *block;
	size_t cap;        /* of the block */
	size_t start, end; /* of what was read and not yet returned */
	size_t touched;    /* bytes of the block that held any text */
	bool at_end;
	char place[LINES_PLACE_MAX]; /* lines_place's */
};

#define autolines CLEANUP(lines_done) struct lines

/*
 * The next line without its line break; it may hold any other byte.
 *
 * out:    ret_line  *borrowed* until the next call; p is NULL at the end
 * errors: OUTCOME_CONFIG_INVALID (read failed, or a line above 1 MiB),
 *         OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome lines_next(
    struct lines *lines, struct view *ret_line, struct errinfo *reterr);

/* "FILE:LINE" of the line that was returned last, *borrowed* from lines. */
const char *lines_place(struct lines *lines);

/* Free the block; the descriptor is not closed. */
void lines_done(struct lines *lines);

/* The bytes without the blanks, tabs and carriage returns around them. */
struct view lines_trim(struct view line);

/* Cut the next word off a line; its length is 0 at the end. */
struct view lines_word(struct view *line);

/* The bytes before a comment: a '#' at the beginning or after a blank. */
struct view lines_cut_comment(struct view line);

#endif
