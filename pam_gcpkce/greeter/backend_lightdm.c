/* SPDX-License-Identifier: ISC */
#include <lightdm.h>
#include <stdio.h>
#include <stdlib.h>

#include "backend.h"

/*
 * LightDM writes at most 1,023 bytes of a string to the greeter and back, and
 * hangs after more.
 */
#define LIGHTDM_ANSWER_MAX 1000

struct lightdm {
	struct backend base;
	LightDMGreeter *greeter;
	bool running; /* what comes belongs to the sign-in */
	bool asked;   /* an answer is due; what comes waits in the queue */
	GQueue queue; /* of struct item; owned */
};

/*
 * The library passes on all messages of one conversation call at once, and
 * expects one answer after the other.
 */
struct item {
	bool is_prompt;
	bool secret;
	char *text;
};

static void
item_free(gpointer data)
{
	struct item *item = data;

	g_free(item->text);
	g_free(item);
}

/* Report what has come, up to the next prompt. */
static void
queue_report(struct lightdm *lightdm)
{
	const struct backend_handler *handler = lightdm->base.handler;
	struct item *item;

	while (!lightdm->asked &&
	    (item = g_queue_pop_head(&lightdm->queue)) != NULL) {
		lightdm->asked = item->is_prompt;
		if (item->is_prompt)
			handler->prompt(handler->arg, item->secret, item->text);
		else
			handler->message(handler->arg, item->text);
		item_free(item);
	}
}

static void
queue_add(
    struct lightdm *lightdm, const char *text, bool is_prompt, bool secret)
{
	if (!lightdm->running)
		return;
	struct item *item = g_new(struct item, 1);
	*item = (struct item){is_prompt, secret, g_strdup(text)};
	g_queue_push_tail(&lightdm->queue, item);
	queue_report(lightdm);
}

static void
queue_clear(struct lightdm *lightdm)
{
	g_queue_clear_full(&lightdm->queue, item_free);
	lightdm->asked = false;
}

static void
lightdm_begin(struct backend *backend, const char *name)
{
	struct lightdm *lightdm = (struct lightdm *)backend;
	g_autoptr(GError) error = NULL;

	queue_clear(lightdm);
	lightdm->running = true;
	if (!lightdm_greeter_authenticate(lightdm->greeter, name, &error))
		backend->handler->ended(backend->handler->arg, BACKEND_FAILED,
		    error != NULL ? error->message : "");
}

static void
lightdm_answer(struct backend *backend, const char *text)
{
	struct lightdm *lightdm = (struct lightdm *)backend;
	g_autoptr(GError) error = NULL;

	lightdm->asked = false;
	if (lightdm_greeter_respond(lightdm->greeter, text, &error))
		queue_report(lightdm);
	else
		backend->handler->ended(backend->handler->arg, BACKEND_FAILED,
		    error != NULL ? error->message : "");
}

static void
lightdm_cancel(struct backend *backend)
{
	struct lightdm *lightdm = (struct lightdm *)backend;

	if (lightdm->running)
		(void)lightdm_greeter_cancel_authentication(
		    lightdm->greeter, NULL);
	lightdm->running = false;
	queue_clear(lightdm);
}

static void
lightdm_start(struct backend *backend)
{
	struct lightdm *lightdm = (struct lightdm *)backend;
	const char *session = backend->settings->session;
	g_autoptr(GError) error = NULL;

	if (lightdm_greeter_start_session_sync(
		lightdm->greeter, session[0] != '\0' ? session : NULL, &error))
		exit(0);
	lightdm_cancel(backend);
	backend->handler->ended(backend->handler->arg, BACKEND_FAILED,
	    error != NULL ? error->message : "");
}

static void
on_message(LightDMGreeter *greeter, const char *text, LightDMMessageType type,
    struct lightdm *lightdm)
{
	(void)greeter;
	(void)type;
	queue_add(lightdm, text, false, false);
}

static void
on_prompt(LightDMGreeter *greeter, const char *text, LightDMPromptType type,
    struct lightdm *lightdm)
{
	(void)greeter;
	queue_add(lightdm, text, true, type == LIGHTDM_PROMPT_TYPE_SECRET);
}

static void
on_complete(LightDMGreeter *greeter, struct lightdm *lightdm)
{
	const struct backend_handler *handler = lightdm->base.handler;
	bool granted = lightdm_greeter_get_is_authenticated(greeter);

	if (!lightdm->running)
		return;
	lightdm->running = granted;
	handler->ended(
	    handler->arg, granted ? BACKEND_GRANTED : BACKEND_DENIED, "");
}

struct backend *
backend_lightdm_new(const struct settings *settings,
    const struct backend_handler *handler, struct errinfo *reterr)
{
	static const struct backend_operations operations = {
	    lightdm_begin, lightdm_answer, lightdm_cancel, lightdm_start};
	static struct lightdm lightdm;
	g_autoptr(GError) error = NULL;
	const char *hint;

	lightdm = (struct lightdm){
	    .base = {&operations, handler, settings, LIGHTDM_ANSWER_MAX, NULL},
	    .greeter = lightdm_greeter_new(),
	};
	g_signal_connect(
	    lightdm.greeter, "show-message", G_CALLBACK(on_message), &lightdm);
	g_signal_connect(
	    lightdm.greeter, "show-prompt", G_CALLBACK(on_prompt), &lightdm);
	g_signal_connect(lightdm.greeter, "authentication-complete",
	    G_CALLBACK(on_complete), &lightdm);
	if (lightdm_greeter_connect_to_daemon_sync(lightdm.greeter, &error)) {
		hint = lightdm_greeter_get_select_user_hint(lightdm.greeter);
		if (lightdm_greeter_get_lock_hint(lightdm.greeter))
			lightdm.base.locked_by =
			    g_strdup(hint != NULL ? hint : "");
		return &lightdm.base;
	}
	(void)err_set(reterr, OUTCOME_SYSTEM_ERROR, "LightDM: %s",
	    error != NULL ? error->message : "no connection");
	return NULL;
}
