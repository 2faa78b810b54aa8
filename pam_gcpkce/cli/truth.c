/* SPDX-License-Identifier: ISC */
/*
 * The three worlds.  Modules that are not about credentials have an answer of
 * their own; what is not listed here is a credential.
 */
#include "truth.h"

#include <security/pam_modules.h>
#include <string.h>

#include "dispatch.h"

enum habit {
	CREDENTIAL, /* a password, a key, another provider */
	CONDITION,  /* who, where, when: a gate, or an exception */
	ALWAYS_YES,
	ALWAYS_NO,
	NO_OPINION,
};

static const struct {
	const char *module;
	enum habit habit;
} habits[] = {
    {"pam_permit", ALWAYS_YES},
    {"pam_deny", ALWAYS_NO},
    {"pam_env", NO_OPINION},
    {"pam_faildelay", NO_OPINION},
    {"pam_group", NO_OPINION},
    {"pam_mail", NO_OPINION},
    {"pam_nologin", NO_OPINION},
    {"pam_warn", NO_OPINION},
    {"pam_access", CONDITION},
    {"pam_cap", CONDITION},
    {"pam_faillock", CONDITION},
    {"pam_listfile", CONDITION},
    {"pam_localuser", CONDITION},
    {"pam_rhosts", CONDITION},
    {"pam_rootok", CONDITION},
    {"pam_securetty", CONDITION},
    {"pam_sepermit", CONDITION},
    {"pam_shells", CONDITION},
    {"pam_succeed_if", CONDITION},
    {"pam_tally2", CONDITION},
    {"pam_timestamp", CONDITION},
    {"pam_usertype", CONDITION},
    {"pam_wheel", CONDITION},
};

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

static bool
has_argument(const struct stack_line *line, const char *argument)
{
	for (char **p = line->arguments; p != NULL && *p != NULL; p++) {
		if (strcmp(*p, argument) == 0)
			return true;
	}
	return false;
}

static enum habit
habit_of(const struct stack_line *line)
{
	/* its part behind the credential, which counts the failure */
	if (stack_line_is(line, "pam_faillock") &&
	    has_argument(line, "authfail"))
		return ALWAYS_NO;
	for (size_t i = 0; i < sizeof(habits) / sizeof(habits[0]); i++) {
		if (stack_line_is(line, habits[i].module))
			return habits[i].habit;
	}
	return CREDENTIAL;
}

/* A condition that shortens the way is an exception, any other a gate. */
static bool
is_exception(const struct stack_line *line)
{
	int action = line->actions[PAM_SUCCESS];

	return action == CONTROL_DONE || action > 0;
}

static int
answer_of(const struct stack_line *line, enum truth_world world)
{
	switch (habit_of(line)) {
	case ALWAYS_YES:
		return PAM_SUCCESS;
	case ALWAYS_NO:
		return PAM_AUTH_ERR;
	case NO_OPINION:
		return PAM_IGNORE;
	case CONDITION:
		return world != TRUTH_AGREE && is_exception(line) ? PAM_AUTH_ERR
								  : PAM_SUCCESS;
	case CREDENTIAL:
		break;
	}
	return world == TRUTH_REFUSE ? PAM_AUTH_ERR : PAM_SUCCESS;
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
			    : answer_of(line, (enum truth_world)w);
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
