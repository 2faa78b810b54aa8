/* SPDX-License-Identifier: ISC */
/*
 * The table of symptoms.  Genesys Cloud publishes no list of causes: the order
 * is what its own tools, reports of users and the RFCs make likely, and each
 * cause says which of these it rests on.
 */
#include "gcpkce/oauth/error_table.h"

#include <string.h>

#define INFERRED(cause) \
	{ \
		CAUSE_##cause, SYMPTOM_INFERRED \
	}
#define STANDARD(cause) \
	{ \
		CAUSE_##cause, SYMPTOM_STANDARD \
	}
#define REPORTED(cause) \
	{ \
		CAUSE_##cause, SYMPTOM_REPORTED \
	}
#define VENDOR(cause) \
	{ \
		CAUSE_##cause, SYMPTOM_VENDOR \
	}

/* A row stands in front of one that is less particular. */
static const struct symptom symptoms[] = {
    {SYMPTOM_TOKEN, NULL, NULL, {0}, OUTCOME_RATE_LIMITED,
	"The login host has had too many requests.", {VENDOR(RATE)}},
    {SYMPTOM_TOKEN, "invalid_client", "not found", {0}, OUTCOME_CLIENT_REFUSED,
	"The login host does not know the client.",
	{REPORTED(REGION), INFERRED(CLIENT_ID)}},
    {SYMPTOM_TOKEN, "invalid_client", NULL, {0}, OUTCOME_CLIENT_REFUSED,
	"The login host does not accept the client.",
	{REPORTED(REGION), STANDARD(SECRET_WRONG), STANDARD(SECRET_MISSING),
	    INFERRED(CLIENT_INACTIVE)}},
    {SYMPTOM_TOKEN, "unauthorized_client", NULL, {0}, OUTCOME_CLIENT_REFUSED,
	"The client may not sign people in with a code.",
	{REPORTED(GRANT_TYPE), INFERRED(UNAPPROVED)}},
    {SYMPTOM_TOKEN, "invalid_request", NULL, {0}, OUTCOME_CLIENT_REFUSED,
	"The login host does not understand the request, or a parameter does "
	"not fit the authorize address.",
	{REPORTED(REDIRECT), INFERRED(CLIENT_ID_FORM), REPORTED(BODY_JSON),
	    STANDARD(PARAMETER), INFERRED(FORM_CHANGED),
	    INFERRED(VERIFIER_LENGTH), INFERRED(VERIFIER_BYTES)}},
    {SYMPTOM_TOKEN, "unsupported_grant_type", NULL, {0}, OUTCOME_CLIENT_REFUSED,
	"The login host does not know this kind of request.",
	{INFERRED(LOGIN_HOST), STANDARD(GRANT_NAME), INFERRED(BODY_JSON),
	    INFERRED(FORM_CHANGED)}},
    {SYMPTOM_TOKEN, "invalid_scope", NULL, {0}, OUTCOME_CLIENT_REFUSED,
	"The client's scopes are not accepted.", {STANDARD(SCOPE)}},
    {SYMPTOM_TOKEN, NULL, NULL, {0}, OUTCOME_CLIENT_REFUSED,
	"The login host refused the client or the request.",
	{REPORTED(REGION), INFERRED(CLIENT_ID)}},
    {SYMPTOM_TOKEN, "invalid_grant", NULL, {0}, OUTCOME_CODE_REFUSED,
	"The login host refused the code, or the verifier that came with it.",
	{REPORTED(CODE_REPEATED), REPORTED(CODE_EXPIRED),
	    REPORTED(VERIFIER_NEW), REPORTED(REDIRECT), INFERRED(CODE_CUT),
	    INFERRED(CODE_EARLIER), INFERRED(CODE_TAKEN),
	    REPORTED(CHALLENGE_BASE64), REPORTED(CHALLENGE_PADDED),
	    REPORTED(CHALLENGE_HEX), INFERRED(NEWLINE), INFERRED(CHALLENGE_CUT),
	    STANDARD(CODE_OTHER_CLIENT), INFERRED(VERIFIER_LENGTH),
	    INFERRED(VERIFIER_BYTES), INFERRED(METHOD), INFERRED(REGION)}},
    {SYMPTOM_TOKEN, NULL, NULL, {0}, OUTCOME_PROVIDER_ERROR,
	"The login host failed.", {STANDARD(PROVIDER), INFERRED(GATEWAY)}},
    {SYMPTOM_TOKEN, NULL, NULL, {0}, OUTCOME_REPLY_INVALID,
	"This is no error that the login host is known to give.",
	{INFERRED(LOGIN_HOST), INFERRED(GATEWAY), INFERRED(REGION)}},

    {SYMPTOM_API, "authentication.required", NULL, {0}, OUTCOME_TOKEN_INVALID,
	"The API host saw no token.", {VENDOR(TOKEN_MISSING)}},
    {SYMPTOM_API, "credentials.expired", NULL, {0}, OUTCOME_TOKEN_INVALID,
	"The token is no longer good.", {VENDOR(TOKEN_ENDED)}},
    {SYMPTOM_API, "bad.credentials", NULL, {0}, OUTCOME_TOKEN_INVALID,
	"The API host does not know the token.",
	{INFERRED(TOKEN_ENDED), INFERRED(TOKEN_REGION)}},
    {SYMPTOM_API, "missing.permissions", NULL, {0}, OUTCOME_TOKEN_INVALID,
	"The token's owner may not do this.",
	{VENDOR(PERMISSION), INFERRED(SCOPE_ENFORCED)}},
    {SYMPTOM_API, "missing.any.permissions", NULL, {0}, OUTCOME_TOKEN_INVALID,
	"The token's owner may not do this.",
	{VENDOR(PERMISSION), INFERRED(SCOPE_ENFORCED)}},
    {SYMPTOM_API, "missing.division.permission", NULL, {0},
	OUTCOME_TOKEN_INVALID, "The token's owner may not do this there.",
	{VENDOR(PERMISSION)}},
    {SYMPTOM_API, "not.authorized", NULL, {0}, OUTCOME_TOKEN_INVALID,
	"The token may not do this.",
	{INFERRED(SCOPE_ENFORCED), REPORTED(PERMISSION)}},
    {SYMPTOM_API, NULL, NULL, {0}, OUTCOME_TOKEN_INVALID,
	"The API host does not accept the token for this.",
	{INFERRED(TOKEN_ENDED), INFERRED(SCOPE_ENFORCED), INFERRED(PERMISSION),
	    INFERRED(TOKEN_REGION)}},
    {SYMPTOM_API, NULL, NULL, {0}, OUTCOME_RATE_LIMITED,
	"The API host has had too many requests.", {VENDOR(RATE)}},
    {SYMPTOM_API, NULL, NULL, {0}, OUTCOME_PROVIDER_ERROR,
	"The API host failed.", {VENDOR(PROVIDER), INFERRED(GATEWAY)}},
    {SYMPTOM_API, NULL, NULL, {0}, OUTCOME_REPLY_INVALID,
	"The API host did not find what was asked for, or did not understand.",
	{INFERRED(API_HOST), INFERRED(GATEWAY)}},

    {SYMPTOM_REDIRECT, "access_denied", NULL, {0}, OUTCOME_SIGNIN_REFUSED,
	"The sign-in ended in the browser without a code.",
	{STANDARD(CANCELLED), INFERRED(UNAPPROVED)}},
    {SYMPTOM_REDIRECT, "unauthorized_client", NULL, {0}, OUTCOME_SIGNIN_REFUSED,
	"The client may not ask for a code.",
	{STANDARD(GRANT_TYPE), INFERRED(UNAPPROVED)}},
    {SYMPTOM_REDIRECT, "invalid_pkce_package", NULL, {0},
	OUTCOME_SIGNIN_REFUSED,
	"The challenge in the authorize address is not accepted. (Genesys' "
	"own; its tools know the name, its documentation does not explain it.)",
	{INFERRED(METHOD), INFERRED(CHALLENGE_MISSING),
	    INFERRED(CHALLENGE_PADDED), INFERRED(CHALLENGE_BASE64),
	    INFERRED(CHALLENGE_HEX), INFERRED(CHALLENGE_CUT),
	    INFERRED(NEWLINE)}},
    {SYMPTOM_REDIRECT, "invalid_request", NULL, {0}, OUTCOME_SIGNIN_REFUSED,
	"The authorize address lacks something, or has it twice.",
	{STANDARD(PARAMETER), INFERRED(ORG_PROVIDER), STANDARD(METHOD),
	    STANDARD(CHALLENGE_MISSING), INFERRED(CLIENT_ID_FORM)}},
    {SYMPTOM_REDIRECT, "invalid_scope", NULL, {0}, OUTCOME_SIGNIN_REFUSED,
	"The client's scopes are not accepted.", {STANDARD(SCOPE)}},
    {SYMPTOM_REDIRECT, "unsupported_response_type", NULL, {0},
	OUTCOME_SIGNIN_REFUSED,
	"The login host will not answer in the way that was asked for.",
	{STANDARD(RESPONSE_TYPE), INFERRED(GRANT_TYPE)}},
    {SYMPTOM_REDIRECT, "server_error", NULL, {0}, OUTCOME_SIGNIN_REFUSED,
	"The login host failed.", {STANDARD(PROVIDER)}},
    {SYMPTOM_REDIRECT, "temporarily_unavailable", NULL, {0},
	OUTCOME_SIGNIN_REFUSED, "The login host is busy.",
	{STANDARD(PROVIDER), INFERRED(RATE)}},
    {SYMPTOM_REDIRECT, NULL, NULL, {0}, OUTCOME_SIGNIN_REFUSED,
	"The sign-in was refused with an error that is not known here.",
	{INFERRED(CANCELLED), INFERRED(UNAPPROVED), INFERRED(PARAMETER)}},

    {SYMPTOM_STATUS, NULL, NULL, {200, 299}, OUTCOME_OK,
	"The request was accepted.", {{0}}},
    {SYMPTOM_STATUS, NULL, NULL, {300, 399}, OUTCOME_REPLY_INVALID,
	"It was answered with a redirect, which is never followed: neither "
	"host redirects these requests.",
	{INFERRED(GATEWAY), INFERRED(LOGIN_HOST), INFERRED(API_HOST)}},
    {SYMPTOM_STATUS, NULL, NULL, {400, 400}, OUTCOME_REPLY_INVALID,
	"The login host refused the request; the body says more.",
	{REPORTED(REGION), REPORTED(REDIRECT), REPORTED(VERIFIER_NEW),
	    REPORTED(CHALLENGE_BASE64), REPORTED(CHALLENGE_PADDED),
	    REPORTED(CHALLENGE_HEX), REPORTED(BODY_JSON),
	    REPORTED(CODE_REPEATED), REPORTED(CODE_EXPIRED),
	    REPORTED(GRANT_TYPE), VENDOR(RATE), INFERRED(CLIENT_INACTIVE)}},
    {SYMPTOM_STATUS, NULL, NULL, {401, 401}, OUTCOME_TOKEN_INVALID,
	"The API host did not accept the token, or the login host the client.",
	{INFERRED(TOKEN_ENDED), VENDOR(TOKEN_MISSING), INFERRED(TOKEN_REGION),
	    STANDARD(SECRET_WRONG), STANDARD(SECRET_MISSING)}},
    {SYMPTOM_STATUS, NULL, NULL, {403, 403}, OUTCOME_TOKEN_INVALID,
	"The token may not do this.",
	{VENDOR(PERMISSION), INFERRED(SCOPE_ENFORCED), INFERRED(GATEWAY)}},
    {SYMPTOM_STATUS, NULL, NULL, {404, 405}, OUTCOME_REPLY_INVALID,
	"There is no such thing at this host.",
	{INFERRED(LOGIN_HOST), INFERRED(API_HOST), INFERRED(GATEWAY)}},
    {SYMPTOM_STATUS, NULL, NULL, {407, 407}, OUTCOME_UNREACHABLE,
	"A proxy stands in the way.", {STANDARD(PROXY_LOGIN)}},
    {SYMPTOM_STATUS, NULL, NULL, {415, 415}, OUTCOME_REPLY_INVALID,
	"The body's type is not accepted.", {STANDARD(BODY_JSON)}},
    {SYMPTOM_STATUS, NULL, NULL, {429, 429}, OUTCOME_RATE_LIMITED,
	"There were too many requests.", {VENDOR(RATE)}},
    {SYMPTOM_STATUS, NULL, NULL, {400, 499}, OUTCOME_REPLY_INVALID,
	"Neither host is known to answer in this way.",
	{INFERRED(GATEWAY), INFERRED(LOGIN_HOST)}},
    {SYMPTOM_STATUS, NULL, NULL, {500, 599}, OUTCOME_PROVIDER_ERROR,
	"The server failed.", {STANDARD(PROVIDER), INFERRED(GATEWAY)}},

    {SYMPTOM_PAGE, NULL, NULL, {0}, OUTCOME_REPLY_INVALID,
	"This is a page for people: both hosts answer in JSON.",
	{INFERRED(GATEWAY), INFERRED(LOGIN_HOST), INFERRED(API_HOST)}},
    {SYMPTOM_SCRAP, NULL, NULL, {0}, OUTCOME_REPLY_INVALID,
	"This begins like JSON but is none.",
	{INFERRED(BODY_CUT), INFERRED(GATEWAY)}},
    {SYMPTOM_AUTHORIZE, NULL, NULL, {0}, OUTCOME_ANSWER_MALFORMED,
	"This is an authorize address, to be opened in a browser. Where the login "
	"page complains at once, and sends nobody back, look at these.",
	{REPORTED(REDIRECT_UNREGISTERED), REPORTED(CLIENT_ID),
	    REPORTED(REGION)}},
    {SYMPTOM_CODE, NULL, NULL, {0}, OUTCOME_OK,
	"This is the redirect of a sign-in that went well: paste it at the "
	"prompt that waits for it. It works once, and soon not at all.",
	{{0}}},
    {SYMPTOM_FRAGMENT, NULL, NULL, {0}, OUTCOME_ANSWER_MALFORMED,
	"This address carries a token, not a code: it came of the implicit "
	"grant. Whoever saw it has the token.",
	{VENDOR(RESPONSE_TYPE), VENDOR(GRANT_TYPE)}},
    {SYMPTOM_NO_CODE, NULL, NULL, {0}, OUTCOME_ANSWER_MALFORMED,
	"This address has neither a code nor an error: it is not the one of "
	"the page that a sign-in ends on.",
	{INFERRED(CODE_CUT)}},
    {SYMPTOM_REPLY, NULL, NULL, {0}, OUTCOME_OK,
	"This is a reply with a token: nothing is wrong. Whoever saw it has "
	"the token.",
	{{0}}},
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
	static const char *const names[] = {
	    [SYMPTOM_TOKEN] = "token_error",
	    [SYMPTOM_API] = "api_error",
	    [SYMPTOM_REDIRECT] = "error_redirect",
	    [SYMPTOM_STATUS] = "status",
	    [SYMPTOM_PAGE] = "page",
	    [SYMPTOM_SCRAP] = "broken_json",
	    [SYMPTOM_AUTHORIZE] = "authorize_address",
	    [SYMPTOM_CODE] = "code_redirect",
	    [SYMPTOM_FRAGMENT] = "token_redirect",
	    [SYMPTOM_NO_CODE] = "address",
	    [SYMPTOM_REPLY] = "token_reply",
	};

	return names[place];
}

const char *
symptom_sure_name(enum symptom_sure sure)
{
	static const char *const names[] = {
	    [SYMPTOM_INFERRED] = "inferred",
	    [SYMPTOM_STANDARD] = "standard",
	    [SYMPTOM_REPORTED] = "reported",
	    [SYMPTOM_VENDOR] = "vendor",
	    [SYMPTOM_SEEN] = "seen",
	};

	return names[sure];
}
