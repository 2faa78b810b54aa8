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
	(void)printf("%s\nFor a sign-in this is %s.\n", e->row->meaning,
	    outcome_name(e->row->outcome));
	for (size_t i = 0; i < e->count; i++) {
		const struct hint_text *text = hint_get(e->hints[i].hint);
		enum certainty certainty = e->hints[i].certainty;

		(void)printf(
		    "\n%2zu. %s (%s)\n    tell:   %s\n    change: %s\n", i + 1,
		    text->text,
		    certainty == CERTAINTY_SEEN ? "SEEN"
						: certainty_name(certainty),
		    text->how_to_tell, text->fix);
	}
	if (e->count > 0)
		(void)printf("\nSEEN: this input shows it; vendor: documented "
			     "by the vendor, or in its tools;\nstandard: by an "
			     "RFC; reported: by users; inferred: not "
			     "confirmed.\n");
}

static struct json_object *
hint_json(const struct error_hint *hint)
{
	const struct hint_text *text = hint_get(hint->hint);
	struct json_object *json = json_object_new_object();
	autobuf name = BUF_INIT(64);

	for (const char *p = text->name; *p != '\0'; p++)
		buf_put_byte(&name, text_lower((uint8_t)*p));
	json_put_text(json, "cause", buf_text(&name));
	json_put_text(json, "sure", certainty_name(hint->certainty));
	json_put_text(json, "text", text->text);
	json_put_text(json, "tell", text->how_to_tell);
	json_put_text(json, "fix", text->fix);
	return json;
}

static void
report_json(const struct explanation *e)
{
	struct json_object *json = command_json_new(e->row->outcome);
	struct json_object *causes = json_object_new_array();

	json_put_text(json, "kind", error_kind_name(e->row->kind));
	json_put(json, "status",
	    e->status != 0 ? json_object_new_int64(e->status) : NULL);
	json_put_text(json, "error", e->row->name);
	json_put_text(json, "meaning", e->row->meaning);
	for (size_t i = 0; i < e->count; i++)
		json_append(causes, hint_json(&e->hints[i]));
	json_put(json, "causes", causes);
	command_json_print(json);
}

int
command_explain(const struct options *options)
{
	struct explanation explanation = {0};
	struct errinfo why = {0};
	enum outcome r = explain_run(options, &explanation, &why);

	if (r == OUTCOME_OK) {
		(options->json ? report_json : report_text)(&explanation);
		return EXIT_GOOD;
	}
	if (!options->json)
		return command_fail(command_cause(r, "", &why));
	struct json_object *json = command_json_new(r);
	json_put_text(json, "cause", command_cause(r, "", &why));
	command_json_print(json);
	return EXIT_BAD;
}
