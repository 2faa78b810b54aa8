/* SPDX-License-Identifier: ISC */
/* The map file: who may be which account, and what locks no user out. */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "gcpkce/config/map.h"
#include "gcpkce/config/map_name.h"

#define ID "11111111-2222-3333-4444-555555555555"
#define ID_2 "11111111-2222-3333-4444-555555555556"
#define FILL 100000

static const struct account alice = {.exists = true,
    .name = "alice",
    .uid_name = "alice",
    .uid = 1000,
    .gid = 100};

static char path[64];

/*
 * A directory service: names are found in any case, with EXAMPLE\ or
 * @example.test as well, and the entry has one spelling.
 */
static const struct {
	const char *name;
	uid_t uid;
} entries[] = {{"alice", 1000}, {"bob", 1001}, {"jo hn", 1002}, {"jo", 1003},
    {"m\303\274ller", 1004}, {"EXAMPLE\\carol", 1005}, {"j+doe", 1006},
    {"doe", 1007}, {"#hash", 1008}, {"a]b", 1009}, {"exact", 1010}};

static struct {
	unsigned asked; /* names */
	int error;
} service;

static bool
is_found_by(const char *name, const char *asked)
{
	const char *domain = strchr(asked, '\\');
	char plain[128];

	(void)snprintf(plain, sizeof(plain), "%s",
	    domain != NULL && strchr(name, '\\') == NULL ? domain + 1 : asked);
	char *at = strchr(plain, '@');
	if (at != NULL && strcasecmp(at, "@example.test") == 0)
		*at = '\0';
	if (strcmp(plain, "M\303\234LLER") == 0)
		memcpy(plain, "m\303\274ller", sizeof("m\303\274ller"));
	if (strcmp(name, "EXAMPLE\\carol") == 0 && strchr(plain, '\\') == NULL)
		name += strlen("EXAMPLE\\");
	if (strcmp(name, "exact") == 0) /* as in /etc/passwd */
		return strcmp(asked, name) == 0;
	return strcasecmp(plain, name) == 0;
}

int
getpwnam_r(const char *name, struct passwd *entry, char *space, size_t len,
    struct passwd **ret)
{
	*ret = NULL;
	service.asked++;
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		if (!is_found_by(entries[i].name, name))
			continue;
		(void)snprintf(space, len, "%s", entries[i].name);
		*entry =
		    (struct passwd){.pw_name = space, .pw_uid = entries[i].uid};
		*ret = entry;
	}
	return service.error;
}

int
getpwuid_r(uid_t uid, struct passwd *entry, char *space, size_t len,
    struct passwd **ret)
{
	*ret = NULL;
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		if (entries[i].uid != uid)
			continue;
		(void)snprintf(space, len, "%s", entries[i].name);
		*entry = (struct passwd){.pw_name = space, .pw_uid = uid};
		*ret = entry;
	}
	return 0;
}

static struct account
account_of(const char *name)
{
	struct account account = {0};

	assert_int_equal(account_find(name, &account, NULL), OUTCOME_OK);
	service.asked = 0;
	return account;
}

static int
file_begin(void **state)
{
	(void)state;
	(void)snprintf(path, sizeof(path), "/tmp/gcpkce-map-XXXXXX");
	int fd = mkstemp(path);
	if (fd < 0)
		return -1;
	return close(fd);
}

static int
file_end(void **state)
{
	(void)state;
	(void)unlink(path);
	return 0;
}

static void
file_write(const void *bytes, size_t len)
{
	autofd fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
}

static struct identity
person(const char *id, const char *email)
{
	struct identity identity = {0};

	assert_true(strlen(id) < sizeof(identity.id));
	assert_true(strlen(email) < sizeof(identity.email));
	memcpy(identity.id, id, strlen(id));
	memcpy(identity.email, email, strlen(email));
	return identity;
}

enum { OTHER, NAMED, MAPPED }; /* what a file says of alice and the person */

static int
verdict_of(const struct account *account, const char *text,
    const struct identity *identity)
{
	automap entry = {0};
	struct errinfo err = {0};

	file_write(text, strlen(text));
	enum outcome r = map_read(
	    path, PROVIDER_GENESYS, account->name, account, &entry, &err);
	if (r != OUTCOME_OK)
		fail_msg("\"%s\": %s, %s", text, outcome_name(r), err.text);
	bool has = map_entry_has(&entry, identity);
	assert_true(entry.named || !has);
	return has ? MAPPED : entry.named ? NAMED : OTHER;
}

