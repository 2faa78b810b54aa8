/* SPDX-License-Identifier: ISC */
/*
 * The session's token.  A fault here is logged and never fails a session.  If
 * authenticate's own record is available (exported.h), the environment is not
 * used.  If only the environment was passed on, as under sshd, its values are
 * trusted only as far as their syntax is checked, and the worst that they can
 * cause is that the token presented is revoked.
 */
#include "session.h"

#include <security/pam_ext.h>
#include <string.h>
#include <syslog.h>

#include "environment.h"
#include "exported.h"
#include "gcpkce/base/clock.h"
#include "journal.h"

#define KEPT "gcpkce_token"

/* ---- what open_session keeps for close_session ---- */

/* A list, the latest first: a session may open before the last one closed. */
static struct exported *
kept_find(pam_handle_t *pamh)
{
	const void *data = NULL;
	struct exported *kept = NULL;

	if (pam_get_data(pamh, KEPT, &data) == PAM_SUCCESS)
		memcpy(&kept, &data, sizeof(kept));
	return kept;
}

/*
 * The handle ends and the session was not closed: a module after us in the
 * stack has failed.  The list is replaced only by a longer one, or when it is
 * taken.
 */
static void
kept_end(pam_handle_t *pamh, void *data, int status)
{
	struct exported *kept = data;

	if (kept == NULL || (status & PAM_DATA_REPLACE) != 0)
		return;
	for (struct exported *k = kept; k != NULL; k = k->earlier) {
		if (k->owner == getpid() && (status & PAM_DATA_SILENT) == 0)
			exported_end(pamh, k);
	}
	exported_free(kept);
}

/* Keep it until the session closes; *takes* it on success. */
static enum outcome
kept_add(pam_handle_t *pamh, struct exported *exported)
{
	exported->earlier = kept_find(pamh);
	exported->owner = getpid();
	if (pam_set_data(pamh, KEPT, exported, kept_end) == PAM_SUCCESS)
		return OUTCOME_OK;
	exported->earlier = NULL;
	return OUTCOME_NO_MEMORY;
}

static bool
is_kept(pam_handle_t *pamh, const struct secret *token)
{
	for (const struct exported *k = kept_find(pamh); k != NULL;
	     k = k->earlier) {
		if (secret_eq(k->token, token))
			return true;
	}
	return false;
}

/* ---- what an earlier sign-in left ---- */

void
session_unexport(pam_handle_t *pamh)
{
	autoexported *exported = exported_take(pamh);

	/* an open session has its variables already */
	for (const struct exported *k = kept_find(pamh); k != NULL;
	     k = k->earlier)
		environment_clear(pamh, &k->config);
	if (exported == NULL)
		return;
	environment_clear(pamh, &exported->config);
	if (exported->owner == getpid())
		exported_end(pamh, exported);
}

/* ---- a session opens ---- */

/* The token will not be the session's. */
static void
exported_refuse(pam_handle_t *pamh, struct exported *exported)
{
	environment_clear(pamh, &exported->config);
	exported_end(pamh, exported);
}

/* Is the session still that of the account that signed in? */
static enum outcome
session_account(pam_handle_t *pamh, const char *name, struct account *ret,
    struct errinfo *reterr)
{
	enum outcome r =
	    account_find(journal_item(pamh, PAM_USER), ret, reterr);

	if (r == OUTCOME_OK && (!ret->exists || strcmp(ret->name, name) != 0))
		return err_set(reterr, OUTCOME_ACCOUNT_CHANGED,
		    "the session is not that of the account that signed in");
	return r;
}

/*
 * sudo runs for the user who signed in, and passes the variables on.  In other
 * applications another account belongs to a user who was authenticated later,
 * by a module before us; no sign-in of that user in this module has ended the
 * token exported here.
 */
static enum outcome
session_asker(pam_handle_t *pamh, struct errinfo *reterr)
{
	const struct exported *exported = exported_find(pamh);
	struct account account;

	if (exported == NULL ||
	    strcmp(journal_item(pamh, PAM_USER), exported->user) == 0 ||
	    strcmp(journal_item(pamh, PAM_RUSER), exported->user) == 0)
		return OUTCOME_OK;
	return session_account(pamh, exported->user, &account, reterr);
}

/*
 * Since authenticate the application may have let others set variables: greetd
 * adds those of its greeter.
 */
static enum outcome
variables_put_again(pam_handle_t *pamh, const struct exported *exported)
{
	enum outcome r = environment_put_user(pamh, exported->user_id,
	    exported->user_email, exported->expires_at_s);

	environment_drop(pamh, ENV_TOKEN_ID);
	environment_drop(pamh, ENV_TOKEN_FILE);
	return r == OUTCOME_OK && exported->config.export == EXPORT_ENV
	    ? environment_put_token(pamh, &exported->config, exported->token)
	    : r;
}

static enum outcome
env_open(pam_handle_t *pamh, const struct config *config)
{
	autoexported *exported = exported_take(pamh);
	autosecret *token = NULL;
	uint64_t expires_at_s = 0;
	enum outcome r = OUTCOME_OK;

	if (exported != NULL)
		r = variables_put_again(pamh, exported);
	else {
		r = environment_read_token(pamh, config, &token, &expires_at_s);
		if (r != OUTCOME_OK || token == NULL || is_kept(pamh, token))
			return r;
		r = exported_new(config, journal_item(pamh, PAM_USER), token,
		    expires_at_s, &exported);
	}
	if (r == OUTCOME_OK) {
		exported->config.revoke = config->revoke;
		r = kept_add(pamh, exported);
	}
	if (r == OUTCOME_OK)
		(void)take_ptr(&exported);
	else if (exported != NULL)
		exported_refuse(pamh, exported);
	return r;
}

