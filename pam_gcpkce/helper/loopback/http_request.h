/* SPDX-License-Identifier: ISC */
/*
 * The one HTTP request that a browser sends when Genesys Cloud has sent it
 * back to this host: a GET without a body.
 */
#ifndef GCPKCE_HTTP_REQUEST_H
#define GCPKCE_HTTP_REQUEST_H

#include "gcpkce/base/buf.h"

/* Browsers send every cookie of localhost, whatever port it came from. */
#define HTTP_REQUEST_MAX 16384

/* What came, or the status of the reply that it gets. */
enum http_status {
	HTTP_MORE = 0, /* good so far, and not all of it */
	HTTP_OK = 200,
	HTTP_BAD = 400,
	HTTP_NOT_FOUND = 404,
	HTTP_NOT_ALLOWED = 405,
	HTTP_CONFLICT = 409,
	HTTP_MISDIRECTED = 421,
	HTTP_TOO_LARGE = 431,
	HTTP_VERSION = 505,
};

struct http_request {
	struct view path;  /* of the target, before its first '?' */
	struct view query; /* behind it; may be empty */
	struct view host;  /* of the one Host field */
};

/*
 * Read the head of a request, as far as it has come.  It is narrower than RFC
 * 9112 wherever two readers could see two requests: lines end by CR LF, the
 * target begins with '/' and is printable ASCII without '#', there is one Host
 * field, no field is folded, and no body is announced.  A fault is told as
 * soon as it is seen.  Bytes behind the head are not looked at.
 *
 * in:     bytes  from the first one on
 * out:    ret    with HTTP_OK, *borrowed* from bytes
 * gives:  HTTP_OK, HTTP_MORE, HTTP_BAD, HTTP_NOT_ALLOWED for another method
 *         than GET, HTTP_VERSION for another protocol than HTTP/1.0 and 1.1,
 *         HTTP_TOO_LARGE when HTTP_REQUEST_MAX bytes hold no whole head
 * source: RFC 9112 sections 2 to 6; RFC 9110 section 7.2
 */
enum http_status http_request_parse(
    struct view bytes, struct http_request *ret);

#endif