static void
map_lines_map_whole_identities_alone(void **state)
{
	static const struct {
		const char *text;
		int verdict;
	} rows[] = {
	    {"", OTHER},
	    {"\n\n# alice id:" ID "\n", OTHER},
	    {"#alice id:" ID "\n", OTHER},
	    {" # alice id:" ID "\n", OTHER},
	    {"alice id:" ID "\n", MAPPED},
	    {"alice id:" ID, MAPPED},
	    {"alice\tid:" ID "\r\n", MAPPED},
	    {"  alice \t id:" ID "  \n", MAPPED},
	    {"alice id:" ID " # their id\n", MAPPED},
	    {"alice id:" ID_2 " id:" ID "\n", MAPPED},
	    {"alice id:" ID_2 " email:alice@example.com\n", MAPPED},
	    {"alice id:" ID_2 "\n", NAMED},
	    {"alice id:" ID_2 " # id:" ID "\n", NAMED},
	    {"alice - \n", NAMED},
	    {"alice - # id:" ID "\n", NAMED},
	    /* other accounts */
	    {"bob id:" ID "\n", OTHER},
	    {"alic id:" ID "\n", OTHER},
	    {"alice2 id:" ID "\n", OTHER},
	    {"* id:" ID "\n", OTHER},
	    {"ALL id:" ID "\n", OTHER},
	    {"@alice id:" ID "\n", OTHER},
	    {"bob alice id:" ID "\n", OTHER},
	    {"alice,bob id:" ID "\n", OTHER},
	    /* all lines of an account count, wherever they stand */
	    {"alice id:" ID_2 "\nbob -\nalice id:" ID "\n", MAPPED},
	    {"alice id:" ID "\nalice id:" ID_2 "\n", MAPPED},
	    {"alice -\nalice id:" ID_2 "\n", NAMED},
	    /* a "-" shuts the account, whatever the other lines say */
	    {"alice id:" ID "\nalice -\n", NAMED},
	    {"alice -\nalice id:" ID "\n", NAMED},
	    {"alice id:" ID "\nalice -\nalice id:" ID "\n", NAMED},
	    {"alice id:" ID_2 "\nbob id:" ID "\n", NAMED},
	};
	struct identity identity = person(ID, "alice@example.com");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (verdict_of(&alice, rows[i].text, &identity) !=
		    rows[i].verdict)
			fail_msg("row %zu, \"%s\"", i, rows[i].text);
	}
}

/* An identity with a provider counts for it alone; the account is named. */
static void
map_identities_of_a_provider_count_for_it_alone(void **state)
{
	static const struct {
		const char *text;
		int genesys;
		int cxone;
		bool unqualified_email;
	} rows[] = {
	    {"alice id:" ID "\n", MAPPED, MAPPED, false},
	    {"alice email:alice@example.com\n", MAPPED, NAMED, true},
	    {"alice id:" ID " email:alice@example.com\n", MAPPED, MAPPED, true},
	    {"alice email:alice@example.com cxone:email:alice@example.com\n",
		MAPPED, MAPPED, true},
	    {"alice genesys:id:" ID "\n", MAPPED, NAMED, false},
	    {"alice cxone:id:" ID "\n", NAMED, MAPPED, false},
	    {"alice genesys:email:alice@example.com\n", MAPPED, NAMED, false},
	    {"alice cxone:email:ALICE@example.com\n", NAMED, MAPPED, false},
	    {"alice cxone:id:" ID_2 " genesys:id:" ID "\n", MAPPED, NAMED,
		false},
	    {"alice cxone:id:" ID "\nalice genesys:id:" ID "\n", MAPPED, MAPPED,
		false},
	    {"alice genesys:id:" ID_2 " id:" ID "\n", MAPPED, MAPPED, false},
	    {"alice genesys:id:" ID " id:" ID_2 "\n", MAPPED, NAMED, false},
	    {"alice cxone:id:" ID "\nalice -\n", NAMED, NAMED, false},
	    {"bob id:" ID "\n", OTHER, OTHER, false},
	};
	struct identity identity = person(ID, "alice@example.com");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (unsigned p = 0; p < PROVIDERS; p++) {
			automap entry = {0};
			int verdict = p == PROVIDER_CXONE ? rows[i].cxone
							  : rows[i].genesys;

			file_write(rows[i].text, strlen(rows[i].text));
			assert_int_equal(
			    map_read(path, p, "alice", &alice, &entry, NULL),
			    OUTCOME_OK);
			assert_false(entry.faulty);
			if (entry.named != (verdict != OTHER) ||
			    map_entry_has(&entry, &identity) !=
				(verdict == MAPPED) ||
			    entry.unqualified_email !=
				rows[i].unqualified_email)
				fail_msg("row %zu for %s", i, provider_name(p));
		}
	}
}

static void
map_ids_are_equal_or_nothing(void **state)
{
	static const char *const others[] = {
	    "",
	    "1",
	    "11111111-2222-3333-4444-55555555555",
	    ID "5",
	    ID_2,
	    "11111111-2222-3333-4444-55555555555A",
	    "id:" ID,
	    " " ID,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct identity identity = person(others[i], "id:" ID);

		if (verdict_of(&alice,
			"alice id:" ID
			" id:aaaaaaaa-2222-3333-4444-55555555555a\n",
			&identity) != NAMED)
			fail_msg("%s", others[i]);
	}
	struct identity upper =
	    person("AAAAAAAA-2222-3333-4444-55555555555A", "");
	assert_int_equal(
	    verdict_of(&alice,
		"alice id:aaaaaaaa-2222-3333-4444-55555555555a\n", &upper),
	    NAMED);
}

