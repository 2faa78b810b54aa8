/* SPDX-License-Identifier: ISC */
/* Records of sign-ins: what is read back, what is not, and what removes them.
 */
#include <dirent.h>
#include <dlfcn.h>
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
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "../module/own_run.h"
#include "gcpkce/base/clock.h"
#include "gcpkce/config/remembered.h"
#include "gcpkce/config/rundir.h"

static int uid_error; /* of the name service; 0: it works */

int
getpwuid_r(uid_t uid, struct passwd *entry, char *space, size_t len,
    struct passwd **found)
{
	int (*real)(uid_t, struct passwd *, char *, size_t, struct passwd **);

	*(void **)&real = dlsym(RTLD_NEXT, "getpwuid_r");
	*found = NULL;
	return uid_error != 0 ? uid_error : real(uid, entry, space, len, found);
}

#define DIR_PATH RUNDIR "/" REMEMBERED_DIR
#define UID 2001
#define KEY "account=\"alice\" service=\"sshd\""
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int64_t wall_leap_s; /* of CLOCK_REALTIME */

int
clock_gettime(clockid_t clock, struct timespec *ret)
{
	int r = (int)syscall(SYS_clock_gettime, clock, ret);

	if (clock == CLOCK_REALTIME)
		ret->tv_sec += wall_leap_s;
	return r;
}

static struct remembered
record_make(const char *account, uid_t uid, const char *key)
{
	struct remembered record = {
	    .uid = uid,
	    .made_s = clock_boot_s(),
	    .lasts_s = 100,
	    .key = BUF_INIT(REMEMBERED_KEY_MAX),
	};

	(void)snprintf(record.account, sizeof(record.account), "%s", account);
	buf_put_text(&record.key, key);
	(void)snprintf(record.identity.id, sizeof(record.identity.id), "id-1");
	(void)snprintf(
	    record.identity.state, sizeof(record.identity.state), "active");
	id_list_begin(&record.identity.groups);
	assert_int_equal(id_list_put(&record.identity.groups,
			     view_text("group-1"), "groups", NULL),
	    OUTCOME_OK);
	return record;
}

static void
record_write(const char *account, uid_t uid, const char *key)
{
	autoremembered record = record_make(account, uid, key);

	assert_int_equal(remembered_write(&record, NULL), OUTCOME_OK);
}

static enum outcome
record_read(struct errinfo *why)
{
	autoremembered record;

	return remembered_read(UID, view_text(KEY), &record, why);
}

/* Every test begins with an empty /run. */
static int
run_empty(void **state)
{
	(void)state;
	if (!has_own_run())
		return 0;
	return umount("/run") != 0 ||
	    mount("run", "/run", "tmpfs", 0, "mode=755") != 0;
}

static void
need_run(void)
{
	if (has_own_run())
		return;
	print_message("NOT TRIED: this test needs root\n");
	skip();
}

