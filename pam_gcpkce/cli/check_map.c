/* SPDX-License-Identifier: ISC */
/*
 * The map file, line by line: whom each line names, and whether that can be
 * right.
 */
#include <shadow.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "file_check.h"
#include "gcpkce/base/clock.h"
#include "gcpkce/base/text.h"
#include "gcpkce/config/map_name.h"
#include "gcpkce/config/policy.h"

/* Each may be a query to a remote directory service. */
#define LOOK_UPS_MAX 1000

/* A line that applies to an account. */
struct counted {
	uid_t uid;
	unsigned long number;
	bool shut;
	bool is_second; /* its name is not that of the uid's entry */
};

struct map_check {
	struct check *check;
	size_t lines;
	bool cut; /* there are more than are looked up */
	struct counted counted[LOOK_UPS_MAX];
	size_t counted_len;
};

/* A name in the form that the file needs. */
static const char *
written(const char *name, struct buf *space)
{
	autobuf text = BUF_INIT(1024);

	map_name_put(&text, view_text(name));
	text_put_escaped(space, buf_view(&text));
	return buf_text(space);
}

/* The name service has an account for the word, under another name. */
static void
spelling_check(struct findings *f, const char *where, const char *word,
    const struct account *account)
{
	autobuf name = BUF_INIT(2048);
	autobuf fix = BUF_INIT(2048);
	bool counts = map_name_is_like(view_text(word), account->name) ||
	    map_name_is_like(view_text(word), account->uid_name);

	text_put_escaped(&name, view_text(account->name));
	buf_put_text(&fix, "write ");
	(void)written(account->name, &fix);
	finding_add(f, counts ? FINDING_WARNING : FINDING_FAULT, where,
	    buf_text(&fix), "the account's name is %s: the line %s",
	    buf_text(&name),
	    counts ? "counts for it, as long as the name service accepts this "
		     "spelling"
		   : "has no effect");
}

/* A "-" for a wrong name would leave its account to a method. */
static void
missing_check(
    struct check *check, const char *where, const char *word, bool shut)
{
	bool odd = strpbrk(word, "\"'%\\[:") != NULL;
	bool void_shut = shut && check->config.map.list[1] != METHOD_NONE;

	finding_add(&check->findings,
	    void_shut ? FINDING_FAULT : FINDING_WARNING, where,
	    odd ? "write the exact name, in brackets if it has blanks, as in "
		  "[jo hn]"
		: "correct the name, create the account, or remove the line",
	    "there is no account \"%s\" on this host%s", word,
	    void_shut
		? ": the line closes no account, and another method of map may "
		  "still let the user in"
		: "");
}

/*
 * A '!' before a hash, or before "*", comes from passwd -l or usermod -L: it
 * locks the account's owner out.  New accounts have "!" or "!!".  Only root can
 * see it: for other users a name service may report "!*" for every account.
 */
static void
lock_check(struct findings *f, const char *where, const char *name)
{
	const struct spwd *entry = getspnam(name);
	long today = (long)(clock_wall_s() / (24L * 60 * 60));

	if (geteuid() != 0 || entry == NULL || entry->sp_pwdp == NULL ||
	    entry->sp_pwdp[0] != '!' || strcmp(entry->sp_pwdp, "!") == 0 ||
	    strcmp(entry->sp_pwdp, "!!") == 0 ||
	    (entry->sp_expire >= 0 && entry->sp_expire <= today))
		return;
	finding_add(f, FINDING_WARNING, where,
	    "usermod -e 1 or removing the line ends sign-ins; usermod -p '*' "
	    "means that there is no password",
	    "the password of %s is locked, which does not end sign-ins", name);
}

/* A "-" closes the account of another line, which then has no effect. */
static void
shut_check(struct map_check *m, const struct counted *line)
{
	char where[CONFIG_TEXT_CAP + 32];

	for (size_t i = 0; i < m->counted_len; i++) {
		const struct counted *other = &m->counted[i];
		const struct counted *by = line->shut ? line : other;
		const struct counted *of = line->shut ? other : line;

		if (other->uid != line->uid || other->shut == line->shut ||
		    (by->is_second && !of->is_second))
			continue;
		(void)snprintf(where, sizeof(where), "%s:%lu",
		    m->check->config.map_file, of->number);
		finding_add(&m->check->findings, FINDING_WARNING, where,
		    "remove one of the two lines",
		    "the - in line %lu closes this account: the line has no "
		    "effect",
		    by->number);
	}
	m->counted[m->counted_len++] = *line;
}

