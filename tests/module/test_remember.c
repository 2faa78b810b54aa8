/* SPDX-License-Identifier: ISC */
/*
 * Remembered sign-ins through libpam: one sign-in with a helper, and which next
 * one needs none.
 */
/* fortified headers would define some of these functions themselves */
#undef _FORTIFY_SOURCE

#include "apart.h"
#include "host.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "gcpkce/base/cleanup.h"
#include "gcpkce/base/clock.h"
#include "gcpkce/config/remembered.h"
#include "gcpkce/config/rundir.h"
#include "own_run.h"

#define DIR_PATH RUNDIR "/" REMEMBERED_DIR
#define RHOST "192.0.2.7"
#define ED25519 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEk+/x0="
#define OTHER_KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEk+/x1="
#define METHODS "publickey " ED25519 "\n"
#define REMEMBER "remember=600 debug=yes"
#define ALICE_UID 2001

/* ---- what the kernel says, changed ---- */

static int64_t clock_leap_s;
static unsigned long caller = ALICE_UID; /* who executed this program */

VISIBLE int
clock_gettime(clockid_t clock, struct timespec *ret)
{
	int r = (int)syscall(SYS_clock_gettime, clock, ret);

	if (clock == CLOCK_BOOTTIME)
		ret->tv_sec += clock_leap_s;
	return r;
}

VISIBLE unsigned long
getauxval(unsigned long type)
{
	return type == AT_UID ? caller : 0;
}

/* ---- one sign-in ---- */

static const char *methods = METHODS;
static char map_directory[] = "/tmp/pam_gcpkce_map_XXXXXX";
static char map_path[64];
static char second_path[64];
static size_t variables; /* of the PAM environment, after the last sign-in */

static void
need_run(void)
{
	need_root();
	if (has_own_run())
		return;
	print_message("NOT TRIED: there is no mount namespace\n");
	skip();
}

/* A new /run for each test; everything else is as at the beginning. */
static int
reset(void **state)
{
	(void)state;
	clock_leap_s = 0;
	caller = ALICE_UID;
	methods = METHODS;
	return has_own_run() &&
	    (umount("/run") != 0 ||
		mount("run", "/run", "tmpfs", 0, "mode=755") != 0);
}

static void
sshd_begin(struct host *h)
{
	host_begin(h);
	h->map_path = geteuid() == 0 ? map_path : NULL;
	h->service = "sshd";
	h->tty = "ssh";
	h->rhost = RHOST;
	h->arguments = REMEMBER;
}

static void
session_begin(struct host *h)
{
	host_begin(h);
	h->map_path = geteuid() == 0 ? map_path : NULL;
	h->service = "sudo";
	h->ruser = "alice";
	h->arguments = REMEMBER;
}

/* Sign in, and end the host. */
static int
signin(struct host *h, unsigned *ret_helpers, size_t *ret_messages)
{
	char text[4096];

	host_open(h);
	if (methods != NULL) {
		(void)snprintf(
		    text, sizeof(text), "SSH_AUTH_INFO_0=%s", methods);
		assert_int_equal(pam_putenv(h->pamh, text), PAM_SUCCESS);
	}
	int result = host_authenticate(h, 0);
	variables = variables_count(h);
	host_close(h);
	*ret_helpers = h->helpers;
	*ret_messages = h->message_count;
	host_end(h);
	return result;
}

static void
assert_asks(struct host *h, const char *why)
{
	unsigned helpers;
	size_t messages;

	journal_reset();
	(void)signin(h, &helpers, &messages);
	if (helpers != 1 || messages == 0)
		fail_msg("it does not ask: %s", why);
	assert_int_equal(journal_decisions(), 1);
	assert_lacks(journal_decision(), "remembered=");
}

static void
assert_remembered(struct host *h)
{
	unsigned helpers;
	size_t messages;

	journal_reset();
	if (signin(h, &helpers, &messages) != PAM_SUCCESS || helpers != 0)
		fail_msg("it asks: %s", journal[0].text);
	assert_int_equal(messages, 0);
	assert_int_equal(variables, methods != NULL ? 1 : 0);
	assert_int_equal(journal_count, 1);
	assert_int_equal(journal_decisions(), 1);
	assert_holds(journal_decision(), "outcome=ok user=\"alice\" ");
	assert_holds(journal_decision(), " remembered=");
	assert_holds(journal_decision(), " token=none cause=\"");
}

/* With the browser, as alice by sshd. */
static void
first(void)
{
	unsigned helpers;
	size_t messages;
	struct host h;

	sshd_begin(&h);
	assert_int_equal(signin(&h, &helpers, &messages), PAM_SUCCESS);
	assert_int_equal(helpers, 1);
}

