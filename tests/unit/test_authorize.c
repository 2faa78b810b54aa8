/* SPDX-License-Identifier: ISC */
/* The state's label and bounds, and the authorize address byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/oauth/provider.h"

#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
#define HASH "E9Melhoa2OwvFrEMTJguCH"
#define CLIENT "0f3c9b1e-5a57-4c2e-9f1d-6f0e2f6a7b11"
#define X31 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define Y31 "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"

static void
state_is_made_as_every_row_says(void **state)
{
	static const struct {
		const char *account;
		const char *host;
		size_t redirect_len;
		const char *state;
	} rows[] = {
	    {"alice", "bastion01", 30, HASH ".alice~bastion01"},
	    {"alice", "bastion01.example.org", 30,
		HASH ".alice~bastion01.example.org"},
	    {"", "", 30, HASH},
	    {"alice", "", 30, HASH ".alice~"},
	    {"", "bastion01", 30, HASH ".~bastion01"},
	    {"a b&c=d", "x/y?z#~", 30, HASH ".a_b_c_d~x_y_z__"},
	    {"J\xc3\xa9r\xc3\xb4me", "\x1b[2J\n", 30, HASH ".J__r__me~__2J_"},
	    {"a%41_", "b", 30, HASH ".a_41_~b"},
	    {X31, Y31, 30, HASH "." X31 "~" Y31},
	    {X31 "z", Y31 "z", 30, HASH "." X31 "~" Y31},
	    /* 255 = 169 + 22 + 1 + 63: the last length that holds a whole */
	    {X31, Y31, 169, HASH "." X31 "~" Y31},
	    {X31, "ab", 199, HASH "." X31 "~a"},
	    {X31, "ab", 200, HASH "." X31 "~"},
	    {X31, "ab", 201, HASH "." X31},
	    {"alice", "b", 225, HASH ".alice~b"},
	    {"alice", "b", 226, HASH ".alice~"},
	    {"alice", "b", 231, HASH ".a"},
	    {"alice", "b", 232, HASH},
	    {"alice", "b", 233, HASH},
	    {"alice", "b", 5000, HASH},
	    {"alice", "b", SIZE_MAX - 23, HASH},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char made[STATE_MAX + 1];

		memset(made, '!', sizeof(made));
		authorize_state(CHALLENGE, rows[i].account, rows[i].host,
		    rows[i].redirect_len, made);
		if (strcmp(made, rows[i].state) != 0)
			fail_msg("row %zu: \"%s\"", i, made);
	}
}

static void
state_and_redirect_never_exceed_255_bytes(void **state)
{
	(void)state;
	for (size_t len = 0; len <= 233; len++) {
		char made[STATE_MAX + 1];

		authorize_state(CHALLENGE, X31 X31, Y31 Y31, len, made);
		assert_true(len + strlen(made) <= REDIRECT_AND_STATE_MAX);
		assert_memory_equal(made, HASH, STATE_HASH_LEN);
		assert_true(made[STATE_HASH_LEN] == '\0' ||
		    (made[STATE_HASH_LEN] == '.' &&
			made[STATE_HASH_LEN + 1] != '\0'));
	}
}

static void
state_label_has_a_closed_alphabet(void **state)
{
	(void)state;
	for (int c = 1; c < 256; c++) {
		const char text[] = {(char)c, '\0'};
		const char *allowed =
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		    "0123456789.-";
		char made[STATE_MAX + 1];
		char want = strchr(allowed, c) != NULL ? (char)c : '_';

		authorize_state(CHALLENGE, text, text, 30, made);
		assert_int_equal(strlen(made), STATE_HASH_LEN + 4);
		assert_int_equal(made[STATE_HASH_LEN + 1], want);
		assert_int_equal(made[STATE_HASH_LEN + 2], '~');
		assert_int_equal(made[STATE_HASH_LEN + 3], want);
	}
}

static struct authorize_request
plain_request(void)
{
	static const struct wire_route route = {
	    .login_url = "https://login.mypurecloud.de"};

	return (struct authorize_request){
	    .route = &route,
	    .client_id = CLIENT,
	    .redirect_uri = "https://signin.example.org/cb?a=b c",
	    .challenge = CHALLENGE,
	    .state = HASH ".alice~bastion01",
	    .signin_org = "",
	    .signin_provider = "",
	};
}

#define PLAIN \
	"https://login.mypurecloud.de/oauth/authorize?response_type=code" \
	"&client_id=" CLIENT \
	"&redirect_uri=https%3A%2F%2Fsignin.example.org%2Fcb%3Fa%3Db%20c" \
	"&code_challenge=" CHALLENGE "&code_challenge_method=S256" \
	"&state=" HASH ".alice~bastion01"

