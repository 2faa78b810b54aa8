/* SPDX-License-Identifier: ISC */
/*
 * What comes to the helper's listener: a request, and what is made of its
 * query.  The first byte says how much of it comes at first; the names on the
 * page are bytes of the request, too.
 */
#include "fuzz.h"
#include "gcpkce/oauth/answer.h"
#include "helper/loopback/page.h"

#define SHOWN "AbCdEfGhIjKlMnOpQrStUv"
#define SHARES 256

static const char earlier[][STATE_HASH_LEN + 1] = {"0123456789-_0123456789"};

static bool
is_inside(struct view part, struct view whole)
{
	return part.len == 0 ||
	    (part.p >= whole.p && part.p + part.len <= whole.p + whole.len);
}

static bool
has_byte(struct view text, char byte)
{
	return text.len > 0 && memchr(text.p, byte, text.len) != NULL;
}

/* How many lines of the head begin with it, in any case of letters? */
static size_t
lines_count(struct view bytes, const char *beginning)
{
	size_t len = strlen(beginning);
	const uint8_t *end = memmem(bytes.p, bytes.len, "\r\n\r\n", 4);
	size_t count = 0;

	HOLD(end != NULL);
	for (size_t at = 0; bytes.p + at < end; at++) {
		bool first = at == 0 || bytes.p[at - 1] == '\n';

		count += first && bytes.len - at >= len &&
		    strncasecmp((const char *)bytes.p + at, beginning, len) ==
			0;
	}
	return count;
}

/* A request that was taken can be read in one way only. */
static void
request_check(struct view bytes, const struct http_request *request)
{
	HOLD(bytes.len >= 4 && memcmp(bytes.p, "GET /", 5) == 0);
	HOLD(is_inside(request->path, bytes));
	HOLD(is_inside(request->query, bytes));
	HOLD(is_inside(request->host, bytes));
	HOLD(request->path.len > 0 && request->path.p[0] == '/');
	HOLD(!has_byte(request->path, '?'));
	for (const char *p = " \t\r\n#"; *p != '\0'; p++) {
		HOLD(!has_byte(request->path, *p));
		HOLD(!has_byte(request->query, *p));
	}
	HOLD(!has_byte(request->host, '\r') && !has_byte(request->host, '\n'));
	HOLD(lines_count(bytes, "host:") == 1);
	HOLD(lines_count(bytes, "transfer-encoding:") == 0);
	HOLD(lines_count(bytes, " ") == 0 && lines_count(bytes, "\t") == 0);
}

/* What came first was no other request, and no fault that went away. */
static void
beginning_check(struct view bytes, size_t share, enum http_status whole)
{
	struct http_request request;
	struct view part = exact_copy(
	    (struct view){.p = bytes.p, .len = bytes.len * share / SHARES});
	enum http_status s = http_request_parse(part, &request);

	HOLD(s == HTTP_MORE || s == whole);
	exact_free(part);
}

static size_t
byte_count(const struct buf *page, char byte)
{
	size_t count = 0;

	for (size_t i = 0; i < page->len; i++)
		count += page->p[i] == (uint8_t)byte;
	return count;
}

static void
pages_put(struct buf *page, const struct page_label *label, const char *name)
{
	page_put_refusal(page, label, name, true);
	page_put_received(page, label, "0042");
	page_put_success(page, label);
}

/* Whatever the names are, the pages have the same tags. */
static void
pages_check(struct view bytes, const char *name)
{
	static const struct page_label plain = {"a", "b"};
	char names[2][64] = {""};
	size_t half = bytes.len / 2 < 60 ? bytes.len / 2 : 60;
	autobuf page = BUF_INIT(4 * PAGE_MAX);
	autobuf like = BUF_INIT(4 * PAGE_MAX);

	if (half > 0) {
		memcpy(names[0], bytes.p, half);
		memcpy(names[1], bytes.p + half, half);
	}
	pages_put(&page, &(struct page_label){names[0], names[1]}, name);
	pages_put(&like, &plain, "c");
	for (const char *p = "<>\"'\r\n"; *p != '\0'; p++)
		HOLD(byte_count(&page, *p) == byte_count(&like, *p));
	for (size_t i = 0; i < page.len; i++)
		HOLD(page.p[i] < 0x7f &&
		    (page.p[i] >= 0x20 || strchr("\r\n", page.p[i]) != NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	uint8_t share = input_byte(&in);
	struct view bytes = exact_copy(input_bytes(&in, in.len));
	struct http_request request = {0};
	struct errinfo why = {0};

	enum http_status s = http_request_parse(bytes, &request);
	beginning_check(bytes, share, s);
	if (s == HTTP_OK) {
		autoanswer answer;

		request_check(bytes, &request);
		enum outcome r = answer_read(request.query,
		    &(struct answer_terms){
			.state = SHOWN ".a~b",
			.redirect_uri = "http://localhost:8085/cb",
			.issuer = "",
			.code_max = 512,
			.earlier = earlier,
			.earlier_count = 1,
			.bare_code = share % 2 == 1,
		    },
		    &answer, &why);
		HOLD((answer.code != NULL) == (r == OUTCOME_OK));
		HOLD(is_printable(why.text));
		/* without a state it is a stranger's */
		HOLD(r != OUTCOME_OK || answer.state_seen || share % 2 == 1);
		if (r == OUTCOME_OK && answer.state_seen)
			HOLD(memmem(request.query.p, request.query.len,
				 "state=", 6) != NULL);
	} else {
		HOLD(request.path.p == NULL);
	}
	pages_check(bytes, why.text);
	exact_free(bytes);
	return 0;
}
