/* SPDX-License-Identifier: ISC */
/*
 * The three assumptions, made of what each module answers to an ordinary user.
 */
#include "stack_eval.h"

#include <security/pam_modules.h>
#include <string.h>

#include "dispatch.h"
#include "ordinary.h"

static const struct {
	const char *name;
	const char *text;
} assumptions[STACK_EVAL_WORLDS] = {
    [STACK_EVAL_AGREE] = {"others_agree", "all others agree"},
    [STACK_EVAL_RIGHT] = {"others_right", "others are right"},
    [STACK_EVAL_REFUSE] = {"others_refuse", "others refuse"},
};

static const int pam_results[OUTCOME_COUNT] = {
#define X(suffix, name, pam, sentence, log) [OUTCOME_##suffix] = pam,
    OUTCOME_TABLE(X)
#undef X
};

int
stack_eval_pam_result(enum outcome outcome)
{
	return pam_results[(size_t)outcome < OUTCOME_COUNT ? outcome : 0];
}

const char *
stack_eval_assumption_name(size_t assumption)
{
	return assumptions[assumption].name;
}

const char *
stack_eval_assumption_text(size_t assumption)
{
	return assumptions[assumption].text;
}

bool
stack_eval_is_ours(const struct stack_line *line)
{
	return stack_line_is(line, "pam_gcpkce");
}

/* Does its success end the stack, or lead over lines? */
static bool
is_short_cut(const struct stack_line *line)
{
	int action = line->actions[PAM_SUCCESS];

	return action == CONTROL_DONE || action > 0;
}

static int
answer_of(const struct stack_line *line, const char *service,
    enum stack_eval_assumption assumption)
{
	switch (ordinary_habit(line, service)) {
	case MODULE_KIND_YES:
	case MODULE_KIND_GATE:
		return PAM_SUCCESS;
	case MODULE_KIND_NO:
		return PAM_AUTH_ERR;
	case MODULE_KIND_NO_OPINION:
		return PAM_IGNORE;
	case MODULE_KIND_NO_AUTH:
		return PAM_MODULE_UNKNOWN;
	case MODULE_KIND_EXCEPTION:
		return assumption != STACK_EVAL_AGREE && is_short_cut(line)
		    ? PAM_AUTH_ERR
		    : PAM_SUCCESS;
	case MODULE_KIND_DEPENDS: /* the worse of both */
		return assumption == STACK_EVAL_RIGHT && is_short_cut(line)
		    ? PAM_AUTH_ERR
		    : PAM_SUCCESS;
	case MODULE_KIND_CREDENTIAL:
		break;
	}
	return assumption == STACK_EVAL_REFUSE ? PAM_AUTH_ERR : PAM_SUCCESS;
}

const struct stack_line *
stack_eval_opener(const struct stack_eval *eval)
{
	const struct stack *stack = eval->stack;

	for (size_t i = 0; i < stack->count; i++) {
		const struct stack_line *line = &stack->lines[i];

		if (line->type != STACK_AUTH || line->kind != STACK_MODULE ||
		    stack_eval_is_ours(line) ||
		    !eval->reached[STACK_EVAL_REFUSE][i] || !is_short_cut(line))
			continue;
		enum module_kind module_kind =
		    ordinary_habit(line, stack->service);
		if (module_kind == MODULE_KIND_GATE ||
		    module_kind == MODULE_KIND_DEPENDS)
			return line;
	}
	return NULL;
}

static void
ours_answer(
    struct stack_eval *eval, enum stack_eval_assumption assumption, int result)
{
	const struct stack *stack = eval->stack;

	for (size_t i = 0; i < stack->count; i++) {
		if (stack_eval_is_ours(&stack->lines[i]))
			eval->answers[assumption][i] = result;
	}
}

static void
assumption_make(struct stack_eval *eval, enum stack_eval_assumption assumption,
    bool *reached)
{
	for (size_t o = 0; o < OUTCOME_COUNT; o++) {
		ours_answer(eval, assumption, pam_results[o]);
		eval->results[assumption][o] = dispatch(eval->stack, STACK_AUTH,
		    eval->answers[assumption], reached);
		for (size_t i = 0; i < eval->stack->count; i++)
			eval->reached[assumption][i] |= reached[i];
	}
}

enum outcome
stack_eval_make(const struct stack *stack, bool (*has_file)(const char *module),
    struct stack_eval *ret)
{
	size_t count = stack->count + 1; /* calloc(0) may be NULL */
	autofree bool *reached = calloc(count, sizeof(*reached));

	*ret = (struct stack_eval){.stack = stack};
	for (size_t w = 0; w < STACK_EVAL_WORLDS; w++) {
		ret->answers[w] = calloc(count, sizeof(**ret->answers));
		ret->reached[w] = calloc(count, sizeof(**ret->reached));
		if (reached == NULL || ret->answers[w] == NULL ||
		    ret->reached[w] == NULL)
			return OUTCOME_NO_MEMORY;
		for (size_t i = 0; i < stack->count; i++) {
			const struct stack_line *line = &stack->lines[i];
			bool missing = line->kind == STACK_MODULE &&
			    has_file != NULL && !has_file(line->module);

			ret->answers[w][i] = missing
			    ? PAM_MODULE_UNKNOWN
			    : answer_of(line, stack->service,
				  (enum stack_eval_assumption)w);
		}
		assumption_make(ret, (enum stack_eval_assumption)w, reached);
	}
	return OUTCOME_OK;
}

void
stack_eval_done(struct stack_eval *eval)
{
	for (size_t w = 0; w < STACK_EVAL_WORLDS; w++) {
		free(eval->answers[w]);
		free(eval->reached[w]);
	}
	*eval = (struct stack_eval){0};
}
