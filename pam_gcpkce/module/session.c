/* SPDX-License-Identifier: ISC */
/*
 * The session's token.  A fault here is logged and never fails a session.
 * Where authenticate's own copy is at hand (exported.h), the environment is
 * not asked; where only the environment came over, as under sshd, nothing in
 * it is believed further than its form, and all that can come of it is that
 * the token presented is revoked.
 */
#include "session.h"

#include <security/pam_ext.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "exported.h"
#include "gcpkce/clock.h"
#include "gcpkce/text.h"
#include "journal.h"
#include "tokenfile.h"

#define KEPT "gcpkce_token"
#define ID_ENV "GCPKCE_TOKEN_ID"
#define FILE_ENV "GCPKCE_TOKEN_FILE"
#define EXPIRES_ENV "GCPKCE_TOKEN_EXPIRES"
#define USER_ENV "GCPKCE_USER_ID"
#define EMAIL_ENV "GCPKCE_USER_EMAIL"
#define ENV_LINE_MAX 4096

/* ---- the PAM environment ---- */

static bool
env_put(pam_handle_t *pamh, const char *name, struct view value)
{
	autobuf text = BUF_INIT(ENV_LINE_MAX);

	buf_printf(&text, "%s=", name);
	buf_put(&text, value.p, value.len);
	return buf_check(&text) == OUTCOME_OK &&
	    pam_putenv(pamh, buf_text(&text)) == PAM_SUCCESS;
}

static void
env_drop(pam_handle_t *pamh, const char *name)
{
	/* libpam logs a complaint about one that is not there */
	if (pam_getenv(pamh, name) != NULL)
		(void)pam_putenv(pamh, name);
}

/* What is not known is not set, and what another module set does not stay. */
static bool
env_put_text(pam_handle_t *pamh, const char *name, const char *value)
{
	if (value[0] != '\0')
		return env_put(pamh, name, view_text(value));
	env_drop(pamh, name);
	return true;
}

/* Take back all that an export sets. */
static void
env_clear(pam_handle_t *pamh, const struct config *config)
{
	const char *const names[] = {
	    ID_ENV, FILE_ENV, EXPIRES_ENV, USER_ENV, EMAIL_ENV};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		env_drop(pamh, names[i]);
	if (config->export == EXPORT_ENV) {
		env_drop(pamh, config->token_env);
		env_drop(pamh, config->region_env);
	}
}

/* ---- export ---- */

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

static enum outcome
env_export(
    pam_handle_t *pamh, const struct config *config, const struct secret *token)
{
	struct region region = config_region(config);
	bool is_aws = config->region_value == REGION_VALUE_AWS;
	const char *value = is_aws ? region.aws : region.domain;

	if (!env_put(pamh, config->token_env, secret_view(token)) ||
	    (value != NULL &&
		!env_put(pamh, config->region_env, view_text(value))))
		return OUTCOME_NO_MEMORY;
	if (value == NULL)
		region_missing_log(pamh, config);
	return OUTCOME_OK;
}

/* Leave the token pending; its id alone goes into the environment. */
static enum outcome
file_export(pam_handle_t *pamh, struct exported *exported,
    const struct account *account, struct errinfo *reterr)
{
	struct tokenfile_pending pending = {
	    .expires_at_s = exported->expires_at_s,
	    .token = exported->token, /* borrowed */
	};

	_Static_assert(
	    sizeof(pending.account) == sizeof(account->name), "same arrays");
	memcpy(pending.account, account->name, sizeof(pending.account));
	enum outcome r =
	    tokenfile_pending_write(&pending, exported->id, reterr);
	if (r != OUTCOME_OK) {
		exported->id[0] = '\0'; /* nothing is there to be removed */
		return r;
	}
	env_drop(pamh, FILE_ENV);
	return env_put(pamh, ID_ENV, view_text(exported->id))
	    ? OUTCOME_OK
	    : OUTCOME_NO_MEMORY;
}

