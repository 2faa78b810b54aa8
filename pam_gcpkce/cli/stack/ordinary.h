/* SPDX-License-Identifier: ISC */
/*
 * What other modules answer to an ordinary user: one that is neither root nor
 * a system account, is not locked, and whom no file of the host names.
 */
#ifndef GCPKCE_CLI_ORDINARY_H
#define GCPKCE_CLI_ORDINARY_H

#include "stack.h"

enum habit {
	HABIT_CREDENTIAL, /* a password, a key, another provider */
	HABIT_EXCEPTION,  /* succeeds for few users, as pam_rootok does */
	HABIT_DEPENDS,    /* the host decides for whom it succeeds */
	HABIT_GATE,       /* succeeds for every ordinary user */
	HABIT_YES,
	HABIT_NO,
	HABIT_NO_OPINION,
	HABIT_NO_AUTH, /* has no function for auth lines */
};

/*
 * The habit of an auth line's module, with its arguments.
 *
 * in:     service  whose stack it is in; some conditions name it
 * gives:  HABIT_CREDENTIAL for a module that is not known
 * source: the modules' manual pages; tests/login/test_stacks.py asks them
 */
enum habit ordinary_habit(const struct stack_line *line, const char *service);

#endif
