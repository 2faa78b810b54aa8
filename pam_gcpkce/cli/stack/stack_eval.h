/* SPDX-License-Identifier: ISC */
/*
 * What each outcome of the module does to a login by one service, under three
 * assumptions about the other modules of its stack.
 */
#ifndef GCPKCE_CLI_STACK_EVAL_H
#define GCPKCE_CLI_STACK_EVAL_H

#include "gcpkce/base/outcome.h"
#include "stack.h"

enum stack_eval_assumption {
	STACK_EVAL_AGREE,  /* every other module succeeds, if it ever does */
	STACK_EVAL_RIGHT,  /* the other credentials are right, but no exception
			 applies: pam_rootok does not find root */
	STACK_EVAL_REFUSE, /* no other credential is right, but whatever may let
			 an ordinary user pass does */
	STACK_EVAL_ASSUMPTIONS
};

/* The line that lets a user in without ours, or after a denial by it. */
struct stack_eval_opener {
	const struct stack_line *line; /* *borrowed*; NULL: there is none */
	bool refuses; /* users it refuses get in: ours is skipped then */
};

struct stack_eval {
	const struct stack *stack; /* *borrowed* */
	/* of the auth lines' modules; those of ours are filled in; where
	   modules answer one thing to some users and another to others, the
	   answers that let the most in */
	int *answers[STACK_EVAL_ASSUMPTIONS];
	int results[STACK_EVAL_ASSUMPTIONS][OUTCOME_COUNT];
	bool *reached[STACK_EVAL_ASSUMPTIONS]; /* with some outcome, by some
						  users */
	struct stack_eval_opener openers[STACK_EVAL_ASSUMPTIONS];
	bool *few;      /* ordinary_few get in by this line */
	bool cut_short; /* there were more combinations than are tried */
};

#define autoeval CLEANUP(stack_eval_done) struct stack_eval

/*
 * Compute the table.
 *
 * in:     stack     neither aborts nor unsure; must stay as long as the table
 *         has_file  nullable: is there such a module on this host?  A module
 *                   that is not there answers PAM_MODULE_UNKNOWN
 * out:    ret       (stack_eval_done it)
 * errors: OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome stack_eval_make(const struct stack *stack,
    bool (*has_file)(const char *module), struct stack_eval *ret);

void stack_eval_done(struct stack_eval *eval);

/* Is it a line with our module? */
bool stack_eval_is_ours(const struct stack_line *line);

/* The PAM result that stands for an outcome. */
int stack_eval_pam_result(enum outcome outcome);

/* The name of an enum stack_eval_assumption in JSON, and as text for people. */
const char *stack_eval_assumption_name(size_t assumption);
const char *stack_eval_assumption_text(size_t assumption);

#endif
