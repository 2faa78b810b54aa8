/* SPDX-License-Identifier: ISC */
/*
 * Holds the verifier, composes the address, reads the answer, and asks the
 * provider; the module decides.  A decoy, for an account that no user may sign
 * in to, behaves the same, but never opens a connection.
 */
#include "signin.h"

#include <string.h>

#include "address.h"
#include "exchange.h"
#include "gcpkce/base/clock.h"
#include "gcpkce/wire/frame.h"
#include "helper/sandbox/sandbox.h"
#include "preconnect.h"
#include "revoker.h"
#include "startup.h"
#include "worker.h"

#define ANSWER_MIN_MS 100     /* hides small differences between accounts */
#define REFUSAL_MS 900        /* also for a code that was never sent */
#define VERDICT_WAIT_MS 10000 /* for KEEP or REVOKE, after the deadline */

struct helper_signin {
	struct wire_request *request;
	struct wait wait;
	bool in_worker;
	struct address address;
	int64_t ready_ms;           /* when it was sent, this time */
	int64_t answer_ms;          /* when the answer to it came */
	struct secret *code_before; /* the last code that was sent */
	struct browser *browser;
	struct preconnect preconnect;
	struct exchange exchange;
	struct wire_verdict verdict;
};

/* Show another address from now on. */
static enum outcome
address_change(struct helper_signin *s, struct errinfo *reterr)
{
	loopback_callback_forget(s->browser);
	return address_renew(&s->address, s->request->label.user,
	    s->request->label.host, s->request->redirect_uri, reterr);
}

static enum outcome
ready_send(struct helper_signin *s, struct errinfo *reterr)
{
	autobuf address = BUF_INIT(AUTHORIZE_ADDRESS_MAX);
	struct wire_ready ready = {
	    .callback = loopback_callback_resume(s->browser),
	    .missing = *sandbox_missing(),
	};
	autobuf frame = BUF_INIT(WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX);

	address_put(&s->address, s->request, &address);
	enum outcome r = buf_check(&address);
	if (r != OUTCOME_OK)
		return r;
	memcpy(ready.address, buf_text(&address), address.len);
	ready.unreachable =
	    preconnect_found_unreachable(&s->preconnect, &s->exchange);
	wire_put_ready(&frame, &ready);
	s->ready_ms = clock_now_ms();
	return frame_send(
	    HELPER_FD_SOCKET, &frame, s->wait.deadline_ms, reterr);
}

/* Exchange the code of an answer that has one. */
static enum outcome
code_exchange(
    struct helper_signin *s, struct answer *answer, struct errinfo *reterr)
{
	struct exchange_order order = {
	    .request = s->request,
	    .code = answer->code,
	    .verifier = s->address.verifier,
	    .nonce = s->address.nonce,
	    .state_seen = answer->state_seen,
	    .made_ms = s->address.made_ms,
	    .code_seen_before = secret_eq(answer->code, s->code_before),
	};

	preconnect_stop(&s->preconnect, &s->exchange, &s->request->route);
	enum outcome r = exchange_run(&s->exchange, &order, &s->wait, reterr);
	secret_free(s->code_before);
	s->code_before = answer->code;
	answer->code = NULL;
	memcpy(s->verdict.correlation, s->exchange.correlation,
	    sizeof(s->verdict.correlation));
	return r;
}

static enum outcome
verdict_send(struct helper_signin *s, enum outcome outcome, const char *reason,
    struct errinfo *reterr)
{
	autobuf frame = BUF_INIT(WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX);
	struct wire_verdict *v = &s->verdict;

	v->outcome = outcome;
	v->missing = *sandbox_missing();
	wire_reason_set(v, reason);
	/* the journal names a user of another organization */
	if (outcome == OUTCOME_OK || outcome == OUTCOME_WRONG_ORGANIZATION)
		v->identity = s->exchange.identity;
	if (outcome == OUTCOME_OK) {
		v->expires_in_s = (uint32_t)s->exchange.reply.expires_in_s;
		if (s->request->want_token)
			v->token = s->exchange.reply.access_token;
	}
	wire_put_verdict(&frame, v);
	v->token = NULL; /* was lent, as the lists were */
	v->identity = (struct identity){0};
	return frame_send(HELPER_FD_SOCKET, &frame,
	    s->wait.deadline_ms + VERDICT_WAIT_MS, reterr);
}

/*
 * Go on in the worker.  A decoy's worker loads libcurl as well and never uses
 * it: the time to load it would reveal the decoy.
 */
static enum outcome
worker_start(struct helper_signin *s, struct errinfo *reterr)
{
	struct errinfo why = {0};
	enum wait_event event;

	if (s->in_worker)
		return OUTCOME_OK;
	s->in_worker = true;
	enum outcome failed = worker_begin(s->wait.signals,
	    s->wait.deadline_ms + VERDICT_WAIT_MS +
		REVOKER_SIGNIN_LIMIT_S * INT64_C(1000) + WORKER_SPARE_MS,
	    true, &why);
	if (failed == OUTCOME_OK)
		return failed;
	/* an answer that is still to come gets a verdict all the same */
	s->wait.browser = -1;
	enum outcome r =
	    wait_for_event(&s->wait, s->wait.deadline_ms, &event, reterr);
	if (r == OUTCOME_OK)
		r = verdict_send(s, failed, why.text, reterr);
	return r == OUTCOME_OK ? err_set(reterr, failed, "%s", why.text) : r;
}

