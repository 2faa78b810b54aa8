/* SPDX-License-Identifier: ISC */
/* Replies are parsed and bounded here; the policy decides what to accept. */
#include "gcpkce/helper_client/helper_client.h"

#include <stdio.h>
#include <string.h>

#include "gcpkce/base/clock.h"
#include "gcpkce/base/text.h"
#include "gcpkce/base/typed.h"
#include "gcpkce/config/client_secret.h"
#include "gcpkce/config/policy.h"
#include "gcpkce/wire/frame.h"

#define REVOKE_WAIT_MS 5000
#define REVOKING_WAIT_MS 2000
#define WITHHELD "?"     /* malformed in any configuration */
#define PROBE_REQUESTS 4 /* in sequence */
#define ESCAPE_LEN (sizeof("\\x00") - 1)

void
helper_client_route(const struct config *config, struct wire_route *ret)
{
	/* a configured text is never longer than a field of the frame */
	_Static_assert(WIRE_TEXT_MAX + 1 == CONFIG_TEXT_CAP, "same arrays");
	ret->provider = config->provider;
	memcpy(ret->login_url, config->login_url, sizeof(ret->login_url));
	memcpy(ret->api_url, config->api_url, sizeof(ret->api_url));
	if (config->provider == PROVIDER_CXONE)
		memcpy(ret->issuer, config->issuer, sizeof(ret->issuer));
	memcpy(ret->authorize_url, config->authorize_url,
	    sizeof(ret->authorize_url));
	memcpy(ret->token_url, config->token_url, sizeof(ret->token_url));
	memcpy(ret->jwks_url, config->jwks_url, sizeof(ret->jwks_url));
	memcpy(
	    ret->userinfo_url, config->userinfo_url, sizeof(ret->userinfo_url));
	ret->userinfo = config->userinfo;
	memcpy(ret->ca_file, config->ca_file, sizeof(ret->ca_file));
	memcpy(ret->proxy, config->proxy, sizeof(ret->proxy));
	ret->connect_timeout_s = (uint32_t)config->connect_timeout;
	ret->request_timeout_s = (uint32_t)config->request_timeout;
	ret->strict = config->sandbox == SANDBOX_STRICT;
}

static void
text_copy(char to[static WIRE_TEXT_MAX + 1], const char *from)
{
	(void)snprintf(to, WIRE_TEXT_MAX + 1, "%s", from);
}

/* Untrusted names may hold any byte; a frame's text may not. */
static enum outcome
text_copy_escaped(char to[static WIRE_TEXT_MAX + 1], const char *from)
{
	autobuf escaped = BUF_INIT(WIRE_TEXT_MAX); /* no partial escape */

	text_put_shown(&escaped, view_text(from));
	text_copy(to, buf_text(&escaped));
	/* cut where an escape does not fit; else out of memory */
	return escaped.max - escaped.len < ESCAPE_LEN ? OUTCOME_OK
						      : buf_check(&escaped);
}

static enum outcome
label_set(const struct helper_call *call, struct wire_label *ret)
{
	enum outcome r = text_copy_escaped(ret->user, call->user);

	if (r == OUTCOME_OK)
		r = text_copy_escaped(ret->service, call->service);
	if (r == OUTCOME_OK)
		r = text_copy_escaped(ret->host, call->host);
	return r;
}

static enum outcome
request_set(const struct config *config, const struct helper_call *call,
    int64_t deadline_ms, struct wire_request *ret)
{
	helper_client_route(config, &ret->route);
	text_copy(ret->client_id, config->client_id);
	text_copy(ret->redirect_uri, config->redirect_uri);
	text_copy(ret->start_url, config->start_url);
	text_copy(ret->signin_org, config->signin_org);
	text_copy(ret->signin_provider, config->signin_provider);
	text_copy(ret->organization, config->organization);
	ret->clock_skew_s = (uint32_t)config->clock_skew;
	ret->nonce_optional = config->nonce == NONCE_IF_PRESENT;
	ret->secret_in_form = config->client_auth == CLIENT_AUTH_POST;
	ret->force_signin = config->force_signin;
	ret->bare_code = config->bare_code;
	ret->loopback = config->callback == CALLBACK_LOOPBACK && call->listens;
	ret->unasked = ret->loopback && call->unasked;
	ret->decoy = call->decoy;
	ret->uid = (uint32_t)call->uid;
	ret->want_token = call->want_token;
	ret->revoke = config->revoke == REVOKE_AUTO;
	ret->needs = policy_needs(config);
	ret->deadline_ms = (uint32_t)clock_left_ms(deadline_ms);
	return label_set(call, &ret->label);
}