static bool
person_put(
    pam_handle_t *pamh, const struct identity *identity, uint64_t expires_at_s)
{
	char expires[CLOCK_STAMP_LEN + 1] = "";

	if (expires_at_s > 0)
		clock_stamp(expires_at_s, expires);
	return env_put_text(pamh, USER_ENV, identity->id) &&
	    env_put_text(pamh, EMAIL_ENV, identity->email) &&
	    env_put_text(pamh, EXPIRES_ENV, expires);
}

enum outcome
session_export(pam_handle_t *pamh, const struct config *config,
    const struct account *account, const struct wire_verdict *verdict,
    uint64_t expires_at_s, struct errinfo *reterr)
{
	struct exported exported = {
	    .config = *config,
	    .expires_at_s = expires_at_s,
	    .token = verdict->token, /* borrowed */
	};
	enum outcome r;

	memcpy(exported.user, account->name, sizeof(exported.user));
	if (config->export == EXPORT_FILE)
		r = file_export(pamh, &exported, account, reterr);
	else
		r = env_export(pamh, config, verdict->token);
	if (r == OUTCOME_OK &&
	    !person_put(pamh, &verdict->identity, expires_at_s))
		r = OUTCOME_NO_MEMORY;
	if (r == OUTCOME_OK)
		r = exported_keep(pamh, &exported);
	if (r == OUTCOME_OK)
		return r;
	if (exported.id[0] != '\0')
		(void)tokenfile_pending_remove(exported.id);
	env_clear(pamh, config);
	return r == OUTCOME_NO_MEMORY
	    ? err_fail(reterr, r, "the environment could not be set")
	    : r;
}

void
session_unexport(pam_handle_t *pamh, const struct config *config)
{
	autoexported *exported = exported_take(pamh);

	if (exported != NULL && exported->id[0] != '\0')
		(void)tokenfile_pending_remove(exported->id);
	env_clear(pamh, config);
}

/* ---- what was pending for too long ---- */

struct sweep {
	pam_handle_t *pamh;
	const struct config *config;
};

static void
stale_found(void *context, const struct tokenfile_pending *pending)
{
	const struct sweep *sweep = context;

	token_revoke(sweep->pamh, sweep->config, pending->account,
	    pending->token, pending->expires_at_s);
}

void
session_sweep(pam_handle_t *pamh, const struct config *config)
{
	struct sweep sweep = {pamh, config};

	tokenfile_pending_sweep(clock_wall_s(), stale_found, &sweep);
}

/* ---- what open_session keeps for close_session ---- */

struct kept {
	struct kept *earlier; /* of a session that was not closed before */
	struct secret *token; /* NULL: it is not to be revoked */
	uint64_t expires_at_s;
	uid_t uid;
	char id[TOKENFILE_ID_LEN + 1]; /* of the session's file, or "" */
	bool replaced;                 /* the next one holds it */
};

static void
kept_free(struct kept *kept)
{
	while (kept != NULL) {
		struct kept *earlier = kept->earlier;

		secret_free(kept->token);
		free(kept);
		kept = earlier;
	}
}

/* Wiping is all that happens here, so every process may do it. */
static void
kept_end(pam_handle_t *pamh, void *data, int status)
{
	struct kept *kept = data;

	(void)pamh;
	(void)status;
	if (kept != NULL && !kept->replaced)
		kept_free(kept);
}

static struct kept *
kept_find(pam_handle_t *pamh)
{
	const void *data = NULL;
	struct kept *kept = NULL;

	if (pam_get_data(pamh, KEPT, &data) == PAM_SUCCESS)
		memcpy(&kept, &data, sizeof(kept));
	return kept;
}

