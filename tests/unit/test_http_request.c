/* SPDX-License-Identifier: ISC */
/* A browser's request, and what others send in its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "helper/loopback/http_request.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define END "\r\n\r\n"
#define GET(target) "GET " target " HTTP/1.1\r\nHost: localhost:8400" END
#define WITH(field) "GET / HTTP/1.1\r\nHost: localhost:8400\r\n" field END

static const struct row {
	const char *bytes;
	size_t len;
	enum http_status status;
} rows[] = {
#define ROW(status, text) \
	{ \
		text, sizeof(text) - 1, status \
	}
    ROW(HTTP_OK, GET("/")),
    ROW(HTTP_OK, GET("/back?code=a&state=b")),
    ROW(HTTP_OK, GET("/a|b^c{}%zz?x=\"'<>")),
    ROW(HTTP_OK, "GET / HTTP/1.0\r\nHOST:h" END),
    ROW(HTTP_OK, "GET / HTTP/1.1\r\nhost: \t h \t" END),
    ROW(HTTP_OK, GET("/") "and more\0behind it"),
    ROW(HTTP_OK, WITH("Cookie: a=\xc3\xa4; b=\t\"")),
    ROW(HTTP_OK, WITH("Content-Length: 0")),
    ROW(HTTP_OK, WITH("Empty:")),
    /* another method, whatever else there is */
    ROW(HTTP_NOT_ALLOWED, "POST / HTTP/1.1\r\n"),
    ROW(HTTP_NOT_ALLOWED, "HEAD /x HTTP/1.0\r\n"),
    ROW(HTTP_NOT_ALLOWED, "get / HTTP/1.1\r\n"),
    ROW(HTTP_NOT_ALLOWED, "GETS / HTTP/1.1\r\n"),
    ROW(HTTP_NOT_ALLOWED, "OPTIONS * HTTP/1.1\r\n"),
    /* another protocol */
    ROW(HTTP_VERSION, "PRI * HTTP/2.0\r\n"),
    ROW(HTTP_VERSION, "GET / HTTP/1.2\r\n"),
    ROW(HTTP_VERSION, "GET / HTTP/1.1 \r\n"),
    ROW(HTTP_VERSION, "GET / HTTP/\r\n"),
    ROW(HTTP_BAD, "GET / http/1.1\r\n"),
    ROW(HTTP_BAD, "GET / HTTP\r\n"),
    ROW(HTTP_BAD, "GET / \r\n"),
    ROW(HTTP_BAD, "GET /\r\n"),
    ROW(HTTP_BAD, "GET\r\n"),
    ROW(HTTP_BAD, "\r\n"),
    ROW(HTTP_BAD, " GET / HTTP/1.1\r\n"),
    /* a target that is none of ours */
    ROW(HTTP_BAD, GET("")),
    ROW(HTTP_BAD, GET("*")),
    ROW(HTTP_BAD, GET("back")),
    ROW(HTTP_BAD, GET("http://localhost:8400/")),
    ROW(HTTP_BAD, GET("/#")),
    ROW(HTTP_BAD, GET("/\x7f")),
    ROW(HTTP_BAD, GET("/\x80")),
    ROW(HTTP_BAD, GET("/\t")),
    ROW(HTTP_BAD, GET("/\0")),
    ROW(HTTP_BAD, GET("/a b")),
    /* lines */
    ROW(HTTP_BAD, "GET / HTTP/1.1\nHost: h\n\n"),
    ROW(HTTP_BAD, "GET / HTTP/1.1\rHost: h\r\r"),
    ROW(HTTP_BAD, "GET / HTTP/1.1\r\r\nHost: h" END),
    ROW(HTTP_BAD, "GET / HTTP/1.1\r\nHost: h\n\r\n"),
    ROW(HTTP_BAD, "GET / HTTP/1.1\r\nHost: h\rX: y" END),
    /* fields */
    ROW(HTTP_BAD, "GET / HTTP/1.1" END),
    ROW(HTTP_BAD, WITH("Host: localhost:8400")),
    ROW(HTTP_BAD, WITH("host: other")),
    ROW(HTTP_BAD, WITH(" folded: x")),
    ROW(HTTP_BAD, WITH("\tfolded")),
    ROW(HTTP_BAD, WITH("no colon")),
    ROW(HTTP_BAD, WITH(": no name")),
    ROW(HTTP_BAD, WITH("Host : h")),
    ROW(HTTP_BAD, WITH("A\0: b")),
    ROW(HTTP_BAD, WITH("A: \0")),
    ROW(HTTP_BAD, WITH("A: \x7f")),
    ROW(HTTP_BAD, WITH("Content-Length: 1")),
    ROW(HTTP_BAD, WITH("Content-Length: 00")),
    ROW(HTTP_BAD, WITH("content-length:")),
    ROW(HTTP_BAD, WITH("Transfer-Encoding: identity")),
    /* what no HTTP begins with */
    ROW(HTTP_BAD, "\x16\x03\x01"),
    ROW(HTTP_BAD, "\0"),
    ROW(HTTP_BAD, "{"),
