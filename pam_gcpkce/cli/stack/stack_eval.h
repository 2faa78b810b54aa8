/* SPDX-License-Identifier: ISC */
/*
 * What each outcome of the module does to a login by one service, under three
 * assumptions about the other modules of its stack.
 */
#ifndef GCPKCE_CLI_STACK_EVAL_H
#define GCPKCE_CLI_STACK_EVAL_H

#include "stack.h"

enum assumption {
	OTHERS_AGREE,  /* every other module succeeds, if it ever does */
	OTHERS_RIGHT,  /* the other credentials are right, but no exception
			  applies: pam_rootok does not find root */
	OTHERS_REFUSE, /* no other credential is right, but whatever may let
			  an ordinary user pass does */
	ASSUMPTIONS
};

extern const struct assumption_text {
	const char *name; /* in JSON */
	const char *text;
} assumptions[ASSUMPTIONS];

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
	int *answers[ASSUMPTIONS];
	int results[ASSUMPTIONS][OUTCOME_COUNT];
	bool *reached[ASSUMPTIONS]; /* with some outcome, by some users */
	struct stack_eval_opener openers[ASSUMPTIONS];
	bool *few;      /* struct ordinary's few get in by this line */
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

/* The PAM result that stands for an outcome. */
int stack_eval_pam_result(enum outcome outcome);

/* Append the table of a service, and its assumptions, for people. */
void stack_eval_print(
    const struct stack_eval *eval, const char *service, struct buf *to);

/* The same as JSON: {service, assumptions, lines, outcomes}. */
struct json_object *stack_eval_json(
    const struct stack_eval *eval, const char *service);

/* Can a stack let in after a bad result? */
bool stack_answers_forgives(const struct stack *stack);

/*
 * The answer of a line's module under an assumption.
 *
 * in:     line         an auth line with another module than ours
 *         may_forgive  of its stack
 * out:    ret_others   set (RESULT_BIT) of what it may answer to some users
 *                      instead: a result for each thing that libpam does
 *                      then; without bad ones, where nothing forgives them
 * gives:  the answer to most users
 */
int stack_answers(const struct stack_line *line, const char *service,
    enum assumption assumption, bool may_forgive, unsigned *ret_others);

/*
 * Go through the lines of one type as libpam does when the program calls it
 * for the first time: impression, jumps, substacks.
 *
 * in:     stack    neither aborts nor unsure
 *         type     STACK_AUTH is pam_authenticate, STACK_ACCOUNT
 *                  pam_acct_mgmt, STACK_SESSION pam_open_session,
 *                  STACK_PASSWORD a round of pam_chauthtok
 *         answers  the result of each line's module, by its place in the stack
 * out:    reached  nullable: as long as the stack; which lines were called
 * gives:  the result that the program gets
 * source: pam.conf(5)
 */
int dispatch(const struct stack *stack, enum stack_type type,
    const int *answers, bool *reached);

#endif
