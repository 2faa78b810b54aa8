/* SPDX-License-Identifier: ISC */
#include "web_window.h"

#include <libintl.h>

#include "web_messages.h"

#define DPI 96

struct web_window {
	GtkWindow *window;
	GtkStack *stack; /* the page, or what is wrong */
	GtkWidget *page;
	GtkLabel *host;
	GtkLabel *time;
	GtkRevealer *notice; /* of a refused host */
	GtkLabel *notice_text;
	GtkLabel *title;
	GtkLabel *text;
	GtkWidget *retry;
	const struct web_requests *requests;
};

static const char css[] =
    ".bar { padding: 0.5em 0.75em; border-bottom: 1px solid alpha(currentColor, 0.2); }"
    ".host { font-weight: bold; }"
    ".notice { padding: 0.6em 0.75em; background: #f9e9b8; color: #3d2c00; }"
    ".trouble { padding: 3em; }"
    ".trouble .title { font-size: 1.8em; font-weight: bold; }";

/* The translation with {name} replaced; for g_free. */
static char *
filled(const char *message, const char *name, const char *value)
{
	GString *text = g_string_new(gettext(message));

	(void)g_string_replace(text, name, value, 1);
	return g_string_free(text, FALSE);
}

static void
on_cancel(struct web_window *w)
{
	w->requests->cancel(w->requests->data);
}

static gboolean
on_close(struct web_window *w)
{
	on_cancel(w);
	return TRUE;
}

static void
on_retry(struct web_window *w)
{
	w->requests->retry(w->requests->data);
}

/* Keys of an editor, with Control. */
static bool
is_editing(guint key)
{
	static const guint editing[] = {GDK_KEY_a, GDK_KEY_c, GDK_KEY_v,
	    GDK_KEY_x, GDK_KEY_y, GDK_KEY_z, GDK_KEY_Left, GDK_KEY_Right,
	    GDK_KEY_Up, GDK_KEY_Down, GDK_KEY_Home, GDK_KEY_End,
	    GDK_KEY_BackSpace, GDK_KEY_Delete};

	for (size_t i = 0; i < G_N_ELEMENTS(editing); i++) {
		if (editing[i] == gdk_keyval_to_lower(key))
			return true;
	}
	return false;
}

static bool
is_modifier(guint key)
{
	return (key >= GDK_KEY_Shift_L && key <= GDK_KEY_Hyper_R) ||
	    key == GDK_KEY_ISO_Level3_Shift;
}

/*
 * Commands of GTK, WebKit or a page: function keys (F7 would end WebKit), keys
 * of a "multimedia" keyboard, and all with Alt or Super.
 */
static bool
is_command(guint key, GdkModifierType state)
{
	if (is_modifier(key))
		return false;
	return (key >= GDK_KEY_F1 && key <= GDK_KEY_F35) ||
	    key >= 0x10000000 /* of a vendor */ || key == GDK_KEY_Menu ||
	    key == GDK_KEY_Print ||
	    (state & (GDK_ALT_MASK | GDK_SUPER_MASK | GDK_META_MASK)) != 0 ||
	    ((state & GDK_CONTROL_MASK) != 0 && !is_editing(key));
}

/* Before the page sees it, so that no page can keep a user. */
static gboolean
on_key(GtkEventControllerKey *keys, guint key, guint code,
    GdkModifierType state, struct web_window *w)
{
	(void)keys;
	(void)code;
	if (key == GDK_KEY_Escape)
		on_cancel(w);
	return key == GDK_KEY_Escape || is_command(key, state);
}

static GtkLabel *
label_new(GtkBox *box, const char *class)
{
	GtkWidget *label = gtk_label_new("");

	gtk_widget_add_css_class(label, class);
	gtk_box_append(box, label);
	return GTK_LABEL(label);
}

static GtkWidget *
button_new(struct web_window *w, GtkBox *box, const char *message,
    void (*on_click)(struct web_window *))
{
	GtkWidget *button = gtk_button_new_with_label(gettext(message));

	g_signal_connect_swapped(button, "clicked", G_CALLBACK(on_click), w);
	gtk_box_append(box, button);
	return button;
}

static GtkWidget *
bar_new(struct web_window *w)
{
	GtkWidget *bar = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 16);

	gtk_widget_add_css_class(bar, "bar");
	w->host = label_new(GTK_BOX(bar), "host");
	gtk_label_set_ellipsize(w->host, PANGO_ELLIPSIZE_START);
	gtk_label_set_xalign(w->host, 0);
	gtk_widget_set_hexpand(GTK_WIDGET(w->host), TRUE);
	w->time = label_new(GTK_BOX(bar), "time");
	(void)button_new(w, GTK_BOX(bar), MESSAGE_WEB_CANCEL, on_cancel);
	return bar;
}

static GtkWidget *
notice_new(struct web_window *w)
{
	GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
	GtkWidget *notice = gtk_revealer_new();

	gtk_widget_add_css_class(box, "notice");
	w->notice_text = label_new(GTK_BOX(box), "text");
	gtk_label_set_wrap(w->notice_text, TRUE);
	gtk_label_set_xalign(w->notice_text, 0);
	gtk_revealer_set_child(GTK_REVEALER(notice), box);
	w->notice = GTK_REVEALER(notice);
	return notice;
}

