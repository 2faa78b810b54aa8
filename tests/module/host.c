/* SPDX-License-Identifier: ISC */
/*
 * The host that drives the module: its directory, its dialogue, and what it
 * looks at after each sign-in.
 */
#include "host.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "gcpkce/base/cleanup.h"
#include "own_run.h"
#include "surroundings.h"

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

void
host_check(const struct host *h)
{
	siginfo_t child;

	surroundings_check(h->before);
	if (!h->is_alone)
		return;
	assert_int_equal(
	    waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT), -1);
	assert_int_equal(errno, ECHILD);
}

/* Every denial is to be spread over time, and nothing else. */
static void
delay_check(int result, unsigned delays_before)
{
	assert_int_equal(
	    fail_delays - delays_before, result == PAM_SUCCESS ? 0 : 1);
	if (result != PAM_SUCCESS)
		assert_int_equal(fail_delay_us, FAIL_DELAY_US);
}

/* ---- beginning and end ---- */

/* Where the scripted helper reports to. */
static void
loopback_server_open(struct host *h)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	/* as a path it is a file, for the module looks at it */
	host_write(h, "report", "", 0644);
	int len =
	    snprintf(h->name, sizeof(h->name), "%s/report", h->directory + 1);
	assert_true(len > 0 && (size_t)len < sizeof(h->name));
	memcpy(address.sun_path + 1, h->name, (size_t)len);
	h->server =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(h->server >= 0);
	assert_int_equal(
	    bind(h->server, (struct sockaddr *)&address,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
		    (size_t)len)),
	    0);
	assert_int_equal(listen(h->server, 128), 0);
}

void
host_begin(struct host *h)
{
	*h = (struct host){
	    .service = "signin",
	    .user = "alice",
	    .tty = "pts/0",
	    .script = "ok",
	    .region = default_region,
	    .arguments = "",
	    .stack = "",
	    .map = default_map,
	    .replies = codes,
	    .reply_count = COUNT(codes),
	    .is_alone = true,
	    .info_result = PAM_SUCCESS,
	    .directory = "/tmp/pam_gcpkce_test_XXXXXX",
	};
	accounts_reset();
	journal_reset();
	assert_non_null(mkdtemp(h->directory));
	loopback_server_open(h);
}

const char *
host_path(const struct host *h, const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", h->directory, name);
	return path;
}

static void
text_write(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

void
host_write(
    const struct host *h, const char *name, const char *text, mode_t mode)
{
	text_write(host_path(h, name), text, mode);
}

static const char *
map_path(const struct host *h)
{
	return h->map_path != NULL ? h->map_path : host_path(h, "map");
}

void
host_configure(const struct host *h)
{
	static const char *const kinds[] = {
	    "auth", "account", "session", "password"};
	char text[4096];
	int len = 0;

	(void)snprintf(text, sizeof(text),
	    "%sclient_id = " CLIENT "\n"
	    "redirect_uri = https://signin.example.com/done\n"
	    "organization = " ORGANIZATION "\n"
	    "map_file = %s\n"
	    "helper_user = nobody\n"
	    "ca_file = /%s\n"
	    "signin_org = %s\n"
	    "signin_provider = scripted\n"
	    "%s",
	    h->region, map_path(h), h->name, h->script,
	    host_is_root() && !has_own_run() ? "preconnect = no\n" : "");
	host_write(h, "conf", text, 0644);
	text_write(map_path(h), h->map, 0644);
	host_write(h, "other", "", 0644);
	if (h->service_file != NULL) {
		host_write(h, h->service, h->service_file, 0644);
		return;
	}
	for (size_t i = 0; i < COUNT(kinds); i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len,
		    "%s required " MODULE " conf=%s/conf %s\n", kinds[i],
		    h->directory, h->arguments);
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

	host_configure(h);
	h->before = surroundings_take();
	fail_delays = 0;
	assert_int_equal(pam_start_confdir(h->service, h->user, &conv,
			     h->directory, &h->pamh),
	    PAM_SUCCESS);
	if (h->rhost != NULL)
		assert_int_equal(
		    pam_set_item(h->pamh, PAM_RHOST, h->rhost), PAM_SUCCESS);
	if (h->ruser != NULL)
		assert_int_equal(
		    pam_set_item(h->pamh, PAM_RUSER, h->ruser), PAM_SUCCESS);
	if (h->tty != NULL)
		assert_int_equal(
		    pam_set_item(h->pamh, PAM_TTY, h->tty), PAM_SUCCESS);
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
	unsigned delays = fail_delays;
	int result = pam_authenticate(h->pamh, flags);

	if (result != PAM_INCOMPLETE) {
		host_check(h);
		delay_check(result, delays);
		host_hear(h);
	}
	return result;
}

void
host_close(struct host *h)
{
	assert_int_equal(pam_end(h->pamh, PAM_SUCCESS), PAM_SUCCESS);
	h->pamh = NULL;
	host_check(h);
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

/* Remove a directory that holds files, and directories of files. */
static void
directory_remove(const char *path)
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
			directory_remove(name);
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
	(void)close(h->server);
	directory_remove(h->directory);
	*h = (struct host){.server = -1};
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
	char *text = strdup(messages[0]->msg);
	bool bare = false;
	int result = PAM_SUCCESS;

	if (response == NULL || text == NULL) { /* a test may leave none */
		free(response);
		free(text);
		return PAM_BUF_ERR;
	}
	assert_int_equal(count, 1);
	assert_true(h->message_count < MESSAGES_MAX);
	h->messages[h->message_count++] =
	    (struct message){.style = messages[0]->msg_style, .text = text};
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
		int fd = accept4(h->server, NULL, NULL, SOCK_CLOEXEC);
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

/* ---- what came of it ---- */

size_t
variables_count(const struct host *h)
{
	char **list = pam_getenvlist(h->pamh);
	size_t count = 0;

	assert_non_null(list);
	while (list[count] != NULL)
		free(list[count++]);
	free(list);
	return count;
}

size_t
revocations_count(const struct host *h)
{
	size_t count = 0;

	for (const char *p = h->reports;
	     (p = strstr(p, "revoke_request ")) != NULL; p++)
		count++;
	return count;
}

/* ---- assertions ---- */

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

long
host_seconds_mask(char *text)
{
	char *at = strstr(text, "(within ");
	char *end = NULL;

	if (at == NULL)
		return -1;
	at += strlen("(within ");
	long seconds = strtol(at, &end, 10);
	assert_int_equal(strncmp(end, " seconds):", 10), 0);
	*at++ = 'N';
	memmove(at, end, strlen(end) + 1);
	return seconds;
}
