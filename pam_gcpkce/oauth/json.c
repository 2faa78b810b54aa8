/* SPDX-License-Identifier: ISC */
/*
 * Strict reading of JSON from the network.  Our own scan checks the whole
 * grammar; json-c only builds the tree of a text that has passed.  Its strict
 * mode is not used, because what it refuses depends on the version: one accepts
 * 007 and NaN, another refuses every byte above 127 or a number of more than 64
 * bits.  Of two equal names json-c keeps the last, so members are counted in
 * both.  The text may hold a token: it must never get into an error text, and
 * its copies are wiped as far as they can be reached.
 */
#include "gcpkce/oauth/json.h"

#include <json-c/json_visit.h>
#include <string.h>

#include "gcpkce/base/text.h"

struct scan {
	const uint8_t *p;
	size_t len;
	size_t at;
	size_t depth;
	size_t members;
	bool nul; /* the last string holds an escaped NUL */
};

/* The current byte of the scan; '\0' at the end and for a NUL. */
static char
scan_peek(const struct scan *s)
{
	return s->at < s->len ? (char)s->p[s->at] : '\0';
}

static bool
scan_is_one_of(const struct scan *s, const char *set)
{
	char next = scan_peek(s);

	return next != '\0' && strchr(set, next) != NULL;
}

static void
scan_blanks(struct scan *s)
{
	while (scan_is_one_of(s, " \t\r\n"))
		s->at++;
}

/* Skip white space and then the given byte, if present. */
static bool
scan_take(struct scan *s, char wanted)
{
	scan_blanks(s);
	if (scan_peek(s) != wanted)
		return false;
	s->at++;
	return true;
}

/* The error for a byte that the grammar does not allow here. */
static const char *
scan_wrong(const struct scan *s, const char *wrong)
{
	return s->at < s->len ? wrong : "the end is missing";
}

/* Skip the rest of an escape, from its backslash: RFC 8259 section 7. */
static bool
scan_escape(struct scan *s)
{
	s->at++;
	bool hex = scan_peek(s) == 'u';
	if (!hex && !scan_is_one_of(s, "\"\\/bfnrt"))
		return false;
	s->at++;
	unsigned zeros = 0;
	for (unsigned i = 0; hex && i < 4; i++) {
		if (!scan_is_one_of(s, "0123456789abcdefABCDEF"))
			return false;
		zeros += scan_peek(s) == '0' ? 1 : 0;
		s->at++;
	}
	s->nul = s->nul || zeros == 4;
	return true;
}

/* Skip one string, from its opening quote; NULL, or what is wrong. */
static const char *
scan_string(struct scan *s)
{
	s->nul = false;
	s->at++;
	while (s->at < s->len) {
		const uint8_t *p = s->p + s->at;

		if (*p == '"') {
			s->at++;
			return NULL;
		}
		if (*p < 0x20)
			return "a control character in a string";
		if (*p == '\\') {
			if (!scan_escape(s))
				return scan_wrong(s, "a malformed escape");
			continue;
		}
		uint32_t code_point;
		size_t step = text_utf8_decode(p, s->len - s->at, &code_point);
		if (step == 0)
			return "not UTF-8";
		s->at += step;
	}
	return "a string without an end";
}

static size_t
scan_digits(struct scan *s)
{
	size_t start = s->at;

	while (scan_is_one_of(s, "0123456789"))
		s->at++;
	return s->at - start;
}

/* Skip one number: RFC 8259 section 6; NULL, or what is wrong. */
static const char *
scan_number(struct scan *s)
{
	static const char wrong[] = "a malformed number";

	if (scan_is_one_of(s, "-"))
		s->at++;
	if (scan_is_one_of(s, "0"))
		s->at++;
	else if (scan_digits(s) == 0)
		return scan_wrong(s, wrong);
	if (scan_is_one_of(s, ".")) {
		s->at++;
		if (scan_digits(s) == 0)
			return scan_wrong(s, wrong);
	}
	if (scan_is_one_of(s, "eE")) {
		s->at++;
		if (scan_is_one_of(s, "+-"))
			s->at++;
		if (scan_digits(s) == 0)
			return scan_wrong(s, wrong);
	}
	return NULL;
}

