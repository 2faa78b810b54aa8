/* SPDX-License-Identifier: ISC */
/*
 * Exported tokens without a session.  The cleanup runs in whatever process
 * ends the handle: su's child does so as the user.  So it acts only in the
 * process that authenticated, and elsewhere forgets.
 */
#include "exported.h"

#include <string.h>
#include <syslog.h>

#include "gcpkce/clock.h"
#include "gcpkce/errand.h"
#include "journal.h"

#define KEPT "gcpkce_exported"
#define CLOSE_LIMIT_S 60

void
token_revoke(pam_handle_t *pamh, const struct config *config, const char *user,
    struct secret *token, uint64_t expires_at_s)
{
	struct errinfo why = {0};
	const struct errand errand = {
	    .user = user,
	    .service = journal_item(pamh, PAM_SERVICE),
	    .host = "",
	};

	if (config->revoke == REVOKE_NEVER ||
	    errand_revoke(config, &errand, token, expires_at_s, CLOSE_LIMIT_S,
		&why) == OUTCOME_OK)
		return;
	char expires[CLOCK_STAMP_LEN + 1] = "not known";
	autobuf text = BUF_INIT(2048);

	if (expires_at_s > 0)
		clock_stamp(expires_at_s, expires);
	buf_printf(&text, "%s; the token expires: %s", why.text, expires);
	journal_event(
	    pamh, LOG_WARNING, "revoke_failed", user, buf_text(&text));
}

void
exported_revoke(pam_handle_t *pamh, const struct exported *exported)
{
	if (exported->id[0] != '\0')
		(void)tokenfile_pending_remove(exported->id);
	token_revoke(pamh, &exported->config, exported->user, exported->token,
	    exported->expires_at_s);
}

void
exported_free(struct exported *exported)
{
	if (exported == NULL)
		return;
	secret_free(exported->token);
	free(exported);
}

static void
kept_end(pam_handle_t *pamh, void *data, int status)
{
	struct exported *exported = data;

	if (exported == NULL || exported->taken)
		return;
	if (exported->owner == getpid() && (status & PAM_DATA_SILENT) == 0)
		exported_revoke(pamh, exported);
	exported_free(exported);
}

enum outcome
exported_keep(pam_handle_t *pamh, const struct exported *source)
{
	struct view token = secret_view(source->token);
	autoexported *exported = calloc(1, sizeof(*exported));

	if (exported == NULL)
		return OUTCOME_NO_MEMORY;
	*exported = *source;
	exported->token = NULL;
	exported->owner = getpid();
	exported->taken = false;
	if (secret_new(token.p, token.len, &exported->token) != OUTCOME_OK ||
	    pam_set_data(pamh, KEPT, exported, kept_end) != PAM_SUCCESS)
		return OUTCOME_NO_MEMORY;
	(void)take_ptr(&exported);
	return OUTCOME_OK;
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
	exported->taken = true; /* so kept_end leaves it */
	(void)pam_set_data(pamh, KEPT, NULL, NULL);
	return exported;
}
