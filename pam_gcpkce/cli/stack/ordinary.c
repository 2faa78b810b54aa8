/* SPDX-License-Identifier: ISC */
/*
 * The known modules, and pam_succeed_if's conditions.
 */
#include "ordinary.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The results by which modules refuse a user. */
#define NONE 0U
#define AUTH RESULT_BIT(PAM_AUTH_ERR)
#define PERM RESULT_BIT(PAM_PERM_DENIED)
#define TRIES RESULT_BIT(PAM_MAXTRIES)
#define SERVICE RESULT_BIT(PAM_SERVICE_ERR)
#define SYSTEM RESULT_BIT(PAM_SYSTEM_ERR)
#define CREDENTIAL \
	(AUTH | PERM | TRIES | SERVICE | SYSTEM | \
	    RESULT_BIT(PAM_USER_UNKNOWN) | RESULT_BIT(PAM_AUTHINFO_UNAVAIL) | \
	    RESULT_BIT(PAM_CRED_INSUFFICIENT) | RESULT_BIT(PAM_CONV_ERR))

/* The first row whose arguments the line has applies. */
static const struct module_row {
	const char *modules; /* without "pam_" */
	const char *with[2]; /* NULL, or an argument, or its name and "=" */
	enum module_kind kind;
	unsigned refusals; /* set of results */
} module_rows[] = {
    {"permit", {NULL}, KIND_YES, NONE}, {"deny", {NULL}, KIND_NO, AUTH},
    {"env faildelay group issue keyinit mail warn", {NULL}, KIND_NO_OPINION,
	NONE},
    {"nologin", {"successok"}, KIND_GATE, AUTH},
    {"nologin", {NULL}, KIND_NO_OPINION, AUTH},
    {"wheel", {"deny", "trust"}, KIND_RULE, PERM},
    {"wheel", {"trust"}, KIND_EXCEPTION, PERM},
    {"wheel", {NULL}, KIND_NO_OPINION, PERM}, /* or refuses */
    {"access", {"accessfile="}, KIND_DEPENDS, PERM},
    {"access", {NULL}, KIND_GATE, PERM},
    {"faillock", {"authsucc"}, KIND_GATE, AUTH},
    {"faillock", {"preauth"}, KIND_GATE, AUTH},
    {"faillock", {NULL}, KIND_NO, AUTH}, /* authfail counts a failure */
    {"cap echo lastlog securetty shells", {NULL}, KIND_GATE, AUTH},
    {"tally tally2", {NULL}, KIND_GATE, AUTH | TRIES},
    {"usertype", {"isregular"}, KIND_RULE, AUTH},
    {"usertype", {NULL}, KIND_EXCEPTION, AUTH},
    {"listfile", {"sense=deny"}, KIND_GATE, AUTH | SERVICE},
    {"listfile", {"item=user"}, KIND_EXCEPTION, AUTH | SERVICE},
    {"listfile", {"item=group"}, KIND_EXCEPTION, AUTH | SERVICE},
    {"listfile", {NULL}, KIND_DEPENDS, AUTH | SERVICE},
    {"localuser", {NULL}, KIND_DEPENDS, PERM},
    {"debug", {NULL}, KIND_DEPENDS, ~RESULT_BIT(PAM_SUCCESS)},
    {"abl ecryptfs gnome_keyring kwallet5 mount", {NULL}, KIND_DEPENDS, AUTH},
    {"exec", {"expose_authtok"}, KIND_CREDENTIAL, CREDENTIAL},
    {"exec", {NULL}, KIND_DEPENDS, SYSTEM},
    {"rhosts rootok sepermit timestamp", {NULL}, KIND_EXCEPTION, AUTH},
    {"limits loginuid mkhomedir motd namespace pwhistory time tty_audit umask "
     "xauth",
	{NULL}, KIND_NO_AUTH, NONE},
    {"succeed_if", {NULL}, KIND_DEPENDS, AUTH | SERVICE}, /* by condition */
};
static const struct module_row unknown = {
    "", {NULL}, KIND_CREDENTIAL, CREDENTIAL};

/* ---- pam_succeed_if ---- */

/* The ids of ordinary users, as in login.defs. */
#define UID_LEAST 1000
#define UID_MOST 60000

/* Is the word in a list separated by colons? */
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
service_kind(const char *service, const char *op, const char *right)
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
		return KIND_NO;
	return met != is_not ? KIND_YES : KIND_NO;
}

/* One on a number: is an ordinary user's enough? */
static enum module_kind
number_kind(const char *op, const char *right)
{
	long number = strtol(right, NULL, 10);
	bool below = strcmp(op, "lt") == 0 || strcmp(op, "<") == 0 ||
	    strcmp(op, "le") == 0 || strcmp(op, "<=") == 0;
	bool above = strcmp(op, "gt") == 0 || strcmp(op, ">") == 0 ||
	    strcmp(op, "ge") == 0 || strcmp(op, ">=") == 0;

	if (below)
		return number > UID_LEAST ? KIND_RULE : KIND_EXCEPTION;
	if (above)
		return number < UID_MOST ? KIND_RULE : KIND_EXCEPTION;
	return strcmp(op, "ne") == 0 ? KIND_RULE : KIND_EXCEPTION;
}

