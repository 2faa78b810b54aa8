/* SPDX-License-Identifier: ISC */
/*
 * The tables of hints and errors.  Genesys Cloud publishes no list of causes:
 * the order is by likelihood according to its own tools, reports of users and
 * the RFCs; each hint has its certainty.
 */
#include "gcpkce/oauth/error_table.h"

#include <string.h>

static const struct hint_text hints[HINT_COUNT] = {
    [HINT_NONE] = {"", HINT_ANY, "", "", ""},
#define X(suffix, scope, text, how_to_tell, fix) \
	[HINT_##suffix] = {#suffix, HINT_##scope, text, how_to_tell, fix},
#include "gcpkce/oauth/hint.def"
#undef X
};

const struct hint_text *
hint_get(enum hint hint)
{
	return &hints[(size_t)hint < HINT_COUNT ? hint : HINT_NONE];
}

bool
hint_is_of(enum hint hint, enum provider_id provider)
{
	const enum hint_scope scope = hint_get(hint)->scope;

	return provider == PROVIDER_CXONE
	    ? scope != HINT_GENESYS && scope != HINT_NO_SECRET
	    : scope != HINT_CXONE;
}

bool
hint_applies(enum hint hint, enum provider_id provider, bool secret_sent)
{
	enum hint_scope scope = hint_get(hint)->scope;

	return scope != HINT_OTHER &&
	    scope != (secret_sent ? HINT_NO_SECRET : HINT_SECRET) &&
	    hint_is_of(hint, provider);
}

#define HINT(hint, certainty) \
	{ \
		HINT_##hint, CERTAINTY_##certainty \
	}
#define I(hint) HINT(hint, INFERRED)
#define S(hint) HINT(hint, STANDARD)
#define R(hint) HINT(hint, REPORTED)
#define V(hint) HINT(hint, VENDOR)
#define NOTHING I(NONE)

#define ROW(kind, name, detail, from, to, outcome, meaning, ...) \
	{ERROR_##kind, name, detail, {from, to}, OUTCOME_##outcome, meaning, \
	    {__VA_ARGS__}},
#define TOKEN(name, detail, outcome, ...) \
	ROW(TOKEN, name, detail, 0, 0, outcome, __VA_ARGS__)
#define API(name, outcome, ...) ROW(API, name, NULL, 0, 0, outcome, __VA_ARGS__)
#define REDIRECT(name, ...) \
	ROW(REDIRECT, name, NULL, 0, 0, SIGNIN_REFUSED, __VA_ARGS__)
#define STATUS(from, to, outcome, ...) \
	ROW(STATUS, NULL, NULL, from, to, outcome, __VA_ARGS__)
#define OTHER(kind, outcome, ...) \
	ROW(kind, NULL, NULL, 0, 0, outcome, __VA_ARGS__)

static const struct error_row rows[] = {
#include "error_table.def"
    {.meaning = NULL}};

const struct error_row *
error_row_find(enum error_kind kind, enum outcome outcome, const char *name,
    const char *detail)
{
	for (const struct error_row *row = rows; row->meaning != NULL; row++) {
		if (row->kind == kind && row->outcome == outcome &&
		    (row->name == NULL || strcmp(row->name, name) == 0) &&
		    (row->detail == NULL ||
			strstr(detail, row->detail) != NULL))
			return row;
	}
	return NULL;
}

enum outcome
error_outcome(struct view name)
{
	for (const struct error_row *row = rows; row->meaning != NULL; row++) {
		if (row->kind == ERROR_TOKEN && row->name != NULL &&
		    view_eq(name, view_text(row->name)))
			return row->outcome;
	}
	return OUTCOME_REPLY_INVALID;
}

const struct error_row *
error_row_of_status(long status)
{
	for (const struct error_row *row = rows; row->meaning != NULL; row++) {
		if (row->kind == ERROR_STATUS && status >= row->status[0] &&
		    status <= row->status[1])
			return row;
	}
	return NULL;
}

#define X(suffix, name) name,
const char *
error_kind_name(enum error_kind kind)
{
	static const char *const names[] = {ERROR_KIND_TABLE(X)};

	return names[kind];
}

const char *
certainty_name(enum certainty certainty)
{
	static const char *const names[] = {CERTAINTY_TABLE(X)};

	return names[certainty];
}
#undef X

/* ---- the causes of a refusal: the facts of the sign-in rank them ---- */

/* From this age on, an expired code is the most likely cause. */
#define OLD_CODE_S 60

static void
put_hint(struct buf *text, enum hint hint)
{
	buf_put_text(text, text->len > 0 ? "; " : "");
	buf_put_text(text, hint_get(hint)->text);
}

static void
put_client_hints(const struct refusal *refusal, struct buf *text)
{
	const struct error_row *row = error_row_find(ERROR_TOKEN,
	    OUTCOME_CLIENT_REFUSED, refusal->body->name, refusal->body->detail);

	for (size_t i = 0; i < ERROR_HINTS_MAX; i++) {
		enum hint hint = row->hints[i].hint;

		if (hint != HINT_NONE &&
		    hint_applies(
			hint, refusal->provider, refusal->confidential))
			put_hint(text, hint);
	}
}

static void
put_expired(const struct refusal *refusal, struct buf *text)
{
	put_hint(text, HINT_CODE_EXPIRED);
	buf_printf(
	    text, " (the address was shown %lu s ago)", refusal->shown_s);
}

static void
put_code_hints(const struct refusal *refusal, struct buf *text)
{
	bool is_old = refusal->shown_s >= OLD_CODE_S;

	if (refusal->code_seen_before)
		put_hint(text, HINT_CODE_REPEATED);
	if (is_old)
		put_expired(refusal, text);
	/* A state is ours and follows the code, which is whole then. */
	if (!refusal->state_seen) {
		put_hint(text, HINT_CODE_EARLIER);
		put_hint(text, HINT_CODE_CUT);
		buf_printf(text, " (%zu character%s came)", refusal->code_len,
		    refusal->code_len == 1 ? "" : "s");
	}
	if (!refusal->code_seen_before)
		put_hint(text, HINT_CODE_TAKEN);
	if (!is_old)
		put_expired(refusal, text);
	put_hint(text, HINT_CODE_OTHER_CLIENT);
}

void
refusal_hints(const struct refusal *refusal, struct buf *text)
{
	if (refusal->outcome == OUTCOME_CODE_REFUSED)
		put_code_hints(refusal, text);
	else if (refusal->outcome == OUTCOME_CLIENT_REFUSED)
		put_client_hints(refusal, text);
}
