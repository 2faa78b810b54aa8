/* SPDX-License-Identifier: ISC */
/*
 * libcurl options for one request.  The environment is empty here, and libcurl
 * still gets no chance to read it: proxy and certificates come from the route
 * alone.  Copies that libcurl makes of a token (its request buffer) cannot be
 * wiped; the process ends soon, and is neither dumpable nor traceable.
 */
#include "conn.h"

#include <poll.h>
#include <string.h>

#include "gcpkce/base/readable.h"
#include "gcpkce/base/text.h"
#include "gcpkce/oauth/provider.h"

/* libcurl discards one after 118 s by default; we check whether it has ended */
#define IDLE_MAX_S 3700L

#define CONN_INIT \
	(struct http_conn) \
	{ \
		.body = BUF_INIT(CONN_BODY_MAX), \
		.authorization = BUF_INIT( \
		    sizeof("Authorization: Bearer ") + REPLY_TOKEN_MAX) \
	}

/* One connection's DNS results and TLS sessions save the others time. */
static CURLSH *share;

/* Did a connection need the bundle?  Then the others begin with it. */
static bool widened;

static size_t
body_write(char *bytes, size_t size, size_t count, void *arg)
{
	struct http_conn *conn = arg;
	size_t len = size * count;

	buf_put(&conn->body, bytes, len);
	/* less than len ends the transfer: the body is too large */
	return conn->body.failed ? 0 : len;
}

struct view
header_value(struct view line, const char *name)
{
	size_t len = strlen(name);

	if (line.len < len ||
	    !text_eq_nocase((struct view){line.p, len}, view_text(name)))
		return (struct view){0};
	return view_trim(view_skip(line, len), " \t\r\n");
}

static size_t
header_read(char *bytes, size_t size, size_t count, void *arg)
{
	struct view line = {.p = (const uint8_t *)bytes, .len = size * count};
	struct http_conn *conn = arg;
	struct view id = {0};

	for (const char *const *name = conn->correlation_headers;
	     id.len == 0 && *name != NULL; name++)
		id = header_value(line, *name);
	conn->headers_len += line.len;
	if (conn->headers_len > CONN_HEADERS_MAX)
		return 0; /* ends the transfer */
	if (id.len < sizeof(conn->correlation) && text_is_token(id)) {
		memcpy(conn->correlation, id.p, id.len);
		conn->correlation[id.len] = '\0';
	}
	return line.len;
}

#if CONN_HAS_PREREQ
/*
 * Called for each try, so a second call means that libcurl repeats the request.
 */
static int
send_once(
    void *arg, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
	struct http_conn *conn = arg;

	(void)remote_ip;
	(void)local_ip;
	(void)remote_port;
	(void)local_port;
	conn->repeated = conn->gone_out;
	conn->gone_out = true;
	return conn->repeated ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}
#endif

/*
 * ca_file alone; else the directory of the system's trust store.  An issuer
 * that is missing there may be in the bundle, which is so much slower to read
 * that it is read only then (conn_trust_widen).  Without such a directory
 * libcurl's built-in default is used.
 */
static CURLcode
trust_set(struct http_conn *conn, const struct wire_route *route)
{
	static const char *directory; /* NULL: not known; "": none */
	const char *file = route->ca_file[0] != '\0' ? route->ca_file : NULL;
	CURLcode r = CURLE_OK;

	if (file == NULL && directory == NULL)
		directory = trust_directory();
	conn->narrow = file == NULL && directory[0] != '\0' && !widened;
	if (file == NULL && directory[0] == '\0')
		return r;
	if (file == NULL && widened)
		file = trust_bundle();
	r = curl.easy_setopt(conn->easy, CURLOPT_CAINFO, file);
	if (r == CURLE_OK)
		r = curl.easy_setopt(conn->easy, CURLOPT_CAPATH,
		    route->ca_file[0] == '\0' ? directory : NULL);
	return r;
}

bool
conn_trust_widen(struct http_conn *conn)
{
	const char *bundle = trust_bundle();
	curl_off_t tls_us = 0;

	/* without TLS nothing can have been sent: a code is never repeated */
	if (!conn->narrow || conn->result != CURLE_PEER_FAILED_VERIFICATION ||
	    conn->gone_out || bundle[0] == '\0' ||
	    curl.easy_getinfo(
		conn->easy, CURLINFO_APPCONNECT_TIME_T, &tls_us) != CURLE_OK ||
	    tls_us != 0)
		return false;
	conn->narrow = false;
	widened = true;
	return curl.easy_setopt(conn->easy, CURLOPT_CAINFO, bundle) == CURLE_OK;
}

