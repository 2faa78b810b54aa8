/* SPDX-License-Identifier: ISC */
/* The keys that a window takes before its widgets: no key opens anything. */
#ifndef GCPKCE_GREETER_KEYS_H
#define GCPKCE_GREETER_KEYS_H

#include <gtk/gtk.h>
#include <stdbool.h>

struct keys {
	/* Alt with a letter presses the button with that letter underlined */
	bool mnemonics;
	void (*escape)(void *data); /* Escape was pressed */
	void *data;
	bool enter_is_down; /* for keys.c alone */
};

/*
 * Watch the keys of a window.  Escape is reported; function keys and shortcuts
 * do nothing, except for those of an editor; Enter works once until it is
 * released.  GTK's inspector is switched off as well.  For use after
 * environment_reduce.
 *
 * in:     keys  *borrowed* for the life of the window
 */
void keys_watch(GtkWindow *window, struct keys *keys);

#endif
