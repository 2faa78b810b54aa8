/* SPDX-License-Identifier: ISC */
/*
 * What an auth line's module answers to most users, and what to some.
 */
#include "stack_eval.h"

#include "ordinary.h"

/* Does its success end the stack, or lead over lines? */
static bool
is_short_cut(const struct stack_line *line)
{
	int action = line->actions[PAM_SUCCESS];

	return action == CONTROL_DONE || action > 0;
}

/* The result by which a module refuses unless another is known. */
static int
refusal_of(unsigned refusals)
{
	int result = 0;

	if ((refusals & RESULT_BIT(PAM_AUTH_ERR)) != 0 || refusals == 0)
		return PAM_AUTH_ERR;
	while ((refusals & RESULT_BIT(result)) == 0)
		result++;
	return result;
}

/* Does libpam do the same with both results of the line? */
static bool
is_same(const struct stack_line *line, int one, int other)
{
	return line->actions[one] == line->actions[other] &&
	    (one == PAM_SUCCESS) == (other == PAM_SUCCESS);
}

bool
stack_answers_forgives(const struct stack *stack)
{
	for (size_t i = 0; i < stack->count; i++) {
		for (int r = 0; r < PAM_RESULT_COUNT; r++) {
			if (stack->lines[i].actions[r] == CONTROL_RESET)
				return true;
		}
	}
	return false;
}

/* Of the other answers, one for each action of libpam. */
static unsigned
others_thin(
    const struct stack_line *line, int first, unsigned others, bool may_forgive)
{
	unsigned thin = 0;

	for (int r = 0; r < PAM_RESULT_COUNT; r++) {
		int action = line->actions[r];
		bool bad = action == CONTROL_BAD || action == CONTROL_DIE;
		bool seen = is_same(line, first, r) || (bad && !may_forgive);

		for (int before = 0; before < r; before++)
			seen = seen ||
			    ((thin & RESULT_BIT(before)) != 0 &&
				is_same(line, before, r));
		if ((others & RESULT_BIT(r)) != 0 && !seen)
			thin |= RESULT_BIT(r);
	}
	return thin;
}

int
stack_answers(const struct stack_line *line, const char *service,
    enum assumption assumption, bool may_forgive, unsigned *ret_others)
{
	struct ordinary module = ordinary_of(line, service);
	unsigned others = assumption == OTHERS_AGREE ? 0 : module.refusals;
	int refusal = refusal_of(module.refusals);
	int answer = PAM_SUCCESS;

	switch (module.kind) {
	case KIND_GATE:
		break;
	case KIND_NO_OPINION:
		answer = PAM_IGNORE;
		break;
	case KIND_NO_AUTH:
		answer = PAM_MODULE_UNKNOWN;
		break;
	case KIND_YES:
	case KIND_RULE:
		others = 0;
		break;
	case KIND_NO:
		answer = refusal;
		break;
	case KIND_EXCEPTION:
		if (assumption != OTHERS_AGREE && is_short_cut(line))
			answer = refusal;
		break;
	case KIND_DEPENDS: /* the worse of both */
		if (assumption != OTHERS_RIGHT || !is_short_cut(line))
			break;
		others |= RESULT_BIT(PAM_SUCCESS);
		answer = refusal;
		break;
	case KIND_CREDENTIAL:
		if (assumption == OTHERS_REFUSE)
			answer = refusal;
		else
			others = 0;
		break;
	}
	*ret_others = others_thin(line, answer, others, may_forgive);
	return answer;
}
