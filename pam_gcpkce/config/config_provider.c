/* SPDX-License-Identifier: ISC */
/*
 * Keys that belong to one provider, and what CXone's require of each other.
 */
#include <stdio.h>
#include <string.h>

#include "config_loader.h"
#include "gcpkce/base/text.h"
#include "gcpkce/base/url.h"

static void
owners_check(struct config_loader *l)
{
	static const struct {
		const char *key;
		enum provider_id owner;
	} owned[] = {
	    {"region", PROVIDER_GENESYS},
	    {"login_url", PROVIDER_GENESYS},
	    {"api_url", PROVIDER_GENESYS},
	    {"partner_logins", PROVIDER_GENESYS},
	    {"signin_org", PROVIDER_GENESYS},
	    {"signin_provider", PROVIDER_GENESYS},
	    {"require_group", PROVIDER_GENESYS},
	    {"require_role", PROVIDER_GENESYS},
	    {"require_division", PROVIDER_GENESYS},
	    {"region_env", PROVIDER_GENESYS},
	    {"region_value", PROVIDER_GENESYS},
	    {"issuer", PROVIDER_CXONE},
	    {"authorize_url", PROVIDER_CXONE},
	    {"token_url", PROVIDER_CXONE},
	    {"jwks_url", PROVIDER_CXONE},
	    {"userinfo_url", PROVIDER_CXONE},
	    {"client_auth", PROVIDER_CXONE},
	    {"nonce", PROVIDER_CXONE},
	    {"clock_skew", PROVIDER_CXONE},
	    {"userinfo", PROVIDER_CXONE},
	};
	bool is_cxone = l->config->provider == PROVIDER_CXONE;

	for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++) {
		char value[CONFIG_TEXT_CAP];

		if (owned[i].owner == l->config->provider ||
		    !config_key_is_set(l, owned[i].key))
			continue;
		config_value_text(
		    config_key_find(view_text(owned[i].key)), l->config, value);
		config_fault_add_key(l, owned[i].key, value, "leave it out",
		    is_cxone ? "is a key for provider = genesys alone"
			     : "is a key for provider = cxone alone");
	}
}

/* The person's token and code go there. */
static void
endpoint_check(struct config_loader *l, const char *key, const char *address)
{
	struct url issuer;
	struct url url;

	if (!url_split(address, &url) ||
	    !url_split(l->config->issuer, &issuer) ||
	    text_eq_nocase(url.host, issuer.host) ||
	    text_list_has(l->config->trusted_hosts, url.host))
		return;
	config_fault_add_key(l, key, address,
	    "name the host in trusted_hosts if it is CXone's",
	    "is on another host than the issuer");
}

static void
client_auth_check(struct config_loader *l)
{
	const struct config *c = l->config;
	bool needs = c->client_auth != CLIENT_AUTH_NONE;
	bool has = c->client_secret_file[0] != '\0';

	if (needs && !has)
		config_fault_add_key(l, "client_auth",
		    c->client_auth == CLIENT_AUTH_POST ? "post" : "basic",
		    "set client_secret_file too", "needs a client secret");
	if (has && !needs)
		config_fault_add_key(l, "client_secret_file",
		    c->client_secret_file,
		    "set client_auth to basic or post, or leave it out",
		    "is never used with client_auth = none");
}

/* A token names it byte for byte. */
static void
issuer_check(struct config_loader *l)
{
	const char *issuer = l->config->issuer;
	size_t len = strlen(issuer);

	if (len > 0 && issuer[len - 1] == '/')
		config_fault_add_key(l, "issuer", issuer,
		    "leave the slash out: CXone's issuers have none",
		    "ends in a slash");
}

/* The defaults are the names of Genesys Cloud's programs. */
static void
token_name_check(struct config_loader *l)
{
	struct config *c = l->config;

	if (!config_key_is_set(l, "token_env"))
		memset(c->token_env, 0, sizeof(c->token_env));
	memset(c->region_env, 0, sizeof(c->region_env));
	if (c->export != EXPORT_NONE && c->token_env[0] == '\0')
		config_fault_add_key(l, "token_env", "",
		    "name the variable that your programs read",
		    "is missing; CXone's programs agree on no name");
}

static void
cxone_check(struct config_loader *l)
{
	struct config *c = l->config;

	issuer_check(l);
	endpoint_check(l, "authorize_url", c->authorize_url);
	endpoint_check(l, "token_url", c->token_url);
	endpoint_check(l, "jwks_url", c->jwks_url);
	endpoint_check(l, "userinfo_url", c->userinfo_url);
	client_auth_check(l);
	if (!c->userinfo &&
	    (config_uses_method(c, METHOD_EMAIL) ||
		config_uses_method(c, METHOD_LOCALPART)))
		config_fault_add_key(l, "userinfo", "no",
		    "set it to yes, or remove email and localpart from map",
		    "leaves map without an e-mail address");
	if (config_key_is_set(l, "revoke") && c->revoke != REVOKE_NEVER)
		config_fault_add_key(l, "revoke", "auto",
		    "write never, or leave it out",
		    "is not possible: CXone has no revocation");
	c->revoke = REVOKE_NEVER;
	token_name_check(l);
}

void
config_provider_check(struct config_loader *l)
{
	const char *id = l->config->client_id;

	owners_check(l);
	if (l->config->provider == PROVIDER_CXONE)
		cxone_check(l);
	else if (!view_all(view_text(id), text_is_id_char))
		config_fault_add_key(l, "client_id", id,
		    "copy it from the OAuth client's page", "is not an id");
}
