/* SPDX-License-Identifier: ISC */
/*
 * gcpkce whoami: the user that the token of this session belongs to.  With
 * --ids all of standard output can be copied: lines for the map file and the
 * configuration, and comments.  Names are chosen by administrators of users;
 * bytes that act on a terminal are escaped.
 */
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "gcpkce/base/text.h"
#include "gcpkce/config/map_name.h"
#include "gcpkce/helper_client/helper_client.h"
#include "token.h"

struct whoami {
	const struct options *options;
	struct config config;
	struct wire_token_info reply;
	char expires[CLOCK_STAMP_LEN + 1];
};

static const struct {
	const char *key;  /* of the configuration */
	const char *list; /* in JSON */
	const char *name;
} kinds[WIRE_MEMBERSHIP_COUNT] = {
    [WIRE_MEMBERSHIP_GROUP] = {"require_group", "groups", "groups"},
    [WIRE_MEMBERSHIP_ROLE] = {"require_role", "roles", "roles"},
    [WIRE_MEMBERSHIP_DIVISION] = {"require_division", "divisions", "division"},
};

static enum outcome
whoami_run(struct whoami *w, struct errinfo *reterr)
{
	autosecret *token = NULL;

	enum outcome r =
	    command_config(w->options->conf, CONFIG_FOR_TOKEN, &w->config);
	if (r == OUTCOME_OK)
		r = token_find(&w->config, &token, reterr);
	if (r == OUTCOME_OK)
		r = helper_client_token(&w->config,
		    w->options->ids ? WIRE_TASK_MEMBERSHIPS
				    : WIRE_TASK_IDENTIFY,
		    token, &w->reply, reterr);
	token_expires(w->expires);
	return r;
}

