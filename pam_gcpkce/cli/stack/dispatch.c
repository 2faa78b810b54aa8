/* SPDX-License-Identifier: ISC */
/*
 * How libpam runs a stack.  The impression is the result of the modules so far;
 * a substack remembers the one that it began with.
 */
#include "stack_eval.h"

/* libpam's result when no module has counted. */
#define PAM_NO_DECISION PAM_PERM_DENIED

enum impression { NONE, GOOD, BAD };

struct state {
	enum impression impression;
	int status;
};

struct walk {
	const struct stack *stack;
	enum stack_type type;
	struct state now;
	struct state at_entry[STACK_LEVELS + 1];
};

/* The next line of the type after i; the count of lines when there is none. */
static size_t
next_of(const struct walk *w, size_t i)
{
	do
		i++;
	while (i < w->stack->count && w->stack->lines[i].type != w->type);
	return i;
}

static bool
is_at_level(const struct walk *w, size_t i, unsigned level)
{
	return i < w->stack->count && w->stack->lines[i].level >= level;
}

/* Skip lines of a level; a substack with all its lines counts as one. */
static bool
jump(const struct walk *w, size_t *i, int count)
{
	unsigned level = w->stack->lines[*i].level;

	while (count > 0 && is_at_level(w, next_of(w, *i), level)) {
		do
			*i = next_of(w, *i);
		while (is_at_level(w, next_of(w, *i), level + 1));
		count--;
	}
	return count == 0;
}

static void
leave(const struct walk *w, size_t *i)
{
	unsigned level = w->stack->lines[*i].level;

	while (is_at_level(w, next_of(w, *i), level))
		*i = next_of(w, *i);
}

static void
approve(struct walk *w, int result)
{
	if (w->now.impression == NONE ||
	    (w->now.impression == GOOD && w->now.status == PAM_SUCCESS))
		w->now = (struct state){GOOD, result};
}

static void
object(struct walk *w, int result)
{
	if (w->now.impression != BAD)
		w->now = (struct state){
		    BAD, result == PAM_IGNORE ? PAM_NO_DECISION : result};
}

/* Do what the line's control says about the result; i may move on. */
static void
act(struct walk *w, size_t *i, int action, int result)
{
	switch (action) {
	case CONTROL_IGNORE:
		return;
	case CONTROL_OK:
		approve(w, result);
		return;
	case CONTROL_DONE:
		approve(w, result);
		if (w->now.impression == GOOD)
			leave(w, i);
		return;
	case CONTROL_BAD:
		object(w, result);
		return;
	case CONTROL_DIE:
		object(w, result);
		leave(w, i);
		return;
	case CONTROL_RESET:
		w->now = w->at_entry[w->stack->lines[*i].level];
		return;
	default:
		/* libpam calls it a syntax error */
		if (!jump(w, i, action))
			w->now = (struct state){BAD, PAM_NO_DECISION};
	}
}

int
dispatch(const struct stack *stack, enum stack_type type, const int *answers,
    bool *reached)
{
	struct walk w = {.stack = stack, .type = type};
	unsigned before = 0;

	w.now = (struct state){NONE, PAM_NO_DECISION};
	w.at_entry[0] = w.now;
	for (size_t i = 0; reached != NULL && i < stack->count; i++)
		reached[i] = false;
	/* one before the first: unsigned numbers wrap around */
	for (size_t i = next_of(&w, SIZE_MAX); i < stack->count;
	     i = next_of(&w, i)) {
		const struct stack_line *line = &stack->lines[i];
		int result =
		    line->kind == STACK_BROKEN ? PAM_NO_DECISION : answers[i];

		if (line->level > before)
			w.at_entry[line->level] = w.now;
		before = line->level;
		if (reached != NULL)
			reached[i] = true;
		if (line->kind == STACK_SUBSTACK)
			continue;
		if (result < 0 || result >= PAM_RESULT_COUNT)
			object(&w, PAM_NO_DECISION);
		else
			act(&w, &i, line->actions[result], result);
	}
	if (w.now.status == PAM_SUCCESS && w.now.impression != GOOD)
		return PAM_NO_DECISION;
	return w.now.status;
}