#undef ROW
};

static struct view
view_of(const struct row *row)
{
	return (struct view){.p = (const uint8_t *)row->bytes, .len = row->len};
}

static void
request_is_judged_as_every_row_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct http_request ret = {0};
		enum http_status s =
		    http_request_parse(view_of(&rows[i]), &ret);

		if (s != rows[i].status)
			fail_msg("%d, not %d: %s", (int)s, (int)rows[i].status,
			    rows[i].bytes);
		assert_true(s == HTTP_OK || ret.path.p == NULL);
	}
}

/* Byte by byte: no other word than "more" before the last one. */
static void
request_in_pieces_is_the_same_request(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum http_status s = HTTP_MORE;
		struct http_request ret = {0};
		struct http_request whole = {0};

		for (size_t len = 0; len <= rows[i].len && s == HTTP_MORE;
		     len++) {
			struct view bytes = {
			    .p = (const uint8_t *)rows[i].bytes, .len = len};

			s = http_request_parse(bytes, &ret);
		}
		if (s != rows[i].status)
			fail_msg("%d, not %d: %s", (int)s, (int)rows[i].status,
			    rows[i].bytes);
		(void)http_request_parse(
		    (struct view){(const uint8_t *)rows[i].bytes, rows[i].len},
		    &whole);
		assert_true(view_eq(ret.path, whole.path));
		assert_true(view_eq(ret.query, whole.query));
		assert_true(view_eq(ret.host, whole.host));
	}
}

static void
assert_view(struct view view, const char *text)
{
	if (!view_eq(view, view_text(text)))
		fail_msg(
		    "%.*s, not %s", (int)view.len, (const char *)view.p, text);
}

static void
request_has_path_query_and_host(void **state)
{
	static const char *const targets[][3] = {
	    {"/", "/", ""},
	    {"/?", "/", ""},
	    {"/back?code=a&state=b", "/back", "code=a&state=b"},
	    {"/back?a?b", "/back", "a?b"},
	    {"/%62ack", "/%62ack", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(targets); i++) {
		char text[256];
		struct http_request ret;

		(void)snprintf(text, sizeof(text),
		    "GET %s HTTP/1.1\r\nA: b\r\nHost:  [::1]:8400 \r\nC: d" END,
		    targets[i][0]);
		assert_int_equal(
		    http_request_parse(view_text(text), &ret), HTTP_OK);
		assert_view(ret.path, targets[i][1]);
		assert_view(ret.query, targets[i][2]);
		assert_view(ret.host, "[::1]:8400");
	}
}

static void
request_is_bounded(void **state)
{
	autobuf bytes = BUF_INIT(HTTP_REQUEST_MAX + 64);
	struct http_request ret;

	(void)state;
	buf_put_text(&bytes, "GET / HTTP/1.1\r\nHost: h\r\nCookie: ");
	while (bytes.len < HTTP_REQUEST_MAX - 5)
		buf_put_byte(&bytes, 'x');
	assert_int_equal(http_request_parse(buf_view(&bytes), &ret), HTTP_MORE);
	buf_put_text(&bytes, "x" END);
	assert_int_equal(bytes.len, HTTP_REQUEST_MAX);
	assert_int_equal(http_request_parse(buf_view(&bytes), &ret), HTTP_OK);
	bytes.p[bytes.len - 1] = '\r';
	assert_int_equal(http_request_parse(buf_view(&bytes), &ret), HTTP_BAD);
	bytes.p[bytes.len - 4] = 'x';
	bytes.p[bytes.len - 3] = 'x';
	bytes.p[bytes.len - 2] = 'x';
	bytes.p[bytes.len - 1] = 'x';
	assert_int_equal(
	    http_request_parse(buf_view(&bytes), &ret), HTTP_TOO_LARGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(request_is_judged_as_every_row_says),
	    cmocka_unit_test(request_in_pieces_is_the_same_request),
	    cmocka_unit_test(request_has_path_query_and_host),
	    cmocka_unit_test(request_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
