/* SPDX-License-Identifier: ISC */
/* The form and the header of a signed token, before any key is looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/oauth/id_token.h"
#include "oauth/jws.h"
#include "tests/lib/signer.h"

#define OK OUTCOME_OK
#define BAD OUTCOME_TOKEN_INVALID

/* Parse a copy of exactly that size, so that a sanitizer sees any overrun. */
static enum outcome
parse_copy(struct view token, struct jws *ret, struct errinfo *reterr)
{
	uint8_t *copy = malloc(token.len > 0 ? token.len : 1);

	assert_non_null(copy);
	if (token.len > 0)
		memcpy(copy, token.p, token.len);
	enum outcome r = jws_parse((struct view){copy, token.len}, ret, reterr);
	free(copy);
	return r;
}

/* Does a token with these bytes of header and of claims come to that end? */
static void
row_check(struct view header, enum outcome outcome, const char *named)
{
	autobuf token = BUF_INIT(4 * (size_t)ID_TOKEN_MAX);
	struct errinfo why = {0};
	autojws jws = {0};

	signer_put_parts(&token, header, view_text("{}"));
	buf_put_text(&token, ".AQ");
	enum outcome r = parse_copy(buf_view(&token), &jws, &why);
	if (r != outcome || strstr(why.text, named) == NULL)
		fail_msg("%.*s: %s, \"%s\"", (int)header.len,
		    (const char *)header.p, outcome_name(r), why.text);
}

