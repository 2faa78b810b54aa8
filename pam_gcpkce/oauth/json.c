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

#include "json_scan.h"

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
	autojson *object = NULL;
	size_t members = 0;

	if (text.len > JSON_TEXT_MAX)
		return err_set(reterr, OUTCOME_REPLY_INVALID,
		    "JSON of more than %d bytes", JSON_TEXT_MAX);
	struct json_scan scan = json_scan(text);
	const char *wrong = scan.wrong;
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
json_has_half_character(struct view text)
{
	return json_scan(text).lone_surrogate;
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
