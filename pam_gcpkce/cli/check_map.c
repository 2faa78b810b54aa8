/* SPDX-License-Identifier: ISC */
/*
 * The map file, line by line: who is named, and whether that can be right.
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "file_check.h"
#include "gcpkce/policy.h"

/* Each may be a question to a directory service far away. */
#define LOOK_UPS_MAX 1000

struct map_check {
	struct check *check;
	size_t lines;
	bool cut; /* there are more than are looked up */
};

static bool
uses_method(const struct config *config, enum config_method method)
{
	for (size_t i = 0; i < CONFIG_METHODS_MAX; i++) {
		if (config->map.list[i] == method)
			return true;
	}
	return false;
}

static void
account_check(struct check *check, const char *where, const char *name)
{
	struct findings *f = &check->findings;
	struct account account;
	struct errinfo why = {0};

	if (account_find(name, &account, &why) != OUTCOME_OK)
		finding_add(f, FINDING_WARNING, where,
		    "look at /etc/nsswitch.conf", "%s: %s", name, why.text);
	else if (!account.exists)
		finding_add(f, FINDING_WARNING, where,
		    "correct the name, create the account, or remove the line",
		    "there is no account \"%s\" on this host", name);
	else if (account.uid == 0 && !check->config.allow_root)
		finding_add(f, FINDING_WARNING, where,
		    "remove the line, or set allow_root=yes",
		    "%s has uid 0, which nobody reaches without allow_root",
		    name);
	else if (strcmp(account.name, account.uid_name) != 0)
		finding_add(f, FINDING_WARNING, where,
		    "name the first entry of a uid",
		    "%s has the uid of %s: the line counts for both", name,
		    account.uid_name);
}

static bool
line_check(void *arg, unsigned long number, struct view account,
    const struct errinfo *fault)
{
	struct map_check *m = arg;
	char name[ACCOUNT_NAME_MAX + 1];
	char where[CONFIG_TEXT_CAP + 32];

	m->lines++;
	if (fault != NULL)
		file_sentence_add(
		    &m->check->findings, FINDING_FAULT, fault->text);
	if (m->lines > LOOK_UPS_MAX) {
		m->cut = true;
		return true;
	}
	(void)snprintf(
	    where, sizeof(where), "%s:%lu", m->check->config.map_file, number);
	if (account.len >= sizeof(name) ||
	    memchr(account.p, '\0', account.len) != NULL) {
		finding_add(&m->check->findings, FINDING_WARNING, where,
		    "correct it", "this is no name of an account");
		return true;
	}
	memcpy(name, account.p, account.len);
	name[account.len] = '\0';
	account_check(m->check, where, name);
	return true;
}

/* Whether anybody could become the account that --user names. */
static void
user_check(struct check *check)
{
	const char *user = check->options->user;
	struct errinfo why = {0};
	autopolicy policy = {0};

	if (user == NULL)
		return;
	enum outcome r = policy_gather(&check->config, user, &policy, &why);
	if (r == OUTCOME_OK)
		r = policy_prospect(&policy, &why);
	if (r != OUTCOME_OK)
		finding_add(&check->findings, FINDING_FAULT, user,
		    "gcpkce whoami --ids --user prints a line for the map file",
		    "nobody can sign in to this account: %s%s%s",
		    outcome_name(r), why.text[0] != '\0' ? ": " : "", why.text);
}

void
check_map(struct check *check)
{
	const char *path = check->config.map_file;
	struct map_check m = {.check = check};
	struct errinfo why = {0};

	if (!uses_method(&check->config, METHOD_FILE)) {
		user_check(check);
		return;
	}
	if (!file_check(&check->findings, path, SAFEFILE_CONFIG,
		"write it, as in pam_gcpkce(8), or set map_file"))
		return;
	if (map_walk(path, line_check, &m, &why) != OUTCOME_OK)
		file_sentence_add(&check->findings, FINDING_FAULT, why.text);
	else if (m.lines == 0 && check->config.map.list[1] == METHOD_NONE)
		finding_add(&check->findings, FINDING_FAULT, path,
		    "gcpkce login says your id; add a line ACCOUNT id:UUID",
		    "names no account, so nobody can sign in");
	if (m.cut)
		finding_add(&check->findings, FINDING_NOTE, path, NULL,
		    "of its accounts the first %d were looked up",
		    LOOK_UPS_MAX);
	user_check(check);
}
