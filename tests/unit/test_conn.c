/* SPDX-License-Identifier: ISC */
/*
 * libcurl's errors, judged by number: versions that are not here have numbers
 * of their own.  No libcurl is loaded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/base/readable.h"
#include "helper/http/http_trace.h"
#include "helper/http/response.h"

#define WAY OUTCOME_UNREACHABLE
#define TLS OUTCOME_TLS_FAILED
#define REPLY OUTCOME_REPLY_INVALID
#define MEMORY OUTCOME_NO_MEMORY

static enum outcome
judged(int code, size_t headers_len, struct errinfo *reterr)
{
	struct http_conn conn = {
	    .result = (CURLcode)code,
	    .headers_len = headers_len,
	    .error = "as libcurl said",
	};

	return conn_outcome(&conn, reterr);
}

static void
each_number_has_its_outcome(void **state)
{
	static const struct {
		int code;
		enum outcome silent; /* before a reply began */
		enum outcome begun;
	} rows[] = {
	    {0, OUTCOME_OK, OUTCOME_OK},
	    {1, REPLY, REPLY},
	    {5, WAY, WAY},
	    {6, WAY, WAY},
	    {7, WAY, WAY},
	    {8, REPLY, REPLY},
	    {16, WAY, WAY},
	    {18, WAY, WAY},
	    {23, REPLY, REPLY},
	    {27, MEMORY, REPLY},
	    {28, WAY, WAY},
	    {35, TLS, TLS},
	    {42, WAY, WAY},
	    {52, WAY, WAY},
	    {55, WAY, WAY},
	    {56, WAY, WAY},
	    {58, TLS, TLS},
	    {59, TLS, TLS},
	    {60, TLS, TLS},
	    {61, REPLY, REPLY},
	    {63, REPLY, REPLY},
	    {77, TLS, TLS},
	    {83, TLS, TLS},
	    {90, TLS, TLS},
	    {91, TLS, TLS},
	    {92, WAY, WAY},
	    {97, WAY, WAY},
	    {98, TLS, TLS},
	    {99, WAY, WAY},
	    {100, REPLY, REPLY},
	    {101, TLS, TLS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct errinfo err = {0};

		if (judged(rows[i].code, 0, &err) != rows[i].silent ||
		    judged(rows[i].code, 100, &err) != rows[i].begun)
			fail_msg("number %d: %s", rows[i].code, err.text);
	}
}

static void
unknown_number_after_a_reply_began_is_not_unreachable(void **state)
{
	(void)state;
	for (int code = 102; code < 300; code++) {
		assert_int_equal(judged(code, 0, NULL), WAY);
		assert_int_equal(judged(code, 1, NULL), REPLY);
	}
}

static void
headers_that_are_too_large_are_called_so(void **state)
{
	static const int codes[] = {23, 27, 100};

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct errinfo err = {0};

		assert_int_equal(
		    judged(codes[i], CONN_HEADERS_MAX + 1, &err), REPLY);
		assert_non_null(strstr(err.text, "headers"));
	}
	for (size_t i = 1; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct errinfo err = {0};

		assert_int_equal(judged(codes[i], 100, &err), REPLY);
		assert_non_null(strstr(err.text, "headers"));
	}
}

/* What libcurl knows of a request that a proxy answered, or did not. */
static long connect_code;

static CURLcode
getinfo(CURL *easy, CURLINFO what, ...)
{
	va_list ap;

	(void)easy;
	va_start(ap, what);
	if (what == CURLINFO_EFFECTIVE_URL)
		*va_arg(ap, const char **) = "https://login.example.test/";
	else if (what == CURLINFO_HTTP_CONNECTCODE)
		*va_arg(ap, long *) = connect_code;
	else if (what == CURLINFO_NAMELOOKUP_TIME_T)
		*va_arg(ap, curl_off_t *) = 1000;
	va_end(ap);
	return CURLE_OK;
}

