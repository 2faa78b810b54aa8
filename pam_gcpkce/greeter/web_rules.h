/* SPDX-License-Identifier: ISC */
/*
 * Where gcpkce-view may go.  One list of hosts judges pages and frames
 * (web_judge) and, as rules of WebKit's content filter, everything else that a
 * page loads.
 */
#ifndef GCPKCE_GREETER_WEB_RULES_H
#define GCPKCE_GREETER_WEB_RULES_H

#include "gcpkce/base/url.h"

#define WEB_HOSTS_MAX 32
#define WEB_FILTER_MAX (64 * 1024)

struct web_rules {
	const char *redirect;             /* as it was given, *borrowed* */
	struct view hosts[WEB_HOSTS_MAX]; /* *borrowed* */
	size_t host_count;
};

enum web_verdict {
	WEB_REFUSE,
	WEB_ALLOW,
	WEB_CATCH, /* it is the redirect URI, with a query */
};

/*
 * Add a host: a name, an IPv4 address or ::1, without a port.
 *
 * gives:  false when it is no such host, or there are too many
 */
bool web_rules_add(struct web_rules *rules, struct view host);

/*
 * Set the redirect URI: https, or http to a loopback host, without query and
 * fragment.
 *
 * gives:  false when it is not such an address
 */
bool web_rules_redirect(struct web_rules *rules, const char *uri);

/*
 * May a page or frame be at the address?  https to a host of the list, or http
 * where the host is a loopback one as well.  The redirect URI itself is never
 * allowed, even on a listed host.
 */
enum web_verdict web_judge(const struct web_rules *rules, const char *uri);

/*
 * Append what web_judge calls WEB_CATCH as the redirect URI in its own
 * spelling, with the query and without a fragment.
 */
void web_rules_put_answer(
    const struct web_rules *rules, const char *uri, struct buf *answer);

/*
 * Append the same as rules for a WebKitUserContentFilterStore: block all but
 * the listed hosts, and the redirect URI.  WebSockets count as requests.
 */
void web_rules_put_filter(const struct web_rules *rules, struct buf *json);

#endif
