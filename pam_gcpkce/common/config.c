/* SPDX-License-Identifier: ISC */
/*
 * The configuration as a whole: file, drop-ins and arguments, one grammar and
 * one table for all; then what one key asks of another.  Every fault is
 * collected, so that an administrator mends them in one go.  It decides who
 * may be whom: files that another user could have written are refused.
 */
#include "gcpkce/config.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "gcpkce/config_value.h"
#include "gcpkce/lines.h"
#include "gcpkce/safefile.h"
#include "gcpkce/text.h"

#ifndef GCPKCE_CONF
#define GCPKCE_CONF "/etc/security/pam_gcpkce.conf"
#endif

#define FAULTS_MAX 64
#define FAULTS_BYTES (64 * 1024)
#define KEYS_MAX 64
#define PLACE_MAX 600
#define SECRET_LEAST 20 /* no client secret is shorter */
#define SHOWN_MAX 128   /* bytes of a key or value in a message */

struct loader {
	struct config *config;
	struct config_faults *faults;
	enum config_purpose purpose;
	const char *path;                /* of the main file */
	char place[KEYS_MAX][PLACE_MAX]; /* where each key was set last */
	bool unread;                     /* a file could not be read whole */
	bool seen[KEYS_MAX];   /* in this file, or among the arguments */
	bool faulty[KEYS_MAX]; /* has a fault of its own already */
};

static void
fault_add(
    struct loader *l, enum outcome outcome, const char *place, const char *text)
{
	if (l->faults->count == 0)
		l->faults->outcome = outcome;
	if (l->faults->count++ >= FAULTS_MAX)
		return;
	if (place[0] != '\0')
		buf_printf(&l->faults->lines, "%s: ", place);
	buf_printf(&l->faults->lines, "%s\n", text);
}

static bool
has_word(struct view text, const char *word)
{
	return text.len > 0 &&
	    memmem(text.p, text.len, word, strlen(word)) != NULL;
}

/*
 * Somebody may have written the secret itself where its file should stand, or
 * under a name of his own.
 */
static bool
may_hold_secret(struct view key, struct view value)
{
	static const char *const words[] = {"secret", "SECRET", "Secret",
	    "pass", "PASS", "Pass", "token", "TOKEN", "Token"};

	/* http://USER:PASSWORD@HOST */
	if (view_eq(key, view_text("proxy")))
		return has_word(value, "@");
	/* a file's name has few letters, or a slash */
	if (view_eq(key, view_text("client_secret_file")))
		return value.len >= SECRET_LEAST && !has_word(value, "/");
	for (size_t i = 0; config_key_find(key) == NULL &&
	     i < sizeof(words) / sizeof(words[0]);
	     i++) {
		if (has_word(key, words[i]))
			return value.len > 0;
	}
	return false;
}

static void
put_shown(struct buf *text, struct view bytes)
{
	struct view shown = bytes;

	if (shown.len > SHOWN_MAX)
		shown.len = SHOWN_MAX;
	text_put_escaped(text, shown);
	if (bytes.len > SHOWN_MAX)
		buf_put_text(text, "...");
}

/* The first word of what stands for a key: the second may be a secret. */
static struct view
word_of(struct view key)
{
	struct view word = {.p = key.p};

	while (word.len < key.len && key.p[word.len] != ' ' &&
	    key.p[word.len] != '\t' && key.p[word.len] != ':')
		word.len++;
	return word;
}

/* "PLACE: KEY: "VALUE" WHY" */
static void
fault_add_value(struct loader *l, const char *place, struct view key,
    struct view value, const char *why)
{
	autobuf text = BUF_INIT(4096);

	put_shown(&text, word_of(key));
	buf_put_text(&text, ": \"");
	put_shown(&text,
	    may_hold_secret(key, value) ? view_text("(not shown)") : value);
	buf_printf(&text, "\" %s", why);
	fault_add(l, OUTCOME_CONFIG_INVALID, place, buf_text(&text));
}

/* A row's own number in the table. */
static size_t
row_of(const struct config_key *key)
{
	size_t count;

	return (size_t)(key - config_keys(&count));
}

