/* SPDX-License-Identifier: ISC */
/*
 * gcpkce-view: one window with one web page, for login screens.  It prints the
 * address that the sign-in page sends the browser to, before any request goes
 * there.
 */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "environment.h"
#include "texts.h"
#include "view_child.h"
#include "web_messages.h"
#include "web_page.h"
#include "web_window.h"

#define ANSWER_SECONDS 30 /* for the first bytes of a page */
#define NOTED_MAX 20      /* places in the log: a page can try without end */

enum status {
	STATUS_ANSWER,
	STATUS_CANCELLED,
	STATUS_USAGE,
	STATUS_FAILED,
};

struct viewer {
	struct web_options options;
	struct web_requests requests;
	struct web_window *window;
	GtkWidget *page;
	GMainLoop *loop;
	bool ended;
	enum status status;
	char host[256];       /* of the page that is loading, or shown */
	char shown[256];      /* of the page that is shown, or "" */
	char refused[256];    /* the last place that was not allowed, or "" */
	GPtrArray *noted;     /* the places that the log has */
	gint64 deadline_us;   /* g_get_monotonic_time */
	gint64 answer_due_us; /* the same, for the page; 0: it is there */
};

static void
end(struct viewer *viewer, enum status status)
{
	if (!viewer->ended)
		viewer->status = status;
	viewer->ended = true;
	g_main_loop_quit(viewer->loop);
}

/*
 * For the display manager's log, in English: hosts and reasons, and never an
 * address, which may hold a code.
 */
static void
note(const char *what, const char *detail)
{
	(void)fprintf(stderr, "gcpkce-view: %s%s%s\n", what,
	    detail[0] != '\0' ? ": " : "", detail);
}

static void
fail(struct viewer *viewer, const char *what, const char *detail)
{
	note(what, detail);
	end(viewer, STATUS_FAILED);
}

static void
answer(struct viewer *viewer, const char *address)
{
	size_t len = strlen(address);

	if (viewer->ended)
		return;
	end(viewer, STATUS_ANSWER);
	while (len > 0) {
		ssize_t written = write(STDOUT_FILENO, address, len);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			break;
		address += written;
		len -= (size_t)written;
	}
	if (len > 0 || write(STDOUT_FILENO, "\n", 1) != 1)
		viewer->status = STATUS_FAILED;
}

/* The sentence is for the user, the reason for the log. */
static void
unreachable_show(
    struct viewer *viewer, const char *sentence, const char *reason)
{
	bool online = g_network_monitor_get_network_available(
	    g_network_monitor_get_default());

	(void)fprintf(stderr, "gcpkce-view: %s cannot be reached: %s\n",
	    viewer->host, reason);
	viewer->answer_due_us = 0;
	web_window_trouble(viewer->window,
	    online ? MESSAGE_SCREEN_NO_PAGE : MESSAGE_SCREEN_NO_NETWORK,
	    online ? sentence : MESSAGE_SCREEN_NO_NETWORK_FIX, viewer->host);
}

/* Each place once. */
static void
refusal_note(struct viewer *viewer, const char *place)
{
	(void)g_strlcpy(viewer->refused, place, sizeof(viewer->refused));
	if (viewer->noted->len >= NOTED_MAX ||
	    g_ptr_array_find_with_equal_func(
		viewer->noted, place, g_str_equal, NULL))
		return;
	g_ptr_array_add(viewer->noted, g_strdup(place));
	note("not allowed", place);
}

/* The page that was loading does not come: the last one stays, if any. */
static void
load_end(struct viewer *viewer, const char *reason)
{
	if (viewer->answer_due_us == 0)
		return; /* nothing was loading */
	viewer->answer_due_us = 0;
	if (viewer->shown[0] != '\0') {
		web_window_page(viewer->window, viewer->shown);
		return;
	}
	if (viewer->refused[0] != '\0')
		web_window_trouble(viewer->window, MESSAGE_SCREEN_NO_PAGE,
		    MESSAGE_WEB_REFUSED, viewer->refused);
	else
		unreachable_show(viewer, reason, reason);
}

static void
page_fail(struct viewer *viewer, const char *reason)
{
	note("the page failed", reason);
	web_window_trouble(viewer->window, MESSAGE_WEB_FAILED, reason, "");
}

