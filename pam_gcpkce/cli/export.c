/* SPDX-License-Identifier: ISC */
/*
 * Lines for eval.  A shell runs what is printed, so names come from the
 * configuration's own check (ENVNAME), and all values are quoted.
 */
#include "export.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "gcpkce/base/clock.h"
#include "gcpkce/base/text.h"
#include "token.h"

#define COUNT 5

struct variable {
	const char *name;
	struct view value; /* *borrowed*; empty: there is no value */
};

struct export
{
	char expires[CLOCK_STAMP_LEN + 1];
	struct variable variables[COUNT];
};

static void
export_collect(const struct config *config, const struct wire_verdict *verdict,
    uint64_t expires_at_s, struct export *ret)
{
	struct region region = config_region(config);
	const char *value = config->region_value == REGION_VALUE_AWS
	    ? region.aws
	    : region.domain;

	ret->expires[0] = '\0';
	if (expires_at_s > 0)
		clock_stamp(expires_at_s, ret->expires);
	const struct variable variables[COUNT] = {
	    {config->token_env, secret_view(verdict->token)},
	    {config->region_env, view_text(value != NULL ? value : "")},
	    {ENV_USER_ID, view_text(verdict->identity.id)},
	    {ENV_USER_EMAIL, view_text(verdict->identity.email)},
	    {ENV_TOKEN_EXPIRES, view_text(ret->expires)},
	};
	for (size_t i = 0; i < COUNT; i++)
		ret->variables[i] = variables[i];
}

/* Within single quotes only the quote itself is special. */
static void
quoted_print(struct view value)
{
	(void)putchar('\'');
	for (size_t i = 0; i < value.len; i++) {
		if (value.p[i] == '\'')
			(void)fputs("'\\''", stdout);
		else
			(void)putchar(value.p[i]);
	}
	(void)putchar('\'');
}

/*
 * csh splits the output of a command at each blank, and expands braces and
 * patterns in it, before eval sees it: quoting does not survive that, and a
 * pattern cannot be protected.  A value with a pattern counts as missing.
 */
static bool
csh_takes(struct view value)
{
	for (size_t i = 0; i < value.len; i++) {
		if (value.p[i] < ' ' || strchr("*?[]{}", value.p[i]) != NULL)
			return false;
	}
	return value.len > 0;
}

static void
csh_print(const struct variable *variable)
{
	if (!csh_takes(variable->value)) {
		(void)printf("unsetenv %s;\n", variable->name);
		return;
	}
	(void)printf("setenv %s ", variable->name);
	for (size_t i = 0; i < variable->value.len; i++) {
		uint8_t byte = variable->value.p[i];

		if (byte == '~' || (byte < 0x80 && !text_is_unreserved(byte)))
			(void)putchar('\\');
		(void)putchar(byte);
	}
	(void)fputs(";\n", stdout);
}

static void
sh_print(const struct variable *variable)
{
	if (variable->value.len == 0) {
		(void)printf("unset %s;\n", variable->name);
		return;
	}
	(void)printf("export %s=", variable->name);
	quoted_print(variable->value);
	(void)fputs(";\n", stdout);
}

static bool
ends_in(const char *text, const char *end)
{
	size_t len = strlen(text);

	return len >= strlen(end) && strcmp(text + len - strlen(end), end) == 0;
}

bool
export_is_for_csh(void)
{
	char link[32];
	char parent[PATH_MAX] = "";
	const char *shell = getenv("SHELL");

	(void)snprintf(link, sizeof(link), "/proc/%ld/exe", (long)getppid());
	if (readlink(link, parent, sizeof(parent) - 1) > 0 &&
	    ends_in(parent, "sh"))
		return ends_in(parent, "csh");
	return shell != NULL && ends_in(shell, "csh");
}

void
export_print(const struct config *config, const struct wire_verdict *verdict,
    uint64_t expires_at_s, bool csh)
{
	struct export export;

	export_collect(config, verdict, expires_at_s, &export);
	for (size_t i = 0; i < COUNT; i++)
		(csh ? csh_print : sh_print)(&export.variables[i]);
}

struct json_object *
export_json(const struct config *config, const struct wire_verdict *verdict,
    uint64_t expires_at_s)
{
	struct json_object *json = json_object_new_object();
	struct export export;

	export_collect(config, verdict, expires_at_s, &export);
	for (size_t i = 0; i < COUNT; i++) {
		const struct variable *variable = &export.variables[i];
		struct view value = variable->value;

		json_put(json, variable->name,
		    value.len == 0
			? NULL
			: json_object_new_string_len(
			      (const char *)value.p, (int)value.len));
	}
	return json;
}