/* The names in the directory; the last one in ret. */
static size_t
names_count(char ret[static 512])
{
	DIR *list = opendir(DIR_PATH);
	const struct dirent *entry;
	size_t count = 0;

	while (list != NULL && (entry = readdir(list)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		(void)snprintf(ret, 512, DIR_PATH "/%s", entry->d_name);
		count++;
	}
	if (list != NULL)
		(void)closedir(list);
	return count;
}

static void
what_was_written_is_read(void **state)
{
	char path[512];
	struct stat st;
	autoremembered record = {0};

	(void)state;
	need_run();
	(void)umask(0);
	record_write("alice", UID, KEY);
	assert_int_equal(
	    remembered_read(UID, view_text(KEY), &record, NULL), OUTCOME_OK);
	assert_string_equal(record.account, "alice");
	assert_int_equal(record.uid, UID);
	assert_int_equal(record.lasts_s, 100);
	assert_in_range(record.made_s, clock_boot_s() - 60, clock_boot_s() + 1);
	assert_string_equal(buf_text(&record.key), KEY);
	assert_string_equal(record.identity.id, "id-1");
	assert_string_equal(record.identity.state, "active");
	assert_true(id_list_has(&record.identity.groups, view_text("group-1")));
	assert_int_equal(names_count(path), 1);
	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(st.st_uid, 0);
	assert_int_equal(st.st_nlink, 1);
	assert_int_equal(stat(DIR_PATH, &st), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0700);
}

static void
second_record_takes_the_place_of_the_first(void **state)
{
	char path[512];

	(void)state;
	need_run();
	record_write("alice", UID, KEY);
	record_write("alice", UID, KEY);
	assert_int_equal(names_count(path), 1);
	record_write("alice", UID, KEY " other");
	assert_int_equal(names_count(path), 2);
	assert_int_equal(record_read(NULL), OUTCOME_OK);
}

static void
another_key_and_another_uid_find_nothing(void **state)
{
	autoremembered record;

	(void)state;
	need_run();
	record_write("alice", UID, KEY);
	assert_int_equal(
	    remembered_read(UID, view_text(KEY "x"), &record, NULL),
	    OUTCOME_SYSTEM_ERROR);
	assert_int_equal(
	    remembered_read(UID + 1, view_text(KEY), &record, NULL),
	    OUTCOME_SYSTEM_ERROR);
	assert_int_equal(record.lasts_s, 0);
}

/* As if two keys had one checksum. */
static void
file_of_another_key_is_not_read(void **state)
{
	char first[512];
	char second[512];
	struct errinfo why = {0};

	(void)state;
	need_run();
	record_write("alice", UID, KEY);
	assert_int_equal(names_count(first), 1);
	assert_int_equal(rename(first, "/run/kept"), 0);
	record_write("alice", UID, KEY "x");
	assert_int_equal(names_count(second), 1);
	assert_int_equal(rename(second, first), 0);
	assert_int_equal(record_read(&why), OUTCOME_NOT_MAPPED);
	assert_string_equal(why.text, "the record is that of another key");
	/* nor one of another account */
	record_write("bob", UID + 1, KEY);
	(void)unlink(first);
	assert_int_equal(names_count(second), 1);
	assert_int_equal(rename(second, first), 0);
	assert_int_equal(record_read(&why), OUTCOME_NOT_MAPPED);
}

static void
no_byte_may_change(void **state)
{
	autoremembered record = record_make("alice", UID, KEY);
	autobuf content = BUF_INIT(REMEMBERED_FILE_MAX);
	autoremembered ret;

	(void)state;
	remembered_put(&content, &record);
	assert_int_equal(
	    remembered_parse(buf_view(&content), &ret, NULL), OUTCOME_OK);
	remembered_done(&ret);
	for (size_t i = 0; i < content.len * 8; i++) {
		content.p[i / 8] ^= (uint8_t)(1U << i % 8);
		assert_int_equal(
		    remembered_parse(buf_view(&content), &ret, NULL),
		    OUTCOME_CONFIG_UNSAFE);
		assert_int_equal(ret.lasts_s, 0);
		content.p[i / 8] ^= (uint8_t)(1U << i % 8);
	}
	for (size_t len = 0; len < content.len; len++)
		assert_int_equal(
		    remembered_parse((struct view){content.p, len}, &ret, NULL),
		    OUTCOME_CONFIG_UNSAFE);
	buf_put_byte(&content, 0);
	assert_int_equal(remembered_parse(buf_view(&content), &ret, NULL),
	    OUTCOME_CONFIG_UNSAFE);
}

/* Another version is refused though its checksum is right. */
static void
another_version_is_refused(void **state)
{
	autoremembered record = record_make("alice", UID, KEY);
	autobuf content = BUF_INIT(REMEMBERED_FILE_MAX);
	autoremembered ret;
	struct errinfo why = {0};

	(void)state;
	remembered_put(&content, &record);
	content.p[3]++;
	assert_int_equal(remembered_parse(buf_view(&content), &ret, &why),
	    OUTCOME_CONFIG_UNSAFE);
	assert_non_null(strstr(why.text, "version"));
}

static void
command_run(const char *command)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
only_a_file_of_root_alone_is_read(void **state)
{
	static const char *const changes[] = {
	    "mv $f /run/x && ln -s /run/x $f",
	    "rm $f && mkfifo -m 600 $f",
	    "rm $f && mkdir $f",
	    "ln $f /run/x",
	    "chown 1 $f",
	    "chmod g+r $f",
	    "chmod o+w $f",
	    ": > $f",
	    "truncate -s -1 $f",
	    "truncate -s 300000 $f",
	    "chmod 777 " DIR_PATH,
	    "chown 1 " DIR_PATH,
	    "mv " DIR_PATH " /run/x && ln -s /run/x " DIR_PATH,
	    "chmod 777 " RUNDIR,
	    "rm -r " RUNDIR,
	};

	(void)state;
	need_run();
	for (size_t i = 0; i < COUNT(changes); i++) {
		char path[512];
		char command[1024];

		assert_int_equal(run_empty(NULL), 0);
		record_write("alice", UID, KEY);
		assert_int_equal(record_read(NULL), OUTCOME_OK);
		assert_int_equal(names_count(path), 1);
		(void)snprintf(
		    command, sizeof(command), "f=%s; %s", path, changes[i]);
		command_run(command);
		if (record_read(NULL) == OUTCOME_OK)
			fail_msg("read after: %s", changes[i]);
	}
}

static void
write_fails_and_leaves_nothing(void **state)
{
	static const char *const changes[] = {
	    "mount -t tmpfs -o ro,mode=755 run /run",
	    "mount -t tmpfs -o mode=755,size=4k run /run && dd if=/dev/zero "
	    "of=/run/full bs=4k count=1 status=none",
	    "mkdir " RUNDIR " && : > " DIR_PATH,
	    "mkdir " RUNDIR " && mkdir -m 777 " DIR_PATH,
	};
	char path[512];

	(void)state;
	need_run();
	for (size_t i = 0; i < COUNT(changes); i++) {
		autoremembered record = record_make("alice", UID, KEY);

		assert_int_equal(run_empty(NULL), 0);
		command_run(changes[i]);
		if (remembered_write(&record, NULL) == OUTCOME_OK)
			fail_msg("written after: %s", changes[i]);
		assert_int_equal(names_count(path), 0);
		if (i < 2)
			assert_int_equal(umount("/run"), 0);
	}
}

static void
time_set(const char *path, uint64_t time_s)
{
	const struct timespec times[2] = {
	    {.tv_sec = (time_t)time_s}, {.tv_sec = (time_t)time_s}};

	assert_int_equal(
	    utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW), 0);
}

