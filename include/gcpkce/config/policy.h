/* SPDX-License-Identifier: ISC */
/*
 * The policy: may this identity be this account?
 */
#ifndef GCPKCE_POLICY_H
#define GCPKCE_POLICY_H

#include "account.h"
#include "config.h"
#include "gcpkce/wire/identity.h"
#include "map.h"

/* Everything local that a decision rests on.  All-zero bytes: a denial. */
struct policy {
	const struct config *config; /* *borrowed* */
	struct account account;
	struct map_entry entry; /* what the map file says of the account */
	bool in_account_group;  /* true where no group is configured */
};

#define autopolicy CLEANUP(policy_done) struct policy

/*
 * Gather it: look the account up, read the map file once, ask for the group.
 *
 * in:     config  *borrowed* for the policy's life;  user  the asked name
 * out:    ret     (policy_done it)
 *         reterr  with OUTCOME_OK: a warning for the log, or untouched
 * errors: OUTCOME_CONFIG_INVALID, OUTCOME_CONFIG_UNSAFE  the map file
 *         OUTCOME_SYSTEM_ERROR  the name service failed;  OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome policy_gather(const struct config *config,
    const char *user, struct policy *ret, struct errinfo *reterr);

/* Which lists of the identity record a decision will ask for. */
struct identity_needs policy_needs(const struct config *config);

/*
 * Could anybody at all sign in to this account?
 *
 * gives:  OUTCOME_OK, or the denial that every identity would meet
 *         (user_unknown, not_mapped, root_refused, uid_refused; config_invalid
 *         for a wrong line of the map file)
 */
enum outcome policy_account_check(
    const struct policy *policy, struct errinfo *reterr);

/*
 * Decide: the one function that says yes to an identity.  In this order, each
 * with an outcome of its own: our client, our organization, no partner, an id
 * and an active state, mapped to the account, root, min_uid, and one of the
 * groups, roles and divisions that are required.
 *
 * in:     identity  as the helper sent it; checked here by identity_check
 * gives:  OUTCOME_OK, or a denial;  reterr names a missing field
 * source: docs/DESIGN.md section 4
 */
MUST_CHECK enum outcome policy_decide(const struct policy *policy,
    const struct identity *identity, struct errinfo *reterr);

void policy_done(struct policy *policy);

#endif
