/* SPDX-License-Identifier: ISC */
/*
 * The journal: one line a decision, which no input from outside can forge.
 * That no line holds a code, a token or a secret, host.c looks at everywhere.
 */
#include "host.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#define NI_MAXHOST_BYTES 1024

static const char *const fields[] = {"outcome", "user", "service", "rhost",
    "provider", "subject", "email", "organization", "attempt", "correlation",
    "ms", "cause"};

/* Are these all fields of a line, in this order, each once? */
static void
assert_fields(const char *line)
{
	const char *p = line;

	for (size_t i = 0; i < COUNT(fields); i++) {
		size_t len = strlen(fields[i]);

		if (strncmp(p, fields[i], len) != 0 || p[len] != '=')
			fail_msg("%s does not stand at: %s", fields[i], p);
		p += len + 1;
		if (*p == '"')
			p = strchr(p + 1, '"') + 1;
		else
			p += strcspn(p, " ");
		if (*p == ' ')
			p++;
	}
	assert_string_equal(p, "");
}

static void
assert_matches(const char *line, const char *pattern)
{
	regex_t regex;

	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	int result = regexec(&regex, line, 0, NULL, 0);
	regfree(&regex);
	if (result != 0)
		fail_msg("not as %s:\n%s", pattern, line);
}

static void
success_is_one_line(void **state)
{
	struct host h;

	(void)state;
	host_begin(&h);
	h.rhost = "192.0.2.7";
	assert_int_equal(host_signin(&h), PAM_SUCCESS);
	assert_int_equal(journal_count, 1);
	assert_matches(journal[0].text,
	    "^outcome=ok user=\"alice\" service=\"signin\" "
	    "rhost=\"192\\.0\\.2\\.7\" provider=\"genesys\" subject=\"" ALICE_ID
	    "\" "
	    "email=\"alice@example\\.com\" organization=\"" ORGANIZATION
	    "\" attempt=1 "
	    "correlation=\"" CORRELATION "\" ms=[0-9]{1,4} "
	    "cause=\"signed in\"$");
	assert_int_equal(journal[0].priority, LOG_INFO);
	host_end(&h);
}

static void
denial_before_the_user_is_known_leaves_fields_empty(void **state)
{
	struct host h;

	(void)state;
	assert_int_equal(host_run(&h, "ready:die", ""), PAM_SYSTEM_ERR);
	assert_int_equal(journal_count, 1);
	assert_matches(journal[0].text,
	    "^outcome=helper_failed user=\"alice\" service=\"signin\" "
	    "rhost=\"\" provider=\"genesys\" subject=\"\" email=\"\" organization=\"\" attempt=0 "
	    "correlation=\"\" ms=0 cause=\"[^\"]+\"$");
	host_end(&h);
}

static void
fields_stand_in_order_in_every_outcome(void **state)
{
	(void)state;
	for (size_t i = 0; i < OUTCOME_COUNT; i++) {
		struct host h;

		(void)host_run(&h, outcome_name((enum outcome)i), "");
		assert_true(journal_count > 0);
		for (size_t j = 0; j < journal_count; j++)
			assert_fields(journal[j].text);
		host_end(&h);
	}
}

static void
faults_of_the_setup_are_errors(void **state)
{
	static const struct {
		const char *script;
		const char *arguments;
		int priority;
	} rows[] = {
	    {"ok", "", LOG_INFO},
	    {"ok:other-id", "", LOG_NOTICE},
	    {"code_refused", "", LOG_NOTICE},
	    {"client_refused", "", LOG_ERR},
	    {"tls_failed", "", LOG_ERR},
	    {"helper_failed", "", LOG_ERR},
	    {"system_error", "", LOG_ERR},
	    {"ok", "no_such_key=1", LOG_ERR},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct host h;

		(void)host_run(&h, rows[i].script, rows[i].arguments);
		assert_int_equal(
		    journal[journal_count - 1].priority, rows[i].priority);
		host_end(&h);
	}
}

static void
names_from_outside_forge_nothing(void **state)
{
	static const char *const names[] = {
	    "eve\" outcome=ok user=\"root",
	    "eve\noutcome=ok user=\"root\"",
	    "eve\\",
	    "eve\\\"",
	    "\xff\xfe\x80",
	    "\xc2\x9b[31m",
	    "\x1b]0;owned\x07",
	    "%n%s%1000000d",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct host h;

		host_begin(&h);
		h.user = names[i];
		h.rhost = names[COUNT(names) - 1 - i];
		h.script = "code_refused";
		h.arguments = "attempts=1";
		assert_int_not_equal(host_signin(&h), PAM_SUCCESS);
		assert_int_equal(journal_decisions(), 1);
		assert_fields(journal_decision());
		assert_outcome("user_unknown");
		host_end(&h);
	}
}

