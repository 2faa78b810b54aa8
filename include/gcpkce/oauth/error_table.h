/* SPDX-License-Identifier: ISC */
/*
 * What refusals look like, what they mean, and which causes they may have: one
 * table for the journal's "likely:" and for gcpkce explain.
 */
#ifndef GCPKCE_ERROR_TABLE_H
#define GCPKCE_ERROR_TABLE_H

#include "reply.h"

enum cause {
	CAUSE_NONE,
#define X(suffix, scope, text, tell, fix) CAUSE_##suffix,
#include "hint.def"
#undef X
	CAUSE_COUNT
};

/* When a cause can be, by what is known of the client. */
enum cause_scope {
	CAUSE_ANY,
	CAUSE_SECRET,    /* only where a client secret was sent */
	CAUSE_NO_SECRET, /* only where none was sent */
	CAUSE_OTHER      /* never in a sign-in of this project */
};

struct cause_text {
	const char *name; /* stable; JSON has it in lower case */
	enum cause_scope scope;
	const char *text; /* what it is */
	const char *tell; /* how to tell */
	const char *fix;  /* what to change */
};

/* A cause's texts, never NULL; empty for CAUSE_NONE and beyond the table. */
const struct cause_text *cause_get(enum cause cause);

/* Can the cause be in a sign-in of this project? */
bool cause_applies(enum cause cause, bool secret_sent);

/* Where a refusal shows; error_table.c has the names in this order. */
enum symptom_place {
	SYMPTOM_TOKEN,     /* an error body of /oauth/token */
	SYMPTOM_API,       /* an error body of the API host */
	SYMPTOM_REDIRECT,  /* error= in the redirect address */
	SYMPTOM_STATUS,    /* an HTTP status, nothing else */
	SYMPTOM_PAGE,      /* a page in place of JSON */
	SYMPTOM_SCRAP,     /* JSON that does not end well */
	SYMPTOM_AUTHORIZE, /* an authorize address */
	SYMPTOM_CODE,      /* a redirect address with a code */
	SYMPTOM_FRAGMENT,  /* one with a token in its fragment */
	SYMPTOM_NO_CODE,   /* an address without code or error */
	SYMPTOM_REPLY      /* a reply with a token */
};

/* How sure it is that a cause shows in this way; named in this order, too. */
enum symptom_sure {
	SYMPTOM_INFERRED, /* follows from the protocol */
	SYMPTOM_STANDARD, /* an RFC says so; no report from Genesys Cloud */
	SYMPTOM_REPORTED, /* users have reported it */
	SYMPTOM_VENDOR,   /* Genesys' documentation or published code has it */
	SYMPTOM_SEEN      /* what was handed in shows it */
};

#define SYMPTOM_CAUSES_MAX 12

struct symptom {
	enum symptom_place place;
	const char *name;     /* of the error; NULL: any */
	const char *detail;   /* stands in its description; NULL: anything */
	long status[2];       /* with SYMPTOM_STATUS: from, to */
	enum outcome outcome; /* what a sign-in makes of it */
	const char *meaning;
	struct symptom_cause {
		enum cause cause; /* CAUSE_NONE after the last */
		enum symptom_sure sure;
	} causes[SYMPTOM_CAUSES_MAX];
};

/*
 * Find what fits an error body or an error redirect.
 *
 * in:     outcome  as token_error_judge or api_error_judge have judged
 *         name, detail  of the error, "" where there is none
 * gives:  a row of the table; NULL for a place or an outcome that has none
 */
const struct symptom *symptom_find(enum symptom_place place,
    enum outcome outcome, const char *name, const char *detail);

/* Find what fits a status alone; NULL for one that is none. */
const struct symptom *symptom_of_status(long status);

/* The name of a place, and of how sure a cause is; stable, for JSON. */
const char *symptom_place_name(enum symptom_place place);
const char *symptom_sure_name(enum symptom_sure sure);

#endif
