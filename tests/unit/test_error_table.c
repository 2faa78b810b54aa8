/* SPDX-License-Identifier: ISC */
/* The table of error_rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/oauth/error_table.h"
#include "gcpkce/oauth/provider.h"
#include "gcpkce/oauth/reply.h"

static void
error_rows_of_every_refusal_are_there(void **state)
{
	static const long statuses[] = {400, 401, 403, 404, 429, 500, 302};
	static const char *const bodies[] = {"", "{}",
	    "{\"error\":\"invalid_client\"}", "{\"error\":\"invalid_grant\"}",
	    "{\"error\":\"invalid_scope\"}", "{\"code\":\"x\"}"};

	(void)state;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		for (size_t j = 0; j < sizeof(bodies) / sizeof(bodies[0]);
		     j++) {
			struct error_body said;
			enum outcome r = token_error_judge(&provider_genesys,
			    statuses[i], view_text(bodies[j]), NULL, &said);

			assert_non_null(error_row_find(
			    ERROR_TOKEN, r, said.name, said.detail));
			r = api_error_judge(&provider_genesys, statuses[i],
			    view_text(bodies[j]), NULL, &said);
			assert_non_null(error_row_find(
			    ERROR_API, r, said.name, said.detail));
		}
	}
	assert_non_null(
	    error_row_find(ERROR_REDIRECT, OUTCOME_SIGNIN_REFUSED, "", ""));
}

static void
error_rows_of_a_status_are_those_of_http(void **state)
{
	(void)state;
	for (long status = 0; status < 1000; status++)
		assert_int_equal(error_row_of_status(status) != NULL,
		    status >= 200 && status < 600);
	assert_int_equal(error_row_of_status(429)->hints[0].hint, HINT_RATE);
}

static void
error_rows_have_what_is_particular_in_front(void **state)
{
	const struct error_row *unknown = error_row_find(ERROR_TOKEN,
	    OUTCOME_CLIENT_REFUSED, "invalid_client", "client not found");
	const struct error_row *refused = error_row_find(ERROR_TOKEN,
	    OUTCOME_CLIENT_REFUSED, "invalid_client", "authentication failed");

	(void)state;
	assert_ptr_not_equal(unknown, refused);
	assert_int_equal(unknown->hints[1].hint, HINT_CLIENT_ID);
	assert_null(error_row_find(ERROR_TOKEN, OUTCOME_OK, "", ""));
}

/* A refused client without a cause in the journal helps no administrator. */
static void
error_rows_of_a_client_have_a_cause_for_each_provider(void **state)
{
	static const char *const names[] = {"invalid_client",
	    "unauthorized_client", "invalid_request", "unsupported_grant_type",
	    "invalid_scope", "", NULL};
	static const char *const details[] = {"", "client not found", NULL};

	(void)state;
	for (const char *const *name = names; *name != NULL; name++) {
		for (const char *const *detail = details; *detail != NULL;
		     detail++) {
			for (unsigned bits = 0; bits < 4; bits++) {
				autobuf text = BUF_INIT(4096);
				struct error_body body = {0};
				const struct refusal refusal = {
				    .outcome = OUTCOME_CLIENT_REFUSED,
				    .provider = (bits & 1) != 0
					? PROVIDER_CXONE
					: PROVIDER_GENESYS,
				    .body = &body,
				    .confidential = (bits & 2) != 0,
				};

				(void)strcpy(body.name, *name);
				(void)strcpy(body.detail, *detail);
				refusal_hints(&refusal, &text);
				assert_true(text.len > 0);
			}
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(error_rows_of_every_refusal_are_there),
	    cmocka_unit_test(error_rows_of_a_status_are_those_of_http),
	    cmocka_unit_test(error_rows_have_what_is_particular_in_front),
	    cmocka_unit_test(
		error_rows_of_a_client_have_a_cause_for_each_provider),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
