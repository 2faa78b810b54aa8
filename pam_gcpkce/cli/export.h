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
 * Print lines for a shell's eval on standard output, so that nothing of an
 * earlier token stays: "export NAME='...';", or "unset NAME;" where there is no
 * value.  No byte of a value can act.
 *
 * in:     verdict  one with a token;  expires_at_s  0: not known
 *         csh      "setenv NAME ...;" and "unsetenv NAME;" in place of them; a
 *                  value with one of "*?[]{}" is left out
 */
void export_print(const struct config *config,
    const struct wire_verdict *verdict, uint64_t expires_at_s, bool csh);

/*
 * Is it csh, or one like it, that reads the lines: by the program of the parent
 * process where that is a shell, else by SHELL?  SHELL alone names the login
 * shell, whatever runs below it.
 */
bool export_is_for_csh(void);

/* The same as an object of names and values; null where there is no value. */
struct json_object *export_json(const struct config *config,
    const struct wire_verdict *verdict, uint64_t expires_at_s);

#endif
