/* SPDX-License-Identifier: ISC */
/*
 * A /run for this process and what it starts, so that a module in a process of
 * root's leaves nothing in the machine's: neither token files nor the file that
 * preconnects are counted by.
 */
#ifndef GCPKCE_TESTS_PAM_OWN_RUN_H
#define GCPKCE_TESTS_PAM_OWN_RUN_H

#include <stdbool.h>

/*
 * Was there one made, before main?  It is not where the process is not root,
 * which can write nothing there, or where no mount namespace can be had.
 */
bool has_own_run(void);

#endif