/*
 * Is the helper to open connections before the answer?  If the application is
 * root, only with a place in the lock file, which counts them; without one
 * there is no preconnect, which is no failure.  A decoy is prepared in the same
 * way, so that it takes the same time, and holds no place.
 *
 * out:    ret_lock  a descriptor, or -1
 */
static void
preconnect_set(const struct config *config, struct wire_request *request,
    int *ret_lock, struct errinfo *reterr)
{
	struct errinfo why = {0};

	request->preconnect =
	    config->preconnect != CONFIG_NO && config->preconnect_max > 0;
	if (!request->preconnect)
		return;
	request->preconnect_s = (uint32_t)config->preconnect;
	if (geteuid() != 0)
		return;
	request->preconnect = false;
	enum outcome r = preconnect_admit(config->preconnect_max,
	    !request->decoy, &request->preconnect, ret_lock, &why);
	if (r != OUTCOME_OK)
		(void)err_set(reterr, r, "no preconnect: %s", why.text);
}

/* Have a helper started, here or by the service. */
static enum outcome
helper_begin(const struct config *config, int64_t deadline_ms,
    struct helper_proc *ret, struct errinfo *reterr)
{
	struct helper_setup setup;
	enum helper_socket found;
	enum outcome r = helper_socket_find(&found, reterr);

	if (r == OUTCOME_OK && found == HELPER_SOCKET_SERVES)
		return helper_proc_connect(deadline_ms, ret, reterr);
	if (r == OUTCOME_OK)
		r = helper_child_plan(config, &setup, reterr);
	return r == OUTCOME_OK
	    ? helper_proc_start(&setup, deadline_ms, ret, reterr)
	    : r;
}

/* Start a helper and send its first frame. */
static enum outcome
helper_send(const struct config *config, const struct buf *frame,
    int64_t deadline_ms, struct helper_proc *ret, struct errinfo *reterr)
{
	autoproc child = HELPER_PROC_NONE;
	enum outcome r = helper_begin(config, deadline_ms, &child, reterr);

	if (r == OUTCOME_OK)
		r = helper_proc_send(&child, frame, deadline_ms, reterr);
	if (r != OUTCOME_OK)
		return r;
	*ret = child;
	ret->strict = config->sandbox == SANDBOX_STRICT;
	child = HELPER_PROC_NONE;
	return OUTCOME_OK;
}

/*
 * Note a frame's missing layers; if the sandbox is strict, they are a failure.
 */
static enum outcome
missing_note(struct helper_proc *proc, const struct missing_layers *missing,
    struct errinfo *reterr)
{
	missing_merge(&proc->missing, missing);
	return missing_judge(
	    &proc->missing, proc->strict, ", and goes on", reterr);
}

enum outcome
helper_client_start(const struct config *config, const struct helper_call *call,
    int64_t deadline_ms, struct helper_proc *ret, struct errinfo *reterr)
{
	autorequest request = {0};
	autobuf frame = BUF_INIT(WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX);
	autofd lock = -1;

	enum outcome r = client_secret_read(
	    config->client_secret_file, &request.client_secret, reterr);
	if (r == OUTCOME_OK)
		r = request_set(config, call, deadline_ms, &request);
	if (r != OUTCOME_OK)
		return r;
	preconnect_set(config, &request, &lock, reterr);
	wire_put_request(&frame, &request);
	r = helper_send(config, &frame, deadline_ms, ret, reterr);
	if (r == OUTCOME_OK)
		ret->lock = take_fd(&lock);
	return r;
}

