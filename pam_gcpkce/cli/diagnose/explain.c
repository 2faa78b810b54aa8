/* SPDX-License-Identifier: ISC */
/*
 * Text from a log, a terminal or an address bar is turned into a row of the
 * error table.  It may hold codes, tokens and secrets, and terminal control
 * bytes: it is compared, and never copied to the output.
 */
#include "explain.h"

#include <stdio.h>
#include <string.h>

#include "gcpkce/base/query.h"
#include "gcpkce/base/text.h"
#include "gcpkce/base/url.h"
#include "gcpkce/oauth/authorize.h"
#include "gcpkce/oauth/json.h"
#include "gcpkce/oauth/provider.h"

/* In the journal, and in an authorize address; "o" is Genesys Cloud's. */
#define JOURNAL_MARK "auth/token: "
#define AUTHORIZE_MARK "auth/authorize?"
#define AROUND " \t\r\n\v\f'\"`" /* characters around pasted text */

/* What is being explained, and the results so far. */
struct reading {
	const struct config *known;
	enum provider_id provider;
	bool is_named; /* the provider, by the configuration or input */
	bool shows[HINT_COUNT]; /* causes that the input itself shows */
	struct explanation *ret;
	struct errinfo *reterr;
};

/* First the causes that are seen, then those that are likely and possible. */
static enum outcome
conclude(struct reading *r, const struct error_row *row)
{
	struct explanation *e = r->ret;

	if (row == NULL)
		return err_set(r->reterr, OUTCOME_REPLY_INVALID,
		    "neither server sends such a status");
	e->row = row;
	for (int i = HINT_NONE + 1; i < HINT_COUNT; i++) {
		if (r->shows[i])
			e->hints[e->count++] = (struct error_hint){
			    .hint = (enum hint)i, .certainty = CERTAINTY_SEEN};
	}
	for (size_t i = 0; i < ERROR_HINTS_MAX; i++) {
		enum hint hint = row->hints[i].hint;

		if (hint != HINT_NONE && !r->shows[hint] &&
		    (r->known == NULL
			    ? !r->is_named || hint_is_of(hint, r->provider)
			    : hint_applies(hint, r->provider,
				  r->known->client_secret_file[0] != '\0')))
			e->hints[e->count++] = row->hints[i];
	}
	return OUTCOME_OK;
}

static enum outcome
conclude_kind(struct reading *r, enum error_kind kind, enum outcome outcome)
{
	return conclude(r, error_row_find(kind, outcome, "", ""));
}

/* ---- replies ---- */

static const struct provider *
reading_provider(const struct reading *r)
{
	return r->provider == PROVIDER_CXONE ? &provider_cxone
					     : &provider_genesys;
}

static bool
has(struct json_object *object, const char *name)
{
	return json_object_object_get_ex(object, name, NULL);
}

static enum outcome
body_read(struct reading *r, struct view body)
{
	autojson *object = NULL;
	struct json_object *status = NULL;
	struct error_body said;
	long code = r->ret->status;
	enum outcome outcome = json_parse_object(body, &object, NULL);

	if (outcome == OUTCOME_NO_MEMORY)
		return outcome;
	if (outcome != OUTCOME_OK)
		return conclude_kind(
		    r, ERROR_BROKEN_JSON, OUTCOME_REPLY_INVALID);
	if (has(object, "access_token"))
		return conclude_kind(r, ERROR_REPLY, OUTCOME_OK);
	if (has(object, "error") ||
	    !(has(object, "code") || has(object, "message"))) {
		/* the login host answers every error with 400 */
		outcome = token_error_judge(reading_provider(r),
		    code != 0 ? code : 400, body, NULL, &said);
		return conclude(r,
		    error_row_find(
			ERROR_TOKEN, outcome, said.name, said.detail));
	}
	/* the API host's bodies mostly have a "status" of their own */
	if (code == 0 &&
	    json_member(object, "status", json_type_int, &status) &&
	    status != NULL)
		r->ret->status = (long)json_object_get_int(status);
	outcome = api_error_judge(
	    reading_provider(r), r->ret->status, body, NULL, &said);
	return conclude(
	    r, error_row_find(ERROR_API, outcome, said.name, said.detail));
}

