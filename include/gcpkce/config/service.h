/* SPDX-License-Identifier: ISC */
/* PAM services whose programs show no prompt. */
#ifndef GCPKCE_SERVICE_H
#define GCPKCE_SERVICE_H

#include <stdbool.h>

/*
 * Does the protocol of this service (PAM_SERVICE) carry only a name and a
 * password?  Its program answers every prompt with the password, or fails:
 * saslauthd crashes on a prompt with echo.  See docs/CALLERS.md.
 */
bool service_cannot_ask(const char *service);

#endif
