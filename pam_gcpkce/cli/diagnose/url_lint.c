/* SPDX-License-Identifier: ISC */
/*
 * Addresses that somebody else's program may have made.  Values are decoded
 * into buffers that wipe themselves, compared, and forgotten.
 */
#include "url_lint.h"

#include <string.h>

#include "gcpkce/base/query.h"
#include "gcpkce/base/text.h"
#include "gcpkce/base/url.h"
#include "gcpkce/oauth/authorize.h"

#define HEX_DIGEST_LEN 64
#define HEX_HASHED_LEN 86 /* its base64url */

enum parameter {
	PARAMETER_RESPONSE_TYPE,
	PARAMETER_CLIENT_ID,
	PARAMETER_REDIRECT_URI,
	PARAMETER_CHALLENGE,
	PARAMETER_METHOD,
	PARAMETER_ORG,
	PARAMETER_PROVIDER,
	PARAMETER_COUNT
};

/* Their values, decoded; present tells an empty one from none. */
struct parameters {
	struct buf value[PARAMETER_COUNT];
	bool present[PARAMETER_COUNT];
};

#define autoparameters CLEANUP(parameters_done) struct parameters

static void
parameters_done(struct parameters *p)
{
	for (size_t i = 0; i < PARAMETER_COUNT; i++)
		buf_done(&p->value[i]);
}

static void
parameter_read(struct view name, struct view value, struct parameters *p,
    struct evidence *ret)
{
	static const char *const names[PARAMETER_COUNT] = {
	    [PARAMETER_RESPONSE_TYPE] = "response_type",
	    [PARAMETER_CLIENT_ID] = "client_id",
	    [PARAMETER_REDIRECT_URI] = "redirect_uri",
	    [PARAMETER_CHALLENGE] = "code_challenge",
	    [PARAMETER_METHOD] = "code_challenge_method",
	    [PARAMETER_ORG] = "org",
	    [PARAMETER_PROVIDER] = "provider",
	};

	for (size_t i = 0; i < PARAMETER_COUNT; i++) {
		if (!view_eq(name, view_text(names[i])))
			continue;
		if (p->present[i] || value.len == 0)
			ret->shows[CAUSE_PARAMETER] = true;
		p->present[i] = true;
		buf_reset(&p->value[i]);
		if (!query_put_decoded(&p->value[i], value))
			ret->shows[CAUSE_PARAMETER] = true;
	}
}

static bool
is_hex(struct view text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text_lower(text.p[i]);

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
			return false;
	}
	return true;
}

static bool
has(struct view text, char c)
{
	return query_before(text, c).len < text.len;
}

static struct view
without(struct view text, const char *ends)
{
	while (text.len > 0 && strchr(ends, text.p[text.len - 1]) != NULL)
		text.len--;
	return text;
}

static void
challenge_look(const struct parameters *p, struct evidence *ret)
{
	struct view whole = buf_view(&p->value[PARAMETER_CHALLENGE]);
	struct view line = without(whole, "\r\n");
	struct view bare = without(line, "=");

	if (whole.len == 0) {
		ret->shows[CAUSE_CHALLENGE_MISSING] = true;
		return;
	}
	ret->shows[CAUSE_NEWLINE] |= line.len < whole.len;
	ret->shows[CAUSE_CHALLENGE_PADDED] |= bare.len < line.len;
	/* a '+' that was not encoded has become a blank */
	ret->shows[CAUSE_CHALLENGE_BASE64] |=
	    has(bare, '+') || has(bare, '/') || has(bare, ' ');
	ret->shows[CAUSE_CHALLENGE_HEX] |= bare.len == HEX_HASHED_LEN ||
	    (bare.len == HEX_DIGEST_LEN && is_hex(bare));
	ret->shows[CAUSE_CHALLENGE_CUT] |= bare.len < PKCE_CHALLENGE_LEN;
	ret->shows[CAUSE_METHOD] |=
	    strcmp(buf_text(&p->value[PARAMETER_METHOD]), "S256") != 0;
}

/* Scheme, host and port; the names of schemes and hosts have no case. */
static void
origin_compare(const struct url *url, const struct url *right, bool any_port,
    struct evidence *ret)
{
	ret->shows[CAUSE_REDIRECT_SCHEME] |=
	    !text_eq_nocase(url->scheme, right->scheme);
	ret->shows[CAUSE_REDIRECT_HOST] |=
	    !text_eq_nocase(url->host, right->host);
	ret->shows[CAUSE_REDIRECT_PORT] |=
	    !any_port && !view_eq(url->port, right->port);
}

