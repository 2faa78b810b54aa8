/* SPDX-License-Identifier: ISC */
/* Opening files that decide who may be whom. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "gcpkce/base/buf.h"
#include "gcpkce/config/safefile.h"

#define STRANGER 65534

static char directory[] = "/tmp/gcpkce-safefile-XXXXXX";

/* DIRECTORY/name, in one of a few buffers that take turns. */
static const char *
in(const char *name)
{
	static char paths[4][256];
	static size_t turn;
	char *path = paths[turn++ % 4];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
	return path;
}

static int
directory_make(void **state)
{
	(void)state;
	memcpy(directory + sizeof(directory) - 7, "XXXXXX", 6);
	if (mkdtemp(directory) == NULL)
		return -1;
	return mkdir(in("dir"), 0755);
}

static int
directory_remove(void **state)
{
	char command[64];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf %s", directory);
	pid_t pid = fork();
	if (pid == 0) {
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	return waitpid(pid, NULL, 0) == pid ? 0 : -1;
}

static const char *
file_make(const char *name, mode_t mode)
{
	const char *path = in(name);

	(void)unlink(path);
	autofd fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "text\n", 5), 5);
	assert_int_equal(fchmod(fd, mode), 0);
	return path;
}

/* Open; the text of the reason goes to ret_why. */
static enum outcome
try_open(const char *path, enum safefile_kind kind, bool *ret_there,
    struct errinfo *ret_why)
{
	autofd fd = -77;

	ret_why->text[0] = '\0';
	enum outcome r = safefile_open(path, kind, &fd, ret_why);
	/* ret_fd is written on success alone */
	assert_int_equal(fd == -77, r != OUTCOME_OK);
	*ret_there = fd >= 0;
	if (fd >= 0) {
		assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
		assert_int_equal(fcntl(fd, F_GETFL) & (O_ACCMODE | O_PATH),
		    kind == SAFEFILE_PROGRAM ? O_PATH : O_RDONLY);
	}
	return r;
}

static void
assert_refused(const char *path, enum safefile_kind kind, enum outcome outcome,
    const char *why)
{
	struct errinfo err;
	bool there;
	enum outcome r = try_open(path, kind, &there, &err);

	if (r != outcome || strstr(err.text, why) == NULL)
		fail_msg("%s: %s, \"%s\"", path, outcome_name(r), err.text);
	assert_memory_equal(err.text, path, strlen(path));
}

static void
assert_opened(const char *path, enum safefile_kind kind)
{
	struct errinfo err;
	bool there;
	enum outcome r = try_open(path, kind, &there, &err);

	if (r != OUTCOME_OK || !there)
		fail_msg("%s: %s, \"%s\"", path, outcome_name(r), err.text);
}

static void
assert_missing(const char *path, enum safefile_kind kind)
{
	struct errinfo err;
	bool there;
	enum outcome r = try_open(path, kind, &there, &err);

	if (r != OUTCOME_OK || there)
		fail_msg("%s: %s, \"%s\"", path, outcome_name(r), err.text);
}

/* Does the test run as root?  What needs it is skipped, and says so. */
static void
need_root(void)
{
	if (geteuid() == 0)
		return;
	print_message("SKIPPED: needs root\n");
	skip();
}

