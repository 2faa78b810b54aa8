/* SPDX-License-Identifier: ISC */
/*
 * The section of gcpkce check about the configuration: parsed by the module's
 * code, all faults at once.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "gcpkce/base/query.h"
#include "gcpkce/base/text.h"

#define ARGUMENTS_MAX 256
#define ZONE_MAX 64 /* as in etc/www/callback.html */

static bool
names_file(const char *argument)
{
	return strncmp(argument, "conf=", 5) == 0;
}

/* The file exists, and other users can read it. */
static bool
is_denied(const char *path)
{
	return geteuid() != 0 && access(path, R_OK) != 0 && errno == EACCES;
}

static void
faults_add(struct findings *findings, const struct config_faults *faults,
    const char *where)
{
	for (size_t i = 0; i < faults->listed; i++) {
		const struct errinfo *fault = &faults->list[i];
		struct view place = err_place(fault);
		bool own =
		    where != NULL && view_eq(place, view_text("argument"));

		finding_add_fault(findings, FINDING_FAULT, own ? where : NULL,
		    place.len > 0 ? "correct it" : NULL, fault);
	}
}

/*
 * All ids that the vendor shows are UUIDs, but this is not documented: so it is
 * never a fault.
 */
static void
client_id_check(struct findings *findings, const char *id)
{
	if (id[0] == '\0' || text_is_uuid(view_text(id)))
		return;
	finding_add(findings, FINDING_WARNING, "client_id",
	    "copy the id from the client's page, not its name",
	    "\"%s\" does not look like a client's id, a UUID in lower case",
	    id);
}

/* New regions appear, so it is never a fault. */
static void
region_check(struct findings *findings, const struct config *config)
{
	struct region region = config_region(config);
	autobuf fix = BUF_INIT(CONFIG_TEXT_CAP);

	if (region.domain == NULL || region.aws != NULL)
		return;
	const char *nearest = region_nearest(region.domain);
	if (nearest != NULL)
		buf_printf(
		    &fix, "write region = %s, if that is meant; ", nearest);
	buf_put_text(&fix,
	    "for servers other than Genesys Cloud's set login_url and api_url");
	finding_add(findings, FINDING_WARNING, "region", buf_text(&fix),
	    "no known region of Genesys Cloud has the domain %s",
	    region.domain);
}

bool
check_config_load(const struct options *options, int argc, char **argv,
    const char *where, struct findings *findings, struct config *ret)
{
	char path[PATH_MAX];
	char conf[PATH_MAX + 8] = "conf=" GCPKCE_CONF;
	const char *list[ARGUMENTS_MAX + 1];
	const char *file = NULL;
	autofaults faults = {0};
	int count = 0;

	for (int i = 0; i < argc && i < ARGUMENTS_MAX; i++) {
		list[count++] = argv[i];
		if (file == NULL && names_file(argv[i]))
			file = argv[i];
	}
	if (file == NULL && options->conf != NULL) {
		(void)snprintf(conf, sizeof(conf), "conf=%s",
		    realpath(options->conf, path) != NULL ? path
							  : options->conf);
		file = list[count++] = conf;
	}
	const char *read = (file != NULL ? file : conf) + 5;
	if (is_denied(read)) {
		finding_add(findings, FINDING_NOTE, read,
		    "run this as root to have it read",
		    "this user may not read the file");
		return false;
	}
	/* an argument that is not a whole path is a fault of its own */
	bool named = file == conf || read[0] == '/';
	if (file != NULL ? named && command_config_is_missing(read)
			 : count == 0 && command_config_is_missing(NULL)) {
		finding_add(findings, FINDING_FAULT, read,
		    "write it as pam_gcpkce.conf(5) describes, or name another",
		    "there is no such file%s",
		    file == NULL && where != NULL
			? ", and lines of pam.d give no settings"
			: "");
		return false;
	}
	/* limits for applications that are not root do not concern sshd */
	enum outcome r = config_load(count, list,
	    geteuid() == 0 ? CONFIG_FOR_MODULE : CONFIG_FOR_LOGIN, ret,
	    &faults);
	if (r != OUTCOME_OK && findings != NULL)
		faults_add(findings, &faults, where);
	if (r != OUTCOME_OK)
		return false;
	if (ret->provider == PROVIDER_GENESYS)
		client_id_check(findings, ret->client_id);
	region_check(findings, ret);
	return true;
}

