/* SPDX-License-Identifier: ISC */
/* Look-ups of accounts, against a name service that the test makes up. */
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

#include "gcpkce/config/account.h"

/* What the name service of this test says. */
static struct {
	int name_error; /* of getpwnam_r */
	int uid_error;
	int group_error;
	size_t space;           /* that an entry needs; ERANGE below it */
	const char *uid_name;   /* what uid 1000 gives; NULL: no entry */
	const char *found_name; /* pw_name of alice's entry */
	int groups; /* how many alice is in, beside her primary one */
	size_t calls;
} service;

static int
service_reset(void **state)
{
	(void)state;
	memset(&service, 0, sizeof(service));
	service.uid_name = "alice";
	service.found_name = "alice";
	return 0;
}

static int
entry_give(const char *name, struct passwd *entry, char *space, size_t len,
    struct passwd **found)
{
	service.calls++;
	if (len < service.space || len <= strlen(name))
		return ERANGE;
	memset(space, 'x', len);
	memcpy(space, name, strlen(name) + 1);
	memset(entry, 0, sizeof(*entry));
	entry->pw_name = space;
	entry->pw_uid = 1000;
	entry->pw_gid = 100;
	*found = entry;
	return 0;
}

int
getpwnam_r(const char *name, struct passwd *entry, char *space, size_t len,
    struct passwd **found)
{
	*found = NULL;
	if (service.name_error != 0)
		return service.name_error;
	if (strcmp(name, "alice") != 0 && strcmp(name, "ALICE") != 0)
		return 0;
	return entry_give(service.found_name, entry, space, len, found);
}

int
getpwuid_r(uid_t uid, struct passwd *entry, char *space, size_t len,
    struct passwd **found)
{
	*found = NULL;
	if (service.uid_error != 0)
		return service.uid_error;
	if (uid != 1000 || service.uid_name == NULL)
		return 0;
	return entry_give(service.uid_name, entry, space, len, found);
}

int
getgrnam_r(const char *name, struct group *entry, char *space, size_t len,
    struct group **found)
{
	*found = NULL;
	if (service.group_error != 0)
		return service.group_error;
	if (len < service.space)
		return ERANGE;
	(void)space;
	memset(entry, 0, sizeof(*entry));
	entry->gr_gid = strcmp(name, "primary") == 0 ? 100
	    : strcmp(name, "first") == 0             ? 5000
	    : strcmp(name, "hundredth") == 0         ? 5099
						     : 77;
	if (strcmp(name, "none") != 0)
		*found = entry;
	return 0;
}

/* As glibc's: the count that is needed comes back with -1. */
int
getgrouplist(const char *user, gid_t primary, gid_t *gids, int *count)
{
	int room = *count;

	service.calls++;
	assert_string_equal(user, "alice");
	*count = service.groups + 1;
	for (int i = 0; i < room && i < *count; i++)
		gids[i] = i == 0 ? primary : (gid_t)(5000 + i - 1);
	return *count > room ? -1 : *count;
}

static void
account_of_zero_bytes_does_not_exist(void **state)
{
	static const struct account none;

	(void)state;
	assert_false(none.exists);
}

static void
account_has_the_names_of_its_entries(void **state)
{
	struct account account;

	(void)state;
	/* never the text that was asked */
	assert_int_equal(account_find("ALICE", &account, NULL), OUTCOME_OK);
	assert_true(account.exists);
	assert_string_equal(account.name, "alice");
	assert_string_equal(account.uid_name, "alice");
	assert_int_equal(account.uid, 1000);
	assert_int_equal(account.gid, 100);
	service.uid_name = "first-of-the-uid";
	assert_int_equal(account_find("alice", &account, NULL), OUTCOME_OK);
	assert_string_equal(account.name, "alice");
	assert_string_equal(account.uid_name, "first-of-the-uid");
	service.uid_name = NULL;
	assert_int_equal(account_find("alice", &account, NULL), OUTCOME_OK);
	assert_true(account.exists);
	assert_string_equal(account.uid_name, "");
}

static void
account_that_is_missing_is_no_error(void **state)
{
	static const struct account none;
	static const int errors[] = {0, ENOENT, ESRCH, EBADF, EPERM};

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct account account;

		memset(&account, 'x', sizeof(account));
		service.name_error = errors[i];
		assert_int_equal(
		    account_find("bob", &account, NULL), OUTCOME_OK);
		assert_memory_equal(&account, &none, sizeof(none));
	}
}

static void
account_find_tells_a_failed_name_service(void **state)
{
	static const int errors[] = {EIO, EMFILE, ENFILE, EAGAIN, EINVAL};

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct account account = {.uid = 77};
		struct errinfo err = {0};

		service.name_error = errors[i];
		service.uid_error = 0;
		assert_int_equal(account_find("alice", &account, &err),
		    OUTCOME_SYSTEM_ERROR);
		assert_memory_equal(err.text, "name service: ", 14);
		service.name_error = 0;
		service.uid_error = errors[i];
		assert_int_equal(account_find("alice", &account, &err),
		    OUTCOME_SYSTEM_ERROR);
		/* half an answer is none */
		assert_int_equal(account.uid, 77);
		assert_false(account.exists);
	}
	service.uid_error = 0;
	service.name_error = ENOMEM;
	assert_int_equal(account_find("alice", &(struct account){0}, NULL),
	    OUTCOME_NO_MEMORY);
}

