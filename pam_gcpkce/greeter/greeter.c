/* SPDX-License-Identifier: ISC */
/*
 * gcpkce-greeter: the login screen of a workstation.  It has no rights; the
 * display manager that starts it runs PAM.
 */
#include <glob.h>
#include <gtk/gtk.h>
#include <lightdm.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "conversation.h"
#include "environment.h"
#include "screen_window.h"
#include "texts.h"

#define GREETD_CONF "/etc/greetd/config.toml"
#define LIGHTDM_DIRECTORY "/etc/lightdm"

static int
usage(void)
{
	(void)fputs(
	    "usage: gcpkce-greeter [--config FILE] [--check]\n"
	    "       greetd or LightDM starts it; see gcpkce-greeter(8)\n",
	    stderr);
	return 2;
}

static bool
arguments_read(int argc, char **argv, const char **ret_path, bool *ret_check)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--check") == 0)
			*ret_check = true;
		else if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
			*ret_path = argv[++i];
		else
			return false;
	}
	return true;
}

/* greetd gives its greeter no locale, so the file can set one. */
static void
locale_set(const struct settings *settings)
{
	if (settings->locale[0] != '\0') {
		(void)setenv("LANG", settings->locale, 1);
		(void)unsetenv("LC_ALL");
		(void)unsetenv("LANGUAGE");
	}
	texts_open();
}

/* Does greetd start this program, or will it? */
static bool
is_greetd_s(bool check)
{
	g_autofree char *text = NULL;

	if (!check)
		return getenv("GREETD_SOCK") != NULL;
	return g_file_get_contents(GREETD_CONF, &text, NULL, NULL) &&
	    strstr(text, "gcpkce-greeter") != NULL;
}

/* Does LightDM? */
static bool
is_lightdm_s(bool check)
{
	return check ? g_file_test(LIGHTDM_DIRECTORY, G_FILE_TEST_IS_DIR)
		     : getenv("LIGHTDM_TO_SERVER_FD") != NULL;
}

/*
 * greetd runs sh -c "exec COMMAND", with the PATH that it gives the greeter.  A
 * first word with the shell's syntax cannot be judged.
 */
static bool
program_is_missing(const char *command)
{
	g_autofree char *word = g_strndup(command, strcspn(command, " "));
	g_autofree char *program = g_find_program_in_path(word);

	return program == NULL &&
	    strpbrk(word, "\"'\\$`;&|<>()*?[]{}#~!") == NULL;
}

static bool
desktop_is_missing(const char *name)
{
	for (GList *row = lightdm_get_sessions(); row != NULL; row = row->next)
		if (strcmp(lightdm_session_get_key(row->data), name) == 0)
			return false;
	return true;
}

static enum outcome
desktop_check(
    const char *path, const char *key, const char *name, struct errinfo *reterr)
{
	if (!desktop_is_missing(name))
		return OUTCOME_OK;
	return err_fault(reterr, OUTCOME_CONFIG_INVALID, path,
	    "install it, or write the name of a file in /usr/share/xsessions "
	    "or /usr/share/wayland-sessions, without .desktop",
	    "%s = %s: LightDM has no such session", key, name);
}

/* What LightDM's own configuration sets for all seats; the last file counts. */
static enum outcome
user_session_check(struct errinfo *reterr)
{
	static const char *const patterns[] = {
	    "/usr/share/lightdm/lightdm.conf.d/*.conf",
	    "/usr/local/share/lightdm/lightdm.conf.d/*.conf",
	    "/etc/xdg/lightdm/lightdm.conf.d/*.conf",
	    LIGHTDM_DIRECTORY "/lightdm.conf.d/*.conf",
	    LIGHTDM_DIRECTORY "/lightdm.conf",
	};
	g_autofree char *session = NULL;
	const char *path = NULL;
	glob_t files = {0};

	for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++)
		(void)glob(patterns[i], i > 0 ? GLOB_APPEND : 0, NULL, &files);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		g_autoptr(GKeyFile) file = g_key_file_new();

		(void)g_key_file_load_from_file(
		    file, files.gl_pathv[i], G_KEY_FILE_NONE, NULL);
		char *value =
		    g_key_file_get_string(file, "Seat:*", "user-session", NULL);
		if (value == NULL)
			continue;
		g_free(session);
		session = g_strstrip(value);
		path = files.gl_pathv[i];
	}
	enum outcome r = session == NULL
	    ? OUTCOME_OK
	    : desktop_check(path, "user-session", session, reterr);
	globfree(&files);
	return r;
}

