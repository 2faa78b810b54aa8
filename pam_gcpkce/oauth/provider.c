/* SPDX-License-Identifier: ISC */
/* Which provider, and the URLs of its endpoints. */
#include "gcpkce/oauth/provider.h"

#include <string.h>

#include "gcpkce/base/url.h"

const struct provider *
provider_of(const struct wire_route *route)
{
	return route->provider == PROVIDER_CXONE ? &provider_cxone
						 : &provider_genesys;
}

bool
identity_is_wanted(
    const struct identity_request *request, const struct wire_route *route)
{
	return !request->is_userinfo || route->userinfo;
}

const char *
endpoint_base(const struct endpoint *endpoint, const struct wire_route *route)
{
	return (const char *)route + endpoint->base;
}

/* The URL that stands for base and path; "" if there is none. */
static const char *
whole_of(const struct endpoint *endpoint, const struct wire_route *route)
{
	return endpoint->whole != 0 ? (const char *)route + endpoint->whole
				    : "";
}

void
endpoint_url(const struct endpoint *endpoint, const struct wire_route *route,
    struct buf *url)
{
	const char *whole = whole_of(endpoint, route);

	if (whole[0] != '\0')
		buf_put_text(url, whole);
	else
		buf_printf(url, "%s%s", endpoint_base(endpoint, route),
		    endpoint->path);
}

void
endpoint_server(const struct endpoint *endpoint, const struct wire_route *route,
    struct buf *url)
{
	const char *whole = whole_of(endpoint, route);
	struct url parts;

	if (whole[0] == '\0')
		buf_put_text(url, endpoint_base(endpoint, route));
	else if (url_split(whole, &parts))
		buf_put(url, whole, strlen(whole) - parts.path.len);
	buf_put_byte(url, '/');
}
