/* SPDX-License-Identifier: ISC */
/*
 * A sign-in, and its rounds: prompt, answer, verdict, decision.
 */
#ifndef GCPKCE_MODULE_ROUNDS_H
#define GCPKCE_MODULE_ROUNDS_H

#include <security/pam_modules.h>

#include "dialogue.h"
#include "gcpkce/config/policy.h"
#include "gcpkce/helper_client/helper_client.h"
#include "result.h"

struct signin {
	pam_handle_t *pamh;
	int flags;
	pid_t owner; /* the process that began it */
	struct config config;
	char user[ACCOUNT_NAME_MAX + 1]; /* PAM_USER, as it was at first */
	char host[256];
	struct policy policy;
	enum outcome account_status; /* ok, or why no user can sign in */
	struct errinfo account_status_why;
	struct helper_proc proc;
	int64_t deadline_ms;
	struct wire_ready ready;
	struct dialogue dialogue; /* its texts are this struct's */
	unsigned long attempt;
	int64_t answered_ms;
	struct wire_verdict verdict;
	struct errinfo why;
	struct buf key; /* of its record (remember.h); empty: none is written */
	bool is_remembered;
	uint64_t remembered_s; /* the age of the record that was used */
};

/*
 * Run rounds until one ends the sign-in, or the application interrupts it.  The
 * token of each is kept or revoked, and each but the last is logged.
 *
 * in:     s  with a helper, and the address that it sent
 */
void rounds_run(struct signin *s, struct result *result);

/*
 * Decide about an identity: the account is still the same, and the policy
 * accepts it.  No other function of the module does.
 *
 * gives:  OUTCOME_OK, or a denial
 */
MUST_CHECK enum outcome rounds_judge(
    struct signin *s, const struct identity *identity, struct errinfo *reterr);

/* Write the journal's line of a decision. */
void rounds_log(struct signin *s, enum outcome outcome);

#endif
