/* SPDX-License-Identifier: ISC */
/*
 * The frames between the module or the command and the helper: versioned,
 * bounded in length, without unused bytes.  docs/PROTOCOL.md describes them
 * with an example in hexadecimal.
 *
 * A frame is u32 length of what follows, u8 version, u8 type, payload; numbers
 * are big-endian, a string is u32 length and bytes.
 */
#ifndef GCPKCE_WIRE_H
#define GCPKCE_WIRE_H

#include "gcpkce/base/secret.h"
#include "identity.h"
#include "layers.h"

#define WIRE_VERSION 9
#define WIRE_HEADER_LEN 6       /* length, version, type */
#define WIRE_PAYLOAD_MAX 212992 /* bytes after the header */
#define WIRE_TEXT_MAX 511
#define WIRE_ANSWER_MAX 4097 /* one more than an answer may have */
#define WIRE_ADDRESS_MAX 4096
#define WIRE_REASON_MAX 799
#define WIRE_CORRELATION_MAX 64
#define WIRE_TOKEN_MAX 8192
#define WIRE_ERRNO_MAX 4095 /* the kernel's */

enum wire_type {
	WIRE_REQUEST = 1,        /* to the helper: one sign-in */
	WIRE_READY = 2,          /* from it: the address to show */
	WIRE_ANSWER = 3,         /* to it: what the user typed */
	WIRE_VERDICT = 4,        /* from it: the result of the answer */
	WIRE_KEEP = 5,           /* to it: the token is kept; empty */
	WIRE_REVOKE = 6,         /* to it: revoke the token; empty */
	WIRE_REVOKE_REQUEST = 7, /* to it: revoke this token, nothing else */
	WIRE_TOKEN_REQUEST = 8,  /* to it: wire_token.h */
	WIRE_TOKEN_REPLY = 9,    /* from it */
	WIRE_GRANTED = 10,       /* to it: show success in the browser; empty */
	WIRE_PROBE_REQUEST = 11, /* to it: wire_probe.h */
	WIRE_PROBE_REPLY = 12,   /* from it */
	WIRE_REVOKING = 13,      /* from it: a revoker has the token; empty */
};

/* How the code comes back. */
enum wire_callback {
	WIRE_CALLBACK_PASTE,   /* the user pastes it */
	WIRE_CALLBACK_LISTENS, /* the browser delivers it, or the user; without
				  unasked the page's number is typed */
	WIRE_CALLBACK_TAKEN,   /* only the user: the port is taken */
	WIRE_CALLBACKS,
};

/* How an answer compares to the number on the listener's page. */
enum wire_number {
	WIRE_NUMBER_NONE,  /* no number at all */
	WIRE_NUMBER_RIGHT, /* correct: the browser's code is the answer */
	WIRE_NUMBER_EARLY, /* no code has come, so there is no page */
	WIRE_NUMBER_WRONG, /* not the page's */
	WIRE_NUMBER_SPENT, /* wrong once too often: the code is dropped */
	WIRE_NUMBERS,
};

/*
 * How the helper reaches the provider, and so what its sandbox must permit; ""
 * if not configured.
 */
struct wire_route {
	enum provider_id provider;
	char login_url[WIRE_TEXT_MAX + 1]; /* Genesys Cloud's */
	char api_url[WIRE_TEXT_MAX + 1];   /* Genesys Cloud's */
	char issuer[WIRE_TEXT_MAX + 1];    /* CXone's, and its endpoints ... */
	char authorize_url[WIRE_TEXT_MAX + 1]; /* ... that are elsewhere */
	char token_url[WIRE_TEXT_MAX + 1];
	char jwks_url[WIRE_TEXT_MAX + 1];
	char userinfo_url[WIRE_TEXT_MAX + 1];
	bool userinfo; /* ask CXone for the e-mail address */
	char ca_file[WIRE_TEXT_MAX + 1];
	char proxy[WIRE_TEXT_MAX + 1];
	uint32_t connect_timeout_s;
	uint32_t request_timeout_s;
	bool strict; /* a sandbox that lacks a layer is a refusal */
};

/* The sign-in's fields in the journal, for the revoker's one line. */
struct wire_label {
	char user[WIRE_TEXT_MAX + 1];
	char service[WIRE_TEXT_MAX + 1];
	char host[WIRE_TEXT_MAX + 1];
};

