/* SPDX-License-Identifier: ISC */
/* The table of outcomes: names, sentences, results, and what zero means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../lib/outcome_find.h"

static const char *const pam_tokens[] = {
#define X(suffix, name, pam, sentence, log) #pam,
    OUTCOME_TABLE(X)
#undef X
};

static void
outcome_zero_is_a_denial(void **state)
{
	static const enum outcome zero;

	(void)state;
	assert_int_equal(zero, OUTCOME_HELPER_FAILED);
	assert_int_not_equal(OUTCOME_OK, 0);
	assert_string_equal(outcome_name(zero), "helper_failed");
}

static void
outcome_names_are_found_again_and_are_lower_case_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < OUTCOME_COUNT; i++) {
		const char *name = outcome_name((enum outcome)i);
		enum outcome found = OUTCOME_COUNT;

		assert_true(outcome_find(name, &found));
		assert_int_equal(found, i);
		assert_true(name[0] != '\0');
		assert_int_equal(
		    strspn(name, "abcdefghijklmnopqrstuvwxyz_"), strlen(name));
	}
}

static void
outcome_find_leaves_ret_untouched_for_other_names(void **state)
{
	static const char *const names[] = {
	    "", "OK", "ok ", "o", "helper", "helper_failed_", "success", "0"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		enum outcome found = OUTCOME_TIMED_OUT;

		assert_false(outcome_find(names[i], &found));
		assert_int_equal(found, OUTCOME_TIMED_OUT);
	}
}

static void
outcome_outside_the_table_reads_as_helper_failed(void **state)
{
	static const int values[] = {OUTCOME_COUNT, OUTCOME_COUNT + 1, 255, 256,
	    -1, 0x7fffffff, -0x7fffffff};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		enum outcome value = (enum outcome)values[i];

		assert_string_equal(outcome_name(value), "helper_failed");
		assert_string_equal(outcome_sentence(value), MESSAGE_ADMIN);
		assert_string_equal(outcome_log_text(value),
		    outcome_log_text(OUTCOME_HELPER_FAILED));
		assert_false(outcome_may_retry(value));
	}
}

static void
outcome_may_retry_after_the_five_answers_alone(void **state)
{
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		count += outcome_may_retry((enum outcome)i);
	assert_int_equal(count, 5);
	assert_true(outcome_may_retry(OUTCOME_ANSWER_EMPTY));
	assert_true(outcome_may_retry(OUTCOME_ANSWER_MALFORMED));
	assert_true(outcome_may_retry(OUTCOME_STATE_MISMATCH));
	assert_true(outcome_may_retry(OUTCOME_SIGNIN_REFUSED));
	assert_true(outcome_may_retry(OUTCOME_CODE_REFUSED));
}

/* docs/DESIGN.md section 6, outcome by outcome */
static void
outcome_results_are_those_of_the_design(void **state)
{
	static const struct {
		const char *name;
		const char *pam;
	} rows[] = {
	    {"ok", "PAM_SUCCESS"},
	    {"config_invalid", "PAM_SERVICE_ERR"},
	    {"config_unsafe", "PAM_SERVICE_ERR"},
	    {"secret_unreadable", "PAM_SERVICE_ERR"},
	    {"client_refused", "PAM_SERVICE_ERR"},
	    {"no_conversation", "PAM_CONV_ERR"},
	    {"aborted", "PAM_CONV_ERR"},
	    {"helper_failed", "PAM_SYSTEM_ERR"},
	    {"system_error", "PAM_SYSTEM_ERR"},
	    {"no_memory", "PAM_BUF_ERR"},
	    {"unreachable", "PAM_AUTHINFO_UNAVAIL"},
	    {"provider_error", "PAM_AUTHINFO_UNAVAIL"},
	    {"tls_failed", "PAM_AUTH_ERR"},
	    {"rate_limited", "PAM_AUTH_ERR"},
	    {"reply_invalid", "PAM_AUTH_ERR"},
	    {"timed_out", "PAM_MAXTRIES"},
	    {"answer_empty", "PAM_AUTH_ERR"},
	    {"answer_malformed", "PAM_AUTH_ERR"},
	    {"state_mismatch", "PAM_AUTH_ERR"},
	    {"signin_refused", "PAM_AUTH_ERR"},
	    {"code_refused", "PAM_AUTH_ERR"},
	    {"token_invalid", "PAM_AUTH_ERR"},
	    {"identity_incomplete", "PAM_AUTH_ERR"},
	    {"wrong_client", "PAM_AUTH_ERR"},
	    {"wrong_organization", "PAM_AUTH_ERR"},
	    {"partner_refused", "PAM_AUTH_ERR"},
	    {"account_inactive", "PAM_AUTH_ERR"},
	    {"not_mapped", "PAM_AUTH_ERR"},
	    {"root_refused", "PAM_AUTH_ERR"},
	    {"uid_refused", "PAM_AUTH_ERR"},
	    {"group_missing", "PAM_AUTH_ERR"},
	    {"role_missing", "PAM_AUTH_ERR"},
	    {"division_missing", "PAM_AUTH_ERR"},
	    {"user_unknown", "PAM_AUTH_ERR"},
	    {"account_changed", "PAM_AUTH_ERR"},
	};
	size_t successes = 0;

	(void)state;
	assert_int_equal(sizeof(rows) / sizeof(rows[0]), OUTCOME_COUNT);
	for (size_t i = 0; i < OUTCOME_COUNT; i++) {
		enum outcome outcome = OUTCOME_OK;

		assert_true(outcome_find(rows[i].name, &outcome));
		assert_string_equal(pam_tokens[outcome], rows[i].pam);
		successes += strcmp(pam_tokens[i], "PAM_SUCCESS") == 0;
	}
	assert_int_equal(successes, 1);
}

