/* SPDX-License-Identifier: ISC */
/*
 * Account, session and password lines, and what an exported token needs.
 */
#include <string.h>

#include "stack_check.h"

static int
phase_answer(const struct stack_context *v, const struct stack_line *line)
{
	if (line->kind == STACK_MODULE && v->has_file != NULL &&
	    !v->has_file(line->module))
		return PAM_MODULE_UNKNOWN;
	if (stack_line_is_ours(line) && line->type != STACK_SESSION)
		return PAM_IGNORE;
	return stack_line_is(line, "pam_deny") ? PAM_AUTH_ERR : PAM_SUCCESS;
}

/* Does a good login pass the lines of this type? */
static void
phase_check(const struct stack_context *v, enum stack_type type)
{
	const struct stack *stack = v->stack;
	const struct stack_line *ours = stack_ours(stack, type);
	struct findings *f = &v->check->findings;
	autofree int *answers = calloc(stack->count + 1, sizeof(*answers));

	if (answers == NULL) {
		f->failed = true;
		return;
	}
	for (size_t i = 0; i < stack->count; i++)
		answers[i] = phase_answer(v, &stack->lines[i]);
	int result = dispatch(stack, type, answers, NULL);
	/* the password may be another program's, unless our line blocks it */
	if (result != PAM_SUCCESS && (type != STACK_PASSWORD || ours != NULL))
		finding_add(f, FINDING_FAULT,
		    ours != NULL ? ours->where : v->service,
		    ours != NULL && type != STACK_SESSION
			? "remove the line: pam_gcpkce answers PAM_IGNORE there"
			: "find the line that refuses, or the missing line",
		    "the %s lines of %s answer %s, even when every other "
		    "module agrees",
		    stack_type_name(type), v->service, pam_result_name(result));
	else if (ours != NULL && type != STACK_SESSION)
		finding_add(f, FINDING_WARNING, ours->where, "remove it",
		    "this %s line has no effect: pam_gcpkce answers "
		    "PAM_IGNORE there",
		    stack_type_name(type));
}

void
stack_phases_check(const struct stack_context *v)
{
	phase_check(v, STACK_ACCOUNT);
	phase_check(v, STACK_SESSION);
	phase_check(v, STACK_PASSWORD);
}

/* Each argument of one is an argument of the other. */
static bool
arguments_match(const struct stack_line *a, const struct stack_line *b)
{
	for (char **p = a->arguments; p != NULL && *p != NULL; p++) {
		if (stack_argument(b, *p, false) == NULL)
			return false;
	}
	return stack_argc(a) == stack_argc(b);
}

/* A line of the session before ours that lets the user set variables. */
static const struct stack_line *
user_variables(const struct stack *stack, const struct stack_line *ours)
{
	for (const struct stack_line *line = stack->lines; line < ours;
	     line++) {
		if (line->type == STACK_SESSION &&
		    stack_line_is(line, "pam_env") &&
		    stack_argument(line, "user_readenv=1", false) != NULL)
			return line;
	}
	return NULL;
}

static void
session_check(const struct stack_context *v, const struct stack_line *auth,
    const struct config *config)
{
	const struct stack_line *session = stack_ours(v->stack, STACK_SESSION);
	struct findings *f = &v->check->findings;
	bool file = config->export == EXPORT_FILE;

	if (session == NULL && (file || config->revoke == REVOKE_AUTO)) {
		finding_add(f, file ? FINDING_FAULT : FINDING_WARNING,
		    auth->where,
		    "add \"session optional pam_gcpkce.so\" with the arguments "
		    "of this line",
		    file ? "export=file without a session line: the session "
			   "gets no token"
			 : "export=env without a session line: the token stays "
			   "valid after the session");
		return;
	}
	if (session == NULL)
		return;
	if (!arguments_match(auth, session))
		finding_add(f, FINDING_WARNING, session->where,
		    "write the same arguments into both lines",
		    "the arguments are not those of the auth line %s",
		    auth->where);
	const struct stack_line *variables = user_variables(v->stack, session);
	if (variables != NULL)
		finding_add(f, FINDING_WARNING, session->where,
		    "put it before that line",
		    "the line comes after %s, where the user sets variables: "
		    "they could replace ours before they are read",
		    variables->where);
}

/* sudo opens one session per command; its pam_service may be sudo-NAME. */
static bool
is_sudo(const char *service)
{
	return strncmp(service, "sudo", sizeof("sudo") - 1) == 0;
}

static bool
is_su(const char *service)
{
	return strcmp(service, "su") == 0 || strcmp(service, "su-l") == 0;
}

/* Programs by which one account becomes another. */
static void
switch_check(const struct stack_context *v, const struct stack_line *auth,
    const struct config *config)
{
	struct findings *f = &v->check->findings;

	if (is_sudo(v->service) && config->revoke == REVOKE_AUTO)
		finding_add(f, FINDING_WARNING, auth->where,
		    "write export=none into the stack of sudo",
		    "the token is exported, and revoked after each command, "
		    "since sudo opens a session for each command");
	if ((is_sudo(v->service) || is_su(v->service)) &&
	    config->export == EXPORT_ENV)
		finding_add(f, FINDING_WARNING, auth->where,
		    "write export=none into this line and ours of the session",
		    "export=env: the target account of %s gets the token of "
		    "the user who signed in",
		    v->service);
}

/* Each auth line of ours may have arguments of its own. */
static void
auth_lines_check(const struct stack_context *v, struct config *config)
{
	for (size_t i = 0; i < v->stack->count; i++) {
		const struct stack_line *line = &v->stack->lines[i];

		if (line->type == STACK_AUTH && stack_line_is_ours(line) &&
		    check_config_load(v->check->options, stack_argc(line),
			line->arguments, line->where, &v->check->findings,
			config)) {
			stack_remember_check(v, line, config);
			stack_lightdm_check(v, line, config);
		}
	}
}

void
stack_export_check(const struct stack_context *v)
{
	const struct stack_line *auth = stack_ours(v->stack, STACK_AUTH);

	if (auth == NULL)
		return;
	autofree struct config *config = calloc(1, sizeof(*config));
	if (config == NULL) {
		v->check->findings.failed = true;
		return;
	}
	auth_lines_check(v, config);
	stack_polkit_check(v, auth);
	if (!check_config_load(v->check->options, stack_argc(auth),
		auth->arguments, auth->where, NULL, config) ||
	    config->export == EXPORT_NONE)
		return;
	if (!v->check->config_is_good || v->check->config.export == EXPORT_NONE)
		check_region_value(&v->check->findings, config, auth->where);
	switch_check(v, auth, config);
	session_check(v, auth, config);
}
