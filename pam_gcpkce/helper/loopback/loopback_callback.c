/* SPDX-License-Identifier: ISC */
/*
 * What a browser delivers is parsed by the same code as what a user pastes, but
 * it must carry this sign-in's state: the user pastes deliberately, while any
 * page can cause a request.
 */
#include "loopback_callback.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "gcpkce/base/typed.h"

#define NUMBER_TRIES 3
#define NUMBERS 10000
/* longer input is not an attempt at a number */
#define TYPED_NUMBER_MAX 19

void
loopback_callback_begin(struct wire_request *request, struct browser *ret)
{
	struct errinfo why;

	*ret = (struct browser){
	    .wanted = request->loopback,
	    .unasked = request->unasked,
	    .server = LOOPBACK_SERVER_NONE,
	    .label = {request->label.user, request->label.host},
	};
	if (request->loopback)
		(void)!loopback_server_open(request->redirect_uri,
		    sizeof(request->redirect_uri), &ret->server, &why);
}

enum wire_callback
loopback_callback_resume(struct browser *b)
{
	if (!b->wanted)
		return WIRE_CALLBACK_PASTE;
	if (b->answer.code != NULL || loopback_server_resume(&b->server))
		return WIRE_CALLBACK_LISTENS;
	return WIRE_CALLBACK_TAKEN;
}

void
loopback_callback_reply(struct browser *b, enum outcome outcome)
{
	autobuf page = BUF_INIT(PAGE_MAX);

	if (b->server.events < 0)
		return; /* no browser can have connected */
	if (outcome == OUTCOME_OK)
		page_put_success(&page, &b->label);
	else
		page_put_failure(&page, outcome);
	loopback_server_finish(&b->server, &page);
}

static void
number_forget(struct browser *b)
{
	explicit_bzero(b->number, sizeof(b->number));
	b->wrong_numbers = 0;
}

void
loopback_callback_forget(struct browser *b)
{
	loopback_callback_reply(b, OUTCOME_ABORTED);
	answer_done(&b->answer);
	number_forget(b);
	b->arrived = false;
}

bool
loopback_callback_is_awaited(const struct browser *b)
{
	if (b->arrived)
		return b->unasked || b->answer.code == NULL;
	return b->unasked && b->server.listening;
}

/*
 * A number for one code: the user who sees the page must also be at the prompt.
 */
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

/* A code is answered later; an error's reason begins with its name. */
static void
arrival_answer(struct browser *b)
{
	autobuf page = BUF_INIT(PAGE_MAX);
	char name[ERRINFO_TEXT_MAX];

	if (b->outcome == OUTCOME_OK) {
		page_put_received(&page, &b->label, b->number);
		loopback_server_hold(&b->server, &page);
		return;
	}
	(void)snprintf(name, sizeof(name), "%.*s",
	    (int)strcspn(b->reason.text, ":"), b->reason.text);
	page_put_refusal(&page, &b->label, name, !b->unasked);
	loopback_server_answer(&b->server, &page);
}

static void
query_judge(
    struct browser *b, struct view query, const struct answer_terms *terms)
{
	autoanswer answer = {0};
	struct errinfo reason = {0};
	/* a bare code and an error may come without a state */
	enum outcome r = answer_read(query, terms, &answer, &reason);

	bool ours = answer.state_seen &&
	    (r == OUTCOME_OK || r == OUTCOME_SIGNIN_REFUSED);

	if (ours)
		loopback_callback_forget(b);
	if (!ours ||
	    (r == OUTCOME_OK && !b->unasked && !number_new(b->number))) {
		loopback_server_reject(&b->server,
		    r == OUTCOME_STATE_MISMATCH ? HTTP_CONFLICT : HTTP_BAD);
		return;
	}
	b->arrived = true;
	b->outcome = r;
	b->reason = reason;
	b->answer = answer;
	answer.code = NULL;
	arrival_answer(b);
}

void
loopback_callback_serve(struct browser *b, const struct answer_terms *terms)
{
	struct view query;

	/*
	 * one at a time: the parent and the deadline are checked before the
	 * next
	 */
	if (!loopback_server_next(&b->server, &query))
		return;
	if (b->answer.code != NULL) /* the first one counts */
		loopback_server_reject(&b->server, HTTP_CONFLICT);
	else
		query_judge(b, query, terms);
}

static bool
is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

static bool
is_number(struct view text)
{
	return text.len > 0 && text.len <= TYPED_NUMBER_MAX &&
	    view_all(text, is_digit);
}

enum wire_number
loopback_callback_number_judge(struct browser *b, struct view typed)
{
	autobuf hold = BUF_INIT(WIRE_ANSWER_MAX);
	bool has_code = b->answer.code != NULL;

	if (b->unasked || !(has_code || b->server.listening))
		return WIRE_NUMBER_NONE;
	struct view number = typed_plain(typed, &hold);
	if (buf_check(&hold) != OUTCOME_OK || !is_number(number))
		return WIRE_NUMBER_NONE;
	if (!has_code)
		return WIRE_NUMBER_EARLY;
	if (view_eq_ct(number, view_text(b->number)))
		return WIRE_NUMBER_RIGHT;
	if (++b->wrong_numbers < NUMBER_TRIES)
		return WIRE_NUMBER_WRONG;
	loopback_callback_forget(b);
	return WIRE_NUMBER_SPENT;
}

enum outcome
loopback_callback_take(
    struct browser *b, struct answer *ret, struct errinfo *reterr)
{
	answer_done(ret);
	*ret = b->answer;
	b->answer = (struct answer){0};
	number_forget(b);
	b->arrived = false;
	return err_set(reterr, b->outcome, "%s", b->reason.text);
}

enum outcome
loopback_callback_number_take(struct browser *b, enum wire_number number,
    struct answer *ret, struct errinfo *reterr)
{
	static const char *const reasons[WIRE_NUMBERS] = {
	    [WIRE_NUMBER_EARLY] =
		"a number was typed before the browser sent a code",
	    [WIRE_NUMBER_WRONG] = "the number is not the page's",
	    [WIRE_NUMBER_SPENT] =
		"the number is not the page's, for the third time: the "
		"browser's code is discarded",
	};

	return number == WIRE_NUMBER_RIGHT
	    ? loopback_callback_take(b, ret, reterr)
	    : err_set(reterr, OUTCOME_ANSWER_MALFORMED, "%s", reasons[number]);
}

void
loopback_callback_dismiss(struct browser *b)
{
	loopback_server_pause(&b->server);
	if (b->arrived)
		loopback_callback_forget(b);
}

void
loopback_callback_end(struct browser *b)
{
	loopback_server_pause(&b->server);
	loopback_callback_forget(b);
	loopback_server_done(&b->server);
}
