/* SPDX-License-Identifier: ISC */
/*
 * All messages shown to users during a login; texts for the journal are
 * elsewhere.  N_ marks them for xgettext, which makes po/pam_gcpkce.pot from
 * this file.  They are ASCII, one line each, without blanks at either end.
 * template_put (template.h) replaces the placeholders in braces.
 */
#ifndef GCPKCE_MESSAGES_H
#define GCPKCE_MESSAGES_H

#define N_(sentence) sentence

/* ---- the dialogue ---- */

/* xgettext: python-brace-format */
#define MESSAGE_SIGN_IN \
	N_("Sign in to {provider} to continue as {user} on {host} " \
	   "(within {seconds} seconds):")

/* The prompt; the address is shown between the sentence above and this one. */
#define MESSAGE_PASTE \
	N_("Paste what the button copies, or the whole address of the page " \
	   "you land on:")

/* The same, if the browser delivers the code itself. */
#define MESSAGE_TYPE_NUMBER \
	N_("Then type the number that the page shows, or paste the whole " \
	   "address of the page you land on:")

/* In place of a prompt, if only the browser has to answer. */
#define MESSAGE_OPEN_HERE \
	N_("Open it in a browser on this host; then the sign-in goes on by " \
	   "itself.")

/* The prompt, if the browser should have delivered the code but cannot. */
#define MESSAGE_PASTE_ADDRESS \
	N_("The browser cannot bring the code here: the port of redirect_uri " \
	   "is taken, or cannot be had. Paste the whole address of the page " \
	   "you land on:")

/*
 * The prompt, if redirect_uri points to the user's own machine, where no
 * listener runs: the listener serves only browsers on this host.
 */
#define MESSAGE_PASTE_ELSEWHERE \
	N_("Even if the browser shows an error, paste the whole address of " \
	   "the page you land on:")

/* Before an address, if its preconnect failed. */
#define MESSAGE_UNREACHABLE \
	N_("This host could not reach the sign-in service just now; signing " \
	   "in may fail.")

/* In place of MESSAGE_NO_CODE, for a number. */
#define MESSAGE_NUMBER_EARLY \
	N_("No code has come from a browser yet; when it comes, the page " \
	   "shows the number.")
#define MESSAGE_NUMBER_WRONG \
	N_("That is not the number that the page in the browser shows.")
#define MESSAGE_NUMBER_SPENT \
	N_("That was the third wrong number: the code that the browser " \
	   "brought is not used, and only a new address counts.")

/* In place of MESSAGE_NO_CODE, if the page has no button. */
#define MESSAGE_NO_NUMBER \
	N_("That is not the answer: type the number that the page shows, or " \
	   "paste the whole address of the page you land on. A password does " \
	   "not belong here.")
#define MESSAGE_NO_ADDRESS \
	N_("That is not the answer: paste the whole address of the page you " \
	   "land on. A password does not belong here.")

/* In place of these and of MESSAGE_NO_CODE, for the address of another page. */
#define MESSAGE_OTHER_PAGE \
	N_("That address is not of this sign-in: open the address shown " \
	   "here. If you did, please tell the administrator.")

/* In place of MESSAGE_OTHER_ADDRESS, for an earlier address of this sign-in. */
#define MESSAGE_EARLIER \
	N_("That code belongs to an earlier address; only the one below " \
	   "counts.")

/* ---- outcomes; several deliberately share one sentence ---- */

#define MESSAGE_NOTHING ""
#define MESSAGE_ADMIN \
	N_("Signing in is not set up properly on this host; please tell its " \
	   "administrator.")
#define MESSAGE_LATER \
	N_("The sign-in service cannot be reached from this host at the " \
	   "moment; please try again later.")
#define MESSAGE_DENIED \
	N_("This sign-in does not give access to this account. Check the " \
	   "user name, and who is signed in at the page.")
#define MESSAGE_FEWER \
	N_("The sign-in service asks for fewer sign-ins; please wait a " \
	   "minute.")
#define MESSAGE_TOO_LATE \
	N_("The time for signing in is over; please connect again.")
#define MESSAGE_EMPTY N_("The answer was empty.")
#define MESSAGE_NO_CODE \
	N_("That is not the answer: paste the whole address of the page you " \
	   "land on, or what its button copies. A password does not belong " \
	   "here.")
#define MESSAGE_OTHER_ADDRESS \
	N_("That code belongs to another address than the one shown here.")
#define MESSAGE_CANCELLED \
	N_("The sign-in was cancelled or refused in the browser.")
#define MESSAGE_REFUSED \
	N_("The sign-in was refused. Check the user name, then sign in again; " \
	   "if you paste the answer, paste all of it.")

#endif
