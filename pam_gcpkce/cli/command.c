/* SPDX-License-Identifier: ISC */
/*
 * What the subcommands share: the configuration, and JSON on stdout.
 */
#include "command.h"

#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define OUTPUT_MAX (64 * 1024) /* more is written in several writes */

static bool
is_absent(const char *path)
{
	return access(path, F_OK) != 0 && errno == ENOENT;
}

enum outcome
command_input(const char *path, struct buf *input, struct errinfo *reterr)
{
	uint8_t block[4096];
	ssize_t got = 0;
	autofd fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC)
				 : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);

	if (path == NULL && isatty(STDIN_FILENO))
		command_message(
		    "Paste it, then press Ctrl-D at the beginning of "
		    "a line:\n");
	while (fd >= 0 && !input->failed &&
	    (got = read(fd, block, sizeof(block))) != 0) {
		if (got > 0)
			buf_put(input, block, (size_t)got);
		else if (errno != EINTR)
			break;
	}
	explicit_bzero(block, sizeof(block));
	if (input->failed)
		return err_set(reterr, OUTCOME_REPLY_INVALID,
		    "the input has more than %zu bytes", input->max);
	if (fd < 0 || got < 0)
		return err_sys(reterr, OUTCOME_REPLY_INVALID,
		    path != NULL ? path : "standard input");
	return OUTCOME_OK;
}

bool
command_config_is_missing(const char *conf)
{
	return conf != NULL
	    ? is_absent(conf)
	    : is_absent(GCPKCE_CONF) && is_absent(GCPKCE_CONF ".d");
}

enum outcome
command_config(
    const char *conf, enum config_purpose purpose, struct config *ret)
{
	char path[PATH_MAX];
	char argument[PATH_MAX + 8];
	const char *argv[] = {argument};
	autofaults faults = {0};

	if (command_config_is_missing(conf)) {
		(void)fprintf(stderr,
		    "%s: there is no such file; write it as pam_gcpkce.conf(5) "
		    "describes, or name another with --conf\n",
		    conf != NULL ? conf : GCPKCE_CONF);
		return OUTCOME_CONFIG_INVALID;
	}
	/* the module wants an absolute path; users write ./my.conf */
	if (conf != NULL)
		(void)snprintf(argument, sizeof(argument), "conf=%s",
		    realpath(conf, path) != NULL ? path : conf);
	enum outcome r =
	    config_load(conf != NULL ? 1 : 0, argv, purpose, ret, &faults);
	for (size_t i = 0; i < faults.listed; i++)
		(void)fprintf(stderr, "%s\n", faults.list[i].text);
	return r;
}

void
command_gather(void)
{
	static char out[OUTPUT_MAX];
	static char err[OUTPUT_MAX];

	(void)setvbuf(stdout, out, _IOFBF, sizeof(out));
	(void)setvbuf(stderr, err, _IOFBF, sizeof(err));
}

void
command_message(const char *fmt, ...)
{
	va_list ap;

	(void)fflush(stdout);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fflush(stderr);
}

const char *
command_cause(enum outcome outcome, const char *good, const struct errinfo *why)
{
	if (why->text[0] != '\0')
		return why->text;
	return outcome == OUTCOME_OK ? good : outcome_log_text(outcome);
}

const char *
command_pam_text(enum outcome outcome)
{
	static const char *const texts[OUTCOME_COUNT] = {
#define X(suffix, name, pam, sentence, log) #pam,
	    OUTCOME_TABLE(X)
#undef X
	};

	return texts[(size_t)outcome < OUTCOME_COUNT ? outcome : 0];
}

struct json_object *
command_json_bare(void)
{
	struct json_object *json = json_object_new_object();

	if (json != NULL)
		json_put(json, "version", json_object_new_int(1));
	return json;
}

struct json_object *
command_json_new(enum outcome outcome)
{
	struct json_object *json = command_json_bare();

	if (json != NULL)
		json_put_text(json, "outcome", outcome_name(outcome));
	return json;
}

void
json_put(struct json_object *json, const char *key, struct json_object *value)
{
	(void)json_object_object_add(json, key, value);
}

void
json_put_text(struct json_object *json, const char *key, const char *value)
{
	json_put(
	    json, key, value != NULL ? json_object_new_string(value) : NULL);
}

void
json_put_view(struct json_object *json, const char *key, struct view value)
{
	json_put(json, key,
	    value.len == 0 ? NULL
			   : json_object_new_string_len(
				 (const char *)value.p, (int)value.len));
}

void
json_put_bool(struct json_object *json, const char *key, bool value)
{
	json_put(json, key, json_object_new_boolean(value));
}

void
json_append(struct json_object *list, struct json_object *value)
{
	(void)json_object_array_add(list, value);
}

void
command_json_subject(
    struct json_object *json, enum provider_id provider, const char *id)
{
	json_put_text(json, "provider", provider_name(provider));
	json_put_text(json, "subject", id);
}

void
command_json_print(struct json_object *json)
{
	if (json == NULL)
		return;
	(void)puts(json_object_to_json_string_ext(
	    json, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	(void)json_object_put(json);
}

int
command_fail(const char *why)
{
	command_message("gcpkce: %s\n", why);
	return EXIT_BAD;
}
