/* SPDX-License-Identifier: ISC */
/*
 * One sign-in after the other: between the display manager, the screen and the
 * program that shows the page.  It does not use GTK.
 */
#ifndef GCPKCE_GREETER_CONVERSATION_H
#define GCPKCE_GREETER_CONVERSATION_H

#include "backend.h"
#include "message.h"

struct conversation {
	struct backend *backend;         /* *borrowed* */
	const struct settings *settings; /* *borrowed* */
	struct buf name;                 /* of the user who signs in */
	struct buf texts;                /* messages since the last answer */

	/* the page that the last messages ask to open; address "": none */
	struct message page;
	const char *trouble; /* the title if it failed, or NULL */
	bool opened;         /* a page was opened in this sign-in */
	bool numbered;       /* it was closed without an address */
	struct buf caught;   /* its answer, while there is no prompt for it */

	bool prompted; /* the display manager waits for an answer */
	bool secret;
	struct buf prompt;

	bool complains; /* the next message is about an answer of nothing */
	bool other_way; /* skip the page */
	int skipped;
};

/* What the backend calls; its arg is a struct conversation. */
extern const struct backend_handler conversation_handler;

/* Show the start page. */
void conversation_init(struct conversation *conversation,
    struct backend *backend, const struct settings *settings);

/* ---- what the user does ---- */

/* Begin; with other_way the sign-in page is skipped. */
void conversation_begin(
    struct conversation *conversation, const char *name, bool other_way);

/* Answer the prompt that the screen shows. */
void conversation_answer(struct conversation *conversation, const char *text);

/* Open the sign-in page, again. */
void conversation_open(struct conversation *conversation);

/*
 * Answer the module that shows a page with nothing, as often as it asks, so
 * that the rest of the stack comes.
 */
void conversation_other_way(struct conversation *conversation);

/* End what is going on, and show the start page with a notice or "". */
void conversation_restart(
    struct conversation *conversation, const char *notice);

#endif
