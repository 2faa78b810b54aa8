/* SPDX-License-Identifier: ISC */
/*
 * Exported tokens without a session.  The cleanup runs in whichever process
 * ends the handle: su's child runs it as the user.  So it acts only in the
 * process that authenticated; elsewhere it only frees memory.
 */
#include "exported.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "gcpkce/base/clock.h"
#include "gcpkce/helper_client/helper_client.h"
#include "journal.h"

#define KEPT "gcpkce_exported"
#define CLOSE_LIMIT_S 60

static enum outcome
revoker_send(pam_handle_t *pamh, const struct config *config, const char *user,
    struct secret *token, uint64_t expires_at_s, struct errinfo *reterr)
{
	const struct helper_call call = {
	    .user = user,
	    .service = journal_item(pamh, PAM_SERVICE),
	    .host = "",
	};

	if (token == NULL)
		return err_set(reterr, OUTCOME_HELPER_FAILED,
		    "the helper that holds the token has exited");
	return helper_client_revoke(
	    config, &call, token, expires_at_s, CLOSE_LIMIT_S, reterr);
}

void
token_revoke(pam_handle_t *pamh, const struct config *config, const char *user,
    struct secret *token, uint64_t expires_at_s)
{
	char expires[CLOCK_STAMP_LEN + 1] = "not known";
	autobuf text = BUF_INIT(2048);
	struct errinfo why = {0};

	if (revoker_send(pamh, config, user, token, expires_at_s, &why) ==
	    OUTCOME_OK)
		return;
	if (expires_at_s > 0)
		clock_stamp(expires_at_s, expires);
	buf_printf(&text, "%s; the token expires: %s", why.text, expires);
	journal_event(
	    pamh, LOG_WARNING, "revoke_failed", user, buf_text(&text));
}

static void
file_remove(pam_handle_t *pamh, struct exported *exported)
{
	struct errinfo why = {0};

	if (exported->place == EXPORTED_PENDING)
		(void)tokenfile_pending_remove(exported->id);
	else if (exported->place == EXPORTED_SESSION &&
	    tokenfile_remove(exported->uid, exported->id, &why) != OUTCOME_OK)
		journal_event(pamh, LOG_WARNING, "export_failed",
		    exported->user, why.text);
	exported->place = EXPORTED_NOWHERE;
}

void
exported_end(pam_handle_t *pamh, struct exported *exported)
{
	file_remove(pamh, exported);
	if (exported->config.revoke != REVOKE_NEVER)
		token_revoke(pamh, &exported->config, exported->user,
		    exported->token, exported->expires_at_s);
}

enum outcome
exported_new(const struct config *config, const char *user,
    const struct secret *token, uint64_t expires_at_s, struct exported **ret)
{
	struct view bytes = secret_view(token);
	autoexported *exported = calloc(1, sizeof(*exported));

	if (exported == NULL ||
	    secret_new(bytes.p, bytes.len, &exported->token) != OUTCOME_OK)
		return OUTCOME_NO_MEMORY;
	exported->owner = getpid();
	exported->config = *config;
	exported->expires_at_s = expires_at_s;
	(void)snprintf(exported->user, sizeof(exported->user), "%s", user);
	*ret = take_ptr(&exported);
	return OUTCOME_OK;
}

void
exported_free(struct exported *exported)
{
	while (exported != NULL) {
		struct exported *earlier = exported->earlier;

		secret_free(exported->token);
		free(exported);
		exported = earlier;
	}
}

static void
kept_end(pam_handle_t *pamh, void *data, int status)
{
	struct exported *exported = data;

	if (exported == NULL || exported->taken)
		return;
	if (exported->owner == getpid() && (status & PAM_DATA_SILENT) == 0)
		exported_end(pamh, exported);
	exported_free(exported);
}

enum outcome
exported_keep(pam_handle_t *pamh, struct exported *exported)
{
	return pam_set_data(pamh, KEPT, exported, kept_end) == PAM_SUCCESS
	    ? OUTCOME_OK
	    : OUTCOME_NO_MEMORY;
}

const struct exported *
exported_find(pam_handle_t *pamh)
{
	const void *data = NULL;

	return pam_get_data(pamh, KEPT, &data) == PAM_SUCCESS ? data : NULL;
}

struct exported *
exported_take(pam_handle_t *pamh)
{
	const struct exported *found = exported_find(pamh);
	struct exported *exported;

	if (found == NULL)
		return NULL;
	memcpy(&exported, &found, sizeof(exported));
	exported->taken = true; /* so that kept_end skips it */
	/* replacing data that is there takes no memory, so it cannot fail */
	(void)pam_set_data(pamh, KEPT, NULL, NULL);
	exported->taken = false;
	return exported;
}