/* Is what the settings name on this host? */
static enum outcome
host_check(const struct settings *settings, const char *path, bool check,
    struct errinfo *reterr)
{
	const char *session = settings->session;
	bool greetd = is_greetd_s(check);

	if (greetd && session[0] == '\0')
		return err_fault(reterr, OUTCOME_CONFIG_INVALID, path,
		    "write session = COMMAND",
		    "session is missing, and greetd needs it");
	if (greetd && program_is_missing(session))
		return err_fault(reterr, OUTCOME_CONFIG_INVALID, path,
		    "install it, or write another command",
		    "session = %s: its program is not installed", session);
	if (!greetd && is_lightdm_s(check)) {
		enum outcome r = OUTCOME_OK;

		if (session[0] != '\0')
			r = desktop_check(path, "session", session, reterr);
		else if (check) /* a LightDM that runs may have another file */
			r = user_session_check(reterr);
		if (r != OUTCOME_OK)
			return r;
	}
	if (settings->locale[0] != '\0' &&
	    setlocale(LC_ALL, settings->locale) == NULL)
		return err_fault(reterr, OUTCOME_CONFIG_INVALID, path,
		    "install it, or write a name that locale -a lists",
		    "locale = %s is not installed", settings->locale);
	return OUTCOME_OK;
}

static struct backend *
backend_new(const struct settings *settings,
    const struct backend_handler *handler, struct errinfo *reterr)
{
	struct backend *backend = NULL;

	if (getenv("GREETD_SOCK") != NULL)
		backend = backend_greetd_new(settings, handler, reterr);
	else if (getenv("LIGHTDM_TO_SERVER_FD") != NULL)
		backend = backend_lightdm_new(settings, handler, reterr);
	else
		(void)err_set(reterr, OUTCOME_SYSTEM_ERROR,
		    "neither greetd nor LightDM has started it");
	return backend;
}

static int
run(const struct settings *settings, const char *fault)
{
	static struct conversation conversation;
	struct backend_handler handler = conversation_handler;
	struct errinfo why = {0};

	handler.arg = &conversation;
	struct backend *backend = backend_new(settings, &handler, &why);
	if (backend == NULL) {
		(void)fprintf(stderr, "gcpkce-greeter: %s\n", why.text);
		return 2;
	}
	/* the page's program must not reach the display manager */
	if (!environment_reduce()) {
		perror("gcpkce-greeter");
		return 1;
	}
	if (!gtk_init_check()) {
		(void)fputs("gcpkce-greeter: no display\n", stderr);
		return 1;
	}
	screen_open(&conversation, settings, fault);
	conversation_init(&conversation, backend, settings);
	for (;;)
		(void)g_main_context_iteration(NULL, TRUE);
}

int
main(int argc, char **argv)
{
	static struct settings settings;
	struct errinfo why = {0};
	const char *path = GCPKCE_GREETER_CONF;
	const char *fault = "";
	bool check = false;
	const struct rlimit none = {0}; /* of core files: it holds passwords */

	if (!arguments_read(argc, argv, &path, &check))
		return usage();
	if (setrlimit(RLIMIT_CORE, &none) != 0) {
		perror("gcpkce-greeter");
		return 1;
	}
	enum outcome r = settings_read(path, &settings, &why);
	if (r == OUTCOME_OK)
		r = host_check(&settings, path, check, &why);
	locale_set(&settings);
	if (r != OUTCOME_OK) {
		(void)fprintf(stderr, "gcpkce-greeter: %s\n", why.text);
		fault = text_of(MESSAGE_SCREEN_CONFIGURATION);
	}
	if (check)
		return r == OUTCOME_OK ? 0 : 1;
	return run(&settings, fault);
}
