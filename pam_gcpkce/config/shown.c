/* SPDX-License-Identifier: ISC */
/* The form of a value decides: a password in a URL is hidden under any key. */
#include "gcpkce/config/shown.h"

#include <string.h>

#include "config_value.h"
#include "gcpkce/base/text.h"

#define SHOWN_MAX 128 /* bytes of a key or value in a message */
#define PORT_DIGITS 5

static void
put_cut(struct buf *b, struct view bytes, size_t max)
{
	struct view shown = bytes;

	if (shown.len > max)
		shown.len = max;
	text_put_escaped(b, shown);
	if (bytes.len > max)
		buf_put_text(b, "...");
}

void
shown_put(struct buf *b, struct view bytes)
{
	put_cut(b, bytes, SHOWN_MAX);
}

/* The position of the first of these characters, or the length. */
static size_t
find_any(struct view bytes, const char *characters)
{
	for (size_t i = 0; i < bytes.len; i++) {
		if (bytes.p[i] != '\0' &&
		    strchr(characters, bytes.p[i]) != NULL)
			return i;
	}
	return bytes.len;
}

static bool
is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

static bool
is_port(struct view bytes)
{
	return bytes.len <= PORT_DIGITS && view_all(bytes, is_digit);
}

/*
 * How much of "HOST[:PORT][/PATH][?QUERY][#FRAGMENT]" is shown: not the query
 * and the fragment, nor an invalid port.
 */
static size_t
shown_len(struct view rest, bool is_url)
{
	size_t end = is_url ? find_any(rest, "/?#") : rest.len;
	size_t query = is_url ? find_any(rest, "?#") : rest.len;
	const uint8_t *address =
	    rest.len > 0 && rest.p[0] == '[' ? memchr(rest.p, ']', end) : NULL;
	size_t from = address != NULL ? (size_t)(address - rest.p) : 0;
	const uint8_t *colon = memchr(rest.p + from, ':', end - from);

	if (colon != NULL) {
		size_t port = (size_t)(colon - rest.p) + 1;

		if (!is_port((struct view){rest.p + port, end - port}))
			return port;
	}
	return query < rest.len ? query + 1 : rest.len;
}

/*
 * The length before the VALUE of "NAME=VALUE" and before a second word.  A list
 * may have blanks after its commas, and a URL or path a '='.
 *
 * in:     names_end  only a '=' before it counts
 *         user_end   blanks before it are part of a password
 */
static size_t
first_len(struct view value, bool is_list, size_t names_end, size_t user_end)
{
	bool is_path = value.p[0] == '/';

	for (size_t i = 0; i < value.len; i++) {
		bool at_comma = i > 0 && value.p[i - 1] == ',';
		bool is_blank = value.p[i] == ' ' || value.p[i] == '\t';

		if ((value.p[i] == '=' && !is_path && i < names_end) ||
		    (is_blank && i >= user_end && !(is_list && at_comma)))
			return i + 1;
	}
	return value.len;
}

static bool
is_list_key(struct view name)
{
	const struct config_key *key = config_key_find(name);

	return key != NULL &&
	    (key->type == CONFIG_UUIDS || key->type == CONFIG_DOMAINS ||
		key->type == CONFIG_METHODS);
}

static void
put_form(struct buf *b, struct view key, struct view whole)
{
	const uint8_t *mark = memmem(whole.p, whole.len, "://", 3);
	const uint8_t *host = memrchr(whole.p, '@', whole.len);
	bool has_user =
	    host != NULL && (mark != NULL || view_eq(key, view_text("proxy")));
	struct view value = {whole.p,
	    first_len(whole, is_list_key(key),
		mark != NULL ? (size_t)(mark - whole.p) : whole.len,
		has_user ? (size_t)(host - whole.p) : 0)};
	const uint8_t *scheme = memmem(value.p, value.len, "://", 3);
	size_t start = scheme != NULL ? (size_t)(scheme - value.p) + 3 : 0;
	struct view rest = view_skip(value, start);
	const uint8_t *at = memrchr(rest.p, '@', rest.len);
	size_t user = at != NULL ? (size_t)(at - rest.p) : 0;
	size_t room = start < SHOWN_MAX ? SHOWN_MAX - start : 0;

	shown_put(b, (struct view){value.p, start});
	/* alice@example.com is not a credential; svc:word@example.com is */
	if (user > 0 &&
	    (scheme != NULL || view_eq(key, view_text("proxy")) ||
		memchr(rest.p, ':', user) != NULL)) {
		buf_put_text(b, SHOWN_NOT);
		rest = view_skip(rest, user);
	}
	/* a path may have a colon */
	size_t len = scheme == NULL && value.p[0] == '/'
	    ? rest.len
	    : shown_len(rest, scheme != NULL);
	put_cut(b, (struct view){rest.p, len}, room);
	if (len < rest.len || value.len < whole.len)
		buf_put_text(b, SHOWN_NOT);
}

/* "http://WORD" without a port is not a proxy, and may be a password. */
static bool
is_proxy_without_port(struct view key, struct view value)
{
	const uint8_t *colon = memrchr(value.p, ':', value.len);

	return view_eq(key, view_text("proxy")) && colon != NULL &&
	    colon + 1 < value.p + value.len && colon[1] == '/';
}

/* "UUID SECRET" shows its first word. */
static bool
is_uuid_first(struct view value)
{
	size_t len = find_any(value, " \t");

	return text_is_uuid((struct view){value.p, len});
}

void
shown_put_value(struct buf *b, struct view key, struct view value)
{
	bool is_conf = view_eq(key, view_text("conf")); /* not in the table */

	if (value.len == 0)
		return;
	if ((config_key_find(key) == NULL && !is_conf) ||
	    (view_eq(key, view_text("client_secret_file")) &&
		value.p[0] != '/') ||
	    (view_eq(key, view_text("client_id")) && !is_uuid_first(value)) ||
	    is_proxy_without_port(key, value))
		buf_put_text(b, SHOWN_NOT);
	else
		put_form(b, key, value);
}

void
shown_put_word(struct buf *b, struct view word)
{
	if (word.len > 0)
		put_form(b, (struct view){0}, word);
}
