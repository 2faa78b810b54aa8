/* SPDX-License-Identifier: ISC */
/* The table of providers: which URLs a route leads to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/oauth/provider.h"

#define ISSUER "https://cxone.example.com"

typedef void url_fn(const struct endpoint *endpoint,
    const struct wire_route *route, struct buf *url);

static void
check_url(url_fn *put, const struct endpoint *endpoint,
    const struct wire_route *route, const char *want)
{
	autobuf url = BUF_INIT(1024);

	put(endpoint, route, &url);
	assert_int_equal(buf_check(&url), OUTCOME_OK);
	assert_string_equal(buf_text(&url), want);
}

static void
route_leads_to_its_provider(void **state)
{
	const struct wire_route genesys = {.provider = PROVIDER_GENESYS};
	const struct wire_route cxone = {.provider = PROVIDER_CXONE};

	(void)state;
	assert_ptr_equal(provider_of(&genesys), &provider_genesys);
	assert_ptr_equal(provider_of(&cxone), &provider_cxone);
	assert_null(provider_cxone.revoke.request);
	assert_non_null(provider_genesys.revoke.request);
}

static void
endpoints_of_cxone_are_the_issuer_s_or_elsewhere(void **state)
{
	const struct provider *cxone = &provider_cxone;
	const struct wire_route plain = {.issuer = ISSUER};
	const struct wire_route other = {.issuer = ISSUER,
	    .authorize_url = "https://a.example.com/x",
	    .token_url = "https://t.example.com:8443/x?y",
	    .jwks_url = "https://j.example.com",
	    .userinfo_url = "http://[::1]:8080/u"};
	const struct {
		const struct endpoint *endpoint;
		const char *plain, *other, *server;
	} rows[] = {
	    {&cxone->authorize, ISSUER "/auth/authorize", other.authorize_url,
		"https://a.example.com/"},
	    {&cxone->token, ISSUER "/auth/token", other.token_url,
		"https://t.example.com:8443/"},
	    {&cxone->identity[0].endpoint, ISSUER "/auth/jwks", other.jwks_url,
		"https://j.example.com/"},
	    {&cxone->identity[1].endpoint, ISSUER "/auth/userinfo",
		other.userinfo_url, "http://[::1]:8080/"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_url(
		    endpoint_url, rows[i].endpoint, &plain, rows[i].plain);
		check_url(
		    endpoint_url, rows[i].endpoint, &other, rows[i].other);
		check_url(
		    endpoint_server, rows[i].endpoint, &plain, ISSUER "/");
		check_url(
		    endpoint_server, rows[i].endpoint, &other, rows[i].server);
	}
}

static void
userinfo_is_asked_where_the_route_says_so(void **state)
{
	struct wire_route route = {.provider = PROVIDER_CXONE};

	(void)state;
	assert_true(identity_is_wanted(&provider_cxone.identity[0], &route));
	assert_false(identity_is_wanted(&provider_cxone.identity[1], &route));
	route.userinfo = true;
	assert_true(identity_is_wanted(&provider_cxone.identity[1], &route));
}

static void
address_of_cxone_has_scope_nonce_and_tenant(void **state)
{
	const struct wire_route route = {
	    .provider = PROVIDER_CXONE, .issuer = ISSUER};
	struct authorize_request request = {
	    .route = &route,
	    .client_id = "Agent Console@inContact Inc.",
	    .redirect_uri = "https://h/cb",
	    .challenge = "c",
	    .state = "s",
	    .nonce = "n&x",
	    .organization = "t",
	    .force_signin = true,
	    .signin_org = "never",
	    .signin_provider = "never",
	};
	autobuf address = BUF_INIT(AUTHORIZE_ADDRESS_MAX);

	(void)state;
	authorize_address(&request, &address);
	assert_string_equal(buf_text(&address),
	    ISSUER
	    "/auth/authorize?response_type=code"
	    "&client_id=Agent%20Console%40inContact%20Inc."
	    "&redirect_uri=https%3A%2F%2Fh%2Fcb&code_challenge=c"
	    "&code_challenge_method=S256&state=s&scope=openid&nonce=n%26x"
	    "&tenantId=t&prompt=login");
}

/* Without an id_token no set of keys gives an identity. */
static void
keys_alone_are_no_identity(void **state)
{
	struct identity_context context = {.terms = {.issuer = ISSUER}};
	struct identity identity = {0};
	struct errinfo why = {0};

	(void)state;
	assert_int_equal(
	    provider_cxone.identity[0].parse(
		view_text("{\"keys\":[]}"), &context, &identity, &why),
	    OUTCOME_IDENTITY_INCOMPLETE);
	assert_string_equal(identity.issuer, "");
	/* nor does what is no id_token */
	context.id_token = view_text("x");
	assert_int_equal(
	    provider_cxone.identity[0].parse(
		view_text("{\"keys\":[]}"), &context, &identity, &why),
	    OUTCOME_TOKEN_INVALID);
	assert_string_equal(identity.issuer, "");
	/* nor does userinfo before the id_token */
	assert_int_equal(
	    provider_cxone.identity[1].parse(
		view_text("{\"sub\":\"user:\"}"), &context, &identity, &why),
	    OUTCOME_TOKEN_INVALID);
}

