/* SPDX-License-Identifier: ISC */
#include "environment.h"

#include <stdlib.h>
#include <unistd.h>

#include "gcpkce/base/buf.h"

/* The variables that stay; those that begin with LC_ stay as well. */
static const char *const kept[] = {
    "LANG",
    "LANGUAGE",
    "TZ",
    "DISPLAY",
    "XAUTHORITY",
    "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR",
    "GDK_BACKEND",
    "GDK_SCALE",
    "GTK_A11Y",
    "DBUS_SESSION_BUS_ADDRESS",
    "AT_SPI_BUS_ADDRESS",
    "LIBGL_ALWAYS_SOFTWARE",
    "https_proxy",
    "no_proxy",
};

/*
 * No file can be made below /proc, so the home has no settings and gets no
 * caches; all files that are read are root's.  GSK's OpenGL in software costs
 * 130 MiB and, on two busy cores, 7 seconds until the page is there.
 */
static const char *const set[][2] = {
    {"PATH", "/usr/bin:/bin"},
    {"HOME", "/proc/no-home"},
    {"GSETTINGS_BACKEND", "memory"},
    {"GTK_USE_PORTAL", "0"},
    {"GSK_RENDERER", "cairo"},
    {"MESA_SHADER_CACHE_DISABLE", "true"},
};

static bool
is_kept(const char *variable)
{
	struct view name = view_before(view_text(variable), '=');

	if (view_begins(name, "LC_"))
		return true;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (view_eq(name, view_text(kept[i])))
			return true;
	}
	return false;
}

/*
 * Without a session bus GLib would start one, and wait for it for seconds.
 */
static bool
bus_set(void)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	autobuf path = BUF_INIT(4096);

	buf_printf(&path, "%s/bus", runtime != NULL ? runtime : "");
	return getenv("DBUS_SESSION_BUS_ADDRESS") != NULL ||
	    access(buf_text(&path), F_OK) == 0 ||
	    (setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:", 1) == 0 &&
		setenv("GTK_A11Y", "none", 1) == 0);
}

bool
environment_reduce(void)
{
	char **to = environ;
	bool done = true;

	for (char **from = environ; from != NULL && *from != NULL; from++) {
		if (is_kept(*from))
			*to++ = *from;
	}
	if (to != NULL)
		*to = NULL;
	for (size_t i = 0; i < sizeof(set) / sizeof(set[0]); i++)
		done = done && setenv(set[i][0], set[i][1], 1) == 0;
	return bus_set() && done;
}
