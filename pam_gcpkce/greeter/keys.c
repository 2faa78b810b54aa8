/* SPDX-License-Identifier: ISC */
#include "keys.h"

#define DEBUG_SCHEMA "org.gtk.gtk4.Settings.Debug"

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

static bool
is_mnemonic(const struct keys *keys, guint key, GdkModifierType state)
{
	return keys->mnemonics &&
	    (state & gtk_accelerator_get_default_mod_mask()) == GDK_ALT_MASK &&
	    g_unichar_isalpha(gdk_keyval_to_unicode(key));
}

/*
 * Commands of GTK, WebKit or a page: function keys (F7 would end WebKit), keys
 * of a "multimedia" keyboard, and all with Alt or Super.
 */
static bool
is_command(const struct keys *keys, guint key, GdkModifierType state)
{
	if (is_modifier(key) || is_mnemonic(keys, key, state))
		return false;
	return (key >= GDK_KEY_F1 && key <= GDK_KEY_F35) ||
	    key >= 0x10000000 /* of a vendor */ || key == GDK_KEY_Menu ||
	    key == GDK_KEY_Print ||
	    (state & (GDK_ALT_MASK | GDK_SUPER_MASK | GDK_META_MASK)) != 0 ||
	    ((state & GDK_CONTROL_MASK) != 0 && !is_editing(key));
}

static bool
is_enter(guint key)
{
	return key == GDK_KEY_Return || key == GDK_KEY_KP_Enter ||
	    key == GDK_KEY_ISO_Enter;
}

static gboolean
on_pressed(GtkEventController *controller, guint key, guint code,
    GdkModifierType state, struct keys *keys)
{
	(void)controller;
	(void)code;
	if (key == GDK_KEY_Escape)
		keys->escape(keys->data);
	if (key == GDK_KEY_Escape || is_command(keys, key, state))
		return TRUE;
	if (!is_enter(key))
		return FALSE;
	gboolean repeats = keys->enter_is_down;
	keys->enter_is_down = true;
	return repeats;
}

static void
on_released(GtkEventController *controller, guint key, guint code,
    GdkModifierType state, struct keys *keys)
{
	(void)controller;
	(void)code;
	(void)state;
	if (is_enter(key))
		keys->enter_is_down = false;
}

/* Another window may get the release. */
static void
on_active(struct keys *keys)
{
	keys->enter_is_down = false;
}

static void
inspector_off(void)
{
	g_autoptr(GSettingsSchema) schema = g_settings_schema_source_lookup(
	    g_settings_schema_source_get_default(), DEBUG_SCHEMA, TRUE);

	if (schema == NULL)
		return; /* GTK has no inspector's key then */
	g_autoptr(GSettings) debug = g_settings_new(DEBUG_SCHEMA);
	(void)g_settings_set_boolean(
	    debug, "enable-inspector-keybinding", FALSE);
}

void
keys_watch(GtkWindow *window, struct keys *keys)
{
	GtkEventController *controller = gtk_event_controller_key_new();

	inspector_off();
	gtk_event_controller_set_propagation_phase(
	    controller, GTK_PHASE_CAPTURE);
	g_signal_connect(
	    controller, "key-pressed", G_CALLBACK(on_pressed), keys);
	g_signal_connect(
	    controller, "key-released", G_CALLBACK(on_released), keys);
	g_signal_connect_swapped(
	    window, "notify::is-active", G_CALLBACK(on_active), keys);
	gtk_widget_add_controller(GTK_WIDGET(window), controller);
}
