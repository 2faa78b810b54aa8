/* SPDX-License-Identifier: ISC */
/*
 * Refusals, their meaning and their possible causes: one table for the
 * journal's "likely:" and for gcpkce explain.
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

/* In which sign-ins a cause is possible. */
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
	const char *tell; /* how to recognize it */
	const char *fix;  /* what to change */
};

/* A cause's texts, never NULL; empty for CAUSE_NONE and outside the table. */
const struct cause_text *cause_get(enum cause cause);

/* Is the cause possible in a sign-in of this project? */
bool cause_applies(enum cause cause, bool secret_sent);

/* Where a refusal shows; error_table.c has the names in this order. */
enum symptom_place {
	SYMPTOM_TOKEN,     /* an error body of /oauth/token */
	SYMPTOM_API,       /* an error body of the API host */
	SYMPTOM_REDIRECT,  /* error= in the redirect address */
	SYMPTOM_STATUS,    /* an HTTP status, nothing else */
	SYMPTOM_PAGE,      /* a page in place of JSON */
	SYMPTOM_SCRAP,     /* JSON that is cut off or broken */
	SYMPTOM_AUTHORIZE, /* an authorize address */
	SYMPTOM_CODE,      /* a redirect address with a code */
	SYMPTOM_FRAGMENT,  /* one with a token in its fragment */
	SYMPTOM_NO_CODE,   /* an address without code or error */
	SYMPTOM_REPLY      /* a reply with a token */
};

/*
 * How certain it is that a cause has this symptom; error_table.c has the names
 * in this order.
 */
enum symptom_sure {
	SYMPTOM_INFERRED, /* follows from the protocol */
	SYMPTOM_STANDARD, /* an RFC says so; no report from Genesys Cloud */
	SYMPTOM_REPORTED, /* users have reported it */
	SYMPTOM_VENDOR,   /* Genesys' documentation or published code has it */
	SYMPTOM_SEEN      /* the input shows it */
};

#define SYMPTOM_CAUSES_MAX 12

struct symptom {
	enum symptom_place place;
	const char *name;     /* of the error; NULL: any */
	const char *detail;   /* part of its description; NULL: any */
	long status[2];       /* with SYMPTOM_STATUS: from, to */
	enum outcome outcome; /* the outcome of a sign-in */
	const char *meaning;
	struct symptom_cause {
		enum cause cause; /* CAUSE_NONE after the last */
		enum symptom_sure sure;
	} causes[SYMPTOM_CAUSES_MAX];
};

/*
 * Find the row for an error body or an error redirect.
 *
 * in:     outcome  from token_error_judge or api_error_judge
 *         name, detail  of the error, "" if there is none
 * gives:  a row of the table; NULL if a place or an outcome has none
 */
const struct symptom *symptom_find(enum symptom_place place,
    enum outcome outcome, const char *name, const char *detail);

/* Find the row for an HTTP status alone; NULL for a number that is not one. */
const struct symptom *symptom_of_status(long status);

/* The name of a place, and of a certainty; stable, for JSON. */
const char *symptom_place_name(enum symptom_place place);
const char *symptom_sure_name(enum symptom_sure sure);

#endif