/* Does the character change the direction of text, or end a line? */
static bool
is_acting(uint32_t c)
{
	return c == 0x061C || c == 0x200E || c == 0x200F ||
	    (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* Append a name: letters beyond ASCII unchanged if the locale has them. */
static void
name_put(struct buf *line, const char *name)
{
	struct view rest = view_text(name);
	bool plain = strcmp(nl_langinfo(CODESET), "UTF-8") == 0 &&
	    text_is_clean_utf8(rest);

	while (rest.len > 0) {
		uint32_t c = 0;
		size_t len = plain ? text_utf8_decode(rest.p, rest.len, &c) : 1;

		if (len > 1 && !is_acting(c))
			buf_put(line, rest.p, len);
		else
			text_put_escaped(line, (struct view){rest.p, len});
		rest = view_skip(rest, len);
	}
}

/* "LABEL VALUE NAME (NOTE)", each part only if it is set. */
static void
line_print(
    const char *label, const char *value, const char *name, const char *note)
{
	autobuf line = BUF_INIT(8192);

	text_put_escaped(&line, view_text(value));
	if (value[0] == '\0')
		buf_put_text(&line, "not said");
	if (name[0] != '\0') {
		buf_put_text(&line, "  ");
		name_put(&line, name);
	}
	(void)printf("%-15s%s%s%s%s\n", label, buf_text(&line),
	    note[0] != '\0' ? "  (" : "", note, note[0] != '\0' ? ")" : "");
}

/* Does the token name what is configured? */
static const char *
match_note(const char *configured, const char *actual)
{
	if (actual[0] == '\0')
		return "";
	if (configured[0] == '\0')
		return "none is configured";
	return strcmp(configured, actual) == 0 ? "the configured one"
					       : "NOT the configured one";
}

static void
report_text(const struct whoami *w)
{
	const struct identity *who = &w->reply.verdict.identity;
	const struct wire_names *names = &w->reply.names;

	line_print("user:", who->email, names->person, "");
	line_print("id:", who->id, "", "");
	line_print("state:", who->state, "", "");
	line_print("organization:", who->organization_id, names->organization,
	    match_note(w->config.organization, who->organization_id));
	if (strcmp(who->organization_id, who->home_organization_id) != 0)
		line_print("home org.:", who->home_organization_id, "", "");
	if (who->cloned_user)
		line_print("cloned user:", "yes", "", "");
	line_print("client:", who->client_id, names->client,
	    match_note(w->config.client_id, who->client_id));
	line_print("scopes:",
	    who->scopes[0] != '\0' ? who->scopes : "none named", "", "");
	line_print("token expires:", w->expires, "", "");
}

/* "KEY = ID  # NAME", or a comment in its place where there is no id. */
static void
setting_print(const char *key, const char *id, const char *name)
{
	autobuf shown = BUF_INIT(1024);

	if (!text_is_uuid(view_text(id))) {
		(void)printf("# %s: the reply has no id\n", key);
		return;
	}
	name_put(&shown, name);
	(void)printf("%s = %s%s%s\n", key, id, name[0] != '\0' ? "  # " : "",
	    buf_text(&shown));
}

static void
ids_print(const struct whoami *w)
{
	const struct identity *who = &w->reply.verdict.identity;
	const struct wire_names *names = &w->reply.names;
	const char *user = w->options->user;
	autobuf person = BUF_INIT(2048);
	autobuf account = BUF_INIT(2048);

	name_put(&person, names->person);
	buf_put_text(&person, " ");
	text_put_escaped(&person, view_text(who->email));
	(void)printf("# map file: %s\n", buf_text(&person));
	if (user != NULL && text_is_clean_utf8(view_text(user)))
		map_name_put(&account, view_text(user));
	else
		buf_put_text(&account, "ACCOUNT");
	if (text_is_uuid(view_text(who->id)))
		(void)printf("%s id:%s\n", buf_text(&account), who->id);
	if (w->config.provider == PROVIDER_CXONE)
		return; /* its reply says no more */
	(void)printf("\n# configuration\n");
	setting_print(
	    "organization", who->organization_id, names->organization);
	setting_print("client_id", who->client_id, names->client);
	(void)printf("\n# configuration, if it is to be required: one line a "
		     "key, several ids with commas\n");
	for (size_t i = 0; i < names->count; i++)
		setting_print(kinds[names->memberships[i].kind].key,
		    names->memberships[i].id, names->memberships[i].name);
	for (size_t i = 0; i < WIRE_MEMBERSHIP_COUNT; i++) {
		if (!names->present[i])
			(void)printf("# %s: not in the reply for this token\n",
			    kinds[i].name);
	}
	if (names->more)
		(void)printf("# there are more than these\n");
}

static void
memberships_put(struct json_object *json, const struct wire_names *names)
{
	struct json_object *lists[WIRE_MEMBERSHIP_COUNT] = {NULL};

	for (size_t kind = 0; kind < WIRE_MEMBERSHIP_COUNT; kind++) {
		if (names->present[kind])
			lists[kind] = json_object_new_array();
		json_put(json, kinds[kind].list, lists[kind]);
	}
	for (size_t i = 0; i < names->count; i++) {
		const struct wire_membership *one = &names->memberships[i];
		struct json_object *entry;

		if (lists[one->kind] == NULL)
			continue;
		entry = json_object_new_object();
		json_put_text(entry, "id", one->id);
		json_put_text(entry, "name", one->name);
		json_append(lists[one->kind], entry);
	}
	json_put_bool(json, "more", names->more);
}

/* true, false, or null if not configured or not known. */
static void
match_add(struct json_object *json, const char *key, const char *configured,
    const char *actual)
{
	struct json_object *match = configured[0] != '\0' && actual[0] != '\0'
	    ? json_object_new_boolean(strcmp(configured, actual) == 0)
	    : NULL;

	json_put(json, key, match);
}

static void
report_json(const struct whoami *w, enum outcome outcome, const char *cause)
{
	const struct identity *who = &w->reply.verdict.identity;
	const struct wire_names *names = &w->reply.names;
	struct json_object *json = command_json_new(outcome);

	json_put_text(json, "cause", cause);
	command_json_subject(json, w->config.provider, who->id);
	json_put_text(json, "name", names->person);
	json_put_text(json, "email", who->email);
	json_put_text(json, "state", who->state);
	json_put_text(json, "organization", who->organization_id);
	json_put_text(json, "organization_name", names->organization);
	match_add(json, "organization_is_configured", w->config.organization,
	    who->organization_id);
	json_put_text(json, "home_organization", who->home_organization_id);
	json_put(
	    json, "cloned_user", json_object_new_boolean(who->cloned_user));
	json_put_text(json, "client_id", who->client_id);
	json_put_text(json, "client_name", names->client);
	match_add(
	    json, "client_is_configured", w->config.client_id, who->client_id);
	json_put_text(json, "scopes", who->scopes);
	json_put_text(json, "expires", w->expires);
	json_put_text(json, "correlation", w->reply.verdict.correlation);
	if (w->options->ids && outcome == OUTCOME_OK)
		memberships_put(json, names);
	command_json_print(json);
}

int
command_whoami(const struct options *options)
{
	autofree struct whoami *w = calloc(1, sizeof(*w));
	struct errinfo why = {0};

	if (w == NULL)
		return EXIT_BAD;
	w->options = options;
	(void)setlocale(LC_CTYPE, "");
	enum outcome r = whoami_run(w, &why);
	const char *cause = command_cause(r, "the token is valid", &why);
	if (options->json)
		report_json(w, r, cause);
	else if (r != OUTCOME_OK)
		(void)fprintf(stderr, "%s: %s\n", outcome_name(r), cause);
	else if (options->ids)
		ids_print(w);
	else
		report_text(w);
	wire_token_reply_done(&w->reply);
	return r == OUTCOME_OK ? EXIT_GOOD : EXIT_BAD;
}
