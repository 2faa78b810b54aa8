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

/* What is wrong with a value that is not of the form, and the fix. */
static const struct {
	const char *wrong, *fix;
} faults[] = {
    [FORM_PATH] = {"is not an absolute path", "begin with /"},
    [FORM_APPEARANCE] = {"is not one of the choices",
	"write one of auto, light, dark"},
    [FORM_SCALE] = {"is not a whole number from 100 to 200", "write one"},
    [FORM_SECONDS] = {"is not a whole number from 1 to 3600", "write one"},
    [FORM_LOCALE] = {"is not the name of a locale",
	"write a name that locale -a lists, as in de_DE.UTF-8"},
    [FORM_YES_NO] = {"is neither yes nor no", "write one"},
    [FORM_HOSTS] = {"is not a list of hosts",
	"write their names, separated by commas"},
    [FORM_URL] = {"is not a base URL",
	"write https://HOST[:PORT][/PATH] (http only for a loopback address)"},
    [FORM_SESSION_TYPE] = {"is not one of the choices",
	"write one of wayland, x11, tty"},
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

static bool
form_is_good(enum form form, const char *value)
{
	unsigned long number;

	switch (form) {
	case FORM_PATH:
		return value[0] == '/';
	case FORM_APPEARANCE:
		return text_list_has("auto,light,dark", view_text(value));
	case FORM_SCALE:
		return text_parse_number(value, 100, 200, &number);
	case FORM_SECONDS:
		return text_parse_number(value, 1, 3600, &number);
	case FORM_LOCALE:
		return view_all(view_text(value), is_locale_char);
	case FORM_YES_NO:
		return text_list_has("yes,no", view_text(value));
	case FORM_HOSTS:
		return hosts_are_names(value);
	case FORM_URL:
		return url_is_good(value);
	case FORM_SESSION_TYPE:
		return text_list_has("wayland,x11,tty", view_text(value));
	case FORM_TEXT:
		break;
	}
	return true;
}

/* Judge a value, and take it if it is good; an empty one is the default. */
static enum outcome
value_take(const struct key *key, struct view value, struct settings *settings,
    const char *place, struct errinfo *why)
{
	char text[SETTING_MAX + 1];
	const char *fix = faults[key->form].fix;
	const char *wrong = NULL;

	if (value.len == 0)
		return OUTCOME_OK;
	if (value.len > SETTING_MAX) {
		wrong = "is too long";
		fix = "make it shorter";
	} else if (!text_is_clean_utf8(value)) {
		wrong = "has a control byte or is not UTF-8";
		fix = "write it again, as UTF-8";
	} else {
		memcpy(text, value.p, value.len);
		text[value.len] = '\0';
		if (!form_is_good(key->form, text))
			wrong = faults[key->form].wrong;
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
		    "gcpkce-greeter(8) lists the keys",
		    "%s is not a key of this file", buf_text(&shown));
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
