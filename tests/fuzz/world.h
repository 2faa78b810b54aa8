/* SPDX-License-Identifier: ISC */
/*
 * The world around pam_sm_authenticate: memory, clock, accounts, descriptors,
 * a helper process, and libpam.  While it turns, libc's functions are wrapped;
 * whatever happens follows from the input, and any call may be made to fail.
 *
 * No process is ever made.  The helper is what it sends: a list of chunks of
 * bytes, waits and silence, behind which it is gone.
 */
#ifndef GCPKCE_TESTS_FUZZ_WORLD_H
#define GCPKCE_TESTS_FUZZ_WORLD_H

#include <security/pam_appl.h>
#include <sys/types.h>

#include "fuzz.h"
#include "judge.h"

#define HELPER_PATH "/gcpkce-helper"
#define MODULE_UID 2001 /* of a host that is not root: alice's */

/* What can be made to fail.  Corpora hold these numbers: append only. */
enum call {
	CALL_MALLOC,
	CALL_CALLOC,
	CALL_OPEN,
	CALL_FSTAT,
	CALL_READ,
	CALL_WRITE,
	CALL_SOCKETPAIR,
	CALL_PIPE,
	CALL_SOCKET,
	CALL_CONNECT,
	CALL_FORK,
	CALL_PIDFD_OPEN,
	CALL_PIDFD_SIGNAL,
	CALL_EXEC,
	CALL_POLL,
	CALL_SEND,
	CALL_RECV,
	CALL_WAITPID,
	CALL_GETPWNAM,
	CALL_GETPWUID,
	CALL_GETRANDOM,
	CALL_GETHOSTNAME,
	CALL_MMAP,
	CALL_CLOCK,
	CALL_CHILD,
	CALL_GET_USER,
	CALL_GET_ITEM,
	CALL_SET_DATA,
	CALL_PUTENV,
	CALL_GETGRNAM,
	CALLS
};

/* What happens between the prompt and its answer. */
enum meanwhile {
	MEANWHILE_NOTHING,
	MEANWHILE_UID_CHANGES,
	MEANWHILE_ACCOUNT_GOES,
	MEANWHILE_USER_CHANGES,
	MEANWHILE_DEADLINE_PASSES,
	MEANWHILE_COUNT
};

/* The nth call, and so many behind it, fail in a way of its own. */
#define FAULTS_MAX 8
struct fault {
	enum call call;
	uint16_t nth;
	uint8_t run;
	uint8_t how;
};

enum chunk_kind { CHUNK_BYTES, CHUNK_WAIT, CHUNK_SILENCE };
#define CHUNKS_MAX 64
struct chunk {
	enum chunk_kind kind;
	uint32_t ms;
	size_t start, end; /* in stream */
};

#define REPLIES_MAX 8
struct reply {
	int result; /* of the conversation function */
	bool bare;  /* no response at all */
	enum meanwhile meanwhile;
	struct view text; /* p is NULL: a response without text */
};

#define STREAM_MAX (64 * 1024)
struct plan {
	struct setting setting;
	bool ordinary_host; /* it is not root */
	bool no_conversation;
	bool is_tainted; /* the input itself holds a secret */
	const char *service;
	unsigned timeout_s;
	size_t fault_count, reply_count, chunk_count;
	struct fault faults[FAULTS_MAX];
	struct reply replies[REPLIES_MAX];
	struct chunk chunks[CHUNKS_MAX];
	size_t stream_len;
	uint8_t stream[STREAM_MAX];
};

/* What the world has seen. */
struct seen {
	unsigned faults;  /* that struck */
	unsigned answers; /* that the person gave */
	bool late;        /* an answer came after the deadline */
	bool unsafe;      /* a file that decides may be another user's */
	size_t heard;     /* bytes of the stream that the module took ... */
	size_t
	    before;  /* ... before it last sent anything to the first helper */
	size_t told; /* bytes that the module sent to the first helper */
	uint8_t to_helper[STREAM_MAX];
};
extern struct seen seen;

/*
 * Let the world turn, and stop it; stopping looks for what may not stay: a
 * child, a descriptor, mapped memory.
 *
 * in:     plan  *borrowed* until the world stops
 */
void world_turn(const struct plan *plan);
void world_stop(void);

/* For the parts of the world: is this call to fail?  Then ret says how. */
bool world_fault(enum call call, unsigned *ret_how);
const struct plan *world_plan(void);
bool world_turns(void);
int64_t world_now_us(void);
void world_advance_ms(int64_t ms);
enum meanwhile world_changed(void);
void world_change(enum meanwhile change);

/* The helper's part (helper.c). */
void helpers_reset(void);
bool helpers_are_gone(void);

/* ---- libpam's part (pam_double.c) ---- */

/* What neither the person nor the journal may see again. */
#define PAM_DOUBLE_TOKEN "tOkEn-of.alice_0123456789~"
#define PAM_DOUBLE_CODE "Qk3-cOdE_of.alice~1"

/* A new handle; its messages and lines are looked at as they come. */
pam_handle_t *pam_double_new(void);

/* Run the cleanups as pam_end does, and free. */
void pam_double_end(pam_handle_t *pamh);

/* What is left of a handle in another process: all but the modules' data. */
void pam_double_forget(pam_handle_t *pamh);

/* The user's name as it is now; and does a variable hold this? */
const char *pam_double_user(pam_handle_t *pamh);
bool pam_double_env_has(pam_handle_t *pamh, const char *part);

#endif
