/* SPDX-License-Identifier: ISC */
#include "widgets.h"

GtkWidget *
widget_column(GtkWidget *parent, int spacing)
{
	GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, spacing);

	if (parent != NULL)
		gtk_box_append(GTK_BOX(parent), box);
	return box;
}

/* The width that the child must have. */
static int
narrow_width(GtkWidget *box)
{
	int width;

	gtk_widget_measure(gtk_widget_get_first_child(box),
	    GTK_ORIENTATION_HORIZONTAL, -1, &width, NULL, NULL, NULL);
	return width;
}

static void
narrow_measure(GtkWidget *box, GtkOrientation orientation, int size,
    int *ret_min, int *ret_natural, int *ret_min_line, int *ret_natural_line)
{
	(void)size;
	*ret_min_line = *ret_natural_line = -1;
	if (orientation == GTK_ORIENTATION_HORIZONTAL)
		*ret_min = *ret_natural = narrow_width(box);
	else
		gtk_widget_measure(gtk_widget_get_first_child(box), orientation,
		    narrow_width(box), ret_min, ret_natural, NULL, NULL);
}

static void
narrow_allocate(GtkWidget *box, int width, int height, int baseline)
{
	GtkWidget *child = gtk_widget_get_first_child(box);
	int narrow = narrow_width(box), least;

	(void)height;
	gtk_widget_measure(
	    child, GTK_ORIENTATION_VERTICAL, narrow, &least, NULL, NULL, NULL);
	gtk_widget_size_allocate(child,
	    &(GtkAllocation){(width - narrow) / 2, 0, narrow, least}, baseline);
}

static GtkSizeRequestMode
narrow_mode(GtkWidget *box)
{
	(void)box;
	return GTK_SIZE_REQUEST_CONSTANT_SIZE;
}

GtkWidget *
widget_narrow(GtkWidget *child)
{
	GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);

	gtk_box_append(GTK_BOX(box), child);
	gtk_widget_set_layout_manager(box,
	    gtk_custom_layout_new(
		narrow_mode, narrow_measure, narrow_allocate));
	return box;
}

GtkLabel *
widget_label(GtkWidget *box, const char *style, GtkAccessibleRole role)
{
	GtkWidget *label = g_object_new(GTK_TYPE_LABEL, "accessible-role", role,
	    "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR, "xalign", 0.0,
	    "max-width-chars", 24, "visible", FALSE, NULL);

	gtk_widget_add_css_class(label, style);
	gtk_box_append(GTK_BOX(box), label);
	return GTK_LABEL(label);
}

/* The label of a long label's box, and its height without a limit. */
static int
long_height(GtkWidget *box, int width)
{
	int height;

	gtk_widget_measure(g_object_get_data(G_OBJECT(box), "label"),
	    GTK_ORIENTATION_VERTICAL, width, &height, NULL, NULL, NULL);
	return height;
}

static int
long_limit(GtkWidget *box)
{
	return GPOINTER_TO_INT(g_object_get_data(G_OBJECT(box), "limit"));
}

static void
long_measure(GtkWidget *box, GtkOrientation orientation, int size, int *ret_min,
    int *ret_natural, int *ret_min_line, int *ret_natural_line)
{
	*ret_min_line = *ret_natural_line = -1;
	if (orientation == GTK_ORIENTATION_HORIZONTAL)
		gtk_widget_measure(gtk_widget_get_first_child(box), orientation,
		    -1, ret_min, ret_natural, NULL, NULL);
	else
		*ret_min = *ret_natural =
		    MIN(long_height(box, size), long_limit(box));
}

static void
long_allocate(GtkWidget *box, int width, int height, int baseline)
{
	GtkWidget *scroll = gtk_widget_get_first_child(box);

	gtk_widget_set_focusable(
	    scroll, long_height(box, width) > long_limit(box));
	gtk_widget_size_allocate(
	    scroll, &(GtkAllocation){0, 0, width, height}, baseline);
}

static GtkSizeRequestMode
long_mode(GtkWidget *box)
{
	(void)box;
	return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

GtkLabel *
widget_long_label(
    GtkWidget *box, const char *style, GtkAccessibleRole role, int height)
{
	GtkWidget *outer = widget_column(box, 0);
	GtkWidget *scroll = gtk_scrolled_window_new();
	GtkWidget *inner = widget_column(NULL, 0);
	GtkLabel *label = widget_label(inner, style, role);

	g_object_set_data(G_OBJECT(outer), "label", label);
	g_object_set_data(G_OBJECT(outer), "limit", GINT_TO_POINTER(height));
	gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scroll),
	    GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
	gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scroll), inner);
	gtk_box_append(GTK_BOX(outer), scroll);
	gtk_widget_set_layout_manager(outer,
	    gtk_custom_layout_new(long_mode, long_measure, long_allocate));
	g_object_bind_property(
	    label, "visible", outer, "visible", G_BINDING_SYNC_CREATE);
	return label;
}

void
widget_label_set(GtkLabel *label, const char *text)
{
	gtk_label_set_text(label, text);
	gtk_widget_set_visible(GTK_WIDGET(label), text[0] != '\0');
}

void
widget_button_set(GtkWidget *button, const char *text)
{
	gtk_button_set_label(GTK_BUTTON(button), text);
	/* GTK sets a name with the mnemonic's '_', beside the label's */
	gtk_accessible_reset_property(
	    GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL);
}

void
widget_is_decoration(GtkWidget *widget)
{
	gtk_accessible_update_state(
	    GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
}

GtkWidget *
widget_button(GtkWidget *box, const char *text, GCallback clicked, gpointer arg)
{
	GtkWidget *button = gtk_button_new_with_mnemonic(text);

	widget_button_set(button, text);
	g_signal_connect(button, "clicked", clicked, arg);
	gtk_box_append(GTK_BOX(box), button);
	return button;
}

void
widget_named_by(GtkWidget *field, GtkLabel *label)
{
	gtk_label_set_mnemonic_widget(label, field);
	gtk_accessible_update_relation(GTK_ACCESSIBLE(field),
	    GTK_ACCESSIBLE_RELATION_LABELLED_BY, label, NULL, -1);
}
