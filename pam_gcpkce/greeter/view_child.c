/* SPDX-License-Identifier: ISC */
/*
 * The page is foreign, so what the program writes is bounded.  Its errors go
 * to no log, because libraries print addresses there.
 */
#include "view_child.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "gcpkce/base/cleanup.h"
#include "gcpkce/base/text.h"
#include "screen.h"

#define ERRORS_MAX 65536

enum stream { OUTPUT, ERRORS, STREAM_COUNT };

struct child {
	GPid pid;
	int fd[STREAM_COUNT];
	guint source[STREAM_COUNT];
	struct buf read[STREAM_COUNT];
	view_ended_fn *handler; /* NULL once it is stopped */
	void *arg;
};

static struct child *current;

static void
child_free(struct child *child)
{
	for (int i = 0; i < STREAM_COUNT; i++) {
		if (child->source[i] != 0)
			(void)g_source_remove(child->source[i]);
		cleanup_fd(&child->fd[i]);
		buf_done(&child->read[i]);
	}
	if (current == child)
		current = NULL;
	g_free(child);
}

/* Read what is there; false at the end of the stream. */
static bool
stream_read(struct child *child, enum stream i)
{
	uint8_t block[1024];
	ssize_t got;

	while ((got = read(child->fd[i], block, sizeof(block))) > 0) {
		/* of errors, only the last lines count */
		if (i == ERRORS && child->read[i].len > ERRORS_MAX / 2)
			buf_reset(&child->read[i]);
		buf_put(&child->read[i], block, (size_t)got);
	}
	return got < 0 && (errno == EAGAIN || errno == EINTR);
}

static gboolean
readable(gint fd, GIOCondition condition, gpointer arg)
{
	struct child *child = arg;
	enum stream i = fd == child->fd[OUTPUT] ? OUTPUT : ERRORS;

	(void)condition;
	if (stream_read(child, i))
		return G_SOURCE_CONTINUE;
	child->source[i] = 0;
	return G_SOURCE_REMOVE;
}

/* The last line that has text. */
static struct view
last_line(struct view text)
{
	struct view line, last = {0};

	while (view_next(&text, '\n', &line)) {
		line = view_trim(line, " \t\r");
		if (line.len > 0)
			last = line;
	}
	return last;
}

static enum view_end
end_of(const struct child *child, int status)
{
	if (!WIFEXITED(status) || buf_check(&child->read[OUTPUT]) != OUTCOME_OK)
		return VIEW_FAILED;
	if (WEXITSTATUS(status) == 1)
		return VIEW_CANCELLED;
	if (WEXITSTATUS(status) != 0)
		return VIEW_FAILED;
	return child->read[OUTPUT].len > 0 ? VIEW_CAUGHT : VIEW_CLOSED;
}

static void
on_exit_of_child(GPid pid, gint status, gpointer arg)
{
	struct child *child = arg;
	autobuf text = BUF_INIT(ERRORS_MAX);

	g_spawn_close_pid(pid);
	(void)stream_read(child, OUTPUT);
	(void)stream_read(child, ERRORS);
	enum view_end end = end_of(child, status);
	struct view line = buf_view(&child->read[OUTPUT]);
	if (end == VIEW_CAUGHT)
		line = view_trim(line, "\n");
	else
		line = last_line(buf_view(&child->read[ERRORS]));
	buf_put(&text, line.p, line.len);
	view_ended_fn *handler = child->handler;
	void *handler_arg = child->arg;
	child_free(child);
	if (handler != NULL)
		handler(handler_arg, end, buf_text(&text));
}

/* In the child: the page must not stay when the greeter has ended. */
static void
child_prepare(gpointer arg)
{
	(void)arg;
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static gboolean
not_started(gpointer arg)
{
	struct child *child = arg;
	view_ended_fn *handler = child->handler;
	void *handler_arg = child->arg;
	g_autofree char *why =
	    g_strndup(buf_text(&child->read[ERRORS]), ERRORS_MAX);

	child_free(child);
	if (handler != NULL)
		handler(handler_arg, VIEW_FAILED, why);
	return G_SOURCE_REMOVE;
}

static void
option_add(GPtrArray *argv, const char *option, const char *value)
{
	g_ptr_array_add(argv, g_strdup(option));
	g_ptr_array_add(argv, g_strdup(value));
}

static void
arguments_make(GPtrArray *argv, const struct settings *settings,
    const char *address, const char *redirect_uri)
{
	struct view hosts = view_text(settings->trusted_hosts), host;

	g_ptr_array_add(argv, g_strdup(settings->view));
	while (view_next(&hosts, ',', &host)) {
		host = view_trim(host, " \t");
		if (host.len == 0)
			continue;
		g_autofree char *name =
		    g_strndup((const char *)host.p, host.len);
		option_add(argv, "--allow", name);
	}
	if (screen_is_dark())
		g_ptr_array_add(argv, g_strdup("--dark"));
	option_add(argv, "--scale", settings->scale);
	option_add(argv, "--deadline", settings->timeout);
	option_add(argv, "--redirect", redirect_uri);
	g_ptr_array_add(argv, g_strdup(address));
	g_ptr_array_add(argv, NULL);
}

void
view_child_start(const struct settings *settings, const char *address,
    const char *redirect_uri, view_ended_fn *handler, void *arg)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	struct child *child = g_new0(struct child, 1);

	view_child_stop();
	*child = (struct child){
	    .fd = {-1, -1},
	    .read = {BUF_INIT(VIEW_OUTPUT_MAX), BUF_INIT(ERRORS_MAX)},
	    .handler = handler,
	    .arg = arg,
	};
	current = child;
	arguments_make(argv, settings, address, redirect_uri);
	if (!g_spawn_async_with_pipes(NULL, (char **)argv->pdata, NULL,
		G_SPAWN_DO_NOT_REAP_CHILD, child_prepare, NULL, &child->pid,
		NULL, &child->fd[OUTPUT], &child->fd[ERRORS], &error)) {
		buf_put_text(&child->read[ERRORS], error->message);
		(void)g_idle_add(not_started, child);
		return;
	}
	for (int i = 0; i < STREAM_COUNT; i++) {
		(void)g_unix_set_fd_nonblocking(child->fd[i], TRUE, NULL);
		child->source[i] = g_unix_fd_add(
		    child->fd[i], G_IO_IN | G_IO_HUP, readable, child);
	}
	(void)g_child_watch_add(child->pid, on_exit_of_child, child);
}

bool
view_child_runs(void)
{
	return current != NULL;
}

void
view_child_stop(void)
{
	if (current == NULL)
		return;
	current->handler = NULL;
	if (current->pid != 0)
		(void)kill(current->pid, SIGTERM);
	current = NULL;
}
