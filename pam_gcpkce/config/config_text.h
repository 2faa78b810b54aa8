/* SPDX-License-Identifier: ISC */
/*
 * The checks of text values, a function for each type.
 */
#ifndef GCPKCE_CONFIG_TEXT_H
#define GCPKCE_CONFIG_TEXT_H

#include "config_value.h"

/*
 * Check a value, which is not "".
 *
 * errors: OUTCOME_CONFIG_INVALID  reterr has what is wrong and the fix, but
 *                                no place
 */
typedef enum outcome config_text_check_fn(
    const char *value, struct errinfo *reterr);

/* The check of a type; NULL if it is not a text. */
config_text_check_fn *config_text_check(enum config_type type);

#endif
