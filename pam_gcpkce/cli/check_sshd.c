/* SPDX-License-Identifier: ISC */
/*
 * The section of gcpkce check about sshd: whether it prompts users at all, for
 * long enough, and enough of them at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cli/stack/stack_check.h"
#include "gcpkce/base/text.h"
#include "sshd_settings.h"

/* So many users in front of their browsers are ordinary in the morning. */
#define STARTUPS_LEAST 30
/* So many must fail within a short time before an address is locked out. */
#define PENALTY_LEAST 10
#define WHERE "sshd_config"

struct sshd_context {
	struct check *check;
	const struct sshd_settings *settings;
	const struct config *config; /* of sshd's auth line; NULL: not whole */
};

#define WARN(v, ...) \
	finding_add(&(v)->check->findings, FINDING_WARNING, WHERE, __VA_ARGS__)

static bool
setting_is(const struct sshd_context *v, const char *keyword, const char *value)
{
	return strcasecmp(sshd_setting(v->settings, keyword), value) == 0;
}

static void
methods_check(const struct sshd_context *v)
{
	struct findings *f = &v->check->findings;
	const char *methods =
	    sshd_setting(v->settings, "authenticationmethods");

	if (setting_is(v, "usepam", "no"))
		finding_add(f, FINDING_FAULT, WHERE, "set UsePAM yes",
		    "UsePAM no: sshd never asks pam_gcpkce");
	if (setting_is(v, "kbdinteractiveauthentication", "no"))
		finding_add(f, FINDING_FAULT, WHERE,
		    "set KbdInteractiveAuthentication yes",
		    "KbdInteractiveAuthentication no: sshd cannot show the "
		    "address");
	if (setting_is(v, "passwordauthentication", "yes"))
		WARN(v, "set PasswordAuthentication no",
		    "PasswordAuthentication yes: that method cannot show an "
		    "address, so clients that try it fail each time");
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
		    "a public key is enough without a sign-in");
}

/* Does each list of methods that reaches PAM begin with a key? */
static void
remember_check(const struct sshd_context *v)
{
	static const char asked[] = "keyboard-interactive";
	static const char key[] = "publickey,";
	const char *methods =
	    sshd_setting(v->settings, "authenticationmethods");
	struct view rest = view_text(methods);
	struct view list;
	bool good = strstr(methods, asked) != NULL;

	if (v->config == NULL || v->config->remember == 0)
		return;
	while (view_next(&rest, ' ', &list))
		good = good &&
		    (memmem(list.p, list.len, asked, strlen(asked)) == NULL ||
			view_begins(list, key));
	if (!good)
		WARN(v,
		    "set AuthenticationMethods "
		    "publickey,keyboard-interactive:pam",
		    "AuthenticationMethods %s: remember needs a key that sshd "
		    "demands first; without one each connection is asked",
		    methods[0] != '\0' ? methods : "any");
}

static void
time_check(const struct sshd_context *v)
{
	const char *value = sshd_setting(v->settings, "logingracetime");
	char fix[80];
	unsigned long grace; /* 0 is no limit */

	if (v->config == NULL ||
	    !text_parse_number(value, 1, v->config->timeout, &grace))
		return;
	(void)snprintf(fix, sizeof(fix),
	    "set LoginGraceTime %lu, or a smaller timeout",
	    v->config->timeout + 30);
	WARN(v, fix,
	    "LoginGraceTime %lu is not above timeout=%lu: sshd disconnects "
	    "slower users without a message",
	    grace, v->config->timeout);
}

/* "10:30:100": from 10 on it drops 30 of 100, from 100 on all. */
static bool
startups_find(const struct sshd_context *v, unsigned long *ret_first)
{
	const char *value = sshd_setting(v->settings, "maxstartups");
	char first[32];

	(void)snprintf(
	    first, sizeof(first), "%.*s", (int)strcspn(value, ":"), value);
	return text_parse_number(first, 0, UINT32_MAX, ret_first);
}

static void
crowd_check(const struct sshd_context *v)
{
	unsigned long start;

	if (startups_find(v, &start) && start < STARTUPS_LEAST)
		WARN(v, "set MaxStartups 50:30:200",
		    "MaxStartups %s: with %lu %s in front of a browser, sshd "
		    "begins to drop connections",
		    sshd_setting(v->settings, "maxstartups"), start,
		    start == 1 ? "user" : "users");
}

/* Can one client take all the connections in which users wait? */
static void
source_check(const struct sshd_context *v)
{
	const char *value = sshd_setting(v->settings, "persourcemaxstartups");
	unsigned long places, start;

	if (value[0] == '\0')
		return; /* this version does not know it */
	if (text_parse_number(value, 0, UINT32_MAX, &places) &&
	    startups_find(v, &start) && places < start)
		return;
	WARN(v, "set PerSourceMaxStartups 10",
	    "PerSourceMaxStartups %s: one client with idle connections locks "
	    "out all other users, and the break-glass account",
	    value);
}

/* "32:64" makes one source of a client's IPv4 address, or its IPv6 /64. */
static void
block_check(const struct sshd_context *v)
{
	const char *value = sshd_setting(v->settings, "persourcenetblocksize");
	const char *colon = strchr(value, ':');
	unsigned long bits;

	if (value[0] == '\0' || /* this version does not know it */
	    (colon != NULL && text_parse_number(colon + 1, 0, 64, &bits)))
		return;
	WARN(v, "set PerSourceNetBlockSize 32:64",
	    "PerSourceNetBlockSize %s: each IPv6 address counts as a source of "
	    "its own, and one client has a whole /64 of them",
	    value);
}

