/* SPDX-License-Identifier: ISC */
#include "network.h"

#include <gio/gio.h>

#include "gcpkce/base/url.h"

#define DELAY_MS 500

static guint waiting; /* GLib's source, or 0 */

bool
network_is_available(void)
{
	return g_network_monitor_get_network_available(
	    g_network_monitor_get_default());
}

static void
on_read(GObject *stream, GAsyncResult *result, gpointer arg)
{
	g_autoptr(GIOStream) connection = arg;

	g_bytes_unref(g_input_stream_read_bytes_finish(
	    G_INPUT_STREAM(stream), result, NULL));
	(void)g_io_stream_close(connection, NULL, NULL);
}

static void
on_connected(GObject *client, GAsyncResult *result, gpointer arg)
{
	g_autofree char *request = arg;
	GSocketConnection *connection = g_socket_client_connect_to_host_finish(
	    G_SOCKET_CLIENT(client), result, NULL);

	if (connection == NULL)
		return;
	GIOStream *stream = G_IO_STREAM(connection);
	(void)g_output_stream_write_all(g_io_stream_get_output_stream(stream),
	    request, strlen(request), NULL, NULL, NULL);
	/* the listener answers before it closes */
	g_input_stream_read_bytes_async(g_io_stream_get_input_stream(stream),
	    4096, G_PRIORITY_DEFAULT, NULL, on_read, stream);
}

static gboolean
deliver(gpointer arg)
{
	g_autofree char *address = arg;
	g_autoptr(GSocketClient) client = g_socket_client_new();
	struct url url;

	waiting = 0;
	if (!url_split(address, &url) || !url.loopback ||
	    !view_eq(url.scheme, view_text("http")))
		return G_SOURCE_REMOVE;
	struct view authority =
	    view_before(view_skip(view_text(address), strlen("http://")), '/');
	g_autofree char *host =
	    g_strndup((const char *)authority.p, authority.len);
	char *request = g_strdup_printf("GET %.*s HTTP/1.1\r\nHost: %s\r\n"
					"Connection: close\r\n\r\n",
	    (int)url.path.len, (const char *)url.path.p, host);
	g_socket_client_connect_to_host_async(
	    client, host, 80, NULL, on_connected, request);
	return G_SOURCE_REMOVE;
}

void
network_deliver(const char *address)
{
	network_deliver_stop();
	waiting = g_timeout_add_full(
	    G_PRIORITY_DEFAULT, DELAY_MS, deliver, g_strdup(address), NULL);
}

void
network_deliver_stop(void)
{
	if (waiting != 0)
		(void)g_source_remove(waiting);
	waiting = 0;
}
