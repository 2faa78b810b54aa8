/* SPDX-License-Identifier: ISC */
#include "settings.h"

#include <stdio.h>
#include <string.h>

#include "gcpkce/base/text.h"
#include "gcpkce/base/url.h"
#include "gcpkce/config/lines.h"
#include "gcpkce/config/safefile.h"

enum form {
	FORM_TEXT,
	FORM_PATH,
	FORM_APPEARANCE,
	FORM_SCALE,
	FORM_SECONDS,
	FORM_LOCALE,
	FORM_YES_NO,
	FORM_HOSTS,
	FORM_URL,
	FORM_SESSION_TYPE,
};

struct key {
	const char *name;
	const char *value;
	size_t offset;
	enum form form;
};

static const struct key keys[] = {
#define X(name, value, form) \
	{#name, value, offsetof(struct settings, name), FORM_##form},
    SETTINGS_TABLE(X)
#undef X
};
#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

struct reading {
	const char *path;
	struct settings *settings;
	bool seen[KEY_COUNT];
	enum outcome outcome; /* of the first fault */
	struct errinfo *why;
};

static char *
member(struct settings *settings, const struct key *key)
{
	return (char *)settings + key->offset;
}

static void
fault_add(struct reading *reading, enum outcome r, const struct errinfo *why)
{
	if (reading->outcome != OUTCOME_OK)
		return;
	reading->outcome = r;
	*reading->why = *why;
}

static bool
is_locale_char(uint8_t byte)
{
	return text_is_unreserved(byte) || byte == '@';
}

static bool
hosts_are_names(const char *value)
{
	struct view rest = view_text(value), host;

	while (view_next(&rest, ',', &host)) {
		if (!url_host_is_name(view_trim(host, " \t")))
			return false;
	}
	return true;
}

static bool
url_is_good(const char *value)
{
	struct url url;

	return url_split(value, &url) && url_is_protected(&url) &&
	    strpbrk(value, "?#") == NULL;
}

/* What is wrong with a value of this form: NULL if nothing, and the fix. */
static const char *
form_check(enum form form, const char *value, const char **ret_fix)
{
	unsigned long number;

	switch (form) {
	case FORM_PATH:
		*ret_fix = "write a path that begins with /";
		return value[0] == '/' ? NULL : "is no absolute path";
	case FORM_APPEARANCE:
		*ret_fix = "write auto, light or dark";
		return text_list_has("auto,light,dark", view_text(value))
		    ? NULL
		    : "is no appearance";
	case FORM_SCALE:
		*ret_fix = "write a number of 100 to 200, for per cent";
		return text_parse_number(value, 100, 200, &number)
		    ? NULL
		    : "is no such number";
	case FORM_SECONDS:
		*ret_fix = "write a number of 1 to 3600";
		return text_parse_number(value, 1, 3600, &number)
		    ? NULL
		    : "is no such number";
	case FORM_LOCALE:
		*ret_fix = "write a name that locale -a lists, as de_DE.UTF-8";
		return view_all(view_text(value), is_locale_char)
		    ? NULL
		    : "is no locale's name";
	case FORM_YES_NO:
		*ret_fix = "write yes or no";
		return text_list_has("yes,no", view_text(value))
		    ? NULL
		    : "is neither yes nor no";
	case FORM_HOSTS:
		*ret_fix = "write names of hosts, with commas between them";
		return hosts_are_names(value) ? NULL : "is no list of hosts";
	case FORM_URL:
		*ret_fix = "write https://HOST/PATH";
		return url_is_good(value) ? NULL : "is no such URL";
	case FORM_SESSION_TYPE:
		*ret_fix = "write wayland, x11 or tty";
		return text_list_has("wayland,x11,tty", view_text(value))
		    ? NULL
		    : "is no type of session";
	case FORM_TEXT:
		break;
	}
	return NULL;
}

/* Judge a value, and take it if it is good; an empty one is the default. */
static enum outcome
value_take(const struct key *key, struct view value, struct settings *settings,
    const char *place, struct errinfo *why)
{
	char text[SETTING_MAX + 1];
	const char *fix = "make it shorter";
	const char *wrong = "is too long";

	if (value.len == 0)
		return OUTCOME_OK;
	if (value.len <= SETTING_MAX) {
		memcpy(text, value.p, value.len);
		text[value.len] = '\0';
		fix = "write it again, as UTF-8";
		wrong = text_is_clean_utf8(value)
		    ? form_check(key->form, text, &fix)
		    : "holds control bytes, or is not UTF-8";
	}
	if (wrong != NULL)
		return err_fault(why, OUTCOME_CONFIG_INVALID, place, fix,
		    "%s %s", key->name, wrong);
	(void)snprintf(member(settings, key), SETTING_MAX + 1, "%s", text);
	return OUTCOME_OK;
}

static void
line_read(struct reading *reading, const char *place, struct view line)
{
	struct view name = lines_trim(view_before(line, '='));
	struct errinfo why = {0};
	size_t row = 0;
	enum outcome r;

	while (row < KEY_COUNT && !view_eq(name, view_text(keys[row].name)))
		row++;
	if (name.len == line.len)
		r = err_fault(&why, OUTCOME_CONFIG_INVALID, place,
		    "write key = value", "the line has no '='");
	else if (row == KEY_COUNT) {
		autobuf shown = BUF_INIT(ERRINFO_TEXT_MAX);

		text_put_escaped(&shown, name);
		r = err_fault(&why, OUTCOME_CONFIG_INVALID, place,
		    "gcpkce-greeter(8) lists the keys", "%s is no key",
		    buf_text(&shown));
	} else if (reading->seen[row])
		r = err_fault(&why, OUTCOME_CONFIG_INVALID, place,
		    "keep one of them", "%s has a second value",
		    keys[row].name);
	else {
		reading->seen[row] = true;
		r = value_take(&keys[row], lines_trim(view_after(line, '=')),
		    reading->settings, place, &why);
	}
	if (r != OUTCOME_OK)
		fault_add(reading, r, &why);
}

static enum outcome
file_read(struct reading *reading, int fd, struct errinfo *why)
{
	autolines lines = {.fd = fd, .path = reading->path};

	for (;;) {
		struct view line;
		enum outcome r = lines_next(&lines, &line, why);

		if (r != OUTCOME_OK || line.p == NULL)
			return r;
		line = lines_trim(lines_cut_comment(line));
		if (line.len > 0)
			line_read(reading, lines_place(&lines), line);
	}
}

/* A start page names no redirect URI, so both keys or none. */
static void
pair_check(struct reading *reading)
{
	struct settings *settings = reading->settings;
	struct errinfo why = {0};

	if ((settings->start_url[0] == '\0') ==
	    (settings->redirect_uri[0] == '\0'))
		return;
	settings->start_url[0] = settings->redirect_uri[0] = '\0';
	fault_add(reading,
	    err_fault(&why, OUTCOME_CONFIG_INVALID, reading->path,
		"write both, as in pam_gcpkce.conf",
		"start_url and redirect_uri need each other"),
	    &why);
}

enum outcome
settings_read(const char *path, struct settings *ret, struct errinfo *reterr)
{
	struct reading reading = {.path = path,
	    .settings = ret,
	    .outcome = OUTCOME_OK,
	    .why = reterr};
	struct errinfo why = {0};
	autofd fd = -1;

	for (size_t i = 0; i < KEY_COUNT; i++)
		(void)snprintf(member(ret, &keys[i]), SETTING_MAX + 1, "%s",
		    keys[i].value);
	enum outcome r = safefile_open(path, SAFEFILE_CONFIG, &fd, &why);
	if (r == OUTCOME_OK && fd >= 0)
		r = file_read(&reading, fd, &why);
	if (r != OUTCOME_OK)
		fault_add(&reading, r, &why);
	pair_check(&reading);
	return reading.outcome;
}
