/* SPDX-License-Identifier: ISC */
/*
 * What somebody found in a log, a terminal or an address bar, made into a row
 * of the table of symptoms.  It may hold codes, tokens and secrets, and bytes
 * that act on terminals: nothing of it is ever copied to the outside, only
 * compared.
 */
#include "explain.h"

#include <string.h>

#include "gcpkce/base/query.h"
#include "gcpkce/base/text.h"
#include "gcpkce/base/url.h"
#include "gcpkce/config/region.h"
#include "gcpkce/oauth/json.h"
#include "gcpkce/oauth/reply.h"

#define HEADS_MAX 8 /* of proxies and interim replies, before one body */
#define JOURNAL_MARK "POST /oauth/token: "
#define AUTHORIZE_MARK "/oauth/authorize?"

/* What is being explained, and what came of it so far. */
struct reading {
	const struct evidence_known *known;
	struct evidence evidence;
	struct explanation *ret;
	struct errinfo *reterr;
};

static bool
starts_with(struct view text, const char *start)
{
	size_t len = strlen(start);

	return text.len >= len && memcmp(text.p, start, len) == 0;
}

static struct view
skip(struct view text, size_t count)
{
	return (struct view){.p = text.p + count, .len = text.len - count};
}

static bool
is_ornament(uint8_t byte)
{
	return byte != '\0' && strchr(" \t\r\n\v\f'\"`", byte) != NULL;
}

/* Take white space and quotes off both ends. */
static struct view
stripped(struct view text)
{
	while (text.len > 0 && is_ornament(text.p[0]))
		text = skip(text, 1);
	while (text.len > 0 && is_ornament(text.p[text.len - 1]))
		text.len--;
	return text;
}

static void
cause_add(struct explanation *ret, enum cause cause, enum symptom_sure sure)
{
	for (size_t i = 0; i < ret->count; i++) {
		if (ret->causes[i].cause == cause)
			return;
	}
	ret->causes[ret->count++] =
	    (struct symptom_cause){.cause = cause, .sure = sure};
}

/* First what was seen, then what is likely and can be. */
static enum outcome
conclude(struct reading *r, const struct symptom *symptom)
{
	if (symptom == NULL)
		return err_set(r->reterr, OUTCOME_REPLY_INVALID,
		    "neither host gives such a status");
	r->ret->symptom = symptom;
	for (int i = CAUSE_NONE + 1; i < CAUSE_COUNT; i++) {
		if (r->evidence.shows[i])
			cause_add(r->ret, (enum cause)i, SYMPTOM_SEEN);
	}
	for (size_t i = 0; i < SYMPTOM_CAUSES_MAX; i++) {
		struct symptom_cause one = symptom->causes[i];

		if (one.cause != CAUSE_NONE &&
		    (r->known == NULL ||
			cause_applies(one.cause, true, r->known->secret)))
			cause_add(r->ret, one.cause, one.sure);
	}
	return OUTCOME_OK;
}

static enum outcome
conclude_place(
    struct reading *r, enum symptom_place place, enum outcome outcome)
{
	return conclude(r, symptom_find(place, outcome, "", ""));
}

/* The API host's bodies have a "code" and mostly a "status" of their own. */
static enum outcome
api_body_read(struct reading *r, struct view body, struct json_object *object)
{
	struct json_object *status = NULL;
	struct error_body said;

	if (r->ret->status == 0 &&
	    json_member(object, "status", json_type_int, &status) &&
	    status != NULL)
		r->ret->status = (long)json_object_get_int(status);
	enum outcome outcome =
	    api_error_judge(r->ret->status, body, NULL, &said);
	return conclude(
	    r, symptom_find(SYMPTOM_API, outcome, said.name, said.detail));
}

static enum outcome
body_read(struct reading *r, struct view body)
{
	autojson *object = NULL;
	struct error_body said;
	enum outcome parsed = json_parse_object(body, &object, NULL);

	if (parsed == OUTCOME_NO_MEMORY)
		return parsed;
	if (parsed != OUTCOME_OK)
		return conclude_place(r, SYMPTOM_SCRAP, OUTCOME_REPLY_INVALID);
	if (json_object_object_get_ex(object, "access_token", NULL))
		return conclude_place(r, SYMPTOM_REPLY, OUTCOME_OK);
	if (!json_object_object_get_ex(object, "error", NULL) &&
	    (json_object_object_get_ex(object, "code", NULL) ||
		json_object_object_get_ex(object, "message", NULL)))
		return api_body_read(r, body, object);
	/* the login host answers every error with 400, so far as is known */
	enum outcome outcome = token_error_judge(
	    r->ret->status != 0 ? r->ret->status : 400, body, NULL, &said);
	return conclude(
	    r, symptom_find(SYMPTOM_TOKEN, outcome, said.name, said.detail));
}

