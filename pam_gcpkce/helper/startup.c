/* SPDX-License-Identifier: ISC */
/* The parent is not trusted to have done what docs/DESIGN.md says. */
#include "startup.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "gcpkce/base/clock.h"
#include "gcpkce/wire/frame.h"
#include "helper/sandbox/sandbox.h"
#include "syslog.h"

#define SEND_WAIT_MS 1000

static bool
has_socket(void)
{
	int type = 0;
	socklen_t len = sizeof(type);

	return getsockopt(HELPER_FD_SOCKET, SOL_SOCKET, SO_TYPE, &type, &len) ==
	    0 &&
	    type == SOCK_STREAM;
}

bool
startup_is_service(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNSPEC};
	socklen_t len = sizeof(name);

	return getsockname(HELPER_FD_SOCKET, (struct sockaddr *)&name, &len) ==
	    0 &&
	    len > offsetof(struct sockaddr_un, sun_path);
}

struct ucred
startup_peer(void)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(
		HELPER_FD_SOCKET, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return (struct ucred){
		    .pid = -1, .uid = (uid_t)-1, .gid = (gid_t)-1};
	return peer;
}

enum outcome
startup_peer_judge(const struct wire_request *request, struct errinfo *reterr)
{
	uid_t uid = startup_peer().uid;

	if (!startup_is_service() || uid == 0)
		return OUTCOME_OK;
	if (request == NULL || request->client_secret != NULL)
		return err_set(reterr, OUTCOME_HELPER_FAILED,
		    "the service takes a %s from root only, not from uid %u",
		    request == NULL ? "revocation" : "client secret",
		    (unsigned)uid);
	if (!request->decoy && request->uid != uid)
		return err_set(reterr, OUTCOME_HELPER_FAILED,
		    "the service signs uid %u in to its own account only, not "
		    "to that of uid %u",
		    (unsigned)uid, (unsigned)request->uid);
	return OUTCOME_OK;
}

static enum outcome
signals_open(int *ret_signals, struct errinfo *reterr)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, "sigprocmask");
	(void)signal(SIGPIPE, SIG_IGN);
	*ret_signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (*ret_signals < 0)
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, "signalfd");
	return OUTCOME_OK;
}

enum outcome
startup_begin(int *ret_signals, struct errinfo *reterr)
{
	struct pollfd request = {.fd = HELPER_FD_SOCKET, .events = POLLIN};

	if (!has_socket())
		return err_set(reterr, OUTCOME_HELPER_FAILED,
		    "gcpkce-helper refuses to run: it is started by "
		    "pam_gcpkce.so, gcpkce and systemd, not by hand");
	(void)prctl(PR_SET_NAME, "gcpkce-helper", 0, 0, 0);
	enum outcome r = sandbox_begin(reterr);
	if (r == OUTCOME_OK)
		r = journal_open(reterr);
	if (r == OUTCOME_OK)
		r = signals_open(ret_signals, reterr);
	if (r == OUTCOME_OK)
		return r;
	/*
	 * The request may not have arrived yet.  Stay until it does: a parent
	 * whose send fails would not look for an answer.
	 */
	startup_refuse(r, reterr->text);
	(void)poll(&request, 1, SEND_WAIT_MS);
	return r;
}

void
startup_send(const struct buf *frame)
{
	(void)!frame_send(
	    HELPER_FD_SOCKET, frame, clock_now_ms() + SEND_WAIT_MS, NULL);
}

void
startup_refuse(enum outcome outcome, const char *reason)
{
	struct wire_verdict verdict = {
	    .outcome = outcome, .missing = *sandbox_missing()};
	autobuf frame = BUF_INIT(WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX);

	wire_reason_set(&verdict, reason);
	wire_put_verdict(&frame, &verdict);
	startup_send(&frame);
}