static enum module_kind
condition_kind(
    const char *service, const char *left, const char *op, const char *right)
{
	bool is_id = strcmp(left, "uid") == 0 || strcmp(left, "gid") == 0;
	bool is_glob = strcmp(op, "=~") == 0;

	if (strcmp(left, "service") == 0)
		return service_kind(service, op, right);
	/* an ordinary user is not the excluded one */
	if (op[0] == '!' || strncmp(op, "not", 3) == 0)
		return KIND_RULE;
	if (is_glob)
		return KIND_DEPENDS;
	if (is_id)
		return number_kind(op, right);
	/*
	 * users and groups that are named are few; places and shells may be any
	 */
	return strcmp(left, "user") == 0 ? KIND_EXCEPTION : KIND_DEPENDS;
}

static bool
is_flag(const char *word)
{
	return strchr(word, ':') == NULL &&
	    is_listed(
		word, "debug:use_uid:quiet:quiet_fail:quiet_success:audit");
}

/* All conditions must hold, so the narrowest one decides. */
static enum module_kind
conditions_kind(const struct stack_line *line, const char *service)
{
	const char *words[3] = {NULL};
	size_t count = 0;
	enum module_kind all = KIND_YES;

	for (char **p = line->arguments; p != NULL && *p != NULL; p++) {
		if (is_flag(*p))
			continue;
		words[count++] = *p;
		if (count < 3)
			continue;
		count = 0;
		enum module_kind one =
		    condition_kind(service, words[0], words[1], words[2]);
		if (one == KIND_NO)
			return one;
		all = one < all ? one : all;
	}
	return count == 0 ? all : KIND_NO; /* ends within a condition */
}

/* ---- any module ---- */

/* If the argument ends with "=", one that begins with it. */
static bool
has_argument(const struct stack_line *line, const char *argument)
{
	bool begins = argument[strlen(argument) - 1] == '=';

	return stack_argument(line, argument, begins) != NULL;
}

/* Is it one of these modules, separated by blanks? */
static bool
is_one_of(const struct stack_line *line, const char *modules)
{
	char name[32];
	int len = 0;

	for (; sscanf(modules, "%27s%n", name + 4, &len) == 1; modules += len) {
		memcpy(name, "pam_", 4);
		if (stack_line_is(line, name))
			return true;
	}
	return false;
}

static const struct module_row *
row_find(const struct stack_line *line)
{
	for (size_t i = 0; i < sizeof(module_rows) / sizeof(module_rows[0]);
	     i++) {
		const char *const *with = module_rows[i].with;

		if ((with[0] == NULL || has_argument(line, with[0])) &&
		    (with[1] == NULL || has_argument(line, with[1])) &&
		    is_one_of(line, module_rows[i].modules))
			return &module_rows[i];
	}
	return &unknown;
}

/* ---- the few users that are let in ---- */

/* The argument with which users without a second factor need not give one. */
static const char *
enrolment_find(const struct stack_line *line)
{
	const char *argument = is_one_of(line, "u2f")        ? "nouserok"
	    : is_one_of(line, "google_authenticator yubico") ? "nullok"
							     : NULL;

	return argument != NULL && has_argument(line, argument) ? argument
								: NULL;
}

/* The word after an argument of pam_succeed_if; NULL without one. */
static const char *
word_after(const struct stack_line *line, const char *first, const char *second)
{
	for (char **p = line->arguments; p != NULL && *p != NULL; p++) {
		if (strcmp(p[0], first) == 0 && p[1] != NULL &&
		    strcmp(p[1], second) == 0)
			return p[2];
	}
	return NULL;
}

/* The group whose members a line lets pass; NULL if it is no such line. */
static const char *
group_find(const struct stack_line *line)
{
	static const char named[] = "group=";
	const char *group = stack_argument(line, named, true);

	if (stack_line_is(line, "pam_wheel"))
		return group != NULL ? group + strlen(named) : "wheel";
	if (!stack_line_is(line, "pam_succeed_if"))
		return NULL;
	group = word_after(line, "user", "ingroup");
	if (group == NULL)
		group = word_after(line, "gid", "eq");
	return group != NULL ? group : word_after(line, "gid", "=");
}

/* Is it about accounts that a file or the line names, not about the caller? */
static bool
names_accounts(const struct stack_line *line)
{
	if (stack_line_is(line, "pam_succeed_if"))
		return !has_argument(line, "use_uid") ||
		    group_find(line) != NULL;
	return is_one_of(line, "wheel listfile usertype");
}

struct ordinary
ordinary_of(const struct stack_line *line, const char *service)
{
	const struct module_row *row = row_find(line);
	struct ordinary ret = {row->kind, row->refusals, 0};

	if (stack_line_is(line, "pam_succeed_if"))
		ret.kind = conditions_kind(line, service);
	if (enrolment_find(line) != NULL)
		ret.few = RESULT_BIT(PAM_SUCCESS) | RESULT_BIT(PAM_IGNORE);
	else if (names_accounts(line) && ret.kind == KIND_EXCEPTION)
		ret.few = RESULT_BIT(PAM_SUCCESS);
	else if (names_accounts(line) && ret.kind == KIND_RULE)
		ret.few = ret.refusals;
	return ret;
}

void
ordinary_few_put(
    const struct stack_line *line, const char *service, struct buf *to)
{
	const char *group = group_find(line);
	const char *argument = enrolment_find(line);

	if (argument != NULL)
		buf_printf(to, "%s: every user who has not enrolled", argument);
	else if (ordinary_of(line, service).kind == KIND_RULE)
		buf_put_text(to, "every account that this line refuses");
	else if (group != NULL)
		buf_printf(to, "every member of %s", group);
	else
		buf_put_text(to, "every account that this line accepts");
}
