/* SPDX-License-Identifier: ISC */
/*
 * The journal: one line per decision, a list of key=value.  It never contains a
 * code, verifier, token or secret.
 */
#include "journal.h"

#include <security/pam_ext.h>
#include <stdint.h>
#include <string.h>
#include <syslog.h>

#include "gcpkce/base/text.h"

#define LINE_MAX_BYTES 16384
#define NO_MEMORY_TEXT "no memory for the other fields"

const char *
journal_item(pam_handle_t *pamh, int item)
{
	const void *value = NULL;

	if (pam_get_item(pamh, item, &value) != PAM_SUCCESS || value == NULL)
		return "";
	return value;
}

/* A success is a notice, a fault of the set-up or the application an error. */
static int
priority_of(enum outcome outcome)
{
	return outcome == OUTCOME_OK ? LOG_INFO
	    : outcome == OUTCOME_CONFIG_INVALID ||
		outcome == OUTCOME_CONFIG_UNSAFE ||
		outcome == OUTCOME_SECRET_UNREADABLE ||
		outcome == OUTCOME_CLIENT_REFUSED ||
		outcome == OUTCOME_HELPER_FAILED ||
		outcome == OUTCOME_SYSTEM_ERROR ||
		outcome == OUTCOME_TLS_FAILED || outcome == OUTCOME_NO_MEMORY
	    ? LOG_ERR
	    : LOG_NOTICE;
}

void
journal_decision(pam_handle_t *pamh, const struct journal_entry *entry)
{
	static const struct identity empty = {0};
	const struct identity *identity =
	    entry->identity != NULL ? entry->identity : &empty;
	autobuf line = BUF_INIT(LINE_MAX_BYTES);

	buf_printf(&line, "outcome=%s", outcome_name(entry->outcome));
	text_put_field(&line, "user", entry->user, TEXT_FIELD_MAX);
	text_put_field(
	    &line, "service", journal_item(pamh, PAM_SERVICE), TEXT_FIELD_MAX);
	text_put_field(
	    &line, "rhost", journal_item(pamh, PAM_RHOST), TEXT_FIELD_MAX);
	text_put_field(&line, "provider", entry->provider, TEXT_FIELD_MAX);
	text_put_field(&line, "subject", identity->id, TEXT_FIELD_MAX);
	text_put_field(&line, "email", identity->email, TEXT_FIELD_MAX);
	text_put_field(
	    &line, "organization", identity->organization_id, TEXT_FIELD_MAX);
	buf_printf(&line, " attempt=%lu", entry->attempt);
	text_put_field(
	    &line, "correlation", entry->correlation, TEXT_FIELD_MAX);
	buf_printf(&line, " ms=%lld", (long long)entry->ms);
	if (entry->is_remembered)
		buf_printf(&line, " remembered=%llu token=none",
		    (unsigned long long)entry->remembered_s);
	text_put_field(&line, "cause",
	    entry->cause[0] != '\0' ? entry->cause
				    : outcome_log_text(entry->outcome),
	    ERRINFO_TEXT_MAX);
	/* a decision is logged even if memory is short for its line */
	if (buf_check(&line) == OUTCOME_OK)
		pam_syslog(
		    pamh, priority_of(entry->outcome), "%s", buf_text(&line));
	else
		pam_syslog(pamh, priority_of(entry->outcome),
		    "outcome=%s attempt=%lu cause=\"%s; " NO_MEMORY_TEXT "\"",
		    outcome_name(entry->outcome), entry->attempt,
		    outcome_log_text(entry->outcome));
}

void
journal_faults(pam_handle_t *pamh, const struct config_faults *faults)
{
	for (size_t i = 0; i < faults->listed; i++)
		journal_event(pamh, LOG_ERR, outcome_name(faults->outcome),
		    journal_item(pamh, PAM_USER), faults->list[i].text);
}

void
journal_missing_layers(
    pam_handle_t *pamh, const char *user, struct missing_layers *missing)
{
	autobuf news = BUF_INIT(ERRINFO_TEXT_MAX);

	if (missing_news(missing, &news))
		journal_event(pamh, LOG_WARNING, "sandbox_layer_missing", user,
		    buf_text(&news));
}

void
journal_debug(pam_handle_t *pamh, const char *fmt, ...)
{
	autobuf text = BUF_INIT(LINE_MAX_BYTES);
	autobuf line = BUF_INIT(LINE_MAX_BYTES);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	text_put_escaped(&line, buf_view(&text));
	pam_syslog(pamh, LOG_DEBUG, "debug: %s", buf_text(&line));
}

void
journal_event(pam_handle_t *pamh, int priority, const char *event,
    const char *user, const char *cause)
{
	autobuf line = BUF_INIT(LINE_MAX_BYTES);

	buf_printf(&line, "outcome=%s", event);
	text_put_field(&line, "user", user, TEXT_FIELD_MAX);
	text_put_field(
	    &line, "service", journal_item(pamh, PAM_SERVICE), TEXT_FIELD_MAX);
	text_put_field(&line, "cause", cause, ERRINFO_TEXT_MAX);
	if (buf_check(&line) == OUTCOME_OK)
		pam_syslog(pamh, priority, "%s", buf_text(&line));
	else
		pam_syslog(pamh, priority,
		    "outcome=%s cause=\"" NO_MEMORY_TEXT "\"", event);
}
