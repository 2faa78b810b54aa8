/* SPDX-License-Identifier: ISC */
#ifndef GCPKCE_GREETER_FULLSCREEN_H
#define GCPKCE_GREETER_FULLSCREEN_H

#include <gtk/gtk.h>

/*
 * Show a window on all of the screen.  On an X server without a window manager,
 * as LightDM's, it gets the size of the first monitor.
 */
void fullscreen_present(GtkWindow *window);

/* Height of the first monitor, in pixels; 0 if it is not known. */
int fullscreen_height(void);

/* Take the keyboard on such a server; elsewhere nothing happens. */
void fullscreen_focus(GtkWindow *window);

#endif