enum outcome
helper_client_address(struct helper_proc *proc, int64_t deadline_ms,
    struct wire_ready *ret, struct errinfo *reterr)
{
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	enum outcome r = helper_proc_receive(
	    proc, WIRE_READY, deadline_ms, &payload, reterr);

	if (r == OUTCOME_OK)
		r = wire_ready_parse(buf_view(&payload), ret, reterr);
	return r == OUTCOME_OK ? missing_note(proc, &ret->missing, reterr) : r;
}

/*
 * Is the answer one that must not leave this process?  An empty one never is,
 * nor is sshd's junk: for a name that it refuses, sshd passes junk as the
 * password, too.  The helper must see it, to treat it like a refused code.
 */
static enum outcome
answer_is_known(
    struct view typed, const struct helper_client_known *known, bool *ret_known)
{
	const char *const words[] = {
	    known->user, known->password, known->old_password};
	autobuf hold = BUF_INIT(WIRE_ANSWER_MAX);

	if (typed_is_sshd_junk(typed))
		return OUTCOME_OK;
	struct view plain = typed_once(typed_plain(typed, &hold));
	enum outcome r = buf_check(&hold);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		autobuf other = BUF_INIT(WIRE_ANSWER_MAX);

		if (r != OUTCOME_OK || words[i] == NULL ||
		    strlen(words[i]) > other.max)
			continue;
		struct view word =
		    typed_once(typed_plain(view_text(words[i]), &other));
		*ret_known |= plain.len > 0 && view_eq_ct(plain, word);
		r = buf_check(&other);
	}
	return r;
}

/* Interpret the verdict on the answer sent in place of a known text. */
static enum outcome
withheld_judge(enum outcome verdict, struct errinfo *reterr)
{
	if (verdict == OUTCOME_OK)
		return err_set(reterr, OUTCOME_HELPER_FAILED,
		    "the helper reports a sign-in, but got no answer");
	if (verdict == OUTCOME_ANSWER_MALFORMED)
		(void)err_set(reterr, verdict,
		    "the answer was the account's name or its password here, "
		    "and was not sent");
	return verdict;
}

enum outcome
helper_client_answer(struct helper_proc *proc, struct view typed,
    const struct helper_client_known *known, int64_t deadline_ms,
    struct wire_verdict *ret, struct errinfo *reterr)
{
	autobuf frame = BUF_INIT(WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX);
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	bool withheld = false;

	wire_verdict_done(ret);
	enum outcome r = answer_is_known(typed, known, &withheld);
	if (r != OUTCOME_OK)
		return r;
	wire_put_answer(&frame, withheld ? view_text(WITHHELD) : typed);
	r = helper_proc_send(proc, &frame, deadline_ms, reterr);
	if (r == OUTCOME_OK)
		r = helper_proc_receive(proc, WIRE_VERDICT,
		    deadline_ms + HELPER_CLIENT_GRACE_MS, &payload, reterr);
	if (r == OUTCOME_OK)
		r = wire_verdict_parse(buf_view(&payload), ret, reterr);
	if (r != OUTCOME_OK)
		return r;
	r = missing_note(proc, &ret->missing, reterr);
	if (r == OUTCOME_OK) {
		r = err_set(reterr, ret->outcome, "%s", ret->reason);
		return withheld ? withheld_judge(r, reterr) : r;
	}
	/* not returned: the caller has the helper revoke it */
	secret_free(ret->token);
	ret->token = NULL;
	return r;
}

static enum outcome
empty_send(
    const struct helper_proc *proc, enum wire_type type, struct errinfo *reterr)
{
	autobuf frame = BUF_INIT(WIRE_HEADER_LEN);

	wire_put_empty(&frame, type);
	return helper_proc_send(
	    proc, &frame, clock_now_ms() + HELPER_CLIENT_GRACE_MS, reterr);
}

void
helper_client_grant(const struct helper_proc *proc)
{
	struct errinfo ignored;

	(void)!empty_send(proc, WIRE_GRANTED, &ignored);
}