static enum wire_step
failed_step(int code, long status)
{
	const struct trace trace = {.tcp_us = 2000};
	const struct http_conn conn = {
	    .result = (CURLcode)code, .error = "as libcurl said"};
	struct wire_route route = {.proxy = "http://proxy.example.test:3128"};
	struct wire_reach reach;

	connect_code = status;
	curl.easy_getinfo = getinfo;
	trace_end(&trace, &conn, &route, &reach);
	return reach.failed;
}

static void
proxy_that_refuses_is_what_failed(void **state)
{
	/* those of libcurl 8.23, 7.88 and 8.14; one to come */
	static const int codes[] = {7, 56, 97, 250};

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		assert_int_equal(failed_step(codes[i], 407), WIRE_STEP_PROXY);
		assert_int_equal(failed_step(codes[i], 403), WIRE_STEP_PROXY);
	}
	assert_int_equal(failed_step(7, 0), WIRE_STEP_TCP);
	assert_int_equal(failed_step(6, 0), WIRE_STEP_DNS);
	assert_int_equal(failed_step(35, 200), WIRE_STEP_TLS);
}

static curl_off_t tls_us;
static CURLcode getinfo_result;
static const char *trusted; /* the bundle that was set */

static CURLcode
getinfo_tls(CURL *easy, CURLINFO what, ...)
{
	va_list ap;

	(void)easy;
	assert_int_equal(what, CURLINFO_APPCONNECT_TIME_T);
	va_start(ap, what);
	*va_arg(ap, curl_off_t *) = tls_us;
	va_end(ap);
	return getinfo_result;
}

static CURLcode
setopt_trust(CURL *easy, CURLoption option, ...)
{
	va_list ap;

	(void)easy;
	assert_int_equal(option, CURLOPT_CAINFO);
	va_start(ap, option);
	trusted = va_arg(ap, const char *);
	va_end(ap);
	return CURLE_OK;
}

/* A code that went out is not sent again, whatever failed after it. */
static void
trust_is_widened_once_and_before_anything_went_out(void **state)
{
	static const struct {
		bool narrow;
		CURLcode result;
		bool gone_out;
		curl_off_t tls_us;
		CURLcode getinfo;
		bool widened;
	} rows[] = {
	    {true, CURLE_PEER_FAILED_VERIFICATION, true, 0, CURLE_OK, false},
	    {true, CURLE_PEER_FAILED_VERIFICATION, false, 1, CURLE_OK, false},
	    {true, CURLE_PEER_FAILED_VERIFICATION, false, 0,
		CURLE_UNKNOWN_OPTION, false},
	    {true, CURLE_OK, false, 0, CURLE_OK, false},
	    {true, CURLE_SSL_CONNECT_ERROR, false, 0, CURLE_OK, false},
	    {true, CURLE_RECV_ERROR, false, 0, CURLE_OK, false},
	    {false, CURLE_PEER_FAILED_VERIFICATION, false, 0, CURLE_OK, false},
	    {true, CURLE_PEER_FAILED_VERIFICATION, false, 0, CURLE_OK, true},
	};

	(void)state;
	if (trust_bundle()[0] == '\0')
		skip();
	curl.easy_getinfo = getinfo_tls;
	curl.easy_setopt = setopt_trust;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_conn conn = {
		    .narrow = rows[i].narrow,
		    .result = rows[i].result,
		    .gone_out = rows[i].gone_out,
		};

		trusted = NULL;
		tls_us = rows[i].tls_us;
		getinfo_result = rows[i].getinfo;
		if (conn_trust_widen(&conn) != rows[i].widened ||
		    (trusted != NULL) != rows[i].widened)
			fail_msg("row %zu", i);
		assert_int_equal(
		    conn.narrow, rows[i].narrow && !rows[i].widened);
		assert_int_equal(conn.gone_out, rows[i].gone_out);
		if (!rows[i].widened)
			continue;
		assert_string_equal(trusted, trust_bundle());
		assert_false(conn_trust_widen(&conn));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_number_has_its_outcome),
	    cmocka_unit_test(
		unknown_number_after_a_reply_began_is_not_unreachable),
	    cmocka_unit_test(headers_that_are_too_large_are_called_so),
	    cmocka_unit_test(proxy_that_refuses_is_what_failed),
	    cmocka_unit_test(
		trust_is_widened_once_and_before_anything_went_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
