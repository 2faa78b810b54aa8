/* SPDX-License-Identifier: ISC */
#include "web_window.h"

#include "fullscreen.h"
#include "keys.h"
#include "style.h"
#include "texts.h"
#include "web_messages.h"
#include "widgets.h"

struct web_window {
	GtkWindow *window;
	GtkWidget *page;
	GtkWidget *trouble; /* in place of the page, what is wrong */
	GtkLabel *host, *time;
	GtkLabel *notice; /* of a refused host */
	GtkLabel *title, *text;
	GtkWidget *retry;
	guint32 tab_time; /* of the last Tab, in milliseconds */
	const struct web_requests *requests;
	struct keys keys;
};

static gboolean
on_cancel(GtkWidget *widget, struct web_window *w)
{
	(void)widget;
	w->requests->cancel(w->requests->data);
	return TRUE; /* of a window, which must not close by itself */
}

static void
on_retry(GtkWidget *button, struct web_window *w)
{
	(void)button;
	w->requests->retry(w->requests->data);
}

/*
 * When Tab leaves the page, WebKit moves the keyboard to the button, and sends
 * the same event again, which would move it back.
 */
static bool
is_second_tab(struct web_window *w, guint key, guint32 time)
{
	guint32 last = w->tab_time;

	if (key != GDK_KEY_Tab && key != GDK_KEY_ISO_Left_Tab)
		return false;
	w->tab_time = time;
	if (time == 0 || time != last)
		return false;
	gtk_window_set_focus_visible(w->window, TRUE);
	return true;
}

/* Before the page sees it. */
static gboolean
on_key(GtkEventController *controller, guint key, guint code,
    GdkModifierType state, struct web_window *w)
{
	(void)code;
	(void)state;
	return is_second_tab(
	    w, key, gtk_event_controller_get_current_event_time(controller));
}

static GtkWidget *
bar_new(struct web_window *w)
{
	GtkWidget *bar = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 16);

	gtk_widget_add_css_class(bar, "bar");
	w->host = widget_label(bar, "host", GTK_ACCESSIBLE_ROLE_LABEL);
	gtk_label_set_wrap(w->host, FALSE);
	gtk_label_set_ellipsize(w->host, PANGO_ELLIPSIZE_START);
	w->time = widget_label(bar, "quiet", GTK_ACCESSIBLE_ROLE_LABEL);
	gtk_label_set_xalign(w->time, 1);
	gtk_widget_set_hexpand(GTK_WIDGET(w->time), TRUE);
	(void)widget_button(
	    bar, text_of(MESSAGE_WEB_CANCEL), G_CALLBACK(on_cancel), w);
	return bar;
}

static GtkWidget *
trouble_new(struct web_window *w)
{
	GtkWidget *card = widget_column(NULL, 14);
	GtkWidget *trouble = widget_narrow(card);

	gtk_widget_add_css_class(card, "card");
	w->title = widget_label(card, "title", GTK_ACCESSIBLE_ROLE_HEADING);
	w->text = widget_label(card, "quiet", GTK_ACCESSIBLE_ROLE_ALERT);
	w->retry = widget_button(
	    card, text_of(MESSAGE_WEB_RETRY), G_CALLBACK(on_retry), w);
	gtk_widget_add_css_class(w->retry, "primary");
	gtk_widget_set_valign(trouble, GTK_ALIGN_CENTER);
	return trouble;
}

/* Both fill the window; one is shown. */
static void
trouble_show(struct web_window *w, bool is_shown)
{
	gtk_widget_set_visible(w->trouble, is_shown);
	gtk_widget_set_visible(w->page, !is_shown);
}

struct web_window *
web_window_new(const struct web_options *options, GtkWidget *page,
    const struct web_requests *requests)
{
	struct web_window *w = g_new0(struct web_window, 1);
	GtkWidget *box = widget_column(NULL, 0);
	GtkEventController *keys = gtk_event_controller_key_new();

	style_apply(options->dark, options->scale_percent);
	w->requests = requests;
	w->page = page;
	w->window = GTK_WINDOW(gtk_window_new());
	gtk_widget_add_css_class(GTK_WIDGET(w->window), "screen");
	gtk_box_append(GTK_BOX(box), bar_new(w));
	w->notice = widget_label(box, "notice", GTK_ACCESSIBLE_ROLE_ALERT);
	gtk_widget_set_vexpand(page, TRUE);
	gtk_box_append(GTK_BOX(box), page);
	w->trouble = trouble_new(w);
	gtk_widget_set_vexpand(w->trouble, TRUE);
	gtk_box_append(GTK_BOX(box), w->trouble);
	trouble_show(w, false);
	gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE);
	g_signal_connect(keys, "key-pressed", G_CALLBACK(on_key), w);
	gtk_widget_add_controller(GTK_WIDGET(w->window), keys);
	w->keys =
	    (struct keys){.escape = requests->cancel, .data = requests->data};
	keys_watch(w->window, &w->keys);
	g_signal_connect(w->window, "close-request", G_CALLBACK(on_cancel), w);
	gtk_window_set_title(w->window, text_of(MESSAGE_WEB_TITLE));
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
	clipboards_empty();
	g_signal_connect_swapped(
	    w->window, "notify::is-active", G_CALLBACK(on_active), w);
	fullscreen_present(w->window);
}

static void
host_set(struct web_window *w, const char *message, const char *spoken,
    const char *host)
{
	g_autofree char *text = text_filled(message, "{host}", host);
	g_autofree char *name = text_filled(spoken, "{host}", host);

	widget_label_set(w->host, text);
	gtk_accessible_update_property(
	    GTK_ACCESSIBLE(w->host), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
	trouble_show(w, false);
}

void
web_window_loading(struct web_window *w, const char *host)
{
	widget_label_set(w->notice, "");
	host_set(w, MESSAGE_WEB_LOADING, MESSAGE_WEB_LOADING, host);
}

void
web_window_page(struct web_window *w, const char *host)
{
	host_set(w, "{host}", MESSAGE_WEB_PAGE, host);
	(void)gtk_widget_grab_focus(w->page);
}

void
web_window_trouble(struct web_window *w, const char *title,
    const char *sentence, const char *host)
{
	g_autofree char *text = text_filled(sentence, "{host}", host);

	widget_label_set(w->host, "");
	widget_label_set(w->title, text_of(title));
	widget_label_set(w->text, text);
	trouble_show(w, true);
	(void)gtk_widget_grab_focus(w->retry);
}

void
web_window_refused(struct web_window *w, const char *host)
{
	g_autofree char *text =
	    text_filled(MESSAGE_WEB_REFUSED, "{host}", host);

	widget_label_set(w->notice, text);
}

void
web_window_time(struct web_window *w, unsigned long seconds)
{
	g_autofree char *left =
	    g_strdup_printf("%lu:%02lu", seconds / 60, seconds % 60);
	g_autofree char *text = text_filled(MESSAGE_WEB_TIME, "{time}", left);

	widget_label_set(w->time, text);
}
