/* SPDX-License-Identifier: ISC */
/*
 * The likely causes of a refused code or client.  One error of the server has
 * many causes; the facts of this sign-in rank them.  Only fixed phrases and
 * numbers are written: nothing from the network, no code.
 */
#include "gcpkce/oauth/refusal.h"

#include "gcpkce/oauth/error_table.h"

/* From this age on, an expired code is the most likely cause. */
#define SHOWN_LONG_S 60

static void
put_cause(struct buf *text, bool *first, enum cause cause)
{
	buf_put_text(text, *first ? "" : "; ");
	buf_put_text(text, cause_get(cause)->text);
	*first = false;
}

static void
put_client_causes(const struct refusal *refusal, struct buf *text)
{
	const struct symptom *symptom = symptom_find(SYMPTOM_TOKEN,
	    OUTCOME_CLIENT_REFUSED, refusal->body->name, refusal->body->detail);
	bool first = true;

	for (size_t i = 0; i < SYMPTOM_CAUSES_MAX; i++) {
		enum cause cause = symptom->causes[i].cause;

		if (cause != CAUSE_NONE &&
		    cause_applies(cause, refusal->confidential))
			put_cause(text, &first, cause);
	}
}

static void
put_expired(const struct refusal *refusal, struct buf *text, bool *first)
{
	put_cause(text, first, CAUSE_CODE_EXPIRED);
	buf_printf(
	    text, " (the address was shown %lu s ago)", refusal->shown_s);
}

static void
put_code_causes(const struct refusal *refusal, struct buf *text)
{
	bool long_shown = refusal->shown_s >= SHOWN_LONG_S;
	bool first = true;

	if (refusal->code_seen_before)
		put_cause(text, &first, CAUSE_CODE_REPEATED);
	if (long_shown)
		put_expired(refusal, text, &first);
	/* A state is ours and follows the code, which is whole then. */
	if (!refusal->state_seen) {
		put_cause(text, &first, CAUSE_CODE_EARLIER);
		put_cause(text, &first, CAUSE_CODE_CUT);
		buf_printf(text, " (%zu character%s came)", refusal->code_len,
		    refusal->code_len == 1 ? "" : "s");
	}
	if (!refusal->code_seen_before)
		put_cause(text, &first, CAUSE_CODE_TAKEN);
	if (!long_shown)
		put_expired(refusal, text, &first);
	put_cause(text, &first, CAUSE_CODE_OTHER_CLIENT);
}

void
refusal_causes(const struct refusal *refusal, struct buf *text)
{
	if (refusal->outcome == OUTCOME_CODE_REFUSED)
		put_code_causes(refusal, text);
	else if (refusal->outcome == OUTCOME_CLIENT_REFUSED)
		put_client_causes(refusal, text);
}
