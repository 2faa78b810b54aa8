/* SPDX-License-Identifier: ISC */
/*
 * As much of libpam as the module needs, without files and modules, and with
 * an eye on what it is told.
 */
#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdarg.h>

#include "world.h"

#define ENTRIES_MAX 16

typedef void cleanup_fn(pam_handle_t *pamh, void *data, int status);

struct pam_handle {
	const char *user;
	size_t replies; /* used */
	struct pam_conv conv;
	char *env[ENTRIES_MAX];
	struct {
		const char *name;
		void *data;
		cleanup_fn *cleanup;
	} data[ENTRIES_MAX];
};

/* ---- what the module says ---- */

/* Nothing that acts on a terminal, and no secret. */
static void
text_check(const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		HOLD((*p >= 0x20 && *p <= 0x7e) || *p == '\n');
	if (world_plan()->is_tainted)
		return;
	HOLD(strstr(text, PAM_DOUBLE_TOKEN) == NULL);
	HOLD(strstr(text, PAM_DOUBLE_CODE) == NULL);
}

void
pam_syslog(const pam_handle_t *pamh, int priority, const char *fmt, ...)
{
	char line[20000];
	va_list ap;

	(void)pamh;
	(void)priority;
	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	HOLD(strchr(line, '\n') == NULL);
	text_check(line);
}

static const struct reply *
reply_next(pam_handle_t *pamh)
{
	static const struct reply code = {
	    .text = {
		(const uint8_t *)PAM_DOUBLE_CODE, sizeof(PAM_DOUBLE_CODE) - 1}};
	const struct plan *plan = world_plan();

	if (pamh->replies >= plan->reply_count)
		return &code;
	return &plan->replies[pamh->replies++];
}

static struct pam_response *
response_new(const struct reply *reply)
{
	struct pam_response *response = malloc(sizeof(*response));

	if (response == NULL)
		return NULL;
	*response = (struct pam_response){0};
	if (reply->text.p != NULL)
		response->resp =
		    strndup((const char *)reply->text.p, reply->text.len);
	return response;
}

static int
answer(pam_handle_t *pamh, struct pam_response **ret)
{
	const struct plan *plan = world_plan();
	const struct reply *reply = reply_next(pamh);

	if (reply->meanwhile == MEANWHILE_DEADLINE_PASSES)
		world_advance_ms((int64_t)plan->timeout_s * 1000 + 1);
	else if (reply->meanwhile != MEANWHILE_NOTHING)
		world_change(reply->meanwhile);
	if (reply->meanwhile == MEANWHILE_USER_CHANGES)
		pamh->user = "mallory";
	if (!reply->bare)
		*ret = response_new(reply);
	if (reply->result == PAM_SUCCESS) {
		seen.answers++;
		seen.late = reply->meanwhile == MEANWHILE_DEADLINE_PASSES;
	}
	return reply->result;
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret, void *context)
{
	HOLD(count == 1);
	text_check(messages[0]->msg);
	if (messages[0]->msg_style == PAM_PROMPT_ECHO_ON)
		return answer(context, ret);
	HOLD(messages[0]->msg_style == PAM_TEXT_INFO ||
	    messages[0]->msg_style == PAM_ERROR_MSG);
	return PAM_SUCCESS;
}

/* ---- the handle ---- */

pam_handle_t *
pam_double_new(void)
{
	static struct pam_handle handle;

	memset(&handle, 0, sizeof(handle));
	handle.user = world_plan()->setting.user;
	handle.conv = (struct pam_conv){converse, &handle};
	return &handle;
}

static void
data_end(pam_handle_t *pamh, int status)
{
	for (size_t i = 0; i < ENTRIES_MAX; i++) {
		if (pamh->data[i].cleanup != NULL)
			pamh->data[i].cleanup(pamh, pamh->data[i].data, status);
	}
	memset(pamh->data, 0, sizeof(pamh->data));
}

void
pam_double_end(pam_handle_t *pamh)
{
	data_end(pamh, PAM_SUCCESS);
	for (size_t i = 0; i < ENTRIES_MAX; i++)
		free(pamh->env[i]);
}

void
pam_double_forget(pam_handle_t *pamh)
{
	data_end(pamh, PAM_SUCCESS | (int)PAM_DATA_SILENT);
}

const char *
pam_double_user(pam_handle_t *pamh)
{
	return pamh->user;
}