static void
map_email_eq_judges_every_row(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		bool equal;
	} rows[] = {
	    {"alice@example.com", "alice@example.com", true},
	    {"alice@example.com", "Alice@EXAMPLE.com", true},
	    {"alice+x@example.com", "ALICE+X@example.com", true},
	    {"alice@example.com", "alice+x@example.com", false},
	    {"alice+x@example.com", "alice@example.com", false},
	    {"alice@example.com", "a.lice@example.com", false},
	    {"alice@example.com", "alice@example.com.", false},
	    {"alice@example.com.", "alice@example.com.", true},
	    {"alice@example.com", "alice@sub.example.com", false},
	    {"alice@example.com", "alice@com", false},
	    {"alice@example.com", "alice@notexample.com", false},
	    {"alice@example.com", "alice@example.com.evil.example", false},
	    {"alice@example.com", "alice@example.comx", false},
	    {"alice@example.com", "xalice@example.com", false},
	    {"alice@example.com", "alic@example.com", false},
	    {"alice@example.com", "", false},
	    {"", "", false},
	    {"alice", "alice", false},
	    {"@example.com", "@example.com", false},
	    {"alice@", "alice@", false},
	    {"a@b@example.com", "a@b@example.com", false},
	    {"alice@example.com@example.com", "alice@example.com", false},
	    {"alice @example.com", "alice @example.com", false},
	    {"alice@example.com ", "alice@example.com", false},
	    {" alice@example.com", "alice@example.com", false},
	    {"alice@example.com\n", "alice@example.com\n", false},
	    {"al\303\251@example.com", "al\303\251@example.com", false},
	    {"AL\303\211@example.com", "al\303\251@example.com", false},
	    {"\342\204\252@example.com", "k@example.com", false},
	    {"a[@example.com", "a{@example.com", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct view a = view_text(rows[i].a);
		struct view b = view_text(rows[i].b);

		if (map_email_eq(a, b) != rows[i].equal ||
		    map_email_eq(b, a) != rows[i].equal)
			fail_msg(
			    "row %zu, \"%s\" \"%s\"", i, rows[i].a, rows[i].b);
	}
}

static void
map_emails_are_whole_addresses(void **state)
{
	static const struct {
		const char *email;
		int verdict;
	} rows[] = {
	    {"alice@example.com", MAPPED},
	    {"ALICE@Example.COM", MAPPED},
	    {"alice+admin@example.com", NAMED},
	    {"alice@example.com.", NAMED},
	    {"alice@sub.example.com", NAMED},
	    {"alice@example.com@evil.example", NAMED},
	    {"alice", NAMED},
	    {"", NAMED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		/* an id that looks like an address is none */
		struct identity identity =
		    person("alice@example.com", rows[i].email);

		if (verdict_of(&alice, "alice email:alice@example.com\n",
			&identity) != rows[i].verdict)
			fail_msg("%s", rows[i].email);
	}
}

static void
map_of_no_identity_has_no_identity(void **state)
{
	static const struct identity no_identity;
	static const struct map_entry empty;

	(void)state;
	assert_false(map_entry_has(&empty, &no_identity));
	assert_int_equal(
	    verdict_of(&alice, "alice id:" ID " email:a@b\n", &no_identity),
	    NAMED);
	assert_int_equal(verdict_of(&alice, "alice -\n", &no_identity), NAMED);
	assert_int_equal(verdict_of(&alice, "", &no_identity), OTHER);
}

static void
map_names_an_account_by_either_of_its_names(void **state)
{
	static const struct {
		const char *name;
		const char *uid_name;
		const char *text;
		int verdict;
	} rows[] = {
	    {"toor", "root", "root id:" ID "\n", MAPPED},
	    {"toor", "root", "toor id:" ID "\n", MAPPED},
	    {"toor", "root", "root -\ntoor id:" ID "\n", NAMED},
	    {"toor", "root", "root id:" ID "\ntoor -\n", NAMED},
	    {"toor", "root", "root -\n", NAMED},
	    {"toor", "root", "admin id:" ID "\n", OTHER},
	    {"toor", "", "root id:" ID "\n", OTHER},
	    {"toor", "", " \n\nid:" ID "\n", OTHER},
	};
	struct identity identity = person(ID, "");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct account account = {.exists = true};

		memcpy(account.name, rows[i].name, strlen(rows[i].name));
		memcpy(account.uid_name, rows[i].uid_name,
		    strlen(rows[i].uid_name));
		if (verdict_of(&account, rows[i].text, &identity) !=
		    rows[i].verdict)
			fail_msg("row %zu", i);
	}
}

static void
map_names_no_account_that_does_not_exist(void **state)
{
	struct account gone = alice;
	struct identity identity = person(ID, "");

	(void)state;
	gone.exists = false;
	assert_int_equal(
	    verdict_of(&gone, "alice id:" ID "\n", &identity), OTHER);
}