static size_t
files_count(void)
{
	DIR *list = opendir(DIR_PATH);
	const struct dirent *entry;
	size_t count = 0;

	while (list != NULL && (entry = readdir(list)) != NULL)
		count += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
	if (list != NULL)
		(void)closedir(list);
	return count;
}

/* ---- a key ---- */

static void
key_needs_one_browser_sign_in(void **state)
{
	struct host h;
	const int64_t begun_ms = clock_now_ms();
	const char *age;

	(void)state;
	need_run();
	first();
	assert_int_equal(files_count(), 1);
	clock_leap_s = 7;
	for (unsigned i = 0; i < 20; i++) {
		sshd_begin(&h);
		assert_remembered(&h);
	}
	assert_holds(journal_decision(), " rhost=\"" RHOST "\"");
	assert_holds(journal_decision(), " subject=\"" ALICE_ID "\"");
	assert_holds(journal_decision(), " email=\"" ALICE_EMAIL "\"");
	assert_holds(journal_decision(), " attempt=0 ");
	age = strstr(journal_decision(), " remembered=");
	assert_non_null(age);
	/* in whole seconds, so one more than those that have passed */
	assert_in_range(strtol(strchr(age, '=') + 1, NULL, 10), clock_leap_s,
	    clock_leap_s + (clock_now_ms() - begun_ms) / 1000 + 1);
	assert_int_equal(files_count(), 1);
}

/* What a test changes before the second sign-in. */
struct change {
	const char *what;
	const char *methods;
	const char *arguments;
	const char *rhost;
	const char *tty;
	const char *user;
	const char *service;
	const char *region;
	const char *map;
	int64_t leap_s;
	uid_t uid;
	bool no_methods, no_rhost, is_other_map;
	const char *script;
};

static const struct change changes[] = {
    {"another key", .methods = "publickey " OTHER_KEY "\n"},
    {"another type of key",
	.methods = "publickey ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIEk+/x0=\n"},
    {"a second key", .methods = METHODS "publickey " OTHER_KEY "\n"},
    {"a second key first", .methods = "publickey " OTHER_KEY "\n" METHODS},
    {"no key", .methods = "password\n"},
    {"a host's key", .methods = "hostbased " ED25519 "\n"},
    {"nothing verified", .methods = ""},
    {"keyboard-interactive alone", .no_methods = true},
    {"a key without its type", .methods = "publickey AAAA\n"},
    {"a key with more behind", .methods = "publickey " ED25519 " x\n"},
    {"a key before a blank", .methods = "publickey " ED25519 " \n"},
    {"a key after two blanks", .methods = "publickey  " ED25519 "\n"},
    {"a key with a tab", .methods = "publickey\t" ED25519 "\n"},
    {"a method that begins alike", .methods = "publickeys " ED25519 "\n"},
    {"a method with a submethod", .methods = "publickey/x " ED25519 "\n"},
    {"an empty key", .methods = "publickey ssh-ed25519 \n"},
    {"a padded nothing", .methods = "publickey ssh-ed25519 ==\n"},
    {"a key with three =", .methods = "publickey ssh-ed25519 A===\n"},
    {"a key with other letters", .methods = "publickey ssh-ed25519 A-_A\n"},
    {"an empty line", .methods = "\n" METHODS},
    {"an empty line behind", .methods = METHODS "\n"},
    {"a control byte", .methods = METHODS "password\r\n"},
    {"a broken line beside", .methods = METHODS "publickey\n"},
    {"another host", .rhost = "192.0.2.8"},
    {"a host that begins alike", .rhost = RHOST "0"},
    {"an unknown host", .rhost = "UNKNOWN"},
    {"no host", .no_rhost = true},
    {"a terminal", .tty = "pts/0"},
    {"a terminal called /dev/ssh", .tty = "/dev/ssh"},
    {"another account", .user = "bob"},
    {"another service", .service = "cockpit"},
    {"another region", .region = "region = us-east-1\n"},
    {"another client", .arguments = REMEMBER " client_id=client-2"},
    {"another organization",
	.arguments = REMEMBER " organization=" OTHER_ORGANIZATION},
    {"another page of the organization", .script = "ok:other-id"},
    {"another provider of identities",
	.arguments = REMEMBER " signin_provider=other"},
    {"credentials each time", .arguments = REMEMBER " force_signin=yes"},
    {"another order of maps",
	.arguments = REMEMBER " map=file,email email_domains=example.com"},
    {"another map", .arguments = REMEMBER, .is_other_map = true},
    {"partners", .arguments = REMEMBER " partner_logins=yes"},
    {"a group", .arguments = REMEMBER " require_group=" GROUP},
    {"a role", .arguments = REMEMBER " require_role=" ROLE},
    {"a division", .arguments = REMEMBER " require_division=" DIVISION},
    {"no remember", .arguments = "debug=yes"},
    {"a shorter time", .arguments = "remember=60", .leap_s = 60},
    {"a longer time", .arguments = "remember=9999", .leap_s = 601},
    {"time over", .leap_s = 600},
    {"a day later", .leap_s = 86400},
    {"a clock that went back", .leap_s = -2},
    {"another identity in the map", .map = "alice id:" OTHER_ID "\n"},
    {"no identity in the map", .map = "alice -\n"},
    {"no line in the map", .map = "bob id:" OTHER_ID "\n"},
    {"a reused name", .uid = 2003},
};

