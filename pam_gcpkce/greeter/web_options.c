/* SPDX-License-Identifier: ISC */
#include "web_options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "gcpkce/base/text.h"

#define ADDRESS_MAX 8192 /* bytes, with the end of the line */
#define USAGE \
	"usage: gcpkce-view [--allow HOST]... [--deadline SECONDS] [--dark]\n" \
	"                   [--scale PERCENT] --redirect URI ADDRESS\n"

enum { ALLOW = 0x100, DEADLINE, DARK, SCALE, REDIRECT, HELP, VERSION };

static const struct option known[] = {
    {"allow", required_argument, NULL, ALLOW},
    {"deadline", required_argument, NULL, DEADLINE},
    {"dark", no_argument, NULL, DARK},
    {"scale", required_argument, NULL, SCALE},
    {"redirect", required_argument, NULL, REDIRECT},
    {"help", no_argument, NULL, HELP},
    {"version", no_argument, NULL, VERSION},
    {0},
};

static enum web_request
mistake(const char *what, const char *value)
{
	(void)fprintf(stderr, "gcpkce-view: %s%s%s\n" USAGE, what,
	    value != NULL ? ": " : "", value != NULL ? value : "");
	return WEB_USAGE;
}

/* "-" is standard input; NULL when that is not an address. */
static const char *
address_read(const char *argument)
{
	static char text[ADDRESS_MAX + 1];

	if (strcmp(argument, "-") != 0)
		return argument;
	size_t len = fread(text, 1, sizeof(text), stdin);
	if (ferror(stdin) || len == sizeof(text) || strlen(text) != len)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/* The address itself, and the host of the apps beside a host "login.X". */
static bool
address_set(struct web_options *o, const char *address)
{
	static char apps[256];
	struct url url;

	o->address = address;
	if (address == NULL || !url_split(address, &url) ||
	    !web_rules_add(&o->rules, url.host) ||
	    web_judge(&o->rules, address) != WEB_ALLOW)
		return false;
	if (!view_begins(url.host, "login.") || url.host.len >= sizeof(apps))
		return true;
	(void)snprintf(apps, sizeof(apps), "apps.%.*s", (int)(url.host.len - 6),
	    (const char *)url.host.p + 6);
	return web_rules_add(&o->rules, view_text(apps));
}

static enum web_request
option_set(struct web_options *o, int option, const char *value)
{
	switch (option) {
	case ALLOW:
		if (!web_rules_add(&o->rules, view_text(value)))
			return mistake(
			    "not a host name, or too many of them", value);
		break;
	case DEADLINE:
		if (!text_parse_number(
			value, 1, WEB_DEADLINE_MAX, &o->deadline))
			return mistake("not 1 to 3600 seconds", value);
		break;
	case DARK:
		o->dark = true;
		break;
	case SCALE:
		if (!text_parse_number(value, 100, 200, &o->scale_percent))
			return mistake("not 100 to 200 percent", value);
		break;
	case REDIRECT:
		if (o->rules.redirect != NULL ||
		    !web_rules_redirect(&o->rules, value))
			return mistake(
			    "not one redirect URI (https, or http to "
			    "a loopback host; no query)",
			    value);
		break;
	case HELP:
		(void)fputs(USAGE, stdout);
		return WEB_HELP;
	case VERSION:
		(void)puts("gcpkce-view " GCPKCE_VERSION);
		return WEB_HELP;
	default:
		(void)fputs(USAGE, stderr);
		return WEB_USAGE;
	}
	return WEB_RUN;
}

enum web_request
web_options_parse(int argc, char **argv, struct web_options *ret)
{
	struct web_options o = {
	    .deadline = WEB_DEADLINE_USUAL, .scale_percent = 100};
	int option = 0;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		enum web_request request = option_set(&o, option, optarg);
		if (request != WEB_RUN)
			return request;
	}
	if (o.rules.redirect == NULL)
		return mistake("--redirect is missing", NULL);
	if (optind != argc - 1)
		return mistake("it takes one address", NULL);
	if (!address_set(&o, address_read(argv[optind])))
		return mistake("the address is not https (http to a loopback "
			       "host), or is the redirect URI",
		    NULL);
	*ret = o;
	return WEB_RUN;
}
