/* SPDX-License-Identifier: ISC */
/*
 * The session's token.  A fault here is logged and never fails a session.
 */
#include "session.h"

#include <security/pam_ext.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "gcpkce/clock.h"
#include "gcpkce/errand.h"
#include "journal.h"

#define KEPT "gcpkce_token"
#define EXPIRES_ENV "GCPKCE_TOKEN_EXPIRES"
#define ENV_LINE_MAX 4096
#define CLOSE_LIMIT_S 60

/* Set, or with value NULL remove, one variable. */
static bool
env_put(pam_handle_t *pamh, const char *name, struct view value)
{
	autobuf text = BUF_INIT(ENV_LINE_MAX);

	buf_printf(&text, "%s=", name);
	buf_put(&text, value.p, value.len);
	return buf_check(&text) == OUTCOME_OK &&
	    pam_putenv(pamh, buf_text(&text)) == PAM_SUCCESS;
}

static bool
env_put_text(pam_handle_t *pamh, const char *name, const char *value)
{
	return value[0] == '\0' || env_put(pamh, name, view_text(value));
}

void
session_unexport(pam_handle_t *pamh, const struct config *config)
{
	const char *const names[] = {config->token_env, config->region_env,
	    "GCPKCE_USER_ID", "GCPKCE_USER_EMAIL", EXPIRES_ENV};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		/* removing what is not there would be logged as a fault */
		if (pam_getenv(pamh, names[i]) != NULL)
			(void)pam_putenv(pamh, names[i]);
	}
}

static void
region_missing_log(pam_handle_t *pamh, const struct config *config)
{
	autobuf text = BUF_INIT(1024);

	buf_printf(&text,
	    "%s is not set: the configuration gives the region no %s name",
	    config->region_env,
	    config->region_value == REGION_VALUE_AWS ? "AWS" : "domain");
	journal_event(pamh, LOG_WARNING, "region_not_set",
	    journal_item(pamh, PAM_USER), buf_text(&text));
}

enum outcome
session_export(pam_handle_t *pamh, const struct config *config,
    const struct wire_verdict *verdict, uint64_t expires_at_s,
    struct errinfo *reterr)
{
	struct region region = config_region(config);
	const char *value = config->region_value == REGION_VALUE_AWS
	    ? region.aws
	    : region.domain;
	char expires[CLOCK_STAMP_LEN + 1] = "";

	if (expires_at_s > 0)
		clock_stamp(expires_at_s, expires);
	if (env_put(pamh, config->token_env, secret_view(verdict->token)) &&
	    env_put_text(
		pamh, config->region_env, value != NULL ? value : "") &&
	    env_put_text(pamh, "GCPKCE_USER_ID", verdict->identity.id) &&
	    env_put_text(pamh, "GCPKCE_USER_EMAIL", verdict->identity.email) &&
	    env_put_text(pamh, EXPIRES_ENV, expires)) {
		if (value == NULL)
			region_missing_log(pamh, config);
		return OUTCOME_OK;
	}
	session_unexport(pamh, config);
	return err_fail(
	    reterr, OUTCOME_NO_MEMORY, "the environment could not be set");
}

/* What open_session keeps for close_session. */
struct kept {
	struct secret *token;
	uint64_t expires_at_s;
};

/* Wiping is all that happens here, so every process may do it. */
static void
kept_free(pam_handle_t *pamh, void *data, int status)
{
	struct kept *kept = data;

	(void)pamh;
	(void)status;
	if (kept == NULL)
		return;
	secret_free(kept->token);
	free(kept);
}

/* Read our own RFC 3339 stamp; 0 when it is none. */
static uint64_t
stamp_read(const char *stamp)
{
	struct tm tm = {0};
	const char *end =
	    stamp != NULL ? strptime(stamp, "%Y-%m-%dT%H:%M:%SZ", &tm) : NULL;

	return end != NULL && *end == '\0' ? (uint64_t)timegm(&tm) : 0;
}

static void
revoke_failed_log(pam_handle_t *pamh, uint64_t expires_at_s, const char *why)
{
	char expires[CLOCK_STAMP_LEN + 1] = "not known";
	autobuf text = BUF_INIT(2048);

	if (expires_at_s > 0)
		clock_stamp(expires_at_s, expires);
	buf_printf(&text, "%s; the token expires: %s", why, expires);
	journal_event(pamh, LOG_WARNING, "revoke_failed",
	    journal_item(pamh, PAM_USER), buf_text(&text));
}

void
session_open(pam_handle_t *pamh, const struct config *config)
{
	const char *token = config->export == EXPORT_ENV
	    ? pam_getenv(pamh, config->token_env)
	    : NULL;

	if (token == NULL || token[0] == '\0' || config->revoke == REVOKE_NEVER)
		return;
	struct kept *kept = calloc(1, sizeof(*kept));
	if (kept == NULL)
		return;
	kept->expires_at_s = stamp_read(pam_getenv(pamh, EXPIRES_ENV));
	if (secret_new(token, strlen(token), &kept->token) != OUTCOME_OK ||
	    pam_set_data(pamh, KEPT, kept, kept_free) != PAM_SUCCESS) {
		revoke_failed_log(pamh, kept->expires_at_s,
		    "the token could not be kept for the session's end");
		kept_free(pamh, kept, 0);
	}
}

void
session_close(pam_handle_t *pamh, const struct config *config)
{
	const void *data = NULL;
	struct errinfo why = {0};
	const struct errand errand = {
	    .user = journal_item(pamh, PAM_USER),
	    .service = journal_item(pamh, PAM_SERVICE),
	    .host = "",
	};

	if (pam_get_data(pamh, KEPT, &data) != PAM_SUCCESS || data == NULL)
		return;
	const struct kept *kept = data;
	if (errand_revoke(config, &errand, kept->token, kept->expires_at_s,
		CLOSE_LIMIT_S, &why) != OUTCOME_OK)
		revoke_failed_log(pamh, kept->expires_at_s, why.text);
	(void)pam_set_data(pamh, KEPT, NULL, NULL);
}
