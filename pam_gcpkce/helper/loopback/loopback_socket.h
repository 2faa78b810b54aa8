/* SPDX-License-Identifier: ISC */
/*
 * The sockets that the listener listens with.  They are made and bound before
 * the helper is confined, and from then on they are all that can listen here.
 */
#ifndef GCPKCE_HELPER_LOOPBACK_SOCKET_H
#define GCPKCE_HELPER_LOOPBACK_SOCKET_H

#include "loopback_server.h"

/*
 * Bind and listen where a redirect URI leads to.  Both numbers from
 * HELPER_FD_LISTEN on are in use afterwards, the second one perhaps for the
 * first socket again.
 *
 * in, out: redirect_uri  as for loopback_server_open
 * out:     ret  the socket of each address, -1 where there is none
 * errors:  OUTCOME_HELPER_FAILED  reterr says why, in a few words
 */
MUST_CHECK enum outcome loopback_socket_open(char *redirect_uri, size_t cap,
    int ret[static LOOPBACK_SERVER_SOCKETS], struct errinfo *reterr);

/*
 * What a request for a redirect URI with a port must have.
 *
 * out:    ret_authority, ret_path  *borrowed* from redirect_uri, or static
 */
void loopback_socket_names(const char *redirect_uri, struct view *ret_authority,
    struct view *ret_path);

/*
 * Listen again on a socket after loopback_socket_close.  While it does, and
 * after loopback_socket_close, nobody else can bind its port.
 *
 * gives:  false when it cannot
 */
bool loopback_socket_listen(int fd);

/* Let a connection, or a socket that is done with, be in nobody's way. */
void loopback_socket_pass_over(int fd);

/* Refuse all connections from now on, and keep the port. */
void loopback_socket_close(int fd);

/*
 * After loopback_socket_close of both: let others bind the port, whoever holds
 * a copy of it, and close all that loopback_socket_open opened.
 */
void loopback_socket_release(const int sockets[static LOOPBACK_SERVER_SOCKETS]);

#endif
