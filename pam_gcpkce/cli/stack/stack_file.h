/* SPDX-License-Identifier: ISC */
/*
 * Reading one service's file into a stack; only for stack.c.
 */
#ifndef GCPKCE_CLI_STACK_FILE_H
#define GCPKCE_CLI_STACK_FILE_H

#include "stack.h"

/*
 * Append the lines of a service's file and of all that it includes.
 *
 * in:     dir, service, findings  as for stack_read
 * out:    stack  with is_there set when there is such a file
 */
void stack_file_read(const char *dir, const char *service, struct stack *stack,
    struct findings *findings);

/* A new line at the end of the stack, zeroed; NULL sets stack->failed. */
struct stack_line *stack_line_add(struct stack *stack);

#endif
