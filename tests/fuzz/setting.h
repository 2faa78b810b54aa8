/* SPDX-License-Identifier: ISC */
/*
 * The judge's host, as the product's policy has it.
 */
#ifndef GCPKCE_TESTS_FUZZ_SETTING_H
#define GCPKCE_TESTS_FUZZ_SETTING_H

#include "gcpkce/config/policy.h"
#include "judge.h"

/*
 * in:     config  all zero
 * out:    policy  (policy_done it); borrows config
 */
void setting_apply(const struct setting *setting, struct config *config,
    struct policy *policy);

#endif
