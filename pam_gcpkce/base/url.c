/* SPDX-License-Identifier: ISC */
/* Enough of RFC 3986 for the configuration; libcurl parses addresses again. */
#include "gcpkce/base/url.h"

#include <arpa/inet.h>
#include <string.h>

#include "gcpkce/base/text.h"

bool
url_host_is_name(struct view host)
{
	uint8_t before = '.';

	for (size_t i = 0; i < host.len; i++) {
		uint8_t c = host.p[i];

		if (!text_is_id_char(c) || c == '_' ||
		    (before == '.' && (c == '-' || c == '.')))
			return false;
		before = c;
	}
	return host.len > 0 && host.len <= 253 && before != '.';
}

static bool
is_ipv6_char(uint8_t byte)
{
	return byte != '\0' && strchr("0123456789abcdefABCDEF:.", byte) != NULL;
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

/* out: ret_port  0 for an empty view, which is good as well */
static bool
port_read(struct view port, unsigned long *ret_port)
{
	char text[6] = {0};

	*ret_port = 0;
	if (port.len >= sizeof(text))
		return false;
	memcpy(text, port.p, port.len);
	return port.len == 0 || text_parse_number(text, 1, 65535, ret_port);
}

/* Split "host[:port]" or "[v6][:port]". */
static bool
authority_split(struct view authority, struct url *ret)
{
	bool bracketed = view_begins(authority, "[");
	struct view from = view_skip(authority, bracketed ? 1 : 0);

	ret->host = view_before(from, bracketed ? ']' : ':');
	struct view rest = view_skip(from, ret->host.len);
	if (bracketed && rest.len == 0)
		return false;
	rest = view_skip(rest, bracketed ? 1 : 0);
	ret->port = view_skip(rest, rest.len > 0 ? 1 : 0);
	return (bracketed
		       ? ret->host.len >= 2 && view_all(ret->host, is_ipv6_char)
		       : url_host_is_name(ret->host)) &&
	    (rest.len == 0 || (rest.p[0] == ':' && ret->port.len > 0)) &&
	    port_read(ret->port, &ret->port_number);
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
