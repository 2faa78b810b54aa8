/* SPDX-License-Identifier: ISC */
/*
 * What gcpkce check found: a list that sections add to, each finding with the
 * place, the fault and the fix.
 */
#ifndef GCPKCE_CLI_FINDING_H
#define GCPKCE_CLI_FINDING_H

#include <json-c/json.h>
#include <stdio.h>

#include "gcpkce/base/errinfo.h"

enum finding_severity {
	FINDING_FAULT,   /* sign-ins fail, or admit the wrong users */
	FINDING_WARNING, /* works, but may surprise */
	FINDING_NOTE,    /* for information; what could not be checked */
	FINDING_SEVERITIES
};

struct finding {
	enum finding_severity severity;
	const char *section; /* *borrowed*, a literal */
	char *where;         /* "FILE:LINE", a path, or "" */
	char *what;
	char *fix; /* "" if there is nothing to fix */
};

struct findings {
	struct finding *list;
	size_t count;
	const char *section; /* to which further findings are added */
	bool failed;         /* memory was short; some are missing */
};

#define autofindings CLEANUP(findings_done) struct findings

/*
 * Add a finding to the present section.  A finding with the same place and text
 * is not added again.
 *
 * in:     findings  NULL: nothing happens
 *         where     nullable
 *         fix      nullable; a sentence in the imperative
 *         fmt, ...  what was found, printf's; a byte that is no text becomes
 *                   '?', as in where and fix
 */
void finding_add(struct findings *findings, enum finding_severity severity,
    const char *where, const char *fix, const char *fmt, ...) PRINTF(5, 6);

/*
 * Add what err_fault or err_sys wrote.
 *
 * in:     where  the place instead of the fault's own; nullable
 *         fix    where the fault has none; nullable
 */
void finding_add_fault(struct findings *findings,
    enum finding_severity severity, const char *where, const char *fix,
    const struct errinfo *why);

/* How many findings of this severity there are. */
size_t findings_count(
    const struct findings *findings, enum finding_severity severity);

/* The worst of this section; FINDING_SEVERITIES if it has none. */
enum finding_severity findings_worst(
    const struct findings *findings, const char *section);

/* Print the findings of one section, the worst first; "none" if it has none. */
void findings_print(const struct findings *findings, const char *section,
    const char *none, FILE *to);

/*
 * The findings as a JSON array of {severity, section, where, what, fix}.
 *
 * gives:  NULL when memory is short; the caller owns it
 */
struct json_object *findings_json(const struct findings *findings);

void findings_done(struct findings *findings);

#endif
