/* SPDX-License-Identifier: ISC */
/* The listener to which a browser brings the code (RFC 8252 section 7.3). */
#ifndef GCPKCE_HELPER_LOOPBACK_SERVER_H
#define GCPKCE_HELPER_LOOPBACK_SERVER_H

#include "gcpkce/base/errinfo.h"
#include "page.h"

#define LOOPBACK_SERVER_SOCKETS 2        /* 127.0.0.1 and ::1 */
#define LOOPBACK_SERVER_CONNECTIONS 8    /* at once */
#define LOOPBACK_SERVER_PATIENCE_MS 3000 /* accept to whole request */

enum connection_state {
	CONNECTION_FREE,
	CONNECTION_READING,
	CONNECTION_HELD,    /* partly answered; kept until it is complete */
	CONNECTION_LEAVING, /* answered; further input is ignored */
};

struct connection {
	enum connection_state state;
	int fd;
	unsigned long number; /* counted as they come */
	int64_t until_ms;     /* INT64_MAX when it is held */
	struct buf head;
	size_t after; /* bytes still read after the answer */
};

struct loopback_server {
	struct view authority; /* host and port that Host must have */
	struct view path;
	int sockets[LOOPBACK_SERVER_SOCKETS]; /* -1: no socket of this family */
	int events; /* an epoll descriptor; readable: call us */
	int timer;  /* when a connection's time is over */
	bool listening;
	unsigned long served; /* connections and reads, so far */
	struct connection connections[LOOPBACK_SERVER_CONNECTIONS];
	struct connection *asked; /* whose request the caller judges */
};

#define LOOPBACK_SERVER_NONE \
	(struct loopback_server) \
	{ \
		.sockets = {-1, -1}, .events = -1, .timer = -1 \
	}

/*
 * Listen where a redirect URI leads to: on ::1 and 127.0.0.1 for localhost, or
 * as many of them as this host has, else on the one address.  If it has no
 * port, a free one is chosen, the same on both, and inserted.  The sockets get
 * the numbers from HELPER_FD_LISTEN on, and both numbers are always used.
 *
 * in:     redirect_uri  http to a loopback host, at most cap - 1 bytes; its
 *                       bytes are *borrowed* for good
 * out:    ret  (loopback_server_done it) LOOPBACK_SERVER_NONE on failure
 *         reterr  why there is no listener, as "port 8400 is taken"
 * errors: OUTCOME_HELPER_FAILED: the code has to be pasted
 */
MUST_CHECK enum outcome loopback_server_open(char *redirect_uri, size_t cap,
    struct loopback_server *ret, struct errinfo *reterr);

/*
 * Make progress without waiting, until there is a GET request for our path with
 * our Host.  Everything else is answered here.
 *
 * out:    ret_query  *borrowed* until the request is answered
 * gives:  false when there is none; else loopback_server_answer,
 *         loopback_server_hold or loopback_server_reject comes next
 */
bool loopback_server_next(struct loopback_server *l, struct view *ret_query);

/* Answer with a page, or as a request that is not part of the sign-in. */
void loopback_server_answer(struct loopback_server *l, const struct buf *page);
void loopback_server_reject(struct loopback_server *l, enum http_status status);

/*
 * Close the port as loopback_server_pause does, begin the answer, and keep the
 * connection for the rest of it; a connection held before is released.
 */
void loopback_server_hold(struct loopback_server *l, const struct buf *page);

/* Send the rest of the answer to the held connection, if it is still open. */
void loopback_server_finish(struct loopback_server *l, const struct buf *page);

/*
 * Close the port, and all connections but the held one.  No other process can
 * listen there; loopback_server_resume is false when the kernel refuses.
 */
void loopback_server_pause(struct loopback_server *l);
bool loopback_server_resume(struct loopback_server *l);

/* Close everything; other processes may listen there from now on. */
void loopback_server_done(struct loopback_server *l);

#endif
