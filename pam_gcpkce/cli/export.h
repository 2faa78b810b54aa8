/* SPDX-License-Identifier: ISC */
/*
 * A token for the shell that asked: the variables that export=env would set.
 */
#ifndef GCPKCE_CLI_EXPORT_H
#define GCPKCE_CLI_EXPORT_H

#include "gcpkce/config/config.h"
#include "gcpkce/oauth/json.h"
#include "gcpkce/wire/wire.h"

/*
 * Print lines for a shell's eval on standard output, so that no earlier token
 * stays set: "export NAME='...';", or "unset NAME;" if there is no value.  No
 * byte of a value is interpreted by the shell.
 *
 * in:     verdict  one with a token;  expires_at_s  0: not known
 *         csh      "setenv NAME ...;" and "unsetenv NAME;" instead; a
 *                  value with one of "*?[]{}" is left out
 */
void export_print(const struct config *config,
    const struct wire_verdict *verdict, uint64_t expires_at_s, bool csh);

/*
 * Is the shell that reads the lines csh or similar?  The program of the parent
 * process decides if it is a shell, else SHELL.  SHELL alone names the login
 * shell, whatever runs below it.
 */
bool export_is_for_csh(void);

/* The same as an object of names and values; null if there is no value. */
struct json_object *export_json(const struct config *config,
    const struct wire_verdict *verdict, uint64_t expires_at_s);

#endif
