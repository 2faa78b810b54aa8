/* SPDX-License-Identifier: ISC */
/*
 * The messages of gcpkce-view, in the form of gcpkce/base/messages.h.  What
 * stands in braces is replaced.
 */
#ifndef GCPKCE_GREETER_WEB_MESSAGES_H
#define GCPKCE_GREETER_WEB_MESSAGES_H

#include "gcpkce/base/messages.h"

#define MESSAGE_WEB_TITLE N_("Sign in")
#define MESSAGE_WEB_CANCEL N_("Cancel")
#define MESSAGE_WEB_RETRY N_("Try again")

/* xgettext: python-brace-format */
#define MESSAGE_WEB_LOADING N_("Loading {host}")

/* The accessible name of the host's name. */
/* xgettext: python-brace-format */
#define MESSAGE_WEB_PAGE N_("Page of {host}")

/* xgettext: python-brace-format */
#define MESSAGE_WEB_TIME N_("{time} left")

/* xgettext: python-brace-format */
#define MESSAGE_WEB_NO_ADDRESS \
	N_("The network does not know {host}. Try again in a moment, or tell " \
	   "the administrator.")
/* xgettext: python-brace-format */
#define MESSAGE_WEB_CLOSED \
	N_("{host} accepts no connection. Try again in a moment.")
/* xgettext: python-brace-format */
#define MESSAGE_WEB_SLOW N_("{host} does not answer. Try again in a moment.")

#define MESSAGE_WEB_FAILED N_("The page failed")
#define MESSAGE_WEB_CRASHED N_("It stopped by itself.")
#define MESSAGE_WEB_MEMORY N_("It needed too much memory.")

/* xgettext: python-brace-format */
#define MESSAGE_WEB_REFUSED \
	N_("{host} is not allowed on this screen. If the sign-in needs it, " \
	   "please tell the administrator.")

#endif
