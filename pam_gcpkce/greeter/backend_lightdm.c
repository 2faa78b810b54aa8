/* SPDX-License-Identifier: ISC */
#include <lightdm.h>
#include <stdio.h>
#include <stdlib.h>

#include "backend.h"

/*
 * LightDM writes at most 1,023 bytes of a string to the greeter and back, and
 * waits for ever after more.
 */
#define LIGHTDM_ANSWER_MAX 1000

struct lightdm {
	struct backend base;
	LightDMGreeter *greeter;
	bool running; /* what comes belongs to the sign-in */
};

static void
lightdm_begin(struct backend *backend, const char *name)
{
	struct lightdm *lightdm = (struct lightdm *)backend;
	g_autoptr(GError) error = NULL;

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

	if (!lightdm_greeter_respond(lightdm->greeter, text, &error))
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
	const struct backend_handler *handler = lightdm->base.handler;

	(void)greeter;
	(void)type;
	if (lightdm->running)
		handler->message(handler->arg, text);
}

static void
on_prompt(LightDMGreeter *greeter, const char *text, LightDMPromptType type,
    struct lightdm *lightdm)
{
	const struct backend_handler *handler = lightdm->base.handler;

	(void)greeter;
	if (lightdm->running)
		handler->prompt(
		    handler->arg, type == LIGHTDM_PROMPT_TYPE_SECRET, text);
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

	lightdm = (struct lightdm){
	    .base = {&operations, handler, settings, LIGHTDM_ANSWER_MAX},
	    .greeter = lightdm_greeter_new(),
	};
	g_signal_connect(
	    lightdm.greeter, "show-message", G_CALLBACK(on_message), &lightdm);
	g_signal_connect(
	    lightdm.greeter, "show-prompt", G_CALLBACK(on_prompt), &lightdm);
	g_signal_connect(lightdm.greeter, "authentication-complete",
	    G_CALLBACK(on_complete), &lightdm);
	if (lightdm_greeter_connect_to_daemon_sync(lightdm.greeter, &error))
		return &lightdm.base;
	(void)err_set(reterr, OUTCOME_SYSTEM_ERROR, "LightDM: %s",
	    error != NULL ? error->message : "no connection");
	return NULL;
}
