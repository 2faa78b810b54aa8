/* SPDX-License-Identifier: ISC */
#include "web_page.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "web_view.h"

struct page {
	const struct web_options *options;
	web_report *report;
	void *data;
	WebKitUserContentManager *content;
	bool filtered; /* the filter is in force */
	bool wanted;   /* web_page_load was called */
	char *filter_directory;
};

static void
report(struct page *page, enum web_event event, const char *detail)
{
	page->report(page->data, event, detail);
}

/* ---- where it may go ---- */

/* The host of an address, after "http://" without TLS; or another scheme. */
static void
report_place(struct page *page, enum web_event event, const char *uri)
{
	struct url url;
	char place[300];
	struct view shown = view_before(view_text(uri), ':');
	bool plain = view_eq(shown, view_text("http"));

	if (url_split(uri, &url) &&
	    (plain || view_eq(shown, view_text("https"))))
		shown = url.host;
	(void)g_snprintf(place, sizeof(place), "%s%.*s", plain ? "http://" : "",
	    (int)MIN(shown.len, sizeof(place) - 8), (const char *)shown.p);
	report(page, event, place);
}

static void
report_answer(struct page *page, const char *uri)
{
	autobuf answer = BUF_INIT(64 * 1024);

	web_rules_put_answer(&page->options->rules, uri, &answer);
	if (buf_check(&answer) == OUTCOME_OK)
		report(page, WEB_CAUGHT, buf_text(&answer));
}

/* A page or a frame is about to go somewhere: nothing was sent yet. */
static void
judge_navigation(struct page *page, WebKitPolicyDecision *decision)
{
	WebKitNavigationAction *action =
	    webkit_navigation_policy_decision_get_navigation_action(
		WEBKIT_NAVIGATION_POLICY_DECISION(decision));
	const char *uri = webkit_uri_request_get_uri(
	    webkit_navigation_action_get_request(action));

	switch (web_judge(&page->options->rules, uri)) {
	case WEB_ALLOW:
		webkit_policy_decision_use(decision);
		break;
	case WEB_CATCH:
		webkit_policy_decision_ignore(decision);
		report_answer(page, uri);
		break;
	case WEB_REFUSE:
		webkit_policy_decision_ignore(decision);
		report_place(page,
		    webkit_navigation_action_is_user_gesture(action)
			? WEB_REFUSED
			: WEB_REFUSED_QUIETLY,
		    uri);
		break;
	}
}

/* Only what is shown in place: everything else would be a download. */
static void
judge_response(WebKitPolicyDecision *decision)
{
	WebKitResponsePolicyDecision *response =
	    WEBKIT_RESPONSE_POLICY_DECISION(decision);
	SoupMessageHeaders *headers = webkit_uri_response_get_http_headers(
	    webkit_response_policy_decision_get_response(response));
	const char *disposition = headers != NULL
	    ? soup_message_headers_get_one(headers, "Content-Disposition")
	    : NULL;

	if (disposition == NULL &&
	    webkit_response_policy_decision_is_mime_type_supported(response))
		webkit_policy_decision_use(decision);
	else
		webkit_policy_decision_ignore(decision);
}

static gboolean
on_decide_policy(WebKitWebView *web, WebKitPolicyDecision *decision,
    WebKitPolicyDecisionType type, struct page *page)
{
	(void)web;
	if (type == WEBKIT_POLICY_DECISION_TYPE_NAVIGATION_ACTION) {
		judge_navigation(page, decision);
	} else if (type == WEBKIT_POLICY_DECISION_TYPE_RESPONSE) {
		judge_response(decision);
	} else {
		webkit_policy_decision_ignore(decision);
		report(page, WEB_REFUSED_QUIETLY, "a new window");
	}
	return TRUE;
}

static void
on_download(
    WebKitNetworkSession *session, WebKitDownload *download, struct page *page)
{
	(void)session;
	webkit_download_cancel(download);
	report(page, WEB_REFUSED_QUIETLY, "a download");
}

/* ---- how loading goes ---- */

static void
on_load_changed(WebKitWebView *web, WebKitLoadEvent event, struct page *page)
{
	const char *uri = webkit_web_view_get_uri(web);

	if (uri == NULL)
		return;
	if (event == WEBKIT_LOAD_STARTED || event == WEBKIT_LOAD_REDIRECTED)
		report_place(page, WEB_LOADING, uri);
	else if (event == WEBKIT_LOAD_COMMITTED)
		report_place(page, WEB_SHOWN, uri);
}

static enum web_event
event_of(const GError *error)
{
	/* what the policy refused, what would be a download, an empty answer,
	 * and web_page_stop */
	if (g_error_matches(error, WEBKIT_POLICY_ERROR,
		WEBKIT_POLICY_ERROR_FRAME_LOAD_INTERRUPTED_BY_POLICY_CHANGE) ||
	    g_error_matches(
		error, WEBKIT_NETWORK_ERROR, WEBKIT_NETWORK_ERROR_CANCELLED))
		return WEB_STAYS;
	if (error->domain == G_RESOLVER_ERROR)
		return WEB_NO_ADDRESS;
	return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED)
	    ? WEB_CLOSED
	    : WEB_UNREACHABLE;
}

