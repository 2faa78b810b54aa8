/* SPDX-License-Identifier: ISC */
#include "message.h"

#include <string.h>

#include "gcpkce/base/query.h"
#include "gcpkce/base/text.h"
#include "gcpkce/base/url.h"
#include "gcpkce/config/region.h"
#include "gcpkce/oauth/authorize.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */
#define BLANKS " \t\r\n"
#define CXONE_HOST "cxone.niceincontact.com"

void
message_done(struct message *message)
{
	buf_done(&message->text);
	buf_done(&message->address);
	buf_done(&message->redirect_uri);
	buf_done(&message->unlisted);
}

/* Does it change the order in which the rest of the line is shown? */
static bool
is_bidi_control(uint32_t character)
{
	return (character >= 0x202a && character <= 0x202e) ||
	    (character >= 0x2066 && character <= 0x2069);
}

static void
put_clean(struct buf *b, struct view line)
{
	while (line.len > 0) {
		uint32_t character;
		size_t len = text_utf8_decode(line.p, line.len, &character);

		if (len == 0 || is_bidi_control(character) ||
		    !text_is_clean_utf8((struct view){.p = line.p, .len = len}))
			buf_put_text(b, REPLACEMENT);
		else
			buf_put(b, line.p, len);
		line = view_skip(line, len == 0 ? 1 : len);
	}
}

static bool
is_protected(const char *text)
{
	struct url url;

	return url_split(text, &url) && url_is_protected(&url);
}

/* Every module of the stack can say an address: few hosts are for sign-ins. */
static bool
is_login_host(struct view host, const char *listed)
{
	struct view rest = view_text(listed), name;
	autobuf domain = BUF_INIT(256);
	struct region region;

	while (view_next(&rest, ',', &name)) {
		if (text_eq_nocase(view_trim(name, BLANKS), host))
			return true;
	}
	if (listed[0] != '\0')
		return false;
	if (text_eq_nocase(host, view_text(CXONE_HOST)))
		return true;
	if (!view_begins(host, "login."))
		return false;
	host = view_skip(host, strlen("login."));
	buf_put(&domain, host.p, host.len);
	return buf_check(&domain) == OUTCOME_OK &&
	    region_find(buf_text(&domain), &region) && region.aws != NULL &&
	    strcmp(region.domain, buf_text(&domain)) == 0;
}

/* The redirect_uri of address; false if that is not an authorize request. */
static bool
redirect_find(struct view address, struct buf *redirect_uri)
{
	struct view query = query_of(address);
	struct view name, value, found = {0};
	int codes = 0, redirects = 0;

	while (query_next(&query, &name, &value)) {
		if (view_eq(name, view_text("response_type"))) {
			if (!view_eq(value, view_text("code")))
				return false;
			codes++;
		} else if (view_eq(name, view_text("redirect_uri"))) {
			found = value;
			redirects++;
		}
	}
	return codes == 1 && redirects == 1 &&
	    query_put_decoded(redirect_uri, found) &&
	    text_is_token(buf_view(redirect_uri)) &&
	    is_protected(buf_text(redirect_uri));
}

static bool
is_start(struct view address, const char *start_url)
{
	size_t len = strlen(start_url);

	return len > 0 && view_begins(address, start_url) &&
	    address.len > len && address.p[len] == '#';
}

/* Take the line as the message's address, if it is one. */
static bool
address_take(struct view line, const struct message_rules *rules,
    struct message *message)
{
	autobuf address = BUF_INIT(GREETER_ADDRESS_MAX);
	autobuf redirect_uri = BUF_INIT(GREETER_ADDRESS_MAX);
	struct view unlisted = {0};
	struct url url;

	if (message->address.len > 0 || !text_is_token(line) ||
	    line.len > GREETER_ADDRESS_MAX)
		return false;
	buf_put(&address, line.p, line.len);
	if (is_start(line, rules->start_url))
		buf_put_text(&redirect_uri, rules->redirect_uri);
	else if (!redirect_find(line, &redirect_uri) ||
	    !url_split(buf_text(&address), &url))
		return false;
	else if (!is_login_host(url.host, rules->login_hosts))
		unlisted = url.host;
	if (buf_check(&address) != OUTCOME_OK ||
	    buf_check(&redirect_uri) != OUTCOME_OK ||
	    !is_protected(buf_text(&address)))
		return false;
	buf_put(&message->address, address.p, address.len);
	buf_put(&message->redirect_uri, redirect_uri.p, redirect_uri.len);
	buf_put(&message->unlisted, unlisted.p, unlisted.len);
	return true;
}

static void
put_line(struct buf *b, const struct message_rules *rules, struct view line)
{
	autobuf clean = BUF_INIT(GREETER_TEXT_MAX);

	put_clean(&clean, line);
	if (clean.failed)
		b->failed = true;
	if (b->len > 0)
		buf_put_byte(b, '\n');
	buf_put_text(b, rules->translate(buf_text(&clean)));
}

enum outcome
message_read(
    struct view text, const struct message_rules *rules, struct message *ret)
{
	struct view rest = text, line, previous = {0};

	*ret = (struct message){
	    .text = BUF_INIT(GREETER_TEXT_MAX),
	    .address = BUF_INIT(GREETER_ADDRESS_MAX),
	    .redirect_uri = BUF_INIT(GREETER_ADDRESS_MAX),
	    .unlisted = BUF_INIT(GREETER_ADDRESS_MAX),
	};
	/* the line before an address only introduces it; what comes after the
	 * address is the prompt's */
	while (ret->address.len == 0 && view_next(&rest, '\n', &line)) {
		line = view_trim(line, BLANKS);
		if (line.len == 0)
			continue;
		if (address_take(line, rules, ret))
			previous.len = 0;
		if (previous.len > 0)
			put_line(&ret->text, rules, previous);
		previous = line;
	}
	if (ret->address.len == 0 && previous.len > 0)
		put_line(&ret->text, rules, previous);
	ret->asks = ret->address.len > 0 && view_trim(rest, BLANKS).len == 0;
	enum outcome r = buf_check(&ret->text);
	if (r == OUTCOME_OK)
		r = buf_check(&ret->address);
	if (r == OUTCOME_OK)
		r = buf_check(&ret->unlisted);
	return r == OUTCOME_OK ? buf_check(&ret->redirect_uri) : r;
}

bool
message_is_caught(struct view address, const char *redirect_uri)
{
	size_t len = strlen(redirect_uri);

	return text_is_token(address) && view_begins(address, redirect_uri) &&
	    address.len > len + 1 && address.p[len] == '?';
}

/* The state of an address, percent-encoded as it is there. */
static struct view
state_find(struct view address)
{
	struct view state = view_after(address, '#');
	struct view query = query_of(address), name, value;

	/* the start page makes the state of what its fragment begins with */
	if (state.len > STATE_HASH_LEN)
		state.len = STATE_HASH_LEN;
	while (state.len == 0 && query_next(&query, &name, &value)) {
		if (view_eq(name, view_text("state")))
			state = value;
	}
	return state;
}

void
message_put_denial(const struct message *message, struct buf *b)
{
	struct view state = state_find(buf_view(&message->address));

	buf_printf(b,
	    "%s?error=access_denied&state=", buf_text(&message->redirect_uri));
	buf_put(b, state.p, state.len);
}
