/* SPDX-License-Identifier: ISC */
/*
 * The section of gcpkce check about sshd: whether it asks people at all, long
 * enough, and enough of them at once.
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "gcpkce/text.h"
#include "sshd_settings.h"
#include "stack_check.h"

/* That many people in front of their browsers is an ordinary morning. */
#define STARTUPS_LEAST 30
#define WHERE "sshd_config"

struct sshd_view {
	struct check *check;
	const struct sshd_settings *settings;
	const struct config *config; /* of sshd's auth line; NULL: not whole */
};

static bool
setting_is(const struct sshd_view *v, const char *keyword, const char *value)
{
	char found[SSHD_VALUE_MAX + 1];

	sshd_setting(v->settings, keyword, found);
	return strcasecmp(found, value) == 0;
}

static void
methods_check(const struct sshd_view *v)
{
	struct findings *f = &v->check->findings;
	char methods[SSHD_VALUE_MAX + 1];

	if (setting_is(v, "usepam", "no"))
		finding_add(f, FINDING_FAULT, WHERE, "set UsePAM yes",
		    "UsePAM no: sshd never asks pam_gcpkce");
	if (setting_is(v, "kbdinteractiveauthentication", "no"))
		finding_add(f, FINDING_FAULT, WHERE,
		    "set KbdInteractiveAuthentication yes",
		    "KbdInteractiveAuthentication no: sshd cannot show the "
		    "address");
	if (setting_is(v, "passwordauthentication", "yes"))
		finding_add(f, FINDING_WARNING, WHERE,
		    "set PasswordAuthentication no",
		    "PasswordAuthentication yes: that method cannot show an "
		    "address, so clients that try it fail each time");
	sshd_setting(v->settings, "authenticationmethods", methods);
	bool any = methods[0] == '\0' || strcasecmp(methods, "any") == 0;
	if (!any && strstr(methods, "keyboard-interactive") == NULL)
		finding_add(f, FINDING_FAULT, WHERE,
		    "add keyboard-interactive to AuthenticationMethods",
		    "AuthenticationMethods %s: pam_gcpkce is never asked",
		    methods);
	else if (any && setting_is(v, "pubkeyauthentication", "yes"))
		finding_add(f, FINDING_NOTE, WHERE,
		    "for both, set AuthenticationMethods "
		    "publickey,keyboard-interactive",
		    "a public key is enough without Genesys Cloud");
}

static void
time_check(const struct sshd_view *v)
{
	char value[SSHD_VALUE_MAX + 1];
	char mend[80];
	unsigned long grace;

	sshd_setting(v->settings, "logingracetime", value);
	if (v->config == NULL ||
	    !text_parse_number(value, 1, UINT32_MAX, &grace))
		return; /* 0 is no limit */
	if (grace > v->config->timeout)
		return;
	(void)snprintf(mend, sizeof(mend),
	    "set LoginGraceTime %lu, or a smaller timeout",
	    v->config->timeout + 30);
	finding_add(&v->check->findings, FINDING_WARNING, WHERE, mend,
	    "LoginGraceTime %lu is not above timeout=%lu: sshd cuts off who "
	    "is slower, without a word",
	    grace, v->config->timeout);
}

/* "10:30:100": from 10 on it drops 30 of 100, from 100 on all. */
static void
crowd_check(const struct sshd_view *v)
{
	char value[SSHD_VALUE_MAX + 1];
	unsigned long start = 0;

	sshd_setting(v->settings, "maxstartups", value);
	value[strcspn(value, ":")] = '\0';
	if (!text_parse_number(value, 0, STARTUPS_LEAST - 1, &start))
		return;
	sshd_setting(v->settings, "maxstartups", value);
	finding_add(&v->check->findings, FINDING_WARNING, WHERE,
	    "set MaxStartups 50:30:200",
	    "MaxStartups %s: with %lu %s in front of a browser sshd begins to "
	    "drop connections",
	    value, start, start == 1 ? "person" : "people");
}

static void
root_check(const struct sshd_view *v)
{
	char value[SSHD_VALUE_MAX + 1];

	sshd_setting(v->settings, "permitrootlogin", value);
	if (v->config == NULL || !v->config->allow_root || value[0] == '\0' ||
	    strcasecmp(value, "yes") == 0)
		return;
	finding_add(&v->check->findings, FINDING_WARNING, WHERE,
	    "set PermitRootLogin yes, or remove allow_root",
	    "PermitRootLogin %s: allow_root=yes has no effect by ssh", value);
}

/* Its own words, and what it takes to have others. */
static void
complaint_add(struct check *check, const struct sshd_settings *settings)
{
	const char *words = buf_text(&settings->complaint);
	bool root = geteuid() == 0;
	const char *mend = "correct its configuration until \"sshd -t\" says "
			   "nothing";

	if (strstr(words, "privilege separation directory") != NULL)
		mend = "start sshd's service once, or mkdir -m 0755 /run/sshd";
	else if (strstr(words, "hostkeys") != NULL)
		mend = "ssh-keygen -A";
	finding_add(&check->findings, root ? FINDING_FAULT : FINDING_NOTE,
	    "sshd", root ? mend : "run this as root",
	    "sshd does not tell its settings: %s",
	    words[0] != '\0' ? words : "it cannot be run");
}

/* Judge what sshd says of itself, where it says it. */
static void
settings_check(struct check *check, const struct stack_line *line)
{
	autosettings settings = {0};
	struct config config;

	sshd_settings_read(check->options->user, &settings);
	if (!settings.is_there) {
		finding_add(&check->findings, FINDING_NOTE, NULL, NULL,
		    "there is no sshd on this host");
		return;
	}
	if (!settings.is_good) {
		complaint_add(check, &settings);
		return;
	}
	/* what is wrong with it was said with the stack */
	bool whole = check_config_load(check->options, stack_argc(line),
	    line->arguments, line->where, NULL, &config);
	const struct sshd_view view = {
	    .check = check,
	    .settings = &settings,
	    .config = whole ? &config : NULL,
	};
	methods_check(&view);
	time_check(&view);
	crowd_check(&view);
	root_check(&view);
}

void
check_sshd(struct check *check)
{
	const char *service = check->options->service;
	autostack stack = {0};

	if (!check_is_of_this_host(check, "sshd"))
		return;
	stack_read(NULL, "sshd", &stack, NULL);
	const struct stack_line *line = stack_ours(&stack, STACK_AUTH);
	if (line == NULL)
		finding_add(&check->findings, FINDING_NOTE, NULL, NULL,
		    "the stack of sshd does not name pam_gcpkce, so its "
		    "settings do not matter");
	else if (service != NULL && strcmp(service, "sshd") != 0)
		finding_add(&check->findings, FINDING_NOTE, NULL, NULL,
		    "asked about another service");
	else
		settings_check(check, line);
}