enum outcome
helper_client_settle(
    struct helper_proc *proc, bool keep, struct errinfo *reterr)
{
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	int64_t least_ms = clock_now_ms() + HELPER_CLIENT_GRACE_MS;
	int64_t most_ms = clock_now_ms() + REVOKING_WAIT_MS;
	int64_t end_ms =
	    proc->deadline_ms < most_ms ? proc->deadline_ms : most_ms;
	enum outcome r =
	    empty_send(proc, keep ? WIRE_KEEP : WIRE_REVOKE, reterr);

	return r == OUTCOME_OK && !keep
	    ? helper_proc_receive(proc, WIRE_REVOKING,
		  end_ms > least_ms ? end_ms : least_ms, &payload, reterr)
	    : r;
}

/*
 * Start a helper for one request without a dialogue, and receive its reply
 * within limit_ms.
 */
static enum outcome
helper_ask(const struct config *config, const struct buf *frame,
    int64_t limit_ms, enum wire_type type, struct buf *payload,
    struct errinfo *reterr)
{
	autoproc child = HELPER_PROC_NONE;
	int64_t deadline_ms =
	    clock_now_ms() + limit_ms + HELPER_CLIENT_GRACE_MS;
	enum outcome r =
	    helper_send(config, frame, deadline_ms, &child, reterr);

	return r == OUTCOME_OK
	    ? helper_proc_receive(&child, type, deadline_ms, payload, reterr)
	    : r;
}

enum outcome
helper_client_revoke(const struct config *config,
    const struct helper_call *call, struct secret *token, uint64_t expires_at_s,
    uint32_t limit_s, struct errinfo *reterr)
{
	autobuf frame = BUF_INIT(WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX);
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	struct wire_revoke_request request = {
	    .limit_s = limit_s,
	    .expires_at_s = expires_at_s,
	    .token = token,
	};

	helper_client_route(config, &request.route);
	enum outcome r = label_set(call, &request.label);
	if (r != OUTCOME_OK)
		return r;
	wire_put_revoke_request(&frame, &request);
	return helper_ask(
	    config, &frame, REVOKE_WAIT_MS, WIRE_REVOKING, &payload, reterr);
}

enum outcome
helper_client_token(const struct config *config, enum wire_task task,
    struct secret *token, struct wire_token_info *ret, struct errinfo *reterr)
{
	autobuf frame = BUF_INIT(WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX);
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	struct wire_token_request request = {
	    .task = task,
	    .limit_s =
		(uint32_t)(config->connect_timeout + config->request_timeout),
	    .token = token,
	};

	memset(ret, 0, sizeof(*ret));
	helper_client_route(config, &request.route);
	wire_put_token_request(&frame, &request);
	enum outcome r =
	    helper_ask(config, &frame, request.limit_s * INT64_C(1000),
		WIRE_TOKEN_REPLY, &payload, reterr);
	if (r == OUTCOME_OK)
		r = wire_token_reply_parse(buf_view(&payload), ret, reterr);
	return r == OUTCOME_OK
	    ? err_set(reterr, ret->verdict.outcome, "%s", ret->verdict.reason)
	    : r;
}

enum outcome
helper_client_probe(const struct config *config, bool network,
    struct wire_probe_reply *ret, struct errinfo *reterr)
{
	autobuf frame = BUF_INIT(WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX);
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	struct wire_probe_request request = {
	    .network = network,
	    .limit_s =
		(uint32_t)(config->connect_timeout + config->request_timeout) *
		PROBE_REQUESTS,
	};

	memset(ret, 0, sizeof(*ret));
	helper_client_route(config, &request.route);
	text_copy(request.client_id, config->client_id);
	text_copy(request.redirect_uri, config->redirect_uri);
	text_copy(request.signin_org, config->signin_org);
	text_copy(request.signin_provider, config->signin_provider);
	wire_put_probe_request(&frame, &request);
	enum outcome r =
	    helper_ask(config, &frame, request.limit_s * INT64_C(1000),
		WIRE_PROBE_REPLY, &payload, reterr);
	return r == OUTCOME_OK
	    ? wire_probe_reply_parse(buf_view(&payload), ret, reterr)
	    : r;
}
