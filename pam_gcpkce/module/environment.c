/* SPDX-License-Identifier: ISC */
/*
 * The PAM environment.  Users may set variables too (pam_env): values read here
 * are trusted only as far as their syntax is checked.
 */
#include "environment.h"

#include <string.h>
#include <syslog.h>
#include <time.h>

#include "gcpkce/base/clock.h"
#include "gcpkce/base/text.h"
#include "gcpkce/wire/wire.h"
#include "journal.h"

#define NO_TOKEN "none"                      /* no id of a token file */
#define LINE_MAX_LEN (WIRE_TOKEN_MAX + 1024) /* and the name */

enum outcome
environment_put(pam_handle_t *pamh, const char *name, struct view value)
{
	autobuf text = BUF_INIT(LINE_MAX_LEN);

	buf_printf(&text, "%s=", name);
	buf_put(&text, value.p, value.len);
	return buf_check(&text) == OUTCOME_OK &&
		pam_putenv(pamh, buf_text(&text)) == PAM_SUCCESS
	    ? OUTCOME_OK
	    : OUTCOME_NO_MEMORY;
}

void
environment_drop(pam_handle_t *pamh, const char *name)
{
	/* libpam logs a complaint if it is not set */
	if (pam_getenv(pamh, name) != NULL)
		(void)pam_putenv(pamh, name);
}

static enum outcome
put_text(pam_handle_t *pamh, const char *name, const char *value)
{
	if (value[0] != '\0')
		return environment_put(pamh, name, view_text(value));
	environment_drop(pamh, name);
	return OUTCOME_OK;
}

/* The region's name as the configuration wants it; "": it has none. */
static const char *
region_name(const struct config *config)
{
	struct region region = config_region(config);
	const char *name = config->region_value == REGION_VALUE_AWS
	    ? region.aws
	    : region.domain;

	return name != NULL ? name : "";
}

void
environment_log_region(pam_handle_t *pamh, const struct config *config)
{
	autobuf text = BUF_INIT(1024);

	if (config->region_env[0] == '\0' || region_name(config)[0] != '\0')
		return;
	buf_printf(&text,
	    "%s is not set: the configuration gives the region no %s name",
	    config->region_env,
	    config->region_value == REGION_VALUE_AWS ? "AWS" : "domain");
	journal_event(pamh, LOG_WARNING, "region_not_set",
	    journal_item(pamh, PAM_USER), buf_text(&text));
}

enum outcome
environment_put_token(
    pam_handle_t *pamh, const struct config *config, const struct secret *token)
{
	enum outcome r =
	    environment_put(pamh, config->token_env, secret_view(token));

	return r == OUTCOME_OK && config->region_env[0] != '\0'
	    ? put_text(pamh, config->region_env, region_name(config))
	    : r;
}

enum outcome
environment_put_user(pam_handle_t *pamh, const char *id, const char *email,
    uint64_t expires_at_s)
{
	char expires[CLOCK_STAMP_LEN + 1] = "";

	if (expires_at_s > 0)
		clock_stamp(expires_at_s, expires);
	enum outcome r = put_text(pamh, ENV_USER_ID, id);
	if (r == OUTCOME_OK)
		r = put_text(pamh, ENV_USER_EMAIL, email);
	if (r == OUTCOME_OK)
		r = put_text(pamh, ENV_TOKEN_EXPIRES, expires);
	return r;
}

enum outcome
environment_put_no_token(pam_handle_t *pamh, const struct config *config)
{
	return config->export == EXPORT_ENV
	    ? environment_put(pamh, ENV_TOKEN_ID, view_text(NO_TOKEN))
	    : OUTCOME_OK;
}

static const char *const person_names[] = {ENV_TOKEN_ID, ENV_TOKEN_FILE,
    ENV_TOKEN_EXPIRES, ENV_USER_ID, ENV_USER_EMAIL};
#define PERSON_NAMES (sizeof(person_names) / sizeof(person_names[0]))

bool
environment_has_export(pam_handle_t *pamh)
{
	for (size_t i = 0; i < PERSON_NAMES; i++) {
		if (pam_getenv(pamh, person_names[i]) != NULL)
			return true;
	}
	return false;
}

static void
person_drop(pam_handle_t *pamh)
{
	for (size_t i = 0; i < PERSON_NAMES; i++)
		environment_drop(pamh, person_names[i]);
}

static void
token_drop(pam_handle_t *pamh, const struct config *config)
{
	environment_drop(pamh, config->token_env);
	environment_drop(pamh, config->region_env);
}

void
environment_clear(pam_handle_t *pamh, const struct config *config)
{
	person_drop(pamh);
	if (config->export == EXPORT_ENV)
		token_drop(pamh, config);
}

static bool
has_person(pam_handle_t *pamh)
{
	const char *user = pam_getenv(pamh, ENV_USER_ID);

	return user != NULL && user[0] != '\0';
}

void
environment_refuse(pam_handle_t *pamh, const struct config *config)
{
	if (config != NULL && has_person(pamh))
		token_drop(pamh, config);
	person_drop(pamh);
}

/* Parse our own RFC 3339 time stamp; 0 when it is not one. */
static uint64_t
stamp_read(const char *stamp)
{
	char again[CLOCK_STAMP_LEN + 1] = "";
	struct tm tm = {0};

	if (stamp == NULL || strptime(stamp, "%Y-%m-%dT%H:%M:%SZ", &tm) == NULL)
		return 0;
	time_t seconds = timegm(&tm);
	if (seconds > 0)
		clock_stamp((uint64_t)seconds, again);
	return strcmp(stamp, again) == 0 ? (uint64_t)seconds : 0;
}

enum outcome
environment_read_token(pam_handle_t *pamh, const struct config *config,
    struct secret **ret, uint64_t *ret_expires_at_s)
{
	const char *token = pam_getenv(pamh, config->token_env);
	const char *id = pam_getenv(pamh, ENV_TOKEN_ID);
	bool is_users_own = id != NULL && strcmp(id, NO_TOKEN) == 0;

	*ret = NULL;
	if (is_users_own)
		environment_drop(pamh, ENV_TOKEN_ID);
	*ret_expires_at_s = stamp_read(pam_getenv(pamh, ENV_TOKEN_EXPIRES));
	if (token == NULL || is_users_own || !has_person(pamh) ||
	    strlen(token) > WIRE_TOKEN_MAX ||
	    !text_is_b64token(view_text(token)))
		return OUTCOME_OK;
	return secret_new(token, strlen(token), ret);
}