static void
each_change_asks_again(void **state)
{
	(void)state;
	need_run();
	for (size_t i = 0; i < COUNT(changes); i++) {
		const struct change *c = &changes[i];
		struct host h;

		assert_int_equal(reset(NULL), 0);
		first();
		sshd_begin(&h);
		assert_remembered(&h);
		sshd_begin(&h);
		methods = c->no_methods  ? NULL
		    : c->methods != NULL ? c->methods
					 : methods;
#define SET(member) \
	if (c->member != NULL) \
	h.member = c->member
		SET(arguments);
		SET(rhost);
		SET(tty);
		SET(user);
		SET(service);
		SET(script);
		SET(region);
		SET(map);
#undef SET
		h.map_path = c->is_other_map ? second_path : map_path;
		h.rhost = c->no_rhost ? NULL : h.rhost;
		accounts[ALICE].uid = c->uid != 0 ? c->uid : ALICE_UID;
		clock_leap_s = c->leap_s;
		assert_asks(&h, c->what);
	}
}

/* What does not judge an identity changes nothing. */
static void
other_changes_do_not_ask(void **state)
{
	static const char *const arguments[] = {REMEMBER " timeout=7",
	    "remember=600", "remember=86400 revoke=never",
	    REMEMBER " callback=paste dialogue=split",
	    REMEMBER " allow_root=yes min_uid=0"};
	struct host h;

	(void)state;
	need_run();
	first();
	for (size_t i = 0; i < COUNT(arguments); i++) {
		sshd_begin(&h);
		h.arguments = arguments[i];
		assert_remembered(&h);
	}
	sshd_begin(&h);
	methods = "password\n" METHODS "hostbased " OTHER_KEY
		  " client user \"a\"\nkeyboard-interactive/pam\n";
	assert_remembered(&h);
}

/* As OpenSSH writes them. */
static void
certificates_and_keys_in_hardware_are_keys(void **state)
{
	static const char *const rows[] = {
	    "publickey ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1\n",
	    "publickey sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NQ==\n"};
	struct host h;

	(void)state;
	need_run();
	for (size_t i = 0; i < COUNT(rows); i++) {
		methods = rows[i];
		first();
		sshd_begin(&h);
		assert_remembered(&h);
	}
	assert_int_equal(files_count(), COUNT(rows));
}

static void
use_does_not_extend(void **state)
{
	struct host h;

	(void)state;
	need_run();
	first();
	for (clock_leap_s = 0; clock_leap_s < 600; clock_leap_s += 99) {
		sshd_begin(&h);
		assert_remembered(&h);
	}
	clock_leap_s = 600;
	sshd_begin(&h);
	assert_asks(&h, "it is over");
	clock_leap_s = 1198;
	sshd_begin(&h);
	assert_remembered(&h);
}

static void
only_a_success_is_remembered(void **state)
{
	static const char *const scripts[] = {
	    "ok:other-id", "code_refused", "ok:other-organization", "ok:die"};
	struct host h;

	(void)state;
	need_run();
	for (size_t i = 0; i < COUNT(scripts); i++) {
		unsigned helpers;
		size_t messages;

		sshd_begin(&h);
		h.script = scripts[i];
		assert_int_not_equal(
		    signin(&h, &helpers, &messages), PAM_SUCCESS);
		assert_int_equal(files_count(), 0);
	}
	sshd_begin(&h);
	h.arguments = "";
	assert_asks(&h, "it is off");
	assert_int_equal(files_count(), 0);
	sshd_begin(&h);
	methods = NULL;
	assert_asks(&h, "no binding");
	assert_int_equal(files_count(), 0);
	assert_string_equal(journal[0].text,
	    "debug: not remembered: sshd has set no SSH_AUTH_INFO_0");
	sshd_begin(&h);
	h.arguments = "remember=600";
	assert_asks(&h, "no binding");
	assert_int_equal(journal_count, 1);
}

