/* SPDX-License-Identifier: ISC */
/*
 * The tables of hints and errors.  Genesys Cloud publishes no list of
 * causes: the order is by likelihood according to its own tools, reports of
 * users and the RFCs; each cause names its source.
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
hint_applies(enum hint hint, bool secret_sent)
{
	enum hint_scope scope = hint_get(hint)->scope;

	return scope == HINT_ANY ||
	    scope == (secret_sent ? HINT_SECRET : HINT_NO_SECRET);
}

#define HINT(hint, certainty) \
	{ \
		HINT_##hint, CERTAINTY_##certainty \
	}
#define NOTHING HINT(NONE, INFERRED)
#define I(hint) HINT(hint, INFERRED)
#define S(hint) HINT(hint, STANDARD)
#define R(hint) HINT(hint, REPORTED)
#define V(hint) HINT(hint, VENDOR)

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

static const struct error_row error_rows[] = {
#include "error_table.def"
};

const struct error_row *
error_row_find(enum error_kind kind, enum outcome outcome, const char *name,
    const char *detail)
{
	for (size_t i = 0; i < sizeof(error_rows) / sizeof(error_rows[0]);
	     i++) {
		const struct error_row *row = &error_rows[i];

		if (row->kind == kind && row->outcome == outcome &&
		    (row->name == NULL || strcmp(row->name, name) == 0) &&
		    (row->detail == NULL ||
			strstr(detail, row->detail) != NULL))
			return row;
	}
	return NULL;
}

const struct error_row *
error_row_of_status(long status)
{
	for (size_t i = 0; i < sizeof(error_rows) / sizeof(error_rows[0]);
	     i++) {
		const struct error_row *row = &error_rows[i];

		if (row->kind == ERROR_STATUS && status >= row->status[0] &&
		    status <= row->status[1])
			return row;
	}
	return NULL;
}

const char *
error_kind_name(enum error_kind kind)
{
	static const char *const names[ERROR_REPLY + 1] = {"token_error",
	    "api_error", "error_redirect", "status", "page", "broken_json",
	    "authorize_address", "code_redirect", "token_redirect", "address",
	    "token_reply"};

	return names[kind];
}

const char *
certainty_name(enum certainty certainty)
{
	static const char *const names[CERTAINTY_SEEN + 1] = {
	    "inferred", "standard", "reported", "vendor", "seen"};

	return names[certainty];
}
