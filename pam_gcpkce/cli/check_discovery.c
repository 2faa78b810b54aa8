/* SPDX-License-Identifier: ISC */
/*
 * The part of the network section about what CXone publishes: its keys, and the
 * discovery document, which no sign-in reads, against the configuration.
 */
#include "check.h"

#include <string.h>

#include "gcpkce/helper_client/helper_client.h"
#include "gcpkce/oauth/provider.h"

#define FIX_MAX 1024

static void
keys_check(struct check *check)
{
	const struct wire_reach *reach = &check->probe.hosts[WIRE_HOST_API];

	if (reach->status == 200 && check->probe.keys == 0)
		finding_add(&check->findings, FINDING_FAULT,
		    probe_url(check, WIRE_HOST_API),
		    "correct jwks_url; else ask NICE for RS256 keys of 2048 "
		    "bits or more",
		    "has no key that can verify an id_token: %s",
		    check->probe.keys_error);
}

static void
issuer_check(struct check *check, const char *where)
{
	const char *named = check->probe.discovery.urls[WIRE_URL_ISSUER];
	autobuf fix = BUF_INIT(FIX_MAX);

	if (strcmp(named, check->config.issuer) == 0)
		return;
	if (named[0] == '\0') {
		finding_add(&check->findings, FINDING_WARNING, where,
		    "correct issuer", "names no issuer");
		return;
	}
	buf_printf(&fix, "set issuer = %s, if that is CXone's", named);
	finding_add(&check->findings, FINDING_FAULT, "issuer", buf_text(&fix),
	    "CXone's discovery document names %s, so each id_token is refused",
	    named);
}

/* Is each request sent where the document says? */
static void
endpoints_check(struct check *check)
{
	const struct wire_discovery *d = &check->probe.discovery;
	const struct provider *provider = &provider_cxone;
	const struct {
		enum wire_url url;
		const char *key;
		const struct endpoint *endpoint;
		bool used;
	} rows[] = {
	    {WIRE_URL_AUTHORIZE, "authorize_url", &provider->authorize, true},
	    {WIRE_URL_TOKEN, "token_url", &provider->token, true},
	    {WIRE_URL_JWKS, "jwks_url", &provider->identity[0].endpoint, true},
	    {WIRE_URL_USERINFO, "userinfo_url", &provider->identity[1].endpoint,
		check->config.userinfo},
	};
	struct wire_route route = {0};

	helper_client_route(&check->config, &route);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *named = d->urls[rows[i].url];
		autobuf url = BUF_INIT(FIX_MAX);
		autobuf fix = BUF_INIT(FIX_MAX);

		endpoint_url(rows[i].endpoint, &route, &url);
		if (!rows[i].used || named[0] == '\0' ||
		    strcmp(named, buf_text(&url)) == 0)
			continue;
		buf_printf(
		    &fix, "set %s = %s, if it is CXone's", rows[i].key, named);
		finding_add(&check->findings, FINDING_WARNING, rows[i].key,
		    buf_text(&fix),
		    "CXone's discovery document names %s, not %s", named,
		    buf_text(&url));
	}
}

static void
offers_check(struct check *check, const char *where)
{
	const struct wire_discovery *d = &check->probe.discovery;
	enum config_client_auth method = check->config.client_auth;
	struct findings *f = &check->findings;

	if (d->no_rs256)
		finding_add(f, FINDING_FAULT, where,
		    "ask NICE to sign id_tokens with RS256",
		    "lists no RS256 for id_tokens, and no other is accepted");
	if (d->no_s256)
		finding_add(f, FINDING_WARNING, where,
		    "gcpkce login shows whether a sign-in works",
		    "lists no S256 for PKCE");
	/* CXone's never lists public apps, which it has */
	if (method == CLIENT_AUTH_NONE && d->no_none)
		finding_add(f, FINDING_NOTE, where,
		    "gcpkce login shows whether a public app works",
		    "lists no token_endpoint_auth_method none");
	if ((method == CLIENT_AUTH_BASIC && d->no_basic) ||
	    (method == CLIENT_AUTH_POST && d->no_post))
		finding_add(f, FINDING_WARNING, where,
		    "compare client_auth with the app's registration",
		    "lists no token_endpoint_auth_method client_secret_%s",
		    method == CLIENT_AUTH_POST ? "post" : "basic");
}

void
check_discovery(struct check *check)
{
	uint32_t status = check->probe.discovery.status;
	autobuf where = BUF_INIT(FIX_MAX);

	keys_check(check);
	buf_printf(&where, "%s%s", check->config.issuer,
	    provider_cxone.discovery.path);
	if (status == 200) {
		issuer_check(check, buf_text(&where));
		endpoints_check(check);
		offers_check(check, buf_text(&where));
	} else if (status != 0)
		finding_add(&check->findings, FINDING_WARNING, buf_text(&where),
		    "correct issuer, if it is not CXone's",
		    "is not a discovery document: status %u", status);
}
