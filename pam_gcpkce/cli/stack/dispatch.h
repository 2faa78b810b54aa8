/* SPDX-License-Identifier: ISC */
/*
 * How libpam combines the results of a stack's modules.
 */
#ifndef GCPKCE_CLI_DISPATCH_H
#define GCPKCE_CLI_DISPATCH_H

#include "stack.h"

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
