/* SPDX-License-Identifier: ISC */
/*
 * Errors, their meaning, and hints at their causes: one table for the journal's
 * "likely:" and for gcpkce explain.
 */
#ifndef GCPKCE_ERROR_TABLE_H
#define GCPKCE_ERROR_TABLE_H

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
	HINT_NO_SECRET, /* only where none was sent */
	HINT_OTHER      /* never in a sign-in of this project */
};

struct hint_text {
	const char *name; /* stable; JSON has it in lower case */
	enum hint_scope scope;
	const char *text;        /* what it is */
	const char *how_to_tell; /* how to recognize it */
	const char *fix;         /* what to change */
};

/* A hint's texts, never NULL; empty for HINT_NONE and outside the table. */
const struct hint_text *hint_get(enum hint hint);

/* Is the cause possible in a sign-in of this project? */
bool hint_applies(enum hint hint, bool secret_sent);

/* What kind of input an error is in; error_table.c has the names in this order.
 */
enum error_kind {
	ERROR_TOKEN,       /* an error body of /oauth/token */
	ERROR_API,         /* an error body of the API host */
	ERROR_REDIRECT,    /* error= in the redirect address */
	ERROR_STATUS,      /* an HTTP status, nothing else */
	ERROR_PAGE,        /* a page in place of JSON */
	ERROR_BROKEN_JSON, /* JSON that is cut off or broken */
	ERROR_AUTHORIZE,   /* an authorize address */
	ERROR_CODE,        /* a redirect address with a code */
	ERROR_FRAGMENT,    /* one with a token in its fragment */
	ERROR_NO_CODE,     /* an address without code or error */
	ERROR_REPLY        /* a reply with a token */
};

/*
 * How certain it is that a hint belongs to a row; error_table.c has the names
 * in this order.
 */
enum certainty {
	CERTAINTY_INFERRED, /* follows from the protocol */
	CERTAINTY_STANDARD, /* an RFC says so; no report from Genesys Cloud */
	CERTAINTY_REPORTED, /* users have reported it */
	CERTAINTY_VENDOR, /* Genesys' documentation or published code has it */
	CERTAINTY_SEEN    /* the input shows it */
};

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

/* Find the row for an HTTP status alone; NULL for a number that is not one. */
const struct error_row *error_row_of_status(long status);

/* The name of a kind, and of a certainty; stable, for JSON. */
const char *error_kind_name(enum error_kind kind);
const char *certainty_name(enum certainty certainty);

#endif
