/* SPDX-License-Identifier: ISC */
/*
 * The section of gcpkce check about the helper: its account, its file, and
 * whether it starts with all layers of its sandbox.
 */
#include <limits.h>
#include <pwd.h>
#include <shadow.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "file_check.h"
#include "gcpkce/helper_client/helper_client.h"

#define NOBODY_UID 65534

static bool
is_no_shell(const char *shell)
{
	static const char *const none[] = {"nologin", "false"};
	const char *name = strrchr(shell, '/');

	for (size_t i = 0; name != NULL && i < sizeof(none) / sizeof(none[0]);
	     i++) {
		if (strcmp(name + 1, none[i]) == 0)
			return true;
	}
	return false;
}

/* Only root can see it; hashes that no password matches begin with these. */
static bool
has_password(const char *user)
{
	const struct spwd *entry = getspnam(user);

	return entry != NULL && entry->sp_pwdp != NULL &&
	    strchr("!*", entry->sp_pwdp[0]) == NULL;
}

/* Warn if the account is shared. */
static void
use_check(struct check *check, const char *user, uid_t uid)
{
	const struct passwd *first = getpwuid(uid);
	struct findings *f = &check->findings;

	if (first != NULL && strcmp(first->pw_name, user) != 0)
		finding_add(f, FINDING_WARNING, user,
		    "give the helper its own uid",
		    "shares its uid with %s, whose processes can then reach "
		    "the helper",
		    first->pw_name);
	else if (uid == NOBODY_UID)
		finding_add(f,
		    check_is_trial(check) ? FINDING_NOTE : FINDING_WARNING,
		    user,
		    "create an account for the helper alone, and set "
		    "helper_user",
		    "is also the account of other programs, which can then "
		    "reach the helper");
	if (has_password(user))
		finding_add(f, FINDING_WARNING, user, "passwd --lock it",
		    "has a password, so a user can log in to it");
}

static void
account_check(struct check *check)
{
	const char *user = check->config.helper_user;
	const char *place = check->config.helper_user_place;
	struct findings *f = &check->findings;
	const struct passwd *entry = getpwnam(user);
	char fix[CONFIG_TEXT_CAP + 80];

	if (entry == NULL) {
		(void)snprintf(fix, sizeof(fix),
		    "useradd --system --no-create-home --shell "
		    "/usr/sbin/nologin %s",
		    user);
		/* an application that is not root goes without it */
		finding_add(f, geteuid() == 0 ? FINDING_FAULT : FINDING_WARNING,
		    place, fix, "helper_user: the account %s does not exist",
		    user);
		return;
	}
	if (entry->pw_uid == 0 || entry->pw_gid == 0) {
		finding_add(f, FINDING_FAULT, place,
		    "set helper_user to an account without rights",
		    "helper_user: the account %s has uid 0 or gid 0", user);
		return;
	}
	uid_t uid = entry->pw_uid;
	if (!is_no_shell(entry->pw_shell)) {
		(void)snprintf(fix, sizeof(fix),
		    "usermod --shell /usr/sbin/nologin %s", user);
		finding_add(f, FINDING_WARNING, user, fix,
		    "the helper's account has a shell: %s", entry->pw_shell);
	}
	use_check(check, user, uid);
}

/* Returns whether a helper can be started at all. */
static bool
binary_check(struct check *check)
{
	const char *path = helper_path;
	struct findings *f = &check->findings;
	char fix[PATH_MAX + 32];
	struct stat st;

	if (!file_check(f, path, SAFEFILE_PROGRAM,
		"make install puts it there; build with the libexecdir that "
		"it has"))
		return false;
	mode_t needed = S_IXUSR | S_IXOTH;
	if (stat(path, &st) == 0 && (st.st_mode & needed) != needed) {
		(void)snprintf(fix, sizeof(fix), "chmod 0711 %s", path);
		finding_add(f, FINDING_FAULT, path, fix,
		    "may not be run by the helper's account (mode %04o)",
		    (unsigned)(st.st_mode & 07777));
		return false;
	}
	return true;
}