static void
write_removes_what_has_ended(void **state)
{
	const uint64_t now_s = clock_boot_s();
	const uint64_t wall_s = clock_wall_s();
	const struct {
		const char *name;
		uint64_t time_s;
		bool stays;
	} rows[] = {
	    {DIR_PATH "/1-ended", now_s, false},
	    {DIR_PATH "/1-lasts", now_s + 100, true},
	    {DIR_PATH "/1-future", now_s + REMEMBERED_MAX_S + 100, false},
	    {DIR_PATH "/1-wall", wall_s, false},
	    {DIR_PATH "/.new", wall_s, true},
	    {DIR_PATH "/.finished", now_s + 100, true},
	};

	(void)state;
	need_run();
	record_write("alice", UID, KEY);
	for (size_t i = 0; i < COUNT(rows); i++) {
		autofd fd = open(rows[i].name, O_WRONLY | O_CREAT, 0600);

		assert_true(fd >= 0);
		time_set(rows[i].name, rows[i].time_s);
	}
	assert_int_equal(mkfifo(DIR_PATH "/1-fifo", 0600), 0);
	record_write("alice", UID, KEY);
	for (size_t i = 0; i < COUNT(rows); i++) {
		if ((access(rows[i].name, F_OK) == 0) != rows[i].stays)
			fail_msg("%s", rows[i].name);
	}
	assert_int_equal(access(DIR_PATH "/1-fifo", F_OK), 0);
	assert_int_equal(record_read(NULL), OUTCOME_OK);
	/* what a writer has left is removed ten minutes later */
	for (int64_t leap_s = 590; leap_s > -1000; leap_s -= 1200) {
		wall_leap_s = leap_s;
		record_write("alice", UID, KEY);
		assert_int_equal(
		    access(DIR_PATH "/.new", F_OK), leap_s > 0 ? 0 : -1);
	}
	int fd = open(DIR_PATH "/.new", O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0 && close(fd) == 0);
	wall_leap_s = 610;
	record_write("alice", UID, KEY);
	assert_int_equal(access(DIR_PATH "/.new", F_OK), -1);
	wall_leap_s = 0;
}