static void
account_check(struct map_check *m, unsigned long number, const char *where,
    const char *name, const struct map_entry *entry)
{
	struct check *check = m->check;
	struct findings *f = &check->findings;
	struct account account;
	struct errinfo why = {0};

	if (account_find(name, &account, &why) != OUTCOME_OK) {
		finding_add(f, FINDING_WARNING, where,
		    "check /etc/nsswitch.conf", "%s: %s", name, why.text);
		return;
	}
	if (!account.exists) {
		missing_check(check, where, name, entry->shut);
		return;
	}
	if (strcmp(name, account.name) != 0 &&
	    strcmp(name, account.uid_name) != 0)
		spelling_check(f, where, name, &account);
	else if (strcmp(account.name, account.uid_name) != 0)
		finding_add(f, FINDING_WARNING, where,
		    "name the first entry of a uid",
		    "%s has the uid of %s: the line counts for both", name,
		    account.uid_name);
	if (account.uid == 0 && !check->config.allow_root)
		finding_add(f, FINDING_WARNING, where,
		    "remove the line, or set allow_root=yes",
		    "%s has uid 0, which no user reaches without allow_root",
		    name);
	if (entry->identities.len > 0)
		lock_check(f, where, account.name);
	if (entry->shut || entry->identities.len > 0)
		shut_check(m,
		    &(struct counted){
			.uid = account.uid,
			.number = number,
			.shut = entry->shut,
			.is_second =
			    strcmp(account.name, account.uid_name) != 0,
		    });
}

/*
 * An address counts for CXone's users by its prefix alone, and without userinfo
 * they have none.
 */
static void
email_check(
    struct check *check, const char *where, const struct map_entry *entry)
{
	const char *p = buf_text(&entry->identities);
	const char *end = p + entry->identities.len;
	bool found = false;

	if (check->config.provider != PROVIDER_CXONE)
		return;
	if (entry->unqualified_email)
		finding_add(&check->findings, FINDING_WARNING, where,
		    "write cxone:email:ADDRESS, or better id:UUID",
		    "email: counts for users of Genesys Cloud alone");
	for (; p < end; p += strlen(p) + 1)
		found = found || strncmp(p, "email:", 6) == 0;
	if (found && !check->config.userinfo)
		finding_add(&check->findings, FINDING_WARNING, where,
		    "set userinfo = yes, or write id:UUID",
		    "cxone:email: gives the account to no user without "
		    "userinfo");
}

static bool
line_check(void *arg, unsigned long number, struct view account,
    const struct map_entry *entry, const struct errinfo *fault)
{
	struct map_check *m = arg;
	char name[ACCOUNT_NAME_MAX + 1];
	char where[CONFIG_TEXT_CAP + 32];

	(void)snprintf(
	    where, sizeof(where), "%s:%lu", m->check->config.map_file, number);
	m->lines++;
	email_check(m->check, where, entry);
	if (fault != NULL)
		finding_add_fault(
		    &m->check->findings, FINDING_FAULT, NULL, NULL, fault);
	if (m->lines > LOOK_UPS_MAX) {
		m->cut = true;
		return true;
	}
	if (account.len >= sizeof(name) ||
	    memchr(account.p, '\0', account.len) != NULL) {
		finding_add(&m->check->findings, FINDING_WARNING, where,
		    "correct it", "is not the name of an account");
		return true;
	}
	memcpy(name, account.p, account.len);
	name[account.len] = '\0';
	account_check(m, number, where, name, entry);
	return true;
}

/* Can any user sign in to the account that --user names? */
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
		r = policy_account_check(&policy, &why);
	if (r == OUTCOME_OK)
		lock_check(&check->findings, user, policy.account.name);
	else
		finding_add(&check->findings, FINDING_FAULT, user,
		    "gcpkce whoami --ids --user prints a line for the map file",
		    "no user can sign in to this account: %s%s%s",
		    outcome_name(r), why.text[0] != '\0' ? ": " : "", why.text);
}

void
check_map(struct check *check)
{
	const char *path = check->config.map_file;
	struct map_check m = {.check = check};
	struct errinfo why = {0};

	if (!config_uses_method(&check->config, METHOD_FILE)) {
		user_check(check);
		return;
	}
	if (!file_check(&check->findings, path, SAFEFILE_CONFIG,
		"write it, as in pam_gcpkce(8), or set map_file"))
		return;
	if (map_walk(path, check->config.provider, line_check, &m, &why) !=
	    OUTCOME_OK)
		finding_add_fault(
		    &check->findings, FINDING_FAULT, NULL, NULL, &why);
	else if (m.lines == 0 && check->config.map.list[1] == METHOD_NONE)
		finding_add(&check->findings, FINDING_FAULT, path,
		    "gcpkce login prints your id; add a line ACCOUNT id:UUID",
		    "names no account, so no user can sign in");
	if (m.cut)
		finding_add(&check->findings, FINDING_NOTE, path, NULL,
		    "only the first %d of its accounts were looked up",
		    LOOK_UPS_MAX);
	user_check(check);
}
