/* SPDX-License-Identifier: ISC */
/*
 * The tables of causes and symptoms.  Genesys Cloud publishes no list of
 * causes: the order is by likelihood according to its own tools, reports of
 * users and the RFCs; each cause names its source.
 */
#include "gcpkce/oauth/error_table.h"

#include <string.h>

static const struct cause_text causes[CAUSE_COUNT] = {
    [CAUSE_NONE] = {"", CAUSE_ANY, "", "", ""},
#define X(suffix, scope, text, tell, fix) \
	[CAUSE_##suffix] = {#suffix, CAUSE_##scope, text, tell, fix},
#include "gcpkce/oauth/hint.def"
#undef X
};

const struct cause_text *
cause_get(enum cause cause)
{
	return &causes[(size_t)cause < CAUSE_COUNT ? cause : CAUSE_NONE];
}

bool
cause_applies(enum cause cause, bool secret_sent)
{
	enum cause_scope scope = cause_get(cause)->scope;

	return scope == CAUSE_ANY ||
	    scope == (secret_sent ? CAUSE_SECRET : CAUSE_NO_SECRET);
}

#define CAUSE(cause, sure) \
	{ \
		CAUSE_##cause, SYMPTOM_##sure \
	}
#define NOTHING CAUSE(NONE, INFERRED)
#define I(cause) CAUSE(cause, INFERRED)
#define S(cause) CAUSE(cause, STANDARD)
#define R(cause) CAUSE(cause, REPORTED)
#define V(cause) CAUSE(cause, VENDOR)

#define ROW(place, name, detail, from, to, outcome, meaning, ...) \
	{SYMPTOM_##place, name, detail, {from, to}, OUTCOME_##outcome, \
	    meaning, {__VA_ARGS__}},
#define TOKEN(name, detail, outcome, ...) \
	ROW(TOKEN, name, detail, 0, 0, outcome, __VA_ARGS__)
#define API(name, outcome, ...) ROW(API, name, NULL, 0, 0, outcome, __VA_ARGS__)
#define REDIRECT(name, ...) \
	ROW(REDIRECT, name, NULL, 0, 0, SIGNIN_REFUSED, __VA_ARGS__)
#define STATUS(from, to, outcome, ...) \
	ROW(STATUS, NULL, NULL, from, to, outcome, __VA_ARGS__)
#define OTHER(place, outcome, ...) \
	ROW(place, NULL, NULL, 0, 0, outcome, __VA_ARGS__)

static const struct symptom symptoms[] = {
#include "error_table.def"
};

const struct symptom *
symptom_find(enum symptom_place place, enum outcome outcome, const char *name,
    const char *detail)
{
	for (size_t i = 0; i < sizeof(symptoms) / sizeof(symptoms[0]); i++) {
		const struct symptom *row = &symptoms[i];

		if (row->place == place && row->outcome == outcome &&
		    (row->name == NULL || strcmp(row->name, name) == 0) &&
		    (row->detail == NULL ||
			strstr(detail, row->detail) != NULL))
			return row;
	}
	return NULL;
}

const struct symptom *
symptom_of_status(long status)
{
	for (size_t i = 0; i < sizeof(symptoms) / sizeof(symptoms[0]); i++) {
		const struct symptom *row = &symptoms[i];

		if (row->place == SYMPTOM_STATUS && status >= row->status[0] &&
		    status <= row->status[1])
			return row;
	}
	return NULL;
}

const char *
symptom_place_name(enum symptom_place place)
{
	static const char *const names[SYMPTOM_REPLY + 1] = {"token_error",
	    "api_error", "error_redirect", "status", "page", "broken_json",
	    "authorize_address", "code_redirect", "token_redirect", "address",
	    "token_reply"};

	return names[place];
}

const char *
symptom_sure_name(enum symptom_sure sure)
{
	static const char *const names[SYMPTOM_SEEN + 1] = {
	    "inferred", "standard", "reported", "vendor", "seen"};

	return names[sure];
}
