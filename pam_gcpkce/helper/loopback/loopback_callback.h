/* SPDX-License-Identifier: ISC */
/* What the listener of callback=loopback received, and what its page shows. */
#ifndef GCPKCE_HELPER_LOOPBACK_CALLBACK_H
#define GCPKCE_HELPER_LOOPBACK_CALLBACK_H

#include "gcpkce/oauth/answer.h"
#include "gcpkce/wire/wire.h"
#include "loopback_server.h"

struct browser {
	bool wanted;  /* a listener was requested */
	bool unasked; /* and the page's number is not asked for */
	struct loopback_server server;
	struct page_label label;
	bool arrived;          /* a code or an error redirect has arrived ... */
	enum outcome outcome;  /* ... which means this ... */
	struct answer answer;  /* ... with this code ... */
	struct errinfo reason; /* ... or for this reason */
	char number[PAGE_NUMBER_LEN + 1]; /* of the code; "" for none */
	unsigned wrong_numbers;           /* for this code */
};

/*
 * Listen for the browser, if the request says so.  A redirect_uri without a
 * port gets the listener's.  A failure is not an error: the code is then
 * pasted.
 *
 * in, out: request  *borrowed* until exit, except its redirect_uri
 * out:     ret      (loopback_callback_end it)
 */
void loopback_callback_begin(struct wire_request *request, struct browser *ret);

/*
 * Before an address is shown: listen again, unless a code is here already.
 *
 * gives:  what to tell the user about it
 */
enum wire_callback loopback_callback_resume(struct browser *b);

/*
 * What arrived belongs to an address that is no longer shown, or another answer
 * was used instead: a waiting browser is shown that the sign-in is over.
 */
void loopback_callback_forget(struct browser *b);

/*
 * Does an empty answer mean the browser's: where no number is asked for, or an
 * error redirect has arrived, whose page says to press Enter?
 */
bool loopback_callback_is_awaited(const struct browser *b);

/*
 * Compare what was typed with the number on the page, in constant time, leading
 * zeros included.  The third wrong number for a code drops it.
 *
 * gives:  WIRE_NUMBER_NONE where it is no number, or none is asked for;
 *         after WIRE_NUMBER_RIGHT loopback_callback_take comes next
 */
enum wire_number loopback_callback_number_judge(
    struct browser *b, struct view typed);

/*
 * When server.events is readable: serve waiting connections, up to one request
 * for us; from the worker only, since it reads untrusted input.  With a code of
 * this sign-in the port is closed; an error redirect is kept until a code
 * arrives.  Everything else is answered and discarded.
 */
void loopback_callback_serve(
    struct browser *b, const struct answer_terms *terms);

/* Take what has arrived, as answer_read gives it. */
MUST_CHECK enum outcome loopback_callback_take(
    struct browser *b, struct answer *ret, struct errinfo *reterr);

/* The same for a number that was judged; a wrong one has its reason. */
MUST_CHECK enum outcome loopback_callback_number_take(struct browser *b,
    enum wire_number number, struct answer *ret, struct errinfo *reterr);

/* There is an answer: close the port, and discard what was not taken. */
void loopback_callback_dismiss(struct browser *b);

/* Show the waiting browser the result of its code. */
void loopback_callback_reply(struct browser *b, enum outcome outcome);

/* Close everything; a waiting browser is shown that the sign-in is over. */
void loopback_callback_end(struct browser *b);

#endif
