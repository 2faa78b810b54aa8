/* SPDX-License-Identifier: ISC */
/*
 * Requests to the helper.  The module and the command make the same calls and
 * differ in what they show and decide between them.
 */
#ifndef GCPKCE_HELPER_CLIENT_H
#define GCPKCE_HELPER_CLIENT_H

#include "gcpkce/wire/wire_probe.h"
#include "gcpkce/wire/wire_token.h"
#include "helper_proc.h"

/* The helper's last frame may arrive shortly after the deadline. */
#define HELPER_CLIENT_GRACE_MS 200

/*
 * The parameters of a sign-in; texts are *borrowed*, escaped, and cut to the
 * frame's fields.
 */
struct helper_call {
	const char *user;
	const char *service;
	const char *host;
	uid_t uid;       /* the account's; of a decoy any */
	bool listens;    /* a browser on this host may deliver the code ... */
	bool unasked;    /* ... and the page's number is not asked for */
	bool decoy;      /* no sign-in can succeed: open no connection */
	bool want_token; /* the verdict is to carry the token */
};

/*
 * Start a helper and send it the request: the configuration without the policy,
 * the label, and the client secret if there is one.
 *
 * out:    ret  (autoproc) call helper_client_address next
 *         reterr  with OUTCOME_OK: why there is no preconnect although the
 *                 configuration wants one, or ""
 * errors: OUTCOME_SECRET_UNREADABLE, OUTCOME_TIMED_OUT, OUTCOME_NO_MEMORY; as
 *         helper_child_plan and helper_proc_start
 */
MUST_CHECK enum outcome helper_client_start(const struct config *config,
    const struct helper_call *call, int64_t deadline_ms,
    struct helper_proc *ret, struct errinfo *reterr);

/*
 * Receive the address to show; once after the start, and once after each
 * verdict for which outcome_may_retry is true.
 *
 * errors: as helper_proc_receive; OUTCOME_HELPER_FAILED also if the sandbox is
 *         strict and the helper reports a missing layer but continues
 */
MUST_CHECK enum outcome helper_client_address(struct helper_proc *proc,
    int64_t deadline_ms, struct wire_ready *ret, struct errinfo *reterr);

/* The message that asks for the answer, after an address. */
const char *helper_client_prompt(
    const struct config *config, enum wire_callback callback);

/*
 * Texts that are not accepted as answers: a program or a user may give them at
 * any prompt.  "" or NULL if not known; *borrowed*.
 */
struct helper_client_known {
	const char *user;
	const char *password;     /* PAM_AUTHTOK */
	const char *old_password; /* PAM_OLDAUTHTOK */
};

/*
 * Send the answer and receive the verdict.  An answer that equals one of the
 * known texts (after typed_plain on both, compared in constant time) is not
 * sent: the helper gets a malformed one in its place.
 *
 * out:    ret  (autoverdict) replaced; all zero unless the helper sent one
 * gives:  the verdict's outcome, its reason in reterr; or helper_failed,
 *         timed_out, no_memory; or, with a verdict whose token was freed,
 *         helper_failed for a missing layer as in helper_client_address
 */
MUST_CHECK enum outcome helper_client_answer(struct helper_proc *proc,
    struct view typed, const struct helper_client_known *known,
    int64_t deadline_ms, struct wire_verdict *ret, struct errinfo *reterr);

/* The message after an answer to that prompt, with this outcome. */
const char *helper_client_sentence(const struct config *config,
    enum wire_callback callback, const struct wire_verdict *verdict,
    enum outcome outcome);

/* Before helper_client_settle: have the browser show that it succeeded. */
void helper_client_grant(const struct helper_proc *proc);

/*
 * Is the token of an ok verdict kept?  If this does not arrive, the helper sees
 * the socket close and revokes it.
 *
 * errors: OUTCOME_HELPER_FAILED  it did not arrive, or without keep: the helper
 *                                did not say that a revoker has the token
 *         as helper_proc_send and helper_proc_receive
 */
enum outcome helper_client_settle(
    struct helper_proc *proc, bool keep, struct errinfo *reterr);

/*
 * Have a token revoked in the background.
 *
 * in:     call  user and service, for the revoker's line in the journal
 *         expires_at_s  CLOCK_REALTIME; 0: not known
 *         limit_s  how long the revoker retries
 * errors: as helper_client_start; OUTCOME_HELPER_FAILED also if the helper
 *         did not say that a revoker has the token
 */
MUST_CHECK enum outcome helper_client_revoke(const struct config *config,
    const struct helper_call *call, struct secret *token, uint64_t expires_at_s,
    uint32_t limit_s, struct errinfo *reterr);

/*
 * Find out whose a token is, or have it revoked, and wait for the result for at
 * most the time limit of one request.
 *
 * out:    ret    (wire_token_reply_done it) all zero unless the helper replied
 * gives:  the reply's outcome, its reason in reterr; or as helper_client_start
 */
MUST_CHECK enum outcome helper_client_token(const struct config *config,
    enum wire_task task, struct secret *token, struct wire_token_info *ret,
    struct errinfo *reterr);

/* The part of the configuration that leads to the provider. */
void helper_client_route(const struct config *config, struct wire_route *ret);

/*
 * Start a helper as the module does and ask for its state: its sandbox and,
 * with network, how far connections to both servers get.
 *
 * out:    ret  facts, not yet judged; all zero unless the helper replied
 * errors: as helper_client_start, but for the secret, which is not read
 */
MUST_CHECK enum outcome helper_client_probe(const struct config *config,
    bool network, struct wire_probe_reply *ret, struct errinfo *reterr);

#endif
