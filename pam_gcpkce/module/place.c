/* SPDX-License-Identifier: ISC */
/*
 * The user's location.  A listener passes the code of a browser on this host to
 * a sign-in, so every location that is not known to be this host counts as
 * remote.
 */
#include "place.h"

#include <string.h>

#include "gcpkce/base/url.h"
#include "gcpkce/config/service.h"
#include "journal.h"

/* They show texts, and the prompt as a hint in a field. */
static const char *const screens[] = {"gdm", "gdm-password", "gdm-smartcard",
    "gdm-switchable-auth", "lightdm", "sddm", "lxdm", "xdm", "slim", "greetd",
    "cosmic-greeter", "kde", "kscreenlocker", "gnome-screensaver",
    "cinnamon-screensaver", "mate-screensaver", "xfce4-screensaver",
    "xscreensaver", "xsecurelock", "light-locker", "i3lock", "swaylock",
    "physlock", "vlock", "vlock-main"};

/* PAM_TTY; some programs put /dev/ before the name. */
static const char *
terminal_read(pam_handle_t *pamh)
{
	const char *terminal = journal_item(pamh, PAM_TTY);

	return strncmp(terminal, "/dev/", 5) == 0 ? terminal + 5 : terminal;
}

void
place_read(pam_handle_t *pamh, struct place *ret)
{
	*ret = (struct place){
	    .service = journal_item(pamh, PAM_SERVICE),
	    .user = journal_item(pamh, PAM_USER),
	    .requester = journal_item(pamh, PAM_RUSER),
	    .display = journal_item(pamh, PAM_XDISPLAY),
	    .terminal = terminal_read(pamh),
	    .remote = journal_item(pamh, PAM_RHOST),
	};
}

static bool
is_screen(const struct place *place)
{
	for (size_t i = 0; i < sizeof(screens) / sizeof(screens[0]); i++) {
		if (strcmp(place->service, screens[i]) == 0)
			return true;
	}
	return false;
}

/* As "sudo" and "sudo-i"; sudoers may name others. */
static bool
is_sudo(const struct place *place)
{
	return strncmp(place->service, "sudo", sizeof("sudo") - 1) == 0;
}

bool
place_is_elevation(const struct place *place)
{
	static const char *const names[] = {"su", "su-l", "polkit-1", "doas"};

	if (place->display[0] != '\0')
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(place->service, names[i]) == 0)
			return true;
	}
	return is_sudo(place);
}

bool
place_is_split(enum config_dialogue mode, const struct place *place)
{
	if (mode != DIALOGUE_AUTO)
		return mode == DIALOGUE_SPLIT;
	return is_sudo(place) || strcmp(place->service, "polkit-1") == 0 ||
	    is_screen(place) || place->display[0] != '\0';
}

size_t
place_message_max(const struct place *place)
{
	size_t used = strlen(place->user);

	if (!service_is_lightdm(place->service))
		return SIZE_MAX;
	return used < LIGHTDM_MESSAGE_MAX ? LIGHTDM_MESSAGE_MAX - used : 0;
}

/* Is it the head, followed by a number only? */
static bool
is_numbered(const char *name, const char *head)
{
	size_t len = strlen(head);

	return strncmp(name, head, len) == 0 && name[len] != '\0' &&
	    name[len + strspn(name + len, "0123456789")] == '\0';
}

/* A display of this host: ":0", ":0.1", "unix:0". */
static bool
is_display(const char *name)
{
	if (strncmp(name, "unix:", 5) == 0)
		name += 4;
	if (name[0] != ':')
		return false;
	size_t len = 1 + strspn(name + 1, "0123456789");
	return len > 1 && (name[len] == '\0' || is_numbered(name + len, "."));
}

/* ":0" or "tty1", not "ttyS0", whose other end may be anywhere. */
static bool
is_console(const char *terminal)
{
	return is_display(terminal) || is_numbered(terminal, "tty");
}

/* Network services write other words there: "ssh", "web". */
static bool
is_terminal(const char *terminal)
{
	return is_console(terminal) || is_numbered(terminal, "pts/") ||
	    is_numbered(terminal, "ttyS") || is_numbered(terminal, "hvc") ||
	    strcmp(terminal, "console") == 0;
}

/*
 * Some lockers name this host as the remote one.  A display with a host's name
 * is remote: X over a network, or through ssh.
 */
static bool
is_remote(const struct place *place)
{
	return (place->remote[0] != '\0' &&
		   !url_host_is_loopback(view_text(place->remote))) ||
	    (place->display[0] != '\0' && !is_display(place->display));
}

bool
place_is_seat(const struct place *place)
{
	return !is_remote(place) &&
	    (place->display[0] != '\0' || is_console(place->terminal));
}

/* Does PAM say that a user who is not remote is at this host? */
static bool
is_here(const struct place *place)
{
	return place->remote[0] != '\0' || place->display[0] != '\0' ||
	    (place->terminal[0] != '\0' ? is_terminal(place->terminal)
					: is_screen(place));
}

bool
place_asks_itself(const struct place *place, const struct account *account)
{
	const char *requester = place->requester;

	return requester[0] == '\0' || strcmp(requester, place->user) == 0 ||
	    strcmp(requester, account->name) == 0 ||
	    strcmp(requester, account->uid_name) == 0;
}

bool
place_may_listen(const struct place *place, const struct account *account)
{
	return !is_remote(place) && is_here(place) &&
	    place_asks_itself(place, account);
}
