/* SPDX-License-Identifier: ISC */
/*
 * One sign-in after the other: between the display manager, the screen and the
 * program that shows the page.  It does not use GTK.
 */
#ifndef GCPKCE_GREETER_CONVERSATION_H
#define GCPKCE_GREETER_CONVERSATION_H

#include "backend.h"
#include "message.h"

/* Where the sign-in page is that the last message with an address asks for. */
enum page_state {
	PAGE_NONE,
	PAGE_OFFERED,  /* the user may open it */
	PAGE_OPEN,     /* its program runs */
	PAGE_CAUGHT,   /* its answer waits for a prompt, or for the listener */
	PAGE_DELIVERED /* the module's listener has the answer */
};

/* Whose is the prompt that waits for an answer? */
enum prompt {
	PROMPT_NONE,
	PROMPT_OF_PAGE, /* it came with the page's address, or right after it */
	PROMPT_OF_USER, /* any other one: it is shown, and ends the page */
};

struct conversation {
	struct backend *backend;         /* *borrowed* */
	const struct settings *settings; /* *borrowed* */
	struct buf name;                 /* of the user who signs in */
	struct buf texts;                /* messages since the last answer */

	enum page_state state;
	struct message page; /* empty with PAGE_NONE */
	struct buf caught;   /* with PAGE_CAUGHT: the answer */
	bool asks_number;    /* it was closed without an answer */
	bool opened;         /* a page was opened in this sign-in */

	enum prompt asked;
	bool other_way;       /* refuse each page */
	int refused;          /* so many times */
	bool skip_next_error; /* it is about a refused page */
	bool starting;        /* the session starts: nothing else can begin */
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
 * Refuse the module's page, as often as there is one, so that the rest of the
 * stack comes: an empty answer, or a denial for the module's listener.
 */
void conversation_other_way(struct conversation *conversation);

/* End what is going on, unless the session starts, and show the start page with
 * a notice or "". */
void conversation_restart(
    struct conversation *conversation, const char *notice);

#endif
