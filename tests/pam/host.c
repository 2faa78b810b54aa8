/* SPDX-License-Identifier: ISC */
/*
 * The host that drives the module.  Functions of libc and libpam that are
 * defined here win over the libraries' own, because the test program comes
 * first in the search order and is linked with -rdynamic; they are named in
 * the last part of this file.
 */
/* fortified headers would define some of these functions themselves */
#undef _FORTIFY_SOURCE

#include "host.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gcpkce/cleanup.h"

#define LOG_DEBUG 7 /* <syslog.h> has macros of our names */
#define VISIBLE __attribute__((visibility("default")))

struct local_account accounts[ACCOUNTS];
int name_service_error;
struct journal_line journal[256];
size_t journal_count;
unsigned fail_delays;
unsigned fail_delay_us;

static const char default_map[] = "alice id:" ALICE_ID "\n"
				  "bob id:" OTHER_ID "\n"
				  "root id:" ALICE_ID "\n";
static const char default_region[] = "region = eu-central-1\n";
static const struct reply codes[20] = {
    {.text = CODE},
    {.text = CODE},
    {.text = CODE},
    {.text = CODE},
    {.text = CODE},
    {.text = CODE},
    {.text = CODE},
    {.text = CODE},
    {.text = CODE},
    {.text = CODE},
    {.text = CODE},
    {.text = CODE},
    {.text = CODE},
    {.text = CODE},
    {.text = CODE},
    {.text = CODE},
    {.text = CODE},
    {.text = CODE},
    {.text = CODE},
    {.text = CODE},
};

bool
host_is_root(void)
{
	return geteuid() == 0;
}

void
need_root(void)
{
	if (host_is_root())
		return;
	print_message("NOT TRIED: this test needs root\n");
	skip();
}

/* ---- what a module must leave as it was ---- */

struct surroundings {
	size_t descriptors;
	mode_t mask;
	char directory[4096];
	sigset_t blocked;
	struct sigaction actions[NSIG];
	uid_t uids[3];
	gid_t gids[3];
	char **environment;
	size_t variables;
};

static size_t
descriptors_count(void)
{
	size_t count = 0;
	DIR *dir = opendir("/proc/self/fd");

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	(void)closedir(dir);
	return count;
}

static struct surroundings *
surroundings_take(void)
{
	struct surroundings *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->descriptors = descriptors_count();
	s->mask = umask(0);
	(void)umask(s->mask);
	assert_non_null(getcwd(s->directory, sizeof(s->directory)));
	(void)sigprocmask(SIG_BLOCK, NULL, &s->blocked);
	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, NULL, &s->actions[i]);
	(void)getresuid(&s->uids[0], &s->uids[1], &s->uids[2]);
	(void)getresgid(&s->gids[0], &s->gids[1], &s->gids[2]);
	s->environment = environ;
	while (environ != NULL && environ[s->variables] != NULL)
		s->variables++;
	return s;
}

static void
surroundings_check(const struct host *h)
{
	const struct surroundings *was = h->before;
	struct surroundings *is = surroundings_take();
	siginfo_t child;

	assert_int_equal(is->descriptors, was->descriptors);
	assert_int_equal(is->mask, was->mask);
	assert_string_equal(is->directory, was->directory);
	for (int i = 1; i < NSIG; i++) {
		assert_int_equal(sigismember(&is->blocked, i),
		    sigismember(&was->blocked, i));
		assert_true(
		    is->actions[i].sa_handler == was->actions[i].sa_handler);
	}
	assert_memory_equal(is->uids, was->uids, sizeof(is->uids));
	assert_memory_equal(is->gids, was->gids, sizeof(is->gids));
	assert_ptr_equal(is->environment, was->environment);
	assert_int_equal(is->variables, was->variables);
	free(is);
	if (!h->is_alone)
		return;
	assert_int_equal(
	    waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT), -1);
	assert_int_equal(errno, ECHILD);
}