/* Where nothing binds, a browser's sign-in is not remembered. */
static void
what_binds_nothing_is_not_remembered(void **state)
{
	static const struct {
		const char *methods;
		const char *rhost;
		const char *tty;
	} rows[] = {
	    {"", RHOST, "ssh"},
	    {"password\n", RHOST, "ssh"},
	    {"hostbased " ED25519 "\n", RHOST, "ssh"},
	    {"publickeys " ED25519 "\n" METHODS, RHOST, "ssh"},
	    {"publickey/x " ED25519 "\n" METHODS, RHOST, "ssh"},
	    {"publickey/" ED25519 "\n", RHOST, "ssh"},
	    {"publickey\n" METHODS, RHOST, "ssh"},
	    {"publickey \n" METHODS, RHOST, "ssh"},
	    {"publickey AAAA\n", RHOST, "ssh"},
	    {"publickey  AAAA\n", RHOST, "ssh"},
	    {"publickey ssh-ed25519 \n", RHOST, "ssh"},
	    {"publickey ssh-ed25519 ==\n", RHOST, "ssh"},
	    {"publickey ssh-ed25519 A\"A\n", RHOST, "ssh"},
	    {"publickey ssh-ed25519  AAAA\n", RHOST, "ssh"},
	    {"publickey s\303\251 AAAA\n", RHOST, "ssh"},
	    {"publickey " ED25519 " x\n", RHOST, "ssh"},
	    {METHODS "password\r\n", RHOST, "ssh"},
	    {METHODS "\377\n", RHOST, "ssh"},
	    {METHODS, "UNKNOWN", "ssh"},
	    {METHODS, NULL, "ssh"},
	    {METHODS, "", "ssh"},
	    {METHODS, RHOST, "/dev/ssh"},
	    {METHODS, RHOST, "web"},
	    {METHODS, RHOST, NULL},
	};

	(void)state;
	need_run();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct host h;

		sshd_begin(&h);
		methods = rows[i].methods;
		h.rhost = rows[i].rhost;
		h.tty = rows[i].tty;
		assert_asks(&h, rows[i].methods);
		if (files_count() != 0)
			fail_msg("remembered: row %zu", i);
	}
}

static void
interrupted_sign_in_is_remembered_at_its_end(void **state)
{
	static const struct reply replies[] = {
	    {.result = PAM_CONV_AGAIN}, {.text = CODE}};
	struct host h;

	(void)state;
	need_run();
	sshd_begin(&h);
	h.replies = replies;
	h.reply_count = COUNT(replies);
	host_open(&h);
	assert_int_equal(
	    pam_putenv(h.pamh, "SSH_AUTH_INFO_0=" METHODS), PAM_SUCCESS);
	assert_int_equal(host_authenticate(&h, 0), PAM_INCOMPLETE);
	assert_int_equal(files_count(), 0);
	assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
	host_close(&h);
	host_end(&h);
	assert_int_equal(files_count(), 1);
	sshd_begin(&h);
	assert_remembered(&h);
}

/* Nor can the time show whether there is one. */
static void
without_a_binding_no_record_is_opened(void **state)
{
	static const struct {
		const char *methods;
		const char *user;
	} rows[] = {
	    {METHODS, "alice"},
	    {"password\n", "alice"},
	    {NULL, "alice"},
	    {"password\n", "bob"}, /* has no record */
	    {NULL, "bob"},
	    {NULL, "no-account"},
	};
	struct host h;
	char events[4096];

	(void)state;
	need_run();
	first();
	for (size_t i = 0; i < COUNT(rows); i++) {
		autofd watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

		assert_true(watch >= 0);
		assert_true(inotify_add_watch(watch, DIR_PATH, IN_OPEN) >= 0);
		methods = rows[i].methods;
		sshd_begin(&h);
		h.user = rows[i].user;
		if (i == 0)
			assert_remembered(&h);
		else
			assert_asks(&h, "no key");
		assert_int_equal(
		    read(watch, events, sizeof(events)) > 0, i == 0);
	}
}

/* ---- a record that is not what it was ---- */

/* The one record, read from its file. */
static void
record_take(struct remembered *ret)
{
	DIR *list = opendir(DIR_PATH);
	const struct dirent *entry;
	autobuf content = BUF_INIT(REMEMBERED_FILE_MAX);
	struct stat st;

	assert_non_null(list);
	do {
		entry = readdir(list);
		assert_non_null(entry);
	} while (entry->d_name[0] == '.');
	assert_int_equal(
	    rundir_file_read(dirfd(list), entry->d_name, &content, &st, NULL),
	    OUTCOME_OK);
	(void)closedir(list);
	assert_int_equal(
	    remembered_parse(buf_view(&content), ret, NULL), OUTCOME_OK);
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
	if (status != 0)
		fail_msg("%s: status %d", command, status);
}

