/* SPDX-License-Identifier: ISC */
/*
 * Replies of the token endpoint, and error bodies of both hosts.  They come
 * over verified TLS, but a proxy or gateway may have written them: the token's
 * grammar is checked, error bodies are read as far as they are valid, and texts
 * for a log are escaped.  A token must never get into an error text, nor may
 * the secrets of the request.
 */
#include "gcpkce/oauth/reply.h"

#include <string.h>

#include "gcpkce/base/text.h"
#include "gcpkce/oauth/error_table.h"
#include "gcpkce/oauth/json.h"
#include "gcpkce/oauth/provider.h"

static enum outcome
token_fail(struct errinfo *reterr, const char *what)
{
	return err_set(reterr, OUTCOME_TOKEN_INVALID, "token reply: %s", what);
}

/* 0: the reply does not say. */
static enum outcome
expires_read(const struct provider *provider, struct json_object *body,
    unsigned long *ret_s, struct errinfo *reterr)
{
	struct json_object *expires = NULL;

	*ret_s = 0;
	if (provider->expires_may_be_text &&
	    json_member(body, "expires_in", json_type_string, &expires) &&
	    expires != NULL) {
		const char *text = json_object_get_string(expires);

		return strlen(text) == json_view(expires).len &&
			text_parse_number(text, 1, REPLY_EXPIRES_MAX, ret_s)
		    ? OUTCOME_OK
		    : token_fail(
			  reterr, "expires_in is not a number within bounds");
	}
	if (!json_member(body, "expires_in", json_type_int, &expires))
		return token_fail(reterr, "expires_in is not a whole number");
	int64_t seconds = json_object_get_int64(expires);
	if (expires != NULL &&
	    (seconds < 1 || seconds > (int64_t)REPLY_EXPIRES_MAX))
		return token_fail(reterr, "expires_in is out of bounds");
	*ret_s = (unsigned long)seconds;
	return OUTCOME_OK;
}

/* Check all fields except the token. */
static enum outcome
token_terms_read(const struct provider *provider, struct json_object *body,
    unsigned long *ret_expires_in_s, struct errinfo *reterr)
{
	struct json_object *type = NULL;

	if (!json_member(body, "token_type", json_type_string, &type) ||
	    type == NULL)
		return token_fail(
		    reterr, "token_type is missing or not a string");
	if (!text_eq_nocase(json_view(type), view_text("bearer")))
		return token_fail(reterr, "token_type is not bearer");
	return expires_read(provider, body, ret_expires_in_s, reterr);
}

/* Copy the token from a token reply. */
static enum outcome
token_take(
    struct json_object *body, struct token_reply *ret, struct errinfo *reterr)
{
	struct json_object *token = NULL;

	if (!json_member(body, "access_token", json_type_string, &token) ||
	    token == NULL)
		return token_fail(
		    reterr, "access_token is missing or not a string");
	struct view bytes = json_view(token);
	if (!text_is_b64token(bytes) || bytes.len > REPLY_TOKEN_MAX)
		return token_fail(reterr, "access_token is not well formed");
	enum outcome r = secret_new(bytes.p, bytes.len, &ret->access_token);
	return r == OUTCOME_OK ? r
			       : err_set(reterr, r, "no memory for the token");
}

/* Copy the id_token, not verified. */
static enum outcome
id_token_take(
    struct json_object *body, struct token_reply *ret, struct errinfo *reterr)
{
	struct json_object *token = NULL;

	if (!json_member(body, "id_token", json_type_string, &token))
		return token_fail(reterr, "id_token is not a string");
	if (token == NULL)
		return err_set(reterr, OUTCOME_IDENTITY_INCOMPLETE,
		    "token reply: id_token is missing");
	struct view bytes = json_view(token);
	if (bytes.len == 0 || bytes.len > ID_TOKEN_MAX)
		return token_fail(reterr, "id_token is empty or too long");
	enum outcome r = secret_new(bytes.p, bytes.len, &ret->id_token);
	return r == OUTCOME_OK
	    ? r
	    : err_set(reterr, r, "no memory for the id_token");
}

enum outcome
token_reply_parse(const struct provider *provider, struct view body,
    struct token_reply *ret, struct errinfo *reterr)
{
	autojson *object = NULL;

	*ret = (struct token_reply){0};
	enum outcome r = json_parse_object(body, &object, reterr);
	if (r == OUTCOME_OK)
		r = token_take(object, ret, reterr);
	if (r == OUTCOME_OK)
		r = token_terms_read(
		    provider, object, &ret->expires_in_s, reterr);
	if (r == OUTCOME_OK && provider->uses_id_token)
		r = id_token_take(object, ret, reterr);
	if (r != OUTCOME_OK && ret->access_token == NULL)
		token_reply_rescue(body, ret);
	return r;
}

/* The length of text up to the end of the first string in it; 0 without one. */
static size_t
string_end(struct view text)
{
	bool within = false;

	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '"' && within)
			return i + 1;
		if (text.p[i] == '"')
			within = true;
		else if (text.p[i] == '\\')
			i++;
	}
	return 0;
}

