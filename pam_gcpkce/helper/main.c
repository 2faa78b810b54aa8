/* SPDX-License-Identifier: ISC */
/* gcpkce-helper(8): the process that talks to the provider. */
#include <stdio.h>
#include <string.h>

#include "gcpkce/base/clock.h"
#include "gcpkce/oauth/crypto.h"
#include "gcpkce/wire/frame.h"
#include "helper/sandbox/sandbox.h"
#include "identify.h"
#include "probe.h"
#include "revoker.h"
#include "signin.h"
#include "startup.h"
#include "worker.h"

#define REQUEST_WAIT_MS 10000

/* Refuse the request before any work, and tell the parent why. */
static enum outcome
refuse(enum outcome r, const struct errinfo *why)
{
	startup_refuse(r, why->text);
	return r;
}

/* Confine the helper to a request, and go on in the worker. */
static enum outcome
confine(const struct wire_route *route, const struct wire_label *label,
    uint32_t limit_s, bool network, int signals, struct errinfo *reterr)
{
	enum outcome r = sandbox_confine(route, label, false, reterr);

	if (r != OUTCOME_OK)
		return r;
	/* before a revocation's monitor begins its grace period */
	sandbox_prepare();
	return worker_begin(signals,
	    clock_now_ms() + limit_s * INT64_C(1000) + WORKER_SPARE_MS, network,
	    reterr);
}

static enum outcome
signin_request(struct view payload, int signals, struct errinfo *reterr)
{
	autorequest request = {0};
	struct browser browser;
	enum outcome r = wire_request_parse(payload, &request, reterr);

	if (r == OUTCOME_OK)
		r = startup_peer_judge(&request, reterr);
	if (r != OUTCOME_OK)
		return refuse(r, reterr);
	/* before Landlock, which forbids binding */
	loopback_callback_begin(&request, &browser);
	r = sandbox_confine(
	    &request.route, NULL, browser.server.events >= 0, reterr);
	r = r == OUTCOME_OK ? signin_serve(&request, &browser, signals, reterr)
			    : refuse(r, reterr);
	loopback_callback_end(&browser);
	return r;
}

/* Hand a token to a revoker and exit. */
static enum outcome
revoke_request(struct view payload, int signals, struct errinfo *reterr)
{
	autorevocation request = {0};
	enum outcome r = wire_revoke_request_parse(payload, &request, reterr);

	if (r == OUTCOME_OK)
		r = startup_peer_judge(NULL, reterr);
	if (r == OUTCOME_OK)
		r = confine(&request.route, &request.label, request.limit_s,
		    true, signals, reterr);
	if (r != OUTCOME_OK)
		return refuse(r, reterr);
	revoker_leave_behind(&(struct revoker_order){
	    .route = &request.route,
	    .label = &request.label,
	    .token = request.token,
	    .expires_at_s = request.expires_at_s,
	    .limit_s = request.limit_s,
	});
}

static enum outcome
token_request(struct view payload, int signals, struct errinfo *reterr)
{
	static const struct wire_label command = {.service = "gcpkce"};
	autotokenrequest request = {0};
	enum outcome r = wire_token_request_parse(payload, &request, reterr);

	if (r == OUTCOME_OK)
		r = confine(&request.route, &command, request.limit_s, true,
		    signals, reterr);
	return r == OUTCOME_OK ? identify_serve(&request, signals, reterr)
			       : refuse(r, reterr);
}

/* A sandbox that may not go on is reported by a PROBE_REPLY as well. */
static enum outcome
probe_request(struct view payload, int signals, struct errinfo *reterr)
{
	static struct wire_probe_request request;
	enum outcome r = wire_probe_request_parse(payload, &request, reterr);

	if (r != OUTCOME_OK)
		return refuse(r, reterr);
	r = confine(&request.route, NULL, request.limit_s, request.network,
	    signals, reterr);
	return r == OUTCOME_OK ? probe_serve(&request, signals, reterr)
			       : probe_refuse(reterr->text, reterr);
}

static enum outcome
serve(struct errinfo *reterr)
{
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	enum wire_type type;
	int signals = -1;

	crypto_omit_texts();
	enum outcome r = startup_begin(&signals, reterr);
	if (r != OUTCOME_OK)
		return r;
	r = frame_receive(HELPER_FD_SOCKET, signals,
	    clock_now_ms() + REQUEST_WAIT_MS, &type, &payload, reterr);
	if (r != OUTCOME_OK)
		return refuse(r, reterr);
	if (type == WIRE_REQUEST)
		return signin_request(buf_view(&payload), signals, reterr);
	if (type == WIRE_REVOKE_REQUEST)
		return revoke_request(buf_view(&payload), signals, reterr);
	if (type == WIRE_TOKEN_REQUEST)
		return token_request(buf_view(&payload), signals, reterr);
	if (type == WIRE_PROBE_REQUEST)
		return probe_request(buf_view(&payload), signals, reterr);
	r = err_set(reterr, OUTCOME_HELPER_FAILED,
	    "frame: type %d is not a request", type);
	return refuse(r, reterr);
}

int
main(void)
{
	struct errinfo why = {0};
	enum outcome r = serve(&why);

	if (r == OUTCOME_OK)
		_exit(0);
	/* seen only when started by hand; else descriptor 2 is /dev/null */
	(void)fprintf(stderr, "%s\n", why.text);
	_exit(1);
}
