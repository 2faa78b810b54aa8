/* SPDX-License-Identifier: ISC */
#include "conversation.h"

#include "gcpkce/base/query.h"
#include "network.h"
#include "screen.h"
#include "texts.h"
#include "view_child.h"

/* More pages than any configuration of the module allows in one sign-in. */
#define SKIPPED_MAX 10

static bool
has_page(const struct conversation *c)
{
	return c->page.address.len > 0;
}

/* Forget what led to the last answer. */
static void
round_reset(struct conversation *c)
{
	network_deliver_stop();
	message_done(&c->page);
	buf_done(&c->texts);
	buf_done(&c->prompt);
	buf_done(&c->caught);
	c->texts = c->prompt = BUF_INIT(GREETER_TEXT_MAX);
	c->caught = BUF_INIT(VIEW_OUTPUT_MAX);
	c->trouble = NULL;
	c->numbered = c->prompted = false;
}

static void
sign_in_reset(struct conversation *c)
{
	view_child_stop();
	round_reset(c);
	buf_done(&c->name);
	c->name = BUF_INIT(GREETER_TEXT_MAX);
	c->opened = c->other_way = c->complains = false;
	c->skipped = 0;
}

void
conversation_init(struct conversation *c, struct backend *backend,
    const struct settings *settings)
{
	*c = (struct conversation){.backend = backend, .settings = settings};
	sign_in_reset(c);
	screen_show_start("");
}

void
conversation_restart(struct conversation *c, const char *notice)
{
	sign_in_reset(c);
	backend_cancel(c->backend);
	screen_show_start(notice);
}

void
conversation_begin(struct conversation *c, const char *name, bool other_way)
{
	sign_in_reset(c);
	buf_put_text(&c->name, name);
	c->other_way = other_way;
	screen_show_wait(text_of(MESSAGE_SCREEN_WAIT));
	backend_begin(c->backend, name);
}

static void
answer(struct conversation *c, const char *text)
{
	autobuf copy = BUF_INIT(GREETER_TEXT_MAX);

	buf_put_text(&copy, text);
	if (buf_check(&copy) != OUTCOME_OK ||
	    copy.len > c->backend->answer_max) {
		conversation_restart(c, text_of(MESSAGE_SCREEN_TOO_LONG));
		return;
	}
	round_reset(c);
	screen_show_wait(text_of(
	    c->other_way ? MESSAGE_SCREEN_WAIT : MESSAGE_SCREEN_CHECKING));
	backend_answer(c->backend, buf_text(&copy));
}

void
conversation_answer(struct conversation *c, const char *text)
{
	if (c->prompted)
		answer(c, text);
}

static void
page_skip(struct conversation *c)
{
	if (++c->skipped > SKIPPED_MAX)
		conversation_restart(c, text_of(MESSAGE_SCREEN_DENIED));
	else {
		answer(c, "");
		c->complains = true;
	}
}

void
conversation_other_way(struct conversation *c)
{
	if (!c->prompted || !has_page(c))
		return;
	view_child_stop();
	c->other_way = true;
	page_skip(c);
}

/* Report what happened to the page, and offer to open it. */
static void
page_offer(struct conversation *c)
{
	const char *title = c->trouble != NULL ? c->trouble
	    : c->opened && !c->numbered        ? MESSAGE_SCREEN_AGAIN
					       : MESSAGE_SCREEN_ONE_MORE;
	const char *open =
	    c->trouble != NULL ? MESSAGE_SCREEN_TRY_AGAIN : MESSAGE_SCREEN_OPEN;

	screen_show_question(&(struct screen_question){
	    .title = text_of(title),
	    .text = buf_text(&c->texts),
	    .prompt = c->numbered && c->prompted
		? text_of(MESSAGE_SCREEN_NUMBER)
		: NULL,
	    .open = text_of(open),
	    .other_way = c->prompted && c->settings->other_way[0] == 'y',
	});
}

static void
prompt_show(struct conversation *c)
{
	const char *prompt = buf_text(&c->prompt);

	screen_show_question(&(struct screen_question){
	    .title = buf_text(&c->name),
	    .text = buf_text(&c->texts),
	    .prompt =
		prompt[0] != '\0' ? prompt : text_of(MESSAGE_SCREEN_ANSWER),
	    .secret = c->secret,
	});
}

static void
text_replace(struct conversation *c, const char *text)
{
	buf_reset(&c->texts);
	buf_put_text(&c->texts, text);
}

static void
page_failed(struct conversation *c, const char *why)
{
	bool online = network_is_available();

	c->trouble =
	    online ? MESSAGE_SCREEN_NO_PAGE : MESSAGE_SCREEN_NO_NETWORK;
	text_replace(c,
	    text_of(online ? MESSAGE_SCREEN_NO_PAGE_FIX
			   : MESSAGE_SCREEN_NO_NETWORK_FIX));
	if (why[0] != '\0')
		buf_printf(&c->texts, "\n\n%s", why);
	page_offer(c);
}