/* Regions that gc's table writes with underscores. */
static bool
gc_lacks(const char *aws)
{
	static const char *const lacking[] = {
	    "me-central-1", "ap-northeast-3", "eu-central-2"};

	for (size_t i = 0; i < sizeof(lacking) / sizeof(lacking[0]); i++) {
		if (strcmp(aws, lacking[i]) == 0)
			return true;
	}
	return false;
}

void
check_region_value(
    struct findings *findings, const struct config *config, const char *where)
{
	struct region region = config_region(config);
	bool aws = config->region_value == REGION_VALUE_AWS;

	if (config->export != EXPORT_ENV)
		return;
	if ((aws ? region.aws : region.domain) == NULL)
		finding_add(findings, FINDING_WARNING, where,
		    aws && region.domain != NULL ? "set region_value=domain"
						 : "set region beside the URLs",
		    "the region has no %s that is known, so %s is not set",
		    aws ? "AWS name" : "domain", config->region_env);
	else if (aws && gc_lacks(region.aws))
		finding_add(findings, FINDING_WARNING, where,
		    "set region_value=domain, unless CX as Code is to read it",
		    "the gc command does not know %s by this name", region.aws);
}

/* Is this the name of a zone, as the callback page accepts it? */
static bool
is_zone(struct view name)
{
	static const char page[] = ".html";
	size_t end = sizeof(page) - 1;

	for (size_t i = 0; i < name.len; i++) {
		if (!text_is_id_char(name.p[i]))
			return false;
	}
	return name.len > 0 && name.len <= ZONE_MAX &&
	    !view_eq(name, view_text("callback")) &&
	    (name.len < end ||
		!view_eq(view_skip(name, name.len - end), view_text(page)));
}

/* Is the last part of the path a zone below "/callback/", as for that page? */
static bool
names_zone(const char *address)
{
	static const char parent[] = "/callback/";
	size_t end = strcspn(address, "?");
	const char *host = strstr(address, "://");
	const char *name = memrchr(address, '/', end);

	if (host == NULL || name == NULL)
		return false;
	host += strlen("://");
	name++;
	/* the host may be named callback, too */
	return name - host > (ptrdiff_t)sizeof(parent) - 1 &&
	    strncmp(name - (sizeof(parent) - 1), parent, sizeof(parent) - 1) ==
	    0 &&
	    is_zone((struct view){
		(const uint8_t *)name, end - (size_t)(name - address)});
}

/* If the URI names its zone, the administrator knows about zones. */
static void
zone_check(
    struct findings *findings, const struct config *config, const char *where)
{
	if (config->callback == CALLBACK_LOOPBACK ||
	    names_zone(config->redirect_uri))
		return;
	finding_add(findings, FINDING_NOTE, where,
	    "give each trust zone a client or a redirect_uri of its own, such "
	    "as https://HOST/callback/ZONE; the callback page shows a ZONE of 1 "
	    "to 64 letters, digits and . _ - that is neither callback nor ends "
	    "in .html",
	    "one compromised host can use what users paste there to sign in to "
	    "every host with this client_id and redirect_uri");
}

void
check_configuration(struct check *check)
{
	const struct options *options = check->options;
	const char *path = options->conf != NULL ? options->conf : GCPKCE_CONF;
	bool stacks = options->service != NULL || options->all_services;

	/* arguments of the lines may supply all required keys */
	if (stacks && options->conf == NULL && access(path, F_OK) != 0 &&
	    errno == ENOENT) {
		finding_add(&check->findings, FINDING_NOTE, path, NULL,
		    "there is no such file; the lines of pam.d must give all "
		    "settings");
		return;
	}
	check->config_is_good = check_config_load(
	    options, 0, NULL, NULL, &check->findings, &check->config);
	if (!check->config_is_good)
		return;
	check_region_value(&check->findings, &check->config, path);
	zone_check(&check->findings, &check->config, path);
}
