/* SPDX-License-Identifier: ISC */
/*
 * The helper client starts a helper process from any host process, carries
 * frames to and fro, and sees to it that the helper ends.
 */
#ifndef GCPKCE_HELPER_PROC_H
#define GCPKCE_HELPER_PROC_H

#include <sys/types.h>

#include "gcpkce/config/config.h"
#include "gcpkce/wire/wire.h"

/* How a helper is born. */
struct helper_child {
	bool drop; /* the host is root: become uid and gid, no groups */
	uid_t uid;
	gid_t gid;
	int log;  /* *borrowed*: a datagram socket to the journal, or -1 */
	int lock; /* *borrowed*: of preconnect_lock_open, or -1 */
};

/* One helper and the socket to it. */
struct helper_proc {
	pid_t pid;
	int process; /* a pidfd, or -1 on a kernel without */
	int socket;
	int64_t deadline_ms;    /* bounds the wait for its end as well */
	int report;             /* a start that was not seen to end, or -1 */
	bool strict;            /* missing layers are a refusal */
	struct missing missing; /* from its sandbox, as it says */
};

#define HELPER_PROC_NONE \
	(struct helper_proc) \
	{ \
		.pid = -1, .process = -1, .socket = -1, .report = -1 \
	}
#define autoproc CLEANUP(helper_proc_end) struct helper_proc

/*
 * Find out whom the helper is to run as: helper_user where the host is root,
 * else the effective user.
 *
 * in:     log  a socket of helper_proc_log_open, *borrowed*, or -1
 * errors: OUTCOME_CONFIG_INVALID  there is no such account, or it has uid 0
 *         OUTCOME_SYSTEM_ERROR    the name service failed;  OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome helper_child_plan(const struct config *config, int log,
    struct helper_child *ret, struct errinfo *reterr);

/* Where the helper is installed; a path that is compiled in. */
const char *helper_proc_helper_path(void);

/*
 * Start a helper.  Between fork and exec the child does only what a signal
 * handler may; it takes nothing from the host but four descriptors.  In the
 * host nothing changes: no id, disposition, directory or environment; the
 * signal mask of this thread is changed for the moment of the fork.
 *
 * in:     deadline_ms  of clock_now_ms(); bounds the wait for exec, which is
 *                      given up after a moment where another child of the
 *                      host's hides it, or a disk is slow; should it fail
 *                      later, helper_proc_send and helper_proc_receive say so
 * out:    ret  (autochild) the helper, which waits for its request
 * errors: OUTCOME_HELPER_FAILED  its file, or the step of its start that failed
 *         OUTCOME_SYSTEM_ERROR   no descriptor, socket or process for it
 * source: docs/DESIGN.md section 8; signal-safety(7)
 */
MUST_CHECK enum outcome helper_proc_start(const struct helper_child *child_run,
    int64_t deadline_ms, struct helper_proc *ret, struct errinfo *reterr);

/*
 * Send one frame; receive one of a certain type.  A helper that died, was
 * late or violated the protocol is OUTCOME_HELPER_FAILED; OUTCOME_TIMED_OUT
 * when the deadline passed, OUTCOME_SYSTEM_ERROR when the host failed.
 */
MUST_CHECK enum outcome helper_proc_send(const struct helper_proc *proc,
    const struct buf *frame, int64_t deadline_ms, struct errinfo *reterr);
MUST_CHECK enum outcome helper_proc_receive(struct helper_proc *proc,
    enum wire_type type, int64_t deadline_ms, struct buf *payload,
    struct errinfo *reterr);

/*
 * End the helper: shut the socket down, which ends it wherever it waits, kill
 * it when it does not go within two seconds, or a moment after its deadline,
 * and reap it.  A host that reaps all its children (ECHILD) is fine.
 */
void helper_proc_end(struct helper_proc *proc);

/*
 * End the helper and look at how it ended.
 *
 * errors: OUTCOME_HELPER_FAILED  it was killed, or exited with another status
 *                                than 0; that somebody else reaped it counts
 *                                as good
 */
MUST_CHECK enum outcome helper_proc_finish(
    struct helper_proc *proc, struct errinfo *reterr);

/*
 * A datagram socket to the system's journal, for the helper's own events.
 *
 * gives:  a descriptor, O_CLOEXEC, or -1 where there is no journal
 */
int helper_proc_log_open(void);

/*
 * Where the host is root: open /run/gcpkce/preconnect.lock, on whose bytes the
 * helpers of a host count each other, and make it where there is none.  It
 * follows no link, and takes only a file and folders of root's that nobody
 * else may write.
 *
 * out:    ret_fd  a descriptor of its own, O_CLOEXEC: a lock on it lives as
 *                 long as a process holds it
 * errors: OUTCOME_CONFIG_UNSAFE  something else stands there;
 *         OUTCOME_SYSTEM_ERROR   it cannot be made or opened
 */
MUST_CHECK enum outcome preconnect_lock_open(
    int *ret_fd, struct errinfo *reterr);

#endif
