/* SPDX-License-Identifier: ISC */
/*
 * The far end: both hosts of Genesys Cloud, as lean as they can be, so that
 * what is measured is the near end.  Knows one person and takes any code; the
 * replies are files, recorded from tests/lib.  A thread a connection,
 * TLS 1.3 with OpenSSL's usual tickets, HTTP/1.1.
 *
 *   fast_server CERTIFICATE KEY TOKEN-REPLY USER-REPLY TOKEN-INFO-REPLY
 *
 * Prints the ports of login and API server.  A line on its standard input makes
 * it print a line of JSON with what it has counted since the last one.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define REQUEST_MAX 32768
#define HOSTS 2

enum count {
	LOGIN_CONNECTIONS,
	API_CONNECTIONS,
	HANDSHAKES,
	RESUMED,
	ENDED, /* connections */
	TLS13,
	POST_TOKEN,
	GET_USER,
	GET_TOKEN_INFO,
	DELETE_TOKEN,
	HEAD, /* opens a connection ahead of the answer */
	OTHER,
	SERVICE_NS,   /* from a request's last byte to its reply's */
	HANDSHAKE_NS, /* of the server's CPU */
	COUNTS
};

static const char *const count_names[COUNTS] = {"login_connections",
    "api_connections", "handshakes", "resumed", "ended", "tls13", "post_token",
    "get_user", "get_token_info", "delete_token", "head", "other", "service_ns",
    "handshake_ns"};
static atomic_ullong counts[COUNTS];

struct endpoint {
	const char *start; /* of the request */
	enum count count;
	char *reply;
	size_t reply_len;
};

static struct endpoint endpoints[] = {
    {.start = "POST /oauth/token ", .count = POST_TOKEN},
    {.start = "GET /api/v2/users/me", .count = GET_USER},
    {.start = "GET /api/v2/tokens/me ", .count = GET_TOKEN_INFO},
    {.start = "DELETE /api/v2/tokens/me ", .count = DELETE_TOKEN},
    {.start = "HEAD / ", .count = HEAD},
    {.start = "", .count = OTHER},
};
#define ENDPOINTS (sizeof(endpoints) / sizeof(endpoints[0]))

static SSL_CTX *tls;

struct loopback_server {
	int fd;
	enum count count;
};

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(1);
}

static unsigned long long
clock_ns(clockid_t id)
{
	struct timespec t;

	(void)clock_gettime(id, &t);
	return (unsigned long long)t.tv_sec * 1000000000ULL +
	    (unsigned long long)t.tv_nsec;
}

static void
reply_set(struct endpoint *endpoint, const char *status, const char *body)
{
	int len = asprintf(&endpoint->reply,
	    "HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
	    "ININ-Correlation-Id: 00000000-0000-4000-8000-000000000001\r\n"
	    "Content-Length: %zu\r\n\r\n%s",
	    status, strlen(body), body);

	if (len < 0)
		die("asprintf");
	endpoint->reply_len = (size_t)len;
}

static void
reply_load(struct endpoint *endpoint, const char *path)
{
	static char body[REQUEST_MAX];
	FILE *file = fopen(path, "r");

	if (file == NULL)
		die(path);
	size_t len = fread(body, 1, sizeof(body) - 1, file);
	body[len] = '\0';
	(void)fclose(file);
	reply_set(endpoint, "200 OK", body);
}

/* How long is the request that begins here?  0: not whole yet. */
static size_t
request_len(const char *bytes)
{
	const char *end = strstr(bytes, "\r\n\r\n");
	const char *length = strcasestr(bytes, "\r\nContent-Length:");
	size_t body = 0;

	if (end == NULL)
		return 0;
	if (length != NULL && length < end)
		body = strtoul(length + 17, NULL, 10);
	size_t head = (size_t)(end - bytes) + 4;
	return strlen(bytes + head) < body ? 0 : head + body;
}

static const struct endpoint *
endpoint_find(const char *request)
{
	size_t i = 0;

	while (strncmp(request, endpoints[i].start,
		   strlen(endpoints[i].start)) != 0)
		i++;
	return &endpoints[i];
}

