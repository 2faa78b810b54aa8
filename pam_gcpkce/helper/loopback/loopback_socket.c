/* SPDX-License-Identifier: ISC */
/*
 * Sockets on loopback.  Remains of an earlier sign-in must not block the port,
 * and no other user may hold it, not even with a socket that is bound and does
 * not listen yet.  SO_REUSEPORT distinguishes the two: it allows sharing with
 * sockets of the same account that set it too, and with no others, while
 * SO_REUSEADDR would ignore all sockets that do not listen yet.  Both options
 * are cleared while a socket is in use, so that no other process can bind its
 * port.
 */
#include "loopback_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "gcpkce/base/text.h"
#include "gcpkce/base/url.h"
#include "gcpkce/wire/helper_abi.h"
#include "helper/startup.h"

#define BACKLOG 16
#define FREE_PORT_TRIES 8

/* An address of either family. */
union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static void
option_set(int fd, int option, int value)
{
	(void)setsockopt(fd, SOL_SOCKET, option, &value, sizeof(value));
}

static bool
listen_with(int fd, int option)
{
	option_set(fd, option, 1);
	bool listens = listen(fd, BACKLOG) == 0;
	option_set(fd, option, 0);
	return listens;
}

bool
loopback_socket_listen(int fd)
{
	return listen_with(fd, SO_REUSEPORT);
}

void
loopback_socket_pass_over(int fd)
{
	option_set(fd, SO_REUSEADDR, 1);
	option_set(fd, SO_REUSEPORT, 1);
}

void
loopback_socket_close(int fd)
{
	(void)shutdown(fd, SHUT_RD);
}

void
loopback_socket_release(const int sockets[static LOOPBACK_SERVER_SOCKETS])
{
	if (sockets[0] < 0 && sockets[1] < 0)
		return;
	for (int i = 0; i < LOOPBACK_SERVER_SOCKETS; i++) {
		loopback_socket_pass_over(HELPER_FD_LISTEN + i);
		(void)close(HELPER_FD_LISTEN + i);
	}
}

static socklen_t
address_set(union address *address, int family, in_addr_t v4, unsigned port)
{
	memset(address, 0, sizeof(*address));
	address->any.sa_family = (sa_family_t)family;
	if (family == AF_INET) {
		address->v4.sin_addr.s_addr = v4;
		address->v4.sin_port = htons((uint16_t)port);
		return sizeof(address->v4);
	}
	address->v6.sin6_addr = in6addr_loopback;
	address->v6.sin6_port = htons((uint16_t)port);
	return sizeof(address->v6);
}

/*
 * A socket that is bound; it listens unless it only serves to find a free port.
 *
 * gives:  the descriptor, or -1 and errno
 */
static int
socket_open(int family, in_addr_t v4, unsigned port)
{
	static const int on = 1;
	union address address;
	socklen_t len = address_set(&address, family, v4, port);
	autofd fd =
	    socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	if (family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) != 0)
		return -1;
	option_set(fd, SO_REUSEPORT, 1);
	bool bound = bind(fd, &address.any, len) == 0;
	option_set(fd, SO_REUSEPORT, 0);
	/* if two sign-ins reach this point at once, one of them listens */
	if (!bound || (port != 0 && !listen_with(fd, SO_REUSEADDR)))
		return -1;
	return take_fd(&fd);
}

/* Does this host lack such an address? */
static bool
is_absent(int error)
{
	return error == EAFNOSUPPORT || error == EADDRNOTAVAIL;
}

