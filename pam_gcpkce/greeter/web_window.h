/* SPDX-License-Identifier: ISC */
/*
 * The window of gcpkce-view: a bar with the page's host, the time that is left
 * and a button to cancel; below it the page, or what is wrong.
 */
#ifndef GCPKCE_GREETER_WEB_WINDOW_H
#define GCPKCE_GREETER_WEB_WINDOW_H

#include <gtk/gtk.h>

#include "web_options.h"

struct web_window;

/* What the user asks for; both *borrowed* for the life of the process. */
struct web_requests {
	void (*cancel)(
	    void *data); /* the button, Escape, or the window closed */
	void (*retry)(void *data);
	void *data;
};

/*
 * Make the window, not yet shown, with the page in it.
 *
 * errors: NULL without a display
 */
struct web_window *web_window_new(const struct web_options *options,
    GtkWidget *page, const struct web_requests *requests);

/* Show it, as large as the monitor. */
void web_window_show(struct web_window *window);

/* The host's name is shown as it is. */
void web_window_loading(struct web_window *window, const char *host);
void web_window_page(struct web_window *window, const char *host);

/*
 * Show, in place of the page, what is wrong, and a button to try again.
 *
 * in:     title, sentence  messages, or texts of a library; {host} in the
 *                          sentence is replaced
 */
void web_window_trouble(struct web_window *window, const char *title,
    const char *sentence, const char *host);

/* A host that the page may not go to; shown until another page is there. */
void web_window_refused(struct web_window *window, const char *host);

void web_window_time(struct web_window *window, unsigned long seconds);

#endif
