/* SPDX-License-Identifier: ISC */
/*
 * The user's location, as far as PAM knows: how to ask there, and whether a
 * browser of this host may bring the code.
 */
#ifndef GCPKCE_MODULE_PLACE_H
#define GCPKCE_MODULE_PLACE_H

#include <security/pam_modules.h>

#include "gcpkce/config/account.h"
#include "gcpkce/config/config.h"

/* Items of PAM, "" where one is not set; *borrowed*. */
struct place {
	const char *service;
	const char *user;
	const char *requester; /* PAM_RUSER: the user who asks to become the
				  account's user */
	const char *display;   /* PAM_XDISPLAY */
	const char *terminal;  /* PAM_TTY, without /dev/ */
	const char *remote;    /* PAM_RHOST */
};

void place_read(pam_handle_t *pamh, struct place *ret);

/*
 * Is the address shown as a text separate from the prompt?  With "auto" for
 * services whose name begins with sudo, since sudo may replace the prompt, and
 * for greeters and lockers.
 *
 * in:     mode  of the configuration
 */
bool place_is_split(enum config_dialogue mode, const struct place *place);

/*
 * How many bytes may a message have?  SIZE_MAX, except for LightDM.
 */
size_t place_message_max(const struct place *place);

/*
 * Does the user sit at this host, at a display or a console?  Then there is no
 * prompt if there is a listener.
 */
bool place_is_seat(const struct place *place);

/*
 * Is it a program by which a user at work in a session gets other rights: sudo
 * by any name that begins so, su, su-l, polkit-1, doas, without a display in
 * PAM_XDISPLAY?  Not a greeter, a screen lock, a server or an unknown service.
 */
bool place_is_elevation(const struct place *place);

/*
 * Does the user ask for an account of their own?  True where PAM does not know
 * who asks.
 */
bool place_asks_itself(
    const struct place *place, const struct account *account);

/*
 * May there be a listener?  Only for a user at this host: from no other host,
 * at a terminal, a display or a greeter, and, where PAM knows who asks, for
 * that user's own account.
 *
 * in:     account  the user's, all zero when there is none
 * source: docs/DESIGN.md section 5
 */
bool place_may_listen(const struct place *place, const struct account *account);

#endif
