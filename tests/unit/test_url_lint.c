/* SPDX-License-Identifier: ISC */
/* What addresses show; tests/unit/test_explain.c has a row a cause. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/diagnose/url_lint.h"

#define GOOD "https://host.example/callback"

static size_t
count(const struct evidence *evidence)
{
	size_t shown = 0;

	for (int i = 0; i < CAUSE_COUNT; i++)
		shown += evidence->shows[i];
	return shown;
}

static void
evidence_tells_each_part_of_a_redirect(void **state)
{
	static const struct {
		const char *address;
		const char *redirect_uri;
		enum cause cause; /* the only one; CAUSE_NONE: no difference */
	} rows[] = {
	    {GOOD "?code=x#y", GOOD, CAUSE_NONE},
	    {"HTTPS://HOST.example/callback", GOOD, CAUSE_NONE},
	    {"http://host.example/callback", GOOD, CAUSE_REDIRECT_SCHEME},
	    {"https://hosts.example/callback", GOOD, CAUSE_REDIRECT_HOST},
	    {"https://host.example:443/callback", GOOD, CAUSE_REDIRECT_PORT},
	    {"https://host.example/Callback", GOOD, CAUSE_REDIRECT_PATH},
	    {"https://host.example/callback/x", GOOD, CAUSE_REDIRECT_PATH},
	    {GOOD "/?code=x", GOOD, CAUSE_REDIRECT_SLASH},
	    {"https://host.example", "https://host.example/",
		CAUSE_REDIRECT_SLASH},
	    {"http://localhost:8080/", "http://localhost/", CAUSE_NONE},
	    {"http://localhost:8080/", "http://localhost:80/",
		CAUSE_REDIRECT_PORT},
	    {"http://127.0.0.1/", "http://localhost/", CAUSE_REDIRECT_HOST},
	    {"no address", GOOD, CAUSE_NONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct evidence evidence = {{false}};

		evidence_of_redirect(
		    rows[i].address, rows[i].redirect_uri, &evidence);
		if (count(&evidence) != (rows[i].cause != CAUSE_NONE) ||
		    (rows[i].cause != CAUSE_NONE &&
			!evidence.shows[rows[i].cause]))
			fail_msg("row %zu, %s", i, rows[i].address);
	}
}

static void
evidence_tells_several_parts_at_once(void **state)
{
	struct evidence evidence = {{false}};

	(void)state;
	evidence_of_redirect("http://h.example:1/x", GOOD, &evidence);
	assert_int_equal(count(&evidence), 4);
}

static void
evidence_of_a_good_authorize_address_is_none(void **state)
{
	const struct evidence_known known = {
	    .client_id = "11111111-2222-4333-8444-555555555555",
	    .redirect_uri = GOOD,
	    .login_url = "https://login.example.com",
	};
	struct evidence evidence = {{false}};

	(void)state;
	assert_int_equal(
	    evidence_of_authorize(
		"https://login.example.com/oauth/authorize?response_type=code"
		"&client_id=11111111-2222-4333-8444-555555555555"
		"&redirect_uri=https%3A%2F%2Fhost.example%2Fcallback"
		"&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
		"&code_challenge_method=S256&state=x",
		&known, &evidence),
	    OUTCOME_OK);
	assert_int_equal(count(&evidence), 0);
}

static void
evidence_tells_the_api_host_from_the_login_host(void **state)
{
	static const struct {
		const char *address;
		const char *login_url; /* NULL: no configuration */
		bool host;
		bool region;
	} rows[] = {
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
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct evidence_known known = {.client_id = "",
		    .redirect_uri = "",
		    .login_url = rows[i].login_url};
		const struct evidence_known *given =
		    rows[i].login_url != NULL ? &known : NULL;
		struct evidence of_host = {{false}};
		struct evidence whole = {{false}};

		if (evidence_of_host(rows[i].address, given, &of_host) !=
			rows[i].host ||
		    of_host.shows[CAUSE_ADDRESS_HOST] != rows[i].host)
			fail_msg("row %zu: host", i);
		assert_int_equal(
		    evidence_of_authorize(rows[i].address, given, &whole),
		    OUTCOME_OK);
		if (whole.shows[CAUSE_ADDRESS_HOST] != rows[i].host ||
		    whole.shows[CAUSE_REGION] != rows[i].region)
			fail_msg("row %zu: region", i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(evidence_tells_each_part_of_a_redirect),
	    cmocka_unit_test(evidence_tells_the_api_host_from_the_login_host),
	    cmocka_unit_test(evidence_tells_several_parts_at_once),
	    cmocka_unit_test(evidence_of_a_good_authorize_address_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
