/* SPDX-License-Identifier: ISC */
/*
 * What each outcome of the module does to a login by one service, under three
 * assumptions about the other modules of its stack.
 */
#ifndef GCPKCE_CLI_TRUTH_H
#define GCPKCE_CLI_TRUTH_H

#include "gcpkce/base/outcome.h"
#include "stack.h"

enum truth_world {
	TRUTH_AGREE,  /* every other module says yes, where it ever does */
	TRUTH_RIGHT,  /* the other credentials are right, but no exception
			 applies: pam_rootok does not find root */
	TRUTH_REFUSE, /* no other credential is right, but whatever may let
			 an ordinary user pass does */
	TRUTH_WORLDS
};

struct truth {
	const struct stack *stack; /* *borrowed* */
	/* of the auth lines' modules; those of ours are filled in */
	int *answers[TRUTH_WORLDS];
	int results[TRUTH_WORLDS][OUTCOME_COUNT];
	bool *reached[TRUTH_WORLDS]; /* with some outcome */
};

#define autotruth CLEANUP(truth_done) struct truth

/*
 * Work the table out.
 *
 * in:     stack     neither aborts nor unsure; must stay as long as the table
 *         has_file  nullable: is there such a module on this host?  A module
 *                   that is not there answers PAM_MODULE_UNKNOWN
 * out:    ret       (truth_done it)
 * errors: OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome truth_make(const struct stack *stack,
    bool (*has_file)(const char *module), struct truth *ret);

void truth_done(struct truth *truth);

/*
 * The first auth line that lets ordinary users pass and whose success ends the
 * stack or leads over lines; NULL where no such line is reached.
 */
const struct stack_line *truth_opener(const struct truth *truth);

/* Is it a line with our module? */
bool truth_is_ours(const struct stack_line *line);

/* The PAM result that stands for an outcome. */
int truth_pam_result(enum outcome outcome);

/* The name of an enum truth_world in JSON, and in words for people. */
const char *truth_world_name(size_t world);
const char *truth_world_text(size_t world);

#endif
