/* SPDX-License-Identifier: ISC */
/* PAM services whose programs cannot show every message. */
#ifndef GCPKCE_SERVICE_H
#define GCPKCE_SERVICE_H

#include <stdbool.h>

/*
 * Does the protocol of this service (PAM_SERVICE) carry only a name and a
 * password?  Its program answers every prompt with the password, or fails:
 * saslauthd crashes on a prompt with echo.  See docs/CALLERS.md.
 */
bool service_cannot_ask(const char *service);

/*
 * Is it LightDM?  Its daemon hands the greeter at most 1,023 bytes, 28 of them
 * its own: a message that has, with the user's name, more than this never
 * arrives, and the greeter waits for ever.
 */
bool service_is_lightdm(const char *service);
#define LIGHTDM_MESSAGE_MAX 995

#endif
