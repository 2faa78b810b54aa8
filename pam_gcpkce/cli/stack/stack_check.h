/* SPDX-License-Identifier: ISC */
/*
 * Faults of a stack that libpam reads without complaint.
 */
#ifndef GCPKCE_CLI_STACK_CHECK_H
#define GCPKCE_CLI_STACK_CHECK_H

#include "cli/check.h"
#include "stack_eval.h"

/* One service, as the checks see it. */
struct stack_context {
	struct check *check;
	const char *service;
	const struct stack *stack;
	/* nullable: is there such a module on this host? */
	bool (*has_file)(const char *module);
};

/*
 * Judge the table: who is let in without a credential, who is locked out, and
 * whether the module is called at all.
 *
 * in:     eval  of view->stack
 */
void stack_eval_check(
    const struct stack_context *view, const struct stack_eval *eval);

/*
 * Judge the other three types: whether they let a good login pass, and whether
 * lines of ours have no effect there.
 */
void stack_phases_check(const struct stack_context *view);

/*
 * Judge the arguments of the auth line, and what the session needs of an
 * exported token.
 */
void stack_export_check(const struct stack_context *view);

/*
 * Warn of what makes `remember` useless or unsafe in this stack.
 *
 * in:     auth    our line;  config  of it
 * source: docs/DESIGN.md section 2
 */
void stack_remember_check(const struct stack_context *view,
    const struct stack_line *auth, const struct config *config);

/* Warn where LightDM cannot display the address with its sentences. */
void stack_lightdm_check(const struct stack_context *view,
    const struct stack_line *auth, const struct config *config);

/* Report a polkit whose helper systemd starts without a network. */
void stack_polkit_check(
    const struct stack_context *view, const struct stack_line *auth);

#endif
