/* SPDX-License-Identifier: ISC */
/* Starts and ends a helper process, and exchanges frames with it. */
#ifndef GCPKCE_HELPER_PROC_H
#define GCPKCE_HELPER_PROC_H

#include <sys/types.h>

#include "gcpkce/config/config.h"
#include "gcpkce/wire/wire.h"

/* How to start a helper. */
struct helper_setup {
	bool drop; /* application is root: take uid and gid, no groups */
	uid_t uid;
	gid_t gid;
	int log;  /* *borrowed*: a datagram socket to the journal, or -1 */
	int lock; /* *borrowed*: of preconnect_lock_open, or -1 */
};

/* One helper and the socket to it. */
struct helper_proc {
	pid_t pid;
	int process; /* a pidfd, or -1 if the kernel has none */
	int socket;
	int64_t deadline_ms; /* also bounds the wait for its end */
	int report;          /* report pipe, if exec was not seen yet, or -1 */
	bool strict;         /* missing layers are a refusal */
	struct missing_layers
	    missing; /* from its sandbox, as the helper reports */
};

#define HELPER_PROC_NONE \
	(struct helper_proc) \
	{ \
		.pid = -1, .process = -1, .socket = -1, .report = -1 \
	}
#define autoproc CLEANUP(helper_proc_end) struct helper_proc

/*
 * Which account runs it: helper_user if the application is root, else the
 * effective user.
 *
 * in:     log  a socket of helper_proc_log_open, *borrowed*, or -1
 * errors: OUTCOME_CONFIG_INVALID  there is no such account, or it has uid 0
 *         OUTCOME_SYSTEM_ERROR    the name service failed;  OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome helper_child_plan(const struct config *config, int log,
    struct helper_setup *ret, struct errinfo *reterr);

/* Compiled in, so that no input of a user can select another helper. */
extern const char helper_path[];

/*
 * Start a helper.  It inherits only four descriptors, and nothing changes in
 * the application but the signal mask of this thread, during the fork.
 *
 * in:     deadline_ms  of clock_now_ms(); bounds the wait for exec, which ends
 *                      early if another child of the application holds the
 *                      report pipe or a disk is slow; a later failure is
 *                      reported by helper_proc_send and helper_proc_receive
 * out:    ret  (autoproc) the helper, which waits for its request
 * errors: OUTCOME_HELPER_FAILED  its file, or the step of its start that failed
 *         OUTCOME_SYSTEM_ERROR   no descriptor, socket or process for it
 * source: docs/DESIGN.md section 8; signal-safety(7)
 */
MUST_CHECK enum outcome helper_proc_start(const struct helper_setup *setup,
    int64_t deadline_ms, struct helper_proc *ret, struct errinfo *reterr);

/*
 * Send one frame; receive one of the given type.  OUTCOME_HELPER_FAILED: the
 * helper died, was late or violated the protocol; OUTCOME_TIMED_OUT: the
 * deadline passed; OUTCOME_SYSTEM_ERROR: a system call failed.
 */
MUST_CHECK enum outcome helper_proc_send(const struct helper_proc *proc,
    const struct buf *frame, int64_t deadline_ms, struct errinfo *reterr);
MUST_CHECK enum outcome helper_proc_receive(struct helper_proc *proc,
    enum wire_type type, int64_t deadline_ms, struct buf *payload,
    struct errinfo *reterr);

/*
 * End the helper: shut the socket down, which ends every wait of the helper,
 * kill it if it does not exit within two seconds or shortly after its deadline,
 * and reap it.  ECHILD, in an application that reaps all children, is no error.
 */
void helper_proc_end(struct helper_proc *proc);

/*
 * End the helper; OUTCOME_HELPER_FAILED if it was killed, or its exit status
 * was not 0.  One that was reaped elsewhere counts as good.
 */
MUST_CHECK enum outcome helper_proc_finish(
    struct helper_proc *proc, struct errinfo *reterr);

/* A datagram socket to the journal, O_CLOEXEC, or -1 if there is no journal. */
int helper_proc_log_open(void);

/*
 * Open /run/gcpkce/preconnect.lock, whose bytes the helpers of this host lock
 * to count each other; create it if missing.  No links are followed; the file
 * and its directories must be owned by root and writable only by root.
 *
 * out:    ret_fd  O_CLOEXEC: a lock on it lives as long as a process holds it
 * errors: OUTCOME_CONFIG_UNSAFE  it is of another type or not safe;
 *         OUTCOME_SYSTEM_ERROR   it cannot be made or opened
 */
MUST_CHECK enum outcome preconnect_lock_open(
    int *ret_fd, struct errinfo *reterr);

#endif
