/* SPDX-License-Identifier: ISC */
/* The request by which a browser brings the code: a GET without a body. */
#ifndef GCPKCE_HTTP_REQUEST_H
#define GCPKCE_HTTP_REQUEST_H

#include "gcpkce/base/buf.h"

/* Browsers send all cookies of localhost, whatever port set them. */
#define HTTP_REQUEST_MAX 16384

/* The state of the request, or the status of its reply. */
enum http_status {
	HTTP_MORE = 0, /* valid so far, and incomplete */
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
	struct view query; /* after it; may be empty */
	struct view host;  /* of the one Host field */
};

/*
 * Parse the received part of a request's head.  Stricter than RFC 9112 wherever
 * two readers could see two requests: lines end with CR LF, the target begins
 * with '/' and is printable ASCII without '#', there is one Host field, no
 * field is folded, and no body is announced.  Bytes after the head are not
 * examined.
 *
 * out:    ret    with HTTP_OK, *borrowed* from bytes
 * gives:  HTTP_OK, HTTP_MORE, HTTP_BAD, HTTP_NOT_ALLOWED for methods other
 *         than GET, HTTP_VERSION for another protocol than HTTP/1.0 and 1.1,
 *         HTTP_TOO_LARGE when HTTP_REQUEST_MAX bytes hold no whole head
 * source: RFC 9112 sections 2 to 6; RFC 9110 section 7.2
 */
enum http_status http_request_parse(
    struct view bytes, struct http_request *ret);

#endif
