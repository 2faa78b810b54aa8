/* SPDX-License-Identifier: ISC */
/* The checks of URLs that the configuration needs. */
#ifndef GCPKCE_URL_H
#define GCPKCE_URL_H

#include "buf.h"

struct url {
	struct view scheme;
	struct view host;          /* without brackets */
	struct view port;          /* empty when there is none */
	unsigned long port_number; /* 0 when there is none */
	struct view path; /* with its slash, query and fragment; may be empty */
	bool loopback;    /* localhost, 127.0.0.0/8 or [::1] */
};

/*
 * Split an address: scheme://host[:port][/...].  Printable ASCII only, no user
 * name, a port of 1 to 65535.
 *
 * out:    ret  views *borrowed* from text
 * gives:  false when it is not such an address
 * source: RFC 3986 section 3
 */
bool url_split(const char *text, struct url *ret);

/* localhost, 127.0.0.0/8 or ::1. */
bool url_host_is_loopback(struct view host);

/* Letters, digits, hyphens and dots, no empty label: a host name. */
bool url_host_is_name(struct view host);

/*
 * May requests and redirects go there: https, or http to a loopback host?
 *
 * source: RFC 8252 section 7.3
 */
bool url_is_protected(const struct url *url);

#endif