/* 10,050 have ended: one sign-in looks at no more than its limit. */
static void
write_looks_at_no_more_than_its_limit(void **state)
{
	char name[512];

	(void)state;
	need_run();
	record_write("alice", UID, KEY);
	for (unsigned i = 0; i < REMEMBERED_SWEEP_MAX + 50; i++) {
		(void)snprintf(name, sizeof(name), DIR_PATH "/1-%016x", i);
		autofd fd = open(name, O_WRONLY | O_CREAT, 0600);
		assert_true(fd >= 0);
		time_set(name, 1);
	}
	record_write("alice", UID, KEY);
	assert_in_range(names_count(name), 51, 54); /* ".", "..", the record */
	record_write("alice", UID, KEY);
	assert_int_equal(names_count(name), 1);
	assert_int_equal(record_read(NULL), OUTCOME_OK);
}

/* However they interleave, there is one whole record and nothing else. */
static void
two_writers_at_once_leave_one_record(void **state)
{
	enum { WRITERS = 8, TIMES = 50 };
	pid_t writers[WRITERS];
	char name[512];
	int status = -1;

	(void)state;
	need_run();
	record_write("alice", UID, KEY);
	for (unsigned i = 0; i < WRITERS; i++) {
		writers[i] = fork();
		assert_true(writers[i] >= 0);
		if (writers[i] != 0)
			continue;
		autoremembered record = record_make("alice", UID, KEY);
		for (unsigned n = 0; n < TIMES; n++) {
			if (remembered_write(&record, NULL) != OUTCOME_OK ||
			    record_read(NULL) != OUTCOME_OK)
				_exit(1);
		}
		_exit(0);
	}
	for (unsigned i = 0; i < WRITERS; i++) {
		assert_int_equal(waitpid(writers[i], &status, 0), writers[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(names_count(name), 1);
	assert_int_equal(record_read(NULL), OUTCOME_OK);
}

static void
forget_removes_the_records_of_a_user(void **state)
{
	size_t count = 99;
	char path[512];

	(void)state;
	need_run();
	assert_int_equal(remembered_forget("alice", &count, NULL), OUTCOME_OK);
	assert_int_equal(count, 0);
	record_write("alice", UID, KEY);
	record_write("alice", UID, KEY " other");
	record_write("daemon", 1, KEY);
	record_write("root", UID + 1, KEY);
	/* "alice" has no account here: the records say whose they are */
	assert_int_equal(remembered_forget("alice", &count, NULL), OUTCOME_OK);
	assert_int_equal(count, 2);
	assert_int_equal(remembered_forget("ali", &count, NULL), OUTCOME_OK);
	assert_int_equal(count, 0);
	/* the file of an account's uid need not be readable */
	command_run("cd " DIR_PATH " && : > 1-0123456789abcdef && "
		    ": > 1-1123456789abcdef && : > 11-123456789abcdef");
	assert_int_equal(remembered_forget("daemon", &count, NULL), OUTCOME_OK);
	assert_int_equal(count, 3);
	assert_int_equal(names_count(path), 2);
	command_run("rm " DIR_PATH "/11-*");
	assert_int_equal(names_count(path), 1);
	assert_int_equal(remembered_forget("root", &count, NULL), OUTCOME_OK);
	assert_int_equal(count, 1);
}

/* Neither replaced nor followed. */
static void
new_file_is_never_one_that_exists(void **state)
{
	autofd fd = -1;

	(void)state;
	need_run();
	record_write("alice", UID, KEY);
	fd = open(DIR_PATH, O_RDONLY | O_DIRECTORY);
	command_run("cd " DIR_PATH " && : > file && ln -s file link && "
		    "ln -s missing dangling");
	static const char *const names[] = {"file", "link", "dangling"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(
		    rundir_file_make(fd, names[i], view_text("x"), 0, 0, NULL),
		    OUTCOME_SYSTEM_ERROR);
	command_run("cd " DIR_PATH " && ! test -s file && ! test -e missing && "
		    "test -L link");
}

static void
forget_goes_on_without_a_name_service(void **state)
{
	struct errinfo why = {0};
	size_t count = 99;
	char path[512];

	(void)state;
	need_run();
	record_write("alice", UID, KEY);
	record_write("daemon", 1, KEY);
	uid_error = EIO;
	enum outcome r = remembered_forget("alice", &count, &why);
	uid_error = 0;
	assert_int_equal(r, OUTCOME_SYSTEM_ERROR);
	assert_non_null(strstr(why.text, "name service"));
	assert_int_equal(count, 1);
	assert_int_equal(names_count(path), 1);
}

static void
forget_creates_no_directory(void **state)
{
	size_t count = 99;

	(void)state;
	need_run();
	assert_int_equal(remembered_forget(NULL, &count, NULL), OUTCOME_OK);
	assert_int_equal(count, 0);
	assert_int_not_equal(access(RUNDIR, F_OK), 0);
}

static void
forget_removes_all(void **state)
{
	struct errinfo why = {0};
	size_t count = 99;
	char path[512];

	(void)state;
	need_run();
	assert_int_equal(remembered_forget(NULL, &count, NULL), OUTCOME_OK);
	assert_int_equal(count, 0);
	record_write("alice", UID, KEY);
	record_write("daemon", 1, KEY);
	command_run("cd " DIR_PATH " && : > foreign && mkfifo fifo && "
		    "ln -s /etc/passwd link && mkdir directory");
	assert_int_equal(
	    remembered_forget(NULL, &count, &why), OUTCOME_SYSTEM_ERROR);
	assert_non_null(strstr(why.text, "directory"));
	assert_int_equal(count, 5);
	assert_int_equal(names_count(path), 1);
	assert_int_equal(access("/etc/passwd", F_OK), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, run_empty)
	const struct CMUnitTest tests[] = {
	    TEST(what_was_written_is_read),
	    TEST(second_record_takes_the_place_of_the_first),
	    TEST(another_key_and_another_uid_find_nothing),
	    TEST(file_of_another_key_is_not_read),
	    TEST(no_byte_may_change),
	    TEST(another_version_is_refused),
	    TEST(only_a_file_of_root_alone_is_read),
	    TEST(write_fails_and_leaves_nothing),
	    TEST(write_removes_what_has_ended),
	    TEST(write_looks_at_no_more_than_its_limit),
	    TEST(two_writers_at_once_leave_one_record),
	    TEST(forget_removes_the_records_of_a_user),
	    TEST(new_file_is_never_one_that_exists),
	    TEST(forget_goes_on_without_a_name_service),
	    TEST(forget_creates_no_directory),
	    TEST(forget_removes_all),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
