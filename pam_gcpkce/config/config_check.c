/* SPDX-License-Identifier: ISC */
/*
 * What shows only when the whole configuration is read: keys that need each
 * other, settings that would not hold, and files that others could write.
 */
#include <stdio.h>
#include <string.h>

#include "config_loader.h"
#include "gcpkce/base/text.h"
#include "gcpkce/base/url.h"
#include "gcpkce/config/safefile.h"
#include "gcpkce/wire/helper_limits.h"

static void
region_apply(struct config_loader *l)
{
	struct config *c = l->config;
	struct region region;

	if (c->region[0] != '\0' && region_find(c->region, &region)) {
		/* a host name has at most 253 bytes */
		if (c->login_url[0] == '\0')
			(void)snprintf(c->login_url, sizeof(c->login_url),
			    "https://login.%s", region.domain);
		if (c->api_url[0] == '\0')
			(void)snprintf(c->api_url, sizeof(c->api_url),
			    "https://api.%s", region.domain);
	}
}

static void
required_check(struct config_loader *l)
{
	const struct config *c = l->config;

	if (c->login_url[0] == '\0' || c->api_url[0] == '\0')
		config_fault_add_key(l, "region", c->region,
		    "is not enough to find Genesys Cloud; set region, or both "
		    "login_url and api_url");
	if (l->purpose == CONFIG_FOR_TOKEN)
		return;
	if (c->client_id[0] == '\0')
		config_fault_add_key(l, "client_id", "",
		    "is missing; write the id of the OAuth client");
	if (c->redirect_uri[0] == '\0')
		config_fault_add_key(l, "redirect_uri", "",
		    "is missing; write one that is registered with the client");
	if (c->organization[0] == '\0')
		config_fault_add_key(l, "organization", "",
		    "is missing; write the id of the organization");
}

static bool
methods_reach_names(const struct config *c)
{
	for (size_t i = 0; i < CONFIG_METHODS_MAX; i++) {
		if (c->map.list[i] == METHOD_EMAIL ||
		    c->map.list[i] == METHOD_LOCALPART)
			return true;
	}
	return false;
}

static void
pairs_check(struct config_loader *l)
{
	const struct config *c = l->config;

	if (c->signin_org[0] != '\0' && c->signin_provider[0] == '\0')
		config_fault_add_key(l, "signin_org", c->signin_org,
		    "is given alone; set signin_provider too");
	if (c->signin_provider[0] != '\0' && c->signin_org[0] == '\0')
		config_fault_add_key(l, "signin_provider", c->signin_provider,
		    "is given alone; set signin_org too");
	if (methods_reach_names(c) && c->email_domains[0] == '\0')
		config_fault_add_key(l, "email_domains", "",
		    "is missing; map has email or localpart, which accept "
		    "these domains alone");
	if (strcmp(c->token_env, c->region_env) == 0)
		config_fault_add_key(l, "region_env", c->region_env,
		    "is token_env too; choose two names");
}

/* What a listener needs of the redirect URI that leads to it. */
static void
callback_check(struct config_loader *l)
{
	const struct config *c = l->config;
	struct url url;
	unsigned long port;
	char digits[8] = "";

	if (c->callback != CALLBACK_LOOPBACK || c->redirect_uri[0] == '\0' ||
	    !url_split(c->redirect_uri, &url))
		return;
	if (!url.loopback || !view_eq(url.scheme, view_text("http"))) {
		config_fault_add_key(l, "redirect_uri", c->redirect_uri,
		    "does not lead to this host; with callback=loopback write "
		    "http://localhost[:PORT][/PATH]");
		return;
	}
	if (url.port.len > 0 && url.port.len < sizeof(digits))
		memcpy(digits, url.port.p, url.port.len);
	if (url.port.len > 0 &&
	    (digits[0] == '0' ||
		!text_parse_number(digits, HELPER_PORT_MIN, 65535, &port)))
		config_fault_add_key(l, "redirect_uri", c->redirect_uri,
		    "has a port that the helper cannot listen on; register "
		    "one from 1024 up");
	if (url.port.len == 0 &&
	    strlen(c->redirect_uri) > CONFIG_REDIRECT_MAX - CONFIG_PORT_LEN)
		config_fault_add_key(l, "redirect_uri", c->redirect_uri,
		    "has no room for the listener's port; register a shorter "
		    "one");
}

/* What the address of a start page may be, with the challenge behind it. */
static void
start_check(struct config_loader *l)
{
	const struct config *c = l->config;
	struct url url;

	if (c->start_url[0] == '\0')
		return;
	if (c->callback == CALLBACK_LOOPBACK &&
	    url_split(c->redirect_uri, &url) && url.port.len == 0)
		config_fault_add_key(l, "start_url", c->start_url,
		    "needs a redirect_uri with a port; the page cannot know "
		    "which one the helper listens on");
}

/* What a host that is not root, a screen locker, may not have. */
static void
ordinary_host_check(struct config_loader *l)
{
	const struct config *c = l->config;

	if (l->purpose != CONFIG_FOR_MODULE || geteuid() == 0)
		return;
	if (c->export != EXPORT_NONE)
		config_fault_add_key(l, "export",
		    c->export == EXPORT_ENV ? "env" : "file",
		    "needs a host that runs as root; leave it out");
	if (c->client_secret_file[0] != '\0')
		config_fault_add_key(l, "client_secret_file",
		    c->client_secret_file,
		    "needs a host that runs as root; use a public client");
}

/* Whoever can write it decides who Genesys Cloud is. */
static void
ca_file_check(struct config_loader *l)
{
	const struct config *c = l->config;
	struct errinfo why;
	autofd fd = -1;

	if (l->purpose == CONFIG_FOR_DECIDE || c->ca_file[0] == '\0')
		return;
	enum outcome r = safefile_open(c->ca_file, SAFEFILE_CONFIG, &fd, &why);
	if (r != OUTCOME_OK)
		config_fault_add(l, r, "ca_file", why.text);
	else if (fd < 0)
		config_fault_add_key(l, "ca_file", c->ca_file,
		    "does not exist; name a file of certificates");
}

void
config_check(struct config_loader *l)
{
	bool for_token = l->purpose == CONFIG_FOR_TOKEN;

	region_apply(l);
	if (!l->unread) /* what is missing may stand there */
		required_check(l);
	if (!l->unread && !for_token)
		pairs_check(l);
	if (!l->unread && !for_token) {
		callback_check(l);
		start_check(l);
	}
	ordinary_host_check(l);
	ca_file_check(l);
}