/* Keep a token and, with an id, a file until the session closes. */
static enum outcome
kept_add(pam_handle_t *pamh, const struct config *config,
    const struct secret *token, uint64_t expires_at_s, const char *id,
    uid_t uid)
{
	struct view bytes = secret_view(token);
	struct kept *earlier = kept_find(pamh);
	struct kept *kept = calloc(1, sizeof(*kept));

	if (kept == NULL)
		return OUTCOME_NO_MEMORY;
	kept->expires_at_s = expires_at_s;
	kept->uid = uid;
	memcpy(kept->id, id, strlen(id) + 1);
	if (config->revoke != REVOKE_NEVER &&
	    secret_new(bytes.p, bytes.len, &kept->token) != OUTCOME_OK) {
		kept_free(kept);
		return OUTCOME_NO_MEMORY;
	}
	if (earlier != NULL)
		earlier->replaced = true; /* so kept_end leaves it */
	if (pam_set_data(pamh, KEPT, kept, kept_end) != PAM_SUCCESS) {
		if (earlier != NULL)
			earlier->replaced = false;
		kept_free(kept);
		return OUTCOME_NO_MEMORY;
	}
	kept->earlier = earlier;
	return OUTCOME_OK;
}

/* ---- a session opens ---- */

/* Read our own RFC 3339 stamp; 0 when it is none. */
static uint64_t
stamp_read(const char *stamp)
{
	char again[CLOCK_STAMP_LEN + 1] = "";
	struct tm tm = {0};

	if (strptime(stamp, "%Y-%m-%dT%H:%M:%SZ", &tm) == NULL)
		return 0;
	time_t seconds = timegm(&tm);
	if (seconds > 0)
		clock_stamp((uint64_t)seconds, again);
	return strcmp(stamp, again) == 0 ? (uint64_t)seconds : 0;
}

/*
 * The token that came over in the environment.  A host may have variables of
 * these names of its own: without our stamp beside it, it is not ours.
 */
static enum outcome
env_token_read(pam_handle_t *pamh, const struct config *config,
    struct secret **ret, uint64_t *ret_expires_at_s)
{
	const char *token = pam_getenv(pamh, config->token_env);
	const char *stamp = pam_getenv(pamh, EXPIRES_ENV);
	const struct kept *kept = kept_find(pamh);

	*ret_expires_at_s = stamp != NULL ? stamp_read(stamp) : 0;
	if (token == NULL || *ret_expires_at_s == 0 ||
	    strlen(token) > WIRE_TOKEN_MAX ||
	    !text_is_b64token(view_text(token)))
		return OUTCOME_OK;
	enum outcome r = secret_new(token, strlen(token), ret);
	if (r == OUTCOME_OK && kept != NULL && secret_eq(kept->token, *ret)) {
		secret_free(*ret); /* opened twice: it is kept already */
		*ret = NULL;
	}
	return r;
}

static void
env_open(pam_handle_t *pamh, const struct config *config)
{
	autoexported *exported = exported_take(pamh);
	autosecret *token = NULL;
	uint64_t expires_at_s = 0;
	enum outcome r = OUTCOME_OK;

	if (config->revoke == REVOKE_NEVER)
		return;
	if (exported != NULL) {
		token = take_ptr(&exported->token);
		expires_at_s = exported->expires_at_s;
	} else {
		r = env_token_read(pamh, config, &token, &expires_at_s);
	}
	if (r == OUTCOME_OK && token != NULL)
		r = kept_add(pamh, config, token, expires_at_s, "", 0);
	if (r != OUTCOME_OK)
		journal_event(pamh, LOG_WARNING, "revoke_failed",
		    journal_item(pamh, PAM_USER),
		    "the token could not be kept for the session's end");
}

/* Is the session still that of whoever signed in?  sudo changes PAM_USER. */
static enum outcome
session_account(pam_handle_t *pamh, const struct tokenfile_pending *pending,
    struct account *ret, struct errinfo *reterr)
{
	enum outcome r =
	    account_find(journal_item(pamh, PAM_USER), ret, reterr);

	if (r == OUTCOME_OK &&
	    (!ret->exists || strcmp(ret->name, pending->account) != 0))
		return err_fail(reterr, OUTCOME_ACCOUNT_CHANGED,
		    "the session is not that of the account that signed in");
	return r;
}

