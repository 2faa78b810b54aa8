/* SPDX-License-Identifier: ISC */
/* The web view of gcpkce-view: WebKit, every way out of the page closed. */
#ifndef GCPKCE_GREETER_WEB_PAGE_H
#define GCPKCE_GREETER_WEB_PAGE_H

#include <gtk/gtk.h>

#include "web_options.h"

enum web_event {
	WEB_LOADING,         /* the host */
	WEB_SHOWN,           /* the host, once its page is there */
	WEB_STAYS,           /* why the page that was loading does not come */
	WEB_CAUGHT,          /* the answer: the redirect URI and its query */
	WEB_REFUSED,         /* the host, or the scheme, that is not allowed */
	WEB_REFUSED_QUIETLY, /* the same, of a frame or a script: the page stays
			      */
	WEB_NO_ADDRESS,      /* why the host's name is not resolved */
	WEB_CLOSED,          /* why the host accepts no connection */
	WEB_UNREACHABLE,     /* why else; all in the user's language */
	WEB_UNTRUSTED,       /* the host whose certificate is not valid */
	WEB_CRASHED,
	WEB_MEMORY,     /* it needed too much */
	WEB_UNCONFINED, /* why; nothing was loaded */
};

/* What happens; detail is *borrowed*, "" when there is none. */
typedef void web_report(void *data, enum web_event event, const char *detail);

/*
 * Make the widget.  Nothing is loaded before web_page_load.
 *
 * in:     options  *borrowed* for the life of the process
 */
GtkWidget *web_page_new(
    const struct web_options *options, web_report *report, void *data);

/* Load the address of the options, once the filter is there. */
void web_page_load(GtkWidget *page);

/* Stop loading. */
void web_page_stop(GtkWidget *page);

#endif
