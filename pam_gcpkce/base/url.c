/* SPDX-License-Identifier: ISC */
/*
 * Enough of RFC 3986 to refuse a bad address in the configuration.  For
 * requests, libcurl parses the address again in the helper.
 */
#include "gcpkce/base/url.h"

#include <arpa/inet.h>
#include <string.h>

#include "gcpkce/base/text.h"

bool
url_host_is_name(struct view host)
{
	uint8_t before = '.';

	for (size_t i = 0; i < host.len; i++) {
		uint8_t c = text_lower(host.p[i]);
		bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    (c == '-' && before != '.') || (c == '.' && before != '.');

		if (!good)
			return false;
		before = c;
	}
	return host.len > 0 && host.len <= 253 && before != '.';
}

static bool
is_ipv6_literal(struct view host)
{
	for (size_t i = 0; i < host.len; i++) {
		uint8_t c = text_lower(host.p[i]);

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
			c == ':' || c == '.'))
			return false;
	}
	return host.len >= 2;
}

/* One of the IPv4 addresses of 127.0.0.0/8, written out. */
static bool
is_loopback_v4(struct view host)
{
	char text[INET_ADDRSTRLEN] = "";
	struct in_addr address;

	if (host.len >= sizeof(text))
		return false;
	memcpy(text, host.p, host.len);
	return inet_pton(AF_INET, text, &address) == 1 &&
	    ntohl(address.s_addr) >> 24 == 127;
}

bool
url_host_is_loopback(struct view host)
{
	return text_eq_nocase(host, view_text("localhost")) ||
	    view_eq(host, view_text("::1")) || is_loopback_v4(host);
}

static bool
loopback_socket_is_valid(struct view port)
{
	char text[6] = {0};
	unsigned long n;

	if (port.len == 0 || port.len >= sizeof(text))
		return false;
	memcpy(text, port.p, port.len);
	return text_parse_number(text, 1, 65535, &n);
}

/* Split "host[:port]" or "[v6][:port]". */
static bool
authority_split(struct view authority, struct url *ret)
{
	const uint8_t *end = authority.p + authority.len;
	const uint8_t *host = authority.p;
	const uint8_t *host_end;
	const uint8_t *rest;

	if (authority.len > 0 && host[0] == '[') {
		host++;
		host_end = memchr(host, ']', authority.len - 1);
		if (host_end == NULL)
			return false;
		rest = host_end + 1;
	} else {
		host_end = memchr(host, ':', authority.len);
		if (host_end == NULL)
			host_end = end;
		rest = host_end;
	}
	ret->host = (struct view){.p = host, .len = (size_t)(host_end - host)};
	ret->port = (struct view){.p = end, .len = 0};
	if (authority.len > 0 && authority.p[0] == '['
		? !is_ipv6_literal(ret->host)
		: !url_host_is_name(ret->host))
		return false;
	if (rest == end)
		return true;
	ret->port =
	    (struct view){.p = rest + 1, .len = (size_t)(end - rest) - 1};
	return *rest == ':' && loopback_socket_is_valid(ret->port);
}

bool
url_split(const char *text, struct url *ret)
{
	const char *colon = strstr(text, "://");

	if (colon == NULL || colon == text || !text_is_token(view_text(text)))
		return false;

	const char *authority = colon + 3;
	size_t len = strcspn(authority, "/?#");
	struct url url = {
	    .scheme = {.p = (const uint8_t *)text,
		.len = (size_t)(colon - text)},
	    .path = view_text(authority + len),
	};
	if (!authority_split(
		(struct view){.p = (const uint8_t *)authority, .len = len},
		&url))
		return false;
	url.loopback = url_host_is_loopback(url.host);
	*ret = url;
	return true;
}

bool
url_is_protected(const struct url *url)
{
	return view_eq(url->scheme, view_text("https")) ||
	    (url->loopback && view_eq(url->scheme, view_text("http")));
}
