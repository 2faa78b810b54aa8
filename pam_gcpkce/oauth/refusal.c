/* SPDX-License-Identifier: ISC */
/*
 * The likely causes of a refused code or client.  The server's words are few
 * and cover many faults; what this sign-in itself saw ranks them.  Fixed
 * phrases and numbers alone are written: nothing from the network, no code.
 */
#include "gcpkce/refusal.h"

#include <string.h>

/* From this age on an expired code is more likely than the other causes. */
#define SHOWN_LONG_S 60

enum client_fault {
	FAULT_OTHER,
	FAULT_NOT_FOUND,
	FAULT_NOT_AUTHENTICATED,
	FAULT_NOT_AUTHORIZED,
	FAULT_REQUEST,
	FAULT_GRANT_TYPE,
	FAULT_SCOPE
};

/* When a cause applies, by whether a client secret was sent. */
enum secret_use { SECRET_ANY, SECRET_SENT, SECRET_NOT_SENT };

static const struct client_cause {
	enum client_fault fault;
	enum secret_use use;
	const char *text;
} client_causes[] = {
    {FAULT_NOT_FOUND, SECRET_ANY,
	"region or login_url is not the one that the client belongs to"},
    {FAULT_NOT_FOUND, SECRET_ANY,
	"client_id is mistyped or the client was deleted"},
    {FAULT_NOT_AUTHENTICATED, SECRET_ANY,
	"region or login_url is not the one that the client belongs to"},
    {FAULT_NOT_AUTHENTICATED, SECRET_SENT,
	"client_secret_file holds a wrong or an old secret"},
    {FAULT_NOT_AUTHENTICATED, SECRET_NOT_SENT,
	"the client demands its secret and client_secret_file is not set"},
    {FAULT_NOT_AUTHENTICATED, SECRET_ANY, "the client is disabled or inactive"},
    {FAULT_NOT_AUTHORIZED, SECRET_ANY,
	"the client's grant type is not Code Authorization"},
    {FAULT_NOT_AUTHORIZED, SECRET_ANY,
	"an administrator of the organization has not approved the client"},
    {FAULT_REQUEST, SECRET_ANY,
	"redirect_uri is not the one of the authorize address (a start page "
	"with another configuration?)"},
    {FAULT_REQUEST, SECRET_ANY, "client_id is not a client's id"},
    {FAULT_REQUEST, SECRET_ANY,
	"a proxy or gateway changed the form that was sent"},
    {FAULT_GRANT_TYPE, SECRET_ANY,
	"login_url does not lead to Genesys Cloud's login host"},
    {FAULT_GRANT_TYPE, SECRET_ANY,
	"a proxy or gateway changed the form that was sent"},
    {FAULT_SCOPE, SECRET_ANY,
	"the client has no scope, or one that the organization does not have"},
    {FAULT_OTHER, SECRET_ANY,
	"region or login_url is not the one that the client belongs to"},
    {FAULT_OTHER, SECRET_ANY, "client_id is mistyped"},
};

static void
put_cause(struct buf *text, bool *first, const char *cause)
{
	buf_put_text(text, *first ? "" : "; ");
	buf_put_text(text, cause);
	*first = false;
}

static enum client_fault
fault_of(const struct error_body *body)
{
	static const struct {
		const char *name;
		enum client_fault fault;
	} faults[] = {
	    {"invalid_client", FAULT_NOT_AUTHENTICATED},
	    {"unauthorized_client", FAULT_NOT_AUTHORIZED},
	    {"invalid_request", FAULT_REQUEST},
	    {"unsupported_grant_type", FAULT_GRANT_TYPE},
	    {"invalid_scope", FAULT_SCOPE},
	};

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (strcmp(body->name, faults[i].name) != 0)
			continue;
		if (faults[i].fault == FAULT_NOT_AUTHENTICATED &&
		    strstr(body->detail, "not found") != NULL)
			return FAULT_NOT_FOUND;
		return faults[i].fault;
	}
	return FAULT_OTHER;
}

static void
put_client_causes(const struct refusal *refusal, struct buf *text)
{
	enum client_fault fault = fault_of(refusal->body);
	enum secret_use use =
	    refusal->confidential ? SECRET_SENT : SECRET_NOT_SENT;
	bool first = true;

	for (size_t i = 0; i < sizeof(client_causes) / sizeof(client_causes[0]);
	     i++) {
		const struct client_cause *cause = &client_causes[i];

		if (cause->fault == fault &&
		    (cause->use == SECRET_ANY || cause->use == use))
			put_cause(text, &first, cause->text);
	}
}

static void
put_expired(const struct refusal *refusal, struct buf *text, bool *first)
{
	put_cause(text, first, "the code has expired");
	buf_printf(
	    text, " (the address was shown %lu s ago)", refusal->shown_s);
}

static void
put_code_causes(const struct refusal *refusal, struct buf *text)
{
	bool long_shown = refusal->shown_s >= SHOWN_LONG_S;
	bool first = true;

	if (refusal->code_seen_before)
		put_cause(text, &first,
		    "this very code was sent before, and a code works once");
	if (long_shown)
		put_expired(refusal, text, &first);
	/* A state that came along is ours, and stands behind a whole code. */
	if (!refusal->state_seen) {
		put_cause(text, &first, "the code is of an earlier address");
		put_cause(text, &first, "the code was cut off when pasted");
		buf_printf(text, " (%zu characters came)", refusal->code_len);
	}
	if (!refusal->code_seen_before)
		put_cause(text, &first,
		    "something else used the code first (a page that was "
		    "loaded twice, a link scanner)");
	if (!long_shown)
		put_expired(refusal, text, &first);
	put_cause(text, &first,
	    "the address was made with another client_id or redirect_uri (a "
	    "start page with another configuration?)");
}

void
refusal_causes(const struct refusal *refusal, struct buf *text)
{
	if (refusal->outcome == OUTCOME_CODE_REFUSED)
		put_code_causes(refusal, text);
	else if (refusal->outcome == OUTCOME_CLIENT_REFUSED)
		put_client_causes(refusal, text);
}
