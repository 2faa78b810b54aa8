/* SPDX-License-Identifier: ISC */
/*
 * Strict reading of JSON from the network.  json-c does the parsing; trusted
 * it is with memory only.  Its strict mode still lets through names in single
 * quotes, NaN, numbers like 007, raw control characters, malformed UTF-8 and
 * bytes behind a NUL, and lets the last of two equal names win.  A scan before
 * it and a count after it refuse all that.  The text may hold a token: it must
 * never get into an error text, and its copies are wiped as far as they can be
 * reached.
 */
#include "gcpkce/json.h"

#include <json-c/json_visit.h>
#include <string.h>

struct scan {
	const uint8_t *p;
	size_t len;
	size_t at;
	size_t depth;
	size_t members; /* ':' outside strings */
	bool nul;       /* the last string holds an escaped NUL */
};

/*
 * The length of the well-formed UTF-8 character at p, 0 when there is none.
 * The bounds of the second byte are those of RFC 3629's syntax; they leave out
 * overlong forms, surrogates, and all above U+10FFFF.
 */
static size_t
utf8_len(const uint8_t *p, size_t len)
{
	uint8_t low = 0x80, high = 0xbf;
	size_t need;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		need = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		need = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		need = 4;
	else
		return 0;
	if (need > len)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < need; i++) {
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	}
	return need;
}

/* Step over one string, from its opening quote; NULL, or what is wrong. */
static const char *
scan_string(struct scan *s)
{
	s->nul = false;
	s->at++;
	while (s->at < s->len) {
		const uint8_t *p = s->p + s->at;
		size_t left = s->len - s->at;

		if (*p == '"') {
			s->at++;
			return NULL;
		}
		if (*p < 0x20)
			return "a control character in a string";
		size_t step = utf8_len(p, left);
		if (step == 0)
			return "not UTF-8";
		if (*p == '\\') {
			if (left >= 6 && memcmp(p, "\\u0000", 6) == 0)
				s->nul = true;
			/* Which escapes there are is judged by json-c. */
			step = left >= 2 ? 2 : 1;
		}
		s->at += step;
	}
	return "a string without an end";
}

static size_t
scan_digits(struct scan *s)
{
	size_t start = s->at;

	while (s->at < s->len && s->p[s->at] >= '0' && s->p[s->at] <= '9')
		s->at++;
	return s->at - start;
}

static bool
scan_is_one_of(const struct scan *s, const char *set)
{
	return s->at < s->len && s->p[s->at] != '\0' &&
	    strchr(set, s->p[s->at]) != NULL;
}

/* Step over one number: RFC 8259 section 6; NULL, or what is wrong. */
static const char *
scan_number(struct scan *s)
{
	static const char wrong[] = "a number that is none";

	if (scan_is_one_of(s, "-"))
		s->at++;
	if (scan_is_one_of(s, "0"))
		s->at++;
	else if (scan_digits(s) == 0)
		return wrong;
	if (scan_is_one_of(s, ".")) {
		s->at++;
		if (scan_digits(s) == 0)
			return wrong;
	}
	if (scan_is_one_of(s, "eE")) {
		s->at++;
		if (scan_is_one_of(s, "+-"))
			s->at++;
		if (scan_digits(s) == 0)
			return wrong;
	}
	return scan_is_one_of(s, "0123456789.eE+-") ? wrong : NULL;
}

/* Step over one token that is neither string nor number. */
static const char *
scan_mark(struct scan *s)
{
	switch (s->p[s->at]) {
	case '{':
	case '[':
		if (++s->depth > JSON_DEPTH_MAX)
			return "nested too deep";
		break;
	case '}':
	case ']':
		if (s->depth > 0)
			s->depth--;
		break;
	case ':':
		/* json-c ends a name there, so two names would be one. */
		if (s->nul)
			return "a NUL in a name";
		s->members++;
		break;
	default:
		if (!scan_is_one_of(s, ", \t\r\naeflnrstu"))
			return "a character that stands for nothing in JSON";
		break;
	}
	s->at++;
	return NULL;
}

/*
 * Refuse what json-c would let pass.  What remains is not yet valid JSON, but
 * wherever json-c accepts it both saw the same strings and numbers.
 *
 * gives:  NULL, or what is wrong
 */
static const char *
scan_text(struct scan *s)
{
	while (s->at < s->len) {
		const char *wrong;

		if (s->p[s->at] == '"')
			wrong = scan_string(s);
		else if (scan_is_one_of(s, "-0123456789"))
			wrong = scan_number(s);
		else
			wrong = scan_mark(s);
		if (wrong != NULL)
			return wrong;
	}
	return NULL;
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
	/* json-c recurses here, JSON_DEPTH_MAX deep at most. */
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
 * The tokener gathers every string in one scratch buffer that it neither wipes
 * nor lets others reach.  Reading a filler as long as the whole text before
 * the text makes the buffer large enough never to be moved, so that no half of
 * a token stays behind, nor to lose part of a string when memory is short;
 * reading it once more afterwards overwrites the token.
 * Out of reach remain the strings of a text that json-c refuses half-way.
 */
static bool
tokener_fill(struct json_tokener *tokener, const struct buf *filler)
{
	json_tokener_reset(tokener);
	autojson *string =
	    json_tokener_parse_ex(tokener, buf_text(filler), (int)filler->len);
	json_tokener_reset(tokener);
	/* Shorter, and the buffer could not grow: json-c would not tell. */
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
	json_tokener_set_flags(
	    tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	autojson *object =
	    json_tokener_parse_ex(tokener, (const char *)text.p, (int)text.len);
	enum json_tokener_error error = json_tokener_get_error(tokener);
	size_t end = json_tokener_get_parse_end(tokener);
	(void)tokener_fill(tokener, &filler);

	if (error == json_tokener_continue)
		*ret_wrong = "the end is missing";
	else if (error != json_tokener_success)
		*ret_wrong = json_tokener_error_desc(error);
	else if (end != text.len)
		*ret_wrong = "json-c stopped before the end";
	else if (!json_object_is_type(object, json_type_object))
		*ret_wrong = "not an object";
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
		return err_fail(reterr, OUTCOME_REPLY_INVALID,
		    "JSON of more than %d bytes", JSON_TEXT_MAX);
	const char *wrong = text.len > 0 ? scan_text(&scan) : "empty";
	if (wrong == NULL && !tokener_parse(text, &object, &wrong))
		return err_fail(
		    reterr, OUTCOME_NO_MEMORY, "no memory for JSON");
	if (object != NULL) {
		(void)json_c_visit(object, 0, count_members, &members);
		if (members != scan.members)
			wrong = "a name stands twice in an object";
	}
	if (wrong != NULL)
		return err_fail(
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
