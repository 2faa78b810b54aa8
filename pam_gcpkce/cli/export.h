/* SPDX-License-Identifier: ISC */
/*
 * A token for the shell that asked: the variables that export=env would set.
 */
#ifndef GCPKCE_CLI_EXPORT_H
#define GCPKCE_CLI_EXPORT_H

#include "gcpkce/config.h"
#include "gcpkce/json.h"
#include "gcpkce/wire.h"

/*
 * Print lines for a POSIX shell's eval on standard output: "export NAME='...'",
 * or "unset NAME" where there is no value, so that none of an earlier token
 * stays.  No byte of a value can act: it stands in single quotes.
 *
 * in:     verdict  one with a token;  expires_at_s  0: not known
 */
void export_print(const struct config *config,
    const struct wire_verdict *verdict, uint64_t expires_at_s);

/* The same as an object of names and values; null where there is no value. */
struct json_object *export_json(const struct config *config,
    const struct wire_verdict *verdict, uint64_t expires_at_s);

#endif
