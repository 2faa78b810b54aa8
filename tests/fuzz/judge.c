/* SPDX-License-Identifier: ISC */
#include "judge.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct person people[] = {
    {"alice", "alice", 2001, ALICE_ID, NULL, .is_named = true},
    {"bob", "bob", 2002, NULL, BOB_EMAIL, .is_named = true},
    {"low", "low", 10, ALICE_ID, NULL, .is_named = true},
    {"root", "root", 0, ALICE_ID, NULL, .is_named = true},
    {"carol", "carol", 2003, NULL, NULL, .is_staff = true},
    {"dave@" DOMAIN, "dave@" DOMAIN, 20, NULL, NULL, .is_staff = false},
    {"locked", "locked", 2004, NULL, NULL, .is_named = true},
    /* a second name of alice's */
    {"al", "alice", 2001, ALICE_ID, NULL, .is_named = true},
    {"broken", "broken", 2005, NULL, NULL, .is_named = true, .is_faulty = true},
    /* not a choice of setting_of: whom the helper runs as */
    {"nobody", "nobody", 65534, NULL, NULL, .is_named = false},
};

bool
is_text(struct view bytes, const char *text)
{
	return bytes.len == strlen(text) &&
	    (bytes.len == 0 || memcmp(bytes.p, text, bytes.len) == 0);
}

const struct person *
person_find(const char *name)
{
	for (size_t i = 0; i < COUNT(people); i++) {
		if (strcmp(people[i].name, name) == 0)
			return &people[i];
	}
	return NULL;
}

const struct person *
person_of(uid_t uid)
{
	for (size_t i = 0; i < COUNT(people); i++) {
		if (people[i].uid == uid)
			return &people[i];
	}
	return NULL;
}

struct setting
setting_of(uint8_t who, uint8_t how)
{
	const char *user = (who & 0xf) < COUNT(people) - 1
	    ? people[who & 0xf].name
	    : "absent-user";

	return (struct setting){
	    .person = person_find(user),
	    .user = user,
	    .partner_logins = (who & 0x10) != 0,
	    .allow_root = (who & 0x20) != 0,
	    .every_uid = (who & 0x40) != 0,
	    .by_email = (who & 0x80) != 0,
	    .staff_alone = (how & 8) != 0,
	    .need = {(how & 1) != 0, (how & 2) != 0, (how & 4) != 0},
	};
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Equal but for the case of ASCII letters. */
static bool
is_mailbox(struct view address, const char *text)
{
	if (address.len != strlen(text))
		return false;
	for (size_t i = 0; i < address.len; i++) {
		if (lower((char)address.p[i]) != lower(text[i]))
			return false;
	}
	return true;
}

static bool
is_mapped(const struct setting *setting, const struct claim *claim)
{
	const struct person *person = setting->person;
	char mailbox[128];

	if (person->is_faulty)
		return false;
	if (person->is_named)
		return (person->mapped_id != NULL &&
			   is_text(claim->id, person->mapped_id)) ||
		    (person->mapped_email != NULL &&
			is_mailbox(claim->email, person->mapped_email));
	if (!setting->by_email || (setting->staff_alone && !person->is_staff))
		return false;
	(void)snprintf(mailbox, sizeof(mailbox), "%s%s", person->name,
	    strchr(person->name, '@') != NULL ? "" : "@" DOMAIN);
	return is_mailbox(claim->email, mailbox);
}

static bool
has_what_is_needed(const struct setting *setting, const struct claim *claim)
{
	/* either will do */
	static const char *const needed[LISTS][2] = {
	    {GROUP, OTHER_GROUP}, {ROLE, ROLE}, {DIVISION, DIVISION}};

	for (size_t i = 0; i < LISTS; i++) {
		bool has = !setting->need[i];

		for (size_t j = 0; claim->told[i] && j < claim->count[i]; j++)
			has = has || is_text(claim->ids[i][j], needed[i][0]) ||
			    is_text(claim->ids[i][j], needed[i][1]);
		if (!has)
			return false;
	}
	return true;
}

bool
may_sign_in(const struct setting *setting, const struct claim *claim)
{
	const struct person *person = setting->person;

	if (person == NULL || !is_text(claim->client, CLIENT) ||
	    !is_text(claim->organization, ORGANIZATION))
		return false;
	if (!setting->partner_logins &&
	    (!is_text(claim->home, ORGANIZATION) || claim->cloned))
		return false;
	if (claim->id.len == 0 || !is_text(claim->state, "active") ||
	    !is_mapped(setting, claim))
		return false;
	if (person->uid == 0 && (!setting->allow_root || !person->is_named))
		return false;
	if (person->uid < 1000 && !setting->every_uid && !person->is_named)
		return false;
	return has_what_is_needed(setting, claim);
}
