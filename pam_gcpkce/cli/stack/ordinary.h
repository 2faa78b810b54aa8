/* SPDX-License-Identifier: ISC */
/*
 * What other modules answer to an ordinary user: one that is neither root nor a
 * system account, is not locked, and is not named in any file of the host.
 */
#ifndef GCPKCE_CLI_ORDINARY_H
#define GCPKCE_CLI_ORDINARY_H

#include "stack.h"

#define RESULT_BIT(result) (1U << (result))

enum module_kind {
	KIND_CREDENTIAL, /* a password, a key, another provider */
	KIND_EXCEPTION,  /* succeeds for few users, as pam_rootok does */
	KIND_DEPENDS,    /* the host decides for whom it succeeds */
	KIND_GATE,       /* succeeds for ordinary users; files of the host
				   or a state may refuse some */
	KIND_RULE,       /* refuses few users, as system accounts */
	KIND_YES,
	KIND_NO,
	KIND_NO_OPINION,
	KIND_NO_AUTH, /* has no function for auth lines */
};

/* Sets have RESULT_BIT of each result. */
struct ordinary {
	enum module_kind kind;
	unsigned refusals; /* the results by which it refuses a user */
	unsigned few; /* results for a few users only, not for ordinary ones:
			 members of a group, system accounts, users without a
			 second factor; none for modules that look at the
			 caller or its host, such as pam_rootok */
};

/*
 * What an auth line's module does, with its arguments; one that is not known is
 * KIND_CREDENTIAL.
 *
 * in:     service  whose stack it is in; some conditions name it
 * source: the modules' manual pages and sources; tests/system/test_stacks.py
 *         asks them
 */
struct ordinary ordinary_of(const struct stack_line *line, const char *service);

/* Append who the few are: "every member of sudo". */
void ordinary_few_put(
    const struct stack_line *line, const char *service, struct buf *to);

#endif
