/* SPDX-License-Identifier: ISC */
/* Widgets as all pages of the screen have them. */
#ifndef GCPKCE_GREETER_WIDGETS_H
#define GCPKCE_GREETER_WIDGETS_H

#include <gtk/gtk.h>

/* A box whose children are one below the other. */
GtkWidget *widget_column(GtkWidget *parent, int spacing);

/*
 * A box with one child, in its middle and as wide as it must be: labels in it
 * wrap whatever the height.
 */
GtkWidget *widget_narrow(GtkWidget *child);

/*
 * A label that wraps, with a class of style.c, at the end of the box.
 *
 * in:     role  for assistive technologies: GTK_ACCESSIBLE_ROLE_LABEL,
 *               _HEADING, _ALERT or _STATUS
 */
GtkLabel *widget_label(
    GtkWidget *box, const char *style, GtkAccessibleRole role);

/*
 * The same, at most height pixels high; a longer text scrolls, also by the
 * keyboard.
 */
GtkLabel *widget_long_label(
    GtkWidget *box, const char *style, GtkAccessibleRole role, int height);

/* Set the text; an empty label is not shown. */
void widget_label_set(GtkLabel *label, const char *text);

/* A button with a mnemonic, at the end of the box. */
GtkWidget *widget_button(
    GtkWidget *box, const char *text, GCallback clicked, gpointer arg);

/* Set a button's text; its name for assistive technologies has no mnemonic. */
void widget_button_set(GtkWidget *button, const char *text);

/* Hide what has no meaning of its own from assistive technologies. */
void widget_is_decoration(GtkWidget *widget);

/* Say that a label names a field, also by its mnemonic. */
void widget_named_by(GtkWidget *field, GtkLabel *label);

#endif