/* Serve one connection's requests until it ends. */
static void
requests_serve(SSL *ssl)
{
	char bytes[REQUEST_MAX];
	size_t len = 0;

	for (;;) {
		size_t whole = 0;

		while (whole == 0) {
			int got = len < sizeof(bytes) - 1
			    ? SSL_read(ssl, bytes + len,
				  (int)(sizeof(bytes) - 1 - len))
			    : 0;
			if (got <= 0)
				return;
			len += (size_t)got;
			bytes[len] = '\0';
			whole = request_len(bytes);
		}
		unsigned long long begun = clock_ns(CLOCK_MONOTONIC);
		const struct endpoint *endpoint = endpoint_find(bytes);
		counts[endpoint->count]++;
		if (SSL_write(ssl, endpoint->reply, (int)endpoint->reply_len) <=
		    0)
			return;
		counts[SERVICE_NS] += clock_ns(CLOCK_MONOTONIC) - begun;
		len -= whole;
		memmove(bytes, bytes + whole, len + 1);
	}
}

static void *
connection_serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	const int on = 1;
	SSL *ssl = SSL_new(tls);

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (ssl != NULL && SSL_set_fd(ssl, fd) == 1) {
		unsigned long long begun = clock_ns(CLOCK_THREAD_CPUTIME_ID);

		if (SSL_accept(ssl) == 1) {
			counts[HANDSHAKES]++;
			counts[RESUMED] += SSL_session_reused(ssl) == 1;
			counts[TLS13] += SSL_version(ssl) == TLS1_3_VERSION;
			counts[HANDSHAKE_NS] +=
			    clock_ns(CLOCK_THREAD_CPUTIME_ID) - begun;
			requests_serve(ssl);
		}
	}
	SSL_free(ssl);
	(void)close(fd);
	counts[ENDED]++;
	return NULL;
}

static void *
connections_accept(void *arg)
{
	const struct loopback_server *server = arg;
	pthread_attr_t attr;

	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	(void)pthread_attr_setstacksize(&attr, 256 * 1024);
	for (;;) {
		pthread_t thread;
		int fd = accept(server->fd, NULL, NULL);

		if (fd < 0)
			continue;
		counts[server->count]++;
		if (pthread_create(&thread, &attr, connection_serve,
			(void *)(intptr_t)fd) != 0)
			(void)close(fd);
	}
	return NULL;
}

static void
loopback_server_start(struct loopback_server *server, enum count count)
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	pthread_t thread;

	server->count = count;
	server->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (server->fd < 0 ||
	    bind(server->fd, (struct sockaddr *)&address, len) != 0 ||
	    listen(server->fd, 1024) != 0 ||
	    getsockname(server->fd, (struct sockaddr *)&address, &len) != 0 ||
	    pthread_create(&thread, NULL, connections_accept, server) != 0)
		die("listen");
	(void)printf("%d ", ntohs(address.sin_port));
}

static int
alpn_choose(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned in_len, void *arg)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *chosen = NULL;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&chosen, out_len, ours, sizeof(ours) - 1, in,
		in_len) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static void
counts_print(void)
{
	struct rusage used;

	for (size_t i = 0; i < COUNTS; i++)
		(void)printf("%s\"%s\": %llu", i == 0 ? "{" : ", ",
		    count_names[i], atomic_exchange(&counts[i], 0));
	(void)getrusage(RUSAGE_SELF, &used);
	(void)printf(", \"cpu_us\": %lld}\n",
	    (long long)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
		used.ru_utime.tv_usec + used.ru_stime.tv_usec);
	(void)fflush(stdout);
}

int
main(int argc, char **argv)
{
	static struct loopback_server listeners[HOSTS];
	char line[64];

	if (argc != 6) {
		(void)fprintf(stderr,
		    "usage: fast_server CERTIFICATE KEY TOKEN-REPLY USER-REPLY "
		    "TOKEN-INFO-REPLY\n");
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	tls = SSL_CTX_new(TLS_server_method());
	if (tls == NULL ||
	    SSL_CTX_use_certificate_chain_file(tls, argv[1]) != 1 ||
	    SSL_CTX_use_PrivateKey_file(tls, argv[2], SSL_FILETYPE_PEM) != 1)
		die("certificate");
	SSL_CTX_set_alpn_select_cb(tls, alpn_choose, NULL);
	for (size_t i = 0; i < 3; i++)
		reply_load(&endpoints[i], argv[3 + i]);
	reply_set(&endpoints[3], "200 OK", "");
	reply_set(&endpoints[4], "200 OK", "");
	reply_set(&endpoints[ENDPOINTS - 1], "404 Not Found", "{}");
	loopback_server_start(&listeners[0], LOGIN_CONNECTIONS);
	loopback_server_start(&listeners[1], API_CONNECTIONS);
	(void)printf("\n");
	(void)fflush(stdout);
	while (fgets(line, sizeof(line), stdin) != NULL)
		counts_print();
	return 0;
}