static void
account_find_makes_room_for_large_entries(void **state)
{
	struct account account;
	struct errinfo err = {0};

	(void)state;
	service.space = 1024 * 1024;
	assert_int_equal(account_find("alice", &account, NULL), OUTCOME_OK);
	assert_true(account.exists);
	/* and gives up on an entry that never fits */
	service.space = SIZE_MAX;
	service.calls = 0;
	assert_int_equal(
	    account_find("alice", &account, &err), OUTCOME_SYSTEM_ERROR);
	assert_string_equal(
	    err.text, "name service: an entry is larger than a megabyte");
	assert_in_range(service.calls, 1, 20);
}

static void
account_names_have_1_to_256_bytes(void **state)
{
	char name[ACCOUNT_NAME_MAX + 2];
	struct account account;

	(void)state;
	memset(name, 'n', sizeof(name));
	name[ACCOUNT_NAME_MAX] = '\0';
	service.found_name = service.uid_name = name;
	assert_int_equal(account_find("alice", &account, NULL), OUTCOME_OK);
	assert_true(account.exists);
	assert_string_equal(account.name, name);
	assert_string_equal(account.uid_name, name);
	name[ACCOUNT_NAME_MAX] = 'n';
	name[ACCOUNT_NAME_MAX + 1] = '\0';
	/* a name is never cut: it could become another's */
	assert_int_equal(account_find("alice", &account, NULL), OUTCOME_OK);
	assert_false(account.exists);
	service.found_name = "alice";
	assert_int_equal(account_find("alice", &account, NULL), OUTCOME_OK);
	assert_true(account.exists);
	assert_string_equal(account.uid_name, "");
	service.found_name = "";
	assert_int_equal(account_find("alice", &account, NULL), OUTCOME_OK);
	assert_false(account.exists);
}

static void
account_eq_sees_every_field(void **state)
{
	static const struct account base = {
	    .exists = true,
	    .name = "alice",
	    .uid_name = "al",
	    .uid = 1000,
	    .gid = 100,
	};
	struct account other = base;

	(void)state;
	assert_true(account_eq(&base, &other));
	other.exists = false;
	assert_false(account_eq(&base, &other));
	other = base;
	other.name[0] = 'A';
	assert_false(account_eq(&base, &other));
	other = base;
	other.uid_name[2] = '\0';
	other.uid_name[1] = '\0';
	assert_false(account_eq(&base, &other));
	other = base;
	other.uid = 0;
	assert_false(account_eq(&base, &other));
	other = base;
	other.gid = 0;
	assert_false(account_eq(&base, &other));
}

static const struct account alice = {
    .exists = true, .name = "alice", .uid = 1000, .gid = 100};

static void
account_in_group_counts_every_group_and_the_primary_one(void **state)
{
	static const struct {
		const char *group;
		int groups;
		bool in;
	} rows[] = {
	    {"primary", 0, true},
	    {"first", 0, false},
	    {"first", 1, true},
	    {"hundredth", 99, false},
	    {"hundredth", 100, true},
	    {"hundredth", 5000, true},
	    {"other", 5000, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool in = !rows[i].in;

		service.groups = rows[i].groups;
		assert_int_equal(
		    account_in_group(&alice, "asked", rows[i].group, &in, NULL),
		    OUTCOME_OK);
		if (in != rows[i].in)
			fail_msg("row %zu", i);
	}
}

static void
account_group_that_does_not_exist_has_no_members(void **state)
{
	struct errinfo err = {0};
	bool in = true;

	(void)state;
	assert_int_equal(
	    account_in_group(&alice, "asked", "none", &in, &err), OUTCOME_OK);
	assert_false(in);
	assert_string_equal(
	    err.text, "account_group \"none\" does not exist on this host");
	service.group_error = ENOENT;
	in = true;
	assert_int_equal(
	    account_in_group(&alice, "asked", "first", &in, NULL), OUTCOME_OK);
	assert_false(in);
}

static void
account_that_is_missing_is_in_no_group(void **state)
{
	static const struct account none;
	bool in = true;

	(void)state;
	service.groups = 1;
	service.calls = 0;
	assert_int_equal(
	    account_in_group(&none, "alice", "first", &in, NULL), OUTCOME_OK);
	assert_false(in);
	/* and is asked for all the same */
	assert_int_equal(service.calls, 1);
}

static void
account_in_group_tells_a_failed_name_service(void **state)
{
	struct errinfo err = {0};
	bool in = false;

	(void)state;
	service.group_error = EIO;
	assert_int_equal(account_in_group(&alice, "asked", "first", &in, &err),
	    OUTCOME_SYSTEM_ERROR);
	assert_string_equal(err.text, "name service: Input/output error");
	service.group_error = 0;
	service.groups = 70000;
	service.calls = 0;
	assert_int_equal(account_in_group(&alice, "asked", "first", &in, &err),
	    OUTCOME_SYSTEM_ERROR);
	assert_string_equal(
	    err.text, "name service: the account has too many groups");
	assert_in_range(service.calls, 1, 20);
	assert_false(in);
}

#define SERVICE_TEST(fn) cmocka_unit_test_setup(fn, service_reset)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    SERVICE_TEST(account_of_zero_bytes_does_not_exist),
	    SERVICE_TEST(account_has_the_names_of_its_entries),
	    SERVICE_TEST(account_that_is_missing_is_no_error),
	    SERVICE_TEST(account_find_tells_a_failed_name_service),
	    SERVICE_TEST(account_find_makes_room_for_large_entries),
	    SERVICE_TEST(account_names_have_1_to_256_bytes),
	    SERVICE_TEST(account_eq_sees_every_field),
	    SERVICE_TEST(
		account_in_group_counts_every_group_and_the_primary_one),
	    SERVICE_TEST(account_group_that_does_not_exist_has_no_members),
	    SERVICE_TEST(account_that_is_missing_is_in_no_group),
	    SERVICE_TEST(account_in_group_tells_a_failed_name_service),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
