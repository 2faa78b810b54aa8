/* SPDX-License-Identifier: ISC */
/*
 * The three assumptions, derived from what each module answers to an ordinary
 * user.
 */
#include "stack_eval.h"

#include <string.h>

#include "ordinary.h"

const struct assumption_text assumptions[ASSUMPTIONS] = {
    [OTHERS_AGREE] = {"others_agree", "all others agree"},
    [OTHERS_RIGHT] = {"others_right", "others succeed"},
    [OTHERS_REFUSE] = {"others_refuse", "others refuse"},
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

static void
ours_answer(struct stack_eval *eval, enum assumption assumption, int result)
{
	const struct stack *stack = eval->stack;

	for (size_t i = 0; i < stack->count; i++) {
		if (stack_line_is_ours(&stack->lines[i]))
			eval->answers[assumption][i] = result;
	}
}

/* One assumption, while it is evaluated. */
struct trial {
	struct stack_eval *eval;
	enum assumption assumption;
	bool *walk;       /* by line: reached in one walk */
	bool *reached;    /* by line: reached with one combination */
	int *first;       /* by line: the answer to most users */
	int *best;        /* by line: the answers that let the most in */
	unsigned *others; /* by line: the answers to some */
	unsigned long score;
};

/*
 * Go on to the next combination of answers; the last line's changes first.
 *
 * gives:  false when the first combination has come round again
 */
static bool
answers_next(const struct trial *t)
{
	int *answers = t->eval->answers[t->assumption];

	for (size_t i = t->eval->stack->count; i-- > 0;) {
		int next = answers[i] == t->first[i] ? 0 : answers[i] + 1;

		while (next < PAM_RESULT_COUNT &&
		    (t->others[i] & RESULT_BIT(next)) == 0)
			next++;
		if (next < PAM_RESULT_COUNT) {
			answers[i] = next;
			return true;
		}
		answers[i] = t->first[i];
	}
	return false;
}

static void
reached_add(const struct stack_eval *eval, const bool *from, bool *to)
{
	for (size_t i = 0; i < eval->stack->count; i++)
		to[i] = to[i] || from[i];
}

/*
 * Compute the column, and which lines are reached.
 *
 * gives:  a number, greater if more is let in; 0 for nothing
 */
static unsigned long
column_make(const struct trial *t)
{
	struct stack_eval *eval = t->eval;
	int by_result[PAM_RESULT_COUNT];
	unsigned long good = 0, bad = 0;

	memset(by_result, -1, sizeof(by_result));
	memset(t->reached, 0, eval->stack->count * sizeof(*t->reached));
	for (size_t o = 0; o < OUTCOME_COUNT; o++) {
		int ours = pam_results[o];

		if (by_result[ours] < 0) {
			ours_answer(eval, t->assumption, ours);
			by_result[ours] = dispatch(eval->stack, STACK_AUTH,
			    eval->answers[t->assumption], t->walk);
			reached_add(eval, t->walk, t->reached);
		}
		eval->results[t->assumption][o] = by_result[ours];
		if (by_result[ours] == PAM_SUCCESS && o == OUTCOME_OK)
			good = 1;
		else if (by_result[ours] == PAM_SUCCESS)
			bad++;
	}
	/* a good sign-in counts most where others are right, else least */
	return t->assumption == OTHERS_RIGHT ? good * OUTCOME_COUNT + bad
					     : bad * 2 + good;
}

/* At most so many combinations are tried; real stacks have fewer. */
#define COMBINATIONS_MAX 4096
#define STEPS_MAX 4000000

/* Evaluate one combination, and keep it if it lets more in. */
static void
combination_try(struct trial *t)
{
	struct stack_eval *eval = t->eval;
	unsigned long score = column_make(t);

	/* if nothing is let in, the rest does not matter */
	if (score > 0)
		reached_add(eval, t->reached, eval->reached[t->assumption]);
	if (score <= t->score)
		return;
	t->score = score;
	memcpy(t->best, eval->answers[t->assumption],
	    eval->stack->count * sizeof(*t->best));
}

/* Try each other answer of each line alone, so that all lines are covered. */
static void
singles_try(struct trial *t, unsigned long left)
{
	int *answers = t->eval->answers[t->assumption];

	for (size_t i = 0; i < t->eval->stack->count; i++) {
		for (int r = 0; r < PAM_RESULT_COUNT && left > 0; r++) {
			if ((t->others[i] & RESULT_BIT(r)) == 0)
				continue;
			answers[i] = r;
			combination_try(t);
			left--;
		}
		answers[i] = t->first[i];
	}
}

/* Use the combination that lets the most in, and among equal ones the first. */
static void
assumption_make(struct trial *t)
{
	struct stack_eval *eval = t->eval;
	size_t bytes = eval->stack->count * sizeof(int);
	unsigned long left = STEPS_MAX / (eval->stack->count + 1);
	bool more = true;

	left = left < COMBINATIONS_MAX ? left + 1 : COMBINATIONS_MAX;
	t->score = 0;
	memcpy(t->best, t->first, bytes);
	combination_try(t);
	singles_try(t, left);
	for (; more && left > 0; left--) {
		more = answers_next(t);
		if (more)
			combination_try(t);
	}
	eval->cut_short = eval->cut_short || more;
	memcpy(eval->answers[t->assumption], t->best, bytes);
	(void)column_make(t);
	reached_add(eval, t->reached, eval->reached[t->assumption]);
}

static void
answers_make(struct trial *t, bool (*has_file)(const char *module))
{
	const struct stack *stack = t->eval->stack;
	bool may_forgive = stack_answers_forgives(stack);

	for (size_t i = 0; i < stack->count; i++) {
		const struct stack_line *line = &stack->lines[i];
		unsigned others = 0;

		if (line->kind == STACK_MODULE && has_file != NULL &&
		    !has_file(line->module))
			t->first[i] = PAM_MODULE_UNKNOWN;
		else
			t->first[i] = stack_answers(line, stack->service,
			    t->assumption, may_forgive, &others);
		t->others[i] = stack_line_is_other(line) ? others : 0;
		t->eval->answers[t->assumption][i] = t->first[i];
	}
}

/* ---- the line that lets in ---- */

/* Does its answer skip others where it need not? */
static bool
may_open(const struct stack_eval *eval, enum assumption assumption, size_t i,
    bool skips_ours)
{
	const struct stack_line *line = &eval->stack->lines[i];
	int action = line->actions[eval->answers[assumption][i]];

	if (!stack_line_is_other(line) ||
	    (action != CONTROL_DONE && action <= 0))
		return false;
	switch (ordinary_of(line, eval->stack->service).kind) {
	case KIND_GATE:
	case KIND_RULE:
	case KIND_DEPENDS:
		return true;
	default:
		return skips_ours;
	}
}

static void
opener_find(struct stack_eval *eval, enum assumption assumption, bool *walk)
{
	const struct stack *stack = eval->stack;
	struct stack_eval_opener *opener = &eval->openers[assumption];
	const struct stack_line *line = stack_ours(stack, STACK_AUTH);

	ours_answer(eval, assumption, pam_results[OUTCOME_NOT_MAPPED]);
	if (line == NULL ||
	    dispatch(stack, STACK_AUTH, eval->answers[assumption], walk) !=
		PAM_SUCCESS)
		return;
	size_t ours = (size_t)(line - stack->lines);
	/* the last line before ours that skips it; else the first after it */
	for (size_t i = 0; i < stack->count; i++) {
		if (!walk[i] || !may_open(eval, assumption, i, !walk[ours]) ||
		    (i < ours && walk[ours]))
			continue;
		if (i > ours && opener->line != NULL)
			break;
		opener->line = &stack->lines[i];
		opener->refuses =
		    i < ours && eval->answers[assumption][i] != PAM_SUCCESS;
	}
}

/* Lines that let in a few users but not others. */
static void
few_find(struct stack_eval *eval, const bool *reached)
{
	const struct stack *stack = eval->stack;
	int *answers = eval->answers[OTHERS_REFUSE];

	ours_answer(eval, OTHERS_REFUSE, pam_results[OUTCOME_NOT_MAPPED]);
	if (dispatch(stack, STACK_AUTH, answers, NULL) == PAM_SUCCESS)
		return;
	for (size_t i = 0; i < stack->count; i++) {
		const struct stack_line *line = &stack->lines[i];
		int answer = answers[i];

		if (!reached[i] || line->kind != STACK_MODULE ||
		    answer == PAM_MODULE_UNKNOWN || stack_line_is_ours(line))
			continue;
		unsigned few = ordinary_of(line, stack->service).few;
		for (int r = 0; r < PAM_RESULT_COUNT; r++) {
			answers[i] = r;
			if ((few & RESULT_BIT(r)) != 0 &&
			    dispatch(stack, STACK_AUTH, answers, NULL) ==
				PAM_SUCCESS)
				eval->few[i] = true;
		}
		answers[i] = answer;
	}
}

enum outcome
stack_eval_make(const struct stack *stack, bool (*has_file)(const char *module),
    struct stack_eval *ret)
{
	size_t count = stack->count + 1; /* calloc(0) may be NULL */
	autofree bool *walk = calloc(count, sizeof(*walk));
	autofree bool *reached = calloc(count, sizeof(*reached));
	autofree int *first = calloc(count, sizeof(*first));
	autofree int *best = calloc(count, sizeof(*best));
	autofree unsigned *others = calloc(count, sizeof(*others));
	struct trial t = {.eval = ret,
	    .walk = walk,
	    .reached = reached,
	    .first = first,
	    .best = best,
	    .others = others};

	*ret = (struct stack_eval){.stack = stack};
	ret->few = calloc(count, sizeof(*ret->few));
	if (ret->few == NULL || walk == NULL || reached == NULL ||
	    first == NULL || best == NULL || others == NULL)
		return OUTCOME_NO_MEMORY;
	for (size_t a = 0; a < ASSUMPTIONS; a++) {
		ret->answers[a] = calloc(count, sizeof(**ret->answers));
		ret->reached[a] = calloc(count, sizeof(**ret->reached));
		if (ret->answers[a] == NULL || ret->reached[a] == NULL)
			return OUTCOME_NO_MEMORY;
		t.assumption = (enum assumption)a;
		answers_make(&t, has_file);
		assumption_make(&t);
		opener_find(ret, t.assumption, walk);
	}
	few_find(ret, ret->reached[OTHERS_REFUSE]);
	return OUTCOME_OK;
}

void
stack_eval_done(struct stack_eval *eval)
{
	for (size_t a = 0; a < ASSUMPTIONS; a++) {
		free(eval->answers[a]);
		free(eval->reached[a]);
	}
	free(eval->few);
	*eval = (struct stack_eval){0};
}
