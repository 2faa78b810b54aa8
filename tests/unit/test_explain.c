/* SPDX-License-Identifier: ISC */
/* What gcpkce explain makes of what is handed in: a row a cause. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/diagnose/explain.h"

#define ADDRESS(client, redirect, challenge, more) \
	"https://login.mypurecloud.de/oauth/authorize?response_type=code" \
	"&client_id=" client "&redirect_uri=" redirect \
	"&code_challenge=" challenge "&code_challenge_method=S256" more
#define CLIENT "11111111-2222-4333-8444-555555555555"
#define OTHER "21111111-2222-4333-8444-555555555555"
#define REDIRECT "https%3A%2F%2Fhost.example%2Fcallback"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
#define HEX "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3"
#define TOKEN(error, detail) \
	"{\"error\":\"" error "\",\"description\":\"" detail "\"}"
#define API(status, code) \
	"{\"message\":\"x\",\"code\":\"" code "\",\"status\":" #status "}"

static const struct config known = {
    .client_id = CLIENT,
    .redirect_uri = "https://host.example/callback",
    .login_url = "https://login.mypurecloud.de",
};

/* What is no answer of Genesys Cloud's, and what is said then. */
static void
explain_says_what_to_hand_in_instead(void **state)
{
	static const struct {
		const char *text;
		bool conf;
		const char *said;
	} rows[] = {
	    {"outcome=not_mapped user=\"alice\"", false,
		"or a line of the journal"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct explanation e;
		struct errinfo why = {0};

		assert_int_equal(explain_read(view_text(rows[i].text),
				     rows[i].conf ? &known : NULL, &e, &why),
		    OUTCOME_REPLY_INVALID);
		if (strstr(why.text, rows[i].said) == NULL)
			fail_msg("%s: %s", rows[i].text, why.text);
	}
}

#define WHOLE ADDRESS(CLIENT, REDIRECT, CHALLENGE, "")

/* The address as a terminal or mail breaks it: each line with a mark. */
static void
broken(const char *address, size_t columns, const char *mark, const char *end,
    struct buf *ret)
{
	for (size_t i = 0; i < strlen(address); i += columns)
		buf_printf(
		    ret, "%s%.*s%s", mark, (int)columns, address + i, end);
}

static void
explain_joins_an_address_that_was_broken(void **state)
{
	static const struct {
		size_t columns;
		const char *mark;
		const char *end;
	} rows[] = {{77, "> ", "\n"}, {80, "", "\n"}, {80, "", "\r\n"},
	    {80, "| ", "\n"}, {77, "  ", " \n"}, {1, " ", ""},
	    {72, ">> ", "\n"}, {129, "\t", "\n\n"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autobuf text = BUF_INIT(EXPLAIN_TEXT_MAX);
		struct explanation whole;
		struct explanation e;
		struct errinfo why = {0};

		broken(
		    WHOLE, rows[i].columns, rows[i].mark, rows[i].end, &text);
		assert_int_equal(
		    explain_read(view_text(WHOLE), &known, &whole, &why),
		    OUTCOME_OK);
		if (explain_read(buf_view(&text), &known, &e, &why) !=
		    OUTCOME_OK)
			fail_msg("row %zu: %s", i, why.text);
		assert_ptr_equal(e.row, whole.row);
		assert_int_equal(e.count, whole.count + 1);
		assert_int_equal(e.hints[0].hint, HINT_ADDRESS_BROKEN);
		assert_int_equal(e.hints[0].certainty, CERTAINTY_SEEN);
		assert_memory_equal(&e.hints[1], whole.hints,
		    whole.count * sizeof(whole.hints[0]));
	}
}

/* What has blanks and is no address stays what it is. */
static void
explain_joins_nothing_else(void **state)
{
	static const char *const rows[] = {"error = access denied",
	    "POST /oauth/token: 400 invalid_grant: code=x; likely: x",
	    "see https://host.example/?code=x", "{\"error\": \"code=x\"}"};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct explanation e;
		struct errinfo why = {0};

		(void)!explain_read(view_text(rows[i]), NULL, &e, &why);
		for (size_t n = 0; n < e.count; n++)
			assert_int_not_equal(
			    e.hints[n].hint, HINT_ADDRESS_BROKEN);
	}
}

#define CXONE_ADDRESS(client, more) \
	"https://cxone.niceincontact.com/auth/authorize?response_type=code" \
	"&client_id=" client "&redirect_uri=" REDIRECT \
	"&code_challenge=" CHALLENGE "&code_challenge_method=S256" more

/* CXone's: of the configuration, or by an endpoint that the input names. */
static void
explain_knows_what_cxone_sends(void **state)
{
	static const struct config cxone = {
	    .provider = PROVIDER_CXONE,
	    .client_id = "A B@c Inc.",
	    .redirect_uri = "https://host.example/callback",
	};
	static const char invalid[] = "{\"error\":\"invalid_client\"}";
	static const struct {
		const char *text;
		bool conf;
		enum hint first;
		enum certainty certainty;
		enum outcome outcome;
	} rows[] = {
#define INVALID OUTCOME_REPLY_INVALID
#define REFUSED OUTCOME_CLIENT_REFUSED
#define ADDRESSED OUTCOME_ANSWER_MALFORMED
	    {invalid, true, HINT_APP_UNAPPROVED, CERTAINTY_REPORTED, REFUSED},
	    {"HTTP/1.1 401 Unauthorized\n\n{\"error\":\"invalid_client\"}",
		true, HINT_APP_UNAPPROVED, CERTAINTY_REPORTED, REFUSED},
	    {"POST /auth/token: 401 invalid_client; likely: x", false,
		HINT_APP_UNAPPROVED, CERTAINTY_REPORTED, REFUSED},
	    {"{\"error\":\"invalid_grant\",\"errorDescription\":\"x\"}", true,
		HINT_CODE_REPEATED, CERTAINTY_REPORTED, OUTCOME_CODE_REFUSED},
	    {"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n\r\n"
	     "invalid redirect",
		true, HINT_REDIRECT, CERTAINTY_REPORTED, INVALID},
	    {"401", true, HINT_TOKEN_ENDED, CERTAINTY_INFERRED,
		OUTCOME_TOKEN_INVALID},
	    {CXONE_ADDRESS("A%20B%40c%20Inc.", "&scope=openid&nonce=n"), true,
		HINT_REDIRECT_UNREGISTERED, CERTAINTY_REPORTED, ADDRESSED},
	    {CXONE_ADDRESS("x", "&scope=openid&nonce=n"), true, HINT_APP_ID,
		CERTAINTY_SEEN, ADDRESSED},
	    {CXONE_ADDRESS("x", "&scope=openid&nonce=n"), false,
		HINT_REDIRECT_UNREGISTERED, CERTAINTY_REPORTED, ADDRESSED},
	    {CXONE_ADDRESS("x", "&scope=openid"), false, HINT_PARAMETER,
		CERTAINTY_SEEN, ADDRESSED},
	    {CXONE_ADDRESS("x", "&scope=email&nonce=n"), false, HINT_PARAMETER,
		CERTAINTY_SEEN, ADDRESSED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct explanation e;
		struct errinfo why = {0};

		if (explain_read(view_text(rows[i].text),
			rows[i].conf ? &cxone : NULL, &e, &why) != OUTCOME_OK)
			fail_msg("row %zu: %s", i, why.text);
		if (e.row->outcome != rows[i].outcome ||
		    e.hints[0].hint != rows[i].first ||
		    e.hints[0].certainty != rows[i].certainty)
			fail_msg("row %zu: %s, %s", i,
			    outcome_name(e.row->outcome),
			    hint_get(e.hints[0].hint)->name);
		for (size_t n = 0; n < e.count; n++)
			assert_true(
			    hint_is_of(e.hints[n].hint, PROVIDER_CXONE));
	}
}

/* A row a cause: what is handed in, and the place at which the cause comes. */
static const struct {
	enum hint hint;
	const char *text;
	size_t place; /* from 1 on */
	enum certainty certainty;
	bool conf; /* with the configuration above */
} rows[] = {
    {HINT_ADDRESS_BROKEN,
	"> https://login.mypurecloud.de/oauth/\n> authorize?response_type=code",
	1, CERTAINTY_SEEN, true},
    {HINT_ADDRESS_HOST, "https://api.mypurecloud.de/oauth/token", 1,
	CERTAINTY_SEEN, true},
#define OF_CXONE "POST /auth/token: 401 invalid_client; likely: x"
    {HINT_APP_UNAPPROVED, OF_CXONE, 1, CERTAINTY_REPORTED, false},
    {HINT_APP_ID, OF_CXONE, 3, CERTAINTY_INFERRED, false},
    {HINT_APP_AUTH, OF_CXONE, 4, CERTAINTY_INFERRED, false},
    {HINT_ISSUER, OF_CXONE, 5, CERTAINTY_INFERRED, false},
    /* nothing names the provider */
    {HINT_REGION, TOKEN("invalid_client", ""), 1, CERTAINTY_REPORTED, false},
    {HINT_APP_UNAPPROVED, TOKEN("invalid_client", ""), 2, CERTAINTY_REPORTED,
	false},
    {HINT_APP_AUTH, "401", 7, CERTAINTY_INFERRED, false},
    /* the configuration or the request does */
    {HINT_SECRET_MISSING, TOKEN("invalid_client", ""), 2, CERTAINTY_STANDARD,
	true},
    {HINT_SECRET_WRONG, "POST /oauth/token: 400 invalid_client; likely: x", 2,
	CERTAINTY_STANDARD, false},
    {HINT_APP_REDIRECT, "POST /auth/token: 400", 8, CERTAINTY_INFERRED, false},
    {HINT_REGION, TOKEN("invalid_client", "client not found"), 1,
	CERTAINTY_REPORTED, false},
    {HINT_CLIENT_ID, TOKEN("invalid_client", "client not found"), 2,
	CERTAINTY_INFERRED, false},
    {HINT_CLIENT_ID_FORM, ADDRESS("my+client", REDIRECT, CHALLENGE, ""), 1,
	CERTAINTY_SEEN, false},
    {HINT_SECRET_WRONG, TOKEN("invalid_client", "authentication failed"), 3,
	CERTAINTY_STANDARD, false},
    {HINT_SECRET_MISSING, TOKEN("invalid_client", "authentication failed"), 2,
	CERTAINTY_STANDARD, true},
    {HINT_CLIENT_INACTIVE, TOKEN("invalid_client", "authentication failed"), 5,
	CERTAINTY_INFERRED, false},
    {HINT_GRANT_TYPE, TOKEN("unauthorized_client", "x"), 1, CERTAINTY_REPORTED,
	false},
    {HINT_UNAPPROVED, TOKEN("unauthorized_client", "x"), 2, CERTAINTY_INFERRED,
	false},
    {HINT_SCOPE, TOKEN("invalid_scope", "x"), 1, CERTAINTY_STANDARD, false},
    {HINT_SCOPE_ENFORCED, API(403, "not.authorized"), 1, CERTAINTY_INFERRED,
	false},
    {HINT_PERMISSION, API(403, "missing.permissions"), 1, CERTAINTY_VENDOR,
	false},
    {HINT_REDIRECT, TOKEN("invalid_request", "x"), 1, CERTAINTY_REPORTED,
	false},
    {HINT_REDIRECT_UNREGISTERED, ADDRESS(CLIENT, REDIRECT, CHALLENGE, ""), 1,
	CERTAINTY_REPORTED, false},
    {HINT_REDIRECT_CONFIGURED,
	"http://host.example/callback?error=access_denied", 1, CERTAINTY_SEEN,
	true},
    {HINT_REDIRECT_CONFIGURED, "https://other.example/callback?error=x", 1,
	CERTAINTY_SEEN, true},
    {HINT_REDIRECT_CONFIGURED, "https://host.example:8443/callback?error=x", 1,
	CERTAINTY_SEEN, true},
    {HINT_REDIRECT_CONFIGURED,
	ADDRESS(CLIENT, "https%3A%2F%2Fhost.example%2Fcb", CHALLENGE, ""), 1,
	CERTAINTY_SEEN, true},
    {HINT_REDIRECT_CONFIGURED,
	"https://host.example/callback/?code=abc&state=x", 1, CERTAINTY_SEEN,
	true},
    {HINT_CODE_REPEATED, TOKEN("invalid_grant", "x"), 1, CERTAINTY_REPORTED,
	false},
    {HINT_CODE_EXPIRED, TOKEN("invalid_grant", "x"), 2, CERTAINTY_REPORTED,
	false},
    {HINT_CODE_CUT, "https://host.example/callback?state=x", 1,
	CERTAINTY_INFERRED, false},
    {HINT_CODE_EARLIER, TOKEN("invalid_grant", "x"), 5, CERTAINTY_INFERRED,
	true},
    {HINT_CODE_TAKEN, TOKEN("invalid_grant", "x"), 6, CERTAINTY_INFERRED, true},
    {HINT_CODE_OTHER_CLIENT, TOKEN("invalid_grant", "x"), 7, CERTAINTY_STANDARD,
	true},
    {HINT_CHALLENGE, TOKEN("invalid_grant", "x"), 3, CERTAINTY_REPORTED, false},
    {HINT_CHALLENGE,
	ADDRESS(CLIENT, REDIRECT,
	    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw%2BcM", ""),
	1, CERTAINTY_SEEN, false},
    {HINT_CHALLENGE, ADDRESS(CLIENT, REDIRECT, CHALLENGE "%3D", ""), 1,
	CERTAINTY_SEEN, false},
    {HINT_CHALLENGE, ADDRESS(CLIENT, REDIRECT, HEX, ""), 1, CERTAINTY_SEEN,
	false},
    {HINT_CHALLENGE, ADDRESS(CLIENT, REDIRECT, "E9Melhoa2Owv", ""), 1,
	CERTAINTY_SEEN, false},
    {HINT_CHALLENGE, ADDRESS(CLIENT, REDIRECT, CHALLENGE "%0A", ""), 1,
	CERTAINTY_SEEN, false},
    {HINT_CHALLENGE, TOKEN("invalid_request", "x"), 5, CERTAINTY_INFERRED,
	false},
    {HINT_METHOD,
	"https://login.mypurecloud.de/oauth/authorize?response_type=code"
	"&client_id=" CLIENT "&redirect_uri=" REDIRECT
	"&code_challenge=" CHALLENGE "&code_challenge_method=s256",
	1, CERTAINTY_SEEN, false},
    {HINT_METHOD, "https://host.example/callback?error=invalid_pkce_package", 1,
	CERTAINTY_INFERRED, false},
    {HINT_PARAMETER, ADDRESS(CLIENT, REDIRECT, "", ""), 1, CERTAINTY_SEEN,
	false},
    {HINT_PARAMETER, "HTTP/1.1 415 Unsupported Media Type\r\n\r\n", 1,
	CERTAINTY_STANDARD, false},
    {HINT_FORM_CHANGED, TOKEN("invalid_request", "x"), 3, CERTAINTY_INFERRED,
	true},
    {HINT_LOGIN_HOST, TOKEN("unsupported_grant_type", "x"), 1,
	CERTAINTY_INFERRED, false},
    {HINT_API_HOST, API(404, "not.found"), 1, CERTAINTY_INFERRED, false},
    {HINT_PARAMETER, TOKEN("unsupported_grant_type", "x"), 2,
	CERTAINTY_STANDARD, false},
    {HINT_PARAMETER, ADDRESS(CLIENT, REDIRECT, CHALLENGE, "&client_id=" CLIENT),
	1, CERTAINTY_SEEN, false},
    {HINT_PARAMETER,
	"https://host.example/callback#access_token=abc&expires_in=1", 1,
	CERTAINTY_VENDOR, false},
    {HINT_CANCELLED, "error=access_denied&state=x", 1, CERTAINTY_STANDARD,
	false},
    {HINT_BODY_CUT, "{\"error\":\"invalid_cl", 1, CERTAINTY_INFERRED, false},
    {HINT_RATE, TOKEN("invalid_request", "rate limit exceeded; wait"), 1,
	CERTAINTY_VENDOR, false},
    {HINT_PROVIDER, "HTTP/2 503", 1, CERTAINTY_STANDARD, false},
    {HINT_GATEWAY, "HTTP/1.1 200 OK\n\n<html>x</html>", 1, CERTAINTY_INFERRED,
	false},
    {HINT_PROXY_LOGIN, "407 Proxy Authentication Required", 1,
	CERTAINTY_STANDARD, false},
    {HINT_TOKEN_MISSING, API(401, "authentication.required"), 1,
	CERTAINTY_VENDOR, false},
    {HINT_TOKEN_ENDED, API(401, "credentials.expired"), 1, CERTAINTY_VENDOR,
	false},
    {HINT_TOKEN_REGION, API(401, "bad.credentials"), 2, CERTAINTY_INFERRED,
	false},
    /* the same by other ways in */
    {HINT_REGION,
	"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 400 x\r\n"
	"a: b\r\n\r\n" TOKEN("invalid_client", "client not found"),
	1, CERTAINTY_REPORTED, false},
    {HINT_CLIENT_ID,
	"outcome=client_refused user=\"a\" cause=\"POST /oauth/token: "
	"400 invalid_client: client not found; likely: x\"",
	2, CERTAINTY_INFERRED, false},
    {HINT_RATE,
	"POST /oauth/token: 400 invalid_request: rate limit exceeded; x", 1,
	CERTAINTY_VENDOR, false},
    {HINT_GRANT_TYPE, "  \"400 unauthorized_client\"\n", 1, CERTAINTY_REPORTED,
	false},
    {HINT_CLIENT_ID, ADDRESS(OTHER, REDIRECT, CHALLENGE, ""), 1, CERTAINTY_SEEN,
	true},
    {HINT_REGION,
	"https://login.mypurecloud.ie/oauth/authorize?response_type=code"
	"&client_id=" CLIENT "&redirect_uri=" REDIRECT
	"&code_challenge=" CHALLENGE "&code_challenge_method=S256",
	1, CERTAINTY_SEEN, true},
    {HINT_RATE, "429", 1, CERTAINTY_VENDOR, false},
    {HINT_CHALLENGE, ADDRESS(CLIENT, REDIRECT, HEX, ""), 1, CERTAINTY_SEEN,
	true},
};

static void
explain_names_the_cause_of_every_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct explanation e;
		struct errinfo why = {0};

		if (explain_read(view_text(rows[i].text),
			rows[i].conf ? &known : NULL, &e, &why) != OUTCOME_OK)
			fail_msg("row %zu: %s", i, why.text);
		size_t at = rows[i].place - 1;
		if (at >= e.count || e.hints[at].hint != rows[i].hint ||
		    e.hints[at].certainty != rows[i].certainty)
			fail_msg("row %zu, %s: %s stands there, %d", i,
			    hint_get(rows[i].hint)->name,
			    at < e.count ? hint_get(e.hints[at].hint)->name
					 : "nothing",
			    (int)e.hints[at].certainty);
	}
}

static bool
is_seen(const char *text, const struct config *with, enum hint hint)
{
	struct explanation e;
	struct errinfo why = {0};

	if (explain_read(view_text(text), with, &e, &why) != OUTCOME_OK)
		fail_msg("%s: %s", text, why.text);
	for (size_t i = 0; i < e.count; i++) {
		if (e.hints[i].hint == hint)
			return e.hints[i].certainty == CERTAINTY_SEEN;
	}
	return false;
}

/* The same by the redirect itself and by the authorize address. */
static void
explain_compares_each_part_of_a_redirect(void **state)
{
	static const char good[] = "https://host.example/callback";
	static const struct {
		const char *address;
		const char *redirect_uri;
		bool same;
	} cases[] = {
	    {"https://host.example/callback", good, true},
	    {"HTTPS://HOST.example/callback", good, true},
	    {"http://host.example/callback", good, false},
	    {"https://hosts.example/callback", good, false},
	    {"https://host.example:443/callback", good, false},
	    {"https://host.example/Callback", good, false},
	    {"https://host.example/callback/x", good, false},
	    {"https://host.example/callback/", good, false},
	    {"https://host.example", "https://host.example/", false},
	    {"http://localhost:8080/", "http://localhost/", true},
	    {"http://localhost:8080/", "http://localhost:80/", false},
	    {"http://127.0.0.1/", "http://localhost/", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct config other = known;
		char text[512];

		(void)snprintf(other.redirect_uri, sizeof(other.redirect_uri),
		    "%s", cases[i].redirect_uri);
		(void)snprintf(
		    text, sizeof(text), "%s?code=x#y", cases[i].address);
		if (is_seen(text, &other, HINT_REDIRECT_CONFIGURED) ==
		    cases[i].same)
			fail_msg("case %zu, %s", i, text);
		(void)snprintf(text, sizeof(text),
		    ADDRESS(CLIENT, "%s", CHALLENGE, ""), cases[i].address);
		if (is_seen(text, &other, HINT_REDIRECT_CONFIGURED) ==
		    cases[i].same)
			fail_msg("case %zu, %s", i, text);
	}
	assert_false(
	    is_seen("code=x&state=y", &known, HINT_REDIRECT_CONFIGURED));
}

static void
explain_tells_the_api_host_from_the_login_host(void **state)
{
	static const struct {
		const char *address;
		const char *login_url; /* NULL: no configuration */
		bool host;
		bool region;
	} cases[] = {
	    {"https://api.a.example/oauth/authorize?x", NULL, true, false},
	    {"https://apps.a.example/oauth/authorize?x", NULL, true, false},
	    {"https://API.a.example/oauth/token", NULL, true, false},
	    {"https://login.a.example/oauth/authorize?x", NULL, false, false},
	    {"https://apia.example/oauth/authorize?x", NULL, false, false},
	    {"https://api.a.example/callback?code=x", NULL, false, false},
	    {"https://api.a.example/oauth/authorize?x",
		"https://login.a.example", true, false},
	    {"https://api.a.example/oauth/authorize?x",
		"https://login.b.example", true, true},
	    {"https://api.a.example/oauth/authorize?x", "https://api.a.example",
		false, false},
	    {"https://login.a.example/oauth/authorize?x",
		"https://login.b.example", false, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct config other = {.client_id = CLIENT};
		const char *url = cases[i].login_url;

		(void)snprintf(other.login_url, sizeof(other.login_url), "%s",
		    url != NULL ? url : "");
		const struct config *with = url != NULL ? &other : NULL;
		if (is_seen(cases[i].address, with, HINT_ADDRESS_HOST) !=
		    cases[i].host)
			fail_msg("case %zu: host", i);
		if (is_seen(cases[i].address, with, HINT_REGION) !=
		    cases[i].region)
			fail_msg("case %zu: region", i);
	}
}

/* An address that is right shows nothing. */
static void
explain_sees_nothing_in_a_good_address(void **state)
{
	static const char *const texts[] = {WHOLE, WHOLE "&state=x",
	    "https://login.mypurecloud.de/#/error?errorCode=x",
	    "https://host.example/callback?code=abc&state=x"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (int cause = HINT_NONE + 1; cause < HINT_COUNT; cause++)
			assert_false(
			    is_seen(texts[i], &known, (enum hint)cause));
	}
}

static void
explain_has_a_row_for_every_cause(void **state)
{
	bool seen[HINT_COUNT] = {true};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		seen[rows[i].hint] = true;
	for (int i = 0; i < HINT_COUNT; i++) {
		if (!seen[i])
			fail_msg("no row for %s", hint_get((enum hint)i)->name);
	}
}

static void
explain_leaves_out_what_this_project_does_not_do(void **state)
{
	struct explanation e;

	(void)state;
	assert_int_equal(explain_read(view_text(TOKEN("invalid_grant", "")),
			     &known, &e, NULL),
	    OUTCOME_OK);
	for (size_t i = 0; i < e.count; i++)
		assert_int_not_equal(
		    hint_get(e.hints[i].hint)->scope, HINT_OTHER);
}

static void
explain_understands_what_is_no_fault(void **state)
{
	static const struct {
		const char *text;
		enum error_kind kind;
	} good[] = {
	    {"https://host.example/callback?code=abc&state=x", ERROR_CODE},
	    {"{\"access_token\":\"abc\",\"token_type\":\"bearer\"}",
		ERROR_REPLY},
	    {"HTTP/2 200", ERROR_STATUS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct explanation e;

		assert_int_equal(
		    explain_read(view_text(good[i].text), NULL, &e, NULL),
		    OUTCOME_OK);
		assert_int_equal(e.row->kind, good[i].kind);
		assert_int_equal(e.row->outcome, OUTCOME_OK);
		assert_int_equal(e.count, 0);
	}
}

/* Of a page of the login server, what to hand in instead is said. */
static void
explain_sends_on_from_a_page_of_the_login_host(void **state)
{
	struct explanation e;

	(void)state;
	assert_int_equal(
	    explain_read(
		view_text("https://login.mypurecloud.de/#/error?errorCode=x"),
		NULL, &e, NULL),
	    OUTCOME_OK);
	assert_int_equal(e.row->kind, ERROR_NO_CODE);
	assert_non_null(
	    strstr(e.row->meaning, "the address that the terminal showed"));
}

static void
explain_refuses_what_is_none_of_these(void **state)
{
	static const char *const texts[] = {"", " \n", "hello", "12", "4000",
	    "099", "HTTP/1.1", "HTTP/1.1 x", "HTTP/2 100", "a code", "700",
	    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct explanation e;
		struct errinfo why = {0};

		if (explain_read(view_text(texts[i]), NULL, &e, &why) !=
			OUTCOME_REPLY_INVALID ||
		    why.text[0] == '\0')
			fail_msg("\"%s\" is understood", texts[i]);
	}
}

/* Every beginning of every row, each in memory of its own. */
static void
explain_survives_truncations(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t cut = 0; cut < strlen(rows[i].text); cut++) {
			uint8_t *copy = malloc(cut + (cut == 0));
			struct explanation e;

			assert_non_null(copy);
			memcpy(copy, rows[i].text, cut);
			enum outcome r =
			    explain_read((struct view){.p = copy, .len = cut},
				&known, &e, NULL);
			assert_true(
			    r == OUTCOME_OK || r == OUTCOME_REPLY_INVALID);
			free(copy);
		}
	}
}

/* The names of places and of how sure a cause is; JSON has them. */
static void
explain_names_are_stable(void **state)
{
	(void)state;
	assert_string_equal(error_kind_name(ERROR_TOKEN), "token_error");
	assert_string_equal(error_kind_name(ERROR_STATUS), "status");
	assert_string_equal(error_kind_name(ERROR_CODE), "code_redirect");
	assert_string_equal(error_kind_name(ERROR_REPLY), "token_reply");
	assert_string_equal(certainty_name(CERTAINTY_INFERRED), "inferred");
	assert_string_equal(certainty_name(CERTAINTY_REPORTED), "reported");
	assert_string_equal(certainty_name(CERTAINTY_SEEN), "seen");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(explain_names_the_cause_of_every_row),
	    cmocka_unit_test(explain_compares_each_part_of_a_redirect),
	    cmocka_unit_test(explain_tells_the_api_host_from_the_login_host),
	    cmocka_unit_test(explain_sees_nothing_in_a_good_address),
	    cmocka_unit_test(explain_has_a_row_for_every_cause),
	    cmocka_unit_test(explain_leaves_out_what_this_project_does_not_do),
	    cmocka_unit_test(explain_understands_what_is_no_fault),
	    cmocka_unit_test(explain_sends_on_from_a_page_of_the_login_host),
	    cmocka_unit_test(explain_refuses_what_is_none_of_these),
	    cmocka_unit_test(explain_says_what_to_hand_in_instead),
	    cmocka_unit_test(explain_joins_an_address_that_was_broken),
	    cmocka_unit_test(explain_joins_nothing_else),
	    cmocka_unit_test(explain_knows_what_cxone_sends),
	    cmocka_unit_test(explain_names_are_stable),
	    cmocka_unit_test(explain_survives_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
