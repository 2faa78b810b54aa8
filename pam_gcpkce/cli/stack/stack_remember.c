/* SPDX-License-Identifier: ISC */
/*
 * What a stack needs to remember sign-ins.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/sshd_settings.h"
#include "gcpkce/config/config.h"
#include "stack_check.h"

#define SESSION_ID "/proc/self/sessionid"
#define READENV "user_readenv="
#define NO_SESSION 4294967295UL

/* Does a line let users set variables of the PAM environment? */
static bool
is_readenv(const struct stack_line *line)
{
	if (line->kind != STACK_MODULE || !stack_line_is(line, "pam_env"))
		return false;
	bool is_on = false;

	/* as pam_env reads it: the last one counts, and any number but 0 */
	for (char **argument = line->arguments; *argument != NULL; argument++) {
		if (strncmp(*argument, READENV, sizeof(READENV) - 1) == 0)
			is_on = strtol(*argument + sizeof(READENV) - 1, NULL,
				    10) != 0;
	}
	return is_on;
}

/* Is this command in an audit session, as sudo after it would be? */
static bool
has_session(bool *ret_known)
{
	FILE *file = fopen(SESSION_ID, "re");
	unsigned long id = NO_SESSION;

	*ret_known = file != NULL;
	if (file == NULL)
		return false;
	bool read = fscanf(file, "%lu", &id) == 1;
	(void)fclose(file);
	return read && id != NO_SESSION;
}

/* Its users are known by their keys, and not by an audit session. */
static bool
is_sshd(const char *service)
{
	autosettings settings = {0};
	char name[STACK_SERVICE_MAX];

	sshd_settings_read(NULL, &settings);
	sshd_service(&settings, name);
	return strcmp(service, name) == 0;
}

static void
session_check(const struct stack_context *v, const struct stack_line *auth)
{
	struct findings *f = &v->check->findings;
	bool known;

	if (v->check->options->pam_dir != NULL || has_session(&known) ||
	    is_sshd(v->service))
		return;
	if (!known)
		finding_add(f, FINDING_WARNING, auth->where,
		    "use a kernel with audit, or remove remember",
		    "remember: there are no audit sessions here, so %s asks "
		    "each time",
		    v->service);
	else
		finding_add(f, FINDING_WARNING, auth->where,
		    "add \"session required pam_loginuid.so\" to the stacks of "
		    "sshd, login and the login screen, and sign in again",
		    "remember: this command has no audit session; in a login "
		    "session without one, %s asks each time",
		    v->service);
}

void
stack_remember_check(const struct stack_context *v,
    const struct stack_line *auth, const struct config *config)
{
	const struct stack *stack = v->stack;

	if (config->remember == 0)
		return;
	for (const struct stack_line *line = stack->lines; line < auth;
	     line++) {
		if (line->type == STACK_AUTH && is_readenv(line))
			finding_add(&v->check->findings, FINDING_WARNING,
			    line->where,
			    "move it after pam_gcpkce, or remove user_readenv",
			    "remember: users can set PAM variables before "
			    "pam_gcpkce, and sshd's proof of a key is one");
	}
	session_check(v, auth);
}