struct wire_request {
	struct wire_route route;
	struct wire_label label;
	uint32_t uid; /* the account's; of a decoy any */
	char client_id[WIRE_TEXT_MAX + 1];
	char redirect_uri[WIRE_TEXT_MAX + 1];
	char start_url[WIRE_TEXT_MAX + 1];
	char signin_org[WIRE_TEXT_MAX + 1];
	char signin_provider[WIRE_TEXT_MAX + 1];
	char organization[WIRE_TEXT_MAX + 1]; /* CXone's tenant */
	uint32_t clock_skew_s;
	bool nonce_optional; /* an id_token may lack it, never have another */
	bool secret_in_form; /* client_secret_post, not client_secret_basic */
	bool force_signin;
	bool bare_code;  /* a code without its state is an answer, too */
	bool loopback;   /* listen on redirect_uri's host and port ... */
	bool unasked;    /* ... and take the code without its number */
	bool decoy;      /* no sign-in can succeed: never open a connection */
	bool want_token; /* the verdict is to carry the token */
	bool revoke;     /* revoke a token that is not kept */
	struct identity_needs needs;
	bool preconnect;       /* open connections ahead of the answer ... */
	uint32_t preconnect_s; /* ... this long after the first READY */
	uint32_t deadline_ms;  /* from now; the helper ends itself then */
	struct secret *client_secret; /* NULL: a public client */
};

struct wire_ready {
	char address[WIRE_ADDRESS_MAX + 1]; /* printable ASCII */
	bool unreachable; /* the provider could not be reached just now */
	enum wire_callback callback;
	struct missing_layers missing; /* of its sandbox, so far */
};

struct wire_verdict {
	enum outcome outcome;
	bool other_address; /* as in struct answer */
	bool sshd_junk;     /* the answer is not the user's but sshd's */
	enum wire_number number;
	char reason[WIRE_REASON_MAX + 1];
	char correlation[WIRE_CORRELATION_MAX + 1];
	struct identity
	    identity;          /* with OUTCOME_OK; with
				  OUTCOME_WRONG_ORGANIZATION for the journal */
	uint32_t expires_in_s; /* 0: not said */
	struct secret *token;  /* with OUTCOME_OK, if it was requested */
	struct missing_layers missing; /* as in READY */
};

struct wire_revoke_request {
	struct wire_route route;
	struct wire_label label;
	uint32_t limit_s;      /* how long to retry */
	uint64_t expires_at_s; /* CLOCK_REALTIME; 0: not known */
	struct secret *token;
};

#define autorequest CLEANUP(wire_request_done) struct wire_request
#define autoverdict CLEANUP(wire_verdict_done) struct wire_verdict
#define autorevocation \
	CLEANUP(wire_revoke_request_done) \
	struct wire_revoke_request

/*
 * Each frame has a writer and a reader.
 *
 * wire_put_NAME appends a whole frame; failures are reported by buf_check.
 *
 * wire_NAME_parse reads a payload.  Every length is bounded, strings hold no
 * NUL or control byte and are UTF-8 (an answer may hold anything), booleans are
 * 0 or 1, and bytes after the last field are refused.  On failure ret is all
 * zero: OUTCOME_HELPER_FAILED, where reterr names the field, or
 * OUTCOME_NO_MEMORY.
 */
#define WIRE_FRAME(name, S) \
	void wire_put_##name(struct buf *frame, const S *value); \
	MUST_CHECK enum outcome wire_##name##_parse( \
	    struct view payload, S *ret, struct errinfo *reterr)

WIRE_FRAME(request, struct wire_request);
WIRE_FRAME(ready, struct wire_ready);
WIRE_FRAME(verdict, struct wire_verdict);
WIRE_FRAME(revoke_request, struct wire_revoke_request);

void wire_put_answer(struct buf *frame, struct view typed);
MUST_CHECK enum outcome wire_answer_parse(
    struct view payload, struct buf *ret_typed, struct errinfo *reterr);

/* KEEP, REVOKE, GRANTED and REVOKING have no payload. */
void wire_put_empty(struct buf *frame, enum wire_type type);

/*
 * Read a frame's header.
 *
 * errors: OUTCOME_HELPER_FAILED  another version, an unknown type, or a length
 *                                out of bounds
 */
MUST_CHECK enum outcome wire_header_parse(
    const uint8_t header[static WIRE_HEADER_LEN], enum wire_type *ret_type,
    size_t *ret_len, struct errinfo *reterr);

/* Set a verdict's reason; bytes not allowed in a frame's text become '?'. */
void wire_reason_set(struct wire_verdict *verdict, const char *reason);

void wire_request_done(struct wire_request *request);
void wire_verdict_done(struct wire_verdict *verdict);
void wire_revoke_request_done(struct wire_revoke_request *request);

#endif
