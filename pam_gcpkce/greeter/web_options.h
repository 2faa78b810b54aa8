/* SPDX-License-Identifier: ISC */
/* The command line of gcpkce-view. */
#ifndef GCPKCE_GREETER_WEB_OPTIONS_H
#define GCPKCE_GREETER_WEB_OPTIONS_H

#include "web_rules.h"

#define WEB_DEADLINE_MAX 3600UL /* seconds, as config.h has for timeout */
#define WEB_DEADLINE_USUAL 300UL

struct web_options {
	const char
	    *address; /* all *borrowed* from argv, or memory that stays */
	struct web_rules rules;
	unsigned long deadline;      /* seconds */
	unsigned long scale_percent; /* 100 to 200 */
	bool dark;
};

/* What the command line asks for. */
enum web_request {
	WEB_RUN,
	WEB_HELP,  /* or the version; it was printed */
	WEB_USAGE, /* a mistake; stderr has it */
};

/* ret is set for WEB_RUN alone. */
enum web_request web_options_parse(
    int argc, char **argv, struct web_options *ret);

#endif