/* A body, an HTML page instead of one, or only the status. */
static enum outcome
content_read(struct reading *r, const char *content)
{
	if (*content == '{')
		return body_read(r, view_text(content));
	if (*content == '<')
		return conclude_kind(r, ERROR_PAGE, OUTCOME_REPLY_INVALID);
	return conclude(r, error_row_of_status(r->ret->status));
}

/* Three digits at the beginning, and no fourth; 0 for anything else. */
static long
status_of(const char *text)
{
	return strspn(text, "0123456789") == 3 && *text != '0'
	    ? strtol(text, NULL, 10)
	    : 0;
}

static const char *
after_head(const char *text)
{
	while (*text != '\0' && strncmp(text, "\n\n", 2) != 0 &&
	    strncmp(text, "\n\r\n", 3) != 0)
		text++;
	return text + strspn(text, AROUND);
}

/* A status line, followed by any part of the reply. */
static enum outcome
reply_read(struct reading *r, const char *text)
{
	/* proxies and interim replies have heads of their own */
	while (strncmp(text, "HTTP/", 5) == 0) {
		text += strcspn(text, " \n");
		r->ret->status = status_of(text + (*text == ' '));
		if (r->ret->status == 0)
			return err_set(r->reterr, OUTCOME_REPLY_INVALID,
			    "the status line has no status");
		text = after_head(text);
	}
	return content_read(r, text);
}

/* "400 invalid_client: client not found; likely: ...", of the journal. */
static enum outcome
judged_read(struct reading *r, const char *text)
{
	autobuf body = BUF_INIT(256);
	char name[32] = "";
	char detail[64] = "";
	struct error_body said;

	r->ret->status = status_of(text);
	if (sscanf(text + 3, " %31[a-z_]: %63[a-z ]", name, detail) > 0)
		buf_printf(&body, "{\"error\":\"%s\",\"description\":\"%s\"}",
		    name, detail);
	if (buf_check(&body) != OUTCOME_OK)
		return OUTCOME_NO_MEMORY;
	if (body.len > 0 &&
	    token_error_judge(reading_provider(r), r->ret->status,
		buf_view(&body), NULL, &said) != OUTCOME_REPLY_INVALID)
		return body_read(r, buf_view(&body));
	return content_read(r, after_head(text));
}

/* ---- addresses ---- */

/*
 * Look up a parameter.
 *
 * out:    ret  with its decoded value appended, if it occurs once
 * gives:  whether it occurs once and has a value
 */
static bool
parameter_find(struct view query, const char *name, struct buf *ret)
{
	struct view found = {0};
	struct view one;
	struct view value;
	size_t count = 0;

	while (query_next(&query, &one, &value)) {
		if (!view_eq(one, view_text(name)))
			continue;
		found = value;
		count++;
	}
	return count == 1 && found.len > 0 && query_put_decoded(ret, found);
}

/* Is it the redirect URI, with any query and fragment? */
static bool
is_redirect_uri(const char *address, const char *redirect_uri)
{
	struct url url;
	struct url right;

	if (!url_split(address, &url) || !url_split(redirect_uri, &right))
		return false;
	/* a loopback host may use any port (RFC 8252 section 7.3) */
	if (right.loopback && right.port.len == 0)
		right.port = url.port;
	return text_eq_nocase(url.scheme, right.scheme) &&
	    text_eq_nocase(url.host, right.host) &&
	    view_eq(url.port, right.port) &&
	    view_eq(view_before(view_before(url.path, '#'), '?'), right.path);
}

/*
 * Does an OAuth request go to the API host or the apps host, which do not serve
 * it, or to another region?
 *
 * gives:  whether it is a host of Genesys Cloud
 */
