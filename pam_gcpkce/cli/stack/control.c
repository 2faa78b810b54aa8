/* SPDX-License-Identifier: ISC */
/*
 * Controls, as leniently as libpam: words may run into each other, later pairs
 * win, and one fault invalidates all.
 */
#include "control.h"

#include <string.h>
#include <strings.h>

#include "gcpkce/config/shown.h"

#define BLANKS " \t\n\v\f\r"
#define DEFAULT_WORD "default"

#define RESULT_TABLE(X) \
	X(PAM_SUCCESS, "success") \
	X(PAM_OPEN_ERR, "open_err") \
	X(PAM_SYMBOL_ERR, "symbol_err") \
	X(PAM_SERVICE_ERR, "service_err") \
	X(PAM_SYSTEM_ERR, "system_err") \
	X(PAM_BUF_ERR, "buf_err") \
	X(PAM_PERM_DENIED, "perm_denied") \
	X(PAM_AUTH_ERR, "auth_err") \
	X(PAM_CRED_INSUFFICIENT, "cred_insufficient") \
	X(PAM_AUTHINFO_UNAVAIL, "authinfo_unavail") \
	X(PAM_USER_UNKNOWN, "user_unknown") \
	X(PAM_MAXTRIES, "maxtries") \
	X(PAM_NEW_AUTHTOK_REQD, "new_authtok_reqd") \
	X(PAM_ACCT_EXPIRED, "acct_expired") \
	X(PAM_SESSION_ERR, "session_err") \
	X(PAM_CRED_UNAVAIL, "cred_unavail") \
	X(PAM_CRED_EXPIRED, "cred_expired") \
	X(PAM_CRED_ERR, "cred_err") \
	X(PAM_NO_MODULE_DATA, "no_module_data") \
	X(PAM_CONV_ERR, "conv_err") \
	X(PAM_AUTHTOK_ERR, "authtok_err") \
	X(PAM_AUTHTOK_RECOVERY_ERR, "authtok_recover_err") \
	X(PAM_AUTHTOK_LOCK_BUSY, "authtok_lock_busy") \
	X(PAM_AUTHTOK_DISABLE_AGING, "authtok_disable_aging") \
	X(PAM_TRY_AGAIN, "try_again") \
	X(PAM_IGNORE, "ignore") \
	X(PAM_ABORT, "abort") \
	X(PAM_AUTHTOK_EXPIRED, "authtok_expired") \
	X(PAM_MODULE_UNKNOWN, "module_unknown") \
	X(PAM_BAD_ITEM, "bad_item") \
	X(PAM_CONV_AGAIN, "conv_again") \
	X(PAM_INCOMPLETE, "incomplete")

static const struct {
	const char *name;
	const char *word;
} results[PAM_RESULT_COUNT] = {
#define X(result, word) [result] = {#result, word},
    RESULT_TABLE(X)
#undef X
};

const char *
pam_result_name(int result)
{
	return result >= 0 && result < PAM_RESULT_COUNT ? results[result].name
							: NULL;
}

const char *
pam_result_word(int result)
{
	return result >= 0 && result < PAM_RESULT_COUNT ? results[result].word
							: NULL;
}

static const struct {
	const char *word;
	enum control_kind kind;
	int success; /* and new_authtok_reqd */
	int ignore;
	int rest;
} words[] = {
    {"required", CONTROL_MODULE, CONTROL_OK, CONTROL_IGNORE, CONTROL_BAD},
    {"requisite", CONTROL_MODULE, CONTROL_OK, CONTROL_IGNORE, CONTROL_DIE},
    {"optional", CONTROL_MODULE, CONTROL_OK, CONTROL_IGNORE, CONTROL_IGNORE},
    {"sufficient", CONTROL_MODULE, CONTROL_DONE, CONTROL_IGNORE,
	CONTROL_IGNORE},
    {"include", CONTROL_INCLUDE, CONTROL_BAD, CONTROL_BAD, CONTROL_BAD},
    {"substack", CONTROL_SUBSTACK, CONTROL_BAD, CONTROL_BAD, CONTROL_BAD},
};

static const struct {
	const char *word;
	int action;
} actions[] = {
    {"ignore", CONTROL_IGNORE},
    {"ok", CONTROL_OK},
    {"done", CONTROL_DONE},
    {"bad", CONTROL_BAD},
    {"die", CONTROL_DIE},
    {"reset", CONTROL_RESET},
};

void
control_fill(struct control *control, int action)
{
	for (size_t i = 0; i < PAM_RESULT_COUNT; i++)
		control->actions[i] = action;
}

static void
unset_fill(struct control *control, int action)
{
	for (size_t i = 0; i < PAM_RESULT_COUNT; i++) {
		if (control->actions[i] == CONTROL_UNSET)
			control->actions[i] = action;
	}
}

/* Skip the word if the text begins with it; more may follow directly. */
static bool
word_take(const char **p, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*p, word, len) != 0)
		return false;
	*p += len;
	return true;
}

/* A result's number; PAM_RESULT_COUNT for "default"; -1 for neither. */
static int
result_take(const char **p)
{
	for (int i = 0; i < PAM_RESULT_COUNT; i++) {
		if (word_take(p, pam_result_word(i)))
			return i;
	}
	return word_take(p, DEFAULT_WORD) ? PAM_RESULT_COUNT : -1;
}

static bool
action_take(const char **p, int *ret)
{
	int jump = 0;

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (word_take(p, actions[i].word)) {
			*ret = actions[i].action;
			return true;
		}
	}
	for (; **p >= '0' && **p <= '9'; (*p)++) {
		if (jump < CONTROL_JUMP_MAX)
			jump = jump * 10 + (**p - '0');
	}
	*ret = jump;
	return jump > 0;
}

/* Read the pairs; returns NULL, or what libpam expects at *p. */
static const char *
pairs_parse(const char **p, struct control *control)
{
	for (;;) {
		int action;

		*p += strspn(*p, BLANKS);
		if (**p == '\0')
			return NULL;
		int result = result_take(p);
		if (result < 0)
			return "a result such as success, or default";
		*p += strspn(*p, BLANKS);
		if (**p != '=')
			return "a '='";
		*p += 1 + strspn(*p + 1, BLANKS);
		if (!action_take(p, &action))
			return "ignore, ok, done, bad, die, reset or a number "
			       "above 0";
		if (result == PAM_RESULT_COUNT)
			unset_fill(control, action);
		else
			control->actions[result] = action;
	}
}

bool
control_parse(const char *text, struct control *ret, struct errinfo *reterr)
{
	const char *p = text;
	autobuf at = BUF_INIT(1024);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(text, words[i].word) != 0)
			continue;
		ret->kind = words[i].kind;
		control_fill(ret, words[i].rest);
		ret->actions[PAM_SUCCESS] = words[i].success;
		ret->actions[PAM_NEW_AUTHTOK_REQD] = words[i].success;
		ret->actions[PAM_IGNORE] = words[i].ignore;
		return true;
	}
	ret->kind = CONTROL_MODULE;
	control_fill(ret, CONTROL_UNSET);
	const char *missed = pairs_parse(&p, ret);
	if (missed == NULL) {
		unset_fill(ret, CONTROL_BAD);
		return true;
	}
	control_fill(ret, CONTROL_BAD);
	shown_put_word(&at, view_text(*p != '\0' ? p : "its end"));
	(void)err_set(reterr, OUTCOME_CONFIG_INVALID, "%s is missing at: %.60s",
	    missed, buf_text(&at));
	return false;
}