static const char *
scan_word(struct scan *s)
{
	static const char *const words[] = {"true", "false", "null"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t len = strlen(words[i]);

		if (s->len - s->at >= len &&
		    memcmp(s->p + s->at, words[i], len) == 0) {
			s->at += len;
			return NULL;
		}
	}
	return scan_wrong(s, "a value is missing");
}

/* Skip the name of a member and its colon. */
static const char *
scan_name(struct scan *s)
{
	const char *wrong;

	scan_blanks(s);
	if (scan_peek(s) != '"')
		return scan_wrong(s, "a name is missing");
	wrong = scan_string(s);
	if (wrong != NULL)
		return wrong;
	/* json-c ends a name there, so two names could become equal. */
	if (s->nul)
		return "a NUL in a name";
	if (!scan_take(s, ':'))
		return scan_wrong(s, "a colon is missing");
	s->members++;
	return NULL;
}

static const char *scan_value(struct scan *s);

/* Skip an object or array; recurses at most JSON_DEPTH_MAX deep. */
static const char *
scan_container(struct scan *s)
{
	bool named = scan_peek(s) == '{';
	char end = named ? '}' : ']';

	s->at++;
	if (++s->depth > JSON_DEPTH_MAX)
		return "nested too deep";
	if (!scan_take(s, end)) {
		do {
			const char *wrong = named ? scan_name(s) : NULL;

			if (wrong == NULL)
				wrong = scan_value(s);
			if (wrong != NULL)
				return wrong;
		} while (scan_take(s, ','));
		if (!scan_take(s, end))
			return scan_wrong(s, "a comma or bracket is missing");
	}
	s->depth--;
	return NULL;
}

static const char *
scan_value(struct scan *s)
{
	scan_blanks(s);
	if (scan_is_one_of(s, "{["))
		return scan_container(s);
	if (scan_is_one_of(s, "\""))
		return scan_string(s);
	if (scan_is_one_of(s, "-0123456789"))
		return scan_number(s);
	return scan_word(s);
}

/*
 * Check a whole text against the grammar of RFC 8259.
 *
 * gives:  NULL, or what is wrong
 */
static const char *
scan_text(struct scan *s)
{
	scan_blanks(s);
	if (s->at == s->len)
		return "empty";
	if (scan_peek(s) != '{')
		return "not an object";
	const char *wrong = scan_container(s);
	if (wrong != NULL)
		return wrong;
	scan_blanks(s);
	return s->at < s->len ? "more than one value" : NULL;
}

/* A json_c_visit callback: add up the members of all objects. */
static int
count_members(struct json_object *value, int flags, struct json_object *parent,
    const char *key, size_t *index, void *arg)
{
	size_t *members = (size_t *)arg;

	(void)parent;
	(void)key;
	(void)index;
	if (flags != JSON_C_VISIT_SECOND &&
	    json_object_is_type(value, json_type_object))
		*members += (size_t)json_object_object_length(value);
	return JSON_C_VISIT_RETURN_CONTINUE;
}

/* A json_c_visit callback: wipe a string where json-c keeps it. */
static int
wipe_string(struct json_object *value, int flags, struct json_object *parent,
    const char *key, size_t *index, void *arg)
{
	(void)flags;
	(void)parent;
	(void)key;
	(void)index;
	(void)arg;
	if (json_object_is_type(value, json_type_string)) {
		/* The object's own memory, const only for its readers. */
		const char *text = json_object_get_string(value);

		explicit_bzero((void *)(uintptr_t)text,
		    (size_t)json_object_get_string_len(value));
	}
	return JSON_C_VISIT_RETURN_CONTINUE;
}

void
json_cleanup(struct json_object **p)
{
	/* json-c recurses here, at most JSON_DEPTH_MAX deep. */
	if (*p != NULL)
		(void)json_c_visit(*p, 0, wipe_string, NULL);
	json_object_put(*p);
	*p = NULL;
}

