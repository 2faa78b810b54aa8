/* SPDX-License-Identifier: ISC */
/*
 * The place.  A listener gives the code of a browser on this host to a sign-in,
 * so whatever is not known to be here counts as elsewhere.
 */
#include "place.h"

#include <string.h>

#include "gcpkce/base/url.h"
#include "journal.h"

/* They show a text, and a prompt as a hint in a field. */
static const char *const screens[] = {"gdm", "gdm-password", "gdm-smartcard",
    "gdm-switchable-auth", "lightdm", "sddm", "lxdm", "xdm", "slim", "greetd",
    "cosmic-greeter", "kde", "kscreenlocker", "gnome-screensaver",
    "cinnamon-screensaver", "mate-screensaver", "xfce4-screensaver",
    "xscreensaver", "xsecurelock", "light-locker", "i3lock", "swaylock",
    "physlock", "vlock", "vlock-main"};

void
place_read(pam_handle_t *pamh, struct place *ret)
{
	*ret = (struct place){
	    .service = journal_item(pamh, PAM_SERVICE),
	    .user = journal_item(pamh, PAM_USER),
	    .requester = journal_item(pamh, PAM_RUSER),
	    .display = journal_item(pamh, PAM_XDISPLAY),
	    .terminal = journal_item(pamh, PAM_TTY),
	    .remote = journal_item(pamh, PAM_RHOST),
	};
}

static bool
is_screen(const char *service)
{
	for (size_t i = 0; i < sizeof(screens) / sizeof(screens[0]); i++) {
		if (strcmp(service, screens[i]) == 0)
			return true;
	}
	return false;
}

bool
place_is_split(enum config_dialogue mode, const struct place *place)
{
	if (mode != DIALOGUE_AUTO)
		return mode == DIALOGUE_SPLIT;
	return strncmp(place->service, "sudo", sizeof("sudo") - 1) == 0 ||
	    strcmp(place->service, "polkit-1") == 0 ||
	    is_screen(place->service) || place->display[0] != '\0';
}

/* A terminal's name, with /dev/ or without: ":0", "tty1", not "ttyS0". */
static bool
is_console(const char *terminal)
{
	static const char folder[] = "/dev/";
	static const char digits[] = "0123456789";

	if (strncmp(terminal, folder, sizeof(folder) - 1) == 0)
		terminal += sizeof(folder) - 1;
	if (terminal[0] == ':')
		return strspn(terminal + 1, digits) > 0;
	return strncmp(terminal, "tty", 3) == 0 && terminal[3] != '\0' &&
	    terminal[3 + strspn(terminal + 3, digits)] == '\0';
}

/* Some lockers name this host as the remote one. */
static bool
is_remote(const struct place *place)
{
	return place->remote[0] != '\0' &&
	    !url_host_is_loopback(view_text(place->remote));
}

bool
place_is_seat(const struct place *place)
{
	return !is_remote(place) &&
	    (place->display[0] != '\0' || is_console(place->terminal));
}

bool
place_may_listen(const struct place *place, const struct account *account)
{
	const char *requester = place->requester;

	if (is_remote(place))
		return false;
	if (place->remote[0] == '\0' && place->terminal[0] == '\0' &&
	    place->display[0] == '\0' && !is_screen(place->service))
		return false;
	return requester[0] == '\0' || strcmp(requester, place->user) == 0 ||
	    strcmp(requester, account->name) == 0 ||
	    strcmp(requester, account->uid_name) == 0;
}
