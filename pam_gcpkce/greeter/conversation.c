/* SPDX-License-Identifier: ISC */
/*
 * A prompt gets the page's answer if the module that shows the page asks for
 * it: visibly, and as the first thing after the address.  Everything else that
 * is said or asked comes from another module, or means that the page is over.
 */
#include "conversation.h"

#include "gcpkce/base/query.h"
#include "network.h"
#include "screen.h"
#include "texts.h"
#include "view_child.h"

/* More pages than any configuration of the module allows in one sign-in. */
#define REFUSED_MAX 10

static void
page_forget(struct conversation *c)
{
	view_child_stop();
	network_deliver_stop();
	message_done(&c->page);
	c->page = (struct message){0};
	buf_reset(&c->caught);
	c->state = PAGE_NONE;
	c->asks_number = false;
}

static void
sign_in_reset(struct conversation *c)
{
	page_forget(c);
	buf_done(&c->caught);
	buf_done(&c->texts);
	buf_done(&c->name);
	*c = (struct conversation){
	    .backend = c->backend,
	    .settings = c->settings,
	    .name = BUF_INIT(GREETER_TEXT_MAX),
	    .texts = BUF_INIT(GREETER_TEXT_MAX),
	    .caught = BUF_INIT(VIEW_OUTPUT_MAX),
	};
}

/* What was said before a page, or about it, is not about what comes after. */
static void
page_end(struct conversation *c)
{
	if (c->state != PAGE_NONE)
		buf_reset(&c->texts);
	page_forget(c);
}

static void
text_add(struct conversation *c, const char *text)
{
	if (text[0] != '\0' && c->texts.len > 0)
		buf_put_byte(&c->texts, '\n');
	buf_put_text(&c->texts, text);
}

/* What a module says. */
static void
text_take(struct conversation *c, const struct message *message)
{
	page_end(c);
	if (!c->skip_next_error)
		text_add(c, buf_text(&message->text));
	c->skip_next_error = false;
}

/* ---- one sign-in after the other ---- */

void
conversation_init(struct conversation *c, struct backend *backend,
    const struct settings *settings)
{
	*c = (struct conversation){.backend = backend, .settings = settings};
	sign_in_reset(c);
	screen_show_start("", backend->locked_by);
}