static void
damaged_record_asks(void **state)
{
	static const char *const commands[] = {
	    "rm *",
	    "for f in *; do mv $f /run/x; ln -s /run/x $f; done",
	    "for f in *; do rm $f; mkfifo -m 600 $f; done",
	    "for f in *; do rm $f; mkdir $f; done",
	    "for f in *; do ln $f /run/x; done",
	    "chown 2001 *",
	    "chmod 640 *",
	    "truncate -s 0 *",
	    "truncate -s -1 *",
	    "truncate -s +1 *",
	    "truncate -s 1G *",
	    "printf '\\0\\0\\0\\3' | dd of=$(ls) conv=notrunc status=none",
	    "chmod 777 .",
	    "chown 2001 .",
	    "chmod 777 ..",
	    "rm -r ../remembered",
	    "mv ../remembered /run/x; ln -s /run/x ../remembered",
	};
	struct host h;

	(void)state;
	need_run();
	for (size_t i = 0; i < COUNT(commands); i++) {
		char command[256];

		assert_int_equal(reset(NULL), 0);
		first();
		(void)snprintf(command, sizeof(command), "cd %s && %s",
		    DIR_PATH, commands[i]);
		command_run(command);
		sshd_begin(&h);
		assert_asks(&h, commands[i]);
		assert_lacks(journal[0].text, "has ended");
	}
}

/* A clock that failed when the record was made has left 0. */
static void
record_without_a_time_asks(void **state)
{
	autoremembered record;
	struct timespec now;
	struct host h;

	(void)state;
	need_run();
	first();
	assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &now), 0);
	clock_leap_s = 10 - now.tv_sec;
	record_take(&record);
	for (record.made_s = 1;; record.made_s = 0) {
		assert_int_equal(remembered_write(&record, NULL), OUTCOME_OK);
		sshd_begin(&h);
		if (record.made_s == 0)
			break;
		assert_remembered(&h);
	}
	assert_asks(&h, "no time");
	remembered_done(&record);
}

/* Sign in beside a /run where nothing can be written. */
static void
run_that_is_full_or_read_only_is_no_error(void **state)
{
	static const char *const commands[] = {
	    "mount -o remount,ro /run",
	    "mount -o remount,size=4k /run && ! dd if=/dev/zero of=/run/full "
	    "bs=4k count=9 status=none 2>/dev/null",
	};

	(void)state;
	need_run();
	for (size_t i = 0; i < COUNT(commands); i++) {
		unsigned helpers;
		size_t messages;
		struct host h;

		assert_int_equal(reset(NULL), 0);
		command_run(commands[i]);
		journal_reset();
		sshd_begin(&h);
		assert_int_equal(signin(&h, &helpers, &messages), PAM_SUCCESS);
		assert_non_null(journal_find("remember_failed"));
		assert_int_equal(files_count(), 0);
	}
}

/* ---- identities ---- */

static void
id_change(struct identity *identity)
{
	memcpy(identity->id, OTHER_ID, sizeof(OTHER_ID));
}

static void
state_change(struct identity *identity)
{
	memcpy(identity->state, "inactive", sizeof("inactive"));
}

static void
client_change(struct identity *identity)
{
	identity->client_id[0] = 'x';
}

static void
organization_change(struct identity *identity)
{
	identity->organization_id[0] = 'x';
}

static void
home_change(struct identity *identity)
{
	identity->home_organization_id[0] = 'x';
}

static void
clone_change(struct identity *identity)
{
	identity->cloned_user = true;
}

static void
id_drop(struct identity *identity)
{
	identity->id[0] = '\0';
}

static void
zero(struct identity *identity)
{
	identity_done(identity);
}

/* Its own change alone, and with an issuer as CXone's records have. */
static void
provider_change(struct identity *identity)
{
	identity->provider = PROVIDER_CXONE;
}

static void
issuer_change(struct identity *identity)
{
	static const char issuer[] = "https://cxone.niceincontact.com";

	provider_change(identity);
	memcpy(identity->issuer, issuer, sizeof(issuer));
}

static void
nothing_change(struct identity *identity)
{
	(void)identity;
}

