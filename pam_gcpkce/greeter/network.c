/* SPDX-License-Identifier: ISC */
/* The request has a code, so it is wiped when it was sent. */
#include "network.h"

#include <gio/gio.h>
#include <string.h>

#include "gcpkce/base/buf.h"
#include "gcpkce/base/url.h"

#define PROMPT_MS 2000 /* until a module's prompt must be there */
#define TIMEOUT_S 10   /* of each step; the listener replies at once */
#define REQUEST_MAX 16384

struct delivery {
	guint timer; /* GLib's source, or 0 */
	struct buf host;
	struct buf request;
	GCancellable *cancellable;
	GSocketConnection *connection; /* or NULL */
	delivery_fn *handler;          /* NULL once it is stopped */
	void *arg;
};

static struct delivery *current; /* NULL while nothing is delivered */

bool
network_is_available(void)
{
	return g_network_monitor_get_network_available(
	    g_network_monitor_get_default());
}

static void
finish(struct delivery *d, bool ok)
{
	delivery_fn *handler = d->handler;
	void *arg = d->arg;

	if (d == current)
		current = NULL;
	buf_done(&d->host);
	buf_done(&d->request);
	g_clear_object(&d->connection);
	g_object_unref(d->cancellable);
	g_free(d);
	if (handler != NULL && !ok)
		handler(arg, false);
}

static void
on_read(GObject *stream, GAsyncResult *result, gpointer arg)
{
	g_autoptr(GBytes) reply = g_input_stream_read_bytes_finish(
	    G_INPUT_STREAM(stream), result, NULL);
	gsize len = 0;
	const uint8_t *bytes =
	    reply != NULL ? g_bytes_get_data(reply, &len) : NULL;

	finish(arg, view_begins((struct view){bytes, len}, "HTTP/1.1 200 "));
}

static void
on_connected(GObject *client, GAsyncResult *result, gpointer arg)
{
	struct delivery *d = arg;

	d->connection = g_socket_client_connect_to_host_finish(
	    G_SOCKET_CLIENT(client), result, NULL);
	if (d->connection == NULL ||
	    !g_output_stream_write_all(
		g_io_stream_get_output_stream(G_IO_STREAM(d->connection)),
		buf_text(&d->request), d->request.len, NULL, d->cancellable,
		NULL)) {
		finish(d, false);
		return;
	}
	buf_done(&d->request);
	g_input_stream_read_bytes_async(
	    g_io_stream_get_input_stream(G_IO_STREAM(d->connection)), 64,
	    G_PRIORITY_DEFAULT, d->cancellable, on_read, d);
}

static gboolean
deliver(gpointer arg)
{
	struct delivery *d = arg;
	g_autoptr(GSocketClient) client = g_socket_client_new();

	d->timer = 0;
	d->handler(d->arg, true);
	g_socket_client_set_enable_proxy(client, FALSE);
	g_socket_client_set_timeout(client, TIMEOUT_S);
	g_socket_client_connect_to_host_async(
	    client, buf_text(&d->host), 80, d->cancellable, on_connected, d);
	return G_SOURCE_REMOVE;
}

void
network_deliver(
    const char *address, bool may_ask, delivery_fn *handler, void *arg)
{
	struct url url;

	network_deliver_stop();
	if (!url_split(address, &url) || !url.loopback ||
	    !view_eq(url.scheme, view_text("http")))
		return;
	struct view host =
	    view_before(view_skip(view_text(address), strlen("http://")), '/');
	struct delivery *d = current = g_new(struct delivery, 1);
	*d = (struct delivery){
	    .host = BUF_INIT(REQUEST_MAX),
	    .request = BUF_INIT(REQUEST_MAX),
	    .cancellable = g_cancellable_new(),
	    .handler = handler,
	    .arg = arg,
	};
	buf_put(&d->host, host.p, host.len);
	buf_printf(&d->request,
	    "GET %.*s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
	    (int)url.path.len, (const char *)url.path.p, buf_text(&d->host));
	d->timer = g_timeout_add(may_ask ? PROMPT_MS : 0, deliver, d);
}

void
network_deliver_stop(void)
{
	struct delivery *d = current;

	if (d == NULL)
		return;
	current = NULL;
	d->handler = NULL;
	if (d->timer == 0) { /* what was begun ends with an error */
		g_cancellable_cancel(d->cancellable);
		return;
	}
	(void)g_source_remove(d->timer);
	finish(d, true);
}