/* A body, or a page in its place. */
static enum outcome
content_read(struct reading *r, struct view content)
{
	if (starts_with(content, "{"))
		return body_read(r, content);
	if (starts_with(content, "<"))
		return conclude_place(r, SYMPTOM_PAGE, OUTCOME_REPLY_INVALID);
	return conclude(r, symptom_of_status(r->ret->status));
}

/* Three digits at the beginning, and no fourth; 0 for anything else. */
static long
status_of(struct view text)
{
	long status = 0;

	for (size_t i = 0; i < text.len && i < 4; i++) {
		bool digit = text.p[i] >= '0' && text.p[i] <= '9';

		if (digit != (i < 3))
			return 0;
		if (digit)
			status = status * 10 + (text.p[i] - '0');
	}
	return text.len >= 3 && status >= 100 ? status : 0;
}

/* Behind the empty line that ends a head. */
static struct view
behind_head(struct view text)
{
	while (text.len > 0) {
		text = query_behind(text, '\n');
		if (starts_with(text, "\n") || starts_with(text, "\r\n"))
			return stripped(text);
	}
	return text;
}

/* A status line, with whatever of the reply stands below it. */
static enum outcome
reply_read(struct reading *r, struct view text)
{
	for (int i = 0; i < HEADS_MAX && starts_with(text, "HTTP/"); i++) {
		struct view line = query_before(text, '\n');
		long status = status_of(query_behind(line, ' '));

		if (status == 0)
			return err_set(r->reterr, OUTCOME_REPLY_INVALID,
			    "the status line has no status");
		r->ret->status = status;
		text = behind_head(text);
	}
	return content_read(r, text);
}

/* "400 invalid_client: client not found; likely: ...", of the journal. */
static enum outcome
judged_read(struct reading *r, struct view text)
{
	static const char *const names[] = {"invalid_client",
	    "unauthorized_client", "invalid_request", "unsupported_grant_type",
	    "invalid_scope", "invalid_grant"};
	struct view said = stripped(skip(text, 3));

	r->ret->status = status_of(text);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		autobuf body = BUF_INIT(256);

		if (!starts_with(said, names[i]))
			continue;
		buf_printf(&body, "{\"error\":\"%s\"", names[i]);
		said = query_before(query_behind(said, ':'), ';');
		if (starts_with(said, " client not found"))
			buf_put_text(&body, ",\"description\":\"not found\"");
		if (starts_with(said, " rate limit exceeded"))
			buf_put_text(
			    &body, ",\"description\":\"rate limit exceeded\"");
		buf_put_text(&body, "}");
		if (buf_check(&body) != OUTCOME_OK)
			return OUTCOME_NO_MEMORY;
		return body_read(r, buf_view(&body));
	}
	return content_read(r, behind_head(text));
}

/* A value of an address that stands there once, decoded. */
static bool
value_find(struct view query, const char *name, struct buf *value)
{
	struct view one;
	struct view its;

	while (query_next(&query, &one, &its)) {
		if (view_eq(one, view_text(name)))
			return query_put_decoded(value, its);
	}
	return false;
}

/* A redirect address, with or without what is in front of its query. */
/* Is it a page of the login host itself, and so no redirect address? */
static bool
is_of_login_host(const char *address, const struct evidence_known *known)
{
	static const char login[] = "login.";
	autobuf domain = BUF_INIT(EXPLAIN_TEXT_MAX);
	struct region region;
	struct url url;
	struct url right;

	if (!url_split(address, &url))
		return false;
	if (known != NULL && url_split(known->login_url, &right) &&
	    text_eq_nocase(url.host, right.host))
		return true;
	if (!starts_with(url.host, login))
		return false;
	struct view rest = skip(url.host, sizeof(login) - 1);
	buf_put(&domain, rest.p, rest.len);
	return region_find(buf_text(&domain), &region) && region.aws != NULL;
}

