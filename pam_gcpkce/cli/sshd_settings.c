/* SPDX-License-Identifier: ISC */
/*
 * sshd's configuration has includes, Match blocks and defaults that depend on
 * its version; only sshd itself can evaluate it.
 */
#include "sshd_settings.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "gcpkce/base/clock.h"

#define OUTPUT_MAX 65536
#define WAIT_MS 10000

static const char *
sshd_path(void)
{
	static const char *const places[] = {"/usr/local/sbin/sshd",
	    "/usr/sbin/sshd", "/sbin/sshd", "/usr/bin/sshd"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (access(places[i], F_OK) == 0)
			return places[i];
	}
	return NULL;
}

/* Read all output, including errors; false when it does not end. */
static bool
output_read(int fd, struct buf *text)
{
	int64_t deadline_ms = clock_now_ms() + WAIT_MS;
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	char bytes[4096];

	for (;;) {
		int polled = poll(&ready, 1, clock_left_ms(deadline_ms));
		if (polled < 0 && errno == EINTR)
			continue;
		if (polled <= 0)
			return false;
		ssize_t got = read(fd, bytes, sizeof(bytes));
		if (got <= 0)
			return true;
		buf_put(text, bytes, (size_t)got);
	}
}

/* Returns the exit status, or -1. */
static int
run(const char *path, char *const argv[], struct buf *text)
{
	char *const envp[] = {NULL};
	posix_spawn_file_actions_t actions;
	int ends[2];
	pid_t pid = -1;
	int status = -1;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	autofd out = ends[0];
	autofd in = ends[1];
	if (posix_spawn_file_actions_init(&actions) != 0)
		return -1;
	bool good = posix_spawn_file_actions_adddup2(
			&actions, in, STDOUT_FILENO) == 0 &&
	    posix_spawn_file_actions_adddup2(&actions, in, STDERR_FILENO) == 0;
	good = good && posix_spawn(&pid, path, &actions, NULL, argv, envp) == 0;
	(void)posix_spawn_file_actions_destroy(&actions);
	cleanup_fd(&in);
	in = -1;
	if (!good)
		return -1;
	if (!output_read(out, text))
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
last_line_copy(const struct buf *text, struct buf *line)
{
	const char *start = buf_text(text);
	size_t len = text->len;

	while (len > 0 && (start[len - 1] == '\n' || start[len - 1] == '\r'))
		len--;
	size_t from = len;
	while (from > 0 && start[from - 1] != '\n')
		from--;
	buf_put(line, start + from, len - from);
}

void
sshd_settings_read(const char *user, struct sshd_settings *ret)
{
	static char name[] = "sshd";
	static char test[] = "-T";
	static char connection[] = "-C";
	char asked[512];
	const char *path = sshd_path();

	*ret = (struct sshd_settings){
	    .is_there = path != NULL,
	    .text = BUF_INIT(OUTPUT_MAX),
	    .complaint = BUF_INIT(OUTPUT_MAX),
	};
	if (path == NULL)
		return;
	/* a comma would begin another of the connection's fields */
	bool match = user != NULL && strchr(user, ',') == NULL;
	if (match)
		(void)snprintf(asked, sizeof(asked),
		    "user=%s,host=localhost,addr=127.0.0.1", user);
	char *const argv[] = {
	    name, test, match ? connection : NULL, asked, NULL};
	ret->is_good = run(path, argv, &ret->text) == 0;
	if (!ret->is_good)
		last_line_copy(&ret->text, &ret->complaint);
}

void
sshd_setting(const struct sshd_settings *settings, const char *keyword,
    char ret[static SSHD_VALUE_MAX + 1])
{
	const char *line = buf_text(&settings->text);
	size_t len = strlen(keyword);

	ret[0] = '\0';
	for (; line != NULL && line[0] != '\0'; line = strchr(line, '\n')) {
		line += line[0] == '\n' ? 1 : 0;
		if (strncasecmp(line, keyword, len) != 0 || line[len] != ' ')
			continue;
		(void)snprintf(ret, SSHD_VALUE_MAX + 1, "%.*s",
		    (int)strcspn(line + len + 1, "\n"), line + len + 1);
		return;
	}
}

void
sshd_settings_done(struct sshd_settings *settings)
{
	buf_done(&settings->text);
	buf_done(&settings->complaint);
}
