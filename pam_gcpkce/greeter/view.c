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

struct run {
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
end(struct run *v, enum status status)
{
	if (!v->ended)
		v->status = status;
	v->ended = true;
	g_main_loop_quit(v->loop);
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
fail(struct run *v, const char *what, const char *detail)
{
	note(what, detail);
	end(v, STATUS_FAILED);
}

static void
answer(struct run *v, const char *address)
{
	size_t len = strlen(address);

	if (v->ended)
		return;
	end(v, STATUS_ANSWER);
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
		v->status = STATUS_FAILED;
}

/* The sentence is for the user, the reason for the log. */
static void
unreachable(struct run *v, const char *sentence, const char *reason)
{
	bool online = g_network_monitor_get_network_available(
	    g_network_monitor_get_default());

	(void)fprintf(
	    stderr, "gcpkce-view: %s cannot be reached: %s\n", v->host, reason);
	v->answer_due_us = 0;
	web_window_trouble(v->window,
	    online ? MESSAGE_SCREEN_NO_PAGE : MESSAGE_SCREEN_NO_NETWORK,
	    online ? sentence : MESSAGE_SCREEN_NO_NETWORK_FIX, v->host);
}

/* Each place once. */
static void
refused(struct run *v, const char *place)
{
	(void)g_strlcpy(v->refused, place, sizeof(v->refused));
	if (v->noted->len >= NOTED_MAX ||
	    g_ptr_array_find_with_equal_func(
		v->noted, place, g_str_equal, NULL))
		return;
	g_ptr_array_add(v->noted, g_strdup(place));
	note("not allowed", place);
}

/* The page that was loading does not come: the last one stays, if any. */
static void
stays(struct run *v, const char *reason)
{
	if (v->answer_due_us == 0)
		return; /* nothing was loading */
	v->answer_due_us = 0;
	if (v->shown[0] != '\0') {
		web_window_page(v->window, v->shown);
		return;
	}
	if (v->refused[0] != '\0')
		web_window_trouble(v->window, MESSAGE_SCREEN_NO_PAGE,
		    MESSAGE_WEB_REFUSED, v->refused);
	else
		unreachable(v, reason, reason);
}

static void
failed_page(struct run *v, const char *reason)
{
	note("the page failed", reason);
	web_window_trouble(v->window, MESSAGE_WEB_FAILED, reason, "");
}

static void
on_event(void *data, enum web_event event, const char *detail)
{
	struct run *v = data;

	switch (event) {
	case WEB_LOADING:
		(void)g_strlcpy(v->host, detail, sizeof(v->host));
		v->answer_due_us =
		    g_get_monotonic_time() + ANSWER_SECONDS * G_USEC_PER_SEC;
		web_window_loading(v->window, detail);
		break;
	case WEB_SHOWN:
		(void)g_strlcpy(v->shown, detail, sizeof(v->shown));
		v->answer_due_us = 0;
		web_window_page(v->window, detail);
		break;
	case WEB_STAYS:
		stays(v, detail);
		break;
	case WEB_CAUGHT:
		answer(v, detail);
		break;
	case WEB_REFUSED:
		web_window_refused(v->window, detail);
		/* fall through */
	case WEB_REFUSED_QUIETLY:
		refused(v, detail);
		break;
	case WEB_NO_ADDRESS:
		unreachable(v, MESSAGE_WEB_NO_ADDRESS, detail);
		break;
	case WEB_CLOSED:
		unreachable(v, MESSAGE_WEB_CLOSED, detail);
		break;
	case WEB_UNREACHABLE:
		unreachable(v, detail, detail);
		break;
	case WEB_UNTRUSTED:
		fail(v, VIEW_SAYS_CERTIFICATE, detail);
		break;
	case WEB_CRASHED:
		failed_page(v, MESSAGE_WEB_CRASHED);
		break;
	case WEB_MEMORY:
		failed_page(v, MESSAGE_WEB_MEMORY);
		break;
	case WEB_UNCONFINED:
		fail(v, "the list of hosts cannot be enforced", detail);
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
	struct run *v = data;

	web_page_load(v->page);
}

static gboolean
on_second(gpointer data)
{
	struct run *v = data;
	gint64 now = g_get_monotonic_time();

	if (now >= v->deadline_us) {
		fail(v, VIEW_SAYS_TIME, "");
		return FALSE;
	}
	web_window_time(v->window,
	    (unsigned long)((v->deadline_us - now) / G_USEC_PER_SEC));
	if (v->answer_due_us != 0 && now >= v->answer_due_us) {
		web_page_stop(v->page);
		unreachable(v, MESSAGE_WEB_SLOW, "it does not answer");
	}
	return TRUE;
}

static enum status
run(struct run *v)
{
	v->loop = g_main_loop_new(NULL, FALSE);
	v->noted = g_ptr_array_new();
	v->requests = (struct web_requests){on_cancel, on_retry, v};
	v->deadline_us = g_get_monotonic_time() +
	    (gint64)v->options.deadline * G_USEC_PER_SEC;
	v->page = web_page_new(&v->options, on_event, v);
	v->window = web_window_new(&v->options, v->page, &v->requests);
	(void)on_second(v); /* the time is there from the beginning */
	(void)g_timeout_add_seconds(1, on_second, v);
	web_window_show(v->window);
	web_page_load(v->page);
	if (!v->ended)
		g_main_loop_run(v->loop);
	return v->status;
}

int
main(int argc, char **argv)
{
	struct run v = {.status = STATUS_FAILED};
	const struct rlimit none = {0}; /* of core files, which hold codes */

	switch (web_options_parse(argc, argv, &v.options)) {
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
	return (int)run(&v);
}
