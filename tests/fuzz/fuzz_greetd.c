/* SPDX-License-Identifier: ISC */
/*
 * What a greeter reads: frames of greetd, and a module's messages in them.  A
 * text that was read, sent as an answer, is the same JSON string to json-c; and
 * an address that is opened is one line of the text, with the redirect_uri in
 * it.
 */
#include <json-c/json.h>

#include "fuzz.h"
#include "gcpkce/base/text.h"
#include "greeter/greetd.h"
#include "greeter/message.h"

static unsigned long counted[2]; /* messages, and those with an address */

static void
counts_tell(void)
{
	(void)fprintf(
	    stderr, "greetd: %lu of %lu said yes\n", counted[1], counted[0]);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return atexit(counts_tell);
}

static const char *
same(const char *line)
{
	return line;
}

/* The text goes there and back. */
static void
answer_check(const char *text)
{
	autobuf frame = BUF_INIT(2 * GREETD_FRAME_MAX);
	autobuf copy = BUF_INIT(2 * GREETD_FRAME_MAX);
	struct json_object *response = NULL;
	struct view json;

	greetd_put_answer(&frame, text);
	if (buf_check(&frame) != OUTCOME_OK)
		return; /* escapes made it too long */
	enum outcome r = greetd_frame_find(buf_view(&frame), &json, NULL);
	HOLD(r == OUTCOME_OK && json.p != NULL && json.len + 4 == frame.len);
	buf_put(&copy, json.p, json.len);
	struct json_object *tree = json_tokener_parse(buf_text(&copy));
	HOLD(json_object_object_get_ex(tree, "response", &response));
	HOLD(strcmp(json_object_get_string(response), text) == 0);
	(void)json_object_put(tree);
}

static bool
has_line(const char *text, const char *line)
{
	size_t len = strlen(line);

	for (const char *at = text; (at = strstr(at, line)) != NULL; at++) {
		if ((at == text || strchr(" \t\r\n", at[-1]) != NULL) &&
		    (at[len] == '\0' || strchr(" \t\r\n", at[len]) != NULL))
			return true;
	}
	return false;
}

static void
message_check(const char *text)
{
	const struct message_rules rules = {"https://go.example/s",
	    "https://go.example/c", "login.example, b.example", same};
	automessage message = {0};
	struct view lines, line;

	HOLD(message_read(view_text(text), &rules, &message) == OUTCOME_OK);
	counted[0]++;
	lines = buf_view(&message.text);
	while (view_next(&lines, '\n', &line))
		HOLD(text_is_clean_utf8(line));
	HOLD((message.address.len > 0) == (message.redirect_uri.len > 0));
	if (message.address.len == 0)
		return;
	counted[1]++;
	const char *address = buf_text(&message.address);
	HOLD(has_line(text, address));
	HOLD(strncmp(address, "https://", 8) == 0 ||
	    strncmp(address, "http://", 7) == 0);
	HOLD(strstr(address, "redirect_uri=") != NULL ||
	    strncmp(address, "https://go.example/s#", 21) == 0);
	HOLD(text_is_token(buf_view(&message.redirect_uri)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view bytes = exact_copy((struct view){data, size});
	struct errinfo why = {0};
	autoreply reply = {0};
	struct view json = {0};

	enum outcome r = greetd_frame_find(bytes, &json, &why);
	HOLD(r == OUTCOME_OK || r == OUTCOME_REPLY_INVALID);
	/* a frame's length is hard to find, so its JSON is tried by itself */
	if (json.p == NULL)
		json = bytes;
	r = greetd_reply_parse(json, &reply, &why);
	HOLD(r == OUTCOME_OK || r == OUTCOME_REPLY_INVALID);
	HOLD(is_printable(why.text));
	if (r == OUTCOME_OK) {
		HOLD(strlen(buf_text(&reply.text)) == reply.text.len);
		HOLD(reply.text.len <= GREETD_TEXT_MAX);
		answer_check(buf_text(&reply.text));
		message_check(buf_text(&reply.text));
	}
	exact_free(bytes);
	return 0;
}
