/* SPDX-License-Identifier: ISC */
/*
 * gcpkce explain: what a refusal means, and what may be behind it.  Whatever
 * was handed in stays in: it may hold a code, a token or a secret.
 */
#include "cli/diagnose/explain.h"

#include <stdio.h>
#include <string.h>

#include "command.h"

#define WIDTH 72

static enum outcome
explain_run(const struct options *options, struct explanation *ret,
    struct errinfo *reterr)
{
	autofree struct config *config = calloc(1, sizeof(*config));
	autobuf input = BUF_INIT(EXPLAIN_TEXT_MAX);
	enum outcome r = OUTCOME_OK;

	if (config == NULL) {
		(void)err_set(reterr, OUTCOME_NO_MEMORY, "no memory");
		return OUTCOME_NO_MEMORY;
	}
	if (options->conf != NULL)
		r = command_config(options->conf, CONFIG_FOR_DECIDE, config);
	if (r == OUTCOME_OK)
		r = command_input(options->file, &input, reterr);
	const struct evidence_known known = {
	    .client_id = config->client_id,
	    .redirect_uri = config->redirect_uri,
	    .login_url = config->login_url,
	    .secret = config->client_secret_file[0] != '\0',
	};
	if (r == OUTCOME_OK)
		r = explain_read(buf_view(&input),
		    options->conf != NULL ? &known : NULL, ret, reterr);
	return r;
}

/* Print words in lines of WIDTH characters; those below stand indented. */
static void
folded_print(const char *head, const char *text, int indent)
{
	int column = printf("%s", head);
	bool first = true;

	while (*text != '\0') {
		int len = (int)strcspn(text, " ");

		if (!first && column + 1 + len > WIDTH)
			column = printf("\n%*s", indent, "") - 1;
		else if (!first)
			column += printf(" ");
		column += printf("%.*s", len, text);
		text += len;
		text += *text == ' ';
		first = false;
	}
	(void)putchar('\n');
}

static void
cause_print(size_t number, const struct symptom_cause *one)
{
	static const char *const sure[] = {
	    [SYMPTOM_INFERRED] = "inferred",
	    [SYMPTOM_STANDARD] = "by the RFC",
	    [SYMPTOM_REPORTED] = "reported",
	    [SYMPTOM_VENDOR] = "documented",
	    [SYMPTOM_SEEN] = "SEEN",
	};
	const struct cause_text *text = cause_get(one->cause);
	char head[16];

	(void)snprintf(head, sizeof(head), "%2zu. ", number);
	(void)putchar('\n');
	autobuf line = BUF_INIT(512);
	buf_printf(&line, "%s (%s)", text->text, sure[one->sure]);
	folded_print(head, buf_text(&line), 4);
	folded_print("    tell:   ", text->tell, 12);
	folded_print("    change: ", text->fix, 12);
}

static void
report_text(const struct explanation *e)
{
	folded_print("", e->symptom->meaning, 0);
	(void)printf(
	    "To a sign-in this is %s.\n", outcome_name(e->symptom->outcome));
	for (size_t i = 0; i < e->count; i++)
		cause_print(i + 1, &e->causes[i]);
	if (e->count > 0)
		(void)printf("\nseen: this input shows it; documented: by "
			     "Genesys, or in its tools;\nby the RFC, reported "
			     "(by users), inferred: not confirmed.\n");
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

		command_json_text(one, "cause", text->name);
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

	if (r != OUTCOME_OK && !options->json) {
		(void)fprintf(
		    stderr, "gcpkce: %s\n", command_cause(r, "", &why));
		return EXIT_BAD;
	}
	if (r != OUTCOME_OK) {
		struct json_object *json = command_json_new(r);

		command_json_text(json, "cause", command_cause(r, "", &why));
		command_json_print(json);
		return EXIT_BAD;
	}
	if (options->json)
		report_json(&explanation);
	else
		report_text(&explanation);
	return EXIT_GOOD;
}