#define autotokener CLEANUP(tokener_cleanup) struct json_tokener

static void
tokener_cleanup(struct json_tokener **p)
{
	if (*p != NULL)
		json_tokener_free(*p);
}

/*
 * The tokener collects every string in one buffer that it neither wipes nor
 * exposes.  Parsing a filler as long as the whole text first makes the buffer
 * large enough that it is never moved, which could leave part of a token, and
 * never loses part of a string for lack of memory; parsing the filler again
 * afterwards overwrites the token.  Strings of a text that json-c refuses
 * half-way cannot be reached.
 */
static bool
tokener_fill(struct json_tokener *tokener, const struct buf *filler)
{
	json_tokener_reset(tokener);
	autojson *string =
	    json_tokener_parse_ex(tokener, buf_text(filler), (int)filler->len);
	json_tokener_reset(tokener);
	/* If shorter, the buffer could not grow; json-c does not report it. */
	return (size_t)json_object_get_string_len(string) + 2 == filler->len;
}

/* A string of JSON, as long within its quotes as the text. */
static bool
filler_make(struct buf *filler, size_t len)
{
	buf_put_byte(filler, '"');
	for (size_t i = 0; i < len; i++)
		buf_put_byte(filler, 'x');
	buf_put_byte(filler, '"');
	return buf_check(filler) == OUTCOME_OK;
}

/*
 * Let json-c parse a text that the scan has passed.
 *
 * gives:  false when memory was short; else ret or ret_wrong is set
 */
static bool
tokener_parse(
    struct view text, struct json_object **ret, const char **ret_wrong)
{
	/* One more: json-c counts the value in the innermost container, too. */
	autotokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
	/* made once, so that overwriting the token needs no more memory */
	autobuf filler = BUF_INIT(JSON_TEXT_MAX + 2);

	if (tokener == NULL || !filler_make(&filler, text.len) ||
	    !tokener_fill(tokener, &filler))
		return false;
	autojson *object =
	    json_tokener_parse_ex(tokener, (const char *)text.p, (int)text.len);
	enum json_tokener_error error = json_tokener_get_error(tokener);
	size_t end = json_tokener_get_parse_end(tokener);
	(void)tokener_fill(tokener, &filler);

	if (error != json_tokener_success)
		*ret_wrong = json_tokener_error_desc(error);
	else if (end != text.len)
		*ret_wrong = "json-c stopped before the end";
	else
		*ret = take_ptr(&object);
	return true;
}

enum outcome
json_parse_object(
    struct view text, struct json_object **ret, struct errinfo *reterr)
{
	struct scan scan = {.p = text.p, .len = text.len};
	autojson *object = NULL;
	size_t members = 0;

	if (text.len > JSON_TEXT_MAX)
		return err_set(reterr, OUTCOME_REPLY_INVALID,
		    "JSON of more than %d bytes", JSON_TEXT_MAX);
	const char *wrong = scan_text(&scan);
	if (wrong == NULL && !tokener_parse(text, &object, &wrong))
		return err_set(reterr, OUTCOME_NO_MEMORY, "no memory for JSON");
	if (object != NULL) {
		(void)json_c_visit(object, 0, count_members, &members);
		if (members != scan.members)
			wrong = "a name occurs twice in an object";
	}
	if (wrong != NULL)
		return err_set(
		    reterr, OUTCOME_REPLY_INVALID, "JSON: %s", wrong);
	*ret = take_ptr(&object);
	return OUTCOME_OK;
}

bool
json_member(struct json_object *object, const char *name, enum json_type type,
    struct json_object **ret)
{
	struct json_object *member = NULL;

	(void)json_object_object_get_ex(object, name, &member);
	if (member != NULL && !json_object_is_type(member, type))
		return false;
	*ret = member;
	return true;
}

struct view
json_view(struct json_object *string)
{
	return (struct view){
	    .p = (const uint8_t *)json_object_get_string(string),
	    .len = (size_t)json_object_get_string_len(string)};
}