static void
policy_judges_a_remembered_identity(void **state)
{
	static void (*const changed[])(struct identity *) = {id_change,
	    state_change, client_change, organization_change, home_change,
	    clone_change, id_drop, provider_change, issuer_change, zero};
	autoremembered record;
	struct host h;

	(void)state;
	need_run();
	first();
	record_take(&record);
	remembered_done(&record);
	for (size_t i = 0; i < COUNT(changed) + 1; i++) {
		record_take(&record);
		(i == 0 ? nothing_change : changed[i - 1])(&record.identity);
		assert_int_equal(remembered_write(&record, NULL), OUTCOME_OK);
		remembered_done(&record);
		sshd_begin(&h);
		if (i == 0)
			assert_remembered(&h);
		else
			assert_asks(&h, "the policy refuses it");
	}
}

/* ---- export ---- */

#define OWN "GENESYSCLOUD_ACCESS_TOKEN=of-the-user"

/* A token that a file of the user's sets is not taken for an exported one. */
static void
export_sets_the_user_and_no_token(void **state)
{
	static const char *const arguments[] = {
	    "remember=600 export=env", "remember=600 export=file"};

	(void)state;
	need_run();
	for (size_t i = 0; i < COUNT(arguments); i++) {
		struct host h;

		assert_int_equal(reset(NULL), 0);
		first();
		journal_reset();
		sshd_begin(&h);
		h.arguments = arguments[i];
		host_open(&h);
		assert_int_equal(pam_putenv(h.pamh, "SSH_AUTH_INFO_0=" METHODS),
		    PAM_SUCCESS);
		assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
		assert_int_equal(variables_count(&h), i == 0 ? 4 : 3);
		assert_string_equal(
		    pam_getenv(h.pamh, "GCPKCE_USER_ID"), ALICE_ID);
		assert_string_equal(
		    pam_getenv(h.pamh, "GCPKCE_USER_EMAIL"), ALICE_EMAIL);
		assert_int_equal(
		    pam_setcred(h.pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
		assert_int_equal(pam_putenv(h.pamh, OWN), PAM_SUCCESS);
		assert_int_equal(pam_open_session(h.pamh, 0), PAM_SUCCESS);
		assert_int_equal(variables_count(&h), 4);
		assert_string_equal(
		    pam_getenv(h.pamh, "GENESYSCLOUD_ACCESS_TOKEN"),
		    strchr(OWN, '=') + 1);
		assert_int_equal(pam_close_session(h.pamh, 0), PAM_SUCCESS);
		host_close(&h);
		assert_int_equal(h.helpers, 0);
		assert_int_equal(journal_count, 1);
		host_end(&h);
	}
}

/* ---- the key ---- */

/* Each part, so that none can be lost or mixed up. */
static void
key_is_made_of_these_parts(void **state)
{
	autoremembered record;
	autobuf want = BUF_INIT(REMEMBERED_KEY_MAX);
	char boot[40] = "";
	autofd fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY);

	(void)state;
	need_run();
	assert_int_equal(read(fd, boot, 36), 36);
	first();
	record_take(&record);
	buf_put(&record.key, "", 1);
	buf_printf(&want,
	    " account=\"alice\" service=\"sshd\" provider=\"genesys\""
	    " issuer=\"https://cxone.niceincontact.com\""
	    " authorize_url=\"\" token_url=\"\" jwks_url=\"\""
	    " userinfo_url=\"\" nonce=\"require\" userinfo=\"no\""
	    " login_url=\"https://login.mypurecloud.de\""
	    " api_url=\"https://api.mypurecloud.de\""
	    " client_id=\"" CLIENT "\" organization=\"" ORGANIZATION
	    "\" partner_logins=\"no\" signin_org=\"ok\""
	    " signin_provider=\"scripted\" force_signin=\"no\""
	    " map=\"100\" map_file=\"%s\""
	    " require_group=\"\" require_role=\"\" require_division=\"\""
	    " boot=\"%s\" uid=\"2001\" rhost=\"" RHOST "\" key=\"" ED25519 "\"",
	    map_path, boot);
	buf_put(&want, "", 1);
	assert_string_equal((const char *)record.key.p, (const char *)want.p);
}

/* ---- a second line ---- */

static int
two_lines(const char *second_map, unsigned *ret_helpers, size_t *ret_messages)
{
	char text[1024];
	struct host h;

	sshd_begin(&h);
	h.map_path = second_path; /* written by host_open as well */
	h.map = second_map;
	host_configure(&h);
	h.map_path = map_path;
	h.map = "alice id:" ALICE_ID "\n";
	(void)snprintf(text, sizeof(text),
	    "auth required " MODULE " conf=%s/conf " REMEMBER "\n"
	    "auth required " MODULE " conf=%s/conf " REMEMBER " map_file=%s\n",
	    h.directory, h.directory, second_path);
	h.service_file = text;
	return signin(&h, ret_helpers, ret_messages);
}

static void
second_line_judges_by_its_own_map(void **state)
{
	unsigned helpers;
	size_t messages;

	(void)state;
	need_run();
	assert_int_equal(
	    two_lines("alice id:" ALICE_ID "\n", &helpers, &messages),
	    PAM_SUCCESS);
	assert_int_equal(helpers, 2);
	assert_int_equal(files_count(), 2);
	assert_int_equal(
	    two_lines("alice id:" ALICE_ID "\n", &helpers, &messages),
	    PAM_SUCCESS);
	assert_int_equal(helpers, 0);
	assert_int_not_equal(
	    two_lines("alice id:" OTHER_ID "\n", &helpers, &messages),
	    PAM_SUCCESS);
	assert_int_equal(helpers, 1); /* of the second line */
}

/* ---- an audit session ---- */

static void
file_write(const char *path, const char *text)
{
	autofd fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) {
		print_message("NOT TRIED: %s cannot be written\n", path);
		skip();
	}
}