/* Take a token from a text that begins with the member that holds it. */
static void
member_rescue(struct view text, size_t name_len, struct token_reply *ret)
{
	struct view value = {text.p + name_len, text.len - name_len};
	autobuf member = BUF_INIT(JSON_TEXT_MAX);
	autojson *object = NULL;

	buf_put_byte(&member, '{');
	buf_put(&member, text.p, name_len + string_end(value));
	buf_put_byte(&member, '}');
	if (buf_check(&member) == OUTCOME_OK &&
	    json_parse_object(buf_view(&member), &object, NULL) == OUTCOME_OK)
		(void)token_take(object, ret, NULL);
}

void
token_reply_rescue(struct view body, struct token_reply *ret)
{
	static const char name[] = "\"access_token\"";
	const size_t name_len = sizeof(name) - 1;
	const uint8_t *found;

	*ret = (struct token_reply){0};
	while (ret->access_token == NULL && body.len > 0 &&
	    (found = memmem(body.p, body.len, name, name_len)) != NULL) {
		body.len -= (size_t)(found - body.p);
		body.p = found;
		member_rescue(body, name_len, ret);
		body.p += name_len;
		body.len -= name_len;
	}
}

void
token_reply_done(struct token_reply *reply)
{
	secret_free(reply->access_token);
	secret_free(reply->id_token);
	*reply = (struct token_reply){0};
}

/*
 * The first of these members that is a string and not empty.
 *
 * in:     names  ended by NULL
 * gives:  an empty view if there is none; *borrowed* from object
 */
static struct view
first_text(struct json_object *object, const char *const *names)
{
	for (; *names != NULL; names++) {
		struct json_object *string = NULL;

		if (json_member(object, *names, json_type_string, &string) &&
		    json_view(string).len > 0)
			return json_view(string);
	}
	return (struct view){0};
}

/* Escape bytes into a field of cap bytes; what does not fit is left out. */
static void
field_set(char *field, size_t cap, struct view bytes,
    const struct sent_secrets *sent_secrets)
{
	/* An escape is one put, so it is never cut. */
	autobuf escaped = BUF_INIT(cap - 1);

	if (redact_contains(bytes, sent_secrets))
		bytes = view_text(REDACTED);
	text_put_escaped(&escaped, bytes);
	memcpy(field, buf_text(&escaped), escaped.len + 1);
}

/* The parts of an error body that are judged, unescaped; *borrowed* from it. */
struct error_parts {
	struct view name;
	struct view detail;
};

/*
 * Read an error body of either server: a gateway may answer for both.  A body
 * that is not a JSON object has no parts.
 */
static struct error_parts
error_read(const struct provider *provider, struct json_object *object,
    const struct sent_secrets *sent_secrets, struct error_body *ret)
{
	*ret = (struct error_body){0};
	if (object == NULL)
		return (struct error_parts){0};
	struct error_parts parts = {
	    .name = first_text(object, provider->error_names),
	    .detail = first_text(object, provider->error_details)};
	/* registered error names are never redacted */
	bool is_registered = error_outcome(parts.name) != OUTCOME_REPLY_INVALID;
	field_set(ret->name, sizeof(ret->name), parts.name,
	    is_registered ? NULL : sent_secrets);
	field_set(ret->detail, sizeof(ret->detail), parts.detail, sent_secrets);
	field_set(ret->correlation, sizeof(ret->correlation),
	    first_text(object, provider->error_correlations), sent_secrets);
	return parts;
}

/* A rate limit is the only case decided by a text. */
static bool
is_rate_limit(const struct provider *provider, struct view detail)
{
	struct view sign = view_text(provider->rate_limit);

	if (sign.len == 0 || detail.len < sign.len)
		return false;
	detail.len = sign.len;
	return text_eq_nocase(detail, sign);
}

static enum outcome
refusal_judge(const struct provider *provider, const struct error_parts *parts)
{
	if (view_eq(parts->name, view_text("invalid_request")) &&
	    is_rate_limit(provider, parts->detail))
		return OUTCOME_RATE_LIMITED;
	return error_outcome(parts->name);
}

enum outcome
token_error_judge(const struct provider *provider, long status,
    struct view body, const struct sent_secrets *sent_secrets,
    struct error_body *ret)
{
	autojson *object = NULL;

	/* Ignore why it is not JSON: the status is still known. */
	if (json_parse_object(body, &object, NULL) != OUTCOME_OK)
		object = NULL;
	struct error_parts parts =
	    error_read(provider, object, sent_secrets, ret);
	if (status == 429)
		return OUTCOME_RATE_LIMITED;
	if (status >= 500 && status <= 599)
		return OUTCOME_PROVIDER_ERROR;
	if (status == 400 || status == 401)
		return refusal_judge(provider, &parts);
	return OUTCOME_REPLY_INVALID;
}

enum outcome
api_error_judge(const struct provider *provider, long status, struct view body,
    const struct sent_secrets *sent_secrets, struct error_body *ret)
{
	autojson *object = NULL;

	if (json_parse_object(body, &object, NULL) != OUTCOME_OK)
		object = NULL;
	(void)error_read(provider, object, sent_secrets, ret);
	if (status == 401 || status == 403)
		return OUTCOME_TOKEN_INVALID;
	if (status == 429)
		return OUTCOME_RATE_LIMITED;
	if (status >= 500 && status <= 599)
		return OUTCOME_PROVIDER_ERROR;
	return OUTCOME_REPLY_INVALID;
}
