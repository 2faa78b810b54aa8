/* SPDX-License-Identifier: ISC */
/* The program that shows the sign-in page, gcpkce-view(1) or one like it. */
#ifndef GCPKCE_GREETER_VIEW_CHILD_H
#define GCPKCE_GREETER_VIEW_CHILD_H

#include "settings.h"

#define VIEW_OUTPUT_MAX 8192 /* of an address that it prints */

enum view_end {
	VIEW_FAILED,    /* the page could not be loaded; the text says why */
	VIEW_CAUGHT,    /* the text is the address that it printed */
	VIEW_CLOSED,    /* it ended without an address, and without an error */
	VIEW_CANCELLED, /* by the user */
};

/* Called once from the main loop; the text is *borrowed*. */
typedef void view_ended_fn(void *arg, enum view_end end, const char *text);

/*
 * Start the program; one that still runs is stopped.  The handler is called
 * later, also if it cannot be started.
 *
 * in:     address, redirect_uri  printable ASCII
 */
void view_child_start(const struct settings *settings, const char *address,
    const char *redirect_uri, view_ended_fn *handler, void *arg);

bool view_child_runs(void);

/* Stop it, if it runs; its handler is not called. */
void view_child_stop(void);

#endif