static GtkWidget *
trouble_new(struct web_window *w)
{
	GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 16);

	gtk_widget_add_css_class(box, "trouble");
	gtk_widget_set_valign(box, GTK_ALIGN_CENTER);
	gtk_widget_set_halign(box, GTK_ALIGN_CENTER);
	w->title = label_new(GTK_BOX(box), "title");
	w->text = label_new(GTK_BOX(box), "text");
	gtk_label_set_wrap(w->text, TRUE);
	gtk_label_set_max_width_chars(w->text, 60);
	gtk_label_set_justify(w->text, GTK_JUSTIFY_CENTER);
	w->retry = button_new(w, GTK_BOX(box), MESSAGE_WEB_RETRY, on_retry);
	gtk_widget_set_halign(w->retry, GTK_ALIGN_CENTER);
	gtk_widget_add_css_class(w->retry, "suggested-action");
	return box;
}

/*
 * The theme is GTK's own, whatever a file or the environment says.  WebKit
 * scales pages by the same resolution.
 */
static void
look_set(const struct web_options *options)
{
	GtkCssProvider *provider = gtk_css_provider_new();

	gtk_css_provider_load_from_data(provider, css, -1);
	gtk_style_context_add_provider_for_display(gdk_display_get_default(),
	    GTK_STYLE_PROVIDER(provider),
	    GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
	g_object_unref(provider);
	g_object_set(gtk_settings_get_default(),
	    "gtk-application-prefer-dark-theme", (gboolean)options->dark,
	    "gtk-font-name", "Cantarell 11", "gtk-xft-dpi",
	    (int)(DPI * 1024 * options->scale_percent / 100), NULL);
}

/* Without a window manager nothing else would give it the monitor's size. */
static void
size_set(GtkWindow *window)
{
	GListModel *monitors =
	    gdk_display_get_monitors(gdk_display_get_default());
	g_autoptr(GdkMonitor) monitor = g_list_model_get_item(monitors, 0);
	GdkRectangle place = {.width = 1024, .height = 768};

	if (monitor != NULL)
		gdk_monitor_get_geometry(monitor, &place);
	gtk_window_set_default_size(window, place.width, place.height);
	gtk_window_set_decorated(window, FALSE);
	gtk_window_fullscreen(window);
}

struct web_window *
web_window_new(const struct web_options *options, GtkWidget *page,
    const struct web_requests *requests)
{
	struct web_window *w = g_new0(struct web_window, 1);
	GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
	GtkEventController *keys = gtk_event_controller_key_new();

	w->requests = requests;
	w->page = page;
	w->window = GTK_WINDOW(gtk_window_new());
	w->stack = GTK_STACK(gtk_stack_new());
	look_set(options);
	gtk_box_append(GTK_BOX(box), bar_new(w));
	gtk_box_append(GTK_BOX(box), notice_new(w));
	gtk_box_append(GTK_BOX(box), GTK_WIDGET(w->stack));
	gtk_stack_add_named(w->stack, page, "page");
	gtk_stack_add_named(w->stack, trouble_new(w), "trouble");
	gtk_widget_set_vexpand(GTK_WIDGET(w->stack), TRUE);
	gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE);
	g_signal_connect(keys, "key-pressed", G_CALLBACK(on_key), w);
	gtk_widget_add_controller(GTK_WIDGET(w->window), keys);
	g_signal_connect_swapped(
	    w->window, "close-request", G_CALLBACK(on_close), w);
	gtk_window_set_title(w->window, gettext(MESSAGE_WEB_TITLE));
	gtk_window_set_child(w->window, box);
	return w;
}

/* What another user copied before is not for this one, and a page can ask for a
 * paste.  Wayland wants the keyboard's focus first. */
static void
clipboards_empty(void)
{
	GdkDisplay *display = gdk_display_get_default();

	gdk_clipboard_set_text(gdk_display_get_clipboard(display), "");
	gdk_clipboard_set_text(gdk_display_get_primary_clipboard(display), "");
}

static void
on_active(struct web_window *w)
{
	clipboards_empty();
	(void)g_signal_handlers_disconnect_by_func(
	    w->window, (gpointer)on_active, w);
}

void
web_window_show(struct web_window *w)
{
	size_set(w->window);
	clipboards_empty();
	g_signal_connect_swapped(
	    w->window, "notify::is-active", G_CALLBACK(on_active), w);
	gtk_window_present(w->window);
}

static void
host_set(struct web_window *w, const char *message, const char *host)
{
	g_autofree char *text = filled(message, "{host}", host);

	gtk_label_set_text(w->host, text);
	gtk_stack_set_visible_child(w->stack, w->page);
	gtk_revealer_set_reveal_child(w->notice, FALSE);
}

void
web_window_loading(struct web_window *w, const char *host)
{
	host_set(w, MESSAGE_WEB_LOADING, host);
}

void
web_window_page(struct web_window *w, const char *host)
{
	g_autofree char *name = filled(MESSAGE_WEB_PAGE, "{host}", host);

	host_set(w, "{host}", host);
	gtk_accessible_update_property(
	    GTK_ACCESSIBLE(w->host), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
	(void)gtk_widget_grab_focus(w->page);
}

void
web_window_trouble(struct web_window *w, const char *title, const char *text)
{
	gtk_label_set_text(w->host, "");
	gtk_label_set_text(w->title, gettext(title));
	gtk_label_set_text(w->text, text);
	gtk_stack_set_visible_child_name(w->stack, "trouble");
	(void)gtk_widget_grab_focus(w->retry);
}

void
web_window_refused(struct web_window *w, const char *host)
{
	g_autofree char *text = filled(MESSAGE_WEB_REFUSED, "{host}", host);

	gtk_label_set_text(w->notice_text, text);
	gtk_revealer_set_reveal_child(w->notice, TRUE);
}

void
web_window_time(struct web_window *w, unsigned long seconds)
{
	g_autofree char *left =
	    g_strdup_printf("%lu:%02lu", seconds / 60, seconds % 60);
	g_autofree char *text = filled(MESSAGE_WEB_TIME, "{time}", left);

	gtk_label_set_text(w->time, text);
}
