/* SPDX-License-Identifier: ISC */
/*
 * The browser's side of a sign-in with callback=loopback: what came by the
 * listener, and what the page there says of it.
 */
#ifndef GCPKCE_HELPER_BROWSER_H
#define GCPKCE_HELPER_BROWSER_H

#include "gcpkce/oauth/answer.h"
#include "gcpkce/wire/wire.h"
#include "loopback_server.h"

struct browser {
	bool wanted;  /* there was to be a listener */
	bool unasked; /* and nobody is asked for the page's number */
	struct loopback_server server;
	struct page_label label;
	bool arrived;          /* a code or an error redirect has come ... */
	enum outcome outcome;  /* ... which means this ... */
	struct answer answer;  /* ... with this code ... */
	struct errinfo reason; /* ... or for this reason */
	char number[PAGE_NUMBER_LEN + 1]; /* of the code; "" for none */
	unsigned wrong_numbers;           /* for this code */
};

/*
 * Listen for the browser, if the request says so.  A redirect_uri without a
 * port gets the listener's.  That it cannot be done is no failure: then the
 * code is pasted.
 *
 * in, out: request  *borrowed* for good, but for its redirect_uri
 * out:     ret      (loopback_callback_end it)
 */
void loopback_callback_begin(struct wire_request *request, struct browser *ret);

/*
 * Before an address is shown: listen again, unless a code is here already.
 *
 * gives:  what the person is to be told of it
 */
enum wire_callback loopback_callback_resume(struct browser *b);

/*
 * What came belongs to an address that is not shown any more, or another answer
 * took its place: a browser that still waits is told that it is over.
 */
void loopback_callback_forget(struct browser *b);

/* Readable when loopback_callback_serve has something to do; -1: never. */
int loopback_callback_events(const struct browser *b);

/*
 * Is an empty answer for the browser: where nobody is asked for a number, or
 * an error redirect has come, of which the page says that Enter shows it?
 */
bool loopback_callback_is_awaited(const struct browser *b);

/*
 * Compare what was typed with the number that the page shows, in constant
 * time.  Of what typed_plain leaves all digits count, also the zeros in front.
 * The third wrong number for a code drops it.
 *
 * gives:  WIRE_NUMBER_NONE where it is no number, or none is asked for;
 *         after WIRE_NUMBER_RIGHT loopback_callback_take comes next
 */
enum wire_number loopback_callback_number_judge(
    struct browser *b, struct view typed);

/*
 * Serve whoever has come, up to one request for us; from the worker alone,
 * since it reads what strangers wrote.  With a code of this sign-in the port is
 * closed; an error redirect is kept until a code comes.  All else is answered
 * and forgotten.
 *
 * out:    b->arrived, and b->number for the page where it is asked for
 */
void loopback_callback_serve(
    struct browser *b, const struct answer_terms *terms);

/*
 * Take what has come, as answer_read gives it.
 *
 * out:    ret  (autoanswer)
 */
MUST_CHECK enum outcome loopback_callback_take(
    struct browser *b, struct answer *ret, struct errinfo *reterr);

/*
 * There is an answer: close the port, and forget what came and was not taken.
 */
void loopback_callback_dismiss(struct browser *b);

/* Tell the browser that waits for it what came of its code. */
void loopback_callback_tell(struct browser *b, enum outcome outcome);

/* Close everything; a browser that still waits is told that it is over. */
void loopback_callback_end(struct browser *b);

#endif
