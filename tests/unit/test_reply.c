/* SPDX-License-Identifier: ISC */
/* Token replies, and the error bodies of the login and the API server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/oauth/provider.h"
#include "gcpkce/oauth/reply.h"

#define TOKEN "aB3-._~+/x9=="
#define REPLY(token, type, expires) \
	"{\"access_token\":" token ",\"token_type\":" type \
	",\"expires_in\":" expires "}"

#define OK OUTCOME_OK
#define NINES "99999999999999999999"
#define INVALID OUTCOME_REPLY_INVALID
#define BAD OUTCOME_TOKEN_INVALID

/* Parse a copy of exactly that size, so that a sanitizer sees any overrun. */
static enum outcome
parse_copy(const char *text, size_t len, struct token_reply *ret,
    struct errinfo *reterr)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);

	assert_non_null(copy);
	memcpy(copy, text, len);
	enum outcome r = token_reply_parse(&provider_genesys,
	    (struct view){.p = copy, .len = len}, ret, reterr);
	free(copy);
	assert_true(r == OK || r == INVALID || r == BAD);
	assert_true(r != OK || ret->access_token != NULL);
	return r;
}

static void
token_reply_is_read_as_every_row_says(void **state)
{
	static const struct {
		const char *body;
		enum outcome outcome;
		const char *token;
		unsigned long expires_in_s;
		const char *named;
	} rows[] = {
	    {REPLY("\"" TOKEN "\"", "\"bearer\"", "86399"), OK, TOKEN, 86399,
		""},
	    {REPLY("\"x\"", "\"Bearer\"", "1"), OK, "x", 1, ""},
	    {REPLY("\"x\"", "\"BEARER\"", "38880000"), OK, "x", 38880000, ""},
	    {REPLY("\"x\"", "\"bearer\"", "null"), OK, "x", 0, ""},
	    {"{\"token_type\":\"bearer\",\"access_token\":\"x\"}", OK, "x", 0,
		""},
	    {"{\"token_type\":\"bearer\",\"access_token\":\"x\","
	     "\"refresh_token\":{},\"id_token\":1}",
		OK, "x", 0, ""},
	    {"{}", BAD, NULL, 0, "access_token"},
	    {REPLY("null", "\"bearer\"", "1"), BAD, NULL, 0, "access_token"},
	    {REPLY("1", "\"bearer\"", "1"), BAD, NULL, 0, "access_token"},
	    {REPLY("[\"x\"]", "\"bearer\"", "1"), BAD, NULL, 0, "access_token"},
	    {REPLY("\"\"", "\"bearer\"", "1"), BAD, NULL, 0, "access_token"},
	    {REPLY("\"=\"", "\"bearer\"", "1"), BAD, NULL, 0, "access_token"},
	    {REPLY("\"a=b\"", "\"bearer\"", "1"), BAD, NULL, 0, "access_token"},
	    {REPLY("\"a b\"", "\"bearer\"", "1"), BAD, NULL, 0, "access_token"},
	    {REPLY("\"a\\u0000b\"", "\"bearer\"", "1"), BAD, NULL, 0,
		"access_token"},
	    {REPLY("\"x\\u0000\"", "\"bearer\"", "1"), BAD, NULL, 0,
		"access_token"},
	    {REPLY("\"a\\r\\nX: y\"", "\"bearer\"", "1"), BAD, NULL, 0,
		"access_token"},
	    {REPLY("\"\\u00e9\"", "\"bearer\"", "1"), BAD, NULL, 0,
		"access_token"},
	    {"{\"access_token\":\"x\"}", BAD, "x", 0, "token_type"},
	    {REPLY("\"x\"", "null", "1"), BAD, "x", 0, "token_type"},
	    {REPLY("\"x\"", "true", "1"), BAD, "x", 0, "token_type"},
	    {REPLY("\"x\"", "\"\"", "1"), BAD, "x", 0, "token_type"},
	    {REPLY("\"x\"", "\"mac\"", "1"), BAD, "x", 0, "token_type"},
	    {REPLY("\"x\"", "\"bearer \"", "1"), BAD, "x", 0, "token_type"},
	    {REPLY("\"x\"", "\"bearer\\u0000\"", "1"), BAD, "x", 0,
		"token_type"},
	    {REPLY("\"x\"", "\"bearer\"", "0"), BAD, "x", 0, "expires_in"},
	    {REPLY("\"x\"", "\"bearer\"", "-1"), BAD, "x", 0, "expires_in"},
	    {REPLY("\"x\"", "\"bearer\"", "38880001"), BAD, "x", 0,
		"expires_in"},
	    {REPLY("\"x\"", "\"bearer\"", "18446744073709551616"), BAD, "x", 0,
		"expires_in"},
	    {REPLY("\"x\"", "\"bearer\"", "9223372036854775808"), BAD, "x", 0,
		"expires_in"},
	    {REPLY("\"x\"", "\"bearer\"", "-9999999999999999999"), BAD, "x", 0,
		"expires_in"},
	    {REPLY("\"x\"", "\"bearer\"", "\"86399\""), BAD, "x", 0,
		"expires_in"},
	    {REPLY("\"x\"", "\"bearer\"", "86399.0"), BAD, "x", 0,
		"expires_in"},
	    {REPLY("\"x\"", "\"bearer\"", "1e3"), BAD, "x", 0, "expires_in"},
	    {REPLY("\"x\"", "\"bearer\"", "true"), BAD, "x", 0, "expires_in"},
	    {"", INVALID, NULL, 0, "JSON"},
	    {"access_token=x&token_type=bearer", INVALID, NULL, 0, "JSON"},
	    {"[" REPLY("\"x\"", "\"bearer\"", "1") "]", INVALID, "x", 0,
		"JSON"},
	    {REPLY("\"x\"", "\"bearer\"", "1") "x", INVALID, "x", 0, "JSON"},
	    {REPLY("\"x\"", "\"bearer\"", "0x10"), INVALID, "x", 0, "JSON"},
	    {REPLY("\"x\"", "\"bearer\"", "1") "\xff", INVALID, "x", 0, "JSON"},
	    {REPLY("\"x\"", "\"bearer\"", "1" NINES NINES NINES), BAD, "x", 0,
		"expires_in"},
	    {REPLY("\"x\"", "\"bearer\"", "-1" NINES NINES NINES), BAD, "x", 0,
		"expires_in"},
	    {REPLY("\"x\"", "\"bearer\"", "1,\"n\":1" NINES NINES), OK, "x", 1,
		""},
	    {REPLY("\"x\"", "\"bearer\"", "1,\"n\":1e999"), OK, "x", 1, ""},
	    {REPLY("\"x\"", "\"bearer\"", "1,\"n\":\"M\xc3\xbcller\""), OK, "x",
		1, ""},
	    {"{\"data\":" REPLY("\"x\"", "\"bearer\"", "1") "}", BAD, "x", 0,
		"access_token"},
	    {"{\"access_token\":\"a\",\"access_token\":\"b\",\"token_type\":"
	     "\"bearer\"}",
		INVALID, "a", 0, "JSON"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct errinfo err = {0};
		autoreply reply = {0};

		enum outcome r = parse_copy(
		    rows[i].body, strlen(rows[i].body), &reply, &err);
		if (r != rows[i].outcome ||
		    strstr(err.text, rows[i].named) == NULL)
			fail_msg("row %zu, %s: %s, \"%s\"", i, rows[i].body,
			    outcome_name(r), err.text);
		/* Also beside other terms that are refused: to revoke it. */
		assert_int_equal(
		    reply.access_token != NULL, rows[i].token != NULL);
		if (rows[i].token != NULL)
			assert_true(view_eq(secret_view(reply.access_token),
			    view_text(rows[i].token)));
		assert_int_equal(reply.expires_in_s, rows[i].expires_in_s);
	}
}

static void
token_is_rescued_from_a_reply_that_failed(void **state)
{
	static const struct {
		const char *body;
		const char *token;
	} rows[] = {
	    {"", NULL},
	    {"\"access_token\"", NULL},
	    {"\"access_token\":", NULL},
	    {"\"access_token\":\"", NULL},
	    {"\"access_token\":\"x", NULL},
	    {"\"access_token\":\"x\\\"", NULL},
	    {"\"access_token\":\"x\\", NULL},
	    {"\"access_token\":\"x\"", "x"},
	    {"\"access_token\"\t\r\n : \"x\"", "x"},
	    {"<html>\xff{'a':\"access_token\":\"x\"", "x"},
	    {"\"access_token\":\"a\\/b\\u002bc\\u003d\"", "a/b+c="},
	    {"\"access_token\":\"a\\u0000\"", NULL},
	    {"\"access_token\":\"a b\"", NULL},
	    {"\"access_token\":\"t\xc3\xb6ken\"", NULL},
	    {"\"access_token\":\"\"", NULL},
	    {"\"access_token\":7,\"n\":\"x\"", NULL},
	    {"\"access_token\":[\"x\"]", NULL},
	    {"\"access_token\":null,\"access_token\":\"x\"", "x"},
	    {"\"access_token\":\"access_token\":\"x\"", "access_token"},
	    {"\"n\":\"\\\"access_token\\\":\\\"x\\\"\"", NULL},
	    {"\"refresh_token\":\"x\"", NULL},
	    {"{\"error\":\"invalid_grant\",\"access_token\":\"x\"}", "x"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autoreply reply = {.expires_in_s = 1};
		size_t len = strlen(rows[i].body);
		uint8_t *copy = malloc(len + 1);

		assert_non_null(copy);
		memcpy(copy, rows[i].body, len);
		token_reply_rescue(
		    (struct view){.p = copy, .len = len}, &reply);
		free(copy);
		struct view token = secret_view(reply.access_token);
		struct view wanted =
		    view_text(rows[i].token != NULL ? rows[i].token : "");
		if (!view_eq(token, wanted))
			fail_msg("row %zu, %s: %.*s", i, rows[i].body,
			    (int)token.len, (const char *)token.p);
		assert_int_equal(reply.expires_in_s, 0);
	}
}

/* A provider may write it as a string, and that string is a number. */
static void
expires_in_is_text_from_cxone_alone(void **state)
{
	static const struct {
		const char *expires;
		unsigned long cxone; /* 0: refused */
		unsigned long genesys;
	} rows[] = {
	    {"3600", 3600, 3600},
	    {"\"3600\"", 3600, 0},
	    {"\"1\"", 1, 0},
	    {"\"38880000\"", 38880000, 0},
	    {"\"38880001\"", 0, 0},
	    {"\"0\"", 0, 0},
	    {"\"-1\"", 0, 0},
	    {"\"+1\"", 0, 0},
	    {"\" 1\"", 0, 0},
	    {"\"1 \"", 0, 0},
	    {"\"1.0\"", 0, 0},
	    {"\"1e3\"", 0, 0},
	    {"\"0x10\"", 0, 0},
	    {"\"1\\u0000\"", 0, 0},
	    {"\"\"", 0, 0},
	    {"\"" NINES "\"", 0, 0},
	    {"3600.0", 0, 0},
	    {"[\"1\"]", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int is_cxone = 0; is_cxone <= 1; is_cxone++) {
			unsigned long wanted =
			    is_cxone ? rows[i].cxone : rows[i].genesys;
			autobuf body = BUF_INIT(1024);
			autoreply reply = {0};
			struct errinfo why = {0};

			buf_printf(&body,
			    "{\"access_token\":\"x\",\"token_type\":\"Bearer\","
			    "\"id_token\":\"x\",\"expires_in\":%s}",
			    rows[i].expires);
			enum outcome r = token_reply_parse(
			    is_cxone ? &provider_cxone : &provider_genesys,
			    buf_view(&body), &reply, &why);
			if (r != (wanted != 0 ? OK : BAD) ||
			    reply.expires_in_s != wanted)
				fail_msg("%s: %s, %lu", rows[i].expires,
				    why.text, reply.expires_in_s);
		}
	}
}

static void
id_token_is_read_from_cxone_alone(void **state)
{
	static const struct {
		const char *id_token;
		size_t len; /* of the text in place of $ */
		enum outcome cxone;
		const char *named;
	} rows[] = {
	    {"\"$\"", 1, OK, ""},
	    {"\"$\"", ID_TOKEN_MAX, OK, ""},
	    {"null", 0, OUTCOME_IDENTITY_INCOMPLETE, "id_token is missing"},
	    {"\"$\"", 0, BAD, "id_token is empty"},
	    {"\"$\"", ID_TOKEN_MAX + 1, BAD, "too long"},
	    {"7", 0, BAD, "id_token is not a string"},
	    {"{\"$\":1}", 1, BAD, "id_token is not a string"},
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		const size_t row = i / 2;
		const bool is_cxone = i % 2 == 1;
		const char *mark = strchr(rows[row].id_token, '$');
		autobuf body = BUF_INIT(2 * (size_t)ID_TOKEN_MAX);
		autoreply reply = {0};
		struct errinfo why = {0};

		buf_put_text(&body,
		    "{\"access_token\":\"x\",\"token_type\":\"Bearer\","
		    "\"id_token\":");
		buf_put(&body, rows[row].id_token,
		    strcspn(rows[row].id_token, "$"));
		for (size_t n = 0; n < rows[row].len; n++)
			buf_put_byte(&body, 'i');
		buf_put_text(&body, mark != NULL ? mark + 1 : "");
		buf_put_byte(&body, '}');
		enum outcome r = token_reply_parse(
		    is_cxone ? &provider_cxone : &provider_genesys,
		    buf_view(&body), &reply, &why);
		if (r != (is_cxone ? rows[row].cxone : OK) ||
		    (is_cxone && strstr(why.text, rows[row].named) == NULL))
			fail_msg("row %zu: %s, \"%s\"", row, outcome_name(r),
			    why.text);
		assert_non_null(reply.access_token);
		assert_int_equal(secret_view(reply.id_token).len,
		    is_cxone && r == OK ? rows[row].len : 0);
	}
}

static void
token_has_at_most_8192_bytes(void **state)
{
	(void)state;
	for (size_t len = REPLY_TOKEN_MAX; len <= REPLY_TOKEN_MAX + 1; len++) {
		autoreply reply = {0};
		autobuf body = BUF_INIT(2 * REPLY_TOKEN_MAX);

		buf_put_text(
		    &body, "{\"token_type\":\"bearer\",\"access_token\":\"");
		for (size_t i = 0; i < len; i++)
			buf_put_byte(&body, 'x');
		buf_put_text(&body, "\"}");
		assert_int_equal(
		    parse_copy(buf_text(&body), body.len, &reply, NULL),
		    len <= REPLY_TOKEN_MAX ? OK : BAD);
		assert_int_equal(secret_view(reply.access_token).len,
		    len <= REPLY_TOKEN_MAX ? len : 0);
	}
}

static void
token_reply_errors_never_hold_a_value(void **state)
{
	static const char *const bodies[] = {
	    REPLY("\"SeCrEt \"", "\"bearer\"", "1"),
	    REPLY("\"SeCrEt\"", "\"SeCrEt\"", "1"),
	    REPLY("\"SeCrEt\"", "\"bearer\"", "\"SeCrEt\""),
	    "{\"access_token\":\"SeCrEt\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct errinfo err = {0};
		autoreply reply = {0};

		assert_int_not_equal(
		    parse_copy(bodies[i], strlen(bodies[i]), &reply, &err), OK);
		assert_string_not_equal(err.text, "");
		assert_null(strstr(err.text, "SeCrEt"));
	}
}

static void
token_reply_refuses_truncations_and_survives_bit_flips(void **state)
{
	static const char good[] =
	    REPLY("\"" TOKEN "\"", "\"bearer\"", "86399");
	char text[sizeof(good)];

	(void)state;
	for (size_t len = 0; len < sizeof(good) - 1; len++) {
		autoreply reply = {0};

		assert_int_equal(parse_copy(good, len, &reply, NULL), INVALID);
		/* as soon as the token is there it can be revoked */
		assert_int_equal(reply.access_token != NULL,
		    len >= sizeof("{\"access_token\":\"" TOKEN "\"") - 1);
	}
	for (size_t bit = 0; bit < (sizeof(good) - 1) * 8; bit++) {
		autoreply reply = {0};

		memcpy(text, good, sizeof(good));
		text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
		(void)!parse_copy(text, sizeof(good) - 1, &reply, NULL);
	}
}

typedef enum outcome judge_fn(const struct provider *provider, long status,
    struct view body, const struct sent_secrets *sent_secrets,
    struct error_body *ret);

#define RATE OUTCOME_RATE_LIMITED
#define CODE OUTCOME_CODE_REFUSED
#define CLIENT OUTCOME_CLIENT_REFUSED
#define SERVER OUTCOME_PROVIDER_ERROR

/* As Genesys Cloud writes it: the description stands there twice. */
#define ERROR(name, text) \
	"{\"error\":\"" name "\",\"description\":\"" text \
	"\",\"error_description\":\"" text "\"}"

static void
errors_are_judged_as_every_row_says(void **state)
{
	static const struct {
		judge_fn *judge;
		long status;
		const char *body;
		enum outcome outcome;
		const char *name;
		const char *detail;
	} rows[] = {
#define LOGIN(...) {token_error_judge, __VA_ARGS__}
#define API(...) \
	{ \
		api_error_judge, __VA_ARGS__ \
	}
	    LOGIN(400, ERROR("invalid_grant", "x"), CODE, "invalid_grant", "x"),
	    LOGIN(401, ERROR("invalid_grant", ""), CODE, "invalid_grant", ""),
	    LOGIN(400, ERROR("invalid_client", "client not found"), CLIENT,
		"invalid_client", "client not found"),
	    LOGIN(401, ERROR("invalid_client", "x"), CLIENT, "invalid_client",
		"x"),
	    LOGIN(400, ERROR("unauthorized_client", "x"), CLIENT,
		"unauthorized_client", "x"),
	    LOGIN(400, ERROR("invalid_request", "x"), CLIENT, "invalid_request",
		"x"),
	    LOGIN(400, ERROR("unsupported_grant_type", "x"), CLIENT,
		"unsupported_grant_type", "x"),
	    LOGIN(
		400, ERROR("invalid_scope", "x"), CLIENT, "invalid_scope", "x"),
	    LOGIN(400, ERROR("invalid_request", "rate limit exceeded; x"), RATE,
		"invalid_request", "rate limit exceeded; x"),
	    LOGIN(400, ERROR("invalid_request", "Rate limit exceeded"), RATE,
		"invalid_request", "Rate limit exceeded"),
	    LOGIN(400, ERROR("invalid_request", "a rate limit exceeded"),
		CLIENT, "invalid_request", "a rate limit exceeded"),
	    LOGIN(400, ERROR("invalid_request", "rate limit exceede"), CLIENT,
		"invalid_request", "rate limit exceede"),
	    LOGIN(400, "{\"error\":\"invalid_request\"}", CLIENT,
		"invalid_request", ""),
	    LOGIN(400, ERROR("invalid_client", "rate limit exceeded"), CLIENT,
		"invalid_client", "rate limit exceeded"),
	    LOGIN(400,
		"{\"error\":\"invalid_request\",\"description\":\"rate limit "
		"exceeded;\"}",
		RATE, "invalid_request", "rate limit exceeded;"),
	    LOGIN(400, ERROR("Invalid_Grant", "x"), INVALID, "Invalid_Grant",
		"x"),
	    LOGIN(400, ERROR("invalid_grant\\u0000", "x"), INVALID,
		"invalid_grant\\x00", "x"),
	    LOGIN(
		400, ERROR("server_error", "x"), INVALID, "server_error", "x"),
	    LOGIN(400, ERROR("", "x"), INVALID, "", "x"),
	    LOGIN(
		400, "{\"error\":1,\"error_description\":[]}", INVALID, "", ""),
	    LOGIN(400,
		"{\"error\":\"a\",\"error_description\":\"\","
		"\"description\":\"b\"}",
		INVALID, "a", "b"),
	    LOGIN(400,
		"{\"error\":\"a\",\"error_description\":\"c\","
		"\"description\":\"b\",\"message\":\"m\"}",
		INVALID, "a", "c"),
	    LOGIN(400, "<html>no</html>", INVALID, "", ""),
	    LOGIN(400, "", INVALID, "", ""),
	    LOGIN(400, ERROR("a\\u001b[2J\\\"", "b\\n\\\\\\u00e9"), INVALID,
		"a\\x1b[2J\\x22", "b\\x0a\\x5c\\xc3\\xa9"),
	    LOGIN(403, ERROR("invalid_grant", "x"), INVALID, "invalid_grant",
		"x"),
	    LOGIN(404, "", INVALID, "", ""),
	    LOGIN(302, "", INVALID, "", ""),
	    LOGIN(204, "", INVALID, "", ""),
	    LOGIN(0, "", INVALID, "", ""),
	    LOGIN(-1, "", INVALID, "", ""),
	    LOGIN(429, "", RATE, "", ""),
	    LOGIN(429, ERROR("invalid_grant", "x"), RATE, "invalid_grant", "x"),
	    LOGIN(499, "", INVALID, "", ""),
	    LOGIN(
		500, ERROR("invalid_grant", "x"), SERVER, "invalid_grant", "x"),
	    LOGIN(503, "busy", SERVER, "", ""),
	    LOGIN(599, "", SERVER, "", ""),
	    LOGIN(600, "", INVALID, "", ""),
	    API(401, "{\"message\":\"m\",\"code\":\"bad.credentials\"}", BAD,
		"bad.credentials", "m"),
	    API(403, "{\"code\":\"missing.permissions\"}", BAD,
		"missing.permissions", ""),
	    API(429, "{\"code\":\"too.many.requests.retry.after\"}", RATE,
		"too.many.requests.retry.after", ""),
	    API(500, "", SERVER, "", ""),
	    API(504, "{}", SERVER, "", ""),
	    API(400, ERROR("invalid_grant", "x"), INVALID, "invalid_grant",
		"x"),
	    API(404, "{\"code\":\"not.found\"}", INVALID, "not.found", ""),
	    API(301, "", INVALID, "", ""),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error_body body;

		memset(&body, 'k', sizeof(body));
		enum outcome r = rows[i].judge(&provider_genesys,
		    rows[i].status, view_text(rows[i].body), NULL, &body);
		if (r != rows[i].outcome ||
		    strcmp(body.name, rows[i].name) != 0 ||
		    strcmp(body.detail, rows[i].detail) != 0)
			fail_msg("row %zu, %s: %s, \"%s\", \"%s\"", i,
			    rows[i].body, outcome_name(r), body.name,
			    body.detail);
	}
}

static void
error_body_tells_the_correlation_id(void **state)
{
	struct error_body body;

	(void)state;
	assert_int_equal(
	    api_error_judge(&provider_genesys, 401,
		view_text("{\"contextId\":\"5c4e0a5b-1\\n\",\"entityId\":1}"),
		NULL, &body),
	    BAD);
	assert_string_equal(body.correlation, "5c4e0a5b-1\\x0a");
	assert_string_equal(body.name, "");
}

#define CANARY "cOdECaNaRy123"
#define CLIENT_SECRET "s\"e\\cret-of-the-client"

static void
error_body_repeats_no_secret(void **state)
{
	static const struct {
		const char *body;
		enum outcome outcome;
		const char *name;
		const char *detail;
		const char *correlation;
	} rows[] = {
	    {ERROR("invalid_grant", "no code " CANARY), OUTCOME_CODE_REFUSED,
		"invalid_grant", REDACTED, ""},
	    {ERROR("invalid_request", "rate limit exceeded; " CANARY), RATE,
		"invalid_request", REDACTED, ""},
	    {ERROR("bad " CANARY, "x"), INVALID, REDACTED, "x", ""},
	    {"{\"error\":\"a\",\"message\":\"b\",\"contextId\":\"" CANARY "\"}",
		INVALID, "a", "b", REDACTED},
	    /* told by JSON's escapes, and shown by ours */
	    {ERROR("a", "\\u0063OdECaNaRy"), INVALID, "a", REDACTED, ""},
	    {ERROR("a", "s\\\"e\\\\cret-"), INVALID, "a", REDACTED, ""},
	    /* what is not shown anyway */
	    {"{\"error\":\"a\",\"error_description\":\"b\",\"message\":"
	     "\"" CANARY "\"}",
		INVALID, "a", "b", ""},
	};
	autosecret *code = NULL;
	autosecret *client_secret = NULL;

	(void)state;
	assert_int_equal(secret_new(CANARY, strlen(CANARY), &code), OK);
	assert_int_equal(
	    secret_new(CLIENT_SECRET, strlen(CLIENT_SECRET), &client_secret),
	    OK);
	const struct sent_secrets sent_secrets = {
	    .code = code, .client_secret = client_secret, .client_id = "id"};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error_body body;
		struct view bytes = view_text(rows[i].body);

		enum outcome r = token_error_judge(
		    &provider_genesys, 400, bytes, &sent_secrets, &body);
		if (r != rows[i].outcome ||
		    strcmp(body.name, rows[i].name) != 0 ||
		    strcmp(body.detail, rows[i].detail) != 0 ||
		    strcmp(body.correlation, rows[i].correlation) != 0)
			fail_msg("row %zu, %s: %s, \"%s\", \"%s\", \"%s\"", i,
			    rows[i].body, outcome_name(r), body.name,
			    body.detail, body.correlation);
		assert_int_equal(api_error_judge(&provider_genesys, 500, bytes,
				     &sent_secrets, &body),
		    SERVER);
		assert_null(strstr(body.name, "cOdE"));
		assert_string_equal(body.detail, rows[i].detail);
		assert_string_equal(body.correlation, rows[i].correlation);
	}
}

static void
error_of_a_registered_name_is_shown_to_the_user_who_typed_it(void **state)
{
	autosecret *code = NULL;
	struct error_body body;

	(void)state;
	assert_int_equal(secret_new("invalid_code", 12, &code), OK);
	const struct sent_secrets sent_secrets = {.code = code};
	assert_int_equal(
	    token_error_judge(&provider_genesys, 400,
		view_text("{\"error\":\"invalid_grant\","
			  "\"error_description\":\"no invalid_code\"}"),
		&sent_secrets, &body),
	    OUTCOME_CODE_REFUSED);
	assert_string_equal(body.name, "invalid_grant");
	assert_string_equal(body.detail, REDACTED);
}

/* A cut of ours may leave less of a secret than is looked for. */
static void
error_body_is_judged_before_it_is_cut(void **state)
{
	autosecret *code = NULL;

	(void)state;
	assert_int_equal(secret_new(CANARY, strlen(CANARY), &code), OK);
	for (size_t pad = 0; pad < REPLY_DETAIL_MAX + 10; pad++) {
		struct error_body body;
		autobuf text = BUF_INIT(1024);
		const struct sent_secrets sent_secrets = {.code = code};

		buf_put_text(&text, "{\"code\":\"");
		for (size_t i = 0; i < pad; i++)
			buf_put_byte(&text, '#');
		buf_put_text(&text, CANARY "\"}");
		assert_int_equal(api_error_judge(&provider_genesys, 403,
				     buf_view(&text), &sent_secrets, &body),
		    BAD);
		assert_string_equal(body.name, REDACTED);
	}
}

static void
error_body_is_cut_between_escapes(void **state)
{
	(void)state;
	for (size_t pad = 0; pad < 8; pad++) {
		struct error_body body;
		autobuf text = BUF_INIT(8192);

		buf_printf(&text, "{\"error\":\"%.*s", (int)pad, "xxxxxxxx");
		for (size_t i = 0; i < 300; i++)
			buf_put_text(&text, "\\u0001");
		buf_printf(
		    &text, "\",\"description\":\"%.*s", (int)pad, "xxxxxxxx");
		for (size_t i = 0; i < 300; i++)
			buf_put_text(&text, "\\u0001");
		buf_put_text(&text, "\"}");
		assert_int_equal(buf_check(&text), OUTCOME_OK);
		assert_int_equal(token_error_judge(&provider_genesys, 400,
				     buf_view(&text), NULL, &body),
		    INVALID);
		assert_int_equal(
		    strlen(body.name), pad + (REPLY_NAME_MAX - pad) / 4 * 4);
		assert_int_equal(strlen(body.detail),
		    pad + (REPLY_DETAIL_MAX - pad) / 4 * 4);
	}
}

static void
error_judges_survive_truncations_and_bit_flips(void **state)
{
	static const char good[] =
	    "{\"error\":\"invalid_grant\",\"error_description\":\"x\\u00e9\","
	    "\"code\":\"c\",\"message\":\"m\",\"contextId\":\"i\"}";
	char text[sizeof(good)];
	struct error_body body;

	(void)state;
	for (size_t len = 0; len < sizeof(good) - 1; len++) {
		struct view view = {.p = (const uint8_t *)good, .len = len};

		assert_int_equal(token_error_judge(
				     &provider_genesys, 400, view, NULL, &body),
		    INVALID);
		assert_int_equal(
		    api_error_judge(&provider_genesys, 401, view, NULL, &body),
		    BAD);
	}
	for (size_t bit = 0; bit < (sizeof(good) - 1) * 8; bit++) {
		struct view view = {
		    .p = (const uint8_t *)text, .len = sizeof(good) - 1};

		memcpy(text, good, sizeof(good));
		text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
		enum outcome r = token_error_judge(
		    &provider_genesys, 400, view, NULL, &body);
		assert_true(r == CODE || r == INVALID);
		assert_int_equal(
		    api_error_judge(&provider_genesys, 403, view, NULL, &body),
		    BAD);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(token_reply_is_read_as_every_row_says),
	    cmocka_unit_test(token_is_rescued_from_a_reply_that_failed),
	    cmocka_unit_test(expires_in_is_text_from_cxone_alone),
	    cmocka_unit_test(id_token_is_read_from_cxone_alone),
	    cmocka_unit_test(token_has_at_most_8192_bytes),
	    cmocka_unit_test(token_reply_errors_never_hold_a_value),
	    cmocka_unit_test(
		token_reply_refuses_truncations_and_survives_bit_flips),
	    cmocka_unit_test(errors_are_judged_as_every_row_says),
	    cmocka_unit_test(error_body_tells_the_correlation_id),
	    cmocka_unit_test(error_body_repeats_no_secret),
	    cmocka_unit_test(
		error_of_a_registered_name_is_shown_to_the_user_who_typed_it),
	    cmocka_unit_test(error_body_is_judged_before_it_is_cut),
	    cmocka_unit_test(error_body_is_cut_between_escapes),
	    cmocka_unit_test(error_judges_survive_truncations_and_bit_flips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
