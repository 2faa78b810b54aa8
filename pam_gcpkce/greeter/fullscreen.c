/* SPDX-License-Identifier: ISC */
#include "fullscreen.h"

#ifdef GDK_WINDOWING_X11
#include <X11/Xlib.h>
#include <gdk/x11/gdkx.h>
#endif

void
fullscreen_focus(GtkWindow *window)
{
#ifdef GDK_WINDOWING_X11
	GdkSurface *surface = gtk_native_get_surface(GTK_NATIVE(window));

	if (surface == NULL || !GDK_IS_X11_SURFACE(surface) ||
	    !gtk_widget_get_mapped(GTK_WIDGET(window)))
		return;
	GdkDisplay *display = gdk_surface_get_display(surface);
	/* the window may be gone before the server reads this */
	gdk_x11_display_error_trap_push(display);
	(void)XSetInputFocus(gdk_x11_display_get_xdisplay(display),
	    gdk_x11_surface_get_xid(surface), RevertToPointerRoot, CurrentTime);
	gdk_x11_display_error_trap_pop_ignored(display);
#else
	(void)window;
#endif
}

static void
on_map(GtkWidget *window, gpointer arg)
{
	(void)arg;
	fullscreen_focus(GTK_WINDOW(window));
}

static GdkRectangle
monitor_size(void)
{
	GdkRectangle size = {0};
	g_autoptr(GdkMonitor) monitor = g_list_model_get_item(
	    gdk_display_get_monitors(gdk_display_get_default()), 0);

	if (monitor != NULL)
		gdk_monitor_get_geometry(monitor, &size);
	return size;
}

int
fullscreen_height(void)
{
	return monitor_size().height;
}

void
fullscreen_present(GtkWindow *window)
{
	GdkRectangle size = monitor_size();

	if (size.width > 0)
		gtk_window_set_default_size(window, size.width, size.height);
	gtk_window_set_decorated(window, FALSE);
	gtk_window_fullscreen(window);
	g_signal_connect_after(window, "map", G_CALLBACK(on_map), NULL);
	gtk_window_present(window);
}
