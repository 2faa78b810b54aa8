/* SPDX-License-Identifier: ISC */
/*
 * A relay that makes this machine wide: what comes in on one side goes out on
 * the other after a fixed time.  The kernel shakes hands with the client at
 * once, so the round trip of TCP's handshake is made up for: the client's
 * bytes wait for one round trip from the moment of accept.
 *
 *   relay DELAY-US PORT...
 *
 * Prints the ports that it listens on, one for each given, and serves until
 * its standard input ends.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORTS_MAX 4
#define WAYS_MAX 2048 /* two a connection */
#define CHUNK_MAX 16384
#define NEVER INT64_MAX

struct chunk {
	struct chunk *next;
	int64_t due_ns;
	size_t len; /* 0: the end of the stream */
	size_t sent;
	char bytes[];
};

/* One direction of one connection. */
struct way {
	int from; /* -1: a free place */
	int to;
	int64_t not_before_ns;
	struct chunk *first;
	struct chunk *last;
	bool read_ended;
	bool ended;
	bool blocked; /* the receiver's buffer is full */
};

static struct way ways[WAYS_MAX];
static size_t ways_used;
static int64_t delay_ns;

static int64_t
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(1);
}

static struct sockaddr_in
loopback(unsigned port)
{
	return (struct sockaddr_in){
	    .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

/* Listen on a free port; gives the socket and prints the port. */
static int
listen_somewhere(void)
{
	struct sockaddr_in address = loopback(0);
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 ||
	    listen(fd, 1024) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) != 0)
		die("listen");
	(void)printf("%d ", ntohs(address.sin_port));
	return fd;
}

static void
nodelay(int fd)
{
	const int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void
way_open(struct way *w, int from, int to, int64_t not_before_ns)
{
	*w = (struct way){
	    .from = from, .to = to, .not_before_ns = not_before_ns};
}

/* Take a connection and make its other half. */
static void
relay_accept(int listener, unsigned port)
{
	struct sockaddr_in address = loopback(port);
	size_t place = 0;
	int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK);

	if (client < 0)
		return;
	int server = socket(AF_INET, SOCK_STREAM, 0);
	while (place < ways_used && ways[place].from >= 0)
		place += 2;
	if (server < 0 || place + 2 > WAYS_MAX ||
	    connect(server, (struct sockaddr *)&address, sizeof(address)) !=
		0) {
		(void)close(client);
		(void)close(server);
		return;
	}
	nodelay(client);
	nodelay(server);
	way_open(&ways[place], client, server, now_ns() + 2 * delay_ns);
	way_open(&ways[place + 1], server, client, 0);
	if (place + 2 > ways_used)
		ways_used = place + 2;
}

