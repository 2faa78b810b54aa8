/* SPDX-License-Identifier: ISC */
/*
 * A host of the module: what all tests of this directory share.  It loads the
 * built module through libpam with a service file of its own, answers the
 * dialogue from a list, and keeps what the person saw, what the journal was
 * told and what the scripted helper reports (script.h).  Local accounts and the
 * host's name are made up (accounts.c), so nothing depends on the machine.
 *
 * Every sign-in is looked at besides: no child, no descriptor and no changed
 * state (surroundings.h) may stay in the host, a denial must have asked for a
 * delay, every line of the journal must be well formed, and no line and no
 * message may hold a code, a token or a secret.
 */
#ifndef GCPKCE_TESTS_PAM_HOST_H
#define GCPKCE_TESTS_PAM_HOST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <security/pam_appl.h>
#include <stdbool.h>
#include <sys/types.h>

#include "gcpkce/base/outcome.h"
#include "script.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define MODULE BUILD "/tests/pam_gcpkce_scripted.so"
#define HOSTNAME "bastion01"
#define CODE "Qk3-cOdE_of.alice~1"
#define SECRET "sEcReT-of-the-client"
#define VISIBLE __attribute__((visibility("default")))
#define MESSAGES_MAX 64
#define FAIL_DELAY_US 2000000

/* The accounts of this host; a test may change any. */
enum { ALICE, BOB, LOW, ROOT, NOBODY, ACCOUNTS };
struct local_account {
	const char *name;
	uid_t uid;
	gid_t gid;
};
extern struct local_account accounts[ACCOUNTS];
extern int name_service_error; /* an errno: every look-up fails with it */
/* The first look-ups since accounts_reset: a letter each, in their order. */
extern char look_ups[64];
void accounts_reset(void);

struct host;

/* How the person, or the program before him, answers one prompt. */
struct reply {
	const char *text;                  /* NULL: a response without text */
	int result;                        /* of the conversation function */
	bool bare;                         /* no response at all */
	void (*meanwhile)(struct host *h); /* happens before the answer */
};

struct message {
	int style;
	char *text;
};

struct host {
	/* set by host_begin, changed by a test before host_open */
	const char *service;
	const char *user;      /* NULL: not known at first */
	const char *script;    /* "" : no line of it in the file */
	const char *region;    /* the lines that say where Genesys Cloud is */
	const char *arguments; /* of the module, besides conf= */
	const char *stack;     /* lines of the service file behind it */
	const char *service_file; /* all of it, in place of those lines */
	const char *map;          /* content of the map file */
	const char *map_path;     /* NULL: in the host's directory */
	const char *rhost;
	const char *ruser;
	const char *tty;
	const char *xdisplay;
	const struct reply *replies;
	size_t reply_count;
	bool no_conversation;
	bool is_alone;   /* no other sign-in of this process is going on */
	int info_result; /* of the conversation, for a PAM_TEXT_INFO */

	/* what came of it */
	char directory[64];
	pam_handle_t *pamh;
	size_t replies_used;
	struct message messages[MESSAGES_MAX];
	size_t message_count;
	unsigned helpers; /* how many reported */
	char reports[16384];
	int server;
	char name[64]; /* of the listener's socket */
	char *before;  /* surroundings_take() */
};

/* Make the directory with the module's configuration; reset accounts, journal.
 */
void host_begin(struct host *h);

/* Write the files that host_open writes, anew; the handle has its stack. */
void host_configure(const struct host *h);

/* pam_start, with what the test set by now. */
void host_open(struct host *h);

/* pam_authenticate, and a look at what it left behind. */
int host_authenticate(struct host *h, int flags);

/* The look: no child, and nothing that has changed since host_open. */
void host_check(const struct host *h);

/* pam_end, and a second look. */
void host_close(struct host *h);

/* All of it: open, authenticate, close.  Gives PAM's result. */
int host_signin(struct host *h);

/* Remove the directory. */
void host_end(struct host *h);

/* The same, but for a script, in one call; replies with CODE, often enough. */
int host_run(struct host *h, const char *script, const char *arguments);

/* A file of the directory. */
void host_write(
    const struct host *h, const char *name, const char *text, mode_t mode);

/* The path of a file of the directory. */
const char *host_path(const struct host *h, const char *name);

/* What the person saw last; "" for nothing. */
const char *host_last_message(const struct host *h);

/* Take what the helpers, which must be gone, have reported so far. */
void host_hear(struct host *h);

bool host_is_root(void);

/* Leave out a test, loudly, where this process is not root. */
void need_root(void);

/* ---- the journal ---- */

struct journal_line {
	int priority;
	char *text; /* what stands behind the module's name */
};
extern struct journal_line journal[256];
extern size_t journal_count;
void journal_reset(void);

/*
 * The value of a field of a line, between its quotes; NULL when there is no
 * such field, or the line is not a list of key=value.  Good until the next
 * call.
 */
const char *journal_value(const char *line, const char *field);

/* The last line of a decision, or ""; and how many there are. */
const char *journal_decision(void);
size_t journal_decisions(void);

/* The last line whose outcome= is this event, or NULL. */
const char *journal_find(const char *outcome);

/* ---- what was asked of libpam ---- */

extern unsigned fail_delays;   /* calls of pam_fail_delay since host_open */
extern unsigned fail_delay_us; /* the last one */

/* ---- what came of it ---- */

/* How many variables the PAM environment has. */
size_t variables_count(const struct host *h);

/* How often a helper was asked to revoke, by its reports. */
size_t revocations_count(const struct host *h);

/* ---- assertions ---- */

void assert_outcome(const char *outcome);
void assert_holds(const char *text, const char *part);
void assert_lacks(const char *text, const char *part);

/* The seconds of a prompt, as "N" from then on; -1 where it names none. */
long host_seconds_mask(char *text);

#endif
