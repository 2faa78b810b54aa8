/* SPDX-License-Identifier: ISC */
/*
 * The rounds of a sign-in.  They trust the configuration and the local
 * accounts, ask the policy, and use of the helper's reply only what the policy
 * accepts.
 */
#include "rounds.h"

#include <string.h>
#include <syslog.h>

#include "export.h"
#include "exported.h"
#include "gcpkce/base/clock.h"
#include "journal.h"
#include "session.h"

/* Step 4: the dialogue. */
static enum outcome
answer_ask(struct signin *s, struct buf *typed, bool *ret_again)
{
	s->dialogue.unreachable = s->ready.unreachable;
	s->dialogue.callback = s->ready.callback;
	s->dialogue.prompt =
	    helper_client_prompt(&s->config, s->ready.callback);
	s->dialogue.left_s = (clock_left_ms(s->deadline_ms) + 999) / 1000;
	enum outcome r =
	    dialogue_ask(s->pamh, &s->dialogue, typed, ret_again, &s->why);

	s->answered_ms = clock_now_ms();
	if (r == OUTCOME_OK && clock_left_ms(s->deadline_ms) == 0)
		return err_set(&s->why, OUTCOME_TIMED_OUT,
		    "the answer came after the deadline");
	return r;
}

enum outcome
rounds_judge(
    struct signin *s, const struct identity *identity, struct errinfo *reterr)
{
	struct account now;
	enum outcome r = account_find(s->user, &now, reterr);

	if (r != OUTCOME_OK)
		return r;
	if (strcmp(journal_item(s->pamh, PAM_USER), s->user) != 0 ||
	    !account_eq(&now, &s->policy.account))
		return err_set(reterr, OUTCOME_ACCOUNT_CHANGED,
		    "the account is not the one that the sign-in began with");
	return policy_decide(&s->policy, identity, reterr);
}

/* Step 8: look the account up again, and ask the policy. */
static enum outcome
decide(struct signin *s)
{
	if (s->verdict.sshd_junk)
		return err_set(&s->why, OUTCOME_HELPER_FAILED,
		    "the helper reports a sign-in, but the answer was sshd's "
		    "own");
	if (s->account_status != OUTCOME_OK)
		return err_set(&s->why, OUTCOME_HELPER_FAILED,
		    "the helper reports a sign-in to an account that no user "
		    "may sign in to");
	return rounds_judge(s, &s->verdict.identity, &s->why);
}

/* Step 9 for a token that is not kept, and that no revoker may have got. */
static void
token_refuse(struct signin *s, uint64_t expires_at_s)
{
	enum outcome r = helper_client_settle(&s->proc, false, NULL);

	if (r != OUTCOME_OK && s->config.revoke != REVOKE_NEVER)
		token_revoke(s->pamh, &s->config, s->user, s->verdict.token,
		    expires_at_s);
}

/* Step 9 for a token that the session receives. */
static void
token_export(struct signin *s, uint64_t expires_at_s)
{
	struct errinfo why = {0};
	enum outcome r = s->verdict.token == NULL
	    ? err_set(&why, OUTCOME_HELPER_FAILED, "the helper sent no token")
	    : export_token(s->pamh, &s->config, &s->policy.account, &s->verdict,
		  expires_at_s, &why);

	if (r != OUTCOME_OK) {
		token_refuse(s, expires_at_s);
	} else {
		r = helper_client_settle(&s->proc, true, &why);
		if (r != OUTCOME_OK)
			session_unexport(s->pamh);
	}
	if (r != OUTCOME_OK)
		journal_event(
		    s->pamh, LOG_WARNING, "export_failed", s->user, why.text);
}

/* Step 9: keep or revoke the token. */
static void
token_settle(struct signin *s, enum outcome outcome)
{
	uint64_t expires_at_s = s->verdict.expires_in_s > 0
	    ? clock_wall_s() + s->verdict.expires_in_s
	    : 0;

	if (s->verdict.outcome != OUTCOME_OK)
		return;
	if (outcome == OUTCOME_OK && s->config.callback == CALLBACK_LOOPBACK)
		helper_client_grant(&s->proc);
	if (outcome == OUTCOME_OK && s->config.export != EXPORT_NONE)
		token_export(s, expires_at_s);
	else
		token_refuse(s, expires_at_s);
}

