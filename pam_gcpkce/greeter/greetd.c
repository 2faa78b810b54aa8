/* SPDX-License-Identifier: ISC */
/* Requests are written by hand, so that a password is in buffers alone that
 * are wiped. */
#include "greetd.h"

#include <string.h>

#include "gcpkce/oauth/json.h"

void
greetd_reply_done(struct greetd_reply *reply)
{
	buf_done(&reply->text);
}

enum outcome
greetd_frame_find(
    struct view received, struct view *ret_json, struct errinfo *reterr)
{
	uint32_t len;

	*ret_json = (struct view){0};
	if (received.len < sizeof(len))
		return OUTCOME_OK;
	memcpy(&len, received.p, sizeof(len));
	if (len == 0 || len > GREETD_FRAME_MAX)
		return err_set(reterr, OUTCOME_REPLY_INVALID,
		    "greetd's frame has %lu bytes", (unsigned long)len);
	if (received.len - sizeof(len) >= len)
		*ret_json =
		    (struct view){.p = received.p + sizeof(len), .len = len};
	return OUTCOME_OK;
}

/* A string that must be there, *borrowed*. */
static enum outcome
text_get(struct json_object *reply, const char *name, struct view *ret,
    struct errinfo *reterr)
{
	struct json_object *string;

	if (!json_member(reply, name, json_type_string, &string) ||
	    string == NULL)
		return err_set(reterr, OUTCOME_REPLY_INVALID,
		    "greetd's reply has no string \"%s\"", name);
	*ret = json_view(string);
	if (ret->len > GREETD_TEXT_MAX || memchr(ret->p, '\0', ret->len))
		return err_set(reterr, OUTCOME_REPLY_INVALID,
		    "\"%s\" of greetd's reply is too long, or has a NUL byte",
		    name);
	return OUTCOME_OK;
}

static bool
is(struct view word, const char *text)
{
	return view_eq(word, view_text(text));
}

/* Read a word and a text. */
static enum outcome
pair_get(struct json_object *reply, const char *word_name,
    const char *text_name, struct view *ret_word, struct greetd_reply *ret,
    struct errinfo *reterr)
{
	struct view text;
	enum outcome r = text_get(reply, word_name, ret_word, reterr);

	if (r == OUTCOME_OK)
		r = text_get(reply, text_name, &text, reterr);
	if (r != OUTCOME_OK)
		return r;
	buf_put(&ret->text, text.p, text.len);
	return buf_check(&ret->text);
}

static enum outcome
message_parse(
    struct json_object *reply, struct greetd_reply *ret, struct errinfo *reterr)
{
	static const struct {
		const char *name;
		enum greetd_type type;
	} types[] = {{"visible", GREETD_VISIBLE}, {"secret", GREETD_SECRET},
	    {"info", GREETD_INFO}, {"error", GREETD_WARNING}};
	struct view word;
	enum outcome r = pair_get(
	    reply, "auth_message_type", "auth_message", &word, ret, reterr);

	if (r != OUTCOME_OK)
		return r;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (is(word, types[i].name)) {
			ret->type = types[i].type;
			return OUTCOME_OK;
		}
	}
	return err_set(reterr, OUTCOME_REPLY_INVALID,
	    "greetd's message is of an unknown type");
}

static enum outcome
error_parse(
    struct json_object *reply, struct greetd_reply *ret, struct errinfo *reterr)
{
	struct view word;
	enum outcome r =
	    pair_get(reply, "error_type", "description", &word, ret, reterr);

	if (r != OUTCOME_OK)
		return r;
	ret->type = GREETD_ERROR;
	ret->denied = is(word, "auth_error");
	if (!ret->denied && !is(word, "error"))
		return err_set(reterr, OUTCOME_REPLY_INVALID,
		    "greetd's error is of an unknown type");
	return OUTCOME_OK;
}

enum outcome
greetd_reply_parse(
    struct view json, struct greetd_reply *ret, struct errinfo *reterr)
{
	autojson *reply = NULL;
	struct view type;

	*ret = (struct greetd_reply){.text = BUF_INIT(GREETD_TEXT_MAX)};
	enum outcome r = json_parse_object(json, &reply, reterr);
	if (r == OUTCOME_OK)
		r = text_get(reply, "type", &type, reterr);
	if (r != OUTCOME_OK)
		return r;
	if (is(type, "auth_message"))
		return message_parse(reply, ret, reterr);
	if (is(type, "error"))
		return error_parse(reply, ret, reterr);
	if (!is(type, "success"))
		return err_set(reterr, OUTCOME_REPLY_INVALID,
		    "greetd's reply is of an unknown type");
	ret->type = GREETD_SUCCESS;
	return OUTCOME_OK;
}

/* RFC 8259 section 7 */
static void
put_string(struct buf *json, const char *text)
{
	buf_put_byte(json, '"');
	for (; *text != '\0'; text++) {
		uint8_t byte = (uint8_t)*text;

		if (byte < 0x20)
			buf_printf(json, "\\u%04x", byte);
		else {
			if (byte == '"' || byte == '\\')
				buf_put_byte(json, '\\');
			buf_put_byte(json, byte);
		}
	}
	buf_put_byte(json, '"');
}

static void
put_frame(struct buf *frame, const struct buf *json)
{
	uint32_t len = (uint32_t)json->len;

	if (buf_check(json) != OUTCOME_OK)
		frame->failed = true;
	buf_put(frame, &len, sizeof(len));
	buf_put(frame, json->p, json->len);
}

void
greetd_put_create(struct buf *frame, const char *name)
{
	autobuf json = BUF_INIT(GREETD_FRAME_MAX);

	buf_put_text(&json, "{\"type\":\"create_session\",\"username\":");
	put_string(&json, name);
	buf_put_text(&json, "}");
	put_frame(frame, &json);
}

void
greetd_put_answer(struct buf *frame, const char *text)
{
	autobuf json = BUF_INIT(GREETD_FRAME_MAX);

	buf_put_text(&json, "{\"type\":\"post_auth_message_response\"");
	if (text != NULL) {
		buf_put_text(&json, ",\"response\":");
		put_string(&json, text);
	}
	buf_put_text(&json, "}");
	put_frame(frame, &json);
}

void
greetd_put_cancel(struct buf *frame)
{
	autobuf json = BUF_INIT(GREETD_FRAME_MAX);

	buf_put_text(&json, "{\"type\":\"cancel_session\"}");
	put_frame(frame, &json);
}

void
greetd_put_start(struct buf *frame, const char *command, const char *type)
{
	autobuf json = BUF_INIT(GREETD_FRAME_MAX);
	autobuf variable = BUF_INIT(GREETD_TEXT_MAX);

	buf_put_text(&json, "{\"type\":\"start_session\",\"cmd\":[");
	put_string(&json, command);
	buf_put_text(&json, "],\"env\":[");
	if (type[0] != '\0') {
		buf_printf(&variable, "XDG_SESSION_TYPE=%s", type);
		put_string(&json, buf_text(&variable));
	}
	buf_put_text(&json, "]}");
	put_frame(frame, &json);
}
