/* SPDX-License-Identifier: ISC */
/*
 * The head of a request.  Any process on this host, and every page in a browser
 * on it, can send any bytes here.  They are read in one pass forward, nothing
 * is copied, and nothing is guessed.
 */
#include "http_request.h"

#include <string.h>

#include "gcpkce/base/text.h"

struct fields {
	struct view host;
	bool has_host;
};

/* The number of bytes before the first such byte, or of all bytes. */
static size_t
span(struct view bytes, char stop)
{
	const uint8_t *at =
	    bytes.len > 0 ? memchr(bytes.p, stop, bytes.len) : NULL;

	return at != NULL ? (size_t)(at - bytes.p) : bytes.len;
}

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
	for (size_t i = 0; i < name.len; i++) {
		if (!is_name_char(name.p[i]))
			return false;
	}
	return name.len > 0;
}

static bool
is_target(struct view target)
{
	for (size_t i = 0; i < target.len; i++) {
		if (target.p[i] <= 0x20 || target.p[i] >= 0x7f ||
		    target.p[i] == '#')
			return false;
	}
	return target.len > 0 && target.p[0] == '/';
}

/* No control byte but the tab; bytes beyond ASCII may be part of a cookie. */
static bool
is_value(struct view value)
{
	for (size_t i = 0; i < value.len; i++) {
		if ((value.p[i] < 0x20 && value.p[i] != '\t') ||
		    value.p[i] == 0x7f)
			return false;
	}
	return true;
}

/* METHOD SP TARGET SP VERSION */
static enum http_status
request_line_read(struct view line, struct http_request *ret)
{
	struct view method = {.p = line.p, .len = span(line, ' ')};

	if (!is_name(method) || method.len == line.len)
		return HTTP_BAD;
	line = view_skip(line, method.len + 1);
	struct view target = {.p = line.p, .len = span(line, ' ')};
	if (target.len == line.len)
		return HTTP_BAD;
	struct view version = view_skip(line, target.len + 1);

	if (!view_eq(version, view_text("HTTP/1.1")) &&
	    !view_eq(version, view_text("HTTP/1.0")))
		return version.len >= 5 && memcmp(version.p, "HTTP/", 5) == 0
		    ? HTTP_VERSION
		    : HTTP_BAD;
	if (!view_eq(method, view_text("GET")))
		return HTTP_NOT_ALLOWED;
	if (!is_target(target))
		return HTTP_BAD;
	ret->path = (struct view){.p = target.p, .len = span(target, '?')};
	size_t front = ret->path.len;
	ret->query = view_skip(target, front < target.len ? front + 1 : front);
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
field_read(struct view line, struct fields *fields)
{
	struct view name = {.p = line.p, .len = span(line, ':')};

	if (!is_name(name) || name.len == line.len)
		return HTTP_BAD;
	struct view value = view_trim(view_skip(line, name.len + 1), " \t");
	if (!is_value(value) || has_body(name, value))
		return HTTP_BAD;
	if (!text_eq_nocase(name, view_text("Host")))
		return HTTP_OK;
	if (fields->has_host)
		return HTTP_BAD;
	fields->has_host = true;
	fields->host = value;
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
	size_t len = span(*bytes, '\n');

	if (len == bytes->len) {
		size_t cr = span(*bytes, '\r');

		return cr + 1 < len ? HTTP_BAD : HTTP_MORE;
	}
	*ret_line = (struct view){.p = bytes->p, .len = len};
	if (span(*ret_line, '\r') + 1 != len)
		return HTTP_BAD;
	ret_line->len = len - 1;
	*bytes = view_skip(*bytes, len + 1);
	return HTTP_OK;
}

/* Can the received part of the first line still become an HTTP request? */
static bool
is_beginning(struct view bytes)
{
	struct view method = {.p = bytes.p, .len = span(bytes, ' ')};

	return bytes.len == 0 || is_name(method);
}

enum http_status
http_request_parse(struct view bytes, struct http_request *ret)
{
	enum http_status more =
	    bytes.len < HTTP_REQUEST_MAX ? HTTP_MORE : HTTP_TOO_LARGE;
	struct http_request request = {0};
	struct fields fields = {0};
	struct view line;

	if (!is_beginning(bytes))
		return HTTP_BAD;
	enum http_status s = line_cut(&bytes, &line);
	if (s == HTTP_OK)
		s = request_line_read(line, &request);
	while (s == HTTP_OK) {
		s = line_cut(&bytes, &line);
		if (s == HTTP_OK && line.len == 0)
			break;
		if (s == HTTP_OK)
			s = field_read(line, &fields);
	}
	if (s == HTTP_MORE)
		return more;
	if (s == HTTP_OK && !fields.has_host)
		return HTTP_BAD;
	request.host = fields.host;
	if (s == HTTP_OK)
		*ret = request;
	return s;
}