/* Set options until one fails. */
#define SET(option, value) \
	if (r == CURLE_OK) \
	r = curl.easy_setopt(conn->easy, option, value)

static CURLcode
options_set(struct http_conn *conn, const struct wire_route *route,
    const char *url, long timeout_ms)
{
	CURLcode r = trust_set(conn, route);
	bool plain = strncmp(url, "http://", 7) == 0; /* a loopback host */

	SET(CURLOPT_URL, url);
#if LIBCURL_VERSION_NUM >= 0x075500
	SET(CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
#else
	SET(CURLOPT_PROTOCOLS,
	    (long)(plain ? CURLPROTO_HTTP : CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
	/* a slow name server must not hold up a deadline or a revocation */
	SET(CURLOPT_QUICK_EXIT, 1L);
#endif
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_HTTP_VERSION,
	    (long)(provider_of(route)->http_1_1 ? CURL_HTTP_VERSION_1_1
						: CURL_HTTP_VERSION_2TLS));
	/* "": no proxy, whatever else is set; a loopback host needs none */
	SET(CURLOPT_PROXY, plain ? "" : route->proxy);
	SET(CURLOPT_NOPROXY, "");
	/* headers of a proxy's CONNECT response are not the provider's */
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_TCP_NODELAY, 1L);
	SET(CURLOPT_MAXAGE_CONN, IDLE_MAX_S);
	SET(CURLOPT_SHARE, share);
	SET(CURLOPT_CONNECTTIMEOUT_MS, route->connect_timeout_s * 1000L);
	SET(CURLOPT_TIMEOUT_MS, timeout_ms);
	SET(CURLOPT_MAXFILESIZE, (long)CONN_BODY_MAX);
	SET(CURLOPT_USERAGENT, "pam_gcpkce/" GCPKCE_VERSION);
	SET(CURLOPT_HTTPHEADER, conn->headers);
	SET(CURLOPT_ERRORBUFFER, conn->error);
	SET(CURLOPT_WRITEFUNCTION, body_write);
	SET(CURLOPT_WRITEDATA, conn);
	SET(CURLOPT_HEADERFUNCTION, header_read);
	SET(CURLOPT_HEADERDATA, conn);
	return r;
}

static CURLSH *
share_new(void)
{
	CURLSH *ret = curl.share_init();

	/* both are optional: without them requests are only slower */
	(void)curl.share_setopt(ret, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
	(void)curl.share_setopt(
	    ret, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	return ret;
}

/* Make a new handle, or reset one and keep its open connection. */
static enum outcome
conn_clear(struct http_conn *conn, struct errinfo *reterr)
{
	if (share == NULL)
		share = share_new();
	if (conn->easy == NULL) {
		*conn = CONN_INIT;
		conn->multi = curl.multi_init();
		conn->easy = curl.easy_init();
		if (conn->multi != NULL && conn->easy != NULL && share != NULL)
			return OUTCOME_OK;
		conn_done(conn);
		return err_set(reterr, OUTCOME_NO_MEMORY, "libcurl: memory");
	}
	(void)curl.multi_remove_handle(conn->multi, conn->easy);
	curl.easy_reset(conn->easy);
	buf_done(&conn->authorization);
	buf_reset(&conn->body);
	conn->body.max = CONN_BODY_MAX;
	conn->warm = conn->warm && conn->done;
	conn->once = conn->gone_out = conn->repeated = false;
	conn->correlation[0] = '\0';
	return OUTCOME_OK;
}

static enum outcome
option_failed(CURLcode code, struct errinfo *reterr)
{
	return err_set(reterr, OUTCOME_HELPER_FAILED, "libcurl: %s",
	    curl.easy_strerror(code));
}

enum outcome
conn_aim(struct http_conn *conn, const struct wire_route *route,
    const char *url, long timeout_ms, struct errinfo *reterr)
{
	static char accept[] = "Accept: application/json";
	static char expect[] = "Expect:";

	enum outcome r = conn_clear(conn, reterr);
	if (r != OUTCOME_OK)
		return r;
	conn->done = true; /* nothing to drive yet */
	conn->correlation_headers = provider_of(route)->correlation_headers;
	conn->headers[0] = (struct curl_slist){accept, &conn->headers[1]};
	conn->headers[1] = (struct curl_slist){expect, NULL};
	CURLcode code = options_set(conn, route, url, timeout_ms);
	if (code != CURLE_OK) {
		conn_done(conn);
		return option_failed(code, reterr);
	}
	return OUTCOME_OK;
}

enum outcome
conn_limit(struct http_conn *conn, size_t max, struct errinfo *reterr)
{
	CURLcode code =
	    curl.easy_setopt(conn->easy, CURLOPT_MAXFILESIZE, (long)max);

	conn->body.max = max;
	return code == CURLE_OK ? OUTCOME_OK : option_failed(code, reterr);
}

enum outcome
conn_head(struct http_conn *conn, struct errinfo *reterr)
{
	CURLcode code = curl.easy_setopt(conn->easy, CURLOPT_NOBODY, 1L);

	return code == CURLE_OK ? OUTCOME_OK : option_failed(code, reterr);
}

enum outcome
conn_once(struct http_conn *conn, struct errinfo *reterr)
{
	CURLcode r = CURLE_OK;

	conn->once = true;
#if CONN_HAS_PREREQ
	SET(CURLOPT_PREREQFUNCTION, send_once);
	SET(CURLOPT_PREREQDATA, conn);
#endif
	return r == CURLE_OK ? OUTCOME_OK : option_failed(r, reterr);
}

bool
conn_is_warm(struct http_conn *conn)
{
	struct pollfd ended = {.fd = conn->fd, .events = POLLRDHUP};

	conn->warm = conn->warm && conn->done && poll(&ended, 1, 0) == 0;
	return conn->warm;
}

enum outcome
conn_authorize(
    struct http_conn *conn, const struct secret *token, struct errinfo *reterr)
{
	struct view bytes = secret_view(token);
	struct buf *to = &conn->authorization;

	buf_done(to);
	buf_put_text(to, "Authorization: Bearer ");
	buf_put(to, bytes.p, bytes.len);
	enum outcome r = buf_check(to);
	if (r != OUTCOME_OK)
		return err_set(reterr, r, "no memory for the token");
	conn->headers[2] = (struct curl_slist){(char *)to->p, NULL};
	conn->headers[1].next = &conn->headers[2];
	return r;
}

enum outcome
conn_retarget(struct http_conn *conn, const char *method, const char *url,
    long timeout_ms, struct errinfo *reterr)
{
	CURLcode r = CURLE_OK;

	/* a request that was cut short is still in progress */
	(void)curl.multi_remove_handle(conn->multi, conn->easy);
	SET(CURLOPT_CUSTOMREQUEST, method);
	SET(CURLOPT_URL, url);
	SET(CURLOPT_TIMEOUT_MS, timeout_ms);
#if CONN_HAS_PREREQ
	SET(CURLOPT_PREREQFUNCTION, NULL);
#endif
	return r == CURLE_OK ? OUTCOME_OK : option_failed(r, reterr);
}

CURLMcode
conn_send(struct http_conn *conn)
{
	conn->done = false;
	conn->headers_len = 0;
	conn->error[0] = '\0';
	buf_reset(&conn->body);
	return curl.multi_add_handle(conn->multi, conn->easy);
}

enum outcome
conn_start(struct http_conn *conn, struct errinfo *reterr)
{
	CURLcode r = CURLE_OK;
	/* libcurl checks this as well, but not always */
	bool fresh = !conn_is_warm(conn) || (conn->once && !CONN_HAS_PREREQ);

	SET(CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
	if (r != CURLE_OK)
		return option_failed(r, reterr);
	conn->warm = false;
	CURLMcode code = conn_send(conn);
	if (code != CURLM_OK)
		return err_set(reterr, OUTCOME_HELPER_FAILED, "libcurl: %s",
		    curl.multi_strerror(code));
	return OUTCOME_OK;
}

void
conn_done(struct http_conn *conn)
{
	if (conn->easy != NULL && conn->multi != NULL)
		(void)curl.multi_remove_handle(conn->multi, conn->easy);
	if (conn->easy != NULL)
		curl.easy_cleanup(conn->easy);
	if (conn->multi != NULL)
		(void)curl.multi_cleanup(conn->multi);
	buf_done(&conn->authorization);
	buf_done(&conn->body);
	*conn = CONN_INIT;
}
