/* SPDX-License-Identifier: ISC */
/*
 * One row for people is one PAM result, since libpam does not know outcomes; in
 * JSON each outcome has its own.
 */
#include "stack_eval.h"

#include <string.h>

#include "cli/command.h"

#define COLUMNS 78

/* Without "PAM_": three columns must fit a terminal. */
static const char *
result_short(int result)
{
	return pam_result_name(result) + strlen("PAM_");
}

static const char *
result_text(int result)
{
	return result == PAM_SUCCESS ? "LET IN" : result_short(result);
}

/* The outcomes that end with a PAM result, wrapped, with an indent. */
static void
outcomes_put(int result, struct buf *to)
{
	static const char indent[] = "     ";
	size_t column = COLUMNS;

	for (size_t o = 0; o < OUTCOME_COUNT; o++) {
		const char *name = outcome_name((enum outcome)o);

		if (stack_eval_pam_result((enum outcome)o) != result)
			continue;
		if (column + strlen(name) + 1 > COLUMNS) {
			buf_printf(to, "\n%s", indent);
			column = strlen(indent);
		}
		buf_printf(to, " %s", name);
		column += strlen(name) + 1;
	}
	buf_put_text(to, "\n");
}

static void
row_put(const struct stack_eval *eval, size_t outcome, struct buf *to)
{
	int result = stack_eval_pam_result((enum outcome)outcome);

	buf_printf(to, "  %-18s", result_short(result));
	for (size_t a = 0; a < ASSUMPTIONS; a++)
		buf_printf(to, a + 1 < ASSUMPTIONS ? "%-18s" : "%s",
		    result_text(eval->results[a][outcome]));
	outcomes_put(result, to);
}

static void
rows_put(const struct stack_eval *eval, struct buf *to)
{
	bool done[PAM_RESULT_COUNT] = {false};

	/* ok first, though another one is row 0 */
	for (size_t n = 0; n <= OUTCOME_COUNT; n++) {
		size_t outcome = n == 0 ? OUTCOME_OK : n - 1;
		int result = stack_eval_pam_result((enum outcome)outcome);

		if (!done[result])
			row_put(eval, outcome, to);
		done[result] = true;
	}
}

/* The answers that the table assumes of the other modules, if there are any. */
static void
others_put(const struct stack_eval *eval, struct buf *to)
{
	const struct stack *stack = eval->stack;
	bool any = false;

	for (size_t i = 0; i < stack->count; i++) {
		if (!stack_line_is_other(&stack->lines[i]))
			continue;
		if (!any)
			buf_put_text(to,
			    "  Others succeed: their credentials are correct, "
			    "and no exception applies.\n  The other modules, "
			    "column by column:\n");
		any = true;
		buf_printf(to, "    %s %s\n      ", stack->lines[i].where,
		    stack->lines[i].module);
		for (size_t a = 0; a < ASSUMPTIONS; a++)
			buf_printf(to, "%s%s",
			    result_short(eval->answers[a][i]),
			    a + 1 < ASSUMPTIONS ? ", " : "\n");
	}
}

void
stack_eval_print(
    const struct stack_eval *eval, const char *service, struct buf *to)
{
	buf_printf(to, "effect of each result of pam_gcpkce on a login by %s\n",
	    service);
	buf_printf(to, "  %-18s", "");
	for (size_t a = 0; a < ASSUMPTIONS; a++)
		buf_printf(to, a + 1 < ASSUMPTIONS ? "%-18s" : "%s\n",
		    assumptions[a].text);
	rows_put(eval, to);
	others_put(eval, to);
	buf_put_text(to, "\n");
}

static struct json_object *
assumptions_json(void)
{
	struct json_object *json = json_object_new_object();

	for (size_t a = 0; a < ASSUMPTIONS; a++)
		json_put_text(json, assumptions[a].name, assumptions[a].text);
	return json;
}

/* The auth lines: what each module is assumed to answer; null is ours. */
static struct json_object *
lines_json(const struct stack_eval *eval)
{
	const struct stack *stack = eval->stack;
	struct json_object *lines = json_object_new_array();

	for (size_t i = 0; i < stack->count; i++) {
		const struct stack_line *line = &stack->lines[i];
		bool ours = stack_line_is_ours(line);

		if (!ours && !stack_line_is_other(line))
			continue;
		struct json_object *one = json_object_new_object();
		json_put_text(one, "where", line->where);
		json_put_text(one, "module", line->module);
		for (size_t a = 0; a < ASSUMPTIONS; a++)
			json_put(one, assumptions[a].name,
			    ours ? NULL
				 : json_object_new_string(
				       pam_result_name(eval->answers[a][i])));
		json_append(lines, one);
	}
	return lines;
}

struct json_object *
stack_eval_json(const struct stack_eval *eval, const char *service)
{
	struct json_object *json = json_object_new_object();
	struct json_object *outcomes = json_object_new_array();

	json_put_text(json, "service", service);
	json_put(json, "assumptions", assumptions_json());
	json_put(json, "lines", lines_json(eval));
	for (size_t o = 0; o < OUTCOME_COUNT; o++) {
		struct json_object *row = json_object_new_object();

		json_put_text(row, "outcome", outcome_name((enum outcome)o));
		json_put_text(row, "module",
		    pam_result_name(stack_eval_pam_result((enum outcome)o)));
		for (size_t a = 0; a < ASSUMPTIONS; a++)
			json_put_text(row, assumptions[a].name,
			    pam_result_name(eval->results[a][o]));
		json_append(outcomes, row);
	}
	json_put(json, "outcomes", outcomes);
	return json;
}
