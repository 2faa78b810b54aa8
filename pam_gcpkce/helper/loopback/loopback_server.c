/* SPDX-License-Identifier: ISC */
/*
 * Connections.  Every user of this host can make them, and every page in a
 * browser on it.  So their number, size and time are bounded, an idle one gives
 * way to a new one, and none of them can end the wait for the one that brings
 * the code.
 */
#include "loopback_server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>

#include "gcpkce/base/clock.h"
#include "gcpkce/base/text.h"
#include "helper/startup.h"
#include "loopback_socket.h"

#define EVENTS_MAX 16
#define CROWD 256         /* connections and reads without a pause ... */
#define PAUSE_NS 2000000L /* ... and the pause for each further one */
#define AFTER_MAX 65536   /* bytes that are read after the answer */

static void
watch(const struct loopback_server *l, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.fd = fd};

	(void)epoll_ctl(l->events, EPOLL_CTL_ADD, fd, &event);
}

static void
unwatch(const struct loopback_server *l, int fd)
{
	(void)epoll_ctl(l->events, EPOLL_CTL_DEL, fd, NULL);
}

/* Begin or end to watch the sockets that listen. */
static void
sockets_watch(const struct loopback_server *l, bool begin)
{
	for (size_t i = 0; i < LOOPBACK_SERVER_SOCKETS; i++) {
		if (l->sockets[i] < 0)
			continue;
		if (begin) {
			watch(l, l->sockets[i], EPOLLIN);
		} else {
			unwatch(l, l->sockets[i]);
			loopback_socket_close(l->sockets[i]);
		}
	}
}

enum outcome
loopback_server_open(char *redirect_uri, size_t cap,
    struct loopback_server *ret, struct errinfo *reterr)
{
	struct loopback_server l = LOOPBACK_SERVER_NONE;

	*ret = l;
	enum outcome r =
	    loopback_socket_open(redirect_uri, cap, l.sockets, reterr);
	if (r != OUTCOME_OK)
		return r;
	loopback_socket_names(redirect_uri, &l.authority, &l.path);
	l.events = epoll_create1(EPOLL_CLOEXEC);
	l.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (l.events < 0 || l.timer < 0) {
		r = err_sys(reterr, OUTCOME_HELPER_FAILED, "the listener");
		loopback_server_done(&l);
		return r;
	}
	watch(&l, l.timer, EPOLLIN);
	sockets_watch(&l, true);
	l.listening = true;
	*ret = l;
	return OUTCOME_OK;
}

static void
connection_end(struct loopback_server *l, struct connection *c)
{
	if (c->state == CONNECTION_FREE)
		return;
	unwatch(l, c->fd);
	(void)close(c->fd);
	buf_done(&c->head);
	*c = (struct connection){.fd = -1};
	if (l->asked == c)
		l->asked = NULL;
}