/* "a:5 b:10" gives 10 for b; false without one. */
static bool
penalty_find(const char *penalties, const char *name, unsigned long *ret)
{
	size_t len = strlen(name);
	const char *p = strstr(penalties, name);

	if (p == NULL || p[len] != ':')
		return false;
	*ret = strtoul(p + len + 1, NULL, 10); /* 10.6 has a fraction */
	return true;
}

/*
 * The number of such ends in quick succession that brings a penalty; 0: none
 * does.
 */
static unsigned long
penalty_count(const char *penalties, const char *name)
{
	unsigned long each, least;

	if (!penalty_find(penalties, name, &each) || each == 0 ||
	    !penalty_find(penalties, "min", &least))
		return 0;
	return least / each + 1;
}

static void
penalties_check(const struct sshd_context *v)
{
	static const struct {
		const char *name;
		const char *text;
	} ends[] = {
	    {"authfail", "failed sign-ins"},
	    {"grace-exceeded", "users slower than LoginGraceTime"},
	};
	const char *penalties = sshd_setting(v->settings, "persourcepenalties");

	if (!setting_is(v, "persourcepenaltyexemptlist", "none"))
		return;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		unsigned long count = penalty_count(penalties, ends[i].name);

		if (count == 0 || count >= PENALTY_LEAST)
			continue;
		WARN(v,
		    "name the office's networks in PerSourcePenaltyExemptList, "
		    "or set PerSourcePenalties authfail:1 grace-exceeded:1",
		    "PerSourcePenalties: %lu %s lock out every user behind the "
		    "same address, as in an office",
		    count, ends[i].text);
	}
}

static void
root_check(const struct sshd_context *v)
{
	const char *value = sshd_setting(v->settings, "permitrootlogin");

	if (v->config == NULL || !v->config->allow_root || value[0] == '\0' ||
	    strcasecmp(value, "yes") == 0)
		return;
	WARN(v, "set PermitRootLogin yes, or remove allow_root",
	    "PermitRootLogin %s: allow_root=yes has no effect by ssh", value);
}

/* Add sshd's own message, and how to fix its cause. */
static void
complaint_add(struct check *check, const struct sshd_settings *settings)
{
	const char *words = settings->complaint;
	bool root = geteuid() == 0;
	const char *fix = "correct its configuration until \"sshd -t\" says "
			  "nothing";

	if (strstr(words, "privilege separation directory") != NULL)
		fix = "start sshd's service once, or mkdir -m 0755 /run/sshd";
	else if (strstr(words, "hostkeys") != NULL)
		fix = "ssh-keygen -A";
	finding_add(&check->findings, root ? FINDING_FAULT : FINDING_NOTE,
	    "sshd", root ? fix : "run this as root",
	    "sshd does not report its settings: %s",
	    words[0] != '\0' ? words : "it cannot be run");
}

/* Judge the settings that sshd reports. */
static void
settings_check(struct check *check, const struct sshd_settings *settings,
    const struct stack_line *line)
{
	struct config config;

	/* its faults were reported with the stack */
	bool whole = check_config_load(check->options, stack_argc(line),
	    line->arguments, line->where, NULL, &config);
	const struct sshd_context view = {
	    .check = check,
	    .settings = settings,
	    .config = whole ? &config : NULL,
	};
	methods_check(&view);
	remember_check(&view);
	time_check(&view);
	crowd_check(&view);
	source_check(&view);
	block_check(&view);
	penalties_check(&view);
	root_check(&view);
}

/* Is it about the stack that sshd uses? */
static bool
is_about(struct check *check, const char *sshd)
{
	const char *asked = check->options->service;

	if (asked == NULL || strcasecmp(asked, sshd) == 0)
		return true;
	if (strcasecmp(asked, "sshd") == 0)
		finding_add(&check->findings, FINDING_FAULT, WHERE,
		    "check that service with --service, or remove "
		    "PAMServiceName",
		    "PAMServiceName %s: sshd reads that stack, not the one "
		    "that was checked",
		    sshd);
	else
		finding_add(&check->findings, FINDING_NOTE, NULL, NULL,
		    "another service was requested");
	return false;
}

/* Judge it for the stack that it uses, if that names pam_gcpkce. */
static void
stack_check(struct check *check, const struct sshd_settings *settings)
{
	char service[STACK_SERVICE_MAX];
	autostack stack = {0};

	sshd_service(settings, service);
	if (!is_about(check, service))
		return;
	stack_read(NULL, service, &stack, NULL);
	const struct stack_line *line = stack_ours(&stack, STACK_AUTH);
	if (line == NULL)
		finding_add(&check->findings, FINDING_NOTE, NULL, NULL,
		    "the stack of sshd does not name pam_gcpkce");
	else if (!settings->is_there)
		finding_add(&check->findings, FINDING_NOTE, NULL, NULL,
		    "there is no sshd on this host");
	else if (!settings->is_good)
		complaint_add(check, settings);
	else
		settings_check(check, settings, line);
}

void
check_sshd(struct check *check)
{
	autosettings settings = {0};

	if (!check_is_of_this_host(check, "sshd"))
		return;
	sshd_settings_read(check->options->user, &settings);
	stack_check(check, &settings);
}
