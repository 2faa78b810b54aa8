/* SPDX-License-Identifier: ISC */
/*
 * File, drop-ins and arguments, with one grammar.  All faults are collected, so
 * that an administrator can fix them at once.
 */
#include "gcpkce/config/config.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "config_loader.h"
#include "config_value.h"
#include "gcpkce/base/text.h"
#include "gcpkce/config/lines.h"
#include "gcpkce/config/safefile.h"

/* Is it in quotes, ASCII or typographic? */
static bool
is_quoted(struct view value)
{
	static const char *const marks[] = {"\"", "'", "\xE2\x80\x9C",
	    "\xE2\x80\x9D", "\xE2\x80\x9E", "\xE2\x80\x98", "\xE2\x80\x99",
	    "\xE2\x80\x9A"};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (view_begins(value, marks[i]))
			return true;
	}
	return false;
}

static enum outcome
value_read(const struct config_key *key, struct view value,
    struct config *config, struct errinfo *reterr)
{
	char text[CONFIG_TEXT_CAP + 64];

	if (is_quoted(value))
		return err_fault(reterr, OUTCOME_CONFIG_INVALID, NULL,
		    "write the value without them", "stands in quotes");
	if (value.len >= sizeof(text))
		return err_fault(reterr, OUTCOME_CONFIG_INVALID, NULL,
		    "no value has more than 511 bytes", "is too long");
	memcpy(text, value.p, value.len);
	text[value.len] = '\0';
	return config_value_parse(key, text, config, reterr);
}

static void
assign(struct config_loader *l, const char *place, struct view name,
    struct view value)
{
	const struct config_key *key = config_key_find(name);
	enum outcome r = OUTCOME_OK;
	struct errinfo why;

	if (key == NULL) {
		config_fault_add_value(l, place, name, value,
		    "pam_gcpkce.conf(5) lists the keys",
		    "is given to a key that does not exist");
		return;
	}
	size_t row = config_key_row(key);
	if (l->seen[row])
		r = err_fault(&why, OUTCOME_CONFIG_INVALID, NULL,
		    "keep one of them", "is a second value for this key");
	else
		(void)snprintf(l->place[row], CONFIG_PLACE_MAX, "%s", place);
	l->seen[row] = true;
	l->given[row] = value.len > 0;
	if (r == OUTCOME_OK && value.len == 0)
		config_value_default(key, l->config);
	else if (r == OUTCOME_OK)
		r = value_read(key, value, l->config, &why);
	if (r != OUTCOME_OK) {
		struct view what = err_what(&why);

		l->faulty[row] = true;
		config_fault_add_value(l, place, name, value, err_fix(&why),
		    "%.*s", (int)what.len, (const char *)what.p);
	}
}

/* Read "key = value". */
static void
assignment_read(struct config_loader *l, const char *place, struct view line)
{
	if (view_before(line, '=').len == line.len) {
		config_fault_add_value(l, place, line, (struct view){0},
		    "write key = value", "has no '='");
		return;
	}
	assign(l, place, lines_trim(view_before(line, '=')),
	    lines_trim(view_after(line, '=')));
}

/* Read one file.  The caller decides whether it may be missing. */
static void
file_read(struct config_loader *l, const char *path, bool *ret_missing)
{
	struct errinfo why = {0};
	autofd fd = -1;
	enum outcome r = safefile_open(path, SAFEFILE_CONFIG, &fd, &why);

	*ret_missing = r == OUTCOME_OK && fd < 0;
	if (r == OUTCOME_OK && fd < 0)
		return;
	memset(l->seen, 0, sizeof(l->seen));
	autolines lines = {.fd = fd, .path = path};
	while (r == OUTCOME_OK) {
		struct view line;

		r = lines_next(&lines, &line, &why);
		if (r != OUTCOME_OK || line.p == NULL)
			break;
		const char *place = lines_place(&lines);
		if (memchr(line.p, '\0', line.len) != NULL)
			(void)err_fault(
			    config_fault_new(l, OUTCOME_CONFIG_INVALID),
			    OUTCOME_CONFIG_INVALID, place, "write it again",
			    "the line holds a NUL byte");
		line = lines_trim(lines_cut_comment(line));
		if (line.len > 0)
			assignment_read(l, place, line);
	}
	if (r != OUTCOME_OK) {
		l->unread = true;
		if (why.text[0] == '\0') /* out of memory */
			(void)err_set(&why, r, "%s", path);
		config_fault_add(l, r, &why);
	}
}

