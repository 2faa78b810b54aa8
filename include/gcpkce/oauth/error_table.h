/* SPDX-License-Identifier: ISC */
/*
 * Errors, their meaning, and hints at their causes: one table for the journal's
 * "likely:" and for gcpkce explain.
 */
#ifndef GCPKCE_ERROR_TABLE_H
#define GCPKCE_ERROR_TABLE_H

#include "gcpkce/wire/identity.h"
#include "reply.h"

enum hint {
	HINT_NONE,
#define X(suffix, scope, text, how_to_tell, fix) HINT_##suffix,
#include "hint.def"
#undef X
	HINT_COUNT
};

/* In which sign-ins the cause is possible. */
enum hint_scope {
	HINT_ANY,
	HINT_SECRET,    /* only where a client secret was sent */
	HINT_NO_SECRET, /* only with Genesys Cloud, where none was sent; CXone's
			   clients have client_auth */
	HINT_GENESYS,   /* only with this provider */
	HINT_CXONE,
	HINT_OTHER /* never in a sign-in of this project */
};

struct hint_text {
	const char *name; /* stable; JSON has it in lower case */
	enum hint_scope scope;
	const char *text; /* the cause */
	const char *how_to_tell;
	const char *fix; /* what to change */
};

/* A hint's texts, never NULL; empty for HINT_NONE and outside the table. */
const struct hint_text *hint_get(enum hint hint);

/* Is the cause possible with this provider, and in a sign-in of this project?
 */
bool hint_is_of(enum hint hint, enum provider_id provider);
bool hint_applies(enum hint hint, enum provider_id provider, bool secret_sent);

/* X(enum suffix, "name"): what an error is in; JSON has the name. */
#define ERROR_KIND_TABLE(X) \
	X(TOKEN, "token_error")           /* an error body of /oauth/token */ \
	X(API, "api_error")               /* one of the API host */ \
	X(REDIRECT, "error_redirect")     /* error= in the redirect address */ \
	X(STATUS, "status")               /* an HTTP status, nothing else */ \
	X(PAGE, "page")                   /* a page in place of JSON */ \
	X(BROKEN_JSON, "broken_json")     /* cut off or malformed */ \
	X(AUTHORIZE, "authorize_address") /* an authorize address */ \
	X(CODE, "code_redirect")          /* a redirect address with a code */ \
	X(FRAGMENT, "token_redirect") /* one with a token in its fragment */ \
	X(NO_CODE, "address")         /* one without code or error */ \
	X(REPLY, "token_reply")       /* a reply with a token */

/* X(enum suffix, "name"): how certain it is that a hint belongs to a row. */
#define CERTAINTY_TABLE(X) \
	X(INFERRED, "inferred") /* follows from the protocol */ \
	X(STANDARD, "standard") /* an RFC says so */ \
	X(REPORTED, "reported") /* users have reported it */ \
	X(VENDOR, "vendor") /* the vendor's documentation or code has it */ \
	X(SEEN, "seen")     /* the input shows it */

#define X(suffix, name) ERROR_##suffix,
enum error_kind { ERROR_KIND_TABLE(X) };
#undef X
#define X(suffix, name) CERTAINTY_##suffix,
enum certainty { CERTAINTY_TABLE(X) };
#undef X

const char *error_kind_name(enum error_kind kind);
const char *certainty_name(enum certainty certainty);

#define ERROR_HINTS_MAX 12

struct error_row {
	enum error_kind kind;
	const char *name;     /* of the error; NULL: any */
	const char *detail;   /* part of its description; NULL: any */
	long status[2];       /* with ERROR_STATUS: from, to */
	enum outcome outcome; /* the outcome of a sign-in */
	const char *meaning;
	struct error_hint {
		enum hint hint; /* HINT_NONE after the last */
		enum certainty certainty;
	} hints[ERROR_HINTS_MAX];
};

/*
 * Find the row for an error body or an error redirect.
 *
 * in:     outcome  from token_error_judge or api_error_judge
 *         name, detail  of the error, "" if there is none
 * gives:  a row of the table; NULL if a kind or an outcome has none
 */
const struct error_row *error_row_find(enum error_kind kind,
    enum outcome outcome, const char *name, const char *detail);

/*
 * The outcome of an error of the token endpoint that RFC 6749 section 5.2
 * names; OUTCOME_REPLY_INVALID for any other.
 */
enum outcome error_outcome(struct view name);

/* Find the row for an HTTP status alone; NULL for a number that is not one. */
const struct error_row *error_row_of_status(long status);

/* What is known of the sign-in when the code or the client is refused. */
struct refusal {
	enum outcome outcome; /* code_refused or client_refused */
	enum provider_id provider;
	const struct error_body *body; /* the server's reply */
	bool confidential;             /* a client secret was sent */
	bool state_seen;               /* the answer had our state */
	bool code_seen_before;         /* this code was sent before */
	unsigned long shown_s;         /* seconds since the address was shown */
	size_t code_len;
};

/*
 * Append the likely causes of a refusal, most likely first, separated by "; ":
 * fixed phrases and numbers, nothing from the network.  For any other outcome
 * nothing is appended.
 *
 * source: docs/DESIGN.md section 6
 */
void refusal_hints(const struct refusal *refusal, struct buf *text);

#endif