/* Make the session's file of what is pending; on failure nothing is left. */
static enum outcome
file_hand_over(pam_handle_t *pamh, const struct config *config, const char *id,
    const struct tokenfile_pending *pending, const struct account *account,
    struct errinfo *reterr)
{
	char path[TOKENFILE_PATH_CAP];
	enum outcome r =
	    tokenfile_create(account, id, pending->token, path, reterr);
	bool is_made = r == OUTCOME_OK;

	/* who removes it has it: a sweep may have come first */
	bool is_ours = tokenfile_pending_remove(id);
	if (r == OUTCOME_OK && !is_ours)
		r = err_fail(reterr, OUTCOME_HELPER_FAILED,
		    "the token was pending for too long");
	if (r == OUTCOME_OK && !env_put(pamh, FILE_ENV, view_text(path)))
		r = OUTCOME_NO_MEMORY;
	if (r == OUTCOME_OK)
		r = kept_add(pamh, config, pending->token,
		    pending->expires_at_s, id, account->uid);
	if (r == OUTCOME_OK)
		return r;
	if (is_made)
		(void)!tokenfile_remove(account->uid, id, NULL);
	if (is_ours)
		token_revoke(pamh, config, pending->account, pending->token,
		    pending->expires_at_s);
	return r;
}

static void
file_open(pam_handle_t *pamh, const struct config *config)
{
	autoexported *exported = exported_take(pamh);
	autopending pending = {0};
	struct errinfo why = {0};
	struct account account;
	char id[TOKENFILE_ID_LEN + 2] = ""; /* one too long stays too long */
	const char *named =
	    exported != NULL ? exported->id : pam_getenv(pamh, ID_ENV);

	if (named == NULL)
		return;
	for (size_t i = 0; i < sizeof(id) - 1 && named[i] != '\0'; i++)
		id[i] = named[i];
	env_drop(pamh, ID_ENV);
	enum outcome r = tokenfile_pending_read(id, &pending, &why);
	if (r == OUTCOME_OK)
		r = session_account(pamh, &pending, &account, &why);
	if (r != OUTCOME_OK) {
		if (exported != NULL) /* else the sweep will find it */
			exported_revoke(pamh, exported);
	} else {
		r = file_hand_over(pamh, config, id, &pending, &account, &why);
	}
	if (r == OUTCOME_OK)
		return;
	env_clear(pamh, config);
	journal_event(pamh, LOG_WARNING, "export_failed",
	    journal_item(pamh, PAM_USER),
	    why.text[0] != '\0' ? why.text : outcome_log_text(r));
}

void
session_open(pam_handle_t *pamh, const struct config *config)
{
	const struct exported *exported = exported_find(pamh);

	/* a line that asks for something else than auth's leaves it alone */
	if (exported != NULL && exported->config.export != config->export)
		return;
	if (config->export == EXPORT_ENV)
		env_open(pamh, config);
	else if (config->export == EXPORT_FILE)
		file_open(pamh, config);
}

/* ---- a session closes ---- */

void
session_files_remove(pam_handle_t *pamh)
{
	for (struct kept *k = kept_find(pamh); k != NULL; k = k->earlier) {
		struct errinfo why = {0};

		if (k->id[0] == '\0')
			continue;
		if (tokenfile_remove(k->uid, k->id, &why) != OUTCOME_OK)
			journal_event(pamh, LOG_WARNING, "export_failed",
			    journal_item(pamh, PAM_USER), why.text);
		k->id[0] = '\0';
	}
}

void
session_close(pam_handle_t *pamh, const struct config *config)
{
	for (struct kept *k = kept_find(pamh); k != NULL; k = k->earlier) {
		if (k->token != NULL)
			token_revoke(pamh, config, journal_item(pamh, PAM_USER),
			    k->token, k->expires_at_s);
	}
	(void)pam_set_data(pamh, KEPT, NULL, NULL);
}
