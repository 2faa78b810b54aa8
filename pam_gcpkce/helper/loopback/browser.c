/* SPDX-License-Identifier: ISC */
/*
 * What a browser brings is read by the same reader as what a person pastes,
 * but must have this sign-in's state: a person vouches for what he pastes, and
 * nobody for a request.
 */
#include "browser.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "gcpkce/base/typed.h"

#define NUMBER_TRIES 3
#define NUMBERS 10000
/* longer ones are no attempt at a number */
#define TYPED_NUMBER_MAX 19

void
browser_begin(struct wire_request *request, struct browser *ret)
{
	struct errinfo why;

	*ret = (struct browser){
	    .wanted = request->loopback,
	    .unasked = request->unasked,
	    .listener = LISTENER_NONE,
	    .label = {request->label.user, request->label.host},
	};
	if (request->loopback)
		(void)!listener_open(request->redirect_uri,
		    sizeof(request->redirect_uri), &ret->listener, &why);
}

enum wire_callback
browser_resume(struct browser *b)
{
	if (!b->wanted)
		return WIRE_CALLBACK_PASTE;
	if (b->answer.code != NULL || listener_resume(&b->listener))
		return WIRE_CALLBACK_LISTENS;
	return WIRE_CALLBACK_TAKEN;
}

void
browser_tell(struct browser *b, enum outcome outcome)
{
	autobuf page = BUF_INIT(PAGE_MAX);

	if (b->listener.events < 0)
		return; /* nobody can have come */
	if (outcome == OUTCOME_OK)
		page_put_success(&page, &b->label);
	else
		page_put_failure(&page, outcome);
	listener_tell(&b->listener, &page);
}

static void
number_forget(struct browser *b)
{
	explicit_bzero(b->number, sizeof(b->number));
	b->wrong_numbers = 0;
}

void
browser_forget(struct browser *b)
{
	browser_tell(b, OUTCOME_ABORTED);
	answer_done(&b->answer);
	number_forget(b);
	b->arrived = false;
}

int
browser_events(const struct browser *b)
{
	return b->listener.events;
}

bool
browser_is_awaited(const struct browser *b)
{
	if (b->arrived)
		return b->unasked || b->answer.code == NULL;
	return b->unasked && b->listener.listening;
}

/* Answer an error redirect, whose reason begins with its name. */
static void
refusal_answer(struct browser *b)
{
	autobuf page = BUF_INIT(PAGE_MAX);
	char name[ERRINFO_TEXT_MAX];
	size_t len = strcspn(b->reason.text, ":");

	memcpy(name, b->reason.text, len);
	name[len] = '\0';
	page_put_refusal(&page, &b->label, name, !b->unasked);
	listener_answer(&b->listener, &page);
}

/* A number for one code: whoever sees the page is at the prompt as well. */
static bool
number_new(char ret[static PAGE_NUMBER_LEN + 1])
{
	uint16_t random;

	do {
		if (getrandom(&random, sizeof(random), 0) !=
		    (ssize_t)sizeof(random))
			return false;
	} while (random >= UINT16_MAX / NUMBERS * NUMBERS);
	(void)snprintf(
	    ret, PAGE_NUMBER_LEN + 1, "%04u", (unsigned)random % NUMBERS);
	return true;
}

static void
arrival_answer(struct browser *b)
{
	autobuf page = BUF_INIT(PAGE_MAX);

	page_put_arrival(&page, &b->label, b->number);
	listener_hold(&b->listener, &page);
}

static void
query_judge(
    struct browser *b, struct view query, const struct answer_terms *terms)
{
	autoanswer answer = {0};
	struct errinfo reason = {0};
	/* a bare code and an error may come without a state */
	enum outcome r = answer_read(query, terms, &answer, &reason);

	if (r == OUTCOME_STATE_MISMATCH) {
		listener_stray(&b->listener, HTTP_CONFLICT);
		return;
	}
	if ((r != OUTCOME_OK && r != OUTCOME_SIGNIN_REFUSED) ||
	    !answer.state_seen) {
		listener_stray(&b->listener, HTTP_BAD);
		return;
	}
	browser_forget(b);
	if (r == OUTCOME_OK && !b->unasked && !number_new(b->number)) {
		listener_stray(&b->listener, HTTP_BAD);
		return;
	}
	b->arrived = true;
	b->outcome = r;
	b->reason = reason;
	b->answer = answer;
	answer.code = NULL;
	if (r == OUTCOME_OK)
		arrival_answer(b);
	else
		refusal_answer(b);
}

void
browser_serve(struct browser *b, const struct answer_terms *terms)
{
	struct view query;

	/* one alone: the caller and the deadline come before the next */
	if (!listener_next(&b->listener, &query))
		return;
	if (b->answer.code != NULL) /* the first one counts */
		listener_stray(&b->listener, HTTP_CONFLICT);
	else
		query_judge(b, query, terms);
}

static bool
is_number(struct view text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
	}
	return text.len > 0 && text.len <= TYPED_NUMBER_MAX;
}

enum wire_number
browser_number_judge(struct browser *b, struct view typed)
{
	autobuf hold = BUF_INIT(WIRE_ANSWER_MAX);
	struct view number = typed_plain(typed, &hold);
	bool has_code = b->answer.code != NULL;

	if (b->unasked || !(has_code || b->listener.listening) ||
	    buf_check(&hold) != OUTCOME_OK || !is_number(number))
		return WIRE_NUMBER_NONE;
	if (!has_code)
		return WIRE_NUMBER_EARLY;
	if (view_eq_ct(number, view_text(b->number)))
		return WIRE_NUMBER_RIGHT;
	if (++b->wrong_numbers < NUMBER_TRIES)
		return WIRE_NUMBER_WRONG;
	browser_forget(b);
	return WIRE_NUMBER_SPENT;
}

enum outcome
browser_take(struct browser *b, struct answer *ret, struct errinfo *reterr)
{
	answer_done(ret);
	*ret = b->answer;
	b->answer = (struct answer){0};
	number_forget(b);
	b->arrived = false;
	return err_fail(reterr, b->outcome, "%s", b->reason.text);
}

void
browser_dismiss(struct browser *b)
{
	listener_hush(&b->listener);
	if (b->arrived)
		browser_forget(b);
}

void
browser_end(struct browser *b)
{
	listener_hush(&b->listener);
	browser_forget(b);
	listener_done(&b->listener);
}
