/* SPDX-License-Identifier: ISC */
/*
 * Where the person is, as far as PAM says: how to ask there, and whether a
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
	const char *requester; /* PAM_RUSER: who asks to become the user */
	const char *display;   /* PAM_XDISPLAY */
	const char *terminal;  /* PAM_TTY, without /dev/ */
	const char *remote;    /* PAM_RHOST */
};

void place_read(pam_handle_t *pamh, struct place *ret);

/*
 * Is the address to be shown as a text apart from the prompt?  With "auto" for
 * services whose name begins with sudo, since sudo may replace the prompt, and
 * for greeters and lockers.
 *
 * in:     mode  of the configuration
 */
bool place_is_split(enum config_dialogue mode, const struct place *place);

/*
 * Does the person sit at this host, at a display or a console?  Then nobody is
 * asked where there is a listener.
 */
bool place_is_seat(const struct place *place);

/*
 * May there be a listener?  Only for a person of this host: from no other
 * host, at a terminal, a display or a greeter, and, where PAM knows who asks,
 * for that person's own account.
 *
 * in:     account  the user's, all zero when there is none
 * source: docs/DESIGN.md section 5
 */
bool place_may_listen(const struct place *place, const struct account *account);

#endif
