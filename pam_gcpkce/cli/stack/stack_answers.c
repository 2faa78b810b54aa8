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

/*
 * What a module answers under an assumption.
 *
 * out:    ret_others  set of what it may answer to some users instead
 */
static int
answer_of(const struct stack_line *line, const char *service,
    enum assumption assumption, unsigned *ret_others)
{
	enum module_kind module_kind = ordinary_kind(line, service);
	unsigned refusals = ordinary_refusals(line);
	int refusal = refusal_of(refusals);
	bool agree = assumption == OTHERS_AGREE;

	*ret_others = agree ? 0 : refusals;
	switch (module_kind) {
	case KIND_GATE:
		return PAM_SUCCESS;
	case KIND_NO_OPINION:
		return PAM_IGNORE;
	case KIND_NO_AUTH:
		return PAM_MODULE_UNKNOWN;
	case KIND_YES:
	case KIND_RULE:
		*ret_others = 0;
		return PAM_SUCCESS;
	case KIND_NO:
		return refusal;
	case KIND_EXCEPTION:
		return !agree && is_short_cut(line) ? refusal : PAM_SUCCESS;
	case KIND_DEPENDS: /* the worse of both */
		if (assumption != OTHERS_RIGHT || !is_short_cut(line))
			return PAM_SUCCESS;
		*ret_others |= RESULT_BIT(PAM_SUCCESS);
		return refusal;
	case KIND_CREDENTIAL:
		break;
	}
	if (assumption == OTHERS_REFUSE)
		return refusal;
	*ret_others = 0;
	return PAM_SUCCESS;
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
	unsigned others = 0;
	int answer = answer_of(line, service, assumption, &others);

	*ret_others = others_thin(line, answer, others, may_forgive);
	return answer;
}
