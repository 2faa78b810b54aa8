/* SPDX-License-Identifier: ISC */
/*
 * The module's lines in the journal.
 */
#ifndef GCPKCE_MODULE_JOURNAL_H
#define GCPKCE_MODULE_JOURNAL_H

#include <security/pam_modules.h>

#include "gcpkce/config/config.h"
#include "gcpkce/wire/identity.h"
#include "gcpkce/wire/layers.h"

/* The fields of one decision's line; texts *borrowed*, "" when not known. */
struct journal_entry {
	enum outcome outcome;
	const char *user;
	const char *provider;            /* the configured one */
	const struct identity *identity; /* NULL: not known */
	unsigned long attempt;
	const char *correlation;
	int64_t ms; /* from the answer to the decision */
	bool is_remembered;
	uint64_t remembered_s;
	const char *cause;
};

/*
 * Write the one line of a decision: outcome= user= service= rhost= provider=
 * subject= email= organization= attempt= correlation= ms= cause=, in this
 * order; for a remembered sign-in remembered= and token=none before cause=.
 * Values from outside are quoted and escaped, so that they cannot forge a field
 * or a line.
 *
 * source: docs/EVENTS.md; pam_syslog(3)
 */
void journal_decision(pam_handle_t *pamh, const struct journal_entry *entry);

/*
 * Write a line that is no decision: outcome=EVENT user= service= cause=.
 *
 * in:     event  export_failed, revoke_failed, config_invalid, ...
 */
void journal_event(pam_handle_t *pamh, int priority, const char *event,
    const char *user, const char *cause);

/*
 * Write "sandbox_layer_missing" for layers not logged yet; nothing if there are
 * none.
 */
void journal_missing_layers(
    pam_handle_t *pamh, const char *user, struct missing_layers *missing);

/* Write every fault of a configuration, one line each. */
void journal_faults(pam_handle_t *pamh, const struct config_faults *faults);

/*
 * Write a line for debug=yes: "debug: ..." at LOG_DEBUG.
 *
 * in:     fmt, ...  printf's; never a code, verifier, token or secret
 */
void journal_debug(pam_handle_t *pamh, const char *fmt, ...) PRINTF(2, 3);

/* A string item of the handle, or "". */
const char *journal_item(pam_handle_t *pamh, int item);

#endif
