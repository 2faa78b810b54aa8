/* SPDX-License-Identifier: ISC */
/*
 * The modules that are known, and pam_succeed_if's conditions.
 */
#include "ordinary.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* The first row whose arguments the line has counts. */
static const struct {
	const char *module;
	const char *with[2]; /* each NULL, or an argument */
	enum module_kind module_kind;
} module_kinds[] = {
    {"pam_permit", {NULL}, MODULE_KIND_YES},
    {"pam_deny", {NULL}, MODULE_KIND_NO},
    {"pam_env", {NULL}, MODULE_KIND_NO_OPINION},
    {"pam_faildelay", {NULL}, MODULE_KIND_NO_OPINION},
    {"pam_group", {NULL}, MODULE_KIND_NO_OPINION},
    {"pam_issue", {NULL}, MODULE_KIND_NO_OPINION},
    {"pam_keyinit", {NULL}, MODULE_KIND_NO_OPINION},
    {"pam_mail", {NULL}, MODULE_KIND_NO_OPINION},
    {"pam_nologin", {"successok"}, MODULE_KIND_GATE},
    {"pam_nologin", {NULL}, MODULE_KIND_NO_OPINION},
    {"pam_warn", {NULL}, MODULE_KIND_NO_OPINION},
    {"pam_wheel", {"deny", "trust"}, MODULE_KIND_GATE},
    {"pam_wheel", {"trust"}, MODULE_KIND_EXCEPTION},
    {"pam_wheel", {NULL}, MODULE_KIND_NO_OPINION}, /* or refuses */
    {"pam_access", {NULL}, MODULE_KIND_GATE},
    {"pam_cap", {NULL}, MODULE_KIND_GATE},
    {"pam_echo", {NULL}, MODULE_KIND_GATE},
    {"pam_faillock", {"authsucc"}, MODULE_KIND_GATE},
    {"pam_faillock", {"preauth"}, MODULE_KIND_GATE},
    {"pam_faillock", {NULL}, MODULE_KIND_NO}, /* authfail counts a failure */
    {"pam_lastlog", {NULL}, MODULE_KIND_GATE},
    {"pam_securetty", {NULL}, MODULE_KIND_GATE},
    {"pam_shells", {NULL}, MODULE_KIND_GATE},
    {"pam_tally", {NULL}, MODULE_KIND_GATE},
    {"pam_tally2", {NULL}, MODULE_KIND_GATE},
    {"pam_usertype", {"isregular"}, MODULE_KIND_GATE},
    {"pam_usertype", {NULL}, MODULE_KIND_EXCEPTION},
    {"pam_listfile", {"sense=deny"}, MODULE_KIND_GATE},
    {"pam_listfile", {"item=user"}, MODULE_KIND_EXCEPTION},
    {"pam_listfile", {"item=group"}, MODULE_KIND_EXCEPTION},
    {"pam_listfile", {NULL}, MODULE_KIND_DEPENDS},
    {"pam_localuser", {NULL}, MODULE_KIND_DEPENDS},
    {"pam_abl", {NULL}, MODULE_KIND_DEPENDS},
    {"pam_debug", {NULL}, MODULE_KIND_DEPENDS},
    {"pam_ecryptfs", {NULL}, MODULE_KIND_DEPENDS},
    {"pam_gnome_keyring", {NULL}, MODULE_KIND_DEPENDS},
    {"pam_kwallet5", {NULL}, MODULE_KIND_DEPENDS},
    {"pam_mount", {NULL}, MODULE_KIND_DEPENDS},
    {"pam_exec", {"expose_authtok"}, MODULE_KIND_CREDENTIAL},
    {"pam_exec", {NULL}, MODULE_KIND_DEPENDS},
    {"pam_rhosts", {NULL}, MODULE_KIND_EXCEPTION},
    {"pam_rootok", {NULL}, MODULE_KIND_EXCEPTION},
    {"pam_sepermit", {NULL}, MODULE_KIND_EXCEPTION},
    {"pam_timestamp", {NULL}, MODULE_KIND_EXCEPTION},
    {"pam_limits", {NULL}, MODULE_KIND_NO_AUTH},
    {"pam_loginuid", {NULL}, MODULE_KIND_NO_AUTH},
    {"pam_mkhomedir", {NULL}, MODULE_KIND_NO_AUTH},
    {"pam_motd", {NULL}, MODULE_KIND_NO_AUTH},
    {"pam_namespace", {NULL}, MODULE_KIND_NO_AUTH},
    {"pam_pwhistory", {NULL}, MODULE_KIND_NO_AUTH},
    {"pam_time", {NULL}, MODULE_KIND_NO_AUTH},
    {"pam_tty_audit", {NULL}, MODULE_KIND_NO_AUTH},
    {"pam_umask", {NULL}, MODULE_KIND_NO_AUTH},
    {"pam_xauth", {NULL}, MODULE_KIND_NO_AUTH},
};

