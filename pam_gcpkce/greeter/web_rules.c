/* SPDX-License-Identifier: ISC */
#include "web_rules.h"

#include <string.h>

#include "gcpkce/base/text.h"

bool
web_rules_add(struct web_rules *rules, struct view host)
{
	if (rules->host_count == WEB_HOSTS_MAX ||
	    !(url_host_is_name(host) || url_host_is_loopback(host)))
		return false;
	rules->hosts[rules->host_count++] = host;
	return true;
}

bool
web_rules_redirect(struct web_rules *rules, const char *uri)
{
	struct url url;

	rules->redirect = uri;
	return url_split(uri, &url) && url_is_protected(&url) &&
	    strpbrk(uri, "?#\"\\<>^`{|}") == NULL;
}

static bool
is_listed(const struct web_rules *rules, struct view host)
{
	for (size_t i = 0; i < rules->host_count; i++) {
		if (text_eq_nocase(rules->hosts[i], host))
			return true;
	}
	return false;
}

static unsigned long
port_of(const struct url *url)
{
	if (url->port_number != 0)
		return url->port_number;
	return view_eq(url->scheme, view_text("https")) ? 443 : 80;
}

/* The path alone; browsers send "/" for none. */
static struct view
path_of(const struct url *url)
{
	struct view path = view_before(view_before(url->path, '#'), '?');

	return path.len > 0 ? path : view_text("/");
}

static bool
is_redirect(const struct web_rules *rules, const struct url *url)
{
	struct url redirect;

	return url_split(rules->redirect, &redirect) &&
	    view_eq(url->scheme, redirect.scheme) &&
	    text_eq_nocase(url->host, redirect.host) &&
	    port_of(url) == port_of(&redirect) &&
	    view_eq(path_of(url), path_of(&redirect));
}

enum web_verdict
web_judge(const struct web_rules *rules, const char *uri)
{
	struct url url;

	if (!url_split(uri, &url) || !url_is_protected(&url))
		return WEB_REFUSE;
	if (is_redirect(rules, &url))
		return strchr(uri, '?') != NULL ? WEB_CATCH : WEB_REFUSE;
	return is_listed(rules, url.host) ? WEB_ALLOW : WEB_REFUSE;
}

void
web_rules_put_answer(
    const struct web_rules *rules, const char *uri, struct buf *answer)
{
	struct view query = view_before(view_text(strchr(uri, '?')), '#');

	buf_put_text(answer, rules->redirect);
	buf_put(answer, query.p, query.len);
}

/* A pattern that matches the text alone, within JSON. */
static void
put_literal(struct buf *json, struct view text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (strchr(".+*?()[]$", text.p[i]) != NULL)
			buf_put_text(json, "\\\\");
		buf_put_byte(json, text.p[i]);
	}
}

static void
put_action(struct buf *json, const char *action)
{
	buf_printf(json, "\"},\"action\":{\"type\":\"%s\"}}", action);
}

/* The host is followed by its port or the path, so that no user name fits. */
static void
put_host(struct buf *json, struct view host, const char *scheme)
{
	bool bracketed = view_eq(host, view_text("::1"));

	buf_printf(json, ",{\"trigger\":{\"url-filter\":\"^%s://%s", scheme,
	    bracketed ? "\\\\[" : "");
	put_literal(json, host);
	buf_put_text(json, bracketed ? "\\\\]" : "");
	buf_put_text(json, "(:[0-9]+)?/");
	put_action(json, "ignore-previous-rules");
}

void
web_rules_put_filter(const struct web_rules *rules, struct buf *json)
{
	buf_put_text(json, "[{\"trigger\":{\"url-filter\":\".*");
	put_action(json, "block");
	for (size_t i = 0; i < rules->host_count; i++) {
		bool loopback = url_host_is_loopback(rules->hosts[i]);

		put_host(json, rules->hosts[i], loopback ? "https?" : "https");
		put_host(json, rules->hosts[i], loopback ? "wss?" : "wss");
	}
	for (int i = 0; i < 2; i++) { /* the patterns have no "or" */
		buf_put_text(json, ",{\"trigger\":{\"url-filter\":\"^");
		put_literal(json, view_text(rules->redirect));
		buf_put_text(json, i == 0 ? "/?$" : "/?[?#]");
		put_action(json, "block");
	}
	buf_put_text(json, "]");
}
