/* SPDX-License-Identifier: ISC */
/* What is read of a discovery document. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/oauth/discovery.h"

#define ISSUER "https://cxone.niceincontact.com"

static struct wire_discovery
parse_good(const char *body)
{
	struct wire_discovery ret = {.status = 200};

	assert_int_equal(
	    discovery_parse(view_text(body), &ret, NULL), OUTCOME_OK);
	assert_int_equal(ret.status, 200);
	return ret;
}

static void
discovery_has_urls_and_offers(void **state)
{
	(void)state;
	struct wire_discovery d = parse_good(
	    "{\"issuer\":\"" ISSUER "\","
	    "\"authorization_endpoint\":\"" ISSUER "/a\","
	    "\"token_endpoint\":\"" ISSUER "/t\","
	    "\"jwks_uri\":\"" ISSUER "/j\","
	    "\"userinfo_endpoint\":\"" ISSUER "/u\","
	    "\"id_token_signing_alg_values_supported\":[\"ES256\",\"RS256\"],"
	    "\"code_challenge_methods_supported\":[\"plain\"],"
	    "\"token_endpoint_auth_methods_supported\":"
	    "[7,\"client_secret_basic\"]}");
	assert_string_equal(d.urls[WIRE_URL_ISSUER], ISSUER);
	assert_string_equal(d.urls[WIRE_URL_AUTHORIZE], ISSUER "/a");
	assert_string_equal(d.urls[WIRE_URL_TOKEN], ISSUER "/t");
	assert_string_equal(d.urls[WIRE_URL_JWKS], ISSUER "/j");
	assert_string_equal(d.urls[WIRE_URL_USERINFO], ISSUER "/u");
	assert_false(d.no_rs256);
	assert_true(d.no_s256);
	assert_true(d.no_none);
	assert_false(d.no_basic);
	assert_true(d.no_post);
}

static void
discovery_that_lists_nothing_rules_nothing_out(void **state)
{
	static const struct wire_discovery empty = {.status = 200};

	(void)state;
	struct wire_discovery d =
	    parse_good("{\"issuer\":7,"
		       "\"jwks_uri\":\"a b\",\"token_endpoint\":\"x\\u001b\","
		       "\"code_challenge_methods_supported\":\"plain\"}");
	assert_memory_equal(&d, &empty, sizeof(d));
}

static void
discovery_url_must_fit(void **state)
{
	char body[WIRE_PROBE_TEXT_MAX + 64];

	(void)state;
	for (int more = 0; more <= 1; more++) {
		(void)snprintf(body, sizeof(body), "{\"issuer\":\"%0*d\"}",
		    WIRE_PROBE_TEXT_MAX + more, 0);
		assert_int_equal(strlen(parse_good(body).urls[WIRE_URL_ISSUER]),
		    more == 0 ? WIRE_PROBE_TEXT_MAX : 0);
	}
}

static void
discovery_that_is_no_object_is_refused(void **state)
{
	static const char *const bodies[] = {
	    "", "[]", "<html>", "{\"issuer\":"};
	struct wire_discovery ret = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		assert_int_equal(
		    discovery_parse(view_text(bodies[i]), &ret, NULL),
		    OUTCOME_REPLY_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(discovery_has_urls_and_offers),
	    cmocka_unit_test(discovery_that_lists_nothing_rules_nothing_out),
	    cmocka_unit_test(discovery_url_must_fit),
	    cmocka_unit_test(discovery_that_is_no_object_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
