/* SPDX-License-Identifier: ISC */
/*
 * libcurl measures the time of each step itself.  It reports TLS version,
 * headers and the proxy's answer only to a debug function; sign-ins have none,
 * since it would see tokens.
 */
#include "http_trace.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gcpkce/base/clock.h"
#include "gcpkce/base/text.h"
#include "response.h"

void
trace_text_copy(char to[static WIRE_PROBE_TEXT_MAX + 1], const char *from)
{
	autobuf escaped = BUF_INIT(WIRE_PROBE_TEXT_MAX);

	text_put_escaped(&escaped, view_text(from));
	(void)snprintf(to, WIRE_PROBE_TEXT_MAX + 1, "%s", buf_text(&escaped));
}

static curl_off_t
now_us(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (curl_off_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* As libcurl counts: since the start, never 0. */
static curl_off_t
elapsed_us(const struct trace *trace)
{
	return now_us() - trace->begin_us + 1;
}

/* The value, NUL-ended; "" when it is too long. */
static void
value_copy(struct view value, char *to, size_t cap)
{
	size_t len = value.len < cap ? value.len : 0;

	memcpy(to, value.p, len);
	to[len] = '\0';
}

static void
header_take(struct trace *trace, struct view line)
{
	struct view location = header_value(line, "Location:");
	struct view date = header_value(line, "Date:");
	char text[64];

	if (view_begins(line, "HTTP/")) { /* end of a proxy's headers */
		trace->date_s = 0;
		trace->location[0] = '\0';
		if (trace->tunnel_us == 0)
			trace->tunnel_us = elapsed_us(trace);
	}
	if (location.p != NULL)
		value_copy(location, trace->location, sizeof(trace->location));
	if (date.p != NULL) {
		value_copy(date, text, sizeof(text));
		time_t when = curl.getdate(text, NULL);
		trace->date_s = when > 0 ? (uint64_t)when : 0;
		trace->clock_s = clock_wall_s();
	}
}

/* "SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384" */
static void
text_take(struct trace *trace, struct view line)
{
	struct view words = header_value(line, "SSL connection using ");

	if (words.p != NULL)
		value_copy(
		    view_before(words, ' '), trace->tls, sizeof(trace->tls));
}

static int
trace_receive(
    CURL *easy, curl_infotype type, char *bytes, size_t len, void *arg)
{
	struct view line = {.p = (const uint8_t *)bytes, .len = len};
	struct trace *trace = arg;

	(void)easy;
	if (trace->tcp_us == 0 && type != CURLINFO_TEXT)
		trace->tcp_us = elapsed_us(trace);
	if (type == CURLINFO_HEADER_IN)
		header_take(arg, line);
	else if (type == CURLINFO_TEXT)
		text_take(arg, line);
	return 0;
}

enum outcome
trace_begin(struct trace *trace, struct http_conn *conn, struct errinfo *reterr)
{
	CURL *easy = conn->easy;

	*trace = (struct trace){.begin_us = now_us()};
	if (curl.easy_setopt(easy, CURLOPT_DEBUGFUNCTION, trace_receive) !=
		CURLE_OK ||
	    curl.easy_setopt(easy, CURLOPT_DEBUGDATA, trace) != CURLE_OK ||
	    curl.easy_setopt(easy, CURLOPT_VERBOSE, 1L) != CURLE_OK ||
	    curl.easy_setopt(easy, CURLOPT_CERTINFO, 1L) != CURLE_OK)
		return err_set(
		    reterr, OUTCOME_HELPER_FAILED, "libcurl cannot be watched");
	return OUTCOME_OK;
}

/* Microseconds from the start to the end of a step; 0: it was not reached. */
static curl_off_t
time_of(const struct http_conn *conn, CURLINFO what)
{
	curl_off_t us = 0;

	return curl.easy_getinfo(conn->easy, what, &us) == CURLE_OK ? us : 0;
}

/* The earliest end of the chain's certificates. */
static uint64_t
certificate_end(const struct http_conn *conn)
{
	static const char head[] = "Expire date:";
	struct curl_certinfo *chain = NULL;
	uint64_t first = 0;

	if (curl.easy_getinfo(conn->easy, CURLINFO_CERTINFO, &chain) !=
		CURLE_OK ||
	    chain == NULL)
		return 0;
	for (int i = 0; i < chain->num_of_certs; i++) {
		for (const struct curl_slist *line = chain->certinfo[i];
		     line != NULL; line = line->next) {
			if (strncmp(line->data, head, sizeof(head) - 1) != 0)
				continue;
			time_t end =
			    curl.getdate(line->data + sizeof(head) - 1, NULL);
			if (end > 0 && (first == 0 || (uint64_t)end < first))
				first = (uint64_t)end;
		}
	}
	return first;
}

/* Which step failed with an error? */
static enum wire_step
step_failed(const struct wire_reach *reach, enum outcome outcome, CURLcode code,
    bool tls, bool proxy)
{
	bool tunnelled = reach->proxy_status / 100 == 2;

	if (outcome == OUTCOME_TLS_FAILED)
		return WIRE_STEP_TLS;
	/* libcurl 8.23 reports COULDNT_CONNECT for a proxy that refused */
	if (proxy && !tunnelled && reach->proxy_status != 0)
		return WIRE_STEP_PROXY;
	if (code == CURLE_COULDNT_RESOLVE_HOST ||
	    code == CURLE_COULDNT_RESOLVE_PROXY ||
	    reach->reached == WIRE_STEP_NONE)
		return WIRE_STEP_DNS;
	if (code == CURLE_COULDNT_CONNECT || reach->reached == WIRE_STEP_DNS)
		return WIRE_STEP_TCP;
	if (proxy && !tunnelled)
		return WIRE_STEP_PROXY;
	return tls && reach->reached < WIRE_STEP_TLS ? WIRE_STEP_TLS
						     : WIRE_STEP_HTTP;
}

/* Each step's own time, from times that all count from the start. */
static void
times_split(const struct trace *trace, const struct http_conn *conn, bool proxy,
    struct wire_reach *ret)
{
	/*
	 * libcurl reports a connection only after TLS is established, too; our
	 * own time is later by what TLS needs to begin
	 */
	curl_off_t connected = time_of(conn, CURLINFO_CONNECT_TIME_T);
	const curl_off_t ends[WIRE_STEP_COUNT] = {
	    [WIRE_STEP_DNS] = time_of(conn, CURLINFO_NAMELOOKUP_TIME_T),
	    [WIRE_STEP_TCP] = connected > 0 ? connected : trace->tcp_us,
	    [WIRE_STEP_PROXY] =
		proxy && ret->proxy_status / 100 == 2 ? trace->tunnel_us : 0,
	    [WIRE_STEP_TLS] = time_of(conn, CURLINFO_APPCONNECT_TIME_T),
	    [WIRE_STEP_HTTP] = ret->status != 0
		? time_of(conn, CURLINFO_STARTTRANSFER_TIME_T)
		: 0,
	};
	curl_off_t before = 0;

	for (size_t i = WIRE_STEP_DNS; i < WIRE_STEP_COUNT; i++) {
		if (ends[i] <= 0)
			continue;
		if (ends[i] > before)
			ret->ms[i] =
			    (uint32_t)((ends[i] - before + 500) / 1000);
		ret->reached = (enum wire_step)i;
		before = ends[i] > before ? ends[i] : before;
	}
}

void
trace_end(const struct trace *trace, const struct http_conn *conn,
    const struct wire_route *route, struct wire_reach *ret)
{
	struct errinfo why = {0};
	const char *url = "";
	const char *address = NULL;
	long proxy_status = 0;

	*ret = (struct wire_reach){0};
	(void)curl.easy_getinfo(conn->easy, CURLINFO_EFFECTIVE_URL, &url);
	(void)curl.easy_getinfo(conn->easy, CURLINFO_PRIMARY_IP, &address);
	(void)curl.easy_getinfo(
	    conn->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
	bool tls = strncmp(url, "https:", 6) == 0;
	bool proxy = tls && route->proxy[0] != '\0';
	ret->proxy_status = (uint32_t)proxy_status;
	/* without a connection of its own it is the proxy's */
	ret->status = conn->result == CURLE_OK ? (uint32_t)conn->status : 0;
	times_split(trace, conn, proxy, ret);
	enum outcome r = conn_outcome(conn, &why);
	if (r != OUTCOME_OK)
		ret->failed = step_failed(ret, r, conn->result, tls, proxy);
	trace_text_copy(ret->error, why.text);
	trace_text_copy(ret->address, address != NULL ? address : "");
	if (tls && ret->reached >= WIRE_STEP_TLS) {
		trace_text_copy(ret->tls, trace->tls);
		ret->certificate_end_s = certificate_end(conn);
	}
	if (ret->status != 0) {
		ret->date_s = trace->date_s;
		ret->clock_s = trace->clock_s;
	}
}