/* A free port chosen by the kernel; 0 and errno. */
static unsigned
loopback_socket_choose(int family, in_addr_t v4)
{
	union address address = {0};
	socklen_t len = sizeof(address);
	autofd fd = socket_open(family, v4, 0);

	if (fd < 0 || getsockname(fd, &address.any, &len) != 0)
		return 0;
	return ntohs(
	    family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
}

/* The addresses that a host name stands for. */
struct place {
	bool v4;
	bool v6;
	in_addr_t address;
};

static bool
place_find(struct view host, struct place *ret)
{
	bool is_name = text_eq_nocase(host, view_text("localhost"));
	char text[INET_ADDRSTRLEN] = "";
	struct in_addr address = {.s_addr = htonl(INADDR_LOOPBACK)};

	if (!is_name && host.len < sizeof(text))
		memcpy(text, host.p, host.len);
	*ret = (struct place){
	    .v6 = is_name || view_eq(host, view_text("::1")),
	    .v4 = is_name || inet_aton(text, &address) != 0,
	    .address = address.s_addr,
	};
	return ret->v4 || ret->v6;
}

/* Both sockets on one port; true when those that this host supports listen. */
static bool
pair_open(const struct place *place, unsigned port,
    int ret[static LOOPBACK_SERVER_SOCKETS])
{
	autofd v4 = -1;
	autofd v6 = -1;

	if (place->v4)
		v4 = socket_open(AF_INET, place->address, port);
	if (place->v4 && v4 < 0 && !is_absent(errno))
		return false;
	if (place->v6)
		v6 = socket_open(AF_INET6, 0, port);
	if (place->v6 && v6 < 0 && !is_absent(errno))
		return false;
	if (v4 < 0 && v6 < 0)
		return false;
	ret[0] = take_fd(&v4);
	ret[1] = take_fd(&v6);
	return true;
}

/* As pair_open, on a free port. */
static unsigned
pair_open_anywhere(
    const struct place *place, int ret[static LOOPBACK_SERVER_SOCKETS])
{
	for (int i = 0; i < FREE_PORT_TRIES; i++) {
		unsigned port = place->v4
		    ? loopback_socket_choose(AF_INET, place->address)
		    : 0;

		if (port == 0 && place->v6)
			port = loopback_socket_choose(AF_INET6, 0);
		if (port == 0)
			return 0;
		if (pair_open(place, port, ret))
			return port;
		if (errno != EADDRINUSE)
			return 0;
	}
	return 0;
}

/*
 * Give the sockets the numbers that the filter knows.  Both numbers are then in
 * use, so that no other descriptor can get one of them.
 */
static bool
numbers_give(int sockets[static LOOPBACK_SERVER_SOCKETS])
{
	autofd first = sockets[0];
	autofd second = sockets[1];
	const int from[] = {
	    first >= 0 ? first : second, second >= 0 ? second : first};

	for (int i = 0; i < LOOPBACK_SERVER_SOCKETS; i++) {
		int number = HELPER_FD_LISTEN + i;

		autofd given = fcntl(from[i], F_DUPFD_CLOEXEC, number);

		if (given != number) {
			if (i > 0)
				(void)close(HELPER_FD_LISTEN);
			return false;
		}
		(void)take_fd(&given);
		if (sockets[i] >= 0)
			sockets[i] = number;
	}
	return true;
}

/* Append a port to the host. */
static bool
port_put(char *redirect_uri, size_t cap, const struct url *url, unsigned port)
{
	autobuf whole = BUF_INIT(cap - 1);
	size_t front = (size_t)((const char *)url->path.p - redirect_uri);

	buf_put(&whole, redirect_uri, front);
	buf_printf(&whole, ":%u", port);
	buf_put(&whole, url->path.p, url->path.len);
	if (buf_check(&whole) != OUTCOME_OK)
		return false;
	memcpy(redirect_uri, buf_text(&whole), whole.len + 1);
	return true;
}

enum outcome
loopback_socket_open(char *redirect_uri, size_t cap,
    int ret[static LOOPBACK_SERVER_SOCKETS], struct errinfo *reterr)
{
	struct url url;
	struct place place;
	int sockets[LOOPBACK_SERVER_SOCKETS] = {-1, -1};
	bool opened;

	if (!url_split(redirect_uri, &url) || !url.loopback ||
	    !place_find(url.host, &place))
		return err_set(reterr, OUTCOME_HELPER_FAILED,
		    "redirect_uri does not name this host");
	unsigned port = (unsigned)url.port_number;
	if (url.port.len > 0) {
		errno = EINVAL;
		opened =
		    port >= HELPER_PORT_MIN && pair_open(&place, port, sockets);
	} else {
		port = pair_open_anywhere(&place, sockets);
		opened = port != 0;
	}
	if (!opened)
		return err_set(reterr, OUTCOME_HELPER_FAILED,
		    errno == EADDRINUSE ? "port %.*s is taken"
					: "no listener on port %.*s: %m",
		    (int)url.port.len, (const char *)url.port.p);
	if (!numbers_give(sockets))
		return err_set(reterr, OUTCOME_HELPER_FAILED,
		    "no listener: its descriptors are in use");
	if (url.port.len == 0 && !port_put(redirect_uri, cap, &url, port)) {
		loopback_socket_release(sockets);
		return err_set(reterr, OUTCOME_HELPER_FAILED,
		    "no listener: redirect_uri has no room for its port");
	}
	memcpy(ret, sockets, sizeof(sockets));
	return OUTCOME_OK;
}

void
loopback_socket_names(
    const char *redirect_uri, struct view *ret_authority, struct view *ret_path)
{
	struct view rest = view_text(strstr(redirect_uri, "://") + 3);
	size_t len = strcspn((const char *)rest.p, "/?");

	*ret_authority = (struct view){.p = rest.p, .len = len};
	*ret_path = view_before(view_skip(rest, len), '?');
	if (ret_path->len == 0)
		*ret_path = view_text("/");
}
