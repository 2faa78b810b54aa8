/* SPDX-License-Identifier: ISC */
/* URLs of a provider's endpoints. */
#include "gcpkce/oauth/provider.h"

const struct provider *
provider_of(const struct wire_route *route)
{
	(void)route;
	return &provider_genesys;
}

const char *
endpoint_base(const struct endpoint *endpoint, const struct wire_route *route)
{
	return (const char *)route + endpoint->base;
}

void
endpoint_url(const struct endpoint *endpoint, const struct wire_route *route,
    struct buf *url)
{
	buf_printf(url, "%s%s", endpoint_base(endpoint, route), endpoint->path);
}
