/* SPDX-License-Identifier: ISC */
/*
 * Reading the files of pam.d; only for stack_file.c (files), stack_line.c (what
 * a line says) and stack_text.c (lines and words).
 */
#ifndef GCPKCE_CLI_STACK_FILE_H
#define GCPKCE_CLI_STACK_FILE_H

#include <limits.h>

#include "gcpkce/config/lines.h"
#include "gcpkce/config/shown.h"
#include "stack.h"

#define TYPE_ANY STACK_TYPES
#define SHOWN_SPACE 4096

/* What all files of one service share. */
struct reading {
	const char *dir;
	struct stack *stack;
	struct findings *findings;
	unsigned files;
};

/* One file, and the file whose line named it. */
struct file {
	struct reading *reading;
	const struct file *outer;
	char path[PATH_MAX];
	char where[PATH_MAX + 32]; /* of the line that is being read */
	unsigned depth;
	unsigned level;
	enum stack_type wanted;
};

enum load { LOAD_DONE, LOAD_MISSING, LOAD_BROKEN };

/* What is wrong with the present line. */
#define FAULT(file, fix, ...) \
	finding_add((file)->reading->findings, FINDING_FAULT, (file)->where, \
	    fix, __VA_ARGS__)

/* A word of a file, which may be a stray argument: as a message shows it. */
const char *stack_shown(struct buf *space, const char *word);

/* Read a file by its name into the stack. */
enum load stack_file_load(struct file *file, const char *name);

/* Read one logical line, which is cut into words. */
void stack_line_read(const struct file *file, char *rest);

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
