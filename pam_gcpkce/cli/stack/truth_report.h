/* SPDX-License-Identifier: ISC */
/*
 * The truth table, shown.
 */
#ifndef GCPKCE_CLI_TRUTH_REPORT_H
#define GCPKCE_CLI_TRUTH_REPORT_H

#include "truth.h"

/* Append the table of a service, and what it assumes, for people. */
void truth_print(
    const struct truth *truth, const char *service, struct buf *to);

/*
 * The same as JSON: {service, worlds, lines, outcomes}.
 *
 * gives:  NULL when memory is short; the caller owns it
 */
struct json_object *truth_json(const struct truth *truth, const char *service);

#endif