void
conversation_restart(struct conversation *c, const char *notice)
{
	if (c->starting)
		return;
	sign_in_reset(c);
	backend_cancel(c->backend);
	screen_show_start(notice, c->backend->locked_by);
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

/* The backend may report the next prompt before it returns. */
static void
answer(struct conversation *c, const char *text)
{
	autobuf copy = BUF_INIT(c->backend->answer_max);

	buf_put_text(&copy, text);
	if (buf_check(&copy) != OUTCOME_OK) {
		conversation_restart(c, text_of(MESSAGE_SCREEN_TOO_LONG));
		return;
	}
	page_forget(c);
	buf_reset(&c->texts);
	c->asked = PROMPT_NONE;
	screen_show_wait(text_of(
	    c->other_way ? MESSAGE_SCREEN_WAIT : MESSAGE_SCREEN_CHECKING));
	backend_answer(c->backend, buf_text(&copy));
}

void
conversation_answer(struct conversation *c, const char *text)
{
	if (c->asked != PROMPT_NONE)
		answer(c, text);
}

/* ---- the page ---- */

/* Report what happened to the page, and offer to open it. */
static void
page_offer(struct conversation *c, const char *title, const char *open)
{
	c->state = PAGE_OFFERED;
	screen_show_question(&(struct screen_question){
	    .user = buf_text(&c->name),
	    .title = text_of(title),
	    .text = buf_text(&c->texts),
	    .prompt = c->asks_number && c->asked == PROMPT_OF_PAGE
		? text_of(MESSAGE_SCREEN_NUMBER)
		: NULL,
	    .open = open != NULL ? text_of(open) : NULL,
	    .other_way = c->settings->other_way[0] == 'y',
	});
}

/* No program may open it; the other way in is there. */
static void
page_unlisted(struct conversation *c)
{
	buf_reset(&c->texts);
	text_add(c, buf_text(&c->page.unlisted));
	text_add(c, text_of(MESSAGE_SCREEN_UNLISTED_FIX));
	page_offer(c, MESSAGE_SCREEN_UNLISTED, NULL);
}

static void
page_failed(struct conversation *c, const char *title, const char *text)
{
	buf_reset(&c->texts);
	text_add(c, text_of(text));
	page_offer(c, title, MESSAGE_SCREEN_TRY_AGAIN);
}

/* It may have shown a number. */
static void
page_closed(struct conversation *c)
{
	c->asks_number = c->page.asks;
	buf_reset(&c->texts);
	if (c->asks_number)
		text_add(c, text_of(MESSAGE_SCREEN_PAGE_CLOSED));
	page_offer(c, MESSAGE_SCREEN_ONE_MORE, MESSAGE_SCREEN_OPEN);
}

static void
on_delivery(void *arg, bool sent)
{
	struct conversation *c = arg;

	if (sent) {
		buf_reset(&c->caught);
		c->state = PAGE_DELIVERED;
	} else if (!c->other_way)
		page_failed(c, MESSAGE_SCREEN_AGAIN, MESSAGE_SCREEN_FOREIGN);
}

/* The answer is in c->caught. */
static void
page_answer(struct conversation *c)
{
	struct view answered = buf_view(&c->caught);

	if (c->asked == PROMPT_OF_PAGE) {
		if (answered.len > c->backend->answer_max)
			answered = query_of(answered);
		answer(c, (const char *)answered.p);
		return;
	}
	/* the module listens for a browser, or its prompt has yet to come */
	c->state = PAGE_CAUGHT;
	network_deliver(buf_text(&c->caught), c->page.asks, on_delivery, c);
}

static void
page_refuse(struct conversation *c)
{
	if (c->state != PAGE_CAUGHT && ++c->refused >= REFUSED_MAX) {
		conversation_restart(c, text_of(MESSAGE_SCREEN_DENIED));
		return;
	}
	c->skip_next_error = true;
	if (c->asked == PROMPT_OF_PAGE) {
		answer(c, "");
		return;
	}
	screen_show_wait(text_of(MESSAGE_SCREEN_WAIT));
	buf_reset(&c->caught);
	message_put_denial(&c->page, &c->caught);
	page_answer(c);
}

void
conversation_other_way(struct conversation *c)
{
	if (c->state != PAGE_OFFERED)
		return;
	c->other_way = true;
	page_refuse(c);
}

static void
page_caught(struct conversation *c, const char *address)
{
	if (!message_is_caught(
		view_text(address), buf_text(&c->page.redirect_uri))) {
		page_failed(c, MESSAGE_SCREEN_AGAIN, MESSAGE_SCREEN_FOREIGN);
		return;
	}
	screen_show_wait(text_of(MESSAGE_SCREEN_CHECKING));
	buf_put_text(&c->caught, address);
	page_answer(c);
}

static void
on_view_ended(void *arg, enum view_end end, const char *address)
{
	struct conversation *c = arg;

	switch (end) {
	case VIEW_CAUGHT:
		page_caught(c, address);
		break;
	case VIEW_CANCELLED:
		conversation_restart(c, text_of(MESSAGE_SCREEN_CANCELLED));
		break;
	case VIEW_TIMED_OUT:
		conversation_restart(c, text_of(MESSAGE_SCREEN_TIMED_OUT));
		break;
	case VIEW_CLOSED:
		page_closed(c);
		break;
	case VIEW_FAILED:
		if (network_is_available())
			page_failed(c, MESSAGE_SCREEN_NO_PAGE,
			    MESSAGE_SCREEN_NO_PAGE_FIX);
		else
			page_failed(c, MESSAGE_SCREEN_NO_NETWORK,
			    MESSAGE_SCREEN_NO_NETWORK_FIX);
		break;
	case VIEW_UNTRUSTED:
		page_failed(
		    c, MESSAGE_SCREEN_UNTRUSTED, MESSAGE_SCREEN_UNTRUSTED_FIX);
		break;
	case VIEW_UNUSABLE:
		page_failed(
		    c, MESSAGE_SCREEN_NO_PAGE, MESSAGE_SCREEN_CONFIGURATION);
		break;
	}
}

void
conversation_open(struct conversation *c)
{
	if (c->state != PAGE_OFFERED || c->page.unlisted.len > 0)
		return;
	c->state = PAGE_OPEN;
	c->opened = true;
	c->asks_number = false;
	screen_show_wait(text_of(MESSAGE_SCREEN_PAGE_OPENS));
	view_child_start(c->settings, buf_text(&c->page.address),
	    buf_text(&c->page.redirect_uri), on_view_ended, c);
}

/* The first page opens by itself, unless there is a text to read. */
static void
page_begin(struct conversation *c, struct message *message)
{
	text_take(c, message);
	c->page = *message;
	*message = (struct message){0};
	c->state = PAGE_OFFERED;
	if (!c->other_way && c->page.unlisted.len > 0)
		page_unlisted(c);
	else if (!c->other_way && !c->opened && c->texts.len == 0)
		conversation_open(c);
	else if (!c->other_way)
		page_offer(c,
		    c->opened ? MESSAGE_SCREEN_AGAIN : MESSAGE_SCREEN_ONE_MORE,
		    MESSAGE_SCREEN_OPEN);
	else
		page_refuse(c);
}

/* ---- what the display manager reports ---- */

static bool
text_read(struct conversation *c, const char *text, struct message *ret)
{
	const struct message_rules rules = {c->settings->start_url,
	    c->settings->redirect_uri, c->settings->login_hosts, text_of};

	return message_read(view_text(text), &rules, ret) == OUTCOME_OK;
}

static void
on_message(void *arg, const char *text)
{
	struct conversation *c = arg;
	automessage message = {0};

	if (!text_read(c, text, &message))
		return;
	if (message.address.len > 0) {
		page_begin(c, &message);
		return;
	}
	text_take(c, &message);
	screen_show_wait(c->texts.len > 0 ? buf_text(&c->texts)
					  : text_of(MESSAGE_SCREEN_WAIT));
}

static void
user_asked(struct conversation *c, bool secret, const char *prompt)
{
	page_end(c);
	c->skip_next_error = false;
	c->asked = PROMPT_OF_USER;
	screen_show_question(&(struct screen_question){
	    .title = buf_text(&c->name),
	    .text = buf_text(&c->texts),
	    .prompt =
		prompt[0] != '\0' ? prompt : text_of(MESSAGE_SCREEN_ANSWER),
	    .secret = secret,
	});
}

static void
on_prompt(void *arg, bool secret, const char *text)
{
	struct conversation *c = arg;
	automessage message = {0};

	if (!text_read(c, text, &message))
		return;
	bool has_address = message.address.len > 0;
	bool announced = c->page.asks && c->state != PAGE_DELIVERED;
	if (secret || !(has_address || announced)) {
		user_asked(c, secret, buf_text(&message.text));
		return;
	}
	c->asked = PROMPT_OF_PAGE;
	if (has_address) {
		message.asks = true;
		page_begin(c, &message);
	} else if (c->other_way)
		page_refuse(c);
	else if (c->state == PAGE_CAUGHT)
		page_answer(c);
	else if (c->asks_number)
		page_closed(c);
}

static void
on_ended(void *arg, enum backend_end end, const char *text)
{
	struct conversation *c = arg;

	page_end(c);
	if (end == BACKEND_GRANTED) {
		sign_in_reset(c);
		c->starting = true;
		screen_show_welcome();
		backend_start(c->backend);
		return;
	}
	if (c->starting)
		text_add(c, text_of(MESSAGE_SCREEN_ACCEPTED));
	text_add(c, text);
	screen_show_question(&(struct screen_question){
	    .user = buf_text(&c->name),
	    .title = text_of(c->starting ? MESSAGE_SCREEN_NOT_STARTED
					 : MESSAGE_SCREEN_FAILED),
	    .text = c->texts.len > 0 ? buf_text(&c->texts)
				     : text_of(MESSAGE_SCREEN_DENIED),
	});
	sign_in_reset(c);
}

const struct backend_handler conversation_handler = {
    .message = on_message, .prompt = on_prompt, .ended = on_ended};
