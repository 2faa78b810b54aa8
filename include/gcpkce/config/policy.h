/* SPDX-License-Identifier: ISC */
/*
 * The policy: may this identity log in to this account?
 */
#ifndef GCPKCE_POLICY_H
#define GCPKCE_POLICY_H

#include "account.h"
#include "config.h"
#include "gcpkce/wire/identity.h"
#include "map.h"

/* Everything local that a decision depends on.  All-zero bytes: a denial. */
struct policy {
	const struct config *config; /* *borrowed* */
	struct account account;
	struct map_entry entry; /* from the map file */
	bool in_account_group;  /* true if no group is configured */
};

#define autopolicy CLEANUP(policy_done) struct policy

/*
 * Look the account up, read the map file once, look the group up.
 *
 * in:     config  *borrowed* for the policy's lifetime
 * out:    ret     (policy_done it)
 *         reterr  with OUTCOME_OK: a warning for the log, or unchanged
 * errors: as account_find and map_read
 */
MUST_CHECK enum outcome policy_gather(const struct config *config,
    const char *user, struct policy *ret, struct errinfo *reterr);

/* The lists of the identity record that the decision needs. */
struct identity_needs policy_needs(const struct config *config);

/*
 * Could any identity sign in to this account?  Else the denial that every
 * identity would get; config_invalid for a wrong line of the map file.
 */
enum outcome policy_account_check(
    const struct policy *policy, struct errinfo *reterr);

/*
 * Decide.  No other function accepts an identity.  The checks, in this order
 * and each with its own outcome: our provider and issuer, our client, our
 * organization, no partner, an id and an active state, mapped to the account,
 * root, min_uid, and one each of the required groups, roles and divisions.
 *
 * in:     identity  as sent by the helper; identity_check is applied here
 * gives:  OUTCOME_OK, or a denial;  reterr names a missing field
 * source: docs/DESIGN.md section 4
 */
MUST_CHECK enum outcome policy_decide(const struct policy *policy,
    const struct identity *identity, struct errinfo *reterr);

void policy_done(struct policy *policy);

#endif