static void
header_is_judged_as_every_row_says(void **state)
{
	static const struct {
		const char *header;
		enum outcome outcome;
		const char *named;
	} rows[] = {
	    {"{\"alg\":\"RS256\"}", OK, ""},
	    {"{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"k\"}", OK, ""},
	    {"{\"alg\":\"RS256\",\"typ\":\"jwt\",\"kid\":\"\"}", OK, ""},
	    {"{\"alg\":\"RS256\",\"typ\":\"application/jwt\"}", OK, ""},
	    {"{\"alg\":\"RS256\",\"typ\":\"Application/JWT\"}", OK, ""},
	    {" {\n\"alg\" : \"RS256\" }\r\n", OK, ""},
	    {"{\"\\u0061lg\":\"RS\\u003256\"}", OK, ""},
	    {"{\"alg\":\"none\"}", BAD, "alg"},
	    {"{\"alg\":\"None\"}", BAD, "alg"},
	    {"{\"alg\":\"nOnE\"}", BAD, "alg"},
	    {"{\"alg\":\"HS256\"}", BAD, "alg"},
	    {"{\"alg\":\"PS256\"}", BAD, "alg"},
	    {"{\"alg\":\"RS384\"}", BAD, "alg"},
	    {"{\"alg\":\"RS512\"}", BAD, "alg"},
	    {"{\"alg\":\"ES256\"}", BAD, "alg"},
	    {"{\"alg\":\"EdDSA\"}", BAD, "alg"},
	    {"{\"alg\":\"rs256\"}", BAD, "alg"},
	    {"{\"alg\":\"RS256 \"}", BAD, "alg"},
	    {"{\"alg\":\" RS256\"}", BAD, "alg"},
	    {"{\"alg\":\"RS25\"}", BAD, "alg"},
	    {"{\"alg\":\"RS2566\"}", BAD, "alg"},
	    {"{\"alg\":\"RS256\\u0000\"}", BAD, "alg"},
	    {"{\"alg\":\"\"}", BAD, "alg"},
	    {"{\"alg\":null}", BAD, "alg"},
	    {"{\"alg\":256}", BAD, "alg"},
	    {"{\"alg\":[\"RS256\"]}", BAD, "alg"},
	    {"{\"alg\":{\"RS256\":1}}", BAD, "alg"},
	    {"{\"Alg\":\"RS256\"}", BAD, "alg"},
	    {"{}", BAD, "alg"},
	    {"{\"alg\":\"RS256\",\"typ\":\"at+jwt\"}", BAD, "typ"},
	    {"{\"alg\":\"RS256\",\"typ\":\"application/at+jwt\"}", BAD, "typ"},
	    {"{\"alg\":\"RS256\",\"typ\":\"logout+jwt\"}", BAD, "typ"},
	    {"{\"alg\":\"RS256\",\"typ\":\"secevent+jwt\"}", BAD, "typ"},
	    {"{\"alg\":\"RS256\",\"typ\":\"JWT\\u0000\"}", BAD, "typ"},
	    {"{\"alg\":\"RS256\",\"typ\":\"\"}", BAD, "typ"},
	    {"{\"alg\":\"RS256\",\"typ\":null}", BAD, "typ"},
	    {"{\"alg\":\"RS256\",\"typ\":1}", BAD, "typ"},
	    {"{\"alg\":\"RS256\",\"crit\":[]}", BAD, "crit"},
	    {"{\"alg\":\"RS256\",\"crit\":[\"x\"],\"x\":1}", BAD, "crit"},
	    {"{\"alg\":\"RS256\",\"crit\":[\"exp\"]}", BAD, "crit"},
	    {"{\"alg\":\"RS256\",\"crit\":\"exp\"}", BAD, "crit"},
	    {"{\"alg\":\"RS256\",\"crit\":null}", BAD, "crit"},
	    {"{\"alg\":\"RS256\",\"b64\":false}", BAD, "b64"},
	    {"{\"alg\":\"RS256\",\"b64\":true}", BAD, "b64"},
	    {"{\"alg\":\"RS256\",\"kid\":1}", BAD, "kid"},
	    {"{\"alg\":\"RS256\",\"kid\":null}", BAD, "kid"},
	    {"{\"alg\":\"RS256\",\"kid\":[\"k\"]}", BAD, "kid"},
	    {"{\"alg\":\"RS256\",\"kid\":\"../../dev/null\"}", OK, ""},
	    {"{\"alg\":\"RS256\",\"kid\":\"%n%s' OR 1=1\\u0000\"}", OK, ""},
	    {"{\"alg\":\"RS256\",\"jku\":\"https://a.example/k\","
	     "\"x5u\":\"https://a.example/c\",\"x5c\":[\"a\"],\"x5t\":\"a\","
	     "\"jwk\":{\"kty\":\"RSA\",\"n\":\"AQ\",\"e\":\"AQAB\"}}",
		OK, ""},
	    {"{\"alg\":\"RS256\",\"alg\":\"RS256\"}", BAD, "twice"},
	    {"{\"alg\":\"none\",\"\\u0061lg\":\"RS256\"}", BAD, "twice"},
	    {"{\"alg\\u0000\":\"RS256\"}", BAD, "NUL"},
	    {"{\"alg\":\"RS256\"}x", BAD, "more than one"},
	    {"{\"alg\":\"RS256\"}{}", BAD, "more than one"},
	    {"{\"alg\":\"RS256\",}", BAD, "header"},
	    {"{'alg':'RS256'}", BAD, "header"},
	    {"{\"alg\":\"RS256\"/**/}", BAD, "header"},
	    {"{\"alg\":\"RS256\",\"x\":NaN}", BAD, "header"},
	    {"{\"alg\":\"RS256\",\"x\":Infinity}", BAD, "header"},
	    {"{\"alg\":\"RS256\",\"x\":\"\n\"}", BAD, "control"},
	    {"{\"alg\":\"RS256\",\"x\":\"\xc0\xaf\"}", BAD, "UTF-8"},
	    {"{\"alg\":\"RS256\",\"x\":\"\xff\"}", BAD, "UTF-8"},
	    {"{\"alg\":\"RS256\",\"x\":\"\xed\xa0\x80\"}", BAD, "UTF-8"},
	    {"\xef\xbb\xbf{\"alg\":\"RS256\"}", BAD, "header"},
	    {"{\"alg\":\"RS256\",\"x\":\"\\ud83d\\ude00\"}", OK, ""},
	    {"{\"alg\":\"RS256\",\"x\":\"\\ud83d\"}", BAD, "half"},
	    {"{\"alg\":\"RS256\",\"x\":\"\\ude00\"}", BAD, "half"},
	    {"{\"alg\":\"RS256\",\"x\":\"\\ude00\\ude00\"}", BAD, "half"},
	    {"{\"alg\":\"RS256\",\"x\":\"\\ud83d\\ud83d\\ude00\"}", BAD,
		"half"},
	    {"{\"alg\":\"RS256\",\"x\":\"\\ud83dxxde00\"}", BAD, "half"},
	    {"{\"alg\":\"RS256\",\"x\":\"\\ud83d\\n\"}", BAD, "half"},
	    {"{\"alg\":\"RS256\",\"x\":\"\\uDBFF\\uDFFF\\uD800\\udc00\"}", OK,
		""},
	    {"{\"alg\":\"RS256\",\"x\":\"\\uDBFF\\uE000\"}", BAD, "half"},
	    {"{\"alg\":\"RS256\",\"x\":\"\\uD7FF\\uE000\"}", OK, ""},
	    {"[{\"alg\":\"RS256\"}]", BAD, "not an object"},
	    {"\"RS256\"", BAD, "not an object"},
	    {"256", BAD, "not an object"},
	    {"null", BAD, "not an object"},
	    {" ", BAD, "empty"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		row_check(
		    view_text(rows[i].header), rows[i].outcome, rows[i].named);
	static const char utf16[] = "{\0\"\0a\0l\0g\0\"\0:\0\"\0R\0\"\0}";
	row_check((struct view){(const uint8_t *)utf16, sizeof(utf16)}, BAD,
	    "header");
}

static void
header_has_bounds_for_kid_depth_members_and_size(void **state)
{
	static const struct {
		const char *before, *repeated, *after;
		size_t most;
		const char *named;
	} rows[] = {
	    {"{\"alg\":\"RS256\",\"kid\":\"", "k", "\"}", JWS_KID_MAX, "kid"},
	    {"{\"alg\":\"RS256\",\"x\":", "[", "", JSON_DEPTH_MAX - 1, "deep"},
	};

	(void)state;
	for (size_t more = 0; more <= 1; more++) {
		autobuf kid = BUF_INIT(1024);
		autobuf deep = BUF_INIT(1024);
		autobuf members = BUF_INIT(64 * 1024);
		size_t i;

		buf_put_text(&kid, rows[0].before);
		for (i = 0; i < rows[0].most + more; i++)
			buf_put_text(&kid, rows[0].repeated);
		buf_put_text(&kid, rows[0].after);
		row_check(buf_view(&kid), more ? BAD : OK, more ? "kid" : "");

		buf_put_text(&deep, rows[1].before);
		for (i = 0; i < rows[1].most + more; i++)
			buf_put_byte(&deep, '[');
		for (i = 0; i < rows[1].most + more; i++)
			buf_put_byte(&deep, ']');
		buf_put_byte(&deep, '}');
		row_check(buf_view(&deep), more ? BAD : OK, more ? "deep" : "");

		buf_put_text(&members, "{\"alg\":\"RS256\"");
		for (i = 1; i < JWS_MEMBERS_MAX + more; i++)
			buf_printf(&members, ",\"%zu\":1", i);
		buf_put_byte(&members, '}');
		row_check(
		    buf_view(&members), more ? BAD : OK, more ? "members" : "");
	}
}

/* {"alg":"RS256"} in base64url. */
#define HEAD "eyJhbGciOiJSUzI1NiJ9"

static void
token_has_three_parts_of_strict_base64url(void **state)
{
	static const struct {
		const char *token;
		enum outcome outcome;
		const char *named;
	} rows[] = {
	    {HEAD ".e30.AQ", OK, ""},
	    {HEAD ".e30.AR", BAD, "signature"},
	    {HEAD ".e30.A", BAD, "signature"},
	    {HEAD ".e30.AAAAA", BAD, "signature"},
	    {HEAD ".e30.AQ=", BAD, "signature"},
	    {HEAD ".e30.AQ==", BAD, "signature"},
	    {HEAD ".e30.+/+/", BAD, "signature"},
	    {HEAD ".e30.-_-_", OK, ""},
	    {HEAD ".e30.AQ\n", BAD, "signature"},
	    {HEAD ".e30. AQ", BAD, "signature"},
	    {HEAD ".e30.A Q", BAD, "signature"},
	    {HEAD ".e30.\xc3\xa4", BAD, "signature"},
	    {HEAD "\n.e30.AQ", BAD, "header"},
	    {" " HEAD ".e30.AQ", BAD, "header"},
	    {"eyJhbGciOiJSUzI1NiJ+.e30.AQ", BAD, "header"},
	    {"eyJhbGciOiJSUzI1NiIsIng.e30.AQ", BAD, "header"},
	    {"", BAD, "three parts"},
	    {".", BAD, "three parts"},
	    {"..", BAD, "three parts"},
	    {HEAD, BAD, "three parts"},
	    {HEAD ".e30", BAD, "three parts"},
	    {HEAD ".e30.", BAD, "three parts"},
	    {HEAD "..AQ", BAD, "three parts"},
	    {".e30.AQ", BAD, "three parts"},
	    {HEAD ".e30.AQ.", BAD, "three parts"},
	    {"." HEAD ".e30.AQ", BAD, "three parts"},
	    {HEAD ".e30.AQ.AQ", BAD, "three parts"},
	    {HEAD ".e30.AQ.AQ.AQ", BAD, "three parts"},
	    {"{\"protected\":\"" HEAD "\",\"payload\":\"e30\","
	     "\"signature\":\"AQ\"}",
		BAD, "three parts"},
	    {"{\"a\":\"." HEAD ".e30.AQ\"}", BAD, "three parts"},
	    {"{\"" HEAD ".e30.AQ\"}", BAD, "header"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct errinfo why = {0};
		autojws jws = {0};

		enum outcome r =
		    parse_copy(view_text(rows[i].token), &jws, &why);
		if (r != rows[i].outcome ||
		    strstr(why.text, rows[i].named) == NULL)
			fail_msg("row %zu, %s: %s, \"%s\"", i, rows[i].token,
			    outcome_name(r), why.text);
	}
	for (uint8_t byte = 255; byte > 0; byte--) {
		char token[] = HEAD ".e30.A?";
		autojws jws = {0};

		token[sizeof(token) - 2] = (char)(byte - 1);
		/* of these the last four bits are zero */
		bool good = byte > 1 && strchr("AQgw", byte - 1) != NULL;
		assert_int_equal(
		    parse_copy((struct view){(const uint8_t *)token,
				   sizeof(token) - 1},
			&jws, NULL),
		    good ? OK : BAD);
	}
}

static void
token_has_at_most_32768_bytes(void **state)
{
	(void)state;
	for (size_t more = 0; more <= 1; more++) {
		autobuf token = BUF_INIT(2 * (size_t)ID_TOKEN_MAX);
		struct errinfo why = {0};
		autojws jws = {0};

		buf_put_text(&token, HEAD ".e30.");
		while (token.len < (size_t)ID_TOKEN_MAX + more)
			buf_put_byte(&token, 'A');
		assert_int_equal(
		    parse_copy(buf_view(&token), &jws, &why), more ? BAD : OK);
		assert_string_equal(why.text, more ? "id_token: too long" : "");
	}
	autobuf dots = BUF_INIT(ID_TOKEN_MAX);
	autojws jws = {0};
	for (size_t i = 0; i < 10000; i++)
		buf_put_text(&dots, "a.");
	assert_int_equal(parse_copy(buf_view(&dots), &jws, NULL), BAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(header_is_judged_as_every_row_says),
	    cmocka_unit_test(header_has_bounds_for_kid_depth_members_and_size),
	    cmocka_unit_test(token_has_three_parts_of_strict_base64url),
	    cmocka_unit_test(token_has_at_most_32768_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
