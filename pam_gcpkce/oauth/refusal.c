/* SPDX-License-Identifier: ISC */
/*
 * The likely causes of a refused code or client.  One error of the server has
 * many causes; the facts of this sign-in rank them.  Only fixed phrases and
 * numbers are written: nothing from the network, no code.
 */
#include "gcpkce/oauth/refusal.h"

#include "gcpkce/oauth/error_table.h"

/* From this age on, an expired code is the most likely cause. */
#define OLD_CODE_S 60

static void
put_hint(struct buf *text, bool *first, enum hint hint)
{
	buf_put_text(text, *first ? "" : "; ");
	buf_put_text(text, hint_get(hint)->text);
	*first = false;
}

static void
put_client_hints(const struct refusal *refusal, struct buf *text)
{
	const struct error_row *row = error_row_find(ERROR_TOKEN,
	    OUTCOME_CLIENT_REFUSED, refusal->body->name, refusal->body->detail);
	bool first = true;

	for (size_t i = 0; i < ERROR_HINTS_MAX; i++) {
		enum hint hint = row->hints[i].hint;

		if (hint != HINT_NONE &&
		    hint_applies(hint, refusal->confidential))
			put_hint(text, &first, hint);
	}
}

static void
put_expired(const struct refusal *refusal, struct buf *text, bool *first)
{
	put_hint(text, first, HINT_CODE_EXPIRED);
	buf_printf(
	    text, " (the address was shown %lu s ago)", refusal->shown_s);
}

static void
put_code_hints(const struct refusal *refusal, struct buf *text)
{
	bool is_old = refusal->shown_s >= OLD_CODE_S;
	bool first = true;

	if (refusal->code_seen_before)
		put_hint(text, &first, HINT_CODE_REPEATED);
	if (is_old)
		put_expired(refusal, text, &first);
	/* A state is ours and follows the code, which is whole then. */
	if (!refusal->state_seen) {
		put_hint(text, &first, HINT_CODE_EARLIER);
		put_hint(text, &first, HINT_CODE_CUT);
		buf_printf(text, " (%zu character%s came)", refusal->code_len,
		    refusal->code_len == 1 ? "" : "s");
	}
	if (!refusal->code_seen_before)
		put_hint(text, &first, HINT_CODE_TAKEN);
	if (!is_old)
		put_expired(refusal, text, &first);
	put_hint(text, &first, HINT_CODE_OTHER_CLIENT);
}

void
refusal_hints(const struct refusal *refusal, struct buf *text)
{
	if (refusal->outcome == OUTCOME_CODE_REFUSED)
		put_code_hints(refusal, text);
	else if (refusal->outcome == OUTCOME_CLIENT_REFUSED)
		put_client_hints(refusal, text);
}
