/* SPDX-License-Identifier: ISC */
/*
 * The sockets of the listener.  They are made and bound before the helper is
 * confined; after that no other socket can listen here.
 */
#ifndef GCPKCE_HELPER_LOOPBACK_SOCKET_H
#define GCPKCE_HELPER_LOOPBACK_SOCKET_H

#include "loopback_server.h"

/*
 * Bind and listen where a redirect URI leads to.  Afterwards both numbers from
 * HELPER_FD_LISTEN on are in use, the second one possibly as a copy of the
 * first socket.
 *
 * in, out: redirect_uri  as for loopback_server_open
 * out:     ret  the socket of each address, -1 where there is none
 * errors:  OUTCOME_HELPER_FAILED  reterr says why, in a few words
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

/*
 * Listen again on a socket after loopback_socket_close.  No other process can
 * bind its port then, nor while it listens.
 *
 * gives:  false when it cannot
 */
bool loopback_socket_listen(int fd);

/*
 * Let neither a connection nor a socket that is no longer used block the port.
 */
void loopback_socket_pass_over(int fd);

/* Refuse all connections from now on, and keep the port. */
void loopback_socket_close(int fd);

/*
 * After loopback_socket_close of both: let others bind the port, even if a copy
 * of a socket is still open, and close all that loopback_socket_open opened.
 */
void loopback_socket_release(const int sockets[static LOOPBACK_SERVER_SOCKETS]);

#endif