static void
escapes_are_those_of_the_contract(void **state)
{
	struct host h;

	(void)state;
	host_begin(&h);
	h.rhost = "a b\t\"\\\n\x7f\xc3\xa9";
	assert_int_equal(host_signin(&h), PAM_SUCCESS);
	assert_string_equal(journal_value(journal_decision(), "rhost"),
	    "a b\\x09\\x22\\x5c\\x0a\\x7f\\xc3\\xa9");
	host_end(&h);
}

static void
address_of_the_person_forges_nothing(void **state)
{
	static const struct {
		const char *script;
		const char *email;
	} rows[] = {
	    {"ok:quote-email",
		"a\\x22 outcome=ok user=\\x22root\\x5c@example.com"},
	    {"ok:utf8-email", "\\xc3\\xa4lice@example.com"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct host h;

		assert_int_equal(host_run(&h, rows[i].script, ""), PAM_SUCCESS);
		assert_int_equal(journal_count, 1);
		assert_fields(journal[0].text);
		assert_string_equal(
		    journal_value(journal[0].text, "email"), rows[i].email);
		assert_string_equal(
		    journal_value(journal[0].text, "user"), "alice");
		host_end(&h);
	}
}

/* A name at its longest, every byte of which is escaped. */
static void
endless_name_pushes_no_field_out(void **state)
{
	char name[NI_MAXHOST_BYTES + 1];
	struct host h;

	(void)state;
	memset(name, 0x80, sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	host_begin(&h);
	h.rhost = name;
	h.script = "ok:other-id";
	assert_int_equal(host_signin(&h), PAM_AUTH_ERR);
	assert_int_equal(journal_count, 1);
	assert_fields(journal[0].text);
	assert_string_equal(
	    journal_value(journal[0].text, "subject"), OTHER_ID);
	host_end(&h);
}

static void
every_fault_of_the_configuration_has_a_line(void **state)
{
	struct host h;

	(void)state;
	assert_int_equal(
	    host_run(&h, "ok", "no_such_key=1 timeout=soon attempts=\"x"),
	    PAM_SERVICE_ERR);
	assert_int_equal(journal_count, 4);
	assert_holds(journal[0].text, "no_such_key");
	assert_holds(journal[1].text, "timeout");
	assert_holds(journal[2].text, "attempts");
	assert_fields(journal[3].text);
	assert_string_equal(journal_value(journal[3].text, "cause"),
	    "the configuration has 3 faults");
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(journal_value(journal[i].text, "outcome"),
		    "config_invalid");
		assert_string_equal(
		    journal_value(journal[i].text, "user"), "alice");
		assert_int_equal(journal[i].priority, LOG_ERR);
	}
	host_end(&h);
}

static void
secret_given_as_an_argument_is_not_repeated(void **state)
{
	struct host h;

	(void)state;
	assert_int_equal(
	    host_run(&h, "ok", "client_secret=" SECRET), PAM_SERVICE_ERR);
	assert_holds(journal[0].text, "client_secret");
	host_end(&h);
}

static void
more_is_logged_only_with_debug(void **state)
{
	static const char *const arguments[] = {"", "debug=yes"};
	static const char *const scripts[] = {"ok", "code_refused,ok",
	    "ok:other-id", "ready:die", "ok:quote-email"};

	(void)state;
	for (size_t i = 0; i < COUNT(scripts); i++) {
		for (size_t debug = 0; debug <= 1; debug++) {
			size_t lines = 0;
			struct host h;

			host_begin(&h);
			h.rhost = "a\noutcome=ok";
			h.script = scripts[i];
			h.arguments = arguments[debug];
			(void)host_signin(&h);
			for (size_t j = 0; j < journal_count; j++) {
				lines += journal[j].priority == LOG_DEBUG;
				assert_null(strchr(journal[j].text, '\n'));
			}
			assert_int_equal(lines > 0, debug);
			host_end(&h);
		}
	}
}

#define LACKS "the helper's sandbox lacks "
#define LANDLOCK "landlock: Function not implemented"

static void
missing_layers_are_logged_once_and_are_not_a_decision(void **state)
{
	static const struct {
		const char *script;
		size_t decisions;
		const char *cause;
	} rows[] = {
	    {"ready:lacks", 1, LACKS LANDLOCK},
	    {"ok:lacks", 1, LACKS LANDLOCK},
	    {"code_refused:lacks,ok", 2, LACKS LANDLOCK},
	    {"code_refused,ready:lacks", 2, LACKS LANDLOCK},
	    {"ok:lacks-each", 1,
		LACKS "memory, ids, privileges, environment, descriptors, "
		      "limits, parent, " LANDLOCK ", seccomp"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct host h;

		assert_int_equal(host_run(&h, rows[i].script, ""), PAM_SUCCESS);
		assert_int_equal(journal_decisions(), rows[i].decisions);
		assert_int_equal(journal_count, rows[i].decisions + 1);
		const char *line = journal_find("sandbox_layer_missing");
		assert_non_null(line);
		assert_string_equal(
		    journal_value(line, "cause"), rows[i].cause);
		assert_string_equal(journal_value(line, "user"), "alice");
		assert_string_equal(journal_value(line, "service"), "signin");
		host_end(&h);
	}
}

static void
missing_layers_are_a_warning_before_the_prompt(void **state)
{
	struct host h;

	(void)state;
	assert_int_equal(host_run(&h, "ready:lacks", ""), PAM_SUCCESS);
	assert_matches(journal[0].text,
	    "^outcome=sandbox_layer_missing user=\"alice\" "
	    "service=\"signin\" cause=\"" LACKS LANDLOCK "\"$");
	assert_int_equal(journal[0].priority, LOG_WARNING);
	assert_outcome("ok");
	host_end(&h);
}

/* A helper that goes on where it must not. */
static void
missing_layers_refuse_where_the_sandbox_is_strict(void **state)
{
	static const struct {
		const char *script;
		const char *attempt;
		const char *heard;
	} rows[] = {
	    {"ready:lacks", "0", "gone\n"},
	    {"code_refused,ready:lacks", "1", "gone\n"},
	    {"ok:lacks", "1", "revoke\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct host h;

		assert_int_equal(host_run(&h, rows[i].script, "sandbox=strict"),
		    PAM_SYSTEM_ERR);
		assert_non_null(journal_find("sandbox_layer_missing"));
		assert_outcome("helper_failed");
		assert_string_equal(
		    journal_value(journal_decision(), "attempt"),
		    rows[i].attempt);
		assert_string_equal(journal_value(journal_decision(), "cause"),
		    "sandbox = strict: " LACKS LANDLOCK ", and goes on");
		assert_non_null(strstr(h.reports, rows[i].heard));
		host_end(&h);
	}
}

static void
attempts_are_counted(void **state)
{
	struct host h;

	(void)state;
	assert_int_equal(
	    host_run(&h, "answer_empty,code_refused,ok", ""), PAM_SUCCESS);
	assert_int_equal(journal_count, 3);
	for (size_t i = 0; i < journal_count; i++) {
		char number[32];

		(void)snprintf(number, sizeof(number), "%zu", i + 1);
		assert_string_equal(
		    journal_value(journal[i].text, "attempt"), number);
	}
	host_end(&h);
}

static void
service_and_time_are_shown(void **state)
{
	struct host h;

	(void)state;
	host_begin(&h);
	h.service = "sudo";
	h.script = "ok:slow";
	assert_int_equal(host_signin(&h), PAM_SUCCESS);
	assert_string_equal(
	    journal_value(journal_decision(), "service"), "sudo");
	long ms = strtol(journal_value(journal_decision(), "ms"), NULL, 10);
	assert_in_range(ms, 190, 1500);
	host_end(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(success_is_one_line),
	    cmocka_unit_test(
		denial_before_the_user_is_known_leaves_fields_empty),
	    cmocka_unit_test(fields_stand_in_order_in_every_outcome),
	    cmocka_unit_test(faults_of_the_setup_are_errors),
	    cmocka_unit_test(names_from_outside_forge_nothing),
	    cmocka_unit_test(escapes_are_those_of_the_contract),
	    cmocka_unit_test(address_of_the_person_forges_nothing),
	    cmocka_unit_test(endless_name_pushes_no_field_out),
	    cmocka_unit_test(every_fault_of_the_configuration_has_a_line),
	    cmocka_unit_test(secret_given_as_an_argument_is_not_repeated),
	    cmocka_unit_test(more_is_logged_only_with_debug),
	    cmocka_unit_test(
		missing_layers_are_logged_once_and_are_not_a_decision),
	    cmocka_unit_test(missing_layers_are_a_warning_before_the_prompt),
	    cmocka_unit_test(missing_layers_refuse_where_the_sandbox_is_strict),
	    cmocka_unit_test(attempts_are_counted),
	    cmocka_unit_test(service_and_time_are_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