static void
map_malformed_line_of_the_account_is_config_invalid(void **state)
{
	static const char identity_fix[] =
	    "is not an identity; write id:UUID (in lower case), email:ADDRESS or "
	    "cxone:email:ADDRESS, and before them the account, in brackets "
	    "where its name has blanks: [NAME]";
	static const struct {
		const char *text;
		const char *why; /* behind the path; NULL: with the fix */
		const char *word;
	} rows[] = {
	    {"alice id:x\n", NULL, ":1: \"id:x\" "},
	    {"alice password=Sommer2026\n", NULL,
		":1: \"password=(not shown)\" "},
	    {"\n# c\nalice id:\n", NULL, ":3: \"id:\" "},
	    {"alice id\n", NULL, ":1: \"id\" "},
	    {"alice " ID "\n", NULL, ":1: \"" ID "\" "},
	    {"alice ID:" ID "\n", NULL, ":1: \"ID:" ID "\" "},
	    {"alice id:11111111-2222-3333-4444-55555555555A\n", NULL,
		":1: \"id:11111111-2222-3333-4444-55555555555A\" "},
	    {"alice id:" ID "#x\n", NULL, ":1: \"id:" ID "#x\" "},
	    {"alice id:" ID ",id:" ID_2 "\n", NULL,
		":1: \"id:" ID ",id:" ID_2 "\" "},
	    {"alice cxone:id:x\n", NULL, ":1: \"cxone:id:x\" "},
	    {"alice cxone:\n", NULL, ":1: \"cxone:\" "},
	    {"alice genesys\n", NULL, ":1: \"genesys\" "},
	    {"alice genesys: id:" ID "\n", NULL, ":1: \"genesys:\" "},
	    {"alice genesys:cxone:id:" ID "\n", NULL,
		":1: \"genesys:(not shown)\" "},
	    {"alice Genesys:id:" ID "\n", NULL, ":1: \"Genesys:(not shown)\" "},
	    {"alice email:\n", NULL, ":1: \"email:\" "},
	    {"alice email:alice\n", NULL, ":1: \"email:alice\" "},
	    {"alice email:a@b@c\n", NULL, ":1: \"email:a@b@c\" "},
	    {"alice alice@example.com\n", NULL, ":1: \"alice@example.com\" "},
	    {"alice email:al\303\251@x\n", NULL,
		":1: \"email:al\\xc3\\xa9@x\" "},
	    {"alice email:\033[1m@x\n", NULL, ":1: \"email:\\x1b[1m@x\" "},
	    {"alice id:" ID " *\n", NULL, ":1: \"*\" "},
	    {"alice id:" ID "\nalice x\n", NULL, ":2: \"x\" "},
	    {"alice --\n", NULL, ":1: \"--\" "},
	    {"bob x\nalice = id:" ID "\n", NULL, ":2: \"=\" "},
	    {"alice\n",
		":1: \"\" follows the account; write identities, or - for "
		"no user",
		NULL},
	    {"alice # id:" ID "\n",
		":1: \"\" follows the account; write identities, or - for "
		"no user",
		NULL},
	    {"alice id:" ID " -\n",
		":1: \"\" and identities on one line contradict each other; "
		"- stands alone",
		NULL},
	    {"alice - id:" ID "\n",
		":1: \"\" and identities on one line contradict each other; "
		"- stands alone",
		NULL},
	    {"alice - -\n",
		":1: \"\" and identities on one line contradict each other; "
		"- stands alone",
		NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		automap entry = {0};
		char expected[300];

		(void)snprintf(expected, sizeof(expected), "%s%s%s", path,
		    rows[i].why != NULL ? rows[i].why : rows[i].word,
		    rows[i].why != NULL ? "" : identity_fix);
		file_write(rows[i].text, strlen(rows[i].text));
		assert_int_equal(map_read(path, PROVIDER_GENESYS, alice.name,
				     &alice, &entry, NULL),
		    OUTCOME_OK);
		assert_true(entry.named && entry.faulty);
		assert_string_equal(entry.fault.text, expected);
	}
}

static void
map_malformed_line_of_another_account_locks_no_user_out(void **state)
{
	static const char *const slips[] = {
	    "bob\n",
	    "bob id:x\n",
	    "bob - id:" ID "\n",
	    "bob *\n",
	    "=\n",
	    "id:" ID "\n",
	    "bob = alice\n",
	    "\377\376\n",
	    "\033[2J\n",
	};
	struct identity identity = person(ID, "");

	(void)state;
	for (size_t i = 0; i < sizeof(slips) / sizeof(slips[0]); i++) {
		char text[200];

		(void)snprintf(text, sizeof(text), "%salice id:%s\n%s",
		    slips[i], ID, slips[i]);
		assert_int_equal(verdict_of(&alice, text, &identity), MAPPED);
	}
}

static void
map_long_line_of_another_account_locks_no_user_out(void **state)
{
	static char text[200000];
	static const char tail[] = "\nalice id:" ID "\n";
	struct identity identity = person(ID, "");

	(void)state;
	/* 5,000 people who share an account, on one line */
	memset(text, ' ', sizeof(text));
	memcpy(text, "team", 4);
	for (size_t at = 5; at + 64 < sizeof(text); at += 40)
		memcpy(text + at, "id:" ID_2, 39);
	memcpy(text + sizeof(text) - sizeof(tail), tail, sizeof(tail));
	assert_int_equal(verdict_of(&alice, text, &identity), MAPPED);
}

static void
map_that_is_no_plain_text_is_config_invalid(void **state)
{
#define FILE_OF(bytes) \
	{ \
		bytes, sizeof(bytes) - 1 \
	}
	static const struct {
		const char *bytes;
		size_t len;
	} files[] = {
	    FILE_OF("bob \0\nalice -\n"),
	    FILE_OF("alice id:" ID "\0\n"),
	    FILE_OF("\xEF\xBB\xBF"
		    "alice -\n"),
	    FILE_OF("bob -\n\xEF\xBB\xBF"
		    "alice -\n"),
	    FILE_OF("\xFF\xFE"
		    "a\0l\0i\0c\0e\0 \0-\0\n\0"),
	    FILE_OF("\xFE\xFF"
		    "\0a\0l\0i\0c\0e\0 \0-\0\n"),
	    FILE_OF("# head\ralice -\r"),
	    FILE_OF("bob -\ralice -\n"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		automap entry = {0};
		struct errinfo err = {0};

		file_write(files[i].bytes, files[i].len);
		assert_int_equal(map_read(path, PROVIDER_GENESYS, alice.name,
				     &alice, &entry, &err),
		    OUTCOME_CONFIG_INVALID);
		assert_false(entry.named);
		assert_non_null(strstr(err.text, "the line has a"));
		assert_non_null(
		    strstr(err.text, "save the file as plain UTF-8 text"));
	}
}

static void
map_with_line_ends_of_another_system_is_read(void **state)
{
	static const char text[] = "bob -\r\nalice id:" ID "\r\n\r\n";
	struct identity identity = person(ID, "");
	automap entry = {0};

	(void)state;
	file_write(text, sizeof(text) - 1);
	assert_int_equal(
	    map_read(path, PROVIDER_GENESYS, alice.name, &alice, &entry, NULL),
	    OUTCOME_OK);
	assert_true(map_entry_has(&entry, &identity));
}

static void
map_comment_names_no_account(void **state)
{
	static const struct account hash = {.exists = true, .name = "#alice"};
	automap entry = {0};

	(void)state;
	file_write("#alice -\n", 9);
	assert_int_equal(
	    map_read(path, PROVIDER_GENESYS, hash.name, &hash, &entry, NULL),
	    OUTCOME_OK);
	assert_false(entry.named);
}

static void
map_file_that_is_missing_is_config_invalid(void **state)
{
	struct errinfo err = {0};
	char expected[200];

	(void)state;
	assert_int_equal(unlink(path), 0);
	assert_int_equal(map_read(path, PROVIDER_GENESYS, alice.name, &alice,
			     &(struct map_entry){0}, &err),
	    OUTCOME_CONFIG_INVALID);
	(void)snprintf(expected, sizeof(expected),
	    "%s: does not exist; write it, or set map_file", path);
	assert_string_equal(err.text, expected);
}

static void
map_file_of_others_is_config_unsafe(void **state)
{
	struct errinfo err = {0};
	automap entry = {0};

	(void)state;
	file_write("alice id:" ID "\n", sizeof("alice id:" ID));
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(
	    map_read(path, PROVIDER_GENESYS, alice.name, &alice, &entry, &err),
	    OUTCOME_CONFIG_UNSAFE);
	assert_non_null(strstr(err.text, "chmod go-w it"));
	assert_false(entry.named);
	assert_int_equal(chmod(path, 0644), 0);
	if (geteuid() != 0) {
		print_message("SKIPPED: needs root\n");
		skip();
	}
	assert_int_equal(chown(path, 65534, 0), 0);
	assert_int_equal(
	    map_read(path, PROVIDER_GENESYS, alice.name, &alice, &entry, &err),
	    OUTCOME_CONFIG_UNSAFE);
	assert_non_null(strstr(err.text, "belongs to uid 65534"));
}

static void
map_of_100000_lines_decides(void **state)
{
	enum { STEP = 47 };
	autofree char *text = malloc((FILL + 1) * STEP + 1);
	struct identity identity = person(ID, "");

	(void)state;
	assert_non_null(text);
	for (int i = 0; i < FILL; i++)
		(void)snprintf(text + (size_t)i * STEP, STEP + 1,
		    "u%05d id:22222222-2222-3333-4444-5555555%05d\n", i, i);
	(void)snprintf(
	    text + (size_t)FILL * STEP, STEP + 1, "alice  id:%s\n", ID);
	assert_int_equal(verdict_of(&alice, text, &identity), MAPPED);
	text[(size_t)FILL * STEP] = '\0';
	assert_int_equal(verdict_of(&alice, text, &identity), OTHER);
	struct account last = alice;
	memcpy(last.name, "u99999", 7);
	identity = person("22222222-2222-3333-4444-555555599999", "");
	service.asked = 0;
	assert_int_equal(verdict_of(&last, text, &identity), MAPPED);
	/* not for one of these lines was the name service asked */
	assert_int_equal(service.asked, MAP_SPELLINGS_MAX);
}

static void
map_of_too_many_identities_is_no_decision(void **state)
{
	autofree char *text = malloc(7000 * 46 + 1);
	automap entry = {0};

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < 7000; i++)
		(void)snprintf(text + i * 46, 47, "alice id:%s\n", ID_2);
	file_write(text, 7000 * 46);
	assert_int_not_equal(
	    map_read(path, PROVIDER_GENESYS, alice.name, &alice, &entry, NULL),
	    OUTCOME_OK);
	assert_false(entry.named);
}

#define MAP_TEST(fn) cmocka_unit_test_setup_teardown(fn, file_begin, file_end)

/* What a walk came by: numbers, accounts and faults, a line each. */
static bool
line_note(void *arg, unsigned long number, struct view account,
    const struct map_entry *entry, const struct errinfo *fault)
{
	struct buf *seen = arg;
	bool closed = fault == NULL && entry->identities.len == 0;

	buf_printf(seen, "%lu %.*s%s%s%s\n", number, (int)account.len,
	    (const char *)account.p, fault != NULL ? " " : "",
	    fault != NULL ? strrchr(fault->text, '"') + 2 : "",
	    closed ? " closed" : "");
	return account.p[0] != '!';
}

static void
map_walk_comes_by_every_line(void **state)
{
	static const char text[] = "# all\n\nalice id:" ID "\n"
				   "  bob\temail:b@example.com # first\n"
				   "carol id:x\nalice -\ndave\n"
				   "eve - id:" ID "\n[jo hn] id:" ID "\n"
				   "!last -\nnever -\n";
	autobuf seen = BUF_INIT(4096);

	(void)state;
	file_write(text, sizeof(text) - 1);
	assert_int_equal(
	    map_walk(path, PROVIDER_GENESYS, line_note, &seen, NULL),
	    OUTCOME_OK);
	assert_string_equal(buf_text(&seen),
	    "3 alice\n4 bob\n"
	    "5 carol is not an identity; write id:UUID (in lower case), "
	    "email:ADDRESS or cxone:email:ADDRESS, and before them the "
	    "account, in brackets where its name has blanks: [NAME]\n"
	    "6 alice closed\n"
	    "7 dave follows the account; write identities, or - for no user\n"
	    "8 eve and identities on one line contradict each other; - stands "
	    "alone\n9 jo hn\n10 !last closed\n");
}

static void
map_walk_refuses_what_map_read_refuses(void **state)
{
	autobuf seen = BUF_INIT(4096);
	struct errinfo err = {0};

	(void)state;
	file_write("\xEF\xBB\xBF"
		   "alice -\n",
	    11);
	assert_int_equal(
	    map_walk(path, PROVIDER_GENESYS, line_note, &seen, &err),
	    OUTCOME_CONFIG_INVALID);
	assert_non_null(strstr(err.text, ":1: the line has a byte order mark"));
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(
	    map_walk(path, PROVIDER_GENESYS, line_note, &seen, &err),
	    OUTCOME_CONFIG_UNSAFE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(
	    map_walk(path, PROVIDER_GENESYS, line_note, &seen, &err),
	    OUTCOME_CONFIG_INVALID);
	assert_non_null(strstr(err.text, "does not exist"));
	assert_int_equal(seen.len, 0);
}

/* ---- names ---- */

enum { FAULTY = MAPPED + 1 };

static int
naming_of(const char *account, const char *text)
{
	struct account found = account_of(account);
	struct identity identity = person(ID, "");
	automap entry = {0};

	file_write(text, strlen(text));
	assert_int_equal(
	    map_read(path, PROVIDER_GENESYS, account, &found, &entry, NULL),
	    OUTCOME_OK);
	if (entry.faulty)
		return FAULTY;
	return map_entry_has(&entry, &identity) ? MAPPED
	    : entry.named                       ? NAMED
						: OTHER;
}

static void
map_names_are_what_the_name_service_takes_them_for(void **state)
{
	static const struct {
		const char *account;
		const char *text;
		int verdict;
	} rows[] = {
	    {"alice", "alice id:" ID "\n", MAPPED},
	    {"alice", "Alice id:" ID "\n", MAPPED},
	    {"alice", "Alice -\n", NAMED},
	    {"alice", "alice@example.test id:" ID "\n", MAPPED},
	    {"alice", "alice@example.test -\n", NAMED},
	    {"alice", "ALICE@EXAMPLE.TEST -\n", NAMED},
	    {"alice", "EXAMPLE\\alice -\n", NAMED},
	    {"alice", "[EXAMPLE\\Alice] -\n", NAMED},
	    {"ALICE", "alice id:" ID "\n", MAPPED},
	    {"ALICE", "aLICE id:" ID "\n", MAPPED},
	    {"alice", "Alice -\nalice id:" ID "\n", NAMED},
	    {"alice", "alice id:" ID "\nalice@example.test -\n", NAMED},
	    {"alice", "EXAMPLE\\alice -\nAlice id:" ID "\n", NAMED},
	    {"m\303\274ller", "M\303\234LLER -\n", NAMED},
	    {"carol", "carol -\n", NAMED},
	    {"EXAMPLE\\carol", "carol@example.test id:" ID "\n", MAPPED},
	    /* the name service has another account for it, or none */
	    {"alice", "alice@elsewhere.test -\n", OTHER},
	    {"j+doe", "doe -\n", OTHER},
	    {"doe", "j+doe -\n", OTHER},
	    /* and is not asked for what is not alike */
	    {"alice", "bob -\nalicia@example.test -\n@example.test -\n", OTHER},
	    {"alice", "alice2 -\nalic -\n*\nEXAMPLE\\bob -\n", OTHER},
	    {"m\303\274ller", "m\303\266ller -\n", OTHER},
	    /* it is asked once for each word, and for so many of them */
	    {"alice", "alice@a -\nalice@a -\nalice@b -\nAlice -\n", FAULTY},
	    {"alice", "alice@a -\nalice@a -\nalice@a -\nAlice -\n", NAMED},
	    /* nor is there a difference for an unknown name */
	    {"zoe", "zoe id:" ID "\n", OTHER},
	    {"zoe", "Zoe id:" ID "\nzoe@example.test -\n", OTHER},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int verdict = naming_of(rows[i].account, rows[i].text);

		if (verdict != rows[i].verdict ||
		    service.asked != MAP_SPELLINGS_MAX)
			fail_msg("row %zu, \"%s\": %d, asked %u", i,
			    rows[i].text, verdict, service.asked);
	}
}

static void
map_names_with_blanks_stand_in_brackets(void **state)
{
	static const struct {
		const char *account;
		const char *text;
		int verdict;
	} rows[] = {
	    {"jo hn", "[jo hn] id:" ID "\n", MAPPED},
	    {"jo hn", "  [jo hn]\tid:" ID " # c\r\n", MAPPED},
	    {"jo hn", "[jo hn] -\n", NAMED},
	    {"jo hn", "[EXAMPLE\\Jo Hn] -\n", NAMED},
	    {"alice", "[alice] id:" ID "\n", MAPPED},
	    {"#hash", "[#hash] id:" ID "\n", MAPPED},
	    {"a]b", "[a]b] id:" ID "\n", MAPPED},
	    {"jo", "[jo hn] id:" ID "\n", OTHER},
	    {"jo", "\"jo hn\" id:" ID "\n", OTHER},
	    {"jo", "jo\\ hn id:" ID "\n", OTHER},
	    {"hn", "[jo hn] id:" ID "\n", OTHER},
	    {"alice", "[] id:" ID "\n", OTHER},
	    /* other ways to write it, which people know from elsewhere */
	    {"jo hn", "jo hn id:" ID "\n", FAULTY},
	    {"jo hn", "jo\\ hn id:" ID "\n", FAULTY},
	    {"jo hn", "\"jo hn\" id:" ID "\n", FAULTY},
	    {"jo hn", "'jo hn' id:" ID "\n", FAULTY},
	    {"jo hn", "jo%20hn id:" ID "\n", FAULTY},
	    {"jo hn", "jo\\x20hn id:" ID "\n", FAULTY},
	    {"jo hn", "jo\\040hn -\n", FAULTY},
	    {"jo hn", "[jo\\x20hn] -\n", FAULTY},
	    {"jo hn", "[jo hn]id:" ID "\n", FAULTY},
	    {"jo hn", "[jo hn id:" ID "\n", FAULTY},
	    {"jo", "jo hn id:" ID "\n", FAULTY}, /* names jo */
	    {"alice", "\"alice\" -\n", FAULTY},
	    {"alice", "'alice' -\n", FAULTY},
	    {"alice", "[alice -\n", FAULTY},
	    {"carol", "EXAMPLE\\x5ccarol -\n", FAULTY},
	    {"carol", "EXAMPLE\\\\carol -\n", FAULTY},
	    {"m\303\274ller", "m\\xc3\\xbcller -\n", FAULTY},
	    /* in another spelling as well */
	    {"alice", "\"Alice\" -\n", FAULTY},
	    {"alice", "'alice@example.test' -\n", FAULTY},
	    {"alice", "'alice'@example.test -\n", FAULTY},
	    {"alice", "EXAMPLE\\\"alice\" -\n", FAULTY},
	    {"alice", "[Alice -\n", FAULTY},
	    {"alice", "[Alice]- \n", FAULTY},
	    {"alice", "[ alice] id:" ID "\n", FAULTY},
	    {"alice", "[\"Alice\"] -\n", FAULTY},
	    {"alice", "ALICE\\x40example.test -\n", FAULTY},
	    {"alice", "ALICE%40example.test -\n", FAULTY},
	    {"alice", "\\101lice -\n", FAULTY},
	    {"alice", "\\alice -\n", FAULTY},
	    {"alice", "alice\\@example.test -\n", FAULTY},
	    {"alice", "alice\\\nid:" ID "\n", FAULTY},
	    {"alice", "\"alice -\n", FAULTY},
	    {"alice", "alice% -\n", FAULTY},
	    {"alice", "Alice: -\n", FAULTY},
	    {"alice", "alice, -\n", FAULTY},
	    {"alice", "alice@ -\n", FAULTY},
	    {"alice", "<alice@example.test> -\n", FAULTY},
	    {"alice", "alice@example.test. -\n", FAULTY},
	    {"alice", "\342\200\234Alice\342\200\235 -\n", FAULTY},
	    {"alice", "alice\302\240 -\n", FAULTY},
	    {"jo hn", "Jo Hn -\n", FAULTY},
	    {"jo hn", "EXAMPLE\\Jo\\ Hn -\n", FAULTY},
	    {"jo hn", "example\\jo hn -\n", FAULTY},
	    {"jo hn", "Jo\\040Hn@example.test -\n", FAULTY},
	    {"jo hn", "'Jo Hn' -\n", FAULTY},
	    {"m\303\274ller", "\"M\303\234LLER\" -\n", FAULTY},
	    /* and neither is what no other account can be meant by */
	    {"exact", "Exact -\n", FAULTY},
	    {"exact", "exact@elsewhere.test -\n", OTHER},
	    /* other accounts with signs in their lines */
	    {"alice", "\"bob\" -\n'alice b' -\nalice$ -\nalice2: -\n", OTHER},
	    {"alice", "alice,bob -\n%alice -\n", OTHER},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int verdict = naming_of(rows[i].account, rows[i].text);

		if (verdict != rows[i].verdict)
			fail_msg(
			    "row %zu, \"%s\": %d", i, rows[i].text, verdict);
	}
}

static void
map_name_is_read_back_as_it_is_put(void **state)
{
	static const char *const names[] = {"alice", "jo hn", "EXAMPLE\\jo hn",
	    "a\tb", "#hash", "[x", "x]", "\"q\"", "'q'", "a]b",
	    "m\303\274ller"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		autobuf text = BUF_INIT(256);

		map_name_put(&text, view_text(names[i]));
		buf_put_text(&text, " id:x");
		struct view line = buf_view(&text);
		struct view name = map_name_take(&line);
		if (!view_eq(name, view_text(names[i])) ||
		    !view_eq(line, view_text(" id:x")))
			fail_msg("%s: %s", names[i], buf_text(&text));
	}
}

static void
map_of_a_name_service_that_fails_decides_nothing(void **state)
{
	static const char text[] = "alice id:" ID "\nAlice -\n";
	struct account found = account_of("alice");
	automap entry = {0};

	(void)state;
	file_write(text, sizeof(text) - 1);
	service.error = EIO;
	enum outcome r =
	    map_read(path, PROVIDER_GENESYS, "alice", &found, &entry, NULL);
	service.error = 0;
	assert_int_equal(r, OUTCOME_SYSTEM_ERROR);
	assert_false(entry.named);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    MAP_TEST(map_lines_map_whole_identities_alone),
	    MAP_TEST(map_identities_of_a_provider_count_for_it_alone),
	    MAP_TEST(map_ids_are_equal_or_nothing),
	    MAP_TEST(map_names_no_account_that_does_not_exist),
	    MAP_TEST(map_email_eq_judges_every_row),
	    MAP_TEST(map_emails_are_whole_addresses),
	    MAP_TEST(map_of_no_identity_has_no_identity),
	    MAP_TEST(map_names_an_account_by_either_of_its_names),
	    MAP_TEST(map_malformed_line_of_the_account_is_config_invalid),
	    MAP_TEST(map_malformed_line_of_another_account_locks_no_user_out),
	    MAP_TEST(map_long_line_of_another_account_locks_no_user_out),
	    MAP_TEST(map_that_is_no_plain_text_is_config_invalid),
	    MAP_TEST(map_with_line_ends_of_another_system_is_read),
	    MAP_TEST(map_comment_names_no_account),
	    MAP_TEST(map_file_that_is_missing_is_config_invalid),
	    MAP_TEST(map_file_of_others_is_config_unsafe),
	    MAP_TEST(map_of_100000_lines_decides),
	    MAP_TEST(map_of_too_many_identities_is_no_decision),
	    MAP_TEST(map_walk_comes_by_every_line),
	    MAP_TEST(map_walk_refuses_what_map_read_refuses),
	    MAP_TEST(map_names_are_what_the_name_service_takes_them_for),
	    MAP_TEST(map_names_with_blanks_stand_in_brackets),
	    MAP_TEST(map_name_is_read_back_as_it_is_put),
	    MAP_TEST(map_of_a_name_service_that_fails_decides_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
