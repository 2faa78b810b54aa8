/* SPDX-License-Identifier: ISC */
/*
 * A file of pam.d as text: logical lines, and the words of one.
 */
#ifndef GCPKCE_CLI_STACK_TEXT_H
#define GCPKCE_CLI_STACK_TEXT_H

#include "gcpkce/config/lines.h"

#define STACK_LINE_SAFE 1022 /* bytes; Linux-PAM 1.5 splits a longer line */

/* Features of a logical line that libpam reads in an unexpected way. */
struct stack_line_flags {
	bool nul;    /* a NUL byte: the rest is not read */
	bool cr;     /* a carriage return, which is no blank there */
	bool long_;  /* above STACK_LINE_SAFE */
	bool no_end; /* the file ends where another line was announced */
};

/*
 * Read the next logical line: without comments and empty lines, and with the
 * lines that a backslash joins.
 *
 * in:     lines  of the file
 * out:    ret_line    NUL-ended, to be cut into words; empty at the end
 *         ret_number  of its first line
 *         ret_flags
 * errors: as lines_next
 * source: pam.conf(5)
 */
MUST_CHECK enum outcome stack_line_next(struct lines *lines,
    struct buf *ret_line, unsigned long *ret_number,
    struct stack_line_flags *ret_flags, struct errinfo *reterr);

/*
 * Cut off the next word: up to a blank, or the text in brackets, in which "\]"
 * is a bracket.
 *
 * in:     rest  where to begin; moved past the word
 * out:    ret_open  nullable: set when a bracket has no end
 * gives:  the word, NUL-ended, within the line; NULL when there is none
 */
char *stack_word(char **rest, bool *ret_open);

#endif
