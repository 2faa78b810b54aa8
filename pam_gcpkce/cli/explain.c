/* SPDX-License-Identifier: ISC */
/*
 * gcpkce explain: what a refusal means, and its causes.  No part of the input
 * is printed: it may contain a code, a token or a secret.
 */
#include "cli/diagnose/explain.h"

#include <stdio.h>

#include "command.h"
#include "gcpkce/base/text.h"

static enum outcome
explain_run(const struct options *options, struct explanation *ret,
    struct errinfo *reterr)
{
	autofree struct config *config = calloc(1, sizeof(*config));
	autobuf input = BUF_INIT(EXPLAIN_TEXT_MAX);
	enum outcome r = config != NULL ? OUTCOME_OK : OUTCOME_NO_MEMORY;

	if (r == OUTCOME_OK && options->conf != NULL)
		r = command_config(options->conf, CONFIG_FOR_DECIDE, config);
	if (r == OUTCOME_OK)
		r = command_input(options->file, &input, reterr);
	if (r == OUTCOME_OK)
		r = explain_read(buf_view(&input),
		    options->conf != NULL ? config : NULL, ret, reterr);
	return r;
}

static void
report_text(const struct explanation *e)
{
	(void)printf("%s\nTo a sign-in this is %s.\n", e->symptom->meaning,
	    outcome_name(e->symptom->outcome));
	for (size_t i = 0; i < e->count; i++) {
		const struct cause_text *text = cause_get(e->causes[i].cause);
		bool seen = e->causes[i].sure == SYMPTOM_SEEN;

		(void)printf("\n%2zu. %s (%s)\n", i + 1, text->text,
		    seen ? "SEEN" : symptom_sure_name(e->causes[i].sure));
		(void)printf(
		    "    tell:   %s\n    change: %s\n", text->tell, text->fix);
	}
	if (e->count > 0)
		(void)printf("\nSEEN: this input shows it; vendor: documented "
			     "by Genesys, or in its tools;\nstandard: by an "
			     "RFC; reported: by users; inferred: not "
			     "confirmed.\n");
}

static void
report_json(const struct explanation *e)
{
	struct json_object *json = command_json_new(e->symptom->outcome);
	struct json_object *causes = json_object_new_array();

	command_json_text(json, "kind", symptom_place_name(e->symptom->place));
	(void)json_object_object_add(json, "status",
	    e->status != 0 ? json_object_new_int64(e->status) : NULL);
	(void)json_object_object_add(json, "error",
	    e->symptom->name != NULL ? json_object_new_string(e->symptom->name)
				     : NULL);
	command_json_text(json, "meaning", e->symptom->meaning);
	for (size_t i = 0; i < e->count; i++) {
		const struct cause_text *text = cause_get(e->causes[i].cause);
		struct json_object *one = json_object_new_object();
		autobuf name = BUF_INIT(64);

		for (const char *p = text->name; *p != '\0'; p++)
			buf_put_byte(&name, text_lower((uint8_t)*p));
		command_json_text(one, "cause", buf_text(&name));
		command_json_text(
		    one, "sure", symptom_sure_name(e->causes[i].sure));
		command_json_text(one, "text", text->text);
		command_json_text(one, "tell", text->tell);
		command_json_text(one, "fix", text->fix);
		(void)json_object_array_add(causes, one);
	}
	(void)json_object_object_add(json, "causes", causes);
	command_json_print(json);
}

int
command_explain(const struct options *options)
{
	struct explanation explanation = {0};
	struct errinfo why = {0};
	enum outcome r = explain_run(options, &explanation, &why);

	if (r != OUTCOME_OK && !options->json)
		return command_fail(command_cause(r, "", &why));
	if (r != OUTCOME_OK) {
		struct json_object *json = command_json_new(r);

		command_json_text(json, "cause", command_cause(r, "", &why));
		command_json_print(json);
		return EXIT_BAD;
	}
	(options->json ? report_json : report_text)(&explanation);
	return EXIT_GOOD;
}
