/* SPDX-License-Identifier: ISC */
/*
 * Starts a helper process, or connects to one that a service starts; exchanges
 * frames with it, and ends it.
 */
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
};

/* One helper and the socket to it. */
struct helper_proc {
	pid_t pid;   /* -1: the service's */
	int process; /* a pidfd, or -1 if the kernel has none */
	int socket;
	int64_t deadline_ms; /* also bounds the wait for its end */
	int report;          /* report pipe, if exec was not seen yet, or -1 */
	int lock;            /* of preconnect_admit, or -1 */
	bool strict;         /* missing layers are a refusal */
	struct missing_layers
	    missing; /* from its sandbox, as the helper reports */
};

#define HELPER_PROC_NONE \
	(struct helper_proc) \
	{ \
		.pid = -1, .process = -1, .socket = -1, .report = -1, \
		.lock = -1 \
	}
#define autoproc CLEANUP(helper_proc_end) struct helper_proc

/*
 * Which account runs it: helper_user if the application is root, else the
 * effective user.
 *
 * errors: OUTCOME_CONFIG_INVALID  there is no such account, or it has uid 0
 *         OUTCOME_SYSTEM_ERROR    the name service failed;  OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome helper_child_plan(const struct config *config,
    struct helper_setup *ret, struct errinfo *reterr);

/* Compiled in, so that no input of a user can select another helper. */
extern const char helper_path[];

/*
 * Start a helper.  It inherits only the socket, and nothing changes in
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
 * The socket of the helper as a service, gcpkce-helper.socket.  Where it
 * serves, no other way is tried.
 */
extern const char helper_socket[];
enum helper_socket {
	HELPER_SOCKET_ABSENT,
	HELPER_SOCKET_SHUT, /* its mode does not admit this process */
	HELPER_SOCKET_SERVES,
};

/*
 * Look for it.
 *
 * errors: OUTCOME_CONFIG_UNSAFE  it is not root's, or no socket, or users other
 *                                than root may write to a directory on the way
 *         OUTCOME_HELPER_FAILED, OUTCOME_SYSTEM_ERROR, OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome helper_socket_find(
    enum helper_socket *ret, struct errinfo *reterr);

/*
 * Connect to it.  systemd starts the helper.
 *
 * in:     deadline_ms  of clock_now_ms(); a full queue is waited for, but not
 *                      longer than 2 seconds
 * out:    ret  (autoproc) the helper, which waits for its request
 * errors: OUTCOME_HELPER_FAILED  it refuses, or its listener is not root
 *         OUTCOME_SYSTEM_ERROR
 */
MUST_CHECK enum outcome helper_proc_connect(
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
 * The preconnect's place becomes free.
 */
void helper_proc_end(struct helper_proc *proc);

/*
 * Find a place for the preconnect of a sign-in: of /run/gcpkce/preconnect.lock,
 * created if missing, each sign-in on this host locks one of the first max
 * bytes.  No links are followed; the file and its directories must be owned by
 * root and writable only by root.
 *
 * in:     hold  false: only test whether there is a place
 * out:    ret_admitted  whether there is one
 *         ret_lock      O_CLOEXEC, it holds the place; -1: none is held
 * errors: OUTCOME_CONFIG_UNSAFE  it is of another type or not safe;
 *         OUTCOME_SYSTEM_ERROR   it cannot be made or opened
 */
MUST_CHECK enum outcome preconnect_admit(unsigned long max, bool hold,
    bool *ret_admitted, int *ret_lock, struct errinfo *reterr);

#endif
