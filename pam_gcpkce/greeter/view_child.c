/* SPDX-License-Identifier: ISC */
/*
 * The page is foreign, so what the program writes is bounded.  Of its errors
 * only lines of our programs go to the log, because libraries print addresses.
 */
#include "view_child.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gcpkce/base/cleanup.h"
#include "gcpkce/base/text.h"
#include "screen.h"

#define ERRORS_MAX 65536
#define KILL_MS 2000   /* from SIGTERM to SIGKILL */
#define LATE_SECONDS 5 /* after the program's own deadline */

enum stream { OUTPUT, ERRORS, STREAM_COUNT };

struct child {
	GPid pid;
	int fd[STREAM_COUNT];
	guint source[STREAM_COUNT];
	struct buf read[STREAM_COUNT];
	guint timer;            /* to end it; GLib's source, or 0 */
	bool late;              /* it has ended that way */
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
	if (child->timer != 0)
		(void)g_source_remove(child->timer);
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
	explicit_bzero(block, sizeof(block)); /* a code was in it */
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
end_of(const struct child *child, int status, struct view error_line)
{
	if (child->late)
		return VIEW_TIMED_OUT;
	if (!WIFEXITED(status) || buf_check(&child->read[OUTPUT]) != OUTCOME_OK)
		return VIEW_FAILED;
	switch (WEXITSTATUS(status)) {
	case 0:
		return child->read[OUTPUT].len > 0 ? VIEW_CAUGHT : VIEW_CLOSED;
	case 1:
		return VIEW_CANCELLED;
	case 2:
		return VIEW_UNUSABLE;
	default:
		break;
	}
	error_line = view_after(error_line, ' ');
	if (view_begins(error_line, VIEW_SAYS_TIME))
		return VIEW_TIMED_OUT;
	return view_begins(error_line, VIEW_SAYS_CERTIFICATE) ? VIEW_UNTRUSTED
							      : VIEW_FAILED;
}

/* The child is gone; report it. */
static void
ended(struct child *child, enum view_end end)
{
	autobuf address = BUF_INIT(VIEW_OUTPUT_MAX);
	view_ended_fn *handler = child->handler;
	void *arg = child->arg;
	struct view line = view_trim(buf_view(&child->read[OUTPUT]), "\n");

	if (end == VIEW_CAUGHT)
		buf_put(&address, line.p, line.len);
	child_free(child);
	if (handler != NULL)
		handler(arg, end, buf_text(&address));
}

static void
on_exit_of_child(GPid pid, gint status, gpointer arg)
{
	struct child *child = arg;

	(void)kill(-pid, SIGKILL); /* what it has left */
	g_spawn_close_pid(pid);
	(void)stream_read(child, OUTPUT);
	(void)stream_read(child, ERRORS);
	struct view error_line = last_line(buf_view(&child->read[ERRORS]));
	if (view_begins(error_line, "gcpkce-"))
		(void)fprintf(stderr, "%.*s\n", (int)error_line.len,
		    (const char *)error_line.p);
	ended(child, end_of(child, status, error_line));
}

/* In the child: the page must not stay when the greeter has ended. */
static void
child_prepare(gpointer arg)
{
	(void)arg;
	(void)setsid(); /* a group, which is ended as a whole */
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static gboolean
not_started(gpointer arg)
{
	struct child *child = arg;

	child->timer = 0;
	ended(child, VIEW_UNUSABLE);
	return G_SOURCE_REMOVE;
}

static gboolean
on_late_end(gpointer arg)
{
	struct child *child = arg;

	child->timer = 0;
	(void)kill(-child->pid, SIGKILL);
	return G_SOURCE_REMOVE;
}

static void
child_end(struct child *child)
{
	if (child->timer != 0)
		(void)g_source_remove(child->timer);
	(void)kill(-child->pid, SIGTERM);
	child->timer = g_timeout_add(KILL_MS, on_late_end, child);
}

static gboolean
on_late(gpointer arg)
{
	struct child *child = arg;

	child->timer = 0;
	child->late = true;
	child_end(child);
	return G_SOURCE_REMOVE;
}

static void
option_add(GPtrArray *argv, const char *option, const char *value)
{
	g_ptr_array_add(argv, g_strdup(option));
	g_ptr_array_add(argv, g_strdup(value));
}

static void
arguments_make(
    GPtrArray *argv, const struct settings *settings, const char *redirect_uri)
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
	g_ptr_array_add(argv, g_strdup("-"));
	g_ptr_array_add(argv, NULL);
}

/* Other users of this host can read the arguments of a process. */
static int
address_stream(const char *address)
{
	autofd fd = memfd_create("address", MFD_CLOEXEC);
	size_t len = strlen(address);

	if (fd < 0 || write(fd, address, len) != (ssize_t)len ||
	    lseek(fd, 0, SEEK_SET) != 0)
		return -1;
	return take_fd(&fd);
}

static void
child_watch(struct child *child, unsigned long seconds)
{
	for (int i = 0; i < STREAM_COUNT; i++) {
		(void)g_unix_set_fd_nonblocking(child->fd[i], TRUE, NULL);
		child->source[i] = g_unix_fd_add(
		    child->fd[i], G_IO_IN | G_IO_HUP, readable, child);
	}
	(void)g_child_watch_add(child->pid, on_exit_of_child, child);
	child->timer = g_timeout_add_seconds(
	    (guint)seconds + LATE_SECONDS, on_late, child);
}

void
view_child_start(const struct settings *settings, const char *address,
    const char *redirect_uri, view_ended_fn *handler, void *arg)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	struct child *child = g_new0(struct child, 1);
	autofd input = address_stream(address);
	unsigned long seconds = 0;

	view_child_stop();
	*child = (struct child){
	    .fd = {-1, -1},
	    .read = {BUF_INIT(VIEW_OUTPUT_MAX), BUF_INIT(ERRORS_MAX)},
	    .handler = handler,
	    .arg = arg,
	};
	current = child;
	arguments_make(argv, settings, redirect_uri);
	(void)text_parse_number(settings->timeout, 1, 3600, &seconds);
	if (g_spawn_async_with_pipes_and_fds(NULL,
		(const char *const *)argv->pdata, NULL,
		G_SPAWN_DO_NOT_REAP_CHILD, child_prepare, NULL, input, -1, -1,
		NULL, NULL, 0, &child->pid, NULL, &child->fd[OUTPUT],
		&child->fd[ERRORS], &error)) {
		child_watch(child, seconds);
		return;
	}
	(void)fprintf(stderr, "gcpkce-greeter: view: %s\n", error->message);
	child->timer = g_idle_add(not_started, child);
}

void
view_child_stop(void)
{
	if (current == NULL)
		return;
	current->handler = NULL;
	if (current->pid != 0)
		child_end(current);
	current = NULL;
}
