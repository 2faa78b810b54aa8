/* SPDX-License-Identifier: ISC */
/*
 * The map file.  A byte chooses the account, the rest is the file.  Whom the
 * product takes for mapped must stand, word for word, in a line of the account;
 * and only such a one gets past the policy.
 */
#include <pwd.h>

#include "files.h"
#include "gcpkce/config/policy.h"
#include "judge.h"
#include "wrap.h"

static unsigned long counted[2]; /* files, and those that map a user */

static void
counts_tell(void)
{
	(void)fprintf(
	    stderr, "map: %lu of %lu said yes\n", counted[1], counted[0]);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return atexit(counts_tell);
}

static bool
is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

static struct view
word_cut(struct input *line)
{
	while (line->len > 0 && is_blank(line->p[0]))
		(void)input_byte(line);
	size_t len = 0;
	while (len < line->len && !is_blank(line->p[len]))
		len++;
	return input_bytes(line, len);
}

/* The account of a line, which may stand in brackets. */
static struct view
account_cut(struct input *line)
{
	struct view word = word_cut(line);

	if (word.len > 2 && word.p[0] == '[' && word.p[word.len - 1] == ']')
		word = (struct view){word.p + 1, word.len - 2};
	return word;
}

/* No word is another spelling of a name here. */
WRAP(int, getpwnam_r,
    (const char *name, struct passwd *entry, char *space, size_t len,
	struct passwd **ret))
{
	(void)name;
	(void)entry;
	(void)space;
	(void)len;
	*ret = NULL;
	return 0;
}

WRAP(int, getpwuid_r,
    (uid_t uid, struct passwd *entry, char *space, size_t len,
	struct passwd **ret))
{
	(void)uid;
	(void)entry;
	(void)space;
	(void)len;
	*ret = NULL;
	return 0;
}

static bool
is_mailbox(struct view word, const char *address)
{
	const char prefix[] = "email:";
	size_t len = sizeof(prefix) - 1;

	return word.len == len + strlen(address) &&
	    memcmp(word.p, prefix, len) == 0 &&
	    strncasecmp((const char *)word.p + len, address, word.len - len) ==
	    0;
}

/* What is not of the provider that the file is read for has a colon more. */
static struct view
without_provider(struct view word)
{
	const char prefix[] = "genesys:";
	size_t len = sizeof(prefix) - 1;

	return word.len > len && memcmp(word.p, prefix, len) == 0
	    ? (struct view){word.p + len, word.len - len}
	    : word;
}

/* Is "-" all that a line says of its account? */
static bool
line_shuts(struct input line)
{
	struct view first = word_cut(&line);
	struct view next = word_cut(&line);

	return is_text(first, "-") && (next.len == 0 || next.p[0] == '#');
}

/* Does the file give the account to this user, as far as words go? */
static bool
file_maps(struct view file, const struct account *account,
    const struct identity *identity)
{
	struct input in = {file.p, file.len};
	char by_id[ACCOUNT_NAME_MAX];
	bool has = false;

	(void)snprintf(by_id, sizeof(by_id), "id:%s", identity->id);
	while (in.len > 0) {
		struct view text = input_until(&in, '\n');
		struct input line = {text.p, text.len};
		struct view word = account_cut(&line);

		if (!is_text(word, account->name) &&
		    !is_text(word, account->uid_name))
			continue;
		if (line_shuts(line))
			return false;
		for (word = word_cut(&line); word.len > 0 && word.p[0] != '#';
		     word = word_cut(&line)) {
			word = without_provider(word);
			if (is_text(word, by_id) ||
			    is_mailbox(word, identity->email))
				has = true;
		}
	}
	return has;
}

static void
decision_check(const struct map_entry *entry, const struct account *account,
    const struct identity *identity)
{
	static struct config config; /* it is large */
	struct policy policy = {.config = &config,
	    .account = *account,
	    .entry = *entry,
	    .in_account_group = true};
	struct errinfo why = {0};

	(void)snprintf(config.client_id, sizeof(config.client_id), CLIENT);
	(void)snprintf(
	    config.organization, sizeof(config.organization), ORGANIZATION);
	config.map.list[0] = METHOD_FILE;
	config.min_uid = 1000;
	bool is_mapped =
	    entry->named && !entry->faulty && map_entry_has(entry, identity);
	bool may_be_root = account->uid != 0;
	HOLD((policy_decide(&policy, identity, &why) == OUTCOME_OK) ==
	    (is_mapped && may_be_root));
	HOLD(is_printable(why.text));
}

static void
entry_check(struct view file, const struct account *account,
    const struct map_entry *entry)
{
	static const char *const mailboxes[] = {BOB_EMAIL, "BOB@example.COM"};
	struct identity identity = {.id = ALICE_ID,
	    .state = "active",
	    .client_id = CLIENT,
	    .organization_id = ORGANIZATION,
	    .home_organization_id = ORGANIZATION};

	HOLD(!entry->faulty || entry->fault.text[0] != '\0');
	HOLD(is_printable(entry->fault.text));
	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(
		    identity.email, sizeof(identity.email), "%s", mailboxes[i]);
		/* what a faulty entry has read so far counts for no one */
		bool is_mapped =
		    !entry->faulty && map_entry_has(entry, &identity);
		HOLD(!is_mapped || file_maps(file, account, &identity));
		decision_check(entry, account, &identity);
		counted[1] += is_mapped && i == 0 ? 1 : 0;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct setting setting = setting_of(input_byte(&in), 0);
	struct view file = {in.p, in.len};
	struct account account = {.exists = setting.person != NULL};
	struct errinfo why = {0};
	automap entry = {0};

	if (account.exists) {
		(void)snprintf(account.name, sizeof(account.name), "%s",
		    setting.person->name);
		(void)snprintf(account.uid_name, sizeof(account.uid_name), "%s",
		    setting.person->uid_name);
		account.uid = setting.person->uid;
	}
	files_set("map", file);
	files_serve(true);
	enum outcome r = map_read("/etc/security/map", PROVIDER_GENESYS,
	    account.exists ? account.name : "zoe", &account, &entry, &why);
	files_serve(false);
	counted[0]++;
	HOLD(is_printable(why.text));
	if (r == OUTCOME_OK)
		entry_check(file, &account, &entry);
	else
		HOLD(r == OUTCOME_CONFIG_INVALID || r == OUTCOME_NO_MEMORY);
	return 0;
}
