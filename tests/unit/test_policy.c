/* SPDX-License-Identifier: ISC */
/* The policy: the one yes, and every no in its order. */
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config_value.h"
#include "gcpkce/config/policy.h"

#define CLIENT "client-1"
#define ORG "aaaaaaaa-0000-0000-0000-000000000001"
#define OTHER_ORG "aaaaaaaa-0000-0000-0000-000000000002"
#define ID "11111111-2222-3333-4444-555555555555"
#define ID_2 "11111111-2222-3333-4444-555555555556"
#define STRINGS_MAX 8

/* The accounts of this host: getpwnam_r finds them in this order. */
static const struct {
	const char *name;
	uid_t uid;
	bool grouped;
} accounts[] = {
    {"root", 0, true},
    {"toor", 0, true},
    {"daemon", 999, true},
    {"alice", 1000, true},
    {"alias", 1000, true}, /* a second name of alice's uid */
    {"bob", 1001, false},
    {"alice@example.com", 1002, true},
    {"root@example.com", 0, true},
    {"carol+x", 1003, true},
    {"dave smith", 1004, true},
};

static int service_error;

static int
account_give(size_t i, struct passwd *entry, char *space, size_t len,
    struct passwd **found)
{
	if (strlen(accounts[i].name) >= len)
		return ERANGE;
	memset(entry, 0, sizeof(*entry));
	memcpy(space, accounts[i].name, strlen(accounts[i].name) + 1);
	entry->pw_name = space;
	entry->pw_uid = accounts[i].uid;
	entry->pw_gid = accounts[i].grouped ? 50 : 51;
	*found = entry;
	return 0;
}

int
getpwnam_r(const char *name, struct passwd *entry, char *space, size_t len,
    struct passwd **found)
{
	*found = NULL;
	if (service_error != 0)
		return service_error;
	for (size_t i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++) {
		if (strcmp(accounts[i].name, name) == 0)
			return account_give(i, entry, space, len, found);
	}
	return 0;
}

int
getpwuid_r(uid_t uid, struct passwd *entry, char *space, size_t len,
    struct passwd **found)
{
	*found = NULL;
	for (size_t i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++) {
		if (accounts[i].uid == uid)
			return account_give(i, entry, space, len, found);
	}
	return 0;
}

int
getgrnam_r(const char *name, struct group *entry, char *space, size_t len,
    struct group **found)
{
	(void)space;
	(void)len;
	*found = NULL;
	if (strcmp(name, "broken") == 0)
		return EIO;
	memset(entry, 0, sizeof(*entry));
	entry->gr_gid = 50;
	*found = strcmp(name, "agents") == 0 ? entry : NULL;
	return 0;
}

int
getgrouplist(const char *user, gid_t primary, gid_t *gids, int *count)
{
	assert_true(user[0] != '\0' && *count >= 1);
	gids[0] = primary;
	*count = 1;
	return 1;
}

static char map_path[64];

static int
host_begin(void **state)
{
	(void)state;
	service_error = 0;
	(void)snprintf(map_path, sizeof(map_path), "/tmp/gcpkce-policy-XXXXXX");
	int fd = mkstemp(map_path);
	return fd < 0 ? -1 : close(fd);
}

static int
host_end(void **state)
{
	(void)state;
	(void)unlink(map_path);
	return 0;
}