static enum outcome
redirect_read(struct reading *r, struct view address)
{
	autobuf text = BUF_INIT(EXPLAIN_TEXT_MAX);
	autobuf value = BUF_INIT(EXPLAIN_TEXT_MAX);
	struct view query = query_of(address);

	buf_put(&text, address.p, address.len);
	if (buf_check(&text) != OUTCOME_OK)
		return OUTCOME_NO_MEMORY;
	if (is_of_login_host(buf_text(&text), r->known))
		return err_set(r->reterr, OUTCOME_REPLY_INVALID,
		    "this is a page of the login host; hand in the address "
		    "that the terminal showed, which led there");
	if (!evidence_of_host(buf_text(&text), r->known, &r->evidence) &&
	    r->known != NULL)
		evidence_of_redirect(
		    buf_text(&text), r->known->redirect_uri, &r->evidence);
	if (value_find(query, "error", &value))
		return conclude(r,
		    symptom_find(SYMPTOM_REDIRECT, OUTCOME_SIGNIN_REFUSED,
			buf_text(&value), ""));
	if (value_find(query, "code", &value))
		return conclude_place(r, SYMPTOM_CODE, OUTCOME_OK);
	return conclude_place(r,
	    value_find(query_behind(address, '#'), "access_token", &value)
		? SYMPTOM_FRAGMENT
		: SYMPTOM_NO_CODE,
	    OUTCOME_ANSWER_MALFORMED);
}

static enum outcome
authorize_read(struct reading *r, struct view address)
{
	autobuf text = BUF_INIT(EXPLAIN_TEXT_MAX);

	buf_put(&text, address.p, address.len);
	if (buf_check(&text) != OUTCOME_OK ||
	    evidence_of_authorize(buf_text(&text), r->known, &r->evidence) !=
		OUTCOME_OK)
		return OUTCOME_NO_MEMORY;
	return conclude_place(r, SYMPTOM_AUTHORIZE, OUTCOME_ANSWER_MALFORMED);
}

static const uint8_t *
find(struct view text, const char *what)
{
	return text.len > 0 ? memmem(text.p, text.len, what, strlen(what))
			    : NULL;
}

/* An address, or the query of one. */
static bool
is_address(struct view text)
{
	return text_is_token(text) &&
	    (find(text, "://") != NULL || find(text, "error=") != NULL ||
		find(text, "code=") != NULL);
}

/*
 * Terminals and mail break an address into lines, and put "> " or "| " before
 * each; none of that may stand in one.
 *
 * out:    ret  the address in one piece, where it is one
 */
static bool
address_join(struct view text, struct buf *ret)
{
	for (size_t i = 0; i < text.len; i++) {
		if (!is_ornament(text.p[i]) && text.p[i] != '>' &&
		    text.p[i] != '|')
			buf_put_byte(ret, text.p[i]);
	}
	return starts_with(buf_view(ret), "http") && is_address(buf_view(ret));
}

enum outcome
explain_read(struct view text, const struct evidence_known *known,
    struct explanation *ret, struct errinfo *reterr)
{
	struct reading r = {.known = known, .ret = ret, .reterr = reterr};
	struct view plain = stripped(text);
	const uint8_t *mark = find(plain, JOURNAL_MARK);
	autobuf joined = BUF_INIT(EXPLAIN_TEXT_MAX);

	*ret = (struct explanation){0};
	if (text.len > EXPLAIN_TEXT_MAX)
		return err_set(reterr, OUTCOME_REPLY_INVALID,
		    "more than %d bytes", EXPLAIN_TEXT_MAX);
	if (starts_with(plain, "{") || starts_with(plain, "<"))
		return content_read(&r, plain);
	if (starts_with(plain, "HTTP/"))
		return reply_read(&r, plain);
	if (!is_address(plain) && address_join(plain, &joined)) {
		r.evidence.shows[CAUSE_ADDRESS_BROKEN] = true;
		plain = buf_view(&joined);
	}
	if (is_address(plain))
		return find(plain, AUTHORIZE_MARK) != NULL
		    ? authorize_read(&r, plain)
		    : redirect_read(&r, plain);
	if (mark != NULL)
		plain = skip(
		    plain, (size_t)(mark - plain.p) + strlen(JOURNAL_MARK));
	if (status_of(plain) != 0)
		return judged_read(&r, plain);
	return err_set(reterr, OUTCOME_REPLY_INVALID,
	    "this is no error body, status line, redirect address or "
	    "authorize address, nor a line of the journal with \"POST "
	    "/oauth/token\"");
}
