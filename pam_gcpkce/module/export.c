/* SPDX-License-Identifier: ISC */
/*
 * The export of a token to the session to come, and the end of what no session
 * has taken over.
 */
#include "export.h"

#include <string.h>
#include <syslog.h>

#include "environment.h"
#include "exported.h"
#include "gcpkce/base/clock.h"
#include "journal.h"
#include "tokenfile.h"

/* Leave the token pending; only its id goes into the environment. */
static enum outcome
file_export(pam_handle_t *pamh, struct exported *exported,
    const struct account *account, struct errinfo *reterr)
{
	struct tokenfile_pending pending = {
	    .revoke = exported->config.revoke != REVOKE_NEVER,
	    .expires_at_s = exported->expires_at_s,
	    .token = exported->token, /* borrowed */
	};

	_Static_assert(
	    sizeof(pending.account) == sizeof(account->name), "same arrays");
	_Static_assert(
	    sizeof(pending.api_url) == sizeof(exported->config.api_url),
	    "same arrays");
	memcpy(pending.account, account->name, sizeof(pending.account));
	memcpy(
	    pending.api_url, exported->config.api_url, sizeof(pending.api_url));
	enum outcome r =
	    tokenfile_pending_write(&pending, exported->id, reterr);
	if (r != OUTCOME_OK)
		return r;
	exported->place = EXPORTED_PENDING;
	environment_drop(pamh, ENV_TOKEN_FILE);
	return environment_put(pamh, ENV_TOKEN_ID, view_text(exported->id));
}

enum outcome
export_token(pam_handle_t *pamh, const struct config *config,
    const struct account *account, const struct wire_verdict *verdict,
    uint64_t expires_at_s, struct errinfo *reterr)
{
	const struct identity *who = &verdict->identity;
	autoexported *exported = NULL;

	enum outcome r = exported_new(
	    config, account->name, verdict->token, expires_at_s, &exported);
	if (r == OUTCOME_OK)
		r = config->export == EXPORT_FILE
		    ? file_export(pamh, exported, account, reterr)
		    : environment_put_token(pamh, config, verdict->token);
	if (r == OUTCOME_OK)
		r = environment_put_user(
		    pamh, who->id, who->email, expires_at_s);
	if (r == OUTCOME_OK) {
		memcpy(exported->user_id, who->id, sizeof(who->id));
		memcpy(exported->user_email, who->email, sizeof(who->email));
		r = exported_keep(pamh, exported);
	}
	if (r == OUTCOME_OK) {
		(void)take_ptr(&exported);
		if (config->export == EXPORT_ENV)
			environment_log_region(pamh, config);
		return r;
	}
	/* the helper still has the token, and revokes it */
	if (exported != NULL && exported->place == EXPORTED_PENDING)
		(void)tokenfile_pending_remove(exported->id);
	environment_clear(pamh, config);
	return r == OUTCOME_NO_MEMORY
	    ? err_set(reterr, r, "the environment could not be set")
	    : r;
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

	if (pending->token == NULL) {
		journal_event(sweep->pamh, LOG_WARNING, "revoke_failed", "",
		    "the file of a pending token could not be read and was "
		    "removed");
		return;
	}
	token_revoke(sweep->pamh, sweep->config, pending->account,
	    pending->token, pending->expires_at_s);
}

void
export_sweep(pam_handle_t *pamh, const struct config *config)
{
	struct sweep sweep = {pamh, config};
	uint64_t now_s = clock_wall_s();

	tokenfile_session_sweep(now_s);
	tokenfile_pending_sweep(now_s, config->api_url, stale_found, &sweep);
}
