/* SPDX-License-Identifier: ISC */
/* gcpkce-greeter.conf: values, and faults that lock nobody out. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "greeter/settings.h"

static char path[] = "/tmp/gcpkce-settings-XXXXXX";

static int
path_make(void **state)
{
	(void)state;
	int fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int
path_remove(void **state)
{
	(void)state;
	return unlink(path);
}

static enum outcome
read_text(const char *text, struct settings *ret, struct errinfo *why)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	*why = (struct errinfo){0};
	return settings_read(path, ret, why);
}

static void
defaults_are_those_of_a_missing_file(void **state)
{
	struct settings s;
	struct errinfo why = {0};

	(void)state;
	assert_int_equal(
	    settings_read("/nonexistent/greeter", &s, &why), OUTCOME_OK);
	assert_string_equal(s.scale, "100");
	assert_string_equal(s.timeout, "300");
	assert_string_equal(s.appearance, "auto");
	assert_string_equal(s.other_way, "yes");
	assert_string_equal(s.organization, "");
	assert_string_equal(s.view, GCPKCE_VIEW);
}

static void
values_are_read(void **state)
{
	struct settings s;
	struct errinfo why;

	(void)state;
	assert_int_equal(
	    read_text("# a comment\n\norganization = Gr\xc3\xbcn AG\n"
		      "logo=/etc/logo.svg # here\n appearance = dark\n"
		      "scale = 150\nlocale = de_DE.UTF-8\nother_way = no\n"
		      "view = /opt/view\ntrusted_hosts = a.example, 127.0.0.1\n"
		      "login_hosts = login.a.example\n"
		      "timeout = 600\nstart_url = https://go.example/s\n"
		      "redirect_uri = http://localhost/callback\n"
		      "session = sway --debug\nsession_type = wayland\n",
		&s, &why),
	    OUTCOME_OK);
	assert_string_equal(s.organization, "Gr\xc3\xbcn AG");
	assert_string_equal(s.logo, "/etc/logo.svg");
	assert_string_equal(s.appearance, "dark");
	assert_string_equal(s.scale, "150");
	assert_string_equal(s.locale, "de_DE.UTF-8");
	assert_string_equal(s.other_way, "no");
	assert_string_equal(s.view, "/opt/view");
	assert_string_equal(s.trusted_hosts, "a.example, 127.0.0.1");
	assert_string_equal(s.login_hosts, "login.a.example");
	assert_string_equal(s.timeout, "600");
	assert_string_equal(s.start_url, "https://go.example/s");
	assert_string_equal(s.redirect_uri, "http://localhost/callback");
	assert_string_equal(s.session, "sway --debug");
	assert_string_equal(s.session_type, "wayland");
}

static void
fault_names_line_key_and_fix(void **state)
{
	static const struct {
		const char *line;
		const char *fault;
	} rows[] = {
	    {"x", "the line has no '='; write key = value"},
	    {"= x",
		" is not a key of this file; gcpkce-greeter(8) lists the keys"},
	    {"Scale = 100",
		"Scale is not a key of this file; gcpkce-greeter(8) lists the "
		"keys"},
	    {"a\x1b = 1",
		"a\\x1b is not a key of this file; gcpkce-greeter(8) lists the "
		"keys"},
	    {"logo = logo.svg", "logo is not an absolute path; begin with /"},
	    {"view = view", "view is not an absolute path; begin with /"},
	    {"appearance = pink",
		"appearance is not one of the choices; write one of auto, "
		"light, dark"},
	    {"scale = 99",
		"scale is not a whole number from 100 to 200; write one"},
	    {"scale = 201",
		"scale is not a whole number from 100 to 200; write one"},
	    {"timeout = 0",
		"timeout is not a whole number from 1 to 3600; write one"},
	    {"locale = de DE",
		"locale is not the name of a locale; write a name that locale "
		"-a lists, as in de_DE.UTF-8"},
	    {"locale = ../x",
		"locale is not the name of a locale; write a name that locale "
		"-a lists, as in de_DE.UTF-8"},
	    {"other_way = 1", "other_way is neither yes nor no; write one"},
	    {"trusted_hosts = a.example,,b",
		"trusted_hosts is not a list of hosts; write their names, "
		"separated by commas"},
	    {"trusted_hosts = --redirect",
		"trusted_hosts is not a list of hosts; write their names, "
		"separated by commas"},
	    {"start_url = http://go.example/s",
		"start_url is not a base URL; write https://HOST[:PORT][/PATH] "
		"(http only for a loopback address)"},
	    {"session_type = mir",
		"session_type is not one of the choices; write one of "
		"wayland, x11, tty"},
	    {"organization = a\x01",
		"organization has a control byte or is not UTF-8; write it "
		"again, as UTF-8"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[400], expected[400];
		struct settings s;
		struct errinfo why;

		(void)snprintf(text, sizeof(text),
		    "session = sway\n%s\ntimeout = 20\n", rows[i].line);
		(void)snprintf(expected, sizeof(expected), "%s:2: %s", path,
		    rows[i].fault);
		assert_int_equal(
		    read_text(text, &s, &why), OUTCOME_CONFIG_INVALID);
		assert_string_equal(why.text, expected);
		/* the key has its default, and the others their values */
		assert_string_equal(s.session, "sway");
		assert_string_equal(s.view, GCPKCE_VIEW);
		assert_string_equal(s.scale, "100");
		assert_string_equal(s.trusted_hosts, "");
	}
}

