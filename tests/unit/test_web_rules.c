/* SPDX-License-Identifier: ISC */
/* Where the login screen's web view may go, and what its environment keeps. */
#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "greeter/environment.h"
#include "greeter/web_options.h"

#define REDIRECT "https://sso.example.com/callback/desk"
#define LOGIN "https://login.example.com/authorize?x=y"

static struct web_options
options_of(const char *redirect, const char *allow, const char *address)
{
	struct web_options o;
	const char *argv[] = {"gcpkce-view", "--redirect", redirect, "--allow",
	    allow, address, NULL};

	optind = 0; /* getopt begins anew */
	assert_int_equal(
	    web_options_parse(6, (char **)(uintptr_t)argv, &o), WEB_RUN);
	return o;
}

static void
pages_are_judged_by_scheme_and_host(void **state)
{
	static const struct {
		const char *uri;
		enum web_verdict verdict;
	} rows[] = {
	    {"https://login.example.com/", WEB_ALLOW},
	    {"https://LOGIN.example.com:8443/x?y#z", WEB_ALLOW},
	    {"https://apps.example.com/", WEB_ALLOW},
	    {"https://idp.example.com/", WEB_ALLOW},
	    {"https://example.com/", WEB_REFUSE},
	    {"https://login.example.com.evil.example/", WEB_REFUSE},
	    {"https://evil.example/login.example.com/", WEB_REFUSE},
	    {"https://login.example.com@evil.example/", WEB_REFUSE},
	    {"https://evil@login.example.com/", WEB_REFUSE},
	    {"https://xlogin.example.com/", WEB_REFUSE},
	    {"https://login.example.com./", WEB_REFUSE},
	    {"http://login.example.com/", WEB_REFUSE},
	    {"wss://login.example.com/", WEB_REFUSE},
	    {"http://127.0.0.1/", WEB_REFUSE},
	    {"https://login.example.com", WEB_ALLOW},
	    {"https:///login.example.com/", WEB_REFUSE},
	    {"https:login.example.com/", WEB_REFUSE},
	    {"javascript://login.example.com/%0aalert(1)", WEB_REFUSE},
	    {"view-source:https://login.example.com/", WEB_REFUSE},
	    {"file:///etc/passwd", WEB_REFUSE},
	    {"data:text/html,x", WEB_REFUSE},
	    {"blob:https://login.example.com/1", WEB_REFUSE},
	    {"about:blank", WEB_REFUSE},
	    {"", WEB_REFUSE},
	    {REDIRECT "?code=c&state=s", WEB_CATCH},
	    {"https://SSO.example.com:443/callback/desk?code=c", WEB_CATCH},
	    {REDIRECT "?", WEB_CATCH},
	    {REDIRECT, WEB_REFUSE},
	    {REDIRECT "#code=c", WEB_REFUSE},
	    {REDIRECT "/?code=c", WEB_REFUSE},
	    {REDIRECT "2?code=c", WEB_REFUSE},
	    {"https://sso.example.com:444/callback/desk?code=c", WEB_REFUSE},
	    {"http://sso.example.com/callback/desk?code=c", WEB_REFUSE},
	    {"https://sso.example.com/callback/Desk?code=c", WEB_REFUSE},
	};
	struct web_options o = options_of(REDIRECT, "idp.example.com", LOGIN);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s\n", rows[i].uri);
		assert_int_equal(
		    web_judge(&o.rules, rows[i].uri), rows[i].verdict);
	}
}

static void
loopback_hosts_need_no_tls_but_a_place_in_the_list(void **state)
{
	struct web_options o = options_of(
	    "http://localhost/callback", "::1", "http://127.0.0.1:8080/start");

	(void)state;
	assert_int_equal(web_judge(&o.rules, "http://127.0.0.1:1/"), WEB_ALLOW);
	assert_int_equal(web_judge(&o.rules, "http://[::1]/"), WEB_ALLOW);
	assert_int_equal(web_judge(&o.rules, "http://127.0.0.2/"), WEB_REFUSE);
	assert_int_equal(web_judge(&o.rules, "http://localhost/"), WEB_REFUSE);
	assert_int_equal(
	    web_judge(&o.rules, "http://localhost:80/callback?code=c"),
	    WEB_CATCH);
}

