/* SPDX-License-Identifier: ISC */
/* Checks of the whole configuration, when all of it was read. */
#include <stdio.h>
#include <string.h>

#include "config_loader.h"
#include "gcpkce/base/url.h"
#include "gcpkce/config/safefile.h"
#include "gcpkce/wire/helper_abi.h"

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

	if (c->provider == PROVIDER_GENESYS &&
	    (c->login_url[0] == '\0' || c->api_url[0] == '\0'))
		config_fault_add_key(l, "region", c->region,
		    "set region, or both login_url and api_url",
		    "is not enough to find Genesys Cloud");
	if (l->purpose == CONFIG_FOR_TOKEN)
		return;
	if (c->client_id[0] == '\0')
		config_fault_add_key(l, "client_id", "",
		    "write the id of the OAuth client", "is missing");
	if (c->redirect_uri[0] == '\0')
		config_fault_add_key(l, "redirect_uri", "",
		    "write one that is registered with the client",
		    "is missing");
	if (c->organization[0] == '\0')
		config_fault_add_key(l, "organization", "",
		    "write the id of the organization", "is missing");
}

static bool
methods_reach_names(const struct config *c)
{
	bool reach = false;

	for (size_t i = 0; i < CONFIG_METHODS_MAX; i++)
		reach = reach || c->map.list[i] > METHOD_FILE;
	return reach;
}

static void
pairs_check(struct config_loader *l)
{
	const struct config *c = l->config;

	if (c->signin_org[0] != '\0' && c->signin_provider[0] == '\0')
		config_fault_add_key(l, "signin_org", c->signin_org,
		    "set signin_provider too", "is given alone");
	if (c->signin_provider[0] != '\0' && c->signin_org[0] == '\0')
		config_fault_add_key(l, "signin_provider", c->signin_provider,
		    "set signin_org too", "is given alone");
	if (methods_reach_names(c) && c->email_domains[0] == '\0')
		config_fault_add_key(l, "email_domains", "",
		    "map has email or localpart, which accept these domains "
		    "alone",
		    "is missing");
	if (c->region_env[0] != '\0' &&
	    strcmp(c->token_env, c->region_env) == 0)
		config_fault_add_key(l, "region_env", c->region_env,
		    "choose two names", "is token_env too");
}

/* What a listener requires of redirect_uri. */
static void
callback_check(struct config_loader *l)
{
	const struct config *c = l->config;
	struct url url;

	if (c->callback != CALLBACK_LOOPBACK || c->redirect_uri[0] == '\0' ||
	    !url_split(c->redirect_uri, &url))
		return;
	if (!url.loopback || !view_eq(url.scheme, view_text("http"))) {
		config_fault_add_key(l, "redirect_uri", c->redirect_uri,
		    "with callback=loopback write "
		    "http://localhost[:PORT][/PATH]",
		    "does not name this host");
		return;
	}
	if (url.port.len > 0 &&
	    (url.port.p[0] == '0' || url.port_number < HELPER_PORT_MIN))
		config_fault_add_key(l, "redirect_uri", c->redirect_uri,
		    "register one from 1024 up",
		    "has a port that the helper cannot listen on");
	if (url.port.len == 0 &&
	    strlen(c->redirect_uri) > CONFIG_REDIRECT_MAX - CONFIG_PORT_LEN)
		config_fault_add_key(l, "redirect_uri", c->redirect_uri,
		    "register a shorter one",
		    "has no room for the listener's port");
}

/* What start_url may be; the challenge is appended to it. */
static void
start_check(struct config_loader *l)
{
	const struct config *c = l->config;
	struct url url;

	if (c->start_url[0] != '\0' && c->callback == CALLBACK_LOOPBACK &&
	    url_split(c->redirect_uri, &url) && url.port.len == 0)
		config_fault_add_key(l, "start_url", c->start_url,
		    "the page cannot know which one the helper listens on",
		    "needs a redirect_uri with a port");
}

/* What is refused if the application is not root, such as a screen locker. */
static void
ordinary_host_check(struct config_loader *l)
{
	const struct config *c = l->config;

	if (l->purpose != CONFIG_FOR_MODULE || geteuid() == 0)
		return;
	if (c->export != EXPORT_NONE)
		config_fault_add_key(l, "export",
		    c->export == EXPORT_ENV ? "env" : "file", "leave it out",
		    "needs an application that runs as root");
	if (c->client_secret_file[0] != '\0')
		config_fault_add_key(l, "client_secret_file",
		    c->client_secret_file, "use a public client",
		    "needs an application that runs as root");
}

/* A user who can write it can impersonate the provider. */
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
		(void)err_fault(config_fault_new(l, r), r, "ca_file",
		    err_fix(&why), "%.*s: %.*s", (int)err_place(&why).len,
		    (const char *)err_place(&why).p, (int)err_what(&why).len,
		    (const char *)err_what(&why).p);
	else if (fd < 0)
		config_fault_add_key(l, "ca_file", c->ca_file,
		    "name a file of certificates", "does not exist");
}

void
config_check(struct config_loader *l)
{
	region_apply(l);
	config_provider_check(l);
	if (!l->unread) /* a missing key may be in that file */
		required_check(l);
	if (!l->unread && l->purpose != CONFIG_FOR_TOKEN) {
		pairs_check(l);
		callback_check(l);
		start_check(l);
	}
	ordinary_host_check(l);
	ca_file_check(l);
}