/* ---- pam_succeed_if ---- */

/* The ids of ordinary users, as login.defs has them. */
#define UID_LEAST 1000
#define UID_MOST 60000

/* Is a word in a list with colons between? */
static bool
is_listed(const char *word, const char *list)
{
	size_t len = strlen(word);

	for (const char *p = list; p != NULL; p = strchr(p, ':')) {
		p += *p == ':' ? 1 : 0;
		if (strncmp(p, word, len) == 0 &&
		    (p[len] == ':' || p[len] == '\0'))
			return true;
	}
	return false;
}

/* A condition on the service, whose name is known. */
static enum module_kind
service_habit(const char *service, const char *op, const char *right)
{
	bool is_not = op[0] == '!' || strncmp(op, "not", 3) == 0;
	bool met;

	if (strcmp(op, "=") == 0 || strcmp(op, "!=") == 0)
		met = strcmp(service, right) == 0;
	else if (strcmp(op, "=~") == 0 || strcmp(op, "!~") == 0)
		met = fnmatch(right, service, 0) == 0;
	else if (strcmp(op, "in") == 0 || strcmp(op, "notin") == 0)
		met = is_listed(service, right);
	else
		return MODULE_KIND_EXCEPTION;
	return met != is_not ? MODULE_KIND_GATE : MODULE_KIND_EXCEPTION;
}

/* One on a number: is an ordinary user's enough? */
static enum module_kind
number_habit(const char *op, const char *right)
{
	long number = strtol(right, NULL, 10);
	bool below = strcmp(op, "lt") == 0 || strcmp(op, "<") == 0 ||
	    strcmp(op, "le") == 0 || strcmp(op, "<=") == 0;
	bool above = strcmp(op, "gt") == 0 || strcmp(op, ">") == 0 ||
	    strcmp(op, "ge") == 0 || strcmp(op, ">=") == 0;

	if (below)
		return number > UID_LEAST ? MODULE_KIND_GATE
					  : MODULE_KIND_EXCEPTION;
	if (above)
		return number < UID_MOST ? MODULE_KIND_GATE
					 : MODULE_KIND_EXCEPTION;
	return strcmp(op, "ne") == 0 ? MODULE_KIND_GATE : MODULE_KIND_EXCEPTION;
}

static enum module_kind
condition_habit(
    const char *service, const char *left, const char *op, const char *right)
{
	bool is_id = strcmp(left, "uid") == 0 || strcmp(left, "gid") == 0;
	bool is_glob = strcmp(op, "=~") == 0;

	if (strcmp(left, "service") == 0)
		return service_habit(service, op, right);
	/* an ordinary user is not the one that is ruled out */
	if (op[0] == '!' || strncmp(op, "not", 3) == 0)
		return MODULE_KIND_GATE;
	if (is_glob)
		return MODULE_KIND_DEPENDS;
	if (is_id)
		return number_habit(op, right);
	/* of users and groups few are named; of places and shells, who knows */
	return strcmp(left, "user") == 0 ? MODULE_KIND_EXCEPTION
					 : MODULE_KIND_DEPENDS;
}

static bool
is_flag(const char *word)
{
	static const char *const flags[] = {"debug", "use_uid", "quiet",
	    "quiet_fail", "quiet_success", "audit"};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (strcmp(word, flags[i]) == 0)
			return true;
	}
	return false;
}

/* All conditions must be met, so the narrowest one counts. */
static enum module_kind
conditions_habit(const struct stack_line *line, const char *service)
{
	const char *words[3] = {NULL};
	size_t count = 0;
	enum module_kind all = MODULE_KIND_GATE;

	for (char **p = line->arguments; p != NULL && *p != NULL; p++) {
		if (is_flag(*p))
			continue;
		words[count++] = *p;
		if (count < 3)
			continue;
		count = 0;
		enum module_kind one =
		    condition_habit(service, words[0], words[1], words[2]);
		all = one < all ? one : all;
	}
	return count == 0 ? all : MODULE_KIND_NO; /* it ends in mid-condition */
}

/* ---- any module ---- */

static bool
has_argument(const struct stack_line *line, const char *argument)
{
	for (char **p = line->arguments; p != NULL && *p != NULL; p++) {
		if (strcmp(*p, argument) == 0)
			return true;
	}
	return false;
}

enum module_kind
ordinary_habit(const struct stack_line *line, const char *service)
{
	if (stack_line_is(line, "pam_succeed_if"))
		return conditions_habit(line, service);
	for (size_t i = 0; i < sizeof(module_kinds) / sizeof(module_kinds[0]);
	     i++) {
		const char *const *with = module_kinds[i].with;

		if (stack_line_is(line, module_kinds[i].module) &&
		    (with[0] == NULL || has_argument(line, with[0])) &&
		    (with[1] == NULL || has_argument(line, with[1])))
			return module_kinds[i].module_kind;
	}
	return MODULE_KIND_CREDENTIAL;
}
