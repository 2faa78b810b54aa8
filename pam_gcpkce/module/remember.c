/* SPDX-License-Identifier: ISC */
/*
 * Remembered sign-ins.  What the key is made of comes from the kernel, from
 * sshd by way of PAM, or from the configuration; a user can choose none of it
 * without a proof.  Every fault leads to the usual dialogue.
 */
#include "remember.h"

#include <string.h>
#include <syslog.h>

#include "binding.h"
#include "environment.h"
#include "gcpkce/base/clock.h"
#include "gcpkce/base/text.h"
#include "gcpkce/config/remembered.h"
#include "journal.h"

static void
field(struct buf *key, const char *name, const char *value)
{
	text_put_field(key, name, value, REMEMBERED_KEY_MAX);
}

/*
 * The settings that say whose identities are accepted, and by which map, so
 * that two lines have a record each.  A test knows each other key's reason.
 */
static void
settings_put(struct buf *key, const struct config *config)
{
	char map[CONFIG_METHODS_MAX + 1] = "";

	for (size_t i = 0; i < CONFIG_METHODS_MAX; i++)
		map[i] = (char)('0' + config->map.list[i]);
	field(key, "provider", provider_name(config->provider));
	field(key, "issuer", config->issuer);
	field(key, "authorize_url", config->authorize_url);
	field(key, "token_url", config->token_url);
	field(key, "jwks_url", config->jwks_url);
	field(key, "userinfo_url", config->userinfo_url);
	field(key, "nonce",
	    config->nonce == NONCE_REQUIRE ? "require" : "if_present");
	field(key, "userinfo", config->userinfo ? "yes" : "no");
	field(key, "login_url", config->login_url);
	field(key, "api_url", config->api_url);
	field(key, "client_id", config->client_id);
	field(key, "organization", config->organization);
	field(key, "partner_logins", config->partner_logins ? "yes" : "no");
	field(key, "signin_org", config->signin_org);
	field(key, "signin_provider", config->signin_provider);
	field(key, "force_signin", config->force_signin ? "yes" : "no");
	field(key, "map", map);
	field(key, "map_file", config->map_file);
	field(key, "require_group", config->require_group);
	field(key, "require_role", config->require_role);
	field(key, "require_division", config->require_division);
}

static enum outcome
key_compose(struct signin *s, const struct place *place, struct errinfo *reterr)
{
	const struct account *account = &s->policy.account;

	s->key = BUF_INIT(REMEMBERED_KEY_MAX);
	field(&s->key, "account", account->name);
	field(&s->key, "service", place->service);
	settings_put(&s->key, &s->config);
	enum outcome r = binding_put(s->pamh, place, account, &s->key, reterr);
	if (r == OUTCOME_OK)
		r = buf_check(&s->key);
	if (r != OUTCOME_OK)
		buf_done(&s->key); /* nothing is written */
	return r;
}

static bool
is_fresh(const struct remembered *record, uint64_t now_s, uint64_t remember_s)
{
	uint64_t age_s = now_s - record->made_s; /* huge, if made later */

	return record->made_s > 0 && age_s < record->lasts_s &&
	    age_s < remember_s;
}

static enum outcome
record_use(struct signin *s, struct errinfo *reterr)
{
	const uint64_t now_s = clock_boot_s();
	autoremembered record = {0};

	enum outcome r = remembered_read(
	    s->policy.account.uid, buf_view(&s->key), &record, reterr);
	if (r == OUTCOME_OK && !is_fresh(&record, now_s, s->config.remember))
		r = err_set(reterr, OUTCOME_TIMED_OUT, "the record has ended");
	if (r == OUTCOME_OK)
		r = rounds_judge(s, &record.identity, reterr);
	if (r != OUTCOME_OK)
		return r;
	s->is_remembered = true;
	s->remembered_s = now_s - record.made_s;
	s->verdict.outcome = r;
	s->verdict.identity = record.identity;
	record.identity = (struct identity){0};
	return r;
}

bool
remember_use(struct signin *s, const struct place *place)
{
	struct errinfo why = {0};

	if (s->config.remember == 0 || s->account_status != OUTCOME_OK)
		return false;
	enum outcome r = key_compose(s, place, &why);
	if (r == OUTCOME_OK)
		r = record_use(s, &why);
	if (r != OUTCOME_OK && s->config.debug)
		journal_debug(s->pamh, "not remembered: %s",
		    why.text[0] != '\0' ? why.text : outcome_log_text(r));
	return r == OUTCOME_OK;
}

void
remember_export(struct signin *s)
{
	if (s->config.export == EXPORT_NONE ||
	    (environment_put_user(s->pamh, s->verdict.identity.id,
		 s->verdict.identity.email, 0) == OUTCOME_OK &&
		environment_put_no_token(s->pamh, &s->config) == OUTCOME_OK))
		return;
	environment_clear(s->pamh, &s->config);
	journal_event(s->pamh, LOG_WARNING, "export_failed", s->user,
	    "the environment could not be set");
}

_Static_assert(sizeof(((struct remembered *)0)->account) ==
	sizeof(((struct account *)0)->name),
    "same arrays");

void
remember_keep(struct signin *s)
{
	struct errinfo why = {0};
	struct remembered record = {
	    .uid = s->policy.account.uid,
	    .made_s = clock_boot_s(),
	    .lasts_s = s->config.remember,
	    .key = s->key,                   /* borrowed */
	    .identity = s->verdict.identity, /* borrowed */
	};

	if (s->key.len == 0)
		return;
	memcpy(record.account, s->policy.account.name, sizeof(record.account));
	enum outcome r = remembered_write(&record, &why);
	if (r != OUTCOME_OK)
		journal_event(s->pamh, LOG_WARNING, "remember_failed", s->user,
		    why.text[0] != '\0' ? why.text : outcome_log_text(r));
}
