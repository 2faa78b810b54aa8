/* SPDX-License-Identifier: ISC */
/*
 * PAM services whose programs pass on a name and a password, and show no
 * prompt.
 */
#ifndef GCPKCE_SERVICE_H
#define GCPKCE_SERVICE_H

#include <stdbool.h>

/*
 * Does the protocol of this service carry only a name and a password?  Its
 * program answers every prompt with the password, or fails: saslauthd crashes
 * on a prompt with echo.
 *
 * in:     service  PAM_SERVICE, which pam_start converts to lower case
 * source: docs/CALLERS.md
 */
bool service_cannot_ask(const char *service);

#endif