/*
 * Open connections before the answer, until there is something to read.  A
 * decoy gets its worker at the same moment, and nothing more.
 */
static enum outcome
preconnect_begin(
    struct helper_signin *s, int64_t *due_ms, struct errinfo *reterr)
{
	enum outcome r = worker_start(s, reterr);

	s->preconnect.begun = true;
	if (r == OUTCOME_OK && !s->request->decoy)
		return preconnect_run(&s->preconnect, &s->exchange,
		    &s->request->route, &s->wait, reterr);
	*due_ms = s->wait.deadline_ms;
	return r;
}

/*
 * Wait for the answer.  The answer itself is read later, in the worker.  Use
 * the wait to build the seccomp programs.  After an empty answer, wait for the
 * browser instead; the parent then sends nothing more.
 */
static enum outcome
answer_await(struct helper_signin *s, bool for_browser, struct errinfo *reterr)
{
	int64_t due_ms = preconnect_due_ms(
	    &s->preconnect, s->request, s->ready_ms, s->wait.deadline_ms);
	const struct answer_terms terms =
	    address_terms(&s->address, s->request);
	enum outcome r = OUTCOME_OK;

	if (!s->in_worker)
		sandbox_prepare();
	while (r == OUTCOME_OK && !(for_browser && s->browser->arrived)) {
		enum wait_event event;

		r = wait_for_event(&s->wait, due_ms, &event, reterr);
		if (r != OUTCOME_OK)
			break;
		if (event == WAIT_EVENT_NONE)
			r = preconnect_begin(s, &due_ms, reterr);
		if (event == WAIT_EVENT_BROWSER) /* only the worker reads it */
			r = worker_start(s, reterr);
		if (event == WAIT_EVENT_BROWSER && r == OUTCOME_OK)
			loopback_callback_serve(s->browser, &terms);
		if (event == WAIT_EVENT_CALLER && for_browser)
			r = err_set(reterr, OUTCOME_ABORTED,
			    "the parent did not wait for the verdict");
		else if (event == WAIT_EVENT_CALLER)
			break;
	}
	s->answer_ms = clock_now_ms();
	return r == OUTCOME_OK ? worker_start(s, reterr) : r;
}

/* What was typed, or what the browser brings. */
static enum outcome
answer_take(struct helper_signin *s, struct view typed, struct answer *ret,
    struct errinfo *reterr)
{
	struct answer_terms terms = address_terms(&s->address, s->request);

	terms.may_be_cut = true;
	s->verdict.number = loopback_callback_number_judge(s->browser, typed);
	enum outcome r = s->verdict.number != WIRE_NUMBER_NONE
	    ? loopback_callback_number_take(
		  s->browser, s->verdict.number, ret, reterr)
	    : answer_read(typed, &terms, ret, reterr);

	if (r == OUTCOME_ANSWER_EMPTY &&
	    loopback_callback_is_awaited(s->browser)) {
		r = answer_await(s, true, reterr);
		if (r == OUTCOME_OK)
			r = loopback_callback_take(s->browser, ret, reterr);
	}
	if (r == OUTCOME_OK)
		loopback_callback_dismiss(s->browser);
	/* untrusted text, which may repeat an earlier code, too */
	if (r == OUTCOME_SIGNIN_REFUSED)
		redact_text(reterr->text, sizeof(reterr->text),
		    &(struct sent_secrets){
			.code = s->code_before,
			.verifier = s->address.verifier,
			.nonce = s->address.nonce,
		    });
	return r;
}

/*
 * The result of an answer.  Refusals are delayed to a fixed time.
 *
 * out:    ret_used  a code was sent or dropped, or this is a decoy: the
 *                   address is used up
 */
static enum outcome
answer_judge(struct helper_signin *s, struct view typed, bool *ret_used,
    struct errinfo *reterr)
{
	autoanswer answer = {0};
	enum outcome r = answer_take(s, typed, &answer, reterr);

	int64_t moment_ms = s->answer_ms + ANSWER_MIN_MS;
	struct errinfo why;
	s->verdict.other_address = answer.other_address;
	s->verdict.sshd_junk = answer.sshd_junk;
	bool sent = r == OUTCOME_OK || answer.sshd_junk;
	*ret_used = sent || s->verdict.number == WIRE_NUMBER_SPENT;
	if (s->request->decoy && sent)
		r = OUTCOME_CODE_REFUSED;
	else if (r == OUTCOME_OK)
		r = code_exchange(s, &answer, reterr);
	if (answer.sshd_junk || r == OUTCOME_CODE_REFUSED)
		moment_ms = s->answer_ms + REFUSAL_MS;
	else if (!outcome_may_retry(r))
		return r; /* success is reported at once */
	enum outcome waited = wait_until(&s->wait, moment_ms, &why);
	return waited == OUTCOME_OK ? r : waited;
}