static void
map_write(const char *text)
{
	autofd fd = open(map_path, O_WRONLY | O_TRUNC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void
config_set(struct config *config, const char *key, const char *value)
{
	const struct config_key *row = config_key_find(view_text(key));
	struct errinfo err = {0};

	assert_non_null(row);
	if (config_value_parse(row, value, config, &err) != OUTCOME_OK)
		fail_msg("%s: \"%s\" %s", key, value, err.text);
}

/* The configuration of these tests, changed by "key=value". */
static struct config
config_of(const char *const *changes)
{
	struct config config = {0};
	size_t count;
	const struct config_key *keys = config_keys(&count);

	for (size_t i = 0; i < count; i++)
		config_value_default(&keys[i], &config);
	config_set(&config, "client_id", CLIENT);
	config_set(&config, "organization", ORG);
	config_set(&config, "map_file", map_path);
	for (; changes != NULL && *changes != NULL; changes++) {
		char key[32] = "";
		size_t len = strcspn(*changes, "=");

		assert_true(len < sizeof(key));
		memcpy(key, *changes, len);
		config_set(&config, key, *changes + len + 1);
	}
	return config;
}

/* A person whom nothing but the mapping can refuse. */
static struct identity
person(const char *id, const char *email)
{
	struct identity identity = {
	    .state = "active",
	    .client_id = CLIENT,
	    .organization_id = ORG,
	    .home_organization_id = ORG,
	};

	memcpy(identity.id, id, strlen(id));
	memcpy(identity.email, email, strlen(email));
	return identity;
}

/* Make a list of ids that are parted by spaces. */
static void
list_set(struct id_list *list, const char *ids)
{
	id_list_begin(list);
	buf_put_text(&list->ids, ids);
}

static void
field_set(char *field, const char *text)
{
	memcpy(field, text, strlen(text) + 1);
}

static enum outcome
decide(const char *user, const char *const *changes,
    const struct identity *identity, struct errinfo *reterr)
{
	struct config config = config_of(changes);
	autopolicy policy = {0};
	struct errinfo err = {0};

	if (policy_gather(&config, user, &policy, &err) != OUTCOME_OK)
		fail_msg("%s: %s", user, err.text);
	return policy_decide(&policy, identity, reterr);
}

static void
policy_all_zero_is_a_denial(void **state)
{
	static const struct policy nothing;
	static const struct identity no_identity;
	struct identity alice = person(ID, "alice@example.com");
	struct config config = config_of(NULL);
	autopolicy policy = {0};

	(void)state;
	assert_int_equal(
	    policy_decide(&nothing, &no_identity, NULL), OUTCOME_USER_UNKNOWN);
	assert_int_equal(
	    policy_decide(&nothing, &alice, NULL), OUTCOME_USER_UNKNOWN);
	assert_int_equal(
	    policy_account_check(&nothing, NULL), OUTCOME_USER_UNKNOWN);
	map_write("alice id:" ID "\n");
	assert_int_equal(
	    policy_gather(&config, "alice", &policy, NULL), OUTCOME_OK);
	assert_int_equal(policy_decide(&policy, &no_identity, NULL),
	    OUTCOME_IDENTITY_INCOMPLETE);
	/* a configuration and an identity of zero bytes do not match either */
	static const struct config empty;
	policy.config = &empty;
	assert_int_equal(policy_decide(&policy, &no_identity, NULL),
	    OUTCOME_IDENTITY_INCOMPLETE);
}

/* Everything is wrong; each step fixes the first thing that was told. */
static void
policy_decides_in_the_documented_order(void **state)
{
	struct config config = config_of(NULL);
	autopolicy policy = {0};
	struct identity identity = {
	    .id = "bad id",
	    .client_id = "other",
	    .organization_id = OTHER_ORG,
	    .home_organization_id = ORG,
	    .cloned_user = true,
	};
#define EXPECT(outcome) \
	assert_string_equal( \
	    outcome_name(policy_decide(&policy, &identity, NULL)), outcome)

	(void)state;
	policy.config = &config;
	EXPECT("identity_incomplete");
	field_set(identity.id, "");
	EXPECT("user_unknown");
	policy.account = (struct account){
	    .exists = true, .name = "root", .uid_name = "root"};
	EXPECT("wrong_client");
	field_set(identity.client_id, "");
	EXPECT("identity_incomplete");
	field_set(identity.client_id, CLIENT);
	EXPECT("wrong_organization");
	field_set(identity.organization_id, "");
	EXPECT("identity_incomplete");
	field_set(identity.organization_id, ORG);
	field_set(identity.home_organization_id, "");
	EXPECT("identity_incomplete");
	field_set(identity.home_organization_id, OTHER_ORG);
	EXPECT("partner_refused");
	field_set(identity.home_organization_id, ORG);
	EXPECT("partner_refused");
	identity.cloned_user = false;
	field_set(identity.state, "inactive");
	EXPECT("identity_incomplete"); /* no id */
	field_set(identity.id, ID);
	EXPECT("account_inactive");
	field_set(identity.state, "");
	EXPECT("identity_incomplete");
	field_set(identity.state, "active");
	EXPECT("not_mapped");
	map_write("root id:" ID "\n");
	assert_int_equal(
	    map_read(map_path, PROVIDER_GENESYS, policy.account.name,
		&policy.account, &policy.entry, NULL),
	    OUTCOME_OK);
	EXPECT("root_refused");
	config.allow_root = true;
	EXPECT("ok");
	policy.account.uid = 999;
	EXPECT("ok"); /* a line names it */
	policy.entry.named = false;
	policy.in_account_group = true;
	config_set(&config, "map", "localpart");
	config_set(&config, "email_domains", "example.com");
	memcpy(identity.email, "root@example.com", 17);
	EXPECT("uid_refused");
	policy.account.uid = 1000;
	EXPECT("ok");
	policy.account.uid = 0;
	EXPECT("root_refused");
#undef EXPECT
}

static void
policy_denial_names_the_missing_field(void **state)
{
	static const struct {
		size_t offset;
		const char *name;
	} rows[] = {
	    {offsetof(struct identity, client_id), "client_id"},
	    {offsetof(struct identity, organization_id), "organization_id"},
	    {offsetof(struct identity, home_organization_id),
		"home_organization_id"},
	    {offsetof(struct identity, id), "id"},
	    {offsetof(struct identity, state), "state"},
	};

	(void)state;
	map_write("alice id:" ID " email:alice@example.com\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identity identity = person(ID, "alice@example.com");
		struct errinfo err = {0};
		char expected[64];

		((char *)&identity)[rows[i].offset] = '\0';
		assert_int_equal(decide("alice", NULL, &identity, &err),
		    OUTCOME_IDENTITY_INCOMPLETE);
		(void)snprintf(expected, sizeof(expected),
		    "the field %s is missing", rows[i].name);
		assert_string_equal(err.text, expected);
	}
	struct identity no_email = person(ID, "");
	assert_int_equal(decide("alice", NULL, &no_email, NULL), OUTCOME_OK);
}

static void
policy_ids_and_states_are_compared_whole(void **state)
{
	static const struct {
		size_t offset;
		const char *text;
		enum outcome outcome;
	} rows[] = {
#define ROW(member, text, outcome) \
	{offsetof(struct identity, member), text, outcome}
	    ROW(client_id, "client-", OUTCOME_WRONG_CLIENT),
	    ROW(client_id, "client-11", OUTCOME_WRONG_CLIENT),
	    ROW(client_id, "CLIENT-1", OUTCOME_WRONG_CLIENT),
	    ROW(organization_id, OTHER_ORG, OUTCOME_WRONG_ORGANIZATION),
	    ROW(organization_id, ORG "1", OUTCOME_WRONG_ORGANIZATION),
	    ROW(organization_id, "a", OUTCOME_WRONG_ORGANIZATION),
	    ROW(organization_id, "AAAAAAAA-0000-0000-0000-000000000001",
		OUTCOME_WRONG_ORGANIZATION),
	    ROW(home_organization_id, OTHER_ORG, OUTCOME_PARTNER_REFUSED),
	    ROW(home_organization_id, "a", OUTCOME_PARTNER_REFUSED),
	    ROW(state, "Active", OUTCOME_ACCOUNT_INACTIVE),
	    ROW(state, "activ", OUTCOME_ACCOUNT_INACTIVE),
	    ROW(state, "active ", OUTCOME_ACCOUNT_INACTIVE),
	    ROW(state, "inactive", OUTCOME_ACCOUNT_INACTIVE),
	    ROW(state, "deleted", OUTCOME_ACCOUNT_INACTIVE),
	    ROW(id, ID_2, OUTCOME_NOT_MAPPED),
	    ROW(id, "x y", OUTCOME_IDENTITY_INCOMPLETE),
	    ROW(state, "active\n", OUTCOME_IDENTITY_INCOMPLETE),
#undef ROW
	};

	(void)state;
	map_write("alice id:" ID "\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identity identity = person(ID, "");

		field_set((char *)&identity + rows[i].offset, rows[i].text);
		enum outcome r = decide("alice", NULL, &identity, NULL);
		if (r != rows[i].outcome)
			fail_msg("row %zu: %s", i, outcome_name(r));
	}
}

static void
policy_takes_partners_only_where_that_is_set(void **state)
{
	static const char *const yes[] = {"partner_logins=yes", NULL};
	struct identity partner = person(ID, "");
	struct identity clone = person(ID, "");
	struct identity homeless = person(ID, "");
	struct identity elsewhere = person(ID, "");

	(void)state;
	map_write("alice id:" ID "\n");
	field_set(partner.home_organization_id, OTHER_ORG);
	clone.cloned_user = true;
	field_set(homeless.home_organization_id, "");
	field_set(elsewhere.organization_id, OTHER_ORG);
	field_set(elsewhere.home_organization_id, OTHER_ORG);
	assert_int_equal(
	    decide("alice", NULL, &partner, NULL), OUTCOME_PARTNER_REFUSED);
	assert_int_equal(
	    decide("alice", NULL, &clone, NULL), OUTCOME_PARTNER_REFUSED);
	assert_int_equal(decide("alice", yes, &partner, NULL), OUTCOME_OK);
	assert_int_equal(decide("alice", yes, &clone, NULL), OUTCOME_OK);
	assert_int_equal(decide("alice", yes, &homeless, NULL), OUTCOME_OK);
	/* the token's own organization is never another */
	assert_int_equal(
	    decide("alice", yes, &elsewhere, NULL), OUTCOME_WRONG_ORGANIZATION);
}

#define ISSUER "https://cxone.niceincontact.com"

/* The same account, id and organization; the record is one of CXone's. */
static enum outcome
cxone_decide(bool is_cxone, const struct identity *identity)
{
	struct config config = config_of(NULL);
	autopolicy policy = {0};

	config.provider = is_cxone ? PROVIDER_CXONE : PROVIDER_GENESYS;
	assert_string_equal(config.issuer, ISSUER);
	assert_int_equal(
	    policy_gather(&config, "alice", &policy, NULL), OUTCOME_OK);
	return policy_decide(&policy, identity, NULL);
}

static void
policy_never_takes_one_provider_for_the_other(void **state)
{
	struct identity cxone = person(ID, "alice@example.com");
	struct identity genesys = person(ID, "alice@example.com");

	(void)state;
	map_write("alice id:" ID "\n");
	cxone.provider = PROVIDER_CXONE;
	field_set(cxone.issuer, ISSUER);
	field_set(cxone.state, "");
	field_set(cxone.home_organization_id, "");
	assert_int_equal(cxone_decide(true, &cxone), OUTCOME_OK);
	assert_int_equal(cxone_decide(false, &cxone), OUTCOME_TOKEN_INVALID);
	assert_int_equal(cxone_decide(false, &genesys), OUTCOME_OK);
	assert_int_equal(cxone_decide(true, &genesys), OUTCOME_TOKEN_INVALID);
	map_write("alice genesys:id:" ID "\n");
	assert_int_equal(cxone_decide(true, &cxone), OUTCOME_NOT_MAPPED);
	assert_int_equal(cxone_decide(false, &genesys), OUTCOME_OK);
	map_write("alice email:alice@example.com\n");
	assert_int_equal(cxone_decide(true, &cxone), OUTCOME_NOT_MAPPED);
	assert_int_equal(cxone_decide(false, &genesys), OUTCOME_OK);
	map_write("alice cxone:id:" ID "\n");
	assert_int_equal(cxone_decide(true, &cxone), OUTCOME_OK);
	assert_int_equal(cxone_decide(false, &genesys), OUTCOME_NOT_MAPPED);
	/* nor by a record that is half of each */
	field_set(genesys.issuer, ISSUER);
	assert_int_equal(cxone_decide(true, &genesys), OUTCOME_TOKEN_INVALID);
	assert_int_equal(cxone_decide(false, &genesys), OUTCOME_TOKEN_INVALID);
}

static void
policy_of_cxone_takes_its_issuer_tenant_and_user_alone(void **state)
{
	struct identity good = person(ID, "");
	static const struct {
		size_t offset;
		const char *value;
		enum outcome outcome;
	} rows[] = {
#define ROW(member, value, outcome) \
	{offsetof(struct identity, member), value, OUTCOME_##outcome}
	    ROW(issuer, "", TOKEN_INVALID),
	    ROW(issuer, ISSUER "/", TOKEN_INVALID),
	    ROW(issuer, "https://cxone-gov.niceincontact.com", TOKEN_INVALID),
	    ROW(client_id, "", IDENTITY_INCOMPLETE),
	    ROW(client_id, "other", WRONG_CLIENT),
	    ROW(organization_id, "", IDENTITY_INCOMPLETE),
	    ROW(organization_id, OTHER_ORG, WRONG_ORGANIZATION),
	    ROW(id, "", IDENTITY_INCOMPLETE),
	    ROW(id, ID_2, NOT_MAPPED),
#undef ROW
	};

	(void)state;
	map_write("alice id:" ID "\n");
	good.provider = PROVIDER_CXONE;
	field_set(good.issuer, ISSUER);
	field_set(good.state, "");
	field_set(good.home_organization_id, "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identity bad = good;
		char *member = (char *)&bad + rows[i].offset;

		memset(member, 0, strlen(member));
		memcpy(member, rows[i].value, strlen(rows[i].value));
		enum outcome r = cxone_decide(true, &bad);
		if (r != rows[i].outcome)
			fail_msg("row %zu: %s", i, outcome_name(r));
	}
	assert_int_equal(cxone_decide(true, &good), OUTCOME_OK);
	good.cloned_user = true;
	assert_int_equal(cxone_decide(true, &good), OUTCOME_PARTNER_REFUSED);
}

#define DOMAINS "email_domains=example.com,Example.ORG"
#define EMAIL \
	{ \
		"map=file,email", DOMAINS \
	}
#define LOCALPART \
	{ \
		"map=file,localpart", DOMAINS \
	}
#define GROUP_EMAIL \
	{ \
		"map=file,email", DOMAINS, "account_group=agents" \
	}
#define GROUP_LOCALPART \
	{ \
		"map=file,localpart", DOMAINS, "account_group=agents" \
	}
#define GONE_GROUP \
	{ \
		"map=localpart", DOMAINS, "account_group=gone", NULL \
	}

static void
policy_maps_by_every_method(void **state)
{
	static const struct {
		const char *map;
		const char *changes[STRINGS_MAX];
		const char *user;
		const char *email;
		enum outcome outcome;
	} rows[] = {
#define OK OUTCOME_OK
#define NOT OUTCOME_NOT_MAPPED
#define ROOT OUTCOME_ROOT_REFUSED
#define UID OUTCOME_UID_REFUSED
	    /* file alone */
	    {"", {NULL}, "alice", "alice@example.com", NOT},
	    {"alice id:" ID, {NULL}, "alice", "", OK},
	    {"alice email:x@y", {NULL}, "alice", "X@Y", OK},
	    {"alice id:" ID_2, {NULL}, "alice", "alice@example.com", NOT},
	    {"alice -", {NULL}, "alice", "alice@example.com", NOT},
	    /* localpart */
	    {"", LOCALPART, "alice", "alice@example.com", OK},
	    {"", LOCALPART, "alice", "ALICE@EXAMPLE.COM", OK},
	    {"", LOCALPART, "alice", "alice@example.org", OK},
	    {"", LOCALPART, "alice", "alice@example.net", NOT},
	    {"", LOCALPART, "alice", "alice@sub.example.com", NOT},
	    {"", LOCALPART, "alice", "alice@com", NOT},
	    {"", LOCALPART, "alice", "alice@example.com.", NOT},
	    {"", LOCALPART, "alice", "alice@example.com,example.org", NOT},
	    {"", LOCALPART, "alice", "alice@", NOT},
	    {"", LOCALPART, "alice", "alice", NOT},
	    {"", LOCALPART, "alice", "", NOT},
	    {"", LOCALPART, "alice", "alice+x@example.com", NOT},
	    {"", LOCALPART, "alice", "alic@example.com", NOT},
	    {"", LOCALPART, "alice", "alice2@example.com", NOT},
	    {"", LOCALPART, "alice", "bob@example.com", NOT},
	    {"", LOCALPART, "alice", "alice@evil.example@example.com", NOT},
	    {"", LOCALPART, "alice", "alice@example.com@evil.example", NOT},
	    {"", LOCALPART, "alice", "alice @example.com", NOT},
	    {"", LOCALPART, "carol+x", "carol+x@example.com", OK},
	    {"", LOCALPART, "carol+x", "carol@example.com", NOT},
	    {"", LOCALPART, "alice@example.com", "alice@example.com", NOT},
	    /* email */
	    {"", EMAIL, "alice@example.com", "alice@example.com", OK},
	    {"", EMAIL, "alice@example.com", "Alice@Example.Com", OK},
	    {"", EMAIL, "alice@example.com", "alice+x@example.com", NOT},
	    {"", EMAIL, "alice@example.com", "alice@example.org", NOT},
	    {"", EMAIL, "alice@example.com", "bob@example.com", NOT},
	    {"", EMAIL, "alice", "alice@example.com", NOT},
	    {"", EMAIL, "alice", "alice", NOT},
	    {"", {"map=email", "email_domains=example.org"},
		"alice@example.com", "alice@example.com", NOT},
	    /* an account that a line names is decided by the file alone */
	    {"alice -", LOCALPART, "alice", "alice@example.com", NOT},
	    {"alice id:" ID_2, LOCALPART, "alice", "alice@example.com", NOT},
	    {"alias -", LOCALPART, "alice", "alice@example.com", OK},
	    {"alice -", LOCALPART, "alias", "alias@example.com", NOT},
	    {"bob -", LOCALPART, "alice", "alice@example.com", OK},
	    /* the methods compare with the first of the two names */
	    {"", LOCALPART, "alias", "alias@example.com", OK},
	    {"", LOCALPART, "alias", "alice@example.com", NOT},
	    /* but only where file is one of the methods */
	    {"alice -", {"map=localpart", DOMAINS}, "alice",
		"alice@example.com", OK},
	    /* account_group */
	    {"", GROUP_LOCALPART, "alice", "alice@example.com", OK},
	    {"", GROUP_LOCALPART, "bob", "bob@example.com", NOT},
	    {"", LOCALPART, "bob", "bob@example.com", OK},
	    {"", GROUP_EMAIL, "alice@example.com", "alice@example.com", OK},
	    {"bob id:" ID, GROUP_LOCALPART, "bob", "", OK},
	    {"", GONE_GROUP, "alice", "alice@example.com", NOT},
	    /* root */
	    {"root id:" ID, {NULL}, "root", "", ROOT},
	    {"root id:" ID, {"allow_root=yes"}, "root", "", OK},
	    {"root id:" ID_2, {"allow_root=yes"}, "root", "", NOT},
	    {"root id:" ID, {"allow_root=yes"}, "toor", "", OK},
	    {"toor id:" ID, {"allow_root=yes"}, "toor", "", OK},
	    {"toor id:" ID, {"allow_root=yes"}, "root", "", NOT},
	    {"toor id:" ID, {NULL}, "toor", "", ROOT},
	    {"", {"map=localpart", DOMAINS, "allow_root=yes"}, "root",
		"root@example.com", ROOT},
	    {"", {"map=file,localpart", DOMAINS, "allow_root=yes"}, "toor",
		"toor@example.com", ROOT},
	    {"", {"map=email", DOMAINS, "allow_root=yes", "min_uid=0"},
		"root@example.com", "root@example.com", ROOT},
	    /* min_uid */
	    {"daemon id:" ID, {NULL}, "daemon", "", OK},
	    {"", LOCALPART, "daemon", "daemon@example.com", UID},
	    {"", {"map=localpart", DOMAINS, "min_uid=999"}, "daemon",
		"daemon@example.com", OK},
	    {"", {"map=localpart", DOMAINS, "min_uid=1001"}, "alice",
		"alice@example.com", UID},
	    {"alice id:" ID, {"min_uid=4294967294"}, "alice", "", OK},
	    {"", {"map=localpart", DOMAINS, "min_uid=0"}, "root",
		"root@example.com", ROOT},
	    /* no account of that name */
	    {"mallory id:" ID, LOCALPART, "mallory", "mallory@example.com",
		OUTCOME_USER_UNKNOWN},
	    {"", LOCALPART, "", "@example.com", OUTCOME_USER_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identity identity = person(ID, rows[i].email);

		map_write(rows[i].map);
		enum outcome r =
		    decide(rows[i].user, rows[i].changes, &identity, NULL);
		if (r != rows[i].outcome)
			fail_msg("row %zu, %s, %s, %s: %s", i, rows[i].map,
			    rows[i].user, rows[i].email, outcome_name(r));
	}
}

static void
policy_account_check_reports_what_every_user_would_get(void **state)
{
	static const struct {
		const char *map;
		const char *changes[STRINGS_MAX];
		const char *user;
		enum outcome outcome;
	} rows[] = {
	    {"", {NULL}, "mallory", OUTCOME_USER_UNKNOWN},
	    {"mallory id:" ID, {NULL}, "mallory", OUTCOME_USER_UNKNOWN},
	    {"", GROUP_LOCALPART, "mallory", OUTCOME_USER_UNKNOWN},
	    {"", {NULL}, "alice", NOT},
	    {"alice -", {NULL}, "alice", NOT},
	    {"alice -", LOCALPART, "alice", NOT},
	    {"alice id:" ID, {NULL}, "alice", OK},
	    {"alice email:x@y", {NULL}, "alice", OK},
	    {"alice genesys:id:" ID, {NULL}, "alice", OK},
	    {"alice cxone:id:" ID, {NULL}, "alice", NOT},
	    /* the line names the account: no other method counts */
	    {"alice cxone:id:" ID, LOCALPART, "alice", NOT},
	    {"alice -\nalice id:" ID, {NULL}, "alice", NOT},
	    {"", LOCALPART, "alice", OK},
	    {"", LOCALPART, "dave smith", NOT},
	    {"", LOCALPART, "alice@example.com", NOT},
	    {"", EMAIL, "alice", NOT},
	    {"", EMAIL, "alice@example.com", OK},
	    {"", {"map=email", "email_domains=example.org"},
		"alice@example.com", NOT},
	    {"", GROUP_LOCALPART, "alice", OK},
	    {"", GROUP_LOCALPART, "bob", NOT},
	    {"bob id:" ID, GROUP_LOCALPART, "bob", OK},
	    {"", GONE_GROUP, "alice", NOT},
	    {"", {NULL}, "root", NOT},
	    {"root id:" ID, {NULL}, "root", ROOT},
	    {"root -", {"allow_root=yes"}, "root", NOT},
	    {"root id:" ID, {"allow_root=yes"}, "root", OK},
	    {"root id:" ID, {"allow_root=yes"}, "toor", OK},
	    {"", LOCALPART, "root", ROOT},
	    {"", {"map=localpart", DOMAINS, "allow_root=yes"}, "root", ROOT},
	    {"", LOCALPART, "daemon", UID},
	    {"daemon id:" ID, {NULL}, "daemon", OK},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config config = config_of(rows[i].changes);
		autopolicy policy = {0};

		map_write(rows[i].map);
		assert_int_equal(
		    policy_gather(&config, rows[i].user, &policy, NULL),
		    OUTCOME_OK);
		enum outcome r = policy_account_check(&policy, NULL);
		if (r != rows[i].outcome)
			fail_msg("row %zu, %s, %s: %s", i, rows[i].map,
			    rows[i].user, outcome_name(r));
	}
#undef OK
#undef NOT
#undef ROOT
#undef UID
}

/* A check that no user can pass refuses every user; else a decoy would succeed.
 */
static void
policy_prospect_never_denies_whom_decide_lets_in(void **state)
{
	static const char *const maps[] = {"", "alice id:" ID, "alice -",
	    "root id:" ID, "daemon id:" ID, "bob email:bob@example.com",
	    "alice@example.com id:" ID, "toor id:" ID};
	static const char *const all_changes[][STRINGS_MAX] = {{NULL}, EMAIL,
	    LOCALPART, GROUP_EMAIL, GROUP_LOCALPART, GONE_GROUP,
	    {"allow_root=yes"},
	    {"map=localpart,email,file", DOMAINS, "allow_root=yes",
		"min_uid=0"}};
	size_t accepted = 0;

	(void)state;
	for (size_t m = 0; m < sizeof(maps) / sizeof(maps[0]); m++) {
		map_write(maps[m]);
		for (size_t i = 0; i < 8 * 9; i++) {
			const char *user = accounts[i % 9].name;
			struct config config = config_of(all_changes[i / 9]);
			autopolicy policy = {0};
			char email[64];

			(void)snprintf(email, sizeof(email), "%s%s", user,
			    strchr(user, '@') == NULL ? "@example.com" : "");
			struct identity identity = person(ID, email);
			assert_int_equal(
			    policy_gather(&config, user, &policy, NULL),
			    OUTCOME_OK);
			bool in = policy_decide(&policy, &identity, NULL) ==
			    OUTCOME_OK;
			accepted += in;
			if (in &&
			    policy_account_check(&policy, NULL) != OUTCOME_OK)
				fail_msg("%s, %s", maps[m], user);
		}
	}
	assert_true(accepted > 50);
}

static void
policy_gather_tells_what_it_cannot_read(void **state)
{
	struct config config = config_of(NULL);
	autopolicy policy = {0};
	struct errinfo err = {0};

	(void)state;
	/* a slip in one account's line is that account's alone */
	map_write("alice id:" ID " x\n");
	assert_int_equal(
	    policy_gather(&config, "alice", &policy, &err), OUTCOME_OK);
	assert_int_equal(
	    policy_account_check(&policy, &err), OUTCOME_CONFIG_INVALID);
	assert_non_null(strstr(err.text, ":1: \"x\" is not an identity"));
	struct identity identity = person(ID, "alice@example.com");
	assert_int_equal(
	    policy_decide(&policy, &identity, &err), OUTCOME_CONFIG_INVALID);
	policy_done(&policy);
	assert_int_equal(
	    policy_gather(&config, "bob", &policy, &err), OUTCOME_OK);
	policy_done(&policy);
	config_set(&config, "account_group", "broken");
	assert_int_equal(
	    policy_gather(&config, "bob", &policy, &err), OUTCOME_SYSTEM_ERROR);
	config.account_group[0] = '\0';
	assert_int_equal(unlink(map_path), 0);
	assert_int_equal(policy_gather(&config, "alice", &policy, &err),
	    OUTCOME_CONFIG_INVALID);
	/* what is wrong with the file does not tell who is there */
	assert_int_equal(policy_gather(&config, "mallory", &policy, &err),
	    OUTCOME_CONFIG_INVALID);
	service_error = EIO;
	assert_int_equal(policy_gather(&config, "alice", &policy, &err),
	    OUTCOME_SYSTEM_ERROR);
	assert_string_equal(err.text, "name service: Input/output error");
}

static void
policy_gather_warns_of_a_group_that_does_not_exist(void **state)
{
	static const char *const changes[] = GONE_GROUP;
	struct config config = config_of(changes);
	autopolicy policy = {0};
	struct errinfo err = {0};

	(void)state;
	assert_int_equal(
	    policy_gather(&config, "alice", &policy, &err), OUTCOME_OK);
	assert_string_equal(
	    err.text, "account_group \"gone\" does not exist on this host");
	assert_false(policy.in_account_group);
}

#define GROUP_1 "01234567-89ab-cdef-0123-456789abcde1"
#define GROUP_2 "01234567-89ab-cdef-0123-456789abcde2"
#define GROUP_3 "01234567-89ab-cdef-0123-456789abcde3"

/* Each requirement: its key, its list, its no, and how a missing list is
 * called. */
static const struct requirement {
	const char *key;
	size_t offset;
	const char *outcome;
	const char *field;
} requirements[] = {
    {"require_group", offsetof(struct identity, groups), "group_missing",
	"groups"},
    {"require_role", offsetof(struct identity, roles), "role_missing", "roles"},
    {"require_division", offsetof(struct identity, divisions),
	"division_missing", "division"},
};

/* The decision about a user with these ids; NULL: the list is missing. */
static const char *
requirement_decide(const struct requirement *requirement, const char *required,
    const char *ids, struct errinfo *reterr)
{
	autoidentity identity = person(ID, "");
	char change[600];
	const char *const changes[] = {change, NULL};

	(void)snprintf(
	    change, sizeof(change), "%s=%s", requirement->key, required);
	if (ids != NULL)
		list_set(
		    (struct id_list *)((char *)&identity + requirement->offset),
		    ids);
	return outcome_name(decide("alice", changes, &identity, reterr));
}

static void
policy_gates_come_last_and_in_their_order(void **state)
{
	static const char *const changes[] = {"require_group=" GROUP_1,
	    "require_role=" GROUP_1, "require_division=" GROUP_1, NULL};
	autoidentity identity = person(ID, "");
#define EXPECT(user, outcome) \
	assert_string_equal( \
	    outcome_name(decide(user, changes, &identity, NULL)), outcome)

	(void)state;
	map_write("alice id:" ID "\nroot id:" ID "\n");
	EXPECT("alice", "identity_incomplete");
	EXPECT("root", "root_refused");
	EXPECT("bob", "not_mapped");
	list_set(&identity.groups, "");
	EXPECT("alice", "group_missing");
	list_set(&identity.groups, GROUP_1);
	EXPECT("alice", "identity_incomplete");
	list_set(&identity.roles, "");
	EXPECT("alice", "role_missing");
	list_set(&identity.roles, GROUP_1);
	EXPECT("alice", "identity_incomplete");
	list_set(&identity.divisions, "");
	EXPECT("alice", "division_missing");
	list_set(&identity.divisions, GROUP_1);
	EXPECT("alice", "ok");
	EXPECT("root", "root_refused");
#undef EXPECT
}

static void
policy_gates_compare_whole_ids(void **state)
{
	static const struct {
		const char *required;
		const char *ids;
		bool passes;
	} rows[] = {
	    {GROUP_1, GROUP_1, true},
	    {GROUP_1, GROUP_2 " " GROUP_1, true},
	    {GROUP_1, GROUP_2 " " GROUP_1 " " GROUP_3, true},
	    {GROUP_1 "," GROUP_2, GROUP_1, true},
	    {GROUP_1 "," GROUP_2, GROUP_2, true},
	    {GROUP_3 "," GROUP_2 "," GROUP_1, GROUP_1, true},
	    {GROUP_1, "", false},
	    {GROUP_1, GROUP_2 " " GROUP_3, false},
	    {GROUP_1 "," GROUP_2, GROUP_3, false},
	    {GROUP_1, GROUP_1 "0", false},
	    {GROUP_1, "0" GROUP_1, false},
	    {GROUP_1, "01234567-89ab-cdef-0123-456789abcde", false},
	    {GROUP_1, "1234567-89ab-cdef-0123-456789abcde1", false},
	    {GROUP_1, "0 " GROUP_1 "0 " GROUP_2, false},
	    {GROUP_1, "01234567-89AB-CDEF-0123-456789ABCDE1", false},
	};

	(void)state;
	map_write("alice id:" ID "\n");
	for (size_t g = 0; g < sizeof(requirements) / sizeof(requirements[0]);
	     g++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			const char *wanted =
			    rows[i].passes ? "ok" : requirements[g].outcome;
			const char *r = requirement_decide(&requirements[g],
			    rows[i].required, rows[i].ids, NULL);

			if (strcmp(r, wanted) != 0)
				fail_msg("%s=%s, \"%s\": %s",
				    requirements[g].key, rows[i].required,
				    rows[i].ids, r);
		}
	}
}

static void
policy_gate_without_its_list_is_no_pass_but_incomplete(void **state)
{
	(void)state;
	map_write("alice id:" ID "\n");
	for (size_t g = 0; g < sizeof(requirements) / sizeof(requirements[0]);
	     g++) {
		struct errinfo err = {0};
		char expected[80];

		assert_string_equal(
		    requirement_decide(&requirements[g], GROUP_1, NULL, &err),
		    "identity_incomplete");
		(void)snprintf(expected, sizeof(expected),
		    "the field %s is missing", requirements[g].field);
		assert_string_equal(err.text, expected);
		/* a list that is not well formed is none either */
		assert_string_equal(requirement_decide(&requirements[g],
					GROUP_1, GROUP_1 "  x", NULL),
		    "identity_incomplete");
		/* nor does the list of another requirement stand in */
		autoidentity other = person(ID, "");
		const struct requirement *next = &requirements[(g + 1) % 3];
		char change[80];
		const char *const changes[] = {change, NULL};

		(void)snprintf(
		    change, sizeof(change), "%s=" GROUP_1, requirements[g].key);
		list_set(
		    (struct id_list *)((char *)&other + next->offset), GROUP_1);
		assert_int_equal(decide("alice", changes, &other, NULL),
		    OUTCOME_IDENTITY_INCOMPLETE);
	}
}

static void
policy_needs_the_lists_of_its_gates_alone(void **state)
{
	(void)state;
	for (unsigned bits = 0; bits < 8; bits++) {
		struct config config = config_of(NULL);

		for (size_t g = 0; g < 3; g++) {
			if ((bits & 1U << g) != 0)
				config_set(
				    &config, requirements[g].key, GROUP_1);
		}
		struct identity_needs needs = policy_needs(&config);
		assert_int_equal(needs.groups, (bits & 1) != 0);
		assert_int_equal(needs.roles, (bits & 2) != 0);
		assert_int_equal(needs.divisions, (bits & 4) != 0);
	}
}

#define POLICY_TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, host_begin, host_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    POLICY_TEST(policy_all_zero_is_a_denial),
	    POLICY_TEST(policy_decides_in_the_documented_order),
	    POLICY_TEST(policy_denial_names_the_missing_field),
	    POLICY_TEST(policy_ids_and_states_are_compared_whole),
	    POLICY_TEST(policy_takes_partners_only_where_that_is_set),
	    POLICY_TEST(policy_never_takes_one_provider_for_the_other),
	    POLICY_TEST(policy_of_cxone_takes_its_issuer_tenant_and_user_alone),
	    POLICY_TEST(policy_maps_by_every_method),
	    POLICY_TEST(policy_account_check_reports_what_every_user_would_get),
	    POLICY_TEST(policy_prospect_never_denies_whom_decide_lets_in),
	    POLICY_TEST(policy_gather_tells_what_it_cannot_read),
	    POLICY_TEST(policy_gather_warns_of_a_group_that_does_not_exist),
	    POLICY_TEST(policy_gates_come_last_and_in_their_order),
	    POLICY_TEST(policy_gates_compare_whole_ids),
	    POLICY_TEST(policy_gate_without_its_list_is_no_pass_but_incomplete),
	    POLICY_TEST(policy_needs_the_lists_of_its_gates_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
