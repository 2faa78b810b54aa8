/* SPDX-License-Identifier: ISC */
/* The sockets of the listener, bound before the helper is confined. */
#ifndef GCPKCE_HELPER_LOOPBACK_SOCKET_H
#define GCPKCE_HELPER_LOOPBACK_SOCKET_H

#include "loopback_server.h"

/*
 * Bind and listen, as loopback_server_open says; the second number may be a
 * copy of the first socket.
 *
 * out:     ret  the socket of each address, -1 where there is none
 */
MUST_CHECK enum outcome loopback_socket_open(char *redirect_uri, size_t cap,
    int ret[static LOOPBACK_SERVER_SOCKETS], struct errinfo *reterr);

/*
 * The Host and path that a request must have for a redirect URI with a port.
 *
 * out:    ret_authority, ret_path  *borrowed* from redirect_uri, or static
 */
void loopback_socket_names(const char *redirect_uri, struct view *ret_authority,
    struct view *ret_path);

/* Refuse all connections and keep the port; listen again, false if refused. */
void loopback_socket_close(int fd);
bool loopback_socket_listen(int fd);

/* Let neither a connection nor an unused socket block the port. */
void loopback_socket_pass_over(int fd);

/*
 * After loopback_socket_close of both: let others bind the port, even if a copy
 * of a socket is still open, and close all that loopback_socket_open opened.
 */
void loopback_socket_release(const int sockets[static LOOPBACK_SERVER_SOCKETS]);

#endif
