/* SPDX-License-Identifier: ISC */
#include "web_view.h"

#include <string.h>

#define MEMORY_MAX 512  /* MiB of a page; beyond it, WebKit ends its process */
#define MEMORY_POLL 1.0 /* seconds */
#define DEAD_PROXY "http://127.0.0.1:1" /* a port that only root could open */

/* For signals whose default opens something, and TRUE means "handled". */
static gboolean
do_nothing(void)
{
	return TRUE;
}

static gboolean
on_permission(WebKitWebView *web, WebKitPermissionRequest *request)
{
	(void)web;
	webkit_permission_request_deny(request);
	return TRUE;
}

/* HTTP's own passwords, and client certificates: go on without. */
static gboolean
on_authenticate(WebKitWebView *web, WebKitAuthenticationRequest *request)
{
	(void)web;
	webkit_authentication_request_authenticate(request, NULL);
	return TRUE;
}

static gboolean
on_file_chooser(WebKitWebView *web, WebKitFileChooserRequest *request)
{
	(void)web;
	webkit_file_chooser_request_cancel(request);
	return TRUE;
}

static void
refuse_signals(WebKitWebView *web)
{
	static const char *const refused[] = {"context-menu", "print",
	    "script-dialog", "run-color-chooser", "show-notification"};

	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++)
		g_signal_connect(web, refused[i], G_CALLBACK(do_nothing), NULL);
	g_signal_connect(
	    web, "permission-request", G_CALLBACK(on_permission), NULL);
	g_signal_connect(
	    web, "authenticate", G_CALLBACK(on_authenticate), NULL);
	g_signal_connect(
	    web, "run-file-chooser", G_CALLBACK(on_file_chooser), NULL);
}

/* What a sign-in page does not need, by WebKit's names; not all versions know
 * all of them. */
static bool
is_feature_off(const char *name)
{
	static const char *const off[] = {"ServiceWorkers", "SharedWorker",
	    "PushAPI", "BackgroundFetchAPI", "Notifications",
	    "WebAuthentication", "DigitalCredentials", "Gamepads",
	    "GeolocationAPI", "MediaDevices", "PictureInPictureAPI",
	    "SpeechSynthesisAPI", "SpeechRecognition", "ScreenWakeLockAPI",
	    "DeviceOrientationEvent", "AsyncClipboardAPI", "DOMPasteAllowed",
	    "DOMPasteAccessRequests", "FileSystem", "WebTransport", "WebGPU",
	    "BeaconAPI", "LinkPreconnect", "LinkPreconnectEarlyHints",
	    "LinkPrefetch", "LinkDNSPrefetch"};

	for (size_t i = 0; i < G_N_ELEMENTS(off); i++) {
		if (strcmp(name, off[i]) == 0)
			return true;
	}
	return false;
}

static WebKitSettings *
settings_new(void)
{
	WebKitSettings *settings = webkit_settings_new_with_settings(
	    "enable-developer-extras", FALSE, "enable-fullscreen", FALSE,
	    "enable-media", FALSE, "enable-media-stream", FALSE,
	    "enable-mediasource", FALSE, "enable-encrypted-media", FALSE,
	    "enable-webaudio", FALSE, "enable-webgl", FALSE, "enable-webrtc",
	    FALSE, "enable-page-cache", FALSE,
	    "enable-back-forward-navigation-gestures", FALSE,
	    "javascript-can-access-clipboard", FALSE,
	    "javascript-can-open-windows-automatically", FALSE,
	    "allow-modal-dialogs", FALSE, "enable-site-specific-quirks", FALSE,
	    "enable-write-console-messages-to-stdout", FALSE,
	    "hardware-acceleration-policy",
	    WEBKIT_HARDWARE_ACCELERATION_POLICY_NEVER, NULL);
	g_autoptr(WebKitFeatureList) features =
	    webkit_settings_get_all_features();

	for (gsize i = 0; i < webkit_feature_list_get_length(features); i++) {
		WebKitFeature *feature = webkit_feature_list_get(features, i);
		if (is_feature_off(webkit_feature_get_identifier(feature)))
			webkit_settings_set_feature_enabled(
			    settings, feature, FALSE);
	}
	return settings;
}

static WebKitMemoryPressureSettings *
memory_new(void)
{
	WebKitMemoryPressureSettings *memory =
	    webkit_memory_pressure_settings_new();

	webkit_memory_pressure_settings_set_memory_limit(memory, MEMORY_MAX);
	webkit_memory_pressure_settings_set_kill_threshold(memory, 1.0);
	webkit_memory_pressure_settings_set_poll_interval(memory, MEMORY_POLL);
	return memory;
}

/*
 * Cookies and storage of one run alone.  Connections that no rule above sees
 * (a preconnect) go to a proxy that is not there, unless they are to a listed
 * host.  With a site's own proxy there is no such second layer.
 */
static WebKitNetworkSession *
session_new(const struct web_rules *rules)
{
	WebKitNetworkSession *session = webkit_network_session_new_ephemeral();
	const char *proxy = g_getenv("https_proxy");
	const char *direct = g_getenv("no_proxy");
	g_autoptr(GStrvBuilder) hosts = g_strv_builder_new();

	for (size_t i = 0; proxy == NULL && i < rules->host_count; i++) {
		g_autofree char *host = g_strndup(
		    (const char *)rules->hosts[i].p, rules->hosts[i].len);
		g_strv_builder_add(hosts, host);
	}
	g_auto(GStrv) listed = proxy == NULL || direct == NULL
	    ? g_strv_builder_end(hosts)
	    : g_strsplit(direct, ",", -1);
	WebKitNetworkProxySettings *settings =
	    webkit_network_proxy_settings_new(
		proxy != NULL ? proxy : DEAD_PROXY,
		(const char *const *)listed);
	webkit_network_session_set_proxy_settings(
	    session, WEBKIT_NETWORK_PROXY_MODE_CUSTOM, settings);
	webkit_network_proxy_settings_free(settings);
	webkit_network_session_set_tls_errors_policy(
	    session, WEBKIT_TLS_ERRORS_POLICY_FAIL);
	return session;
}

GtkWidget *
web_view_new(
    const struct web_options *options, WebKitUserContentManager *content)
{
	WebKitMemoryPressureSettings *memory = memory_new();

	/* the network process takes it when it starts, so before any session */
	webkit_network_session_set_memory_pressure_settings(memory);
	WebKitWebContext *context = g_object_new(
	    WEBKIT_TYPE_WEB_CONTEXT, "memory-pressure-settings", memory, NULL);
	webkit_memory_pressure_settings_free(memory);
	webkit_web_context_set_cache_model(
	    context, WEBKIT_CACHE_MODEL_DOCUMENT_VIEWER);
	GtkWidget *web = g_object_new(WEBKIT_TYPE_WEB_VIEW, "web-context",
	    context, "network-session", session_new(&options->rules),
	    "user-content-manager", content, "settings", settings_new(), NULL);
	refuse_signals(WEBKIT_WEB_VIEW(web));
	/* a hidden text field, by which WebKit knows the keys of editors, would
	 * take the keyboard from Tab and keep it */
	for (GtkWidget *part = gtk_widget_get_first_child(web); part != NULL;
	     part = gtk_widget_get_next_sibling(part))
		gtk_widget_set_can_focus(part, FALSE);
	return web;
}