/*
 * The answer of the page.  Without a prompt the module listens for a browser,
 * whose request the page's program has held back.
 */
static void
page_caught(struct conversation *c, const char *address)
{
	struct view answered = view_text(address);

	if (!message_is_caught(answered, buf_text(&c->page.redirect_uri))) {
		page_failed(c, text_of(MESSAGE_SCREEN_FOREIGN));
		return;
	}
	if (answered.len > c->backend->answer_max && c->prompted)
		answered = query_of(answered);
	buf_reset(&c->caught);
	buf_put(&c->caught, answered.p, answered.len);
	screen_show_wait(text_of(MESSAGE_SCREEN_CHECKING));
	if (c->prompted)
		answer(c, buf_text(&c->caught));
	else
		network_deliver(buf_text(&c->caught));
}

static void
on_view_ended(void *arg, enum view_end end, const char *text)
{
	struct conversation *c = arg;

	switch (end) {
	case VIEW_CAUGHT:
		page_caught(c, text);
		break;
	case VIEW_CANCELLED:
		conversation_restart(c, text_of(MESSAGE_SCREEN_CANCELLED));
		break;
	case VIEW_CLOSED:
		c->numbered = true;
		text_replace(c, text_of(MESSAGE_SCREEN_PAGE_CLOSED));
		page_offer(c);
		break;
	case VIEW_FAILED:
		page_failed(c, text);
		break;
	}
}

void
conversation_open(struct conversation *c)
{
	if (!has_page(c))
		return;
	c->opened = true;
	c->numbered = false;
	c->trouble = NULL;
	screen_show_wait(text_of(MESSAGE_SCREEN_PAGE_OPENS));
	view_child_start(c->settings, buf_text(&c->page.address),
	    buf_text(&c->page.redirect_uri), on_view_ended, c);
}

/* A page is due.  The first one opens by itself, unless there is something to
 * read before it. */
static void
page_begin(struct conversation *c)
{
	view_child_stop();
	if (!c->opened && !c->other_way && c->texts.len == 0)
		conversation_open(c);
	else
		page_offer(c);
}

/* Keep what a message says; gives whether it has an address. */
static bool
message_take(struct conversation *c, struct message *message)
{
	if (message->text.len > 0 && !c->complains) {
		if (c->texts.len > 0)
			buf_put_byte(&c->texts, '\n');
		buf_put_text(&c->texts, buf_text(&message->text));
	}
	c->complains = false;
	if (message->address.len == 0)
		return false;
	message_done(&c->page);
	c->page = *message;
	*message = (struct message){0};
	return true;
}

static bool
text_read(struct conversation *c, const char *text, struct message *ret)
{
	const struct message_rules rules = {
	    c->settings->start_url, c->settings->redirect_uri, text_of};

	return message_read(view_text(text), &rules, ret) == OUTCOME_OK;
}

static void
on_message(void *arg, const char *text)
{
	struct conversation *c = arg;
	automessage message = {0};

	if (!text_read(c, text, &message))
		return;
	if (message_take(c, &message))
		page_begin(c);
	else if (c->texts.len > 0 && !view_child_runs())
		screen_show_wait(buf_text(&c->texts));
}

static void
page_prompted(struct conversation *c)
{
	if (c->other_way)
		page_skip(c);
	else if (c->caught.len > 0)
		answer(c, buf_text(&c->caught));
	else if (c->texts.len > 0 && !view_child_runs())
		page_offer(c);
}

static void
on_prompt(void *arg, bool secret, const char *text)
{
	struct conversation *c = arg;
	automessage message = {0};

	c->prompted = true;
	c->secret = secret;
	if (!text_read(c, text, &message))
		return;
	if (message.address.len > 0) {
		(void)message_take(c, &message);
		if (!c->other_way)
			page_begin(c);
	} else
		buf_put_text(&c->prompt, buf_text(&message.text));
	c->complains = false;
	if (has_page(c))
		page_prompted(c);
	else
		prompt_show(c);
}

static void
end_show(struct conversation *c, const char *text)
{
	autobuf reason = BUF_INIT(GREETER_TEXT_MAX);

	buf_put_text(&reason, buf_text(&c->texts));
	if (text[0] != '\0')
		buf_printf(&reason, "%s%s", reason.len > 0 ? "\n" : "", text);
	if (reason.len == 0)
		buf_put_text(&reason, text_of(MESSAGE_SCREEN_DENIED));
	sign_in_reset(c);
	screen_show_question(&(struct screen_question){
	    .title = text_of(MESSAGE_SCREEN_FAILED),
	    .text = buf_text(&reason),
	});
}

static void
on_ended(void *arg, enum backend_end end, const char *text)
{
	struct conversation *c = arg;

	view_child_stop();
	if (end != BACKEND_GRANTED) {
		end_show(c, text);
		return;
	}
	sign_in_reset(c);
	screen_show_wait(text_of(MESSAGE_SCREEN_WELCOME));
	backend_start(c->backend);
}

const struct backend_handler conversation_handler = {
    .message = on_message, .prompt = on_prompt, .ended = on_ended};