static bool
host_look(struct reading *r, const char *address)
{
	struct url url;
	struct url login = {0};

	if (r->provider == PROVIDER_CXONE || !url_split(address, &url))
		return false;
	if (r->known != NULL && url_split(r->known->login_url, &login) &&
	    text_eq_nocase(url.host, login.host))
		return true;
	struct view label = view_before(url.host, '.');
	bool wrong = view_begins(url.path, "/oauth/") &&
	    (text_eq_nocase(label, view_text("api")) ||
		text_eq_nocase(label, view_text("apps")));
	r->shows[HINT_ADDRESS_HOST] = wrong;
	r->shows[HINT_REGION] = login.host.len > 0 &&
	    view_begins(url.path, "/o" AUTHORIZE_MARK) &&
	    (!wrong ||
		!text_eq_nocase(
		    view_after(url.host, '.'), view_after(login.host, '.')));
	return wrong;
}

static enum outcome
authorize_read(struct reading *r, struct view query)
{
	const struct config *known = r->known;
	const bool is_cxone = r->provider == PROVIDER_CXONE;
	const struct {
		const char *name;
		const char *right; /* nullable: any value */
		enum hint wrong;
		size_t len; /* 0: any length */
		enum hint malformed;
	} rows[] = {
	    {"response_type", "code", HINT_PARAMETER, 0, HINT_NONE},
	    {"client_id", known != NULL ? known->client_id : NULL,
		is_cxone ? HINT_APP_ID : HINT_CLIENT_ID,
		is_cxone ? 0 : TEXT_UUID_LEN, HINT_CLIENT_ID_FORM},
	    {"redirect_uri", known != NULL ? known->redirect_uri : NULL,
		HINT_REDIRECT_CONFIGURED, 0, HINT_NONE},
	    {"code_challenge", NULL, HINT_NONE, PKCE_CHALLENGE_LEN,
		HINT_CHALLENGE},
	    {"code_challenge_method", "S256", HINT_METHOD, 0, HINT_NONE},
	    /* CXone's */
	    {"scope", "openid", HINT_PARAMETER, 0, HINT_NONE},
	    {"nonce", NULL, HINT_NONE, 0, HINT_NONE},
	};
	const size_t count =
	    sizeof(rows) / sizeof(rows[0]) - (is_cxone ? 0 : 2);

	for (size_t i = 0; i < count; i++) {
		autobuf buf = BUF_INIT(EXPLAIN_TEXT_MAX);
		bool found = parameter_find(query, rows[i].name, &buf);
		const char *value = buf_text(&buf);

		if (buf_check(&buf) != OUTCOME_OK)
			return OUTCOME_NO_MEMORY;
		if (!found)
			r->shows[HINT_PARAMETER] = true;
		else if (rows[i].len != 0 &&
		    (buf.len != rows[i].len || strpbrk(value, "+/ ") != NULL))
			r->shows[rows[i].malformed] = true;
		else if (rows[i].right != NULL &&
		    strcmp(value, rows[i].right) != 0 &&
		    !is_redirect_uri(value, rows[i].right))
			r->shows[rows[i].wrong] = true;
	}
	return conclude_kind(r, ERROR_AUTHORIZE, OUTCOME_ANSWER_MALFORMED);
}

