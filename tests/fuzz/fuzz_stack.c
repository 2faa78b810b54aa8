/* SPDX-License-Identifier: ISC */
/*
 * A stack of pam.d: the files s, a, b and other, parted by the byte 0x1e, which
 * include each other at will.  Whatever they hold, the table says "let in" only
 * when a module that said yes was called and its line makes something of that.
 */
#include "cli/stack/stack_eval.h"
#include "files.h"

#define PART_END 0x1e

static unsigned long counted[2]; /* stacks, and those that let in after ok */

static void
counts_tell(void)
{
	(void)fprintf(
	    stderr, "stack: %lu of %lu said yes\n", counted[1], counted[0]);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return atexit(counts_tell);
}

static bool
makes_something(int action)
{
	return action == CONTROL_OK || action == CONTROL_DONE;
}

/* Was a yes heard, and counted as one? */
static bool
has_grantor(const struct stack *stack, const int *answers, const bool *reached)
{
	for (size_t i = 0; i < stack->count; i++) {
		const struct stack_line *line = &stack->lines[i];

		if (line->type == STACK_AUTH && line->kind == STACK_MODULE &&
		    reached[i] && answers[i] == PAM_SUCCESS &&
		    makes_something(line->actions[PAM_SUCCESS]))
			return true;
	}
	return false;
}

/* Every module answers the same. */
static void
one_voice_check(const struct stack *stack, int result)
{
	int *answers = calloc(stack->count + 1, sizeof(*answers));
	bool *reached = calloc(stack->count + 1, sizeof(*reached));

	HOLD(answers != NULL && reached != NULL);
	for (size_t i = 0; i < stack->count; i++)
		answers[i] = result;
	for (int type = 0; type < STACK_TYPES; type++) {
		int said =
		    dispatch(stack, (enum stack_type)type, answers, reached);

		HOLD(said >= 0 && said < PAM_RESULT_COUNT);
		HOLD(said != PAM_SUCCESS || result == PAM_SUCCESS);
		HOLD(type != STACK_AUTH || said != PAM_SUCCESS ||
		    has_grantor(stack, answers, reached));
	}
	free(answers);
	free(reached);
}

static void
lines_check(const struct stack *stack)
{
	HOLD(stack->count <= STACK_LINES_MAX);
	for (size_t i = 0; i < stack->count; i++) {
		const struct stack_line *line = &stack->lines[i];

		HOLD(line->type < STACK_TYPES && line->level < STACK_LEVELS);
		HOLD(line->where != NULL && line->module != NULL);
		HOLD((line->kind == STACK_MODULE) == (line->module[0] != '\0'));
		for (int result = 0; result < PAM_RESULT_COUNT; result++)
			HOLD(line->kind == STACK_SUBSTACK ||
			    (line->actions[result] > CONTROL_UNSET &&
				line->actions[result] < CONTROL_JUMP_MAX * 10));
	}
}

static void
stack_check(const struct stack *stack)
{
	autoeval eval = {0};

	lines_check(stack);
	for (int result = 0; result < PAM_RESULT_COUNT; result++)
		one_voice_check(stack, result);
	HOLD(stack_eval_make(stack, NULL, &eval) == OUTCOME_OK);
	if (eval.results[OTHERS_RIGHT][OUTCOME_OK] == PAM_SUCCESS)
		counted[1]++;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	autostack stack = {0};
	autofindings findings = {.section = "stack"};

	files_set("s", input_until(&in, PART_END));
	files_set("a", input_until(&in, PART_END));
	files_set("b", input_until(&in, PART_END));
	files_set("other",
	    in.len > 0 ? input_bytes(&in, in.len)
		       : view_text("auth required pam_deny.so"));
	files_serve(true);
	stack_read("/pam.d", "s", &stack, &findings);
	files_serve(false);
	HOLD(!stack.failed && !findings.failed);
	counted[0]++;
	if (stack.aborts || stack.unsure)
		HOLD(findings.count > 0);
	else
		stack_check(&stack);
	return 0;
}