static const char *
layer_fix(enum sandbox_layer layer)
{
	if (layer == SANDBOX_LANDLOCK)
		return "boot a kernel with Landlock (5.13 or newer) and "
		       "\"landlock\" in lsm=";
	if (layer == SANDBOX_SECCOMP)
		return "boot a kernel with CONFIG_SECCOMP_FILTER, and let a "
		       "container pass seccomp(2)";
	return "check what starts the application, and its container";
}

static void
layers_check(struct check *check)
{
	bool strict = check->config.sandbox == SANDBOX_STRICT;

	for (unsigned i = 0; i < SANDBOX_LAYERS; i++) {
		int error = (int)check->probe.missing.errors[i];
		char space[ERR_TEXT_MAX];

		/* layers that a strict helper did not reach are not known */
		if ((check->probe.missing.layers & 1U << i) == 0 ||
		    (check->probe.reason[0] != '\0' && error == 0))
			continue;
		finding_add(&check->findings,
		    strict ? FINDING_FAULT : FINDING_WARNING, "sandbox",
		    layer_fix(i), "the layer %s is missing%s%s%s",
		    layer_name(i), error != 0 ? ": " : "",
		    error != 0 ? err_text(error, space) : "",
		    strict ? "; sandbox=strict refuses every sign-in" : "");
	}
}

/* A socket that exists is used, whatever becomes of it. */
static bool
socket_check(struct check *check)
{
	struct errinfo why = {0};
	struct stat st;
	struct findings *f = &check->findings;

	if (helper_socket_find(&check->socket, &why) != OUTCOME_OK) {
		finding_add(f, FINDING_FAULT, helper_socket,
		    "remove it and restart gcpkce-helper.socket; /run and "
		    "/run/gcpkce must be root's, and writable only by root",
		    "sign-ins fail: %s", why.text);
		return false;
	}
	if (check->socket != HELPER_SOCKET_ABSENT &&
	    stat(helper_socket, &st) == 0 && (st.st_mode & 066) != 0)
		finding_add(f, FINDING_NOTE, helper_socket,
		    "leave SocketMode=0600, unless screen lockers without "
		    "rights need it",
		    "users other than root may use the service (mode %04o), "
		    "and use its connections up",
		    (unsigned)(st.st_mode & 07777));
	return true;
}

/* Is there a helper to ask?  systemd starts it as the account of its unit. */
static bool
start_check(struct check *check)
{
	if (!socket_check(check))
		return false;
	if (check->socket == HELPER_SOCKET_SERVES)
		return check->config_is_good;
	bool can_start = binary_check(check);
	if (check->config_is_good)
		account_check(check);
	return can_start && check->config_is_good;
}

static void
silence_report(struct check *check, const struct errinfo *why)
{
	bool serves = check->socket == HELPER_SOCKET_SERVES;

	finding_add(&check->findings, FINDING_FAULT,
	    serves ? helper_socket : helper_path,
	    serves ? "see journalctl -u 'gcpkce-helper*'; restart "
		     "gcpkce-helper.socket, or stop and disable it"
		   : "see gcpkce-helper(8); check noexec mounts, limits and "
		     "mandatory access control",
	    "the helper does not start or does not answer: %s", why->text);
}

void
check_helper(struct check *check)
{
	struct errinfo why = {0};

	if (!check_is_of_this_host(check, "the helper") || !start_check(check))
		return;
	enum outcome r = helper_client_probe(
	    &check->config, !check->options->offline, &check->probe, &why);
	check->probed = r == OUTCOME_OK;
	if (r == OUTCOME_CONFIG_INVALID)
		return; /* the account: reported already */
	if (r != OUTCOME_OK)
		silence_report(check, &why);
	else
		layers_check(check);
	probe_print(check);
}