void
rounds_log(struct signin *s, enum outcome outcome)
{
	bool known = s->verdict.outcome == OUTCOME_OK ||
	    s->verdict.outcome == OUTCOME_WRONG_ORGANIZATION;

	journal_decision(s->pamh,
	    &(struct journal_entry){
		.outcome = outcome,
		.provider = provider_name(s->config.provider),
		.user = s->user[0] != '\0' ? s->user
					   : journal_item(s->pamh, PAM_USER),
		.identity = known ? &s->verdict.identity : NULL,
		.attempt = s->attempt,
		.correlation = s->verdict.correlation,
		.is_remembered = s->is_remembered,
		.remembered_s = s->remembered_s,
		.ms = s->answered_ms > 0 ? clock_now_ms() - s->answered_ms : 0,
		.cause = s->why.text,
	    });
}

/*
 * Set what the journal says and what the user is shown about an answer.  For an
 * account that no user can sign in to, the first is the true reason, the second
 * is what every user would see.
 */
static void
answer_set_result(struct signin *s, enum outcome r, struct result *result)
{
	bool is_junk = s->verdict.sshd_junk && outcome_may_retry(r);

	result->outcome = r;
	result->shown = is_junk ? OUTCOME_CODE_REFUSED : r;
	if (outcome_may_retry(r) && s->account_status != OUTCOME_OK) {
		result->outcome = s->account_status;
		s->why = s->account_status_why;
	} else if (is_junk) {
		s->why.text[0] = '\0';
	}
	if (is_junk) {
		struct errinfo before = s->why;

		(void)err_set(&s->why, r, "%s%s%.400s", LOG_SSHD_JUNK,
		    before.text[0] != '\0' ? "; " : "", before.text);
	}
}

/* One round: prompt, answer, verdict, decision. */
static void
round_run(struct signin *s, struct result *result)
{
	autobuf typed = BUF_INIT(WIRE_ANSWER_MAX);
	enum outcome r = answer_ask(s, &typed, &result->incomplete);

	if (result->incomplete)
		return;
	if (r == OUTCOME_OK) { /* steps 5 to 7 */
		s->attempt++;
		r = helper_client_answer(&s->proc, buf_view(&typed),
		    &(struct helper_client_known){
			.user = s->user,
			.password = journal_item(s->pamh, PAM_AUTHTOK),
			.old_password = journal_item(s->pamh, PAM_OLDAUTHTOK),
		    },
		    s->deadline_ms, &s->verdict, &s->why);
		journal_missing_layers(s->pamh, s->user, &s->proc.missing);
		if (s->config.debug)
			journal_debug(s->pamh,
			    "an answer of %zu bytes; verdict: %s %s", typed.len,
			    outcome_name(r), s->why.text);
	}
	if (r == OUTCOME_OK)
		r = decide(s);
	answer_set_result(s, r, result);
	result->answers_used_up = s->attempt >= s->config.attempts;
	token_settle(s, result->outcome);
}

static bool
may_go_on(const struct signin *s, const struct result *result)
{
	return !result->incomplete && outcome_may_retry(result->shown) &&
	    !result->answers_used_up && clock_left_ms(s->deadline_ms) > 0;
}

void
rounds_run(struct signin *s, struct result *result)
{
	for (;;) {
		round_run(s, result);
		if (!may_go_on(s, result))
			return;
		rounds_log(s, result->outcome);
		s->dialogue.wrong = helper_client_sentence(
		    &s->config, s->ready.callback, &s->verdict, result->shown);
		/* nothing of this round may leak into the next */
		wire_verdict_done(&s->verdict);
		s->answered_ms = 0;
		s->why.text[0] = '\0';
		enum outcome r = helper_client_address(
		    &s->proc, s->deadline_ms, &s->ready, &s->why);
		journal_missing_layers(s->pamh, s->user, &s->proc.missing);
		if (r != OUTCOME_OK) {
			*result = (struct result){.outcome = r, .shown = r};
			return;
		}
	}
}