static void
an_answer_is_the_redirect_uri_as_it_was_given(void **state)
{
	struct web_options o =
	    options_of("https://SSO.example.com", "idp.example.com", LOGIN);
	autobuf answer = BUF_INIT(1024);

	(void)state;
	assert_int_equal(
	    web_judge(&o.rules, "https://sso.example.com/?code=c&state=s#f"),
	    WEB_CATCH);
	web_rules_put_answer(
	    &o.rules, "https://sso.example.com/?code=c&state=s#f", &answer);
	assert_string_equal(
	    buf_text(&answer), "https://SSO.example.com?code=c&state=s");
}

static void
the_filter_has_each_host_and_ends_with_the_redirect_uri(void **state)
{
	struct web_options o =
	    options_of("https://a.example/cb", "127.0.0.1", LOGIN);
	autobuf json = BUF_INIT(WEB_FILTER_MAX);

	(void)state;
	web_rules_put_filter(&o.rules, &json);
	const char *text = buf_text(&json);
	assert_ptr_equal(strstr(text,
			     "[{\"trigger\":{\"url-filter\":\".*\"},"
			     "\"action\":{\"type\":\"block\"}}"),
	    text);
	assert_non_null(
	    strstr(text, "\"^https://login\\\\.example\\\\.com(:[0-9]+)?/\""));
	assert_non_null(
	    strstr(text, "\"^wss://apps\\\\.example\\\\.com(:[0-9]+)?/\""));
	assert_non_null(
	    strstr(text, "\"^https?://127\\\\.0\\\\.0\\\\.1(:[0-9]+)?/\""));
	assert_null(strstr(text, "https?://login"));
	const char *last =
	    "{\"trigger\":{\"url-filter\":\"^https://a\\\\.example/cb/?[?#]\"},"
	    "\"action\":{\"type\":\"block\"}}]";
	assert_string_equal(text + json.len - strlen(last), last);
}

static void
the_environment_keeps_language_display_and_proxy_alone(void **state)
{
	static const char *given[] = {"LANG=de_DE.UTF-8", "LC_TIME=C", "LCX=1",
	    "GTK_MODULES=evil", "GTK_DEBUG=interactive", "DISPLAY=:1",
	    "WEBKIT_INSPECTOR_SERVER=127.0.0.1:1",
	    "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1", "LD_PRELOAD=x",
	    "GIO_EXTRA_MODULES=/tmp", "HOME=/tmp", "XDG_CONFIG_HOME=/tmp",
	    "XDG_DATA_DIRS=/tmp", "GSETTINGS_BACKEND=dconf", "GTK_THEME=x",
	    "https_proxy=http://proxy:1", "http_proxy=http://proxy:1",
	    "PATH=/tmp", "LOCPATH=/tmp", "GREETD_SOCK=/tmp/x",
	    "LIGHTDM_TO_SERVER_FD=4", "LIGHTDM_FROM_SERVER_FD=5", NULL};
	static const char *const gone[] = {"LCX", "GTK_MODULES", "GTK_DEBUG",
	    "WEBKIT_INSPECTOR_SERVER",
	    "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "LD_PRELOAD",
	    "GIO_EXTRA_MODULES", "XDG_CONFIG_HOME", "XDG_DATA_DIRS",
	    "GTK_THEME", "http_proxy", "LOCPATH", "GREETD_SOCK",
	    "LIGHTDM_TO_SERVER_FD", "LIGHTDM_FROM_SERVER_FD"};
	char **saved = environ;

	(void)state;
	environ = (char **)(uintptr_t)given;
	assert_true(environment_reduce());
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		assert_null(getenv(gone[i]));
	assert_string_equal(getenv("LANG"), "de_DE.UTF-8");
	assert_string_equal(getenv("LC_TIME"), "C");
	assert_string_equal(getenv("DISPLAY"), ":1");
	assert_string_equal(getenv("https_proxy"), "http://proxy:1");
	assert_string_equal(getenv("HOME"), "/proc/no-home");
	assert_string_equal(getenv("PATH"), "/usr/bin:/bin");
	assert_string_equal(getenv("GSETTINGS_BACKEND"), "memory");
	assert_string_equal(getenv("DBUS_SESSION_BUS_ADDRESS"), "disabled:");
	environ = saved;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pages_are_judged_by_scheme_and_host),
	    cmocka_unit_test(
		loopback_hosts_need_no_tls_but_a_place_in_the_list),
	    cmocka_unit_test(an_answer_is_the_redirect_uri_as_it_was_given),
	    cmocka_unit_test(
		the_filter_has_each_host_and_ends_with_the_redirect_uri),
	    cmocka_unit_test(
		the_environment_keeps_language_display_and_proxy_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