/* A new audit session of this uid, as pam_loginuid makes one. */
static void
session_new(const char *uid)
{
	file_write("/proc/self/loginuid", "4294967295");
	file_write("/proc/self/loginuid", uid);
	methods = NULL;
}

static void
session_first(void)
{
	unsigned helpers;
	size_t messages;
	struct host h;

	session_new("2001");
	session_begin(&h);
	assert_int_equal(signin(&h, &helpers, &messages), PAM_SUCCESS);
	assert_int_equal(helpers, 1);
	session_begin(&h);
	assert_remembered(&h);
}

static void
in_a_session(void **state)
{
	static const char *const services[] = {
	    "sudo-i", "sudoedit", "su", "su-l", "polkit-1", "doas"};
	struct host h;

	(void)state;
	session_first();
	/* they have records of their own */
	for (size_t i = 0; i < 2 * COUNT(services); i++) {
		session_begin(&h);
		h.service = services[i / 2];
		h.ruser = NULL;
		h.tty = NULL;
		if (i % 2 == 0)
			assert_asks(&h, "another service");
		else
			assert_remembered(&h);
	}
	/* and it is not the sessions of the network */
	methods = METHODS;
	sshd_begin(&h);
	h.service = "sudo";
	assert_asks(&h, "a remote user");
}

static void
session_namespace(void **state)
{
	struct host h;
	unsigned helpers;
	size_t messages;

	(void)state;
	session_first();
	if (unshare(CLONE_NEWUSER) != 0) {
		print_message("NOT TRIED: no user namespace\n");
		skip();
	}
	file_write("/proc/self/uid_map", "0 0 1");
	file_write("/proc/self/setgroups", "deny");
	file_write("/proc/self/gid_map", "0 0 1");
	journal_reset();
	session_begin(&h);
	(void)signin(&h, &helpers, &messages);
	if (journal_count == 0)
		fail_msg("no line in the journal");
	assert_string_equal(
	    journal[0].text, "debug: not remembered: a user namespace");
}

struct session_change {
	const char *what;
	const char *rhost;
	const char *ruser;
	const char *user;
	const char *service;
	const char *tty;
	const char *xdisplay;
	const char *loginuid; /* of a new session */
	unsigned long caller;
	uid_t uid;
};

static const struct session_change session_changes[] = {
    {"another session of the same user", .loginuid = "2001"},
    {"another user's session", .loginuid = "2002"},
    {"root's session", .loginuid = "0"},
    {"no session", .loginuid = "4294967295"},
    {"a remote user", .rhost = RHOST},
    {"a remote user at this host", .rhost = "localhost"},
    {"a server that a user has started", .tty = "ssh"},
    {"another user who asks", .ruser = "bob"},
    {"another account", .user = "bob"},
    {"a program that root has started", .caller = 9999},
    {"a program that another user has started", .caller = 2002},
    {"a screen lock", .service = "vlock"},
    {"a screen lock of X", .service = "xlock"},
    {"a service of an unknown name", .service = "lock-of-tomorrow"},
    {"a name that ends alike", .service = "kdesu"},
    {"a name that begins as su", .service = "su-x"},
    {"no service of that name", .service = "polkit"},
    {"a display", .xdisplay = ":0"},
    {"a reused name", .uid = 2003},
};