static void
on_event(void *data, enum web_event event, const char *detail)
{
	struct viewer *viewer = data;

	switch (event) {
	case WEB_LOADING:
		(void)g_strlcpy(viewer->host, detail, sizeof(viewer->host));
		viewer->answer_due_us =
		    g_get_monotonic_time() + ANSWER_SECONDS * G_USEC_PER_SEC;
		web_window_loading(viewer->window, detail);
		break;
	case WEB_SHOWN:
		(void)g_strlcpy(viewer->shown, detail, sizeof(viewer->shown));
		viewer->answer_due_us = 0;
		web_window_page(viewer->window, detail);
		break;
	case WEB_STAYS:
		load_end(viewer, detail);
		break;
	case WEB_CAUGHT:
		answer(viewer, detail);
		break;
	case WEB_REFUSED:
		web_window_refused(viewer->window, detail);
		/* fall through */
	case WEB_REFUSED_QUIETLY:
		refusal_note(viewer, detail);
		break;
	case WEB_NO_ADDRESS:
		unreachable_show(viewer, MESSAGE_WEB_NO_ADDRESS, detail);
		break;
	case WEB_CLOSED:
		unreachable_show(viewer, MESSAGE_WEB_CLOSED, detail);
		break;
	case WEB_UNREACHABLE:
		unreachable_show(viewer, detail, detail);
		break;
	case WEB_UNTRUSTED:
		fail(viewer, VIEW_SAYS_CERTIFICATE, detail);
		break;
	case WEB_CRASHED:
		page_fail(viewer, MESSAGE_WEB_CRASHED);
		break;
	case WEB_MEMORY:
		page_fail(viewer, MESSAGE_WEB_MEMORY);
		break;
	case WEB_UNCONFINED:
		fail(viewer, "the list of hosts cannot be enforced", detail);
		break;
	}
}

static void
on_cancel(void *data)
{
	end(data, STATUS_CANCELLED);
}

static void
on_retry(void *data)
{
	struct viewer *viewer = data;

	web_page_load(viewer->page);
}

static gboolean
on_second(gpointer data)
{
	struct viewer *viewer = data;
	gint64 now = g_get_monotonic_time();

	if (now >= viewer->deadline_us) {
		fail(viewer, VIEW_SAYS_TIME, "");
		return FALSE;
	}
	web_window_time(viewer->window,
	    (unsigned long)((viewer->deadline_us - now) / G_USEC_PER_SEC));
	if (viewer->answer_due_us != 0 && now >= viewer->answer_due_us) {
		web_page_stop(viewer->page);
		unreachable_show(
		    viewer, MESSAGE_WEB_SLOW, "it does not answer");
	}
	return TRUE;
}

static enum status
run(struct viewer *viewer)
{
	viewer->loop = g_main_loop_new(NULL, FALSE);
	viewer->noted = g_ptr_array_new();
	viewer->requests = (struct web_requests){on_cancel, on_retry, viewer};
	viewer->deadline_us = g_get_monotonic_time() +
	    (gint64)viewer->options.deadline * G_USEC_PER_SEC;
	viewer->page = web_page_new(&viewer->options, on_event, viewer);
	viewer->window =
	    web_window_new(&viewer->options, viewer->page, &viewer->requests);
	(void)on_second(viewer); /* the time is there from the beginning */
	(void)g_timeout_add_seconds(1, on_second, viewer);
	web_window_show(viewer->window);
	web_page_load(viewer->page);
	if (!viewer->ended)
		g_main_loop_run(viewer->loop);
	return viewer->status;
}

int
main(int argc, char **argv)
{
	struct viewer viewer = {.status = STATUS_FAILED};
	const struct rlimit none = {0}; /* of core files, which hold codes */

	switch (web_options_parse(argc, argv, &viewer.options)) {
	case WEB_HELP:
		return STATUS_ANSWER;
	case WEB_USAGE:
		return STATUS_USAGE;
	case WEB_RUN:
		break;
	}
	if (!environment_reduce() || setrlimit(RLIMIT_CORE, &none) != 0) {
		perror("gcpkce-view");
		return STATUS_FAILED;
	}
	texts_open();
	g_set_prgname("gcpkce-view"); /* screen readers say it */
	if (!gtk_init_check()) {
		(void)fputs("gcpkce-view: there is no display\n", stderr);
		return STATUS_FAILED;
	}
	return (int)run(&viewer);
}
