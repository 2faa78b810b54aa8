/* SPDX-License-Identifier: ISC */
/*
 * What an auth line's module answers to most users, and what to some; only for
 * stack_eval.c.
 */
#ifndef GCPKCE_CLI_STACK_ANSWERS_H
#define GCPKCE_CLI_STACK_ANSWERS_H

#include "stack_eval.h"

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
    enum stack_eval_assumption assumption, bool may_forgive,
    unsigned *ret_others);

#endif