static void
assign(struct loader *l, const char *place, struct view name, struct view value)
{
	const struct config_key *key = config_key_find(name);
	struct errinfo why;
	char text[CONFIG_TEXT_CAP + 64];

	if (key == NULL) {
		fault_add_value(l, place, name, value,
		    "is given to a key that does not exist; "
		    "pam_gcpkce.conf(5) lists the keys");
		return;
	}
	size_t row = row_of(key);
	if (l->seen[row]) {
		l->faulty[row] = true;
		fault_add_value(l, place, name, value,
		    "is a second value for this key; keep one of them");
		return;
	}
	l->seen[row] = true;
	(void)snprintf(l->place[row], PLACE_MAX, "%s", place);
	if (value.len == 0) {
		config_value_default(key, l->config);
		return;
	}
	if (value.len >= sizeof(text)) {
		l->faulty[row] = true;
		fault_add_value(l, place, name, value,
		    "is too long; no value has more than 511 bytes");
		return;
	}
	memcpy(text, value.p, value.len);
	text[value.len] = '\0';
	if (config_value_parse(key, text, l->config, &why) != OUTCOME_OK) {
		l->faulty[row] = true;
		fault_add_value(l, place, name, value, why.text);
	}
}

/* Read "key = value". */
static void
assignment_read(struct loader *l, const char *place, struct view line)
{
	const uint8_t *equals = memchr(line.p, '=', line.len);

	if (equals == NULL) {
		fault_add_value(l, place, line, (struct view){0},
		    "is no value: there is no '='; write key = value");
		return;
	}
	struct view name = {.p = line.p, .len = (size_t)(equals - line.p)};
	struct view value = {.p = equals + 1, .len = line.len - name.len - 1};
	assign(l, place, lines_trim(name), lines_trim(value));
}

/* Read one file.  A missing one is the caller's matter. */
static void
file_read(struct loader *l, const char *path, bool *ret_missing)
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
		char place[PLACE_MAX];

		r = lines_next(&lines, &line, &why);
		if (r != OUTCOME_OK || line.p == NULL)
			break;
		(void)snprintf(
		    place, sizeof(place), "%s:%lu", path, lines.number);
		if (memchr(line.p, '\0', line.len) != NULL)
			fault_add(l, OUTCOME_CONFIG_INVALID, place,
			    "the line holds a NUL byte; write it anew");
		line = lines_trim(lines_cut_comment(line));
		if (line.len > 0)
			assignment_read(l, place, line);
	}
	if (r != OUTCOME_OK) {
		l->unread = true;
		fault_add(l, r, "", why.text[0] != '\0' ? why.text : path);
	}
}

static int
is_drop_in(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 &&
	    strcmp(entry->d_name + len - 5, ".conf") == 0;
}

/* Name order must not depend on the host process's locale. */
static int
name_order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void
drop_ins_read(struct loader *l)
{
	char dir[PATH_MAX];
	char path[PATH_MAX + NAME_MAX + 2];
	struct errinfo why = {0};
	struct dirent **entries = NULL;
	autofd fd = -1;

	(void)snprintf(dir, sizeof(dir), "%s.d", l->path);
	enum outcome r = safefile_open(dir, SAFEFILE_DIRECTORY, &fd, &why);
	if (r != OUTCOME_OK) {
		fault_add(l, r, "", why.text);
		return;
	}
	if (fd < 0)
		return;
	int count = scandirat(fd, ".", &entries, is_drop_in, name_order);
	if (count < 0) {
		r = err_sys(&why, OUTCOME_CONFIG_INVALID, dir);
		fault_add(l, r, "", why.text);
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
arguments_read(struct loader *l, int argc, const char **argv)
{
	bool conf_seen = false;

	memset(l->seen, 0, sizeof(l->seen));
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "conf=", 5) != 0) {
			assignment_read(l, "argument", view_text(argv[i]));
			continue;
		}
		if (conf_seen)
			fault_add_value(l, "argument", view_text("conf"),
			    view_text(argv[i] + 5),
			    "is a second value for this key; keep one of them");
		conf_seen = true;
	}
}

/* A fault that shows only when all is read; one fault a key is enough. */
static void
fault_add_key(
    struct loader *l, const char *name, const char *value, const char *why)
{
	size_t row = row_of(config_key_find(view_text(name)));
	const char *place = l->place[row];

	if (l->faulty[row])
		return;
	fault_add_value(l, place[0] != '\0' ? place : l->path, view_text(name),
	    view_text(value), why);
}

static void
region_apply(struct loader *l)
{
	struct config *c = l->config;
	struct region region;

	if (c->region[0] != '\0' && region_find(c->region, &region)) {
		/* a host name has at most 253 bytes */
		if (c->login_url[0] == '\0')
			(void)snprintf(c->login_url, sizeof(c->login_url),
			    "https://login.%s", region.domain);
		if (c->api_url[0] == '\0')
			(void)snprintf(c->api_url, sizeof(c->api_url),
			    "https://api.%s", region.domain);
	}
}

