/* SPDX-License-Identifier: ISC */
/*
 * The results of a probe, printed unjudged; findings are made elsewhere.
 */
#ifndef GCPKCE_CLI_PROBE_REPORT_H
#define GCPKCE_CLI_PROBE_REPORT_H

#include "check.h"

/* Add the probe to the text for people; nothing if there was none. */
void probe_print(struct check *check);

/* The probe as a JSON object; NULL if there was none. */
struct json_object *probe_json(const struct check *check);

/* The name of a step for people: "TLS". */
const char *probe_step_name(enum wire_step step);

#endif