static void
urls_are_https_and_come_in_pairs(void **state)
{
	static const char *const rows[] = {
	    "start_url = https://go.example/s\n",
	    "redirect_uri = https://go.example/s\n",
	    "start_url = http://go.example/s\n"
	    "redirect_uri = https://go.example/c\n",
	    "start_url = https://go.example/s?x\n"
	    "redirect_uri = https://go.example/c\n",
	    "start_url = https://go.example/s\n"
	    "redirect_uri = https://go.example/c#\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct settings s;
		struct errinfo why;

		assert_int_equal(
		    read_text(rows[i], &s, &why), OUTCOME_CONFIG_INVALID);
		assert_string_equal(s.start_url, "");
		assert_string_equal(s.redirect_uri, "");
	}
}

static void
second_value_and_long_value_are_faults(void **state)
{
	char text[SETTING_MAX + 40] = "organization = ";
	struct settings s;
	struct errinfo why;

	(void)state;
	assert_int_equal(read_text("scale = 150\nscale = 200\n", &s, &why),
	    OUTCOME_CONFIG_INVALID);
	assert_non_null(strstr(why.text, ":2: scale has a second value"));
	assert_string_equal(s.scale, "150");

	size_t len = strlen(text);
	memset(text + len, 'x', SETTING_MAX + 1);
	text[len + SETTING_MAX + 1] = '\0';
	assert_int_equal(read_text(text, &s, &why), OUTCOME_CONFIG_INVALID);
	assert_non_null(strstr(why.text, ":1: organization is too long"));
	assert_string_equal(s.organization, "");
	text[len + SETTING_MAX] = '\0';
	assert_int_equal(read_text(text, &s, &why), OUTCOME_OK);
	assert_int_equal(strlen(s.organization), SETTING_MAX);
}

static void
file_of_other_users_is_not_used(void **state)
{
	struct settings s;
	struct errinfo why;

	(void)state;
	assert_int_equal(read_text("scale = 150\n", &s, &why), OUTCOME_OK);
	assert_int_equal(chmod(path, 0666), 0);
	why = (struct errinfo){0};
	assert_int_equal(settings_read(path, &s, &why), OUTCOME_CONFIG_UNSAFE);
	assert_non_null(strstr(why.text, path));
	assert_string_equal(s.scale, "100");
	assert_int_equal(chmod(path, 0600), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(defaults_are_those_of_a_missing_file),
	    cmocka_unit_test(values_are_read),
	    cmocka_unit_test(fault_names_line_key_and_fix),
	    cmocka_unit_test(urls_are_https_and_come_in_pairs),
	    cmocka_unit_test(second_value_and_long_value_are_faults),
	    cmocka_unit_test(file_of_other_users_is_not_used),
	};

	return cmocka_run_group_tests(tests, path_make, path_remove);
}
