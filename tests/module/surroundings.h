/* SPDX-License-Identifier: ISC */
/*
 * What a module finds in the host process, and must leave as it was.
 */
#ifndef GCPKCE_TESTS_PAM_SURROUNDINGS_H
#define GCPKCE_TESTS_PAM_SURROUNDINGS_H

/*
 * Describe this process, a line for each thing: ids, groups, capabilities,
 * umask, directories, session, signal mask and dispositions, threads, limits,
 * descriptors, environment, locale.
 *
 * gives:  a text for free(); two are equal when nothing has changed
 */
char *surroundings_take(void);

/* Fail, naming the first line that differs, unless they are still these. */
void surroundings_check(const char *before);

#endif
