/* SPDX-License-Identifier: ISC */
/*
 * Tests in processes of their own: a host in an odd state stays there, and what
 * waits for a deadline waits side by side.
 */
#ifndef GCPKCE_TESTS_PAM_APART_H
#define GCPKCE_TESTS_PAM_APART_H

/*
 * Run a function with assertions in a process of its own; waits when too many
 * run already.
 *
 * in:     name  what a failure is reported as; *borrowed* until apart_end
 *         run   gets a pointer to row, as cmocka's tests get their state
 */
void apart_begin(const char *name, void (*run)(void **state), const void *row);

/* Wait for all of them; fails the test, with their output, when one failed. */
void apart_end(void);

#endif