/* ---- beginning and end ---- */

static void
accounts_reset(void)
{
	bool root = host_is_root();

	/* a host that is not root signs in its own account alone */
	accounts[ALICE] = (struct local_account){
	    "alice", root ? 2001 : geteuid(), root ? 2001 : getegid()};
	accounts[BOB] = (struct local_account){"bob", 2002, 2002};
	accounts[LOW] = (struct local_account){"low", 10, 10};
	accounts[ROOT] = (struct local_account){"root", 0, 0};
	accounts[NOBODY] = (struct local_account){"nobody", 65534, 65534};
	name_service_error = 0;
}

static void
journal_reset(void)
{
	for (size_t i = 0; i < journal_count; i++)
		free(journal[i].text);
	journal_count = 0;
	fail_delays = 0;
	fail_delay_us = 0;
}

/* Where the scripted helper reports to. */
static void
listener_open(struct host *h)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	/* as a path it is a file, for the module looks at it */
	host_write(h, "report", "", 0644);
	int len =
	    snprintf(h->name, sizeof(h->name), "%s/report", h->folder + 1);
	assert_true(len > 0 && (size_t)len < sizeof(h->name));
	memcpy(address.sun_path + 1, h->name, (size_t)len);
	h->listener =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(h->listener >= 0);
	assert_int_equal(
	    bind(h->listener, (struct sockaddr *)&address,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
		    (size_t)len)),
	    0);
	assert_int_equal(listen(h->listener, 128), 0);
}

void
host_begin(struct host *h)
{
	*h = (struct host){
	    .service = "signin",
	    .user = "alice",
	    .script = "ok",
	    .region = default_region,
	    .arguments = "",
	    .stack = "",
	    .map = default_map,
	    .replies = codes,
	    .reply_count = COUNT(codes),
	    .is_alone = true,
	    .info_result = PAM_SUCCESS,
	    .folder = "/tmp/pam_gcpkce_test_XXXXXX",
	};
	accounts_reset();
	journal_reset();
	assert_non_null(mkdtemp(h->folder));
	listener_open(h);
}

const char *
host_path(const struct host *h, const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", h->folder, name);
	return path;
}