static gboolean
on_load_failed(WebKitWebView *web, WebKitLoadEvent event, const char *uri,
    GError *error, struct page *page)
{
	(void)web;
	(void)event;
	(void)uri;
	report(page, event_of(error), error->message);
	return TRUE;
}

static gboolean
on_load_failed_tls(WebKitWebView *web, const char *uri,
    GTlsCertificate *certificate, GTlsCertificateFlags faults,
    struct page *page)
{
	(void)web;
	(void)certificate;
	(void)faults;
	report_place(page, WEB_UNTRUSTED, uri);
	return TRUE;
}

static void
on_terminated(WebKitWebView *web, WebKitWebProcessTerminationReason reason,
    struct page *page)
{
	(void)web;
	report(page,
	    reason == WEBKIT_WEB_PROCESS_EXCEEDED_MEMORY_LIMIT ? WEB_MEMORY
							       : WEB_CRASHED,
	    "");
}

static void
connect_signals(WebKitWebView *web, struct page *page)
{
	g_signal_connect(
	    web, "decide-policy", G_CALLBACK(on_decide_policy), page);
	g_signal_connect(webkit_web_view_get_network_session(web),
	    "download-started", G_CALLBACK(on_download), page);
	g_signal_connect(
	    web, "load-changed", G_CALLBACK(on_load_changed), page);
	g_signal_connect(web, "load-failed", G_CALLBACK(on_load_failed), page);
	g_signal_connect(web, "load-failed-with-tls-errors",
	    G_CALLBACK(on_load_failed_tls), page);
	g_signal_connect(
	    web, "web-process-terminated", G_CALLBACK(on_terminated), page);
}

/* ---- the filter ---- */

static void
directory_remove(char *directory)
{
	const char *name = NULL;
	GDir *entries = g_dir_open(directory, 0, NULL);

	while (entries != NULL && (name = g_dir_read_name(entries)) != NULL) {
		g_autofree char *path = g_build_filename(directory, name, NULL);
		(void)g_unlink(path);
	}
	g_clear_pointer(&entries, g_dir_close);
	(void)g_rmdir(directory);
	g_free(directory);
}

static void
on_filter(GObject *store, GAsyncResult *result, gpointer data)
{
	WebKitWebView *web = data;
	struct page *page = g_object_get_data(data, "page");
	g_autoptr(GError) error = NULL;
	WebKitUserContentFilter *filter =
	    webkit_user_content_filter_store_save_finish(
		WEBKIT_USER_CONTENT_FILTER_STORE(store), result, &error);

	directory_remove(g_steal_pointer(&page->filter_directory));
	g_object_unref(store);
	if (filter == NULL) {
		report(page, WEB_UNCONFINED, error->message);
		return;
	}
	webkit_user_content_manager_add_filter(page->content, filter);
	webkit_user_content_filter_unref(filter);
	page->filtered = true;
	if (page->wanted)
		webkit_web_view_load_uri(web, page->options->address);
}

/* WebKit compiles rules into a file, which is gone again when they are in. */
static void
filter_start(WebKitWebView *web, struct page *page)
{
	autobuf json = BUF_INIT(WEB_FILTER_MAX);

	web_rules_put_filter(&page->options->rules, &json);
	page->filter_directory = g_build_filename(
	    g_get_user_runtime_dir(), "gcpkce-view-XXXXXX", NULL);
	if (buf_check(&json) != OUTCOME_OK ||
	    g_mkdtemp(page->filter_directory) == NULL) {
		g_autofree char *why =
		    g_strdup_printf("%s (XDG_RUNTIME_DIR): %s",
			g_get_user_runtime_dir(), g_strerror(errno));
		report(page, WEB_UNCONFINED, why);
		return;
	}
	WebKitUserContentFilterStore *store =
	    webkit_user_content_filter_store_new(page->filter_directory);
	g_autoptr(GBytes) rules = g_bytes_new(buf_text(&json), json.len);
	webkit_user_content_filter_store_save(
	    store, "hosts", rules, NULL, on_filter, web);
}

/* ---- the widget ---- */

GtkWidget *
web_page_new(const struct web_options *options, web_report *on, void *data)
{
	struct page *page = g_new0(struct page, 1);

	*page = (struct page){.options = options,
	    .report = on,
	    .data = data,
	    .content = webkit_user_content_manager_new()};
	GtkWidget *web = web_view_new(options, page->content);
	g_object_set_data(G_OBJECT(web), "page", page);
	connect_signals(WEBKIT_WEB_VIEW(web), page);
	filter_start(WEBKIT_WEB_VIEW(web), page);
	return web;
}

void
web_page_load(GtkWidget *web)
{
	struct page *page = g_object_get_data(G_OBJECT(web), "page");

	page->wanted = true;
	if (page->filtered)
		webkit_web_view_load_uri(
		    WEBKIT_WEB_VIEW(web), page->options->address);
}

void
web_page_stop(GtkWidget *web)
{
	webkit_web_view_stop_loading(WEBKIT_WEB_VIEW(web));
}