static void
safefile_judges_modes_of_files(void **state)
{
	static const struct {
		mode_t mode;
		const char *config; /* NULL: opened; else why not */
		const char *secret;
	} rows[] = {
	    {0600, NULL, NULL},
	    {0400, NULL, NULL},
	    {0700, NULL, NULL},
	    {0644, NULL, ": may be read by others (mode 0644); chmod 0600 it"},
	    {0640, NULL, ": may be read by others (mode 0640); chmod 0600 it"},
	    {0604, NULL, ": may be read by others (mode 0604); chmod 0600 it"},
	    {0601, NULL, ": may be read by others (mode 0601); chmod 0600 it"},
	    {0755, NULL, ": may be read by others (mode 0755); chmod 0600 it"},
	    {0664, ": may be written by others (mode 0664); chmod go-w it",
		": may be written by others (mode 0664); chmod go-w it"},
	    {0646, ": may be written by others (mode 0646); chmod go-w it",
		": may be written by others (mode 0646); chmod go-w it"},
	    {0620, ": may be written by others (mode 0620); chmod go-w it",
		": may be written by others (mode 0620); chmod go-w it"},
	    {0602, ": may be written by others (mode 0602); chmod go-w it",
		": may be written by others (mode 0602); chmod go-w it"},
	    {01666, ": may be written by others (mode 1666); chmod go-w it",
		": may be written by others (mode 1666); chmod go-w it"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *path = file_make("file", rows[i].mode);

		if (rows[i].config == NULL)
			assert_opened(path, SAFEFILE_CONFIG);
		else
			assert_refused(path, SAFEFILE_CONFIG,
			    OUTCOME_CONFIG_UNSAFE, rows[i].config);
		if (rows[i].secret == NULL)
			assert_opened(path, SAFEFILE_SECRET);
		else
			assert_refused(path, SAFEFILE_SECRET,
			    OUTCOME_CONFIG_UNSAFE, rows[i].secret);
	}
}

static void
safefile_judges_modes_of_directories(void **state)
{
	static const struct {
		mode_t mode;
		bool good;
	} rows[] = {
	    {0755, true},
	    {0700, true},
	    {01777, true}, /* sticky: what others put there is theirs */
	    {01775, true},
	    {0775, false},
	    {0757, false},
	    {0777, false},
	    {02775, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char why[64];

		file_make("dir/file", 0644);
		assert_int_equal(chmod(in("dir"), rows[i].mode), 0);
		(void)snprintf(why, sizeof(why), "(mode %04o); chmod go-w it",
		    (unsigned)rows[i].mode);
		if (rows[i].good) {
			assert_opened(in("dir/file"), SAFEFILE_CONFIG);
			assert_opened(in("dir"), SAFEFILE_DIRECTORY);
			continue;
		}
		assert_refused(in("dir/file"), SAFEFILE_CONFIG,
		    OUTCOME_CONFIG_UNSAFE, why);
		assert_refused(
		    in("dir"), SAFEFILE_DIRECTORY, OUTCOME_CONFIG_UNSAFE, why);
		/* a user who may write there may remove it, too */
		assert_refused(in("dir/none"), SAFEFILE_CONFIG,
		    OUTCOME_CONFIG_UNSAFE, why);
	}
}

static void
safefile_refuses_files_of_others(void **state)
{
	(void)state;
	need_root();
	const char *path = file_make("file", 0600);
	assert_int_equal(chown(path, STRANGER, 0), 0);
	assert_refused(path, SAFEFILE_CONFIG, OUTCOME_CONFIG_UNSAFE,
	    ": belongs to uid 65534; give it to root");
	assert_refused(path, SAFEFILE_SECRET, OUTCOME_CONFIG_UNSAFE,
	    ": belongs to uid 65534; give it to root");
	/* a group does not own */
	assert_int_equal(chown(path, 0, STRANGER), 0);
	assert_opened(path, SAFEFILE_CONFIG);
}

static void
safefile_refuses_directories_of_others(void **state)
{
	(void)state;
	need_root();
	file_make("dir/file", 0644);
	for (mode_t mode = 0755; mode <= 01777; mode += 01777 - 0755) {
		assert_int_equal(chown(in("dir"), STRANGER, 0), 0);
		assert_int_equal(chmod(in("dir"), mode), 0);
		assert_refused(in("dir/file"), SAFEFILE_CONFIG,
		    OUTCOME_CONFIG_UNSAFE,
		    ": the directory \"dir\" on its way belongs to uid 65534; "
		    "give it to root");
		assert_refused(in("dir"), SAFEFILE_DIRECTORY,
		    OUTCOME_CONFIG_UNSAFE, " belongs to uid 65534");
	}
}

static void
safefile_refuses_in_a_directory_two_levels_up(void **state)
{
	(void)state;
	assert_int_equal(mkdir(in("dir/sub"), 0755), 0);
	file_make("dir/sub/file", 0644);
	assert_opened(in("dir/sub/file"), SAFEFILE_CONFIG);
	assert_int_equal(chmod(in("dir"), 0777), 0);
	assert_refused(in("dir/sub/file"), SAFEFILE_CONFIG,
	    OUTCOME_CONFIG_UNSAFE,
	    ": the directory \"dir\" on its way may be written by others");
	/* nor by a way round */
	assert_refused(in("dir/sub/../../dir/sub/file"), SAFEFILE_CONFIG,
	    OUTCOME_CONFIG_UNSAFE, "\"dir\"");
}

static void
safefile_never_follows_a_link_in_the_last_place(void **state)
{
	(void)state;
	file_make("file", 0644);
	assert_int_equal(symlink("file", in("link")), 0);
	assert_int_equal(symlink("nothing", in("broken")), 0);
	assert_refused(in("link"), SAFEFILE_CONFIG, OUTCOME_CONFIG_UNSAFE,
	    ": is a symbolic link; name the file itself");
	assert_refused(in("link"), SAFEFILE_SECRET, OUTCOME_CONFIG_UNSAFE,
	    ": is a symbolic link; name the file itself");
	assert_refused(in("broken"), SAFEFILE_CONFIG, OUTCOME_CONFIG_UNSAFE,
	    ": is a symbolic link; name the file itself");
	assert_refused(in("link"), SAFEFILE_PROGRAM, OUTCOME_CONFIG_UNSAFE,
	    ": is a symbolic link; name the file itself");
}

static void
safefile_opens_a_program_that_may_not_be_read(void **state)
{
	(void)state;
	assert_opened(file_make("file", 0111), SAFEFILE_PROGRAM);
	assert_refused(file_make("file", 0113), SAFEFILE_PROGRAM,
	    OUTCOME_CONFIG_UNSAFE, ": may be written by others");
	assert_refused(in("dir"), SAFEFILE_PROGRAM, OUTCOME_CONFIG_INVALID,
	    ": is not a regular file");
	assert_missing(in("none"), SAFEFILE_PROGRAM);
}

static void
safefile_never_follows_a_link_to_a_directory_in_the_last_place(void **state)
{
	struct errinfo err;
	bool there;

	(void)state;
	assert_int_equal(symlink("dir", in("dirlink")), 0);
	assert_int_not_equal(
	    try_open(in("dirlink"), SAFEFILE_DIRECTORY, &there, &err),
	    OUTCOME_OK);
	assert_int_not_equal(
	    try_open(in("dirlink/"), SAFEFILE_DIRECTORY, &there, &err),
	    OUTCOME_OK);
}

static void
safefile_follows_trusted_links_to_directories(void **state)
{
	(void)state;
	file_make("dir/file", 0644);
	assert_int_equal(symlink("dir", in("relative")), 0);
	assert_int_equal(symlink(in("dir"), in("absolute")), 0);
	assert_int_equal(symlink("relative/", in("twice")), 0);
	assert_int_equal(symlink("../dir", in("dir/up")), 0);
	assert_opened(in("relative/file"), SAFEFILE_CONFIG);
	assert_opened(in("absolute/file"), SAFEFILE_CONFIG);
	assert_opened(in("twice/file"), SAFEFILE_CONFIG);
	assert_opened(in("dir/up/file"), SAFEFILE_CONFIG);
	assert_missing(in("absolute/none"), SAFEFILE_CONFIG);
	/* what lies behind a link is judged like the rest */
	assert_int_equal(chmod(in("dir"), 0777), 0);
	assert_refused(in("relative/file"), SAFEFILE_CONFIG,
	    OUTCOME_CONFIG_UNSAFE, "may be written by others");
	assert_refused(in("absolute/file"), SAFEFILE_CONFIG,
	    OUTCOME_CONFIG_UNSAFE, "may be written by others");
}

static void
safefile_refuses_links_of_others(void **state)
{
	(void)state;
	need_root();
	file_make("dir/file", 0644);
	assert_int_equal(symlink("dir", in("theirs")), 0);
	assert_int_equal(lchown(in("theirs"), STRANGER, 0), 0);
	assert_refused(in("theirs/file"), SAFEFILE_CONFIG,
	    OUTCOME_CONFIG_UNSAFE,
	    ": \"theirs\" on its way is a symbolic link that root does not own");
}

static void
safefile_follows_links_in_a_circle_no_further_than_eight(void **state)
{
	(void)state;
	assert_int_equal(symlink("b", in("a")), 0);
	assert_int_equal(symlink("a", in("b")), 0);
	assert_refused(in("a/file"), SAFEFILE_CONFIG, OUTCOME_CONFIG_UNSAFE,
	    "one of too many; name the real path");
}

static void
safefile_of_links_that_grow_the_path_ends(void **state)
{
	char target[3000];

	(void)state;
	memset(target, '/', sizeof(target));
	memcpy(target, "./", 2);
	memcpy(target + sizeof(target) - 6, "/grow", 6);
	assert_int_equal(symlink(target, in("grow")), 0);
	struct errinfo err;
	bool there;
	assert_int_not_equal(
	    try_open(in("grow/file"), SAFEFILE_CONFIG, &there, &err),
	    OUTCOME_OK);
}

static void
safefile_says_when_nothing_is_there(void **state)
{
	(void)state;
	assert_missing(in("none"), SAFEFILE_CONFIG);
	assert_missing(in("none"), SAFEFILE_SECRET);
	assert_missing(in("none"), SAFEFILE_DIRECTORY);
	assert_missing(in("none/none/file"), SAFEFILE_CONFIG);
}

static void
safefile_does_not_hang_on_a_fifo(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(in("fifo"), 0600), 0);
	assert_refused(in("fifo"), SAFEFILE_CONFIG, OUTCOME_CONFIG_INVALID,
	    ": is not a regular file");
	assert_refused(in("fifo"), SAFEFILE_SECRET, OUTCOME_CONFIG_INVALID,
	    ": is not a regular file");
	assert_refused(in("fifo"), SAFEFILE_DIRECTORY, OUTCOME_CONFIG_INVALID,
	    ": Not a directory");
	assert_refused(in("fifo/file"), SAFEFILE_CONFIG, OUTCOME_CONFIG_INVALID,
	    ": \"fifo\" on its way is not a directory");
}

static void
safefile_refuses_what_is_no_regular_file(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	autofd fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	(void)snprintf(
	    address.sun_path, sizeof(address.sun_path), "%s", in("socket"));
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_refused(in("socket"), SAFEFILE_CONFIG, OUTCOME_CONFIG_INVALID,
	    ": No such device or address");
	assert_refused(in("dir"), SAFEFILE_CONFIG, OUTCOME_CONFIG_INVALID,
	    ": is not a regular file");
	assert_refused("/dev/null", SAFEFILE_CONFIG, OUTCOME_CONFIG_INVALID,
	    ": is not a regular file");
	file_make("file", 0644);
	assert_refused(in("file"), SAFEFILE_DIRECTORY, OUTCOME_CONFIG_INVALID,
	    ": Not a directory");
	assert_refused(in("file/x"), SAFEFILE_CONFIG, OUTCOME_CONFIG_INVALID,
	    ": \"file\" on its way is not a directory");
}

static void
safefile_refuses_paths_of_no_file(void **state)
{
	char longest[5000];
	char name[300];

	(void)state;
	assert_refused("", SAFEFILE_CONFIG, OUTCOME_CONFIG_INVALID,
	    ": is not an absolute path");
	assert_refused("etc/passwd", SAFEFILE_CONFIG, OUTCOME_CONFIG_INVALID,
	    ": is not an absolute path");
	assert_refused("/", SAFEFILE_CONFIG, OUTCOME_CONFIG_INVALID,
	    ": is not the path of a file");
	assert_refused("///", SAFEFILE_CONFIG, OUTCOME_CONFIG_INVALID,
	    ": is not the path of a file");
	memset(name, 'x', sizeof(name) - 1);
	name[0] = '/';
	name[sizeof(name) - 1] = '\0';
	assert_refused(name, SAFEFILE_CONFIG, OUTCOME_CONFIG_INVALID,
	    ": is not the path of a file");
	memset(longest, '/', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(
	    safefile_open(longest, SAFEFILE_CONFIG, &(int){0}, NULL),
	    OUTCOME_CONFIG_INVALID);
}

static void
safefile_reads_the_file_that_is_named(void **state)
{
	char bytes[8] = "";
	autofd fd = -1;

	(void)state;
	file_make("dir/file", 0644);
	assert_int_equal(
	    safefile_open(in("./dir//../dir/file"), SAFEFILE_CONFIG, &fd, NULL),
	    OUTCOME_OK);
	assert_int_equal(read(fd, bytes, sizeof(bytes)), 5);
	assert_string_equal(bytes, "text\n");
}

/* Run as an ordinary user in a child; which of the rows fails, or 0. */
static int
as_stranger(int (*fn)(void))
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (setresgid(STRANGER, STRANGER, STRANGER) != 0 ||
		    setresuid(STRANGER, STRANGER, STRANGER) != 0)
			_exit(99);
		_exit(fn());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int
stranger_opens(void)
{
	static const struct {
		const char *name;
		enum outcome outcome;
	} rows[] = {
	    {"dir/own", OUTCOME_OK},
	    {"dir/roots", OUTCOME_OK},
	    {"dir/others", OUTCOME_CONFIG_UNSAFE},
	    {"dir/unreadable", OUTCOME_CONFIG_INVALID},
	};

	for (int i = 0; i < 4; i++) {
		autofd fd = -1;

		if (safefile_open(in(rows[i].name), SAFEFILE_CONFIG, &fd,
			NULL) != rows[i].outcome)
			return i + 1;
	}
	return 0;
}

static void
safefile_trusts_root_and_the_effective_user(void **state)
{
	(void)state;
	need_root();
	assert_int_equal(chmod(directory, 0755), 0);
	assert_int_equal(
	    chown(file_make("dir/own", 0644), STRANGER, STRANGER), 0);
	file_make("dir/roots", 0644);
	assert_int_equal(chown(file_make("dir/others", 0644), 12345, 0), 0);
	file_make("dir/unreadable", 0600);
	assert_int_equal(chown(in("dir"), STRANGER, 0), 0);
	assert_int_equal(as_stranger(stranger_opens), 0);
}

static void
safefile_judges_the_root_directory_too(void **state)
{
	int status = 0;

	(void)state;
	need_root();
	file_make("dir/file", 0644);
	assert_int_equal(chmod(in("dir"), 0777), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		autofd fd = -1;

		if (chroot(in("dir")) != 0 || chdir("/") != 0)
			_exit(99);
		_exit(safefile_open("/file", SAFEFILE_CONFIG, &fd, NULL) ==
			    OUTCOME_CONFIG_UNSAFE
			? 0
			: 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
safefile_leaves_no_descriptor(void **state)
{
	(void)state;
	file_make("dir/file", 0644);
	assert_int_equal(symlink(in("dir"), in("absolute")), 0);
	int next = dup(0);
	(void)close(next);
	assert_opened(in("absolute/file"), SAFEFILE_CONFIG);
	assert_missing(in("absolute/none"), SAFEFILE_CONFIG);
	assert_missing(in("none/x"), SAFEFILE_CONFIG);
	assert_int_equal(chmod(in("dir"), 0777), 0);
	assert_refused(in("absolute/file"), SAFEFILE_CONFIG,
	    OUTCOME_CONFIG_UNSAFE, "others");
	autofd again = dup(0);
	assert_int_equal(again, next);
}

#define DIRECTORY_TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, directory_make, directory_remove)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    DIRECTORY_TEST(safefile_judges_modes_of_files),
	    DIRECTORY_TEST(safefile_judges_modes_of_directories),
	    DIRECTORY_TEST(safefile_refuses_files_of_others),
	    DIRECTORY_TEST(safefile_refuses_directories_of_others),
	    DIRECTORY_TEST(safefile_refuses_in_a_directory_two_levels_up),
	    DIRECTORY_TEST(safefile_never_follows_a_link_in_the_last_place),
	    DIRECTORY_TEST(safefile_opens_a_program_that_may_not_be_read),
	    DIRECTORY_TEST(
		safefile_never_follows_a_link_to_a_directory_in_the_last_place),
	    DIRECTORY_TEST(safefile_follows_trusted_links_to_directories),
	    DIRECTORY_TEST(safefile_refuses_links_of_others),
	    DIRECTORY_TEST(
		safefile_follows_links_in_a_circle_no_further_than_eight),
	    DIRECTORY_TEST(safefile_of_links_that_grow_the_path_ends),
	    DIRECTORY_TEST(safefile_says_when_nothing_is_there),
	    DIRECTORY_TEST(safefile_does_not_hang_on_a_fifo),
	    DIRECTORY_TEST(safefile_refuses_what_is_no_regular_file),
	    DIRECTORY_TEST(safefile_refuses_paths_of_no_file),
	    DIRECTORY_TEST(safefile_reads_the_file_that_is_named),
	    DIRECTORY_TEST(safefile_trusts_root_and_the_effective_user),
	    DIRECTORY_TEST(safefile_judges_the_root_directory_too),
	    DIRECTORY_TEST(safefile_leaves_no_descriptor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
