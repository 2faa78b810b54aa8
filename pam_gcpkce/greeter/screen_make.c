/* SPDX-License-Identifier: ISC */
/* How the screen is made, once. */
#include "fullscreen.h"
#include "gcpkce/base/text.h"
#include "keys.h"
#include "screen_parts.h"
#include "screen_window.h"
#include "style.h"
#include "texts.h"
#include "widgets.h"

#define COMPACT_BELOW 704   /* pixels of the height, at a scale of 100 */
#define NAME_LENGTH_MAX 256 /* characters */
#define ANSWER_LENGTH_MAX 4096

static GtkWidget *
page_new(void)
{
	return widget_column(screen.pages, 14);
}

static void
logo_add(GtkWidget *box)
{
	if (screen.settings->logo[0] == '\0')
		return;
	GtkWidget *logo = gtk_picture_new_for_filename(screen.settings->logo);

	widget_is_decoration(logo); /* the name is below it */
	gtk_widget_add_css_class(logo, "logo");
	gtk_widget_set_halign(logo, GTK_ALIGN_CENTER);
	gtk_box_append(GTK_BOX(box), logo);
}

static GtkWidget *
field_new(GtkWidget *box, GtkWidget *field)
{
	g_object_set(field, "activates-default", TRUE, NULL);
	gtk_box_append(GTK_BOX(box), field);
	return field;
}

static void
start_make(void)
{
	GtkWidget *page = screen.start = page_new();

	logo_add(page);
	GtkLabel *organization =
	    widget_label(page, "organization", GTK_ACCESSIBLE_ROLE_HEADING);
	gtk_widget_set_halign(GTK_WIDGET(organization), GTK_ALIGN_CENTER);
	widget_label_set(organization, screen.settings->organization);
	screen.locked =
	    widget_label(page, "title", GTK_ACCESSIBLE_ROLE_HEADING);
	screen.locked_fix =
	    widget_label(page, "quiet", GTK_ACCESSIBLE_ROLE_LABEL);
	screen.notice = widget_label(page, "notice", GTK_ACCESSIBLE_ROLE_ALERT);
	GtkWidget *box = widget_column(page, 6);
	GtkLabel *label = widget_label(box, "label", GTK_ACCESSIBLE_ROLE_LABEL);
	widget_label_set(label, text_of(MESSAGE_SCREEN_USER));
	screen.name = field_new(box, gtk_entry_new());
	gtk_entry_set_max_length(GTK_ENTRY(screen.name), NAME_LENGTH_MAX);
	widget_named_by(screen.name, label);
	g_signal_connect(
	    screen.name, "changed", G_CALLBACK(screen_on_name_changed), NULL);
	screen.sign_in = widget_button(page, text_of(MESSAGE_SCREEN_SIGN_IN),
	    G_CALLBACK(screen_on_sign_in), NULL);
	gtk_widget_add_css_class(screen.sign_in, "primary");
	gtk_widget_set_sensitive(screen.sign_in, FALSE);
	if (screen.settings->other_way[0] == 'y')
		(void)widget_button(page, text_of(MESSAGE_SCREEN_OTHER_WAY),
		    G_CALLBACK(screen_on_other_way), NULL);
}

static void
wait_make(void)
{
	GtkWidget *page = screen.wait = page_new();

	screen.spinner = GTK_SPINNER(gtk_spinner_new());
	widget_is_decoration(GTK_WIDGET(screen.spinner));
	gtk_widget_set_halign(GTK_WIDGET(screen.spinner), GTK_ALIGN_CENTER);
	gtk_box_append(GTK_BOX(page), GTK_WIDGET(screen.spinner));
	screen.waiting =
	    widget_label(page, "title", GTK_ACCESSIBLE_ROLE_STATUS);
	gtk_widget_set_halign(GTK_WIDGET(screen.waiting), GTK_ALIGN_CENTER);
	gtk_label_set_justify(screen.waiting, GTK_JUSTIFY_CENTER);
	screen.wait_restart =
	    widget_button(page, text_of(MESSAGE_SCREEN_RESTART),
		G_CALLBACK(screen_on_restart), NULL);
}

static void
question_make(void)
{
	GtkWidget *page = screen.question = page_new();

	screen.user = widget_label(page, "quiet", GTK_ACCESSIBLE_ROLE_LABEL);
	screen.title = widget_label(page, "title", GTK_ACCESSIBLE_ROLE_HEADING);
	screen.text = widget_long_label(
	    page, "quiet", GTK_ACCESSIBLE_ROLE_ALERT, fullscreen_height() / 4);
	GtkWidget *box = widget_column(page, 6);
	screen.prompt = widget_label(box, "label", GTK_ACCESSIBLE_ROLE_LABEL);
	screen.visible = field_new(box, gtk_entry_new());
	gtk_entry_set_max_length(GTK_ENTRY(screen.visible), ANSWER_LENGTH_MAX);
	screen.secret = field_new(box, gtk_password_entry_new());
	for (GtkWidget *part = gtk_widget_get_first_child(screen.secret);
	     part != NULL; part = gtk_widget_get_next_sibling(part)) {
		if (GTK_IS_IMAGE(part)) /* its own hint of Caps Lock */
			widget_is_decoration(part);
	}
	screen.caps = widget_label(box, "notice", GTK_ACCESSIBLE_ROLE_STATUS);
	screen.proceed = widget_button(page, text_of(MESSAGE_SCREEN_CONTINUE),
	    G_CALLBACK(screen_on_proceed), NULL);
	screen.open = widget_button(page, text_of(MESSAGE_SCREEN_OPEN),
	    G_CALLBACK(screen_on_open), NULL);
	gtk_widget_add_css_class(screen.proceed, "primary");
	gtk_widget_add_css_class(screen.open, "primary");
	screen.other = widget_button(page, text_of(MESSAGE_SCREEN_OTHER_WAY),
	    G_CALLBACK(screen_on_other_way), NULL);
	screen.restart = widget_button(page, text_of(MESSAGE_SCREEN_RESTART),
	    G_CALLBACK(screen_on_restart), NULL);
}

