/* SPDX-License-Identifier: ISC */
/*
 * What the helper client is sent for: a sign-in in rounds of address, answer
 * and verdict; the end of a token; or the question whose it is.  The module and
 * the command take the same steps; only what they show and decide between them
 * differs.
 */
#ifndef GCPKCE_HELPER_CLIENT_H
#define GCPKCE_HELPER_CLIENT_H

#include "gcpkce/wire/wire_probe.h"
#include "gcpkce/wire/wire_token.h"
#include "helper_proc.h"

/* A helper's last word may come a moment after the deadline. */
#define HELPER_CLIENT_GRACE_MS 200

/* What a sign-in is for; texts *borrowed*, escaped and cut to
 * the frame's fields. */
struct helper_call {
	const char *user;
	const char *service;
	const char *host;
	bool listens;    /* a browser of this host may bring the code ... */
	bool unasked;    /* ... and nobody is asked for the page's number */
	bool decoy;      /* nobody could sign in: no connection is opened */
	bool want_token; /* the verdict is to carry the token */
};

/*
 * Start a helper and give it the request: the configuration but for its
 * policy, the label, and the client secret where there is one.
 *
 * in:     deadline_ms  of clock_now_ms()
 * out:    ret  (autochild) helper_client_address comes next
 *         reterr  with OUTCOME_OK: why there is no preconnect although the
 *                 configuration wants one, or ""
 * errors: OUTCOME_SECRET_UNREADABLE, OUTCOME_CONFIG_INVALID (helper_user),
 *         OUTCOME_HELPER_FAILED, OUTCOME_SYSTEM_ERROR, OUTCOME_TIMED_OUT,
 *         OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome helper_client_start(const struct config *config,
    const struct helper_call *call, int64_t deadline_ms,
    struct helper_proc *ret, struct errinfo *reterr);

/*
 * Take the address that is to be shown; once after the start and once after
 * each verdict that outcome_may_retry.
 *
 * out:    ret  with it, whether the path to Genesys Cloud was found dead, and
 *              how the code may come back
 * errors: as helper_proc_receive; OUTCOME_HELPER_FAILED also where the sandbox
 * is strict and the helper says that it lacks a layer, and goes on
 */
MUST_CHECK enum outcome helper_client_address(struct helper_proc *proc,
    int64_t deadline_ms, struct wire_ready *ret, struct errinfo *reterr);

/* The sentence of messages.h behind an address that asks for the answer. */
const char *helper_client_prompt(
    const struct config *config, enum wire_callback callback);

/*
 * What an answer must not be: words that a program or a person may give at any
 * prompt.  "" or NULL for what is not known; *borrowed*.
 */
struct helper_client_known {
	const char *user;
	const char *password;     /* PAM_AUTHTOK */
	const char *old_password; /* PAM_OLDAUTHTOK */
};

/*
 * Bring the answer and take the verdict.  An answer that is one of the known
 * words (as typed_plain reads both, compared in constant time) does not reach
 * the helper: it gets another that is malformed, and judges that.
 *
 * out:    ret  (autoverdict) replaced; all zero unless the helper gave one
 * gives:  the verdict's outcome, its reason in reterr; or helper_failed,
 *         timed_out, no_memory; or, with a verdict whose token is gone,
 *         helper_failed for a missing layer as helper_client_address
 */
MUST_CHECK enum outcome helper_client_answer(struct helper_proc *proc,
    struct view typed, const struct helper_client_known *known,
    int64_t deadline_ms, struct wire_verdict *ret, struct errinfo *reterr);

/*
 * What the user is shown for an answer that has this outcome.
 *
 * in:     callback  of the prompt that was answered
 */
const char *helper_client_sentence(const struct config *config,
    enum wire_callback callback, const struct wire_verdict *verdict,
    enum outcome outcome);

/*
 * Say, before helper_client_settle, that the person is let in: the browser that
 * brought the code is told so.
 */
void helper_client_grant(const struct helper_proc *proc);

/*
 * Say whether the token of an ok verdict is kept.  Should the word not arrive,
 * the helper meets the socket's end, which revokes.
 *
 * errors: OUTCOME_HELPER_FAILED  it did not arrive: the token is not kept
 */
enum outcome helper_client_settle(
    const struct helper_proc *proc, bool keep, struct errinfo *reterr);

/*
 * Have a token revoked in the background.
 *
 * in:     call  user and service, for the revoker's line in the journal
 *         token   *borrowed*
 *         expires_at_s  CLOCK_REALTIME; 0: not known
 *         limit_s how long the revoker goes on trying
 * errors: as helper_client_start; OUTCOME_HELPER_FAILED also when the helper
 * ended without leaving a revoker behind
 */
MUST_CHECK enum outcome helper_client_revoke(const struct config *config,
    const struct helper_call *call, struct secret *token, uint64_t expires_at_s,
    uint32_t limit_s, struct errinfo *reterr);

/*
 * Ask whose a token is, or have it revoked, and wait for what comes of it, for
 * as long as one request may take.
 *
 * in:     token  *borrowed*
 * out:    ret    (wire_token_reply_done it) all zero unless the helper replied
 * gives:  the reply's outcome, its reason in reterr; or as helper_client_start
 */
MUST_CHECK enum outcome helper_client_token(const struct config *config,
    enum wire_task task, struct secret *token, struct wire_token_info *ret,
    struct errinfo *reterr);

/*
 * Start a helper as the module does, and ask what it finds: its sandbox and,
 * with network, how far it comes towards both hosts.
 *
 * out:    ret  facts; nothing of them is judged yet.  All zero unless the
 *              helper replied
 * errors: as helper_client_start, but for the secret, which is not read
 */
MUST_CHECK enum outcome helper_client_probe(const struct config *config,
    bool network, struct wire_probe_reply *ret, struct errinfo *reterr);

#endif