void
host_write(
    const struct host *h, const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(host_path(h, name), "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(host_path(h, name), mode), 0);
}

static void
files_write(const struct host *h)
{
	static const char *const kinds[] = {
	    "auth", "account", "session", "password"};
	char text[4096];
	int len = 0;

	(void)snprintf(text, sizeof(text),
	    "%sclient_id = " CLIENT "\n"
	    "redirect_uri = https://signin.example.com/done\n"
	    "organization = " ORGANIZATION "\n"
	    "map_file = %s/map\n"
	    "helper_user = nobody\n"
	    "ca_file = /%s\n"
	    "signin_org = %s\n"
	    "signin_provider = scripted\n",
	    h->region, h->folder, h->name, h->script);
	host_write(h, "conf", text, 0644);
	host_write(h, "map", h->map, 0644);
	host_write(h, "other", "", 0644);
	for (size_t i = 0; i < COUNT(kinds); i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len,
		    "%s required " MODULE " conf=%s/conf %s\n", kinds[i],
		    h->folder, h->arguments);
	(void)snprintf(text + len, sizeof(text) - (size_t)len, "%s", h->stack);
	host_write(h, h->service, text, 0644);
}

static int converse(
    int, const struct pam_message **, struct pam_response **, void *);

void
host_open(struct host *h)
{
	const struct pam_conv conv = {
	    .conv = h->no_conversation ? NULL : converse,
	    .appdata_ptr = h,
	};

	files_write(h);
	h->before = surroundings_take();
	fail_delays = 0;
	assert_int_equal(
	    pam_start_confdir(h->service, h->user, &conv, h->folder, &h->pamh),
	    PAM_SUCCESS);
	if (h->rhost != NULL)
		assert_int_equal(
		    pam_set_item(h->pamh, PAM_RHOST, h->rhost), PAM_SUCCESS);
	if (h->xdisplay != NULL)
		assert_int_equal(
		    pam_set_item(h->pamh, PAM_XDISPLAY, h->xdisplay),
		    PAM_SUCCESS);
}

static void
hidden_check(const char *text)
{
	assert_lacks(text, CODE);
	assert_lacks(text, TOKEN);
	assert_lacks(text, SECRET);
}

int
host_authenticate(struct host *h, int flags)
{
	int result = pam_authenticate(h->pamh, flags);

	if (result != PAM_INCOMPLETE) {
		surroundings_check(h);
		host_hear(h);
	}
	return result;
}

void
host_close(struct host *h)
{
	assert_int_equal(pam_end(h->pamh, PAM_SUCCESS), PAM_SUCCESS);
	h->pamh = NULL;
	surroundings_check(h);
	free(h->before);
	h->before = NULL;
	if (h->is_alone)
		host_hear(h);
	for (size_t i = 0; i < journal_count; i++) {
		hidden_check(journal[i].text);
		if (strncmp(journal[i].text, "debug: ", 7) == 0) {
			assert_int_equal(journal[i].priority, LOG_DEBUG);
			continue;
		}
		if (journal_value(journal[i].text, "outcome") == NULL)
			fail_msg(
			    "not a list of key=value: %s", journal[i].text);
	}
	for (size_t i = 0; i < h->message_count; i++)
		hidden_check(h->messages[i].text);
}

int
host_signin(struct host *h)
{
	host_open(h);
	int result = host_authenticate(h, 0);
	host_close(h);
	return result;
}

int
host_run(struct host *h, const char *script, const char *arguments)
{
	host_begin(h);
	h->script = script;
	h->arguments = arguments;
	return host_signin(h);
}

/* Remove a folder that holds files, and folders of files. */
static void
folder_remove(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char name[512];

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(
		    name, sizeof(name), "%s/%s", path, entry->d_name);
		if (unlink(name) != 0)
			folder_remove(name);
	}
	if (dir != NULL)
		(void)closedir(dir);
	(void)rmdir(path);
}

void
host_end(struct host *h)
{
	for (size_t i = 0; i < h->message_count; i++)
		free(h->messages[i].text);
	free(h->before);
	(void)close(h->listener);
	folder_remove(h->folder);
	*h = (struct host){.listener = -1};
}

/* ---- the dialogue ---- */

static int
reply_give(struct host *h, struct pam_response *response, bool *ret_bare)
{
	static const struct reply over = {.result = PAM_CONV_ERR};
	const struct reply *reply = h->replies_used < h->reply_count
	    ? &h->replies[h->replies_used++]
	    : &over;

	if (reply->meanwhile != NULL)
		reply->meanwhile(h);
	*ret_bare = reply->bare;
	if (reply->text != NULL)
		response->resp = strdup(reply->text);
	return reply->result;
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **responses, void *data)
{
	struct host *h = data;
	struct pam_response *response = calloc(1, sizeof(*response));
	bool bare = false;
	int result = PAM_SUCCESS;

	assert_int_equal(count, 1);
	assert_non_null(response);
	assert_true(h->message_count < MESSAGES_MAX);
	h->messages[h->message_count++] = (struct message){
	    .style = messages[0]->msg_style, .text = strdup(messages[0]->msg)};
	if (messages[0]->msg_style == PAM_PROMPT_ECHO_ON ||
	    messages[0]->msg_style == PAM_PROMPT_ECHO_OFF)
		result = reply_give(h, response, &bare);
	else if (messages[0]->msg_style == PAM_TEXT_INFO)
		result = h->info_result;
	/* as most hosts do: responses only with a success */
	*responses = NULL;
	if (result == PAM_SUCCESS && !bare) {
		*responses = response;
		return result;
	}
	free(response->resp);
	free(response);
	return result;
}