static int
is_drop_in(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 &&
	    strcmp(entry->d_name + len - 5, ".conf") == 0;
}

/* Name order must not depend on the application's locale. */
static int
name_order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* As scandir(3). */
static int
drop_ins_list(int fd, const char *dir, struct dirent ***ret)
{
#ifdef __GLIBC__
	(void)dir;
	return scandirat(fd, ".", ret, is_drop_in, name_order);
#else
	(void)fd; /* by path, as each file is opened */
	return scandir(dir, ret, is_drop_in, name_order);
#endif
}

static void
drop_ins_read(struct config_loader *l)
{
	char dir[PATH_MAX];
	char path[PATH_MAX + NAME_MAX + 2];
	struct errinfo why = {0};
	struct dirent **entries = NULL;
	autofd fd = -1;

	(void)snprintf(dir, sizeof(dir), "%s.d", l->path);
	enum outcome r = safefile_open(dir, SAFEFILE_DIRECTORY, &fd, &why);
	if (r != OUTCOME_OK) {
		config_fault_add(l, r, &why);
		return;
	}
	if (fd < 0)
		return;
	int count = drop_ins_list(fd, dir, &entries);
	if (count < 0) {
		r = err_sys(&why, OUTCOME_CONFIG_INVALID, dir);
		config_fault_add(l, r, &why);
		return;
	}
	for (int i = 0; i < count; i++) {
		bool missing;

		(void)snprintf(
		    path, sizeof(path), "%s/%s", dir, entries[i]->d_name);
		file_read(l, path, &missing);
		free(entries[i]);
	}
	free(entries);
}

static void
arguments_read(struct config_loader *l, int argc, const char **argv)
{
	bool conf_seen = false;

	memset(l->seen, 0, sizeof(l->seen));
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "conf=", 5) != 0) {
			assignment_read(l, "argument", view_text(argv[i]));
			continue;
		}
		if (conf_seen)
			config_fault_add_value(l, "argument", view_text("conf"),
			    view_text(argv[i] + 5), "keep one of them",
			    "is a second value for this key");
		conf_seen = true;
	}
}

static const char *
conf_path(int argc, const char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "conf=", 5) == 0)
			return argv[i] + 5;
	}
	return NULL;
}

static void
sources_read(struct config_loader *l, int argc, const char **argv)
{
	const char *named = conf_path(argc, argv);
	bool missing = false;
	size_t count;
	const struct config_key *keys = config_keys(&count);

	for (size_t i = 0; i < count; i++)
		config_value_default(&keys[i], l->config);
	l->path = named != NULL ? named : GCPKCE_CONF;
	if (l->path[0] != '/') {
		l->unread = true;
		config_fault_add_value(l, "argument", view_text("conf"),
		    view_text(l->path), "begin with /",
		    "is not an absolute path");
		return;
	}
	file_read(l, l->path, &missing);
	if (missing && named != NULL)
		config_fault_add_value(l, "argument", view_text("conf"),
		    view_text(named), "name the file that does",
		    "does not exist");
	drop_ins_read(l);
	arguments_read(l, argc, argv);
}

enum outcome
config_load(int argc, const char **argv, enum config_purpose purpose,
    struct config *ret, struct config_faults *faults)
{
	*faults = (struct config_faults){0};
	autofree struct config_loader *l = calloc(1, sizeof(*l));
	if (l == NULL) {
		faults->outcome = OUTCOME_NO_MEMORY;
		return OUTCOME_NO_MEMORY;
	}
	memset(ret, 0, sizeof(*ret));
	l->config = ret;
	l->faults = faults;
	l->purpose = purpose;

	sources_read(l, argc, argv);
	config_check(l);
	(void)snprintf(ret->helper_user_place, sizeof(ret->helper_user_place),
	    "%s", config_place(l, "helper_user"));
	if (faults->count == 0)
		faults->outcome = OUTCOME_OK;
	return faults->outcome;
}

void
config_faults_done(struct config_faults *faults)
{
	free(faults->list);
}

bool
config_uses_method(const struct config *config, enum config_method method)
{
	for (size_t i = 0; i < CONFIG_METHODS_MAX; i++) {
		if (config->map.list[i] == method)
			return true;
	}
	return false;
}

struct region
config_region(const struct config *config)
{
	struct region region = {0};

	if (config->region[0] != '\0')
		(void)region_find(config->region, &region);
	return region;
}
