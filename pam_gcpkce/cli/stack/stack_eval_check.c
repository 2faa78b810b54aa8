/* SPDX-License-Identifier: ISC */
/*
 * Findings from the table of results.
 */
#include "ordinary.h"
#include "stack_check.h"

#define STACK_WHO_MAX 4096

static bool
lets_in(
    const struct stack_eval *eval, enum assumption assumption, size_t outcome)
{
	return eval->results[assumption][outcome] == PAM_SUCCESS;
}

/* A denial that no network answer can cause. */
#define PLAIN_DENIAL OUTCOME_NOT_MAPPED

/*
 * The names of all denials after which a user is let in.
 *
 * gives:  their number
 */
static size_t
open_list(
    const struct stack_eval *eval, enum assumption assumption, struct buf *list)
{
	size_t count = 0;

	for (size_t o = 0; o < OUTCOME_COUNT; o++) {
		if (o == OUTCOME_OK || !lets_in(eval, assumption, o))
			continue;
		buf_printf(list, "%s%s", count > 0 ? ", " : "",
		    outcome_name((enum outcome)o));
		count++;
	}
	return count;
}

static void
open_check(const struct stack_context *v, const struct stack_eval *eval,
    const struct stack_line *ours)
{
	autobuf open = BUF_INIT(4096);
	autobuf soft = BUF_INIT(4096);
	struct findings *f = &v->check->findings;
	size_t count = open_list(eval, OTHERS_REFUSE, &open);
	size_t others = open_list(eval, OTHERS_RIGHT, &soft);
	const struct stack_eval_opener *opener = &eval->openers[OTHERS_REFUSE];
	const struct stack_eval_opener *skipper = &eval->openers[OTHERS_RIGHT];

	if (count == OUTCOME_COUNT - 1 && opener->line != NULL &&
	    opener->refuses)
		finding_add(f, FINDING_FAULT, opener->line->where,
		    "let its refusal end the login (die), or continue with "
		    "another credential or pam_deny",
		    "%s lets in without any credential: where this line "
		    "refuses a user, pam_gcpkce is skipped",
		    v->service);
	else if (count == OUTCOME_COUNT - 1 && opener->line != NULL)
		finding_add(f, FINDING_FAULT, opener->line->where,
		    "make the line required, so that it can refuse and not "
		    "let in",
		    "%s lets in without any credential: this line succeeds for "
		    "ordinary users, and the lines after it are skipped",
		    v->service);
	else if (count == OUTCOME_COUNT - 1)
		finding_add(f, FINDING_FAULT, ours->where,
		    "let a refusal end the login: make the line required, or "
		    "put \"auth requisite pam_deny.so\" where refusals "
		    "continue",
		    "%s lets every user in, whatever pam_gcpkce returns and "
		    "without any other credential",
		    v->service);
	else if (count > 0)
		finding_add(f, FINDING_FAULT, ours->where,
		    "let these results be bad or die in the line's control",
		    "%s lets in without any credential after: %s", v->service,
		    buf_text(&open));
	else if (skipper->line != NULL && skipper->refuses)
		finding_add(f, FINDING_NOTE, skipper->line->where, NULL,
		    "where this line refuses a user, pam_gcpkce is skipped, "
		    "and another credential of %s is enough",
		    v->service);
	else if (lets_in(eval, OTHERS_RIGHT, PLAIN_DENIAL))
		finding_add(f, FINDING_NOTE, ours->where, NULL,
		    "another credential of %s is enough in place of a "
		    "sign-in",
		    v->service);
	else if (others > 0)
		finding_add(f, FINDING_WARNING, ours->where,
		    "treat these results as every other refusal, or let all "
		    "refusals continue with the other credential",
		    "without a sign-in the other credential of %s is enough "
		    "after: %s; an attacker who disturbs the network or the "
		    "host can cause that",
		    v->service, buf_text(&soft));
}

/* A few users are no fault: it may be intended. */
static void
few_check(const struct stack_context *v, const struct stack_eval *eval)
{
	for (size_t i = 0; i < v->stack->count; i++) {
		const struct stack_line *line = &v->stack->lines[i];
		autobuf who = BUF_INIT(STACK_WHO_MAX);

		if (!eval->few[i])
			continue;
		ordinary_few_put(line, v->service, &who);
		finding_add(&v->check->findings, FINDING_WARNING, line->where,
		    "unless that is intended, let the line continue with a "
		    "credential or pam_deny",
		    "%s gets in by %s without a credential", buf_text(&who),
		    v->service);
	}
}

static void
lock_check(const struct stack_context *v, const struct stack_eval *eval,
    const struct stack_line *ours)
{
	struct findings *f = &v->check->findings;

	if (!lets_in(eval, OTHERS_RIGHT, OUTCOME_OK)) {
		finding_add(f, FINDING_FAULT, ours->where,
		    "find the line that refuses in the table, and what leads "
		    "to it",
		    "every login by %s fails: even after a successful sign-in "
		    "it returns %s",
		    v->service,
		    pam_result_name(eval->results[OTHERS_RIGHT][OUTCOME_OK]));
		return;
	}
	if (!lets_in(eval, OTHERS_REFUSE, OUTCOME_OK))
		finding_add(f, FINDING_NOTE, ours->where, NULL,
		    "a sign-in alone is not enough for %s: another credential "
		    "must be correct as well",
		    v->service);
	if (!lets_in(eval, OTHERS_RIGHT, OUTCOME_UNREACHABLE))
		finding_add(f, FINDING_WARNING, ours->where,
		    "keep one way in that does not need the provider "
		    "(break-glass): a key for one account, or a password at "
		    "the console",
		    "%s has no other way in while the provider, the network "
		    "or the OAuth client fails",
		    v->service);
}

static void
reach_check(const struct stack_context *v, const struct stack_eval *eval)
{
	struct findings *f = &v->check->findings;

	for (size_t i = 0; i < v->stack->count; i++) {
		const struct stack_line *line = &v->stack->lines[i];
		bool agree = eval->reached[OTHERS_RIGHT][i];
		bool refuse = eval->reached[OTHERS_REFUSE][i];

		if (line->type != STACK_AUTH || !stack_line_is_ours(line))
			continue;
		if (!agree && !refuse)
			finding_add(f, FINDING_FAULT, line->where,
			    "put it before the line that ends the stack",
			    "the line is never called: an earlier line has "
			    "decided");
		else if (!agree)
			finding_add(f, FINDING_NOTE, line->where, NULL,
			    "the line is called only if no other credential "
			    "was correct");
	}
}

void
stack_eval_check(const struct stack_context *v, const struct stack_eval *eval)
{
	const struct stack_line *ours = stack_ours(v->stack, STACK_AUTH);

	if (ours == NULL)
		return;
	if (eval->cut_short)
		finding_add(&v->check->findings, FINDING_WARNING, ours->where,
		    "write fewer lines before and after it",
		    "too many lines depend on the user: not all combinations "
		    "of their results were checked");
	reach_check(v, eval);
	open_check(v, eval, ours);
	few_check(v, eval);
	lock_check(v, eval, ours);
}
