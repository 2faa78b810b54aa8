/* SPDX-License-Identifier: ISC */
#include "screen.h"

#include <gtk/gtk.h>
#include <string.h>

#include "fullscreen.h"
#include "gcpkce/base/text.h"
#include "network.h"
#include "screen_parts.h"
#include "texts.h"
#include "widgets.h"

struct screen screen;

bool
screen_is_dark(void)
{
	return screen.dark;
}

/* ---- what the user does ---- */

static void
name_use(bool other_way)
{
	g_autofree char *name = g_strstrip(
	    g_strdup(gtk_editable_get_text(GTK_EDITABLE(screen.name))));

	if (name[0] != '\0')
		conversation_begin(screen.conversation, name, other_way);
}

void
screen_on_sign_in(void)
{
	name_use(false);
}

/* On the start page, and on one that shows what the module says. */
void
screen_on_other_way(GtkWidget *button)
{
	if (button == screen.other)
		conversation_other_way(screen.conversation);
	else
		name_use(true);
}

void
screen_on_open(void)
{
	conversation_open(screen.conversation);
}

void
screen_on_restart(void)
{
	conversation_restart(screen.conversation, "");
}

static GtkWidget *
field_shown(void)
{
	if (gtk_widget_get_visible(screen.secret))
		return screen.secret;
	return gtk_widget_get_visible(screen.visible) ? screen.visible : NULL;
}

void
screen_on_proceed(void)
{
	GtkWidget *field = field_shown();

	if (field != NULL)
		conversation_answer(screen.conversation,
		    gtk_editable_get_text(GTK_EDITABLE(field)));
}

void
screen_on_name_changed(void)
{
	g_autofree char *name = g_strstrip(
	    g_strdup(gtk_editable_get_text(GTK_EDITABLE(screen.name))));

	gtk_widget_set_sensitive(screen.sign_in, name[0] != '\0');
}

/* ---- what changes by itself ---- */

void
screen_show_clock(void)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_local();
	g_autofree char *time =
	    g_date_time_format(now, text_of(MESSAGE_SCREEN_TIME));
	g_autofree char *date =
	    g_date_time_format(now, text_of(MESSAGE_SCREEN_DATE));

	widget_label_set(screen.time, time);
	widget_label_set(screen.date, date);
}

void
screen_show_network(void)
{
	widget_label_set(screen.network,
	    network_is_available() ? "" : text_of(MESSAGE_SCREEN_NO_NETWORK));
}

GdkDevice *
screen_keyboard(void)
{
	GdkSeat *seat = gdk_display_get_default_seat(gdk_display_get_default());

	return seat == NULL ? NULL : gdk_seat_get_keyboard(seat);
}

void
screen_show_caps(void)
{
	GdkDevice *device = screen_keyboard();
	bool is_on = device != NULL && gtk_widget_get_visible(screen.secret) &&
	    gdk_device_get_caps_lock_state(device);

	widget_label_set(
	    screen.caps, is_on ? text_of(MESSAGE_SCREEN_CAPS) : "");
}

/* ---- the pages ---- */

/* With no focus, Enter does nothing. */
static void
page_show(GtkWidget *page, GtkWidget *button, GtkWidget *focus)
{
	GtkWidget *pages[] = {screen.start, screen.wait, screen.question};

	/* else GTK gives it to a button once the page that has it is hidden */
	gtk_window_set_focus(screen.window, NULL);
	/* GtkStack shows all its pages to assistive technologies */
	for (size_t i = 0; i < G_N_ELEMENTS(pages); i++)
		gtk_widget_set_visible(pages[i], pages[i] == page);
	gtk_window_set_default_widget(screen.window, button);
	if (focus != NULL)
		(void)gtk_widget_grab_focus(focus);
	fullscreen_focus(screen.window);
}

static gboolean
on_abandoned(gpointer arg)
{
	(void)arg;
	screen.abandoned = 0;
	screen_on_restart();
	return G_SOURCE_REMOVE;
}

/* Wait for the user, or not. */
static void
user_wait(bool wait)
{
	unsigned long seconds = 0;

	if (screen.abandoned != 0)
		(void)g_source_remove(screen.abandoned);
	screen.abandoned = 0;
	if (wait &&
	    text_parse_number(screen.settings->timeout, 1, 3600, &seconds))
		screen.abandoned =
		    g_timeout_add_seconds((guint)seconds, on_abandoned, NULL);
}

/* What was typed must not stay for the next user. */
static void
fields_clear(void)
{
	GtkWidget *fields[] = {screen.name, screen.visible, screen.secret};

	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
		gtk_editable_set_text(GTK_EDITABLE(fields[i]), "");
}

void
screen_show_start(const char *notice, const char *locked_by)
{
	const char *name = locked_by != NULL ? locked_by : "";
	bool unnamed = locked_by != NULL && name[0] == '\0';
	g_autofree char *locked = text_filled(
	    unnamed ? MESSAGE_SCREEN_LOCKED : MESSAGE_SCREEN_LOCKED_BY,
	    "{user}", name);

	user_wait(false);
	gtk_spinner_stop(screen.spinner);
	fields_clear();
	gtk_editable_set_text(GTK_EDITABLE(screen.name), name);
	widget_label_set(screen.locked, locked_by != NULL ? locked : "");
	widget_label_set(screen.locked_fix,
	    unnamed ? text_of(MESSAGE_SCREEN_LOCKED_FIX) : "");
	widget_label_set(screen.notice, notice);
	page_show(screen.start, screen.sign_in, screen.name);
}

void
screen_show_wait(const char *text)
{
	user_wait(false);
	fields_clear();
	widget_label_set(screen.waiting, text);
	gtk_spinner_start(screen.spinner);
	/* a second Enter on the button would end the sign-in */
	page_show(screen.wait, NULL, NULL);
}

void
screen_show_welcome(void)
{
	gtk_widget_set_visible(screen.wait_restart, FALSE);
	screen_show_wait(text_of(MESSAGE_SCREEN_WELCOME));
}

/* Show the field, or neither; gives the one that is shown. */
static GtkWidget *
field_show(const struct screen_question *question)
{
	bool asks = question->prompt != NULL;

	widget_label_set(screen.prompt, asks ? question->prompt : "");
	gtk_widget_set_visible(screen.visible, asks && !question->secret);
	gtk_widget_set_visible(screen.secret, asks && question->secret);
	GtkWidget *field = field_shown();
	if (field != NULL)
		widget_named_by(field, screen.prompt);
	screen_show_caps();
	return field;
}

void
screen_show_question(const struct screen_question *question)
{
	const char *open = question->open != NULL ? question->open : "";

	user_wait(true);
	gtk_spinner_stop(screen.spinner);
	fields_clear();
	/* a session that failed to start has hidden it */
	gtk_widget_set_visible(screen.wait_restart, TRUE);
	widget_label_set(
	    screen.user, question->user != NULL ? question->user : "");
	widget_label_set(screen.title, question->title);
	widget_label_set(screen.text, question->text);
	GtkWidget *field = field_show(question);
	gtk_widget_set_visible(screen.proceed, field != NULL);
	widget_button_set(screen.open, open);
	gtk_widget_set_visible(screen.open, question->open != NULL);
	gtk_widget_set_visible(screen.other, question->other_way);
	GtkWidget *button = field != NULL ? screen.proceed
	    : question->open != NULL      ? screen.open
					  : screen.restart;
	/* where it is the only button */
	if (button == screen.restart)
		gtk_widget_add_css_class(button, "primary");
	else
		gtk_widget_remove_css_class(screen.restart, "primary");
	page_show(screen.question, button, field != NULL ? field : button);
}