#define USER "11ef1287-04bf-8540-8a7e-0242ac110004"

/* What userinfo says counts for the id_token's user alone. */
static void
userinfo_is_judged_as_every_row_says(void **state)
{
	static const struct {
		const char *body;
		enum outcome outcome;
		const char *named;
	} rows[] = {
	    {"{\"sub\":\"user:" USER "\",\"email\":\"a@b.test\"}", OUTCOME_OK,
		""},
	    {"{\"sub\":\"user:x" USER "\",\"email\":\"a@b.test\"}",
		OUTCOME_TOKEN_INVALID, "not that of the id_token"},
	    {"{\"sub\":\"" USER "\",\"email\":\"a@b.test\"}",
		OUTCOME_TOKEN_INVALID, "sub is not a user"},
	    {"{\"sub\":\"xxxx:" USER "\",\"email\":\"a@b.test\"}",
		OUTCOME_TOKEN_INVALID, "sub is not a user"},
	    {"{\"email\":\"a@b.test\"}", OUTCOME_IDENTITY_INCOMPLETE, "sub"},
	    {"{\"sub\":\"\",\"email\":\"a@b.test\"}",
		OUTCOME_IDENTITY_INCOMPLETE, "sub"},
	    {"{\"sub\":7,\"email\":\"a@b.test\"}", OUTCOME_IDENTITY_INCOMPLETE,
		"sub"},
	    {"{\"sub\":\"user:" USER "\",\"email\":7}",
		OUTCOME_IDENTITY_INCOMPLETE, "email"},
	    {"{\"sub\":\"user:" USER "\",\"act\":{}}", OUTCOME_PARTNER_REFUSED,
		"acts"},
	    {"[]", OUTCOME_REPLY_INVALID, "JSON"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identity_context context = {0};
		autoidentity identity = {.id = USER};
		struct errinfo why = {0};
		enum outcome r = provider_cxone.identity[1].parse(
		    view_text(rows[i].body), &context, &identity, &why);

		if (r != rows[i].outcome ||
		    strstr(why.text, rows[i].named) == NULL)
			fail_msg("row %zu: %s, \"%s\"", i, outcome_name(r),
			    why.text);
		assert_string_equal(
		    identity.email, r == OUTCOME_OK ? "a@b.test" : "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(route_leads_to_its_provider),
	    cmocka_unit_test(endpoints_of_cxone_are_the_issuer_s_or_elsewhere),
	    cmocka_unit_test(userinfo_is_asked_where_the_route_says_so),
	    cmocka_unit_test(address_of_cxone_has_scope_nonce_and_tenant),
	    cmocka_unit_test(keys_alone_are_no_identity),
	    cmocka_unit_test(userinfo_is_judged_as_every_row_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