void
evidence_of_redirect(
    const char *address, const char *redirect_uri, struct evidence *ret)
{
	struct url url;
	struct url right;

	if (!url_split(address, &url) || !url_split(redirect_uri, &right))
		return;
	origin_compare(
	    &url, &right, right.loopback && right.port.len == 0, ret);

	struct view path = query_before(query_before(url.path, '#'), '?');
	struct view other = query_before(query_before(right.path, '#'), '?');
	if (view_eq(path, other))
		return;
	bool slash = view_eq(without(path, "/"), without(other, "/"));
	ret->shows[slash ? CAUSE_REDIRECT_SLASH : CAUSE_REDIRECT_PATH] = true;
}

static bool
starts_with(struct view text, const char *start)
{
	size_t len = strlen(start);

	return text.len >= len &&
	    text_eq_nocase(
		(struct view){.p = text.p, .len = len}, view_text(start));
}

bool
evidence_of_host(const char *address, const struct evidence_known *known,
    struct evidence *ret)
{
	struct url url;
	struct url login;

	if (!url_split(address, &url) || !starts_with(url.path, "/oauth/") ||
	    !(starts_with(url.host, "api.") || starts_with(url.host, "apps.")))
		return false;
	if (known != NULL && url_split(known->login_url, &login) &&
	    text_eq_nocase(url.host, login.host))
		return false;
	ret->shows[CAUSE_ADDRESS_HOST] = true;
	return true;
}

/* Is it a host of another region?  Of the wrong host its domain counts. */
static bool
region_differs(const char *address, const char *login_url, bool wrong_host)
{
	struct url url;
	struct url login;

	if (!url_split(address, &url) || !url_split(login_url, &login))
		return false;
	if (wrong_host) {
		url.host = query_behind(url.host, '.');
		login.host = query_behind(login.host, '.');
	}
	return !text_eq_nocase(url.host, login.host);
}

/* What is configured beside what the address has. */
static void
known_compare(const char *address, const struct parameters *p,
    const struct evidence_known *known, struct evidence *ret)
{
	const char *client = buf_text(&p->value[PARAMETER_CLIENT_ID]);

	if (*client != '\0' && strcmp(client, known->client_id) != 0)
		ret->shows[CAUSE_CLIENT_ID] = true;
	if (p->present[PARAMETER_REDIRECT_URI])
		evidence_of_redirect(
		    buf_text(&p->value[PARAMETER_REDIRECT_URI]),
		    known->redirect_uri, ret);
	ret->shows[CAUSE_REGION] |= region_differs(
	    address, known->login_url, ret->shows[CAUSE_ADDRESS_HOST]);
}

enum outcome
evidence_of_authorize(const char *address, const struct evidence_known *known,
    struct evidence *ret)
{
	autoparameters p = {0};
	struct view query = query_of(view_text(address));
	struct view name;
	struct view value;

	for (size_t i = 0; i < PARAMETER_COUNT; i++)
		p.value[i] = BUF_INIT(AUTHORIZE_ADDRESS_MAX);
	while (query_next(&query, &name, &value))
		parameter_read(name, value, &p, ret);
	for (size_t i = 0; i < PARAMETER_COUNT; i++) {
		if (buf_check(&p.value[i]) != OUTCOME_OK)
			return OUTCOME_NO_MEMORY;
	}
	if (!p.present[PARAMETER_RESPONSE_TYPE] ||
	    !p.present[PARAMETER_CLIENT_ID] ||
	    !p.present[PARAMETER_REDIRECT_URI])
		ret->shows[CAUSE_PARAMETER] = true;
	if (p.present[PARAMETER_RESPONSE_TYPE] &&
	    strcmp(buf_text(&p.value[PARAMETER_RESPONSE_TYPE]), "code") != 0)
		ret->shows[CAUSE_RESPONSE_TYPE] = true;
	if (p.present[PARAMETER_CLIENT_ID] &&
	    !text_is_uuid(buf_view(&p.value[PARAMETER_CLIENT_ID])))
		ret->shows[CAUSE_CLIENT_ID_FORM] = true;
	if (p.present[PARAMETER_ORG] != p.present[PARAMETER_PROVIDER])
		ret->shows[CAUSE_ORG_PROVIDER] = true;
	challenge_look(&p, ret);
	(void)evidence_of_host(address, known, ret);
	if (known != NULL)
		known_compare(address, &p, known, ret);
	return OUTCOME_OK;
}