/*
 * Turn the pending token into the session's file, and keep both until its end.
 */
static enum outcome
file_hand_over(pam_handle_t *pamh, struct exported *exported,
    const struct account *account, struct errinfo *reterr)
{
	char path[TOKENFILE_PATH_CAP];
	enum outcome r = tokenfile_create(
	    account, exported->id, exported->token, path, reterr);

	if (r != OUTCOME_OK)
		return r;
	/*
	 * the process that unlinks the file owns the token: a sweep may have
	 * been first
	 */
	bool is_ours = tokenfile_pending_remove(exported->id);
	exported->place = EXPORTED_SESSION;
	exported->uid = account->uid;
	if (!is_ours)
		return err_set(reterr, OUTCOME_SYSTEM_ERROR,
		    "the token was pending for too long");
	r = environment_put(pamh, ENV_TOKEN_FILE, view_text(path));
	return r == OUTCOME_OK ? kept_add(pamh, exported) : r;
}

/*
 * The token that authenticate kept or, under sshd, that the pending file holds.
 */
static enum outcome
file_exported(pam_handle_t *pamh, const struct config *config, const char *id,
    const struct tokenfile_pending *pending, struct exported **exported)
{
	enum outcome r = *exported != NULL
	    ? OUTCOME_OK
	    : exported_new(config, journal_item(pamh, PAM_USER), pending->token,
		  pending->expires_at_s, exported);

	if (r != OUTCOME_OK)
		return r;
	_Static_assert(
	    sizeof(pending->api_url) == sizeof(config->api_url), "same arrays");
	memcpy((*exported)->config.api_url, pending->api_url,
	    sizeof(pending->api_url));
	(*exported)->config.revoke = config->revoke;
	(*exported)->place = EXPORTED_PENDING;
	memcpy((*exported)->id, id, sizeof((*exported)->id));
	return r;
}

/* The id of the pending file, from authenticate's record or the environment. */
static void
id_find(pam_handle_t *pamh, const struct exported *exported,
    char ret_id[static TOKENFILE_ID_LEN + 2])
{
	const char *id =
	    exported != NULL ? exported->id : pam_getenv(pamh, ENV_TOKEN_ID);

	/* a longer value stays too long */
	for (size_t i = 0; i <= TOKENFILE_ID_LEN + 1; i++)
		ret_id[i] = '\0';
	for (size_t i = 0; id != NULL && i <= TOKENFILE_ID_LEN; i++) {
		if (id[i] == '\0')
			break;
		ret_id[i] = id[i];
	}
	environment_drop(pamh, ENV_TOKEN_ID);
}

static enum outcome
file_open(
    pam_handle_t *pamh, const struct config *config, struct errinfo *reterr)
{
	autoexported *exported = exported_take(pamh);
	autopending pending = {0};
	struct account account;
	char id[TOKENFILE_ID_LEN + 2];

	id_find(pamh, exported, id);
	if (exported == NULL && id[0] == '\0')
		return OUTCOME_OK;
	enum outcome r =
	    exported != NULL ? variables_put_again(pamh, exported) : OUTCOME_OK;
	if (r == OUTCOME_OK)
		r = tokenfile_pending_read(id, &pending, reterr);
	if (r == OUTCOME_OK)
		r = session_account(pamh, pending.account, &account, reterr);
	/*
	 * from here on the pending token is this session's; otherwise the
	 * sweep's
	 */
	if (r == OUTCOME_OK)
		r = file_exported(pamh, config, id, &pending, &exported);
	if (r == OUTCOME_OK)
		r = file_hand_over(pamh, exported, &account, reterr);
	if (r == OUTCOME_OK)
		(void)take_ptr(&exported);
	else if (exported != NULL)
		exported_refuse(pamh, exported);
	return r;
}

/* What authenticate kept is not this session's. */
static void
left_refuse(pam_handle_t *pamh)
{
	autoexported *exported = exported_take(pamh);

	if (exported != NULL)
		exported_refuse(pamh, exported);
}

bool
session_has_export(pam_handle_t *pamh)
{
	return exported_find(pamh) != NULL || environment_has_export(pamh);
}

void
session_open(pam_handle_t *pamh, const struct config *config)
{
	const struct exported *exported = exported_find(pamh);
	struct errinfo why = {0};
	enum outcome r = session_asker(pamh, &why);

	if (r != OUTCOME_OK)
		left_refuse(pamh);
	/* a line whose options differ from auth's leaves it alone */
	else if (exported != NULL && exported->config.export != config->export)
		return;
	else if (config->export == EXPORT_FILE)
		r = file_open(pamh, config, &why);
	else if (config->export == EXPORT_ENV)
		r = env_open(pamh, config);
	if (r == OUTCOME_OK)
		return;
	environment_clear(pamh, config);
	journal_event(pamh, LOG_WARNING, "export_failed",
	    journal_item(pamh, PAM_USER),
	    why.text[0] != '\0' ? why.text : outcome_log_text(r));
}

void
session_refuse(pam_handle_t *pamh, const struct config *config)
{
	left_refuse(pamh);
	environment_refuse(pamh, config);
}

/* ---- a session closes ---- */

void
session_close(pam_handle_t *pamh)
{
	autoexported *kept = kept_find(pamh);

	(void)pam_set_data(pamh, KEPT, NULL, NULL); /* kept_end skips it */
	for (struct exported *k = kept; k != NULL; k = k->earlier) {
		/* the handle may have another session */
		environment_clear(pamh, &k->config);
		exported_end(pamh, k);
	}
}