static gboolean
clock_tick(gpointer arg)
{
	(void)arg;
	screen_show_clock();
	return G_SOURCE_CONTINUE;
}

static GtkWidget *
head_make(void)
{
	GtkWidget *head = widget_column(NULL, 0);

	gtk_widget_add_css_class(head, "head");
	screen.time = widget_label(head, "time", GTK_ACCESSIBLE_ROLE_LABEL);
	screen.date = widget_label(head, "date", GTK_ACCESSIBLE_ROLE_LABEL);
	gtk_widget_set_halign(GTK_WIDGET(screen.time), GTK_ALIGN_CENTER);
	gtk_widget_set_halign(GTK_WIDGET(screen.date), GTK_ALIGN_CENTER);
	screen_show_clock();
	(void)g_timeout_add_seconds(1, clock_tick, NULL);
	return head;
}

static GtkWidget *
foot_make(const char *fault)
{
	GtkWidget *foot = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 14);
	GtkLabel *host = widget_label(foot, "quiet", GTK_ACCESSIBLE_ROLE_LABEL);

	gtk_widget_add_css_class(foot, "foot");
	widget_label_set(host, g_get_host_name());
	gtk_widget_set_hexpand(GTK_WIDGET(host), TRUE);
	screen.network =
	    widget_label(foot, "notice", GTK_ACCESSIBLE_ROLE_STATUS);
	widget_label_set(
	    widget_label(foot, "notice", GTK_ACCESSIBLE_ROLE_STATUS), fault);
	return foot;
}

static GtkWidget *
body_make(const char *fault)
{
	GtkWidget *body = widget_column(NULL, 14);

	gtk_widget_add_css_class(body, "body");
	gtk_box_append(GTK_BOX(body), head_make());
	screen.pages = widget_column(NULL, 0);
	gtk_widget_add_css_class(screen.pages, "card");
	GtkWidget *card = widget_narrow(screen.pages);
	gtk_widget_set_vexpand(card, TRUE);
	gtk_box_append(GTK_BOX(body), card);
	gtk_box_append(GTK_BOX(body), foot_make(fault));
	return body;
}

static void
on_escape(void *data)
{
	(void)data;
	screen_on_restart();
}

/* There is nothing behind it. */
static gboolean
on_close(void)
{
	screen_on_restart();
	return TRUE;
}

static void
changes_watch(void)
{
	GdkDevice *device = screen_keyboard();

	g_signal_connect(g_network_monitor_get_default(), "network-changed",
	    G_CALLBACK(screen_show_network), NULL);
	screen_show_network();
	if (device != NULL)
		g_signal_connect(device, "notify::caps-lock-state",
		    G_CALLBACK(screen_show_caps), NULL);
}

/* GTK's setting, unless the configuration has one. */
static bool
is_dark(const struct settings *settings)
{
	gboolean dark = settings->appearance[0] == 'd';

	if (settings->appearance[0] == 'a')
		g_object_get(gtk_settings_get_default(),
		    "gtk-application-prefer-dark-theme", &dark, NULL);
	return dark;
}

void
screen_open(struct conversation *conversation, const struct settings *settings,
    const char *fault)
{
	static struct keys keys = {.mnemonics = true, .escape = on_escape};
	GtkWidget *scroll = gtk_scrolled_window_new();
	unsigned long scale = 100;

	(void)text_parse_number(settings->scale, 100, 200, &scale);
	screen.conversation = conversation;
	screen.settings = settings;
	screen.dark = is_dark(settings);
	style_apply(screen.dark, scale);
	screen.window = GTK_WINDOW(gtk_window_new());
	gtk_window_set_title(screen.window, text_of(MESSAGE_SCREEN_WINDOW));
	gtk_widget_add_css_class(GTK_WIDGET(screen.window), "screen");
	gtk_widget_set_focusable(scroll, FALSE);
	gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scroll),
	    GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
	gtk_scrolled_window_set_child(
	    GTK_SCROLLED_WINDOW(scroll), body_make(fault));
	if ((unsigned long)fullscreen_height() < COMPACT_BELOW * scale / 100)
		gtk_widget_add_css_class(GTK_WIDGET(screen.window), "compact");
	gtk_window_set_child(screen.window, scroll);
	start_make();
	wait_make();
	question_make();
	g_signal_connect(
	    screen.window, "close-request", G_CALLBACK(on_close), NULL);
	keys_watch(screen.window, &keys);
	changes_watch();
	fullscreen_present(screen.window);
}
