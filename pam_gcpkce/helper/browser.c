/* SPDX-License-Identifier: ISC */
/*
 * What a browser brings is read by the same reader as what a person pastes,
 * but must have this sign-in's state: a person vouches for what he pastes, and
 * nobody for a request.
 */
#include "browser.h"

#include <string.h>

void
browser_begin(struct wire_request *request, struct browser *ret)
{
	struct errinfo why;

	*ret = (struct browser){
	    .wanted = request->loopback,
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

void
browser_forget(struct browser *b)
{
	browser_tell(b, OUTCOME_ABORTED);
	answer_done(&b->answer);
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
	return b->arrived || b->listener.listening;
}

/* Answer an error redirect, whose reason begins with its name. */
static void
refusal_answer(struct browser *b, bool press_enter)
{
	autobuf page = BUF_INIT(PAGE_MAX);
	char name[ERRINFO_TEXT_MAX];
	size_t len = strcspn(b->reason.text, ":");

	memcpy(name, b->reason.text, len);
	name[len] = '\0';
	page_put_refusal(&page, &b->label, name, press_enter);
	listener_answer(&b->listener, &page);
}

static void
arrival_answer(struct browser *b, bool press_enter)
{
	autobuf page = BUF_INIT(PAGE_MAX);

	page_put_arrival(&page, &b->label, press_enter);
	listener_hold(&b->listener, &page);
}

static void
query_judge(struct browser *b, struct view query,
    const struct browser_states *states, bool press_enter)
{
	autoanswer answer = {0};
	struct errinfo reason = {0};
	/* a bare code, without a '=', has no state either */
	enum outcome r = answer_read(query, states->shown, states->earlier,
	    states->earlier_count, &answer, &reason);

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
	b->arrived = true;
	b->outcome = r;
	b->reason = reason;
	b->answer = answer;
	answer.code = NULL;
	if (r == OUTCOME_OK)
		arrival_answer(b, press_enter);
	else
		refusal_answer(b, press_enter);
}

void
browser_serve(
    struct browser *b, const struct browser_states *states, bool press_enter)
{
	struct view query;

	/* one alone: the caller and the deadline come before the next */
	if (!listener_next(&b->listener, &query))
		return;
	if (b->answer.code != NULL) /* the first one counts */
		listener_stray(&b->listener, HTTP_CONFLICT);
	else
		query_judge(b, query, states, press_enter);
}

enum outcome
browser_take(struct browser *b, struct answer *ret, struct errinfo *reterr)
{
	answer_done(ret);
	*ret = b->answer;
	b->answer = (struct answer){0};
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
