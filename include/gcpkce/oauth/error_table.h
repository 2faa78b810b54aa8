/* SPDX-License-Identifier: ISC */
/*
 * What a refusal looks like, what it means, and which causes it may have.
 */
#ifndef GCPKCE_SYMPTOM_H
#define GCPKCE_SYMPTOM_H

#include "gcpkce/base/outcome.h"
#include "hint.h"

/* Where it shows. */
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
	SYMPTOM_REPLY,     /* a reply with a token */
};

/* How sure it is that a cause shows in this way. */
enum symptom_sure {
	SYMPTOM_INFERRED, /* follows from the protocol */
	SYMPTOM_STANDARD, /* an RFC says so; seen with Genesys Cloud by nobody
			     who told */
	SYMPTOM_REPORTED, /* users have reported it */
	SYMPTOM_VENDOR,   /* Genesys' documentation or published code has it */
	SYMPTOM_SEEN      /* what was handed in shows it */
};

#define SYMPTOM_CAUSES_MAX 18

struct symptom_cause {
	enum cause cause;
	enum symptom_sure sure;
};

struct symptom {
	enum symptom_place place;
	const char *name;     /* of the error; NULL: any */
	const char *detail;   /* stands in its description; NULL: anything */
	long status[2];       /* with SYMPTOM_STATUS: from, to */
	enum outcome outcome; /* what a sign-in makes of it */
	const char *meaning;
	/* most likely first, up to the first CAUSE_NONE */
	struct symptom_cause causes[SYMPTOM_CAUSES_MAX];
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
