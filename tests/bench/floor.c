/* SPDX-License-Identifier: ISC */
/*
 * The floor: the three requests of a sign-in over bare TLS sockets.
 *
 *   floor warm|cold CA-FILE LOGIN-PORT API-PORT COUNT
 *
 * warm: the connections are open before the clock starts.  cold: connections
 * and handshakes are on the clock, one after the other; for what TLS costs.
 * Prints a line of JSON: the microseconds of each run, and the CPU of all.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define REPLY_MAX 32768
#define BEARER "Authorization: Bearer floor\r\n"

enum { LOGIN, USER, TOKEN_INFO, LINES };

static const char *const requests[LINES] = {
    "POST /oauth/token HTTP/1.1\r\nHost: localhost\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\n"
    "Content-Length: 10\r\n\r\ncode=floor",
    "GET /api/v2/users/me HTTP/1.1\r\nHost: localhost\r\n" BEARER "\r\n",
    "GET /api/v2/tokens/me HTTP/1.1\r\nHost: localhost\r\n" BEARER "\r\n",
};

static SSL_CTX *tls;
static unsigned ports[LINES];

static _Noreturn void
die(const char *what)
{
	(void)fprintf(stderr, "floor: %s failed\n", what);
	exit(1);
}

static long long
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static long long
cpu_us(void)
{
	struct rusage used;

	(void)getrusage(RUSAGE_SELF, &used);
	return (long long)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) *
	    1000000 +
	    used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}

static SSL *
line_open(unsigned port)
{
	const struct sockaddr_in address = {
	    .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	SSL *ssl = SSL_new(tls);

	if (fd < 0 || ssl == NULL ||
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) !=
		0)
		die("connect");
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (SSL_set1_host(ssl, "localhost") != 1 || SSL_set_fd(ssl, fd) != 1 ||
	    SSL_connect(ssl) != 1)
		die("TLS handshake");
	return ssl;
}

static void
line_send(SSL *ssl, const char *request)
{
	if (SSL_write(ssl, request, (int)strlen(request)) <= 0)
		die("write");
}

/* Read one whole reply. */
static void
line_receive(SSL *ssl)
{
	char bytes[REPLY_MAX];
	size_t len = 0;
	const char *end = NULL;

	for (;;) {
		int got =
		    SSL_read(ssl, bytes + len, (int)(sizeof(bytes) - 1 - len));

		if (got <= 0)
			die("read");
		len += (size_t)got;
		bytes[len] = '\0';
		end = strstr(bytes, "\r\n\r\n");
		if (end == NULL)
			continue;
		const char *length = strcasestr(bytes, "\nContent-Length:");
		if (strncmp(bytes, "HTTP/1.1 200 ", 13) != 0 || length == NULL)
			die("request");
		if (strlen(end + 4) >= strtoul(length + 16, NULL, 10))
			return;
	}
}

static void
line_close(SSL *ssl)
{
	int fd = SSL_get_fd(ssl);

	(void)SSL_shutdown(ssl);
	SSL_free(ssl);
	(void)close(fd);
}

/* One sign-in; gives its microseconds. */
static long long
sign_in(bool warm)
{
	SSL *lines[LINES];
	long long begun_us = now_us();

	for (int i = 0; i < LINES; i++)
		lines[i] = line_open(ports[i]);
	if (warm)
		begun_us = now_us();
	line_send(lines[LOGIN], requests[LOGIN]);
	line_receive(lines[LOGIN]);
	line_send(lines[USER], requests[USER]);
	line_send(lines[TOKEN_INFO], requests[TOKEN_INFO]);
	line_receive(lines[USER]);
	line_receive(lines[TOKEN_INFO]);
	long long ended_us = now_us();
	for (int i = 0; i < LINES; i++)
		line_close(lines[i]);
	return ended_us - begun_us;
}

int
main(int argc, char **argv)
{
	if (argc != 6) {
		(void)fprintf(stderr,
		    "usage: floor warm|cold CA-FILE LOGIN-PORT API-PORT "
		    "COUNT\n");
		return 2;
	}
	bool warm = strcmp(argv[1], "warm") == 0;
	long count = strtol(argv[5], NULL, 10);
	tls = SSL_CTX_new(TLS_client_method());
	if (tls == NULL ||
	    SSL_CTX_load_verify_locations(tls, argv[2], NULL) != 1)
		die("CA file");
	SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
	ports[LOGIN] = (unsigned)strtoul(argv[3], NULL, 10);
	ports[USER] = ports[TOKEN_INFO] = (unsigned)strtoul(argv[4], NULL, 10);
	long long cpu_before_us = cpu_us();
	(void)printf("{\"signin_us\": [");
	for (long i = 0; i < count; i++)
		(void)printf("%s%lld", i == 0 ? "" : ", ", sign_in(warm));
	(void)printf("], \"cpu_us\": %lld}\n", cpu_us() - cpu_before_us);
	return 0;
}
