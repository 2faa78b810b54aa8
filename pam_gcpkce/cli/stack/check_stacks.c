/* SPDX-License-Identifier: ISC */
/*
 * The section of gcpkce check about the stacks in pam.d.
 */
#include <dirent.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "gcpkce/config/service.h"
#include "stack_check.h"

/* Where the libpam of various distributions has its modules. */
static bool
module_is_there(const char *module)
{
	static const char *const directories[] = {"/lib/security",
	    "/lib64/security", "/usr/lib/security", "/usr/lib64/security",
	    "/usr/local/lib/security", "/lib/*-linux-*/security",
	    "/usr/lib/*-linux-*/security"};
	char path[PATH_MAX];

	if (module[0] == '/')
		return access(module, F_OK) == 0;
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]);
	     i++) {
		glob_t found = {0};

		(void)snprintf(
		    path, sizeof(path), "%s/%s", directories[i], module);
		int r = glob(path, 0, NULL, &found);
		globfree(&found);
		if (r == 0)
			return true;
	}
	return false;
}

static void
modules_check(const struct stack_context *v)
{
	for (size_t i = 0; i < v->stack->count; i++) {
		const struct stack_line *line = &v->stack->lines[i];
		bool ours = stack_line_is_ours(line);
		int action = line->actions[PAM_MODULE_UNKNOWN];
		bool refuses = action == CONTROL_BAD || action == CONTROL_DIE;

		if (line->kind != STACK_MODULE ||
		    (!ours && action == CONTROL_IGNORE) ||
		    v->has_file(line->module))
			continue;
		finding_add(&v->check->findings,
		    ours || refuses ? FINDING_FAULT : FINDING_WARNING,
		    line->where, "install it, or correct the name",
		    "%s is not in libpam's module directory; libpam returns "
		    "PAM_MODULE_UNKNOWN for it",
		    line->module);
	}
}

/* Does the service belong to a program that can prompt? */
static void
caller_check(const struct stack_context *v)
{
	const struct stack_line *ours = stack_ours(v->stack, STACK_AUTH);

	if (ours == NULL || !service_cannot_ask(v->service))
		return;
	finding_add(&v->check->findings, FINDING_WARNING, ours->where,
	    "give the service a stack of its own without pam_gcpkce, and not "
	    "common-auth with the profile",
	    "%s cannot prompt: its programs send a name and a password, so "
	    "pam_gcpkce refuses there",
	    v->service);
}

static void
table_add(const struct stack_context *v)
{
	struct check *check = v->check;
	autoeval eval = {0};

	/* the question is what ours would answer if it were installed */
	if (stack_eval_make(v->stack, v->has_file, &eval) != OUTCOME_OK) {
		check->findings.failed = true;
		return;
	}
	stack_eval_check(v, &eval);
	stack_eval_print(&eval, v->service, &check->text);
	json_append(check->eval, stack_eval_json(&eval, v->service));
}

static void
service_check(struct check *check, const char *service)
{
	const char *dir = check->options->pam_dir;
	struct findings *f = &check->findings;
	autostack stack = {0};
	struct stack_context view = {
	    .check = check,
	    .service = service,
	    .stack = &stack,
	    /* stacks from elsewhere may be for another host */
	    .has_file = dir == NULL ? module_is_there : NULL,
	};

	stack_read(dir, service, &stack, f);
	f->failed = f->failed || stack.failed;
	if (stack.failed)
		return;
	if (stack.aborts) {
		finding_add(f, FINDING_FAULT, service, "correct its files",
		    "every login by %s fails: libpam cannot read its "
		    "configuration, and pam_start returns PAM_ABORT",
		    service);
		return;
	}
	if (stack.unsure)
		finding_add(f, FINDING_NOTE, service, NULL,
		    "there is no table for %s: its stack could not be read "
		    "completely",
		    service);
	if (stack_ours(&stack, STACK_TYPES) == NULL) {
		finding_add(f, FINDING_WARNING, service,
		    "add one; pam_gcpkce(8) has examples",
		    "no line of %s names pam_gcpkce", service);
		return;
	}
	if (view.has_file != NULL)
		modules_check(&view);
	if (stack_ours(&stack, STACK_AUTH) == NULL)
		finding_add(f, FINDING_FAULT, service,
		    "add one, or correct a misspelled name",
		    "no auth line of %s names pam_gcpkce, so no user is asked "
		    "to sign in",
		    service);
	if (!stack.unsure && stack_ours(&stack, STACK_AUTH) != NULL)
		table_add(&view);
	if (!stack.unsure)
		stack_phases_check(&view);
	caller_check(&view);
	stack_export_check(&view);
}

/* Files that others include, by custom of distributions. */
static int
is_service(const struct dirent *entry)
{
	static const char *const parts[] = {
	    "common-", "system-", "password-auth", "postlogin"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strncmp(entry->d_name, parts[i], strlen(parts[i])) == 0)
			return 0;
	}
	return stack_service_is_valid(entry->d_name) &&
	    strchr(entry->d_name, '~') == NULL &&
	    strchr(entry->d_name, '.') == NULL;
}

/*
 * Check the services of a directory that name our module and are not yet seen.
 */
static void
directory_check(struct check *check, const char *directory, const char *but_in)
{
	struct dirent **entries = NULL;
	int count = scandir(directory, &entries, is_service, alphasort);

	if (count < 0 && errno != ENOENT)
		finding_add(&check->findings, FINDING_FAULT, directory,
		    "name a directory that can be read", "%s", strerror(errno));
	for (int i = 0; i < count; i++) {
		const char *service = entries[i]->d_name;
		char shadow[PATH_MAX];
		autostack stack = {0};

		(void)snprintf(shadow, sizeof(shadow), "%s/%s",
		    but_in != NULL ? but_in : "", service);
		if (but_in == NULL || access(shadow, F_OK) != 0) {
			stack_read(
			    check->options->pam_dir, service, &stack, NULL);
			/* our line may come after the one that breaks it */
			if (stack.aborts ||
			    stack_ours(&stack, STACK_TYPES) != NULL)
				service_check(check, service);
		}
		free(entries[i]);
	}
	free(entries);
}

static void
all_check(struct check *check)
{
	const char *dir = check->options->pam_dir;

	directory_check(check, dir != NULL ? dir : "/etc/pam.d", NULL);
	if (dir == NULL)
		directory_check(check, "/usr/lib/pam.d", "/etc/pam.d");
	if (json_object_array_length(check->eval) == 0)
		finding_add(&check->findings, FINDING_NOTE, dir, NULL,
		    "no service has an auth line with pam_gcpkce");
}

void
check_stacks(struct check *check)
{
	const struct options *options = check->options;
	char service[STACK_SERVICE_MAX];

	if (options->all_services) {
		all_check(check);
		return;
	}
	if (options->service == NULL) {
		finding_add(&check->findings, FINDING_NOTE, NULL,
		    "name one with --service, or give --all-services",
		    "no stack was checked");
		return;
	}
	stack_service_copy(options->service, service);
	service_check(check, service);
}