/* Is the token to be kept?  Any frame but KEEP, also after GRANTED, means no.
 */
static bool
keep_await(struct helper_signin *s)
{
	int64_t deadline_ms = s->wait.deadline_ms + VERDICT_WAIT_MS;
	bool granted = false;

	for (;;) {
		autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
		enum wire_type type;
		struct errinfo why;
		bool received =
		    frame_receive(HELPER_FD_SOCKET, s->wait.signals,
			deadline_ms, &type, &payload, &why) == OUTCOME_OK &&
		    payload.len == 0;
		bool go_on = received && type == WIRE_GRANTED && !granted;

		if (!granted) /* all denials look the same */
			loopback_callback_reply(s->browser,
			    go_on ? OUTCOME_OK : OUTCOME_NOT_MAPPED);
		if (!go_on)
			return received && type == WIRE_KEEP;
		granted = true;
	}
}

/* Returns only when there is nothing to revoke. */
static void
token_revoke(struct helper_signin *s)
{
	const struct token_reply *reply = &s->exchange.reply;
	struct http_conn *conn = &s->exchange.conns[CONN_IDENTITY];

	if (reply->access_token == NULL || !s->request->revoke)
		return;
	/* the revoker gets the one token and no other secret */
	secret_free(s->address.verifier);
	secret_free(s->code_before);
	secret_free(s->request->client_secret);
	loopback_callback_end(s->browser);
	conn_done(&s->exchange.conns[CONN_TOKEN]);
	buf_done(&s->exchange.form);
	revoker_leave_behind(&(struct revoker_order){
	    .route = &s->request->route,
	    .label = &s->request->label,
	    .token = reply->access_token,
	    .expires_at_s = reply->expires_in_s > 0
		? clock_wall_s() + reply->expires_in_s
		: 0,
	    .limit_s = REVOKER_SIGNIN_LIMIT_S,
	    .conn = conn->easy != NULL ? conn : NULL,
	});
}

/*
 * One round: show the address, read the answer, report its result.
 *
 * out:    ret_outcome  outcome of the verdict
 */
static enum outcome
round_serve(
    struct helper_signin *s, enum outcome *ret_outcome, struct errinfo *reterr)
{
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	autobuf typed = BUF_INIT(WIRE_ANSWER_MAX);
	struct errinfo why = {0};
	enum wire_type type;
	bool used = false;

	enum outcome r = ready_send(s, reterr);
	if (r == OUTCOME_OK)
		r = answer_await(s, false, reterr);
	if (r == OUTCOME_OK)
		r = frame_receive(HELPER_FD_SOCKET, s->wait.signals,
		    s->wait.deadline_ms, &type, &payload, reterr);
	if (r == OUTCOME_OK && type != WIRE_ANSWER)
		r = err_set(reterr, OUTCOME_HELPER_FAILED,
		    "frame: type %d came in place of an answer", type);
	if (r == OUTCOME_OK)
		r = wire_answer_parse(buf_view(&payload), &typed, reterr);
	if (r != OUTCOME_OK)
		return r;

	memset(&s->verdict, 0, sizeof(s->verdict));
	*ret_outcome = answer_judge(s, buf_view(&typed), &used, &why);
	/* the browser's code may still be the next answer */
	if (*ret_outcome != OUTCOME_OK && !s->browser->arrived)
		loopback_callback_reply(s->browser, *ret_outcome);
	if (used && outcome_may_retry(*ret_outcome))
		r = address_change(s, reterr);
	if (r == OUTCOME_OK)
		r = verdict_send(s, *ret_outcome, why.text, reterr);
	return r;
}

static enum outcome
rounds_serve(struct helper_signin *s, struct errinfo *reterr)
{
	enum outcome outcome = OUTCOME_ANSWER_EMPTY;
	enum outcome r = address_change(s, reterr);

	while (r == OUTCOME_OK && outcome_may_retry(outcome))
		r = round_serve(s, &outcome, reterr);
	if (r == OUTCOME_SYSTEM_ERROR)
		startup_refuse(r, reterr->text);
	if (r != OUTCOME_OK || outcome != OUTCOME_OK || !keep_await(s))
		token_revoke(s);
	return r;
}

enum outcome
signin_serve(struct wire_request *request, struct browser *browser, int signals,
    struct errinfo *reterr)
{
	struct helper_signin s = {
	    .request = request,
	    .wait = {.socket = HELPER_FD_SOCKET,
		.signals = signals,
		.browser = browser->server.events,
		.deadline_ms = clock_now_ms() + request->deadline_ms},
	    .browser = browser,
	};
	enum outcome r = rounds_serve(&s, reterr);

	secret_free(s.address.verifier);
	secret_free(s.code_before);
	exchange_done(&s.exchange);
	return r;
}