static enum outcome
address_read(struct reading *r, const char *address)
{
	autobuf value = BUF_INIT(EXPLAIN_TEXT_MAX);
	struct view query = query_of(view_text(address));
	struct view fragment = view_after(view_text(address), '#');
	bool of_genesys = host_look(r, address);

	if (strstr(address, AUTHORIZE_MARK) != NULL)
		return authorize_read(r, query);
	r->shows[HINT_REDIRECT_CONFIGURED] = r->known != NULL && !of_genesys &&
	    strstr(address, "://") != NULL &&
	    !is_redirect_uri(address, r->known->redirect_uri);
	if (parameter_find(query, "error", &value))
		return buf_check(&value) != OUTCOME_OK
		    ? OUTCOME_NO_MEMORY
		    : conclude(r,
			  error_row_find(ERROR_REDIRECT, OUTCOME_SIGNIN_REFUSED,
			      buf_text(&value), ""));
	if (parameter_find(query, "code", &value))
		return conclude_kind(r, ERROR_CODE, OUTCOME_OK);
	return conclude_kind(r,
	    parameter_find(fragment, "access_token", &value) ? ERROR_FRAGMENT
							     : ERROR_NO_CODE,
	    OUTCOME_ANSWER_MALFORMED);
}

/* An address, or the query of one. */
static bool
is_address(const char *text)
{
	return text_is_token(view_text(text)) &&
	    (strstr(text, "://") != NULL || strstr(text, "error=") != NULL ||
		strstr(text, "code=") != NULL);
}

/* Terminals and mail put "> " or "| " before each line of an address. */
static void
address_join(const char *text, struct buf *ret)
{
	for (; *text != '\0'; text++) {
		if (strchr(AROUND ">|", *text) == NULL)
			buf_put_byte(ret, (uint8_t)*text);
	}
}

/* ---- the kind of input ---- */

/* What names an endpoint needs no configuration. */
static void
provider_look(struct reading *r, const char *text)
{
	if (strstr(text, JOURNAL_MARK) != NULL ||
	    strstr(text, AUTHORIZE_MARK) != NULL)
		r->is_named = true;
	if (strstr(text, " /" JOURNAL_MARK) != NULL ||
	    strstr(text, "/" AUTHORIZE_MARK) != NULL)
		r->provider = PROVIDER_CXONE;
}

static enum outcome
text_read(struct reading *r, const char *text)
{
	autobuf joined = BUF_INIT(EXPLAIN_TEXT_MAX);
	const char *mark = strstr(text, JOURNAL_MARK);

	provider_look(r, text);
	if (*text == '{' || *text == '<')
		return content_read(r, text);
	if (strncmp(text, "HTTP/", 5) == 0)
		return reply_read(r, text);
	if (is_address(text))
		return address_read(r, text);
	address_join(text, &joined);
	if (buf_check(&joined) != OUTCOME_OK)
		return OUTCOME_NO_MEMORY;
	provider_look(r, buf_text(&joined));
	if (view_begins(buf_view(&joined), "http") &&
	    is_address(buf_text(&joined))) {
		r->shows[HINT_ADDRESS_BROKEN] = true;
		return address_read(r, buf_text(&joined));
	}
	if (mark != NULL)
		text = mark + strlen(JOURNAL_MARK);
	if (status_of(text) != 0)
		return judged_read(r, text);
	return err_set(r->reterr, OUTCOME_REPLY_INVALID,
	    "this is not an error body, a status line, a redirect address, an "
	    "authorize address, or a line of the journal with \"POST "
	    "/oauth/token\" or \"POST /auth/token\"");
}

enum outcome
explain_read(struct view text, const struct config *known,
    struct explanation *ret, struct errinfo *reterr)
{
	struct reading r = {.known = known,
	    .provider = known != NULL ? known->provider : PROVIDER_GENESYS,
	    .is_named = known != NULL,
	    .ret = ret,
	    .reterr = reterr};
	autobuf plain = BUF_INIT(EXPLAIN_TEXT_MAX);

	*ret = (struct explanation){0};
	if (text.len > EXPLAIN_TEXT_MAX)
		return err_set(reterr, OUTCOME_REPLY_INVALID,
		    "more than %d bytes", EXPLAIN_TEXT_MAX);
	text = view_trim(text, AROUND);
	buf_put(&plain, text.p, text.len);
	return buf_check(&plain) == OUTCOME_OK ? text_read(&r, buf_text(&plain))
					       : OUTCOME_NO_MEMORY;
}
