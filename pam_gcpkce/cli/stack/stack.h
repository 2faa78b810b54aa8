/* SPDX-License-Identifier: ISC */
/*
 * The stack of a service, as libpam would build it from the files in pam.d.
 */
#ifndef GCPKCE_CLI_STACK_H
#define GCPKCE_CLI_STACK_H

#include "cli/finding.h"
#include "control.h"

#define STACK_LEVELS 16 /* of files within files, as in libpam */
#define STACK_FILES_MAX 4096
#define STACK_LINES_MAX 16384

enum stack_type {
	STACK_AUTH,
	STACK_ACCOUNT,
	STACK_SESSION,
	STACK_PASSWORD,
	STACK_TYPES
};

enum stack_kind {
	STACK_MODULE,
	STACK_SUBSTACK, /* a placeholder; its lines follow, one deeper */
	STACK_BROKEN,   /* libpam could not read it: it refuses */
};

struct stack_line {
	enum stack_type type;
	enum stack_kind kind;
	unsigned level; /* of substacks */
	int actions[PAM_RESULT_COUNT];
	char *where;      /* "FILE:LINE" */
	char *module;     /* as written; "" where kind is not STACK_MODULE */
	char **arguments; /* NULL-ended */
};

struct stack {
	const char *service; /* *borrowed* */
	struct stack_line *lines;
	size_t count;
	bool is_there; /* the service has a file of its own */
	bool aborts;   /* libpam would accept none of it: pam_start fails */
	bool unsure;   /* not all of it could be read, or it is too long */
	bool failed;   /* memory was short */
};

#define autostack CLEANUP(stack_done) struct stack

/* Can PAM take this as the name of a service?  No slash, not hidden. */
bool stack_service_is_valid(const char *service);

/* The name in lower case, as pam_start makes it, cut to fit. */
#define STACK_SERVICE_MAX 256
void stack_service_copy(const char *name, char ret[static STACK_SERVICE_MAX]);

/*
 * Read the stack of a service with all that it includes; if the service has no
 * line of a type, those of "other" are used.
 *
 * in:     dir       of the files; NULL for /etc/pam.d, then /usr/lib/pam.d
 *         service
 *         findings  nullable: what is wrong with the lines
 * out:    ret       (stack_done it); service must stay as long
 * source: pam.conf(5); pam_start_confdir(3)
 */
void stack_read(const char *dir, const char *service, struct stack *ret,
    struct findings *findings);

void stack_done(struct stack *stack);

/*
 * Parts of stack_read: append the lines of one file and of all that it
 * includes, setting is_there when there is such a file; and a new line at the
 * end, zeroed, where NULL sets stack->failed.
 */
void stack_file_read(const char *dir, const char *service, struct stack *stack,
    struct findings *findings);
struct stack_line *stack_line_add(struct stack *stack);

/* The first line of ours of a type, or of any (STACK_TYPES); or NULL. */
const struct stack_line *stack_ours(
    const struct stack *stack, enum stack_type type);

/* The number of arguments of a line. */
int stack_argc(const struct stack_line *line);

/* An argument that is the text, or begins with it; NULL when there is none. */
const char *stack_argument(
    const struct stack_line *line, const char *text, bool begins);

/* Is it the line of a module of this name, with or without path and ".so"? */
bool stack_line_is(const struct stack_line *line, const char *name);

/* Is it a line with our module; with another one, of the auth lines? */
bool stack_line_is_ours(const struct stack_line *line);
bool stack_line_is_other(const struct stack_line *line);

/* The name of a type as in a file: "auth". */
const char *stack_type_name(enum stack_type type);

#endif
