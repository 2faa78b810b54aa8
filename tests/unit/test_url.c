/* SPDX-License-Identifier: ISC */
/* Addresses of the configuration, taken apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/base/url.h"

static void
url_split_gives_the_parts(void **state)
{
	static const struct {
		const char *text;
		const char *scheme, *host, *port, *path;
		bool loopback;
	} rows[] = {
	    {"https://example.com", "https", "example.com", "", "", false},
	    {"https://example.com/", "https", "example.com", "", "/", false},
	    {"https://Example.COM:8443/a/b?c=d#e", "https", "Example.COM",
		"8443", "/a/b?c=d#e", false},
	    {"https://h?x", "https", "h", "", "?x", false},
	    {"https://h#x", "https", "h", "", "#x", false},
	    {"http://localhost", "http", "localhost", "", "", true},
	    {"http://LOCALHOST:1", "http", "LOCALHOST", "1", "", true},
	    {"http://127.0.0.1:65535/", "http", "127.0.0.1", "65535", "/",
		true},
	    {"http://127.8.9.10", "http", "127.8.9.10", "", "", true},
	    {"http://[::1]", "http", "::1", "", "", true},
	    {"http://[::1]:80/x", "http", "::1", "80", "/x", true},
	    {"http://[::ffff:10.0.0.1]:80", "http", "::ffff:10.0.0.1", "80", "",
		false},
	    {"http://[2001:db8::1]/", "http", "2001:db8::1", "", "/", false},
	    {"http://localhost.example.com", "http", "localhost.example.com",
		"", "", false},
	    {"http://127.0.0.1.example.com", "http", "127.0.0.1.example.com",
		"", "", false},
	    {"http://127.example.com", "http", "127.example.com", "", "",
		false},
	    {"http://127-0-0-1", "http", "127-0-0-1", "", "", false},
	    {"http://1270.0.0.1", "http", "1270.0.0.1", "", "", false},
	    {"http://10.0.0.1", "http", "10.0.0.1", "", "", false},
	    {"https://h://x", NULL, NULL, NULL, NULL, false},
	    {"https://h/://x", "https", "h", "", "/://x", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct url url = {0};
		bool good = url_split(rows[i].text, &url);

		if (good != (rows[i].scheme != NULL))
			fail_msg("row %zu, %s", i, rows[i].text);
		if (!good)
			continue;
		if (!view_eq(url.scheme, view_text(rows[i].scheme)) ||
		    !view_eq(url.host, view_text(rows[i].host)) ||
		    !view_eq(url.port, view_text(rows[i].port)) ||
		    !view_eq(url.path, view_text(rows[i].path)) ||
		    url.loopback != rows[i].loopback)
			fail_msg("row %zu, %s", i, rows[i].text);
	}
}

static void
url_split_refuses_what_is_no_address(void **state)
{
	static const char *const texts[] = {
	    "",
	    "example.com",
	    "//example.com",
	    "://example.com",
	    "https:/example.com",
	    "https://",
	    "https:///x",
	    "https://:443",
	    "https://h:",
	    "https://h:0",
	    "https://h:65536",
	    "https://h:99999",
	    "https://h:123456",
	    "https://h:-1",
	    "https://h:+1",
	    "https://h:8x",
	    "https://h:1:2",
	    "https://user@h",
	    "https://user:1@h",
	    "https://login.mypurecloud.com@evil.example",
	    "https://h\\evil.example",
	    "https://h evil",
	    " https://h",
	    "https://h ",
	    "https://h\n",
	    "https://h\177",
	    "https://h\303\251",
	    "https://h/\303\251",
	    "https://.h",
	    "https://h.",
	    "https://a..b",
	    "https://-a",
	    "https://a.-b",
	    "https://a_b",
	    "https://%41",
	    "https://[::1",
	    "https://[]",
	    "https://[:]x",
	    "https://[::1]x",
	    "https://[::1]:",
	    "https://[::1]:0",
	    "https://[::1%25eth0]",
	    "https://[localhost]",
	    "https://::1",
	    "https://[",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t len = strlen(texts[i]);
		char *copy = malloc(len + 1);
		struct url url = {.loopback = true};

		/* of exactly its size, so that a sanitizer sees any overrun */
		assert_non_null(copy);
		memcpy(copy, texts[i], len + 1);
		if (url_split(copy, &url))
			fail_msg("\"%s\" was taken", texts[i]);
		assert_true(url.loopback); /* ret is untouched */
		free(copy);
	}
}

static void
url_loopback_is_127_of_four_numbers_alone(void **state)
{
	static const char *const texts[] = {
	    "http://127.0.0.1.5",
	    "http://127.0.0.999",
	    "http://127.0.0.1.127.0.0.1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct url url = {0};

		if (url_split(texts[i], &url) && url.loopback)
			fail_msg("%s is no loopback address", texts[i]);
	}
}

static void
url_is_protected_by_https_or_a_loopback_host(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
	    {"https://example.com", true},
	    {"https://10.0.0.1", true},
	    {"http://localhost:8080/cb", true},
	    {"http://127.0.0.1", true},
	    {"http://[::1]/", true},
	    {"http://example.com", false},
	    {"http://10.0.0.1", false},
	    {"http://[::2]", false},
	    {"http://[fe80::1]", false},
	    {"http://localhost.evil.example", false},
	    {"httpss://example.com", false},
	    {"ftp://localhost", false},
	    {"file://localhost/etc/passwd", false},
	    {"myapp://localhost", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct url url;

		assert_true(url_split(rows[i].text, &url));
		if (url_is_protected(&url) != rows[i].good)
			fail_msg("%s", rows[i].text);
	}
}

static void
url_host_is_name_judges_every_row(void **state)
{
	static const struct {
		const char *host;
		bool good;
	} rows[] = {
	    {"a", true},
	    {"example.com", true},
	    {"EXAMPLE.COM", true},
	    {"a-b.c-d", true},
	    {"1.2.3.4", true},
	    {"", false},
	    {".", false},
	    {".a", false},
	    {"a.", false},
	    {"a..b", false},
	    {"-a", false},
	    {"a.-b", false},
	    {"a_b", false},
	    {"a b", false},
	    {"a@b", false},
	    {"a:1", false},
	    {"*.example.com", false},
	    {"ex\303\244mple.com", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (url_host_is_name(view_text(rows[i].host)) != rows[i].good)
			fail_msg("\"%s\"", rows[i].host);
	}
	assert_false(url_host_is_name((struct view){0}));
}

static void
url_host_has_at_most_253_bytes(void **state)
{
	uint8_t host[254];

	(void)state;
	memset(host, 'a', sizeof(host));
	assert_true(url_host_is_name((struct view){host, 253}));
	assert_false(url_host_is_name((struct view){host, 254}));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(url_split_gives_the_parts),
	    cmocka_unit_test(url_split_refuses_what_is_no_address),
	    cmocka_unit_test(url_loopback_is_127_of_four_numbers_alone),
	    cmocka_unit_test(url_is_protected_by_https_or_a_loopback_host),
	    cmocka_unit_test(url_host_is_name_judges_every_row),
	    cmocka_unit_test(url_host_has_at_most_253_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
