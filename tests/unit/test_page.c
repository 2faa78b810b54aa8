/* SPDX-License-Identifier: ISC */
/* The listener's pages: whole replies, and nothing foreign acts in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "helper/loopback/page.h"

static const struct page_label alice = {"alice", "bastion01"};
static const struct page_label hostile = {
    "<script>alert(1)</script>\"'`&\r\n\x1b\xff", "</p>&amp;<img src=x>"};

static size_t
count(const char *text, const char *part)
{
	size_t found = 0;

	for (; (text = strstr(text, part)) != NULL; text++)
		found++;
	return found;
}

/* One head with what forbids everything, and no more than one body. */
static void
assert_reply(const struct buf *page, const char *status)
{
	const char *text = buf_text(page);

	assert_int_equal(buf_check(page), OUTCOME_OK);
	assert_int_equal(strncmp(text, status, strlen(status)), 0);
	assert_int_equal(count(text, "\r\n\r\n<!DOCTYPE html>"), 1);
	assert_int_equal(count(text, "HTTP/1.1 "), 1);
	assert_int_equal(count(text, "\r\nCache-Control: no-store\r\n"), 1);
	assert_int_equal(
	    count(text, "\r\nReferrer-Policy: no-referrer\r\n"), 1);
	assert_int_equal(
	    count(text, "\r\nX-Content-Type-Options: nosniff\r\n"), 1);
	assert_int_equal(count(text, "\r\nConnection: close\r\n"), 1);
	assert_int_equal(
	    count(text, "\r\nContent-Security-Policy: default-src 'none'; "),
	    1);
	assert_int_equal(count(text, "frame-ancestors 'none'\r\n"), 1);
	assert_null(strcasestr(text, "<script"));
	assert_null(strcasestr(text, "<img"));
	assert_null(strcasestr(text, "<style"));
}

static void
page_says_what_came_of_it(void **state)
{
	autobuf page = BUF_INIT(PAGE_MAX);

	(void)state;
	page_put_received(&page, &alice, "");
	assert_reply(&page, "HTTP/1.1 200 OK\r\n");
	assert_null(strstr(buf_text(&page), "terminal"));
	assert_null(strstr(buf_text(&page), "signed in"));
	page_put_success(&page, &alice);
	assert_non_null(strstr(buf_text(&page),
	    "You are signed in as alice on bastion01; you can close this "
	    "window."));
	buf_reset(&page);
	page_put_received(&page, &alice, "0042");
	assert_non_null(strstr(buf_text(&page), "Type 0042 in the terminal"));
	page_put_failure(&page, OUTCOME_NOT_MAPPED);
	assert_non_null(strstr(buf_text(&page), "You are not signed in."));
	assert_non_null(
	    strstr(buf_text(&page), outcome_sentence(OUTCOME_NOT_MAPPED)));
	assert_null(strstr(buf_text(&page), "You are signed in"));
}

static void
page_of_a_refusal_has_the_errors_name(void **state)
{
	autobuf page = BUF_INIT(PAGE_MAX);

	(void)state;
	page_put_refusal(&page, &alice, "access_denied", true);
	assert_reply(&page, "HTTP/1.1 200 OK\r\n");
	assert_non_null(strstr(buf_text(&page), "access_denied"));
	assert_non_null(strstr(buf_text(&page), "Press Enter in the terminal"));
	buf_reset(&page);
	page_put_refusal(&page, &alice, "<b>&", false);
	assert_non_null(strstr(buf_text(&page), "&#60;b&#62;&#38;"));
	assert_null(strstr(buf_text(&page), "Press Enter"));
}

static void
page_lets_no_name_act(void **state)
{
	autobuf page = BUF_INIT(PAGE_MAX);

	(void)state;
	page_put_received(&page, &hostile, "0042");
	page_put_success(&page, &hostile);
	assert_reply(&page, "HTTP/1.1 200 OK\r\n");
	assert_non_null(strstr(buf_text(&page),
	    "signed in as &#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39;"
	    "&#96;&#38;\\x0d\\x0a\\x1b\\xff on &#60;/p&#62;&#38;amp;"
	    "&#60;img src=x&#62;;"));
}

static void
page_of_a_stray_has_its_status(void **state)
{
	static const struct {
		enum http_status status;
		const char *line;
	} rows[] = {
	    {HTTP_BAD, "HTTP/1.1 400 Bad Request\r\n"},
	    {HTTP_NOT_FOUND, "HTTP/1.1 404 Not Found\r\n"},
	    {HTTP_NOT_ALLOWED, "HTTP/1.1 405 Method Not Allowed\r\n"},
	    {HTTP_CONFLICT, "HTTP/1.1 409 Conflict\r\n"},
	    {HTTP_MISDIRECTED, "HTTP/1.1 421 Misdirected Request\r\n"},
	    {HTTP_TOO_LARGE,
		"HTTP/1.1 431 Request Header Fields Too Large\r\n"},
	    {HTTP_VERSION, "HTTP/1.1 505 HTTP Version Not Supported\r\n"},
	    {HTTP_OK, "HTTP/1.1 400 Bad Request\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autobuf page = BUF_INIT(PAGE_MAX);

		page_put_rejection(&page, rows[i].status);
		assert_reply(&page, rows[i].line);
		assert_int_equal(count(buf_text(&page), "\r\nAllow: GET\r\n"),
		    rows[i].status == HTTP_NOT_ALLOWED);
		assert_null(strstr(buf_text(&page), "signed in"));
	}
}

/* The longest names that a frame can hold, each byte of them escaped. */
static void
page_has_room_for_the_longest_names(void **state)
{
	char longest[512];
	struct page_label label = {longest, longest};
	autobuf page = BUF_INIT(PAGE_MAX);

	(void)state;
	memset(longest, '<', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	page_put_received(&page, &label, "0042");
	assert_int_equal(buf_check(&page), OUTCOME_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(page_says_what_came_of_it),
	    cmocka_unit_test(page_of_a_refusal_has_the_errors_name),
	    cmocka_unit_test(page_lets_no_name_act),
	    cmocka_unit_test(page_of_a_stray_has_its_status),
	    cmocka_unit_test(page_has_room_for_the_longest_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
