/* SPDX-License-Identifier: ISC */
/*
 * The three worlds, made of what each module answers to an ordinary user.
 */
#include "truth.h"

#include <security/pam_modules.h>
#include <string.h>

#include "dispatch.h"
#include "ordinary.h"

static const struct {
	const char *name;
	const char *text;
} worlds[TRUTH_WORLDS] = {
    [TRUTH_AGREE] = {"others_agree", "all others agree"},
    [TRUTH_RIGHT] = {"others_right", "others are right"},
    [TRUTH_REFUSE] = {"others_refuse", "others refuse"},
};

static const int pam_results[OUTCOME_COUNT] = {
#define X(suffix, name, pam, sentence, log) [OUTCOME_##suffix] = pam,
    OUTCOME_TABLE(X)
#undef X
};

int
truth_pam_result(enum outcome outcome)
{
	return pam_results[(size_t)outcome < OUTCOME_COUNT ? outcome : 0];
}

const char *
truth_world_name(size_t world)
{
	return worlds[world].name;
}

const char *
truth_world_text(size_t world)
{
	return worlds[world].text;
}

bool
truth_is_ours(const struct stack_line *line)
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
answer_of(
    const struct stack_line *line, const char *service, enum truth_world world)
{
	switch (ordinary_habit(line, service)) {
	case HABIT_YES:
	case HABIT_GATE:
		return PAM_SUCCESS;
	case HABIT_NO:
		return PAM_AUTH_ERR;
	case HABIT_NO_OPINION:
		return PAM_IGNORE;
	case HABIT_NO_AUTH:
		return PAM_MODULE_UNKNOWN;
	case HABIT_EXCEPTION:
		return world != TRUTH_AGREE && is_short_cut(line) ? PAM_AUTH_ERR
								  : PAM_SUCCESS;
	case HABIT_DEPENDS: /* the worse of both */
		return world == TRUTH_RIGHT && is_short_cut(line) ? PAM_AUTH_ERR
								  : PAM_SUCCESS;
	case HABIT_CREDENTIAL:
		break;
	}
	return world == TRUTH_REFUSE ? PAM_AUTH_ERR : PAM_SUCCESS;
}

const struct stack_line *
truth_opener(const struct truth *truth)
{
	const struct stack *stack = truth->stack;

	for (size_t i = 0; i < stack->count; i++) {
		const struct stack_line *line = &stack->lines[i];

		if (line->type != STACK_AUTH || line->kind != STACK_MODULE ||
		    truth_is_ours(line) || !truth->reached[TRUTH_REFUSE][i] ||
		    !is_short_cut(line))
			continue;
		enum habit habit = ordinary_habit(line, stack->service);
		if (habit == HABIT_GATE || habit == HABIT_DEPENDS)
			return line;
	}
	return NULL;
}

static void
ours_answer(struct truth *truth, enum truth_world world, int result)
{
	const struct stack *stack = truth->stack;

	for (size_t i = 0; i < stack->count; i++) {
		if (truth_is_ours(&stack->lines[i]))
			truth->answers[world][i] = result;
	}
}

static void
world_make(struct truth *truth, enum truth_world world, bool *reached)
{
	for (size_t o = 0; o < OUTCOME_COUNT; o++) {
		ours_answer(truth, world, pam_results[o]);
		truth->results[world][o] = dispatch(
		    truth->stack, STACK_AUTH, truth->answers[world], reached);
		for (size_t i = 0; i < truth->stack->count; i++)
			truth->reached[world][i] |= reached[i];
	}
}

enum outcome
truth_make(const struct stack *stack, bool (*has_file)(const char *module),
    struct truth *ret)
{
	size_t count = stack->count + 1; /* calloc(0) may be NULL */
	autofree bool *reached = calloc(count, sizeof(*reached));

	*ret = (struct truth){.stack = stack};
	for (size_t w = 0; w < TRUTH_WORLDS; w++) {
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
			    : answer_of(
				  line, stack->service, (enum truth_world)w);
		}
		world_make(ret, (enum truth_world)w, reached);
	}
	return OUTCOME_OK;
}

void
truth_done(struct truth *truth)
{
	for (size_t w = 0; w < TRUTH_WORLDS; w++) {
		free(truth->answers[w]);
		free(truth->reached[w]);
	}
	*truth = (struct truth){0};
}