static void
required_check(struct loader *l)
{
	const struct config *c = l->config;

	if (c->login_url[0] == '\0' || c->api_url[0] == '\0')
		fault_add_key(l, "region", c->region,
		    "is not enough to find Genesys Cloud; set region, or both "
		    "login_url and api_url");
	if (c->client_id[0] == '\0')
		fault_add_key(l, "client_id", "",
		    "is missing; write the id of the OAuth client");
	if (c->redirect_uri[0] == '\0')
		fault_add_key(l, "redirect_uri", "",
		    "is missing; write one that is registered with the client");
	if (c->organization[0] == '\0')
		fault_add_key(l, "organization", "",
		    "is missing; write the id of the organization");
}

static bool
methods_reach_names(const struct config *c)
{
	for (size_t i = 0; i < CONFIG_METHODS_MAX; i++) {
		if (c->map.list[i] == METHOD_EMAIL ||
		    c->map.list[i] == METHOD_LOCALPART)
			return true;
	}
	return false;
}

static void
pairs_check(struct loader *l)
{
	const struct config *c = l->config;

	if (c->signin_org[0] != '\0' && c->signin_provider[0] == '\0')
		fault_add_key(l, "signin_org", c->signin_org,
		    "is given alone; set signin_provider too");
	if (c->signin_provider[0] != '\0' && c->signin_org[0] == '\0')
		fault_add_key(l, "signin_provider", c->signin_provider,
		    "is given alone; set signin_org too");
	if (methods_reach_names(c) && c->email_domains[0] == '\0')
		fault_add_key(l, "email_domains", "",
		    "is missing; map has email or localpart, which accept "
		    "these domains alone");
	if (strcmp(c->token_env, c->region_env) == 0)
		fault_add_key(l, "region_env", c->region_env,
		    "is token_env too; choose two names");
}

/* A setting that would be ignored must not look as if it held. */
static void
unbuilt_check(struct loader *l)
{
	static const char why[] = "is not available in this version; "
				  "leave it out";
	const struct config *c = l->config;

	if (c->require_group[0] != '\0')
		fault_add_key(l, "require_group", c->require_group, why);
	if (c->require_role[0] != '\0')
		fault_add_key(l, "require_role", c->require_role, why);
	if (c->require_division[0] != '\0')
		fault_add_key(l, "require_division", c->require_division, why);
	if (c->callback == CALLBACK_LOOPBACK)
		fault_add_key(l, "callback", "loopback", why);
	if (c->start_url[0] != '\0')
		fault_add_key(l, "start_url", c->start_url, why);
	if (l->purpose != CONFIG_FOR_DECIDE && c->sandbox == SANDBOX_STRICT)
		fault_add_key(l, "sandbox", "strict", why);
}

/* What a host that is not root, a screen locker, may not have. */
static void
ordinary_host_check(struct loader *l)
{
	const struct config *c = l->config;

	if (l->purpose != CONFIG_FOR_MODULE || geteuid() == 0)
		return;
	if (c->export != EXPORT_NONE)
		fault_add_key(l, "export",
		    c->export == EXPORT_ENV ? "env" : "file",
		    "needs a host that runs as root; leave it out");
	if (c->client_secret_file[0] != '\0')
		fault_add_key(l, "client_secret_file", c->client_secret_file,
		    "needs a host that runs as root; use a public client");
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
sources_read(struct loader *l, int argc, const char **argv)
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
		fault_add_value(l, "argument", view_text("conf"),
		    view_text(l->path),
		    "is not an absolute path; begin with /");
		return;
	}
	file_read(l, l->path, &missing);
	if (missing && named != NULL)
		fault_add_value(l, "argument", view_text("conf"),
		    view_text(named),
		    "does not exist; name the file that does");
	drop_ins_read(l);
	arguments_read(l, argc, argv);
}

enum outcome
config_load(int argc, const char **argv, enum config_purpose purpose,
    struct config *ret, struct config_faults *faults)
{
	*faults = (struct config_faults){.lines = BUF_INIT(FAULTS_BYTES)};
	autofree struct loader *l = calloc(1, sizeof(*l));
	if (l == NULL) {
		faults->outcome = OUTCOME_NO_MEMORY;
		return OUTCOME_NO_MEMORY;
	}
	memset(ret, 0, sizeof(*ret));
	l->config = ret;
	l->faults = faults;
	l->purpose = purpose;

	sources_read(l, argc, argv);
	region_apply(l);
	if (!l->unread) { /* what is missing may stand there */
		required_check(l);
		pairs_check(l);
	}
	unbuilt_check(l);
	ordinary_host_check(l);
	if (faults->count == 0)
		faults->outcome = OUTCOME_OK;
	return faults->outcome;
}

void
config_faults_done(struct config_faults *faults)
{
	buf_done(&faults->lines);
}

struct region
config_region(const struct config *config)
{
	struct region region = {0};

	if (config->region[0] != '\0')
		(void)region_find(config->region, &region);
	return region;
}
