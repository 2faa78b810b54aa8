/* SPDX-License-Identifier: ISC */
/*
 * Printing of the table of results.
 */
#ifndef GCPKCE_CLI_STACK_EVAL_REPORT_H
#define GCPKCE_CLI_STACK_EVAL_REPORT_H

#include "stack_eval.h"

/* Append the table of a service, and its assumptions, for people. */
void stack_eval_print(
    const struct stack_eval *eval, const char *service, struct buf *to);

/*
 * The same as JSON: {service, assumptions, lines, outcomes}.
 *
 * gives:  NULL when memory is short; the caller owns it
 */
struct json_object *stack_eval_json(
    const struct stack_eval *eval, const char *service);

#endif