bool
pam_double_env_has(pam_handle_t *pamh, const char *part)
{
	for (size_t i = 0; i < ENTRIES_MAX; i++) {
		if (pamh->env[i] != NULL && strstr(pamh->env[i], part) != NULL)
			return true;
	}
	return false;
}

int
pam_get_user(pam_handle_t *pamh, const char **ret, const char *prompt)
{
	static const int results[] = {
	    PAM_CONV_AGAIN, PAM_CONV_ERR, PAM_SYSTEM_ERR, PAM_BUF_ERR};
	unsigned how;

	(void)prompt;
	*ret = NULL;
	if (world_fault(CALL_GET_USER, &how))
		return how < 4 ? results[how] : PAM_SUCCESS;
	*ret = pamh->user;
	return PAM_SUCCESS;
}

int
pam_get_item(const pam_handle_t *pamh, int item, const void **ret)
{
	const struct plan *plan = world_plan();
	unsigned how;

	*ret = NULL;
	if (world_fault(CALL_GET_ITEM, &how))
		return how == 0 ? PAM_SYSTEM_ERR : PAM_SUCCESS;
	if (item == PAM_USER)
		*ret = pamh->user;
	else if (item == PAM_SERVICE)
		*ret = plan->service;
	else if (item == PAM_TTY) /* of whom a listener is for */
		*ret = "pts/0";
	else if (item == PAM_CONV && !plan->no_conversation)
		*ret = &pamh->conv;
	return PAM_SUCCESS;
}

int
pam_set_data(
    pam_handle_t *pamh, const char *name, void *data, cleanup_fn *cleanup)
{
	size_t i = 0;
	unsigned how;

	while (
	    pamh->data[i].name != NULL && strcmp(pamh->data[i].name, name) != 0)
		HOLD(++i < ENTRIES_MAX);
	/* Linux-PAM allocates for a new name alone, and fails then alone */
	if (pamh->data[i].name == NULL && world_fault(CALL_SET_DATA, &how))
		return PAM_BUF_ERR;
	if (pamh->data[i].cleanup != NULL)
		pamh->data[i].cleanup(
		    pamh, pamh->data[i].data, PAM_DATA_REPLACE | PAM_SUCCESS);
	pamh->data[i].name = name;
	pamh->data[i].data = data;
	pamh->data[i].cleanup = cleanup;
	return PAM_SUCCESS;
}

int
pam_get_data(const pam_handle_t *pamh, const char *name, const void **ret)
{
	for (size_t i = 0; i < ENTRIES_MAX; i++) {
		if (pamh->data[i].name != NULL &&
		    strcmp(pamh->data[i].name, name) == 0) {
			*ret = pamh->data[i].data;
			return PAM_SUCCESS;
		}
	}
	return PAM_NO_MODULE_DATA;
}

/* Where the variable of that name stands, or where there is room. */
static char **
env_find(pam_handle_t *pamh, const char *name, size_t len)
{
	char **room = NULL;

	for (size_t i = 0; i < ENTRIES_MAX; i++) {
		char **at = &pamh->env[i];

		if (*at == NULL)
			room = room == NULL ? at : room;
		else if (strncmp(*at, name, len) == 0 && (*at)[len] == '=')
			return at;
	}
	HOLD(room != NULL);
	return room;
}

int
pam_putenv(pam_handle_t *pamh, const char *variable)
{
	size_t len = strcspn(variable, "=");
	char **at = env_find(pamh, variable, len);
	bool is_set = variable[len] == '=';
	unsigned how;

	HOLD(len > 0);
	if (!is_set)
		HOLD(*at != NULL);
	else if (world_fault(CALL_PUTENV, &how))
		return PAM_BUF_ERR;
	free(*at);
	*at = is_set ? strdup(variable) : NULL;
	return PAM_SUCCESS;
}

const char *
pam_getenv(pam_handle_t *pamh, const char *name)
{
	size_t len = strlen(name);
	char **at = env_find(pamh, name, len);

	return *at != NULL ? *at + len + 1 : NULL;
}

int
pam_fail_delay(pam_handle_t *pamh, unsigned us)
{
	(void)pamh;
	HOLD(us > 0);
	return PAM_SUCCESS;
}

const char *
pam_strerror(pam_handle_t *pamh, int error)
{
	(void)pamh;
	return error == PAM_SUCCESS ? "Success" : "an error";
}
