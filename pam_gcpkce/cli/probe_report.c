/* SPDX-License-Identifier: ISC */
/*
 * The results of a probe, for people and as JSON.
 */
#include "check.h"

#include <string.h>

#include "gcpkce/base/clock.h"

static const char *const steps[WIRE_STEP_COUNT] = {
    [WIRE_STEP_NONE] = "",
    [WIRE_STEP_DNS] = "DNS",
    [WIRE_STEP_TCP] = "TCP",
    [WIRE_STEP_PROXY] = "proxy",
    [WIRE_STEP_TLS] = "TLS",
    [WIRE_STEP_HTTP] = "HTTP",
};

static const char *const socket_states[] = {
    [HELPER_SOCKET_ABSENT] = "does not exist",
    [HELPER_SOCKET_SHUT] = "does not admit this user",
    [HELPER_SOCKET_SERVES] = "exists",
};

const char *
probe_step_name(enum wire_step step)
{
	return steps[step];
}

/* There is not always a proxy, nor TLS to a host on this machine. */
static bool
was_taken(const char *url, const struct wire_reach *reach, size_t step)
{
	return step == WIRE_STEP_PROXY ? reach->proxy_status != 0
	    : step == WIRE_STEP_TLS    ? strncmp(url, "https:", 6) == 0
				       : true;
}

static void
reach_print(struct buf *text, const char *url, const struct wire_reach *reach)
{
	char end[CLOCK_STAMP_LEN + 1];

	buf_printf(text, "  %s:", url);
	for (size_t i = WIRE_STEP_DNS; i <= reach->reached; i++) {
		if (was_taken(url, reach, i))
			buf_printf(text, " %s %u ms", steps[i], reach->ms[i]);
	}
	if (reach->failed != WIRE_STEP_NONE)
		buf_printf(text, " %s failed", steps[reach->failed]);
	if (reach->tls[0] != '\0')
		buf_printf(text, ", %s", reach->tls);
	if (reach->certificate_end_s != 0) {
		clock_stamp(reach->certificate_end_s, end);
		buf_printf(text, ", certificate until %.10s", end);
	}
	if (reach->status != 0)
		buf_printf(text, ", status %u", reach->status);
	buf_put_byte(text, '\n');
}

static bool
is_live(const struct check *check, enum sandbox_layer layer)
{
	return (check->probe.missing.layers & 1U << layer) == 0;
}

const char *
probe_url(const struct check *check, size_t host)
{
	const struct config *c = &check->config;
	const char *own =
	    host == WIRE_HOST_LOGIN ? c->authorize_url : c->jwks_url;

	if (c->provider == PROVIDER_CXONE)
		return own[0] != '\0' ? own : c->issuer;
	return host == WIRE_HOST_LOGIN ? c->login_url : c->api_url;
}

void
probe_print(struct check *check)
{
	struct buf *text = &check->text;

	if (!check->probed)
		return;
	buf_printf(text, "helper started by\n  %s, because %s %s\n",
	    check->socket == HELPER_SOCKET_SERVES ? "systemd"
						  : "the application",
	    helper_socket, socket_states[check->socket]);
	buf_put_text(text, "sandbox\n ");
	for (unsigned i = 0; i < SANDBOX_LAYERS; i++)
		buf_printf(text, " %s%s", layer_name(i),
		    is_live(check, i) ? "" : " (missing)");
	buf_put_text(text, check->options->offline ? "\n" : "\nhosts\n");
	for (size_t i = 0; i < WIRE_HOST_COUNT && !check->options->offline; i++)
		reach_print(text, probe_url(check, i), &check->probe.hosts[i]);
}

static void
put_number(struct json_object *to, const char *key, uint64_t value)
{
	json_put(
	    to, key, value == 0 ? NULL : json_object_new_int64((int64_t)value));
}

static struct json_object *
reach_json(const char *url, const struct wire_reach *reach)
{
	struct json_object *json = json_object_new_object();
	struct json_object *ms = json_object_new_object();

	json_put_text(json, "url", url);
	json_put_text(json, "reached", steps[reach->reached]);
	json_put_text(json, "failed", steps[reach->failed]);
	json_put_text(json, "error", reach->error);
	for (size_t i = WIRE_STEP_DNS; i <= reach->reached; i++) {
		if (was_taken(url, reach, i))
			json_put(
			    ms, steps[i], json_object_new_int64(reach->ms[i]));
	}
	json_put(json, "ms", ms);
	json_put_text(json, "address", reach->address);
	json_put_text(json, "tls", reach->tls);
	put_number(json, "status", reach->status);
	put_number(json, "certificate_end", reach->certificate_end_s);
	put_number(json, "date", reach->date_s);
	return json;
}

struct json_object *
probe_json(const struct check *check)
{
	if (!check->probed)
		return NULL;
	struct json_object *json = json_object_new_object();
	struct json_object *layers = json_object_new_object();
	struct json_object *hosts = json_object_new_array();
	for (unsigned i = 0; i < SANDBOX_LAYERS; i++)
		json_put_bool(layers, layer_name(i), is_live(check, i));
	json_put_text(json, "socket", socket_states[check->socket]);
	json_put(json, "layers", layers);
	for (size_t i = 0; i < WIRE_HOST_COUNT && !check->options->offline; i++)
		json_append(hosts,
		    reach_json(probe_url(check, i), &check->probe.hosts[i]));
	json_put(json, "hosts", hosts);
	return json;
}
