/* SPDX-License-Identifier: ISC */
/*
 * The head of a request.  Any process on this host, and every page in a browser
 * on it, can send any bytes here.  They are read in one pass forward, nothing
 * is copied, and nothing is guessed.
 */
#include "http_request.h"

#include <string.h>

#include "gcpkce/base/text.h"

/* A character of a method or a field's name, RFC 9110 section 5.6.2. */
static bool
is_name_char(uint8_t byte)
{
	static const char other[] = "!#$%&'*+-.^_`|~";
	uint8_t c = text_lower(byte);

	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr(other, c) != NULL);
}

static bool
is_name(struct view name)
{
	return name.len > 0 && view_all(name, is_name_char);
}

static bool
is_target_char(uint8_t byte)
{
	return byte > 0x20 && byte < 0x7f && byte != '#';
}

/* No control byte but the tab; bytes beyond ASCII may be part of a cookie. */
static bool
is_value_char(uint8_t byte)
{
	return (byte >= 0x20 || byte == '\t') && byte != 0x7f;
}

/* METHOD SP TARGET SP VERSION */
static enum http_status
request_line_read(struct view line, struct http_request *ret)
{
	struct view method = view_before(line, ' ');
	struct view rest = view_after(line, ' ');
	struct view target = view_before(rest, ' ');
	struct view version = view_after(rest, ' ');

	if (!is_name(method) || method.len == line.len ||
	    target.len == rest.len)
		return HTTP_BAD;
	if (!view_eq(version, view_text("HTTP/1.1")) &&
	    !view_eq(version, view_text("HTTP/1.0")))
		return view_begins(version, "HTTP/") ? HTTP_VERSION : HTTP_BAD;
	if (!view_eq(method, view_text("GET")))
		return HTTP_NOT_ALLOWED;
	if (!view_begins(target, "/") || !view_all(target, is_target_char))
		return HTTP_BAD;
	ret->path = view_before(target, '?');
	ret->query = view_after(target, '?');
	return HTTP_OK;
}

/* Does the field announce a body? */
static bool
has_body(struct view name, struct view value)
{
	if (text_eq_nocase(name, view_text("Transfer-Encoding")))
		return true;
	return text_eq_nocase(name, view_text("Content-Length")) &&
	    !view_eq(value, view_text("0"));
}

static enum http_status
field_read(struct view line, struct http_request *request)
{
	struct view name = view_before(line, ':');
	struct view value = view_trim(view_after(line, ':'), " \t");

	if (!is_name(name) || name.len == line.len ||
	    !view_all(value, is_value_char) || has_body(name, value))
		return HTTP_BAD;
	if (!text_eq_nocase(name, view_text("Host")))
		return HTTP_OK;
	if (request->host.p != NULL)
		return HTTP_BAD;
	request->host = value;
	return HTTP_OK;
}

/*
 * Cut the next line off.
 *
 * gives:  HTTP_MORE where its end has not come; HTTP_BAD for a CR or LF alone
 */
static enum http_status
line_cut(struct view *bytes, struct view *ret_line)
{
	struct view line = view_before(*bytes, '\n');
	size_t len = line.len;
	size_t cr = view_before(line, '\r').len;

	if (len == bytes->len)
		return cr + 1 < len ? HTTP_BAD : HTTP_MORE;
	if (cr + 1 != len)
		return HTTP_BAD;
	*ret_line = (struct view){.p = line.p, .len = cr};
	*bytes = view_skip(*bytes, len + 1);
	return HTTP_OK;
}

enum http_status
http_request_parse(struct view bytes, struct http_request *ret)
{
	enum http_status more =
	    bytes.len < HTTP_REQUEST_MAX ? HTTP_MORE : HTTP_TOO_LARGE;
	struct http_request request = {0};
	struct view line;

	/* can the first line still become an HTTP request? */
	if (bytes.len > 0 && !is_name(view_before(bytes, ' ')))
		return HTTP_BAD;
	enum http_status s = line_cut(&bytes, &line);
	if (s == HTTP_OK)
		s = request_line_read(line, &request);
	while (s == HTTP_OK) {
		s = line_cut(&bytes, &line);
		if (s == HTTP_OK && line.len == 0)
			break;
		if (s == HTTP_OK)
			s = field_read(line, &request);
	}
	if (s == HTTP_MORE)
		return more;
	if (s == HTTP_OK && request.host.p == NULL)
		return HTTP_BAD;
	if (s == HTTP_OK)
		*ret = request;
	return s;
}
