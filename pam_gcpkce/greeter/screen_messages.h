/* SPDX-License-Identifier: ISC */
/*
 * The messages of gcpkce-greeter, in the form of gcpkce/base/messages.h.  They
 * are in the same catalogue as the module's, which the screen shows as well.
 */
#ifndef GCPKCE_GREETER_SCREEN_MESSAGES_H
#define GCPKCE_GREETER_SCREEN_MESSAGES_H

#include "gcpkce/base/messages.h"

/* ---- clock: formats of g_date_time_format() ---- */

/* xgettext: no-c-format */
#define MESSAGE_SCREEN_TIME N_("%H:%M")
/* xgettext: no-c-format */
#define MESSAGE_SCREEN_DATE N_("%A, %B %-d")

/* ---- names of what is on the screen ---- */

#define MESSAGE_SCREEN_WINDOW N_("Sign-in screen")
#define MESSAGE_SCREEN_USER N_("User name")
/* xgettext: python-brace-format */
#define MESSAGE_SCREEN_LOCKED_BY N_("Locked by {user}")
#define MESSAGE_SCREEN_LOCKED N_("Locked")
#define MESSAGE_SCREEN_LOCKED_FIX \
	N_("A session is still open. Its user signs in to return to it.")
#define MESSAGE_SCREEN_SIGN_IN N_("_Sign in")
#define MESSAGE_SCREEN_OTHER_WAY N_("_Other way in")
#define MESSAGE_SCREEN_RESTART N_("Start _again")
#define MESSAGE_SCREEN_CONTINUE N_("_Continue")
#define MESSAGE_SCREEN_OPEN N_("Open the sign-in _page")
#define MESSAGE_SCREEN_TRY_AGAIN N_("_Try again")
#define MESSAGE_SCREEN_ANSWER N_("Answer")
#define MESSAGE_SCREEN_NUMBER N_("Number that the page showed")

/* ---- states ---- */

#define MESSAGE_SCREEN_WAIT N_("One moment")
#define MESSAGE_SCREEN_PAGE_OPENS N_("The sign-in page opens")
#define MESSAGE_SCREEN_CHECKING N_("Checking your sign-in")
#define MESSAGE_SCREEN_WELCOME N_("Welcome. Your session starts")
#define MESSAGE_SCREEN_CANCELLED N_("The sign-in was cancelled.")
#define MESSAGE_SCREEN_TIMED_OUT N_("The time for the sign-in page is over.")
#define MESSAGE_SCREEN_ONE_MORE N_("One more step")
#define MESSAGE_SCREEN_AGAIN N_("Please sign in once more")
#define MESSAGE_SCREEN_FAILED N_("You are not signed in")
#define MESSAGE_SCREEN_DENIED N_("This sign-in was refused.")
#define MESSAGE_SCREEN_NOT_STARTED N_("Your session did not start")
#define MESSAGE_SCREEN_ACCEPTED \
	N_("Your sign-in was accepted, but the session did not start; please " \
	   "tell the administrator.")
#define MESSAGE_SCREEN_TOO_LONG \
	N_("The answer is too long for this display manager; please tell the " \
	   "administrator.")
#define MESSAGE_SCREEN_FOREIGN \
	N_("The sign-in page ended in an unexpected way; please try again.")
#define MESSAGE_SCREEN_PAGE_CLOSED \
	N_("If the page showed a number, type it here. Otherwise open the " \
	   "page again.")

/* ---- troubles ---- */

#define MESSAGE_SCREEN_CAPS N_("Caps Lock is on")
#define MESSAGE_SCREEN_NO_NETWORK N_("No network")
#define MESSAGE_SCREEN_NO_NETWORK_FIX \
	N_("This computer has no network connection. Check the cable or the " \
	   "wireless network, then try again.")
#define MESSAGE_SCREEN_NO_PAGE N_("The sign-in page cannot be reached")
#define MESSAGE_SCREEN_NO_PAGE_FIX \
	N_("This computer has a network, but the page did not load. Try " \
	   "again in a moment.")
#define MESSAGE_SCREEN_UNTRUSTED N_("The sign-in page is not trusted")
#define MESSAGE_SCREEN_UNTRUSTED_FIX \
	N_("Its certificate is not valid; please tell the administrator.")
#define MESSAGE_SCREEN_UNLISTED N_("This screen is not set up for this page")
#define MESSAGE_SCREEN_UNLISTED_FIX \
	N_("The page's host is not in the configuration of this screen; " \
	   "please tell the administrator.")
#define MESSAGE_SCREEN_PASSWORD_EXPIRED \
	N_("The password has expired, and cannot be changed here. Change it " \
	   "on a text console, or tell the administrator.")
#define MESSAGE_SCREEN_NO_SESSION N_("No session is set for this screen.")
#define MESSAGE_SCREEN_CONFIGURATION \
	N_("The configuration of this screen has a fault; please tell the " \
	   "administrator.")

#endif
