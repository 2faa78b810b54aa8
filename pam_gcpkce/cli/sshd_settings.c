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

/* End each line with a NUL; gives the last one. */
static const char *
lines_split(struct buf *text)
{
	const char *last = "";

	for (size_t i = 0; i < text->len; i++) {
		if (text->p[i] == '\n' || text->p[i] == '\r')
			text->p[i] = '\0';
		else if (i == 0 || text->p[i - 1] == '\0')
			last = (const char *)text->p + i;
	}
	return last;
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
	ret->complaint = lines_split(&ret->text);
}

const char *
sshd_setting(const struct sshd_settings *settings, const char *keyword)
{
	const char *line = buf_text(&settings->text);
	const char *end = line + settings->text.len;
	size_t len = strlen(keyword);

	for (; line < end; line += strlen(line) + 1) {
		if (strncasecmp(line, keyword, len) == 0 && line[len] == ' ')
			return line + len + 1;
	}
	return "";
}

void
sshd_service(
    const struct sshd_settings *settings, char ret[static STACK_SERVICE_MAX])
{
	const char *name = sshd_setting(settings, "pamservicename");

	/* older ones have no keyword for it */
	stack_service_copy(name[0] != '\0' ? name : "sshd", ret);
}

void
sshd_settings_done(struct sshd_settings *settings)
{
	buf_done(&settings->text);
}