static void
session_changed(void **state)
{
	const struct session_change *c = *state;
	struct host h;

	session_first();
	session_begin(&h);
	if (c->loginuid != NULL)
		session_new(c->loginuid);
#define SET(member) \
	if (c->member != NULL) \
	h.member = c->member
	SET(rhost);
	SET(ruser);
	SET(user);
	SET(service);
	SET(tty);
	SET(xdisplay);
#undef SET
	caller = c->caller == 9999 ? 0 : c->caller != 0 ? c->caller : caller;
	accounts[ALICE].uid = c->uid != 0 ? c->uid : ALICE_UID;
	assert_asks(&h, c->what);
	/* nothing binds it, so nothing was remembered */
	if (c->loginuid != NULL && strcmp(c->loginuid, "2001") == 0)
		return;
	size_t count = files_count();
	session_begin(&h);
	h.service = c->service != NULL ? c->service : h.service;
	h.rhost = c->rhost;
	h.xdisplay = c->xdisplay;
	h.tty = c->tty != NULL ? c->tty : h.tty;
	h.ruser = c->ruser != NULL ? c->ruser : h.ruser;
	h.user = c->user != NULL ? c->user : h.user;
	accounts[ALICE].uid = c->uid != 0 ? c->uid : ALICE_UID;
	assert_asks(&h, c->what);
	assert_int_equal(files_count(), count);
}

/* Not even with an audit session of root's. */
static void
root_has_no_session(void **state)
{
	struct host h;

	(void)state;
	session_new("0");
	caller = 0;
	for (unsigned i = 0; i < 2; i++) {
		session_begin(&h);
		h.user = "root";
		h.ruser = "root";
		h.arguments = REMEMBER " allow_root=yes";
		assert_asks(&h, "uid 0");
	}
	assert_int_equal(files_count(), 0);
}

static void
host_that_is_not_root(void **state)
{
	(void)state;
	if (setresgid(ALICE_UID, ALICE_UID, ALICE_UID) != 0 ||
	    setresuid(ALICE_UID, ALICE_UID, ALICE_UID) != 0)
		fail_msg("setresuid");
	for (unsigned i = 0; i < 2; i++) {
		struct host h;

		sshd_begin(&h);
		assert_asks(&h, "not root");
		assert_holds(
		    journal[0].text, "remembered: the application is not root");
		session_begin(&h);
		methods = NULL;
		assert_asks(&h, "not root");
		methods = METHODS;
	}
}

static void
session_needs_one_browser_sign_in(void **state)
{
	(void)state;
	need_run();
	apart_begin("in_a_session", in_a_session, NULL);
	apart_end();
}

static void
each_change_of_the_session_asks_again(void **state)
{
	(void)state;
	need_run();
	for (size_t i = 0; i < COUNT(session_changes); i++) {
		assert_int_equal(reset(NULL), 0);
		apart_begin(session_changes[i].what, session_changed,
		    &session_changes[i]);
		apart_end();
	}
	apart_begin("a user namespace", session_namespace, NULL);
	apart_end();
}

static void
root_and_hosts_that_are_not_root_have_no_session(void **state)
{
	(void)state;
	need_run();
	apart_begin("root_has_no_session", root_has_no_session, NULL);
	apart_end();
	apart_begin("host_that_is_not_root", host_that_is_not_root, NULL);
	apart_end();
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, reset)
	const struct CMUnitTest tests[] = {
	    TEST(key_needs_one_browser_sign_in),
	    TEST(each_change_asks_again),
	    TEST(other_changes_do_not_ask),
	    TEST(certificates_and_keys_in_hardware_are_keys),
	    TEST(use_does_not_extend),
	    TEST(only_a_success_is_remembered),
	    TEST(what_binds_nothing_is_not_remembered),
	    TEST(interrupted_sign_in_is_remembered_at_its_end),
	    TEST(without_a_binding_no_record_is_opened),
	    TEST(damaged_record_asks),
	    TEST(record_without_a_time_asks),
	    TEST(run_that_is_full_or_read_only_is_no_error),
	    TEST(policy_judges_a_remembered_identity),
	    TEST(export_sets_the_user_and_no_token),
	    TEST(key_is_made_of_these_parts),
	    TEST(second_line_judges_by_its_own_map),
	    TEST(session_needs_one_browser_sign_in),
	    TEST(each_change_of_the_session_asks_again),
	    TEST(root_and_hosts_that_are_not_root_have_no_session),
	};
#undef TEST

	if (mkdtemp(map_directory) == NULL)
		return 1;
	(void)snprintf(map_path, sizeof(map_path), "%s/map", map_directory);
	(void)snprintf(
	    second_path, sizeof(second_path), "%s/second", map_directory);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(map_path);
	(void)unlink(second_path);
	(void)rmdir(map_directory);
	return failed;
}