/* End the connections whose time is over, and wake up for the next one. */
static void
connections_expire(struct loopback_server *l)
{
	struct itimerspec when = {.it_value = {0}};
	int64_t now_ms = clock_now_ms();
	int64_t next_ms = INT64_MAX;
	uint64_t times;

	(void)!read(l->timer, &times, sizeof(times));
	for (size_t i = 0; i < LOOPBACK_SERVER_CONNECTIONS; i++) {
		struct connection *c = &l->connections[i];

		if (c->until_ms <= now_ms && c != l->asked)
			connection_end(l, c);
		else if (c->until_ms < next_ms)
			next_ms = c->until_ms;
	}
	if (next_ms < INT64_MAX) {
		when.it_value.tv_sec = (time_t)(next_ms / 1000);
		when.it_value.tv_nsec = (long)(next_ms % 1000) * 1000000 + 1;
	}
	(void)timerfd_settime(l->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

/* A slot for a new connection: a free one, or that of the oldest. */
static struct connection *
place_find(struct loopback_server *l)
{
	struct connection *oldest = NULL;

	for (size_t i = 0; i < LOOPBACK_SERVER_CONNECTIONS; i++) {
		struct connection *c = &l->connections[i];

		if (c->state == CONNECTION_FREE)
			return c;
		if (c->state != CONNECTION_HELD &&
		    (oldest == NULL || c->number < oldest->number))
			oldest = c;
	}
	if (oldest != NULL) /* one of several is held at most */
		connection_end(l, oldest);
	return oldest;
}

/* RLIMIT_CPU is for the sign-in; many connections must not use it up. */
static void
service_count(struct loopback_server *l)
{
	static const struct timespec pause = {.tv_nsec = PAUSE_NS};

	if (l->served++ >= CROWD)
		(void)nanosleep(&pause, NULL);
}

static void
connection_take(struct loopback_server *l, int from)
{
	autofd fd = accept4(from, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	service_count(l);
	if (fd < 0)
		return;
	/* lingering data must not keep the port from the next sign-in */
	loopback_socket_pass_over(fd);
	struct connection *c = place_find(l);
	if (c == NULL)
		return;
	*c = (struct connection){
	    .state = CONNECTION_READING,
	    .number = l->served,
	    .until_ms = clock_now_ms() + LOOPBACK_SERVER_PATIENCE_MS,
	    .head = BUF_INIT(HTTP_REQUEST_MAX),
	    .after = AFTER_MAX,
	};
	watch(l, fd, EPOLLIN | EPOLLRDHUP);
	c->fd = take_fd(&fd);
}

/* A page is smaller than what the kernel takes at once. */
static bool
page_send(const struct connection *c, const struct buf *page)
{
	return buf_check(page) == OUTCOME_OK &&
	    send(c->fd, page->p, page->len, MSG_NOSIGNAL) == (ssize_t)page->len;
}

/*
 * Shut down sending after the last bytes.  The connection stays open a while:
 * closing it at once with unread input would reset it and lose the page.
 */
static void
connection_leave(
    struct loopback_server *l, struct connection *c, const struct buf *page)
{
	if (!page_send(c, page) || shutdown(c->fd, SHUT_WR) != 0) {
		connection_end(l, c);
		return;
	}
	buf_done(&c->head);
	c->state = CONNECTION_LEAVING;
	c->until_ms = clock_now_ms() + LOOPBACK_SERVER_PATIENCE_MS;
}

static void
rejection_answer(
    struct loopback_server *l, struct connection *c, enum http_status status)
{
	autobuf page = BUF_INIT(PAGE_MAX);

	page_put_rejection(&page, status);
	connection_leave(l, c, &page);
}

/* Read a part of a request; true when the caller must judge it. */
static bool
request_judge(
    struct loopback_server *l, struct connection *c, struct view *ret_query)
{
	struct http_request request;
	enum http_status status =
	    http_request_parse(buf_view(&c->head), &request);

	if (status == HTTP_OK && !text_eq_nocase(request.host, l->authority))
		status = HTTP_MISDIRECTED;
	if (status == HTTP_OK && !view_eq(request.path, l->path))
		status = HTTP_NOT_FOUND;
	if (status == HTTP_OK) {
		l->asked = c;
		*ret_query = request.query;
		return true;
	}
	if (status != HTTP_MORE)
		rejection_answer(l, c, status);
	return false;
}

/* Read received bytes; true when it is a request for the caller to judge. */
static bool
connection_read(
    struct loopback_server *l, struct connection *c, struct view *ret_query)
{
	uint8_t bytes[4096];
	bool reads = c->state == CONNECTION_READING;
	size_t room = reads ? HTTP_REQUEST_MAX - c->head.len : c->after;
	/* do not parse again for every byte of a slow client */
	bool judges = reads && c->head.len == 0;

	service_count(l);
	ssize_t got =
	    recv(c->fd, bytes, room < sizeof(bytes) ? room : sizeof(bytes), 0);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (reads && got > 0) {
		buf_put(&c->head, bytes, (size_t)got);
		judges = judges || c->head.len == HTTP_REQUEST_MAX ||
		    memchr(bytes, '\n', (size_t)got) != NULL;
	} else if (got > 0)
		c->after -= (size_t)got;
	explicit_bzero(bytes, sizeof(bytes));
	if (got <= 0 || (reads && buf_check(&c->head) != OUTCOME_OK)) {
		connection_end(l, c);
		return false;
	}
	return judges && request_judge(l, c, ret_query);
}

static bool
event_serve(struct loopback_server *l, int fd, struct view *ret_query)
{
	for (size_t i = 0; i < LOOPBACK_SERVER_SOCKETS; i++) {
		if (l->listening && l->sockets[i] == fd)
			connection_take(l, fd);
	}
	for (size_t i = 0; i < LOOPBACK_SERVER_CONNECTIONS; i++) {
		struct connection *c = &l->connections[i];

		if (c->state != CONNECTION_FREE && c->fd == fd)
			return connection_read(l, c, ret_query);
	}
	return false;
}

bool
loopback_server_next(struct loopback_server *l, struct view *ret_query)
{
	struct epoll_event event;
	bool asked = false;

	/* one at a time: serving one may close others that are ready */
	for (int i = 0; i < EVENTS_MAX && !asked; i++) {
		if (epoll_wait(l->events, &event, 1, 0) != 1)
			break;
		asked = event_serve(l, event.data.fd, ret_query);
	}
	connections_expire(l);
	return asked;
}

static struct connection *
asked_take(struct loopback_server *l)
{
	struct connection *c = l->asked;

	l->asked = NULL;
	return c;
}

void
loopback_server_answer(struct loopback_server *l, const struct buf *page)
{
	struct connection *c = asked_take(l);

	if (c != NULL)
		connection_leave(l, c, page);
}

void
loopback_server_reject(struct loopback_server *l, enum http_status status)
{
	struct connection *c = asked_take(l);

	if (c != NULL)
		rejection_answer(l, c, status);
}

static void
connections_end(struct loopback_server *l, enum connection_state state)
{
	for (size_t i = 0; i < LOOPBACK_SERVER_CONNECTIONS; i++) {
		if (l->connections[i].state == state)
			connection_end(l, &l->connections[i]);
	}
}

void
loopback_server_pause(struct loopback_server *l)
{
	if (!l->listening)
		return;
	l->listening = false;
	sockets_watch(l, false);
	connections_end(l, CONNECTION_READING);
}

void
loopback_server_hold(struct loopback_server *l, const struct buf *page)
{
	struct connection *c = asked_take(l);
	struct epoll_event end = {.events = EPOLLRDHUP};

	connections_end(l, CONNECTION_HELD);
	if (c != NULL) {
		c->state = CONNECTION_HELD;
		c->until_ms = INT64_MAX;
	}
	/* close before the user can see that the code has arrived */
	loopback_server_pause(l);
	if (c == NULL)
		return;
	end.data.fd = c->fd;
	buf_done(&c->head); /* the code is in it */
	/* from here on only its end matters, not its input */
	(void)epoll_ctl(l->events, EPOLL_CTL_MOD, c->fd, &end);
	if (!page_send(c, page))
		connection_end(l, c);
}

void
loopback_server_finish(struct loopback_server *l, const struct buf *page)
{
	for (size_t i = 0; i < LOOPBACK_SERVER_CONNECTIONS; i++) {
		if (l->connections[i].state == CONNECTION_HELD)
			connection_leave(l, &l->connections[i], page);
	}
}

bool
loopback_server_resume(struct loopback_server *l)
{
	if (l->listening || l->events < 0)
		return l->listening;
	for (size_t i = 0; i < LOOPBACK_SERVER_SOCKETS; i++) {
		if (l->sockets[i] < 0)
			continue;
		l->listening = loopback_socket_listen(l->sockets[i]);
		if (!l->listening)
			break;
	}
	sockets_watch(l, l->listening);
	return l->listening;
}

void
loopback_server_done(struct loopback_server *l)
{
	loopback_server_pause(l);
	for (size_t i = 0; i < LOOPBACK_SERVER_CONNECTIONS; i++)
		connection_end(l, &l->connections[i]);
	loopback_socket_release(l->sockets);
	cleanup_fd(&l->events);
	cleanup_fd(&l->timer);
	*l = LOOPBACK_SERVER_NONE;
}
