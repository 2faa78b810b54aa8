/* SPDX-License-Identifier: ISC */
/* The widgets of the screen, and what happens to them. */
#ifndef GCPKCE_GREETER_SCREEN_PARTS_H
#define GCPKCE_GREETER_SCREEN_PARTS_H

#include <gtk/gtk.h>

#include "conversation.h"

struct screen {
	struct conversation *conversation;
	const struct settings *settings;
	bool dark;
	GtkWindow *window;
	GtkLabel *time, *date, *network;
	GtkWidget *pages;

	/* the start page */
	GtkWidget *start;
	GtkLabel *locked, *locked_fix, *notice;
	GtkWidget *name, *sign_in;

	/* the page that waits */
	GtkWidget *wait;
	GtkSpinner *spinner;
	GtkLabel *waiting;
	GtkWidget *wait_restart;

	/* the page that reports or asks */
	GtkWidget *question;
	guint abandoned; /* GLib's source, which ends it, or 0 */
	GtkLabel *user, *title, *text, *prompt, *caps;
	GtkWidget *visible, *secret; /* fields; one of them is shown, or none */
	GtkWidget *proceed, *open, *other, *restart;
};

/* The one screen of this process. */
extern struct screen screen;

/* Handlers of signals. */
void screen_on_sign_in(void);
void screen_on_other_way(GtkWidget *button);
void screen_on_open(void);
void screen_on_restart(void);
void screen_on_proceed(void);
void screen_on_name_changed(void);

/* Show the time, the network's state and that of Caps Lock. */
void screen_show_clock(void);
void screen_show_network(void);
void screen_show_caps(void);

/* The keyboard, *borrowed*; NULL if there is none. */
GdkDevice *screen_keyboard(void);

#endif