/* Take what is there, and put it into the queue. */
static void
way_read(struct way *w)
{
	static char bytes[CHUNK_MAX];
	ssize_t got = recv(w->from, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	size_t len = got > 0 ? (size_t)got : 0;
	struct chunk *chunk = malloc(sizeof(*chunk) + len);
	if (chunk == NULL)
		die("malloc");
	int64_t now = now_ns();
	*chunk = (struct chunk){
	    .due_ns =
		delay_ns + (now > w->not_before_ns ? now : w->not_before_ns),
	    .len = len,
	};
	memcpy(chunk->bytes, bytes, len);
	if (w->last != NULL)
		w->last->next = chunk;
	else
		w->first = chunk;
	w->last = chunk;
	w->read_ended = len == 0;
}

static void
chunk_drop(struct way *w)
{
	struct chunk *chunk = w->first;

	w->first = chunk->next;
	if (w->first == NULL)
		w->last = NULL;
	free(chunk);
}

/* Send what is due; gives the time of what is due next. */
static int64_t
way_send(struct way *w, int64_t now)
{
	w->blocked = false;
	while (w->first != NULL && w->first->due_ns <= now) {
		struct chunk *chunk = w->first;

		if (chunk->len == 0) {
			(void)shutdown(w->to, SHUT_WR);
			w->ended = true;
			chunk_drop(w);
			return NEVER;
		}
		ssize_t sent = send(w->to, chunk->bytes + chunk->sent,
		    chunk->len - chunk->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno == EAGAIN) {
			w->blocked = true;
			return NEVER;
		}
		/* a receiver that is gone hears no more: it is read away */
		chunk->sent =
		    sent < 0 ? chunk->len : chunk->sent + (size_t)sent;
		if (chunk->sent == chunk->len)
			chunk_drop(w);
	}
	return w->first != NULL ? w->first->due_ns : NEVER;
}

/* Send from all queues; gives how long nothing more is due. */
static int64_t
ways_send(void)
{
	int64_t next_ns = NEVER;
	int64_t now = now_ns();

	for (size_t i = 0; i < ways_used; i += 2) {
		if (ways[i].from < 0)
			continue;
		for (size_t j = i; j < i + 2; j++) {
			int64_t due_ns = way_send(&ways[j], now);

			if (due_ns < next_ns)
				next_ns = due_ns;
		}
		if (ways[i].ended && ways[i + 1].ended) {
			(void)close(ways[i].from);
			(void)close(ways[i].to);
			ways[i].from = ways[i + 1].from = -1;
		}
	}
	if (next_ns == NEVER)
		return NEVER;
	now = now_ns();
	return next_ns > now ? next_ns - now : 0;
}

static struct pollfd fds[1 + PORTS_MAX + 2 * WAYS_MAX];

/* Wait for bytes, connections, or the time; false when the input has ended. */
static bool
relay_wait(nfds_t count, int64_t wait_ns)
{
	struct timespec wait = {
	    .tv_sec = wait_ns / 1000000000, .tv_nsec = wait_ns % 1000000000};

	if (ppoll(fds, count, wait_ns == NEVER ? NULL : &wait, NULL) < 0 &&
	    errno != EINTR)
		die("ppoll");
	return fds[0].revents == 0;
}

static void
serve(const int *listeners, const unsigned *ports, nfds_t count)
{
	nfds_t watched;

	do {
		int64_t wait_ns = ways_send();

		fds[0] = (struct pollfd){.fd = 0, .events = POLLIN};
		for (nfds_t i = 0; i < count; i++)
			fds[1 + i] = (struct pollfd){
			    .fd = listeners[i], .events = POLLIN};
		watched = 1 + count;
		for (size_t i = 0; i < ways_used; i++) {
			const struct way *w = &ways[i];
			bool reads = w->from >= 0 && !w->read_ended;

			fds[watched++] = (struct pollfd){
			    .fd = reads ? w->from : -1, .events = POLLIN};
			fds[watched++] = (struct pollfd){
			    .fd = w->from >= 0 && w->blocked ? w->to : -1,
			    .events = POLLOUT};
		}
		if (!relay_wait(watched, wait_ns))
			return;
		for (size_t i = 0; 1 + count + 2 * i < watched; i++) {
			if (fds[1 + count + 2 * i].revents != 0)
				way_read(&ways[i]);
		}
		for (nfds_t i = 0; i < count; i++) {
			if (fds[1 + i].revents != 0)
				relay_accept(listeners[i], ports[i]);
		}
	} while (true);
}

int
main(int argc, char **argv)
{
	int listeners[PORTS_MAX];
	unsigned ports[PORTS_MAX];
	nfds_t count = 0;

	if (argc < 3 || argc - 2 > PORTS_MAX) {
		(void)fprintf(stderr, "usage: relay DELAY-US PORT...\n");
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	delay_ns = strtoll(argv[1], NULL, 10) * 1000;
	for (int i = 2; i < argc; i++) {
		ports[count] = (unsigned)strtoul(argv[i], NULL, 10);
		listeners[count++] = listen_somewhere();
	}
	(void)printf("\n");
	(void)fflush(stdout);
	serve(listeners, ports, count);
	return 0;
}
