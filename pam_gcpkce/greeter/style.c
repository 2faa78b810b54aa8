/* SPDX-License-Identifier: ISC */
/*
 * Every length is in em, so the resolution alone scales the whole screen.  Text
 * has a contrast of at least 7:1 to what it stands on, edges of 3:1.
 */
#include "style.h"

#include <gtk/gtk.h>

static const char light[] = "@define-color ground #e9edf2;"
			    "@define-color ground_end #d5dde7;"
			    "@define-color card #ffffff;"
			    "@define-color ink #17202b;"
			    "@define-color quiet #414d5c;"
			    "@define-color edge #7b8794;"
			    "@define-color line #d9dfe6;"
			    "@define-color accent #174ea6;"
			    "@define-color accent_over #0f3c85;"
			    "@define-color on_accent #ffffff;"
			    "@define-color warn #7a2e00;"
			    "@define-color warn_ground #fdeede;";

static const char dark[] = "@define-color ground #171d26;"
			   "@define-color ground_end #0d1117;"
			   "@define-color card #212934;"
			   "@define-color ink #f2f5f8;"
			   "@define-color quiet #c0c9d4;"
			   "@define-color edge #8491a1;"
			   "@define-color line #323c49;"
			   "@define-color accent #9cc3ff;"
			   "@define-color accent_over #bdd7ff;"
			   "@define-color on_accent #0b1a2e;"
			   "@define-color warn #ffd2a8;"
			   "@define-color warn_ground #45311f;";

static const char rules[] =
    "window.screen { background: linear-gradient(@ground, @ground_end);"
    "  color: @ink; font-family: 'Inter', 'Cantarell', 'Noto Sans',"
    "  'DejaVu Sans', sans-serif; font-size: 1.05em; }"
    ".bar { background: @card; border-bottom: 0.07em solid @line;"
    "  padding: 0.4em 0.5em 0.4em 1em; }"
    ".host { font-weight: 600; }"
    ".bar + .notice { border-radius: 0; }"
    ".body { padding: 1.2em 2em; }"
    ".head { padding: 2.4em 0 1.6em 0; }"
    ".logo { min-height: 3.6em; margin-bottom: 0.4em; }"
    ".time { font-size: 4.2em; font-weight: 300; letter-spacing: -0.02em;"
    "  font-feature-settings: 'tnum'; }"
    ".date { font-size: 1.2em; color: @quiet; }"
    ".card { background: @card; border-radius: 1em; padding: 2.2em;"
    "  border: 0.07em solid @line; min-width: 23em;"
    "  box-shadow: 0 0.4em 1.6em alpha(black, 0.12); }"
    ".organization { font-size: 1.35em; font-weight: 600; }"
    ".title { font-size: 1.35em; font-weight: 600; }"
    ".quiet { color: @quiet; }"
    ".label { font-size: 0.95em; font-weight: 600; color: @quiet; }"
    ".notice { background: @warn_ground; color: @warn;"
    "  border-radius: 0.5em; padding: 0.6em 0.9em; }"
    "entry { background: @card; color: @ink;"
    "  caret-color: @ink; border: 0.1em solid @edge; outline: none;"
    "  border-radius: 0.5em; padding: 0.35em 0.7em; min-height: 2em;"
    "  font-size: 1.1em; box-shadow: none; }"
    "entry:focus-within {"
    "  border-color: @accent; box-shadow: 0 0 0 0.14em @accent; }"
    "entry selection {"
    "  background: @accent; color: @on_accent; }"
    "entry.password > image { min-width: 0; margin: 0; opacity: 0; }"
    "button { background: none; color: @accent; border: none;"
    "  box-shadow: none; border-radius: 0.5em; padding: 0.35em 1em;"
    "  min-height: 2em; text-shadow: none; outline: none; }"
    "button:hover { background: alpha(@accent, 0.1); }"
    "button:focus-visible {"
    "  box-shadow: 0 0 0 0.14em @card, 0 0 0 0.28em @accent; }"
    "button.primary { background: @accent; color: @on_accent;"
    "  font-weight: 600; }"
    "button.primary:hover { background: @accent_over; }"
    "button.primary:disabled { background: @line; color: @quiet; }"
    "spinner { min-width: 2em; min-height: 2em; -gtk-icon-size: 2em;"
    "  color: @accent; }"
    ".foot { font-size: 0.9em; color: @quiet; }"
    ".foot .notice { padding: 0.3em 0.8em; }"
    ".compact .time { font-size: 1.6em; font-weight: 400; }"
    ".compact .date { font-size: 1em; }"
    ".compact .body { padding: 0.4em 1em; }"
    ".compact .head { padding: 0.2em 0 0.4em 0; }"
    ".compact .card { padding: 1.2em; }"
    ".compact .logo { min-height: 2.4em; margin: 0; }";

void
style_apply(bool is_dark, unsigned long scale_percent)
{
	GtkCssProvider *provider = gtk_css_provider_new();

	/* GTK's own theme, whatever a file or the environment says */
	g_object_set(gtk_settings_get_default(), "gtk-theme-name", "Default",
	    "gtk-application-prefer-dark-theme", (gboolean)is_dark,
	    "gtk-xft-dpi", (int)(96 * 1024 * scale_percent / 100), NULL);
	g_autofree char *css = g_strconcat(is_dark ? dark : light, rules, NULL);
	gtk_css_provider_load_from_data(provider, css, -1);
	gtk_style_context_add_provider_for_display(gdk_display_get_default(),
	    GTK_STYLE_PROVIDER(provider),
	    GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
	g_object_unref(provider);
}