static void
check_address(const struct authorize_request *request, const char *want)
{
	autobuf address = BUF_INIT(AUTHORIZE_ADDRESS_MAX);

	authorize_address(request, &address);
	assert_int_equal(buf_check(&address), OUTCOME_OK);
	assert_string_equal(buf_text(&address), want);
}

static void
address_holds_the_parameters_of_code_and_pkce(void **state)
{
	struct authorize_request request = plain_request();

	(void)state;
	check_address(&request, PLAIN);
}

static void
address_holds_org_and_provider_only_together(void **state)
{
	struct authorize_request request = plain_request();

	(void)state;
	request.signin_org = "acme & co";
	check_address(&request, PLAIN);
	request.signin_provider = "okta";
	check_address(&request, PLAIN "&org=acme%20%26%20co&provider=okta");
	request.signin_org = "";
	check_address(&request, PLAIN);
}

static void
address_asks_for_a_fresh_login_if_configured(void **state)
{
	struct authorize_request request = plain_request();

	(void)state;
	request.force_signin = true;
	check_address(&request, PLAIN "&prompt=login");
}

static void
address_lets_no_value_break_out(void **state)
{
	struct authorize_request request = plain_request();
	autobuf address = BUF_INIT(AUTHORIZE_ADDRESS_MAX);

	(void)state;
	request.client_id = "x&redirect_uri=evil#\r\n\x1b[2J\xff%41+";
	authorize_address(&request, &address);
	assert_non_null(strstr(buf_text(&address),
	    "&client_id=x%26redirect_uri%3Devil%23%0D%0A%1B%5B2J%FF%2541%2B&"));
}

static void
address_that_is_too_long_is_reported(void **state)
{
	struct authorize_request request = plain_request();
	autobuf address = BUF_INIT(strlen(PLAIN) - 1);

	(void)state;
	authorize_address(&request, &address);
	assert_int_equal(buf_check(&address), OUTCOME_NO_MEMORY);
}

#define CHALLENGE43 "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
#define HASH22 "E9Melhoa2OwvFrEMTJguCH"

static void
start_address_is_one_short_line(void **state)
{
	static const struct {
		const char *start;
		const char *state;
		const char *expected;
	} rows[] = {
	    {"https://x.org/s", HASH22 ".alice~bastion01",
		"https://x.org/s#" CHALLENGE43 ".alice~bastion01"},
	    {"https://x.org/s", HASH22, "https://x.org/s#" CHALLENGE43},
	    /* 17 + 1 + 43 bytes; 16 are left */
	    {"https://x.org/sta", HASH22 ".alice~bastion01",
		"https://x.org/sta#" CHALLENGE43 ".alice~bastion01"},
	    {"https://x.org/star", HASH22 ".alice~bastion01",
		"https://x.org/star#" CHALLENGE43 ".alice"},
	    {"https://signin.example.com", HASH22 ".alice~bastion01",
		"https://signin.example.com#" CHALLENGE43 ".alice"},
	    {"https://signin.example.com/", HASH22 ".alice~bastion01",
		"https://signin.example.com/#" CHALLENGE43 ".alice"},
	    {"https://signin.example.com/s", HASH22 ".alice~bastion01",
		"https://signin.example.com/s#" CHALLENGE43},
	    {"https://signin.example.com/s", HASH22 ".bob",
		"https://signin.example.com/s#" CHALLENGE43 ".bob"},
	    {"https://signin.example.com/starts", HASH22 ".a~b",
		"https://signin.example.com/starts#" CHALLENGE43},
	    /* longer than 33 bytes: nothing is left to cut */
	    {"https://signin.example.com/gcpkce/start1.html", HASH22 ".a~b",
		"https://signin.example.com/gcpkce/start1.html#" CHALLENGE43},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autobuf address = BUF_INIT(AUTHORIZE_ADDRESS_MAX);

		authorize_address(
		    &(struct authorize_request){
			.route = &(struct wire_route){0},
			.start_url = rows[i].start,
			.challenge = CHALLENGE43,
			.state = rows[i].state,
		    },
		    &address);
		assert_string_equal(buf_text(&address), rows[i].expected);
		assert_true(address.len <= 77 || strlen(rows[i].start) > 33);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(state_is_made_as_every_row_says),
	    cmocka_unit_test(state_and_redirect_never_exceed_255_bytes),
	    cmocka_unit_test(state_label_has_a_closed_alphabet),
	    cmocka_unit_test(address_holds_the_parameters_of_code_and_pkce),
	    cmocka_unit_test(address_holds_org_and_provider_only_together),
	    cmocka_unit_test(address_asks_for_a_fresh_login_if_configured),
	    cmocka_unit_test(address_lets_no_value_break_out),
	    cmocka_unit_test(address_that_is_too_long_is_reported),
	    cmocka_unit_test(start_address_is_one_short_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