const char *
host_last_message(const struct host *h)
{
	return h->message_count > 0 ? h->messages[h->message_count - 1].text
				    : "";
}

void
host_hear(struct host *h)
{
	size_t used = strlen(h->reports);

	for (;;) {
		int fd = accept4(h->listener, NULL, NULL, SOCK_CLOEXEC);
		ssize_t n;

		if (fd < 0)
			break;
		h->helpers++;
		while ((n = read(fd, h->reports + used,
			    sizeof(h->reports) - 1 - used)) > 0)
			used += (size_t)n;
		(void)close(fd);
	}
	h->reports[used] = '\0';
}

/* ---- the journal ---- */

/* Read one value; NULL when it is not well formed. */
static const char *
value_skip(const char *p)
{
	if (*p != '"') {
		size_t len = strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789_");

		return len > 0 ? p + len : NULL;
	}
	for (p++; *p != '"'; p++) {
		if (*p < 0x20 || *p > 0x7e)
			return NULL;
		if (*p != '\\')
			continue;
		if (p[1] != 'x' || !isxdigit((unsigned char)p[2]) ||
		    !isxdigit((unsigned char)p[3]))
			return NULL;
		p += 3;
	}
	return p + 1;
}

const char *
journal_value(const char *line, const char *field)
{
	static char value[8192];
	const char *found = NULL;
	const char *p = line;

	for (;;) {
		size_t len = strcspn(p, "=");
		const char *name = p;

		if (len == 0 || p[len] != '=' ||
		    strspn(p, "abcdefghijklmnopqrstuvwxyz_") != len)
			return NULL;
		const char *end = value_skip(p + len + 1);
		if (end == NULL)
			return NULL;
		if (strlen(field) == len && memcmp(name, field, len) == 0) {
			bool quoted = name[len + 1] == '"';
			const char *start = name + len + 1 + quoted;
			(void)snprintf(value, sizeof(value), "%.*s",
			    (int)(end - quoted - start), start);
			found = value;
		}
		if (*end == '\0')
			return found;
		if (*end != ' ')
			return NULL;
		p = end + 1;
	}
}

/* A decision, unlike an event, counts attempts. */
static bool
is_decision(const char *line)
{
	return journal_value(line, "attempt") != NULL;
}

const char *
journal_decision(void)
{
	for (size_t i = journal_count; i > 0; i--) {
		if (is_decision(journal[i - 1].text))
			return journal[i - 1].text;
	}
	return "";
}

size_t
journal_decisions(void)
{
	size_t count = 0;

	for (size_t i = 0; i < journal_count; i++)
		count += is_decision(journal[i].text);
	return count;
}

const char *
journal_find(const char *outcome)
{
	for (size_t i = journal_count; i > 0; i--) {
		const char *value =
		    journal_value(journal[i - 1].text, "outcome");

		if (value != NULL && strcmp(value, outcome) == 0)
			return journal[i - 1].text;
	}
	return NULL;
}

/* ---- assertions ---- */

void
assert_outcome(const char *outcome)
{
	const char *value = journal_value(journal_decision(), "outcome");

	if (value == NULL || strcmp(value, outcome) != 0)
		fail_msg("not outcome=%s: %s", outcome, journal_decision());
}

void
assert_holds(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

void
assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("\"%s\" is in:\n%s", part, text);
}

/* ---- libc and libpam, as the module sees them ---- */

static int
account_give(const struct local_account *account, struct passwd *ret,
    struct passwd **found)
{
	static char empty[] = "";

	*found = NULL;
	if (name_service_error != 0)
		return name_service_error;
	if (account == NULL)
		return 0;
	*ret = (struct passwd){
	    .pw_name = (char *)(uintptr_t)account->name,
	    .pw_passwd = empty,
	    .pw_uid = account->uid,
	    .pw_gid = account->gid,
	    .pw_gecos = empty,
	    .pw_dir = empty,
	    .pw_shell = empty,
	};
	*found = ret;
	return 0;
}

