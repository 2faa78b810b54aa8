/* SPDX-License-Identifier: ISC */
/* Likely causes: which come, and which comes first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/oauth/error_table.h"

static const struct row {
	struct refusal refusal;
	const char *name;
	const char *detail;
	const char *first;  /* stands in the first cause */
	const char *also;   /* stands in a later one; "" for nothing */
	const char *absent; /* stands nowhere; NULL for nothing */
} rows[] = {
#define CLIENT(secret) \
	{ \
		.outcome = OUTCOME_CLIENT_REFUSED, .confidential = secret \
	}
    {CLIENT(false), "invalid_client", "client not found", "region or login_url",
	"client_id is mistyped", "secret"},
    {CLIENT(true), "invalid_client", "client not found", "region or login_url",
	"client_id is mistyped", "secret"},
    {CLIENT(false), "invalid_client", "authentication failed",
	"region or login_url", "client_secret_file is not set", "wrong or"},
    {CLIENT(true), "invalid_client", "authentication failed",
	"region or login_url", "wrong or an old secret", "is not set"},
    {CLIENT(false), "invalid_client", "", "region or login_url", "inactive",
	NULL},
    {CLIENT(false), "unauthorized_client", "x", "Code Authorization",
	"has not approved", "region"},
    {CLIENT(false), "invalid_request", "x", "redirect_uri", "form", "region"},
    {CLIENT(false), "unsupported_grant_type", "x", "login_url", "form", NULL},
    {CLIENT(false), "invalid_scope", "x", "scope", "", "region"},
    {CLIENT(false), "something_else", "x", "region or login_url", "client_id",
	NULL},
    {CLIENT(false), "", "", "region or login_url", "client_id", NULL},
#define CXONE(secret) \
	{ \
		.outcome = OUTCOME_CLIENT_REFUSED, .provider = PROVIDER_CXONE, \
		.confidential = secret \
	}
    {CXONE(false), "invalid_client", "", "NICE has not approved the app yet",
	"client_auth", "region"},
    {CXONE(true), "invalid_client", "", "NICE has not approved the app yet",
	"wrong or an old secret", "inactive"},
    {CXONE(false), "unauthorized_client", "", "client_auth", "approved",
	"Code Authorization"},
    {CXONE(false), "invalid_scope", "", "NICE has not approved", "", "scope"},
    {CXONE(false), "", "", "client_id is not that of the app", "issuer",
	"region"},
#define CODE(...) \
	{ \
		.outcome = OUTCOME_CODE_REFUSED, __VA_ARGS__ \
	}
    {CODE(.state_seen = true, .shown_s = 10, .code_len = 43), "invalid_grant",
	"", "something else used the code first",
	"expired (the address was shown 10 s ago)", "cut off"},
    {CODE(.state_seen = true, .shown_s = 60, .code_len = 43), "invalid_grant",
	"", "expired (the address was shown 60 s ago)", "another client_id",
	"cut off"},
    {CODE(.shown_s = 59, .code_len = 12), "invalid_grant", "",
	"to an earlier address", "cut off when pasted (12 characters came)",
	"sent before"},
    {CODE(.shown_s = 59, .code_len = 1), "invalid_grant", "",
	"to an earlier address", "cut off when pasted (1 character came)",
	"sent before"},
    {CODE(.shown_s = 300, .code_len = 43), "invalid_grant", "",
	"expired (the address was shown 300 s ago)", "to an earlier address",
	NULL},
    {CODE(.code_seen_before = true, .state_seen = true, .shown_s = 300),
	"invalid_grant", "", "sent before", "expired", "something else"},
    {CODE(.code_seen_before = true, .shown_s = 3), "invalid_grant", "",
	"sent before", "to an earlier address", "something else"},
};

static void
causes_are_ranked_as_every_row_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error_body body = {.name = ""};
		struct refusal refusal = rows[i].refusal;
		autobuf text = BUF_INIT(2000);

		(void)snprintf(
		    body.name, sizeof(body.name), "%s", rows[i].name);
		(void)snprintf(
		    body.detail, sizeof(body.detail), "%s", rows[i].detail);
		refusal.body = &body;
		refusal_hints(&refusal, &text);
		assert_int_equal(buf_check(&text), OUTCOME_OK);
		const char *causes = buf_text(&text);
		const char *end = strstr(causes, "; ");
		const char *first = strstr(causes, rows[i].first);
		const char *also = strstr(causes, rows[i].also);
		if (first == NULL || (end != NULL && first > end) ||
		    also == NULL ||
		    (*rows[i].also != '\0' && (end == NULL || also < end)) ||
		    (rows[i].absent != NULL &&
			strstr(causes, rows[i].absent) != NULL))
			fail_msg("row %zu: \"%s\"", i, causes);
	}
}

static void
causes_stand_once_and_parted(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error_body body = {.name = ""};
		struct refusal refusal = rows[i].refusal;
		autobuf text = BUF_INIT(2000);
		const char *causes[16];
		size_t count = 0;

		(void)snprintf(
		    body.name, sizeof(body.name), "%s", rows[i].name);
		refusal.body = &body;
		refusal_hints(&refusal, &text);
		for (char *p = (char *)text.p; p != NULL && count < 16;) {
			char *next = strstr(p, "; ");

			if (next != NULL) {
				*next = '\0';
				next += 2;
			}
			assert_true(strlen(p) > 10);
			causes[count++] = p;
			p = next;
		}
		assert_in_range(count, 1, 15);
		for (size_t a = 0; a < count; a++) {
			for (size_t b = 0; b < a; b++)
				assert_string_not_equal(causes[a], causes[b]);
		}
	}
}

static void
other_outcomes_have_no_causes(void **state)
{
	(void)state;
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		struct error_body body = {.name = "invalid_client"};
		struct refusal refusal = {
		    .outcome = (enum outcome)i, .body = &body};
		autobuf text = BUF_INIT(2000);

		refusal_hints(&refusal, &text);
		assert_int_equal(text.len > 0,
		    i == OUTCOME_CODE_REFUSED || i == OUTCOME_CLIENT_REFUSED);
	}
}

static void
causes_never_repeat_the_server(void **state)
{
	struct error_body body = {.name = "SeRvEr", .detail = "SeRvEr"};
	struct refusal refusal = {
	    .outcome = OUTCOME_CLIENT_REFUSED, .body = &body};
	autobuf text = BUF_INIT(2000);

	(void)state;
	refusal_hints(&refusal, &text);
	refusal.outcome = OUTCOME_CODE_REFUSED;
	refusal_hints(&refusal, &text);
	assert_null(strstr(buf_text(&text), "SeRvEr"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(causes_are_ranked_as_every_row_says),
	    cmocka_unit_test(causes_stand_once_and_parted),
	    cmocka_unit_test(other_outcomes_have_no_causes),
	    cmocka_unit_test(causes_never_repeat_the_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
