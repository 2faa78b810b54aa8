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

static void
variables_collect(const struct config *config,
    const struct wire_verdict *verdict, uint64_t expires_at_s,
    char expires[static CLOCK_STAMP_LEN + 1], struct variable ret[static COUNT])
{
	struct region region = config_region(config);
	const char *value = config->region_value == REGION_VALUE_AWS
	    ? region.aws
	    : region.domain;

	expires[0] = '\0';
	if (expires_at_s > 0)
		clock_stamp(expires_at_s, expires);
	ret[0] =
	    (struct variable){config->token_env, secret_view(verdict->token)};
	ret[1] = (struct variable){
	    config->region_env, view_text(value != NULL ? value : "")};
	ret[2] =
	    (struct variable){ENV_USER_ID, view_text(verdict->identity.id)};
	ret[3] = (struct variable){
	    ENV_USER_EMAIL, view_text(verdict->identity.email)};
	ret[4] = (struct variable){ENV_TOKEN_EXPIRES, view_text(expires)};
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

/* Within single quotes only the quote itself is special. */
static void
sh_print(const struct variable *variable)
{
	struct view value = variable->value;

	if (value.len == 0) {
		(void)printf("unset %s;\n", variable->name);
		return;
	}
	(void)printf("export %s='", variable->name);
	for (size_t i = 0; i < value.len; i++) {
		if (value.p[i] == '\'')
			(void)fputs("'\\''", stdout);
		else
			(void)putchar(value.p[i]);
	}
	(void)fputs("';\n", stdout);
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
	char expires[CLOCK_STAMP_LEN + 1];
	struct variable all[COUNT];

	variables_collect(config, verdict, expires_at_s, expires, all);
	for (size_t i = 0; i < COUNT; i++) {
		if (all[i].name[0] != '\0')
			(csh ? csh_print : sh_print)(&all[i]);
	}
}

struct json_object *
export_json(const struct config *config, const struct wire_verdict *verdict,
    uint64_t expires_at_s)
{
	struct json_object *json = json_object_new_object();
	char expires[CLOCK_STAMP_LEN + 1];
	struct variable all[COUNT];

	variables_collect(config, verdict, expires_at_s, expires, all);
	for (size_t i = 0; i < COUNT; i++) {
		if (all[i].name[0] != '\0')
			json_put_view(json, all[i].name, all[i].value);
	}
	return json;
}
