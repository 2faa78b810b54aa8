/* SPDX-License-Identifier: ISC */
/* The program that shows the sign-in page, gcpkce-view(1) or one like it. */
#ifndef GCPKCE_GREETER_VIEW_CHILD_H
#define GCPKCE_GREETER_VIEW_CHILD_H

#include "settings.h"

#define VIEW_OUTPUT_MAX 8192 /* of an address that it prints */

enum view_end {
	VIEW_FAILED,    /* the page could not be loaded */
	VIEW_CAUGHT,    /* it printed an address */
	VIEW_CLOSED,    /* it ended without an address, and without an error */
	VIEW_CANCELLED, /* by the user */
	VIEW_TIMED_OUT, /* the setting timeout was over */
	VIEW_UNTRUSTED, /* the certificate of the page is not valid */
	VIEW_UNUSABLE,  /* the program could not be started, or its arguments
			   are wrong: the configuration has a fault */
};

/* What gcpkce-view(1) says on standard error, after its name, when it exits
 * with 3; libraries may print more before it. */
#define VIEW_SAYS_TIME "the time is over"
#define VIEW_SAYS_CERTIFICATE "the certificate is not valid"

/* Called once from the main loop; the address is *borrowed*, or "". */
typedef void view_ended_fn(void *arg, enum view_end end, const char *address);

/*
 * Start the program; one that still runs is stopped.  The handler is called
 * later, also if it cannot be started.
 *
 * in:     address, redirect_uri  printable ASCII
 */
void view_child_start(const struct settings *settings, const char *address,
    const char *redirect_uri, view_ended_fn *handler, void *arg);

/* Stop it, if it runs; its handler is not called. */
void view_child_stop(void);

#endif