VISIBLE int
getpwnam_r(const char *name, struct passwd *ret, char *space, size_t len,
    struct passwd **found)
{
	const struct local_account *account = NULL;

	(void)space;
	(void)len;
	for (size_t i = 0; i < ACCOUNTS; i++) {
		if (accounts[i].name != NULL &&
		    strcmp(accounts[i].name, name) == 0)
			account = &accounts[i];
	}
	return account_give(account, ret, found);
}

VISIBLE int
getpwuid_r(uid_t uid, struct passwd *ret, char *space, size_t len,
    struct passwd **found)
{
	const struct local_account *account = NULL;

	(void)space;
	(void)len;
	for (size_t i = ACCOUNTS; i > 0; i--) {
		if (accounts[i - 1].name != NULL && accounts[i - 1].uid == uid)
			account = &accounts[i - 1];
	}
	return account_give(account, ret, found);
}

/* The host has one group, "staff", and nobody is in it. */
VISIBLE int
getgrnam_r(const char *name, struct group *ret, char *space, size_t len,
    struct group **found)
{
	static char staff[] = "staff";
	static char *members[] = {NULL};

	(void)space;
	(void)len;
	*found = NULL;
	if (name_service_error != 0)
		return name_service_error;
	if (strcmp(name, staff) != 0)
		return 0;
	*ret =
	    (struct group){.gr_name = staff, .gr_gid = 50, .gr_mem = members};
	*found = ret;
	return 0;
}

VISIBLE int
getgrouplist(const char *user, gid_t gid, gid_t *groups, int *count)
{
	(void)user;
	groups[0] = gid;
	*count = 1;
	return 1;
}

VISIBLE int
gethostname(char *name, size_t len)
{
	(void)snprintf(name, len, "%s", HOSTNAME);
	return 0;
}

VISIBLE int
pam_fail_delay(pam_handle_t *pamh, unsigned usec)
{
	(void)pamh;
	fail_delays++;
	fail_delay_us = usec;
	return PAM_SUCCESS;
}

/* Keep a line of the module; others, libpam's own, are dropped. */
static void PRINTF(2, 0) journal_keep(int priority, const char *fmt, va_list ap)
{
	static const char module[] = "pam_gcpkce_scripted(";
	char *line = NULL;

	if (vasprintf(&line, fmt, ap) < 0)
		return;
	const char *text = strstr(line, "): ");
	if (strncmp(line, module, sizeof(module) - 1) == 0 && text != NULL &&
	    journal_count < COUNT(journal))
		journal[journal_count++] = (struct journal_line){
		    .priority = priority & 7, .text = strdup(text + 3)};
	free(line);
}

/* Not from <syslog.h>, which may have macros of these names. */
VISIBLE void vsyslog(int priority, const char *fmt, va_list ap) PRINTF(2, 0);
VISIBLE void __vsyslog_chk(int priority, int flag, const char *fmt, va_list ap)
    PRINTF(3, 0);
VISIBLE void syslog(int priority, const char *fmt, ...) PRINTF(2, 3);
VISIBLE void __syslog_chk(int priority, int flag, const char *fmt, ...)
    PRINTF(3, 4);

void
vsyslog(int priority, const char *fmt, va_list ap)
{
	journal_keep(priority, fmt, ap);
}

void
__vsyslog_chk(int priority, int flag, const char *fmt, va_list ap)
{
	(void)flag;
	journal_keep(priority, fmt, ap);
}

void
syslog(int priority, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	journal_keep(priority, fmt, ap);
	va_end(ap);
}

void
__syslog_chk(int priority, int flag, const char *fmt, ...)
{
	va_list ap;

	(void)flag;
	va_start(ap, fmt);
	journal_keep(priority, fmt, ap);
	va_end(ap);
}