static void
outcome_denials_of_an_identity_are_one_sentence(void **state)
{
	(void)state;
	for (size_t i = OUTCOME_TOKEN_INVALID; i < OUTCOME_COUNT; i++)
		assert_string_equal(
		    outcome_sentence((enum outcome)i), MESSAGE_DENIED);
}

static void
outcome_sentences_are_printable_and_silence_is_rare(void **state)
{
	(void)state;
	for (size_t i = 0; i < OUTCOME_COUNT; i++) {
		const char *sentence = outcome_sentence((enum outcome)i);
		size_t len = strlen(sentence);
		bool silent = i == OUTCOME_OK || i == OUTCOME_ABORTED ||
		    i == OUTCOME_NO_CONVERSATION;

		assert_int_equal(len == 0, silent);
		for (size_t j = 0; j < len; j++)
			assert_in_range(sentence[j], 0x20, 0x7e);
		if (!silent)
			assert_int_equal(sentence[len - 1], '.');
		assert_true(outcome_log_text((enum outcome)i)[0] != '\0');
	}
}

/* A decoy's refusal must not differ from a real one. */
static void
outcome_code_refused_also_tells_of_missing_accounts(void **state)
{
	const char *sentence = outcome_sentence(OUTCOME_CODE_REFUSED);

	(void)state;
	assert_non_null(strstr(sentence, "Check the user name"));
	assert_null(
	    strstr(sentence, "code")); /* a name that is not here has none */
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(outcome_zero_is_a_denial),
	    cmocka_unit_test(
		outcome_names_are_found_again_and_are_lower_case_words),
	    cmocka_unit_test(outcome_find_leaves_ret_untouched_for_other_names),
	    cmocka_unit_test(outcome_outside_the_table_reads_as_helper_failed),
	    cmocka_unit_test(outcome_may_retry_after_the_five_answers_alone),
	    cmocka_unit_test(outcome_results_are_those_of_the_design),
	    cmocka_unit_test(outcome_denials_of_an_identity_are_one_sentence),
	    cmocka_unit_test(
		outcome_sentences_are_printable_and_silence_is_rare),
	    cmocka_unit_test(
		outcome_code_refused_also_tells_of_missing_accounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
