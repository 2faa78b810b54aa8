/* SPDX-License-Identifier: ISC */
/*
 * Whether polkit's helper reaches the network: from version 127 on systemd
 * starts it without one.
 */
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "gcpkce/helper_client/helper_proc.h"
#include "stack_check.h"

#define UNIT "polkit-agent-helper@.service"

static const char *const directories[] = {"/etc/systemd/system",
    "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"};

static bool
has_line(const char *path, const char *wanted)
{
	FILE *file = fopen(path, "re");
	char line[256];
	bool found = false;

	while (file != NULL && !found && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		found = strcmp(line, wanted) == 0;
	}
	if (file != NULL)
		(void)fclose(file);
	return found;
}

/* Is the unit here, or a drop-in that gives it a network? */
static void
unit_find(const char *directory, bool *ret_unit, bool *ret_network)
{
	char path[128];
	glob_t found = {0};

	(void)snprintf(path, sizeof(path), "%s/" UNIT, directory);
	*ret_unit = *ret_unit || access(path, F_OK) == 0;
	(void)snprintf(path, sizeof(path), "%s/" UNIT ".d/*.conf", directory);
	if (glob(path, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			*ret_network = *ret_network ||
			    has_line(found.gl_pathv[i], "PrivateNetwork=no");
	}
	globfree(&found);
}

void
stack_polkit_check(const struct stack_context *v, const struct stack_line *auth)
{
	enum helper_socket socket = HELPER_SOCKET_ABSENT;
	bool has_unit = false;
	bool has_network = false;

	/* stacks from elsewhere may be for another host */
	if (v->check->options->pam_dir != NULL ||
	    strcmp(v->service, "polkit-1") != 0)
		return;
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]);
	     i++)
		unit_find(directories[i], &has_unit, &has_network);
	if (!has_unit || has_network ||
	    helper_socket_find(&socket, NULL) != OUTCOME_OK ||
	    socket != HELPER_SOCKET_ABSENT)
		return;
	finding_add(&v->check->findings, FINDING_FAULT, auth->where,
	    "systemctl enable --now gcpkce-helper.socket, or install the "
	    "drop-in of the examples' systemd directory",
	    "systemd starts polkit's helper without a network (" UNIT "): no "
	    "user can sign in there");
}
