/* SPDX-License-Identifier: ISC */
/* Which message asks for an answer, and which follows one. */
#include "gcpkce/helper_client/helper_client.h"

const char *
helper_client_prompt(const struct config *config, enum wire_callback callback)
{
	switch (callback) {
	case WIRE_CALLBACK_LISTENS:
		return MESSAGE_TYPE_NUMBER;
	case WIRE_CALLBACK_TAKEN:
		return MESSAGE_PASTE_ADDRESS;
	case WIRE_CALLBACK_PASTE:
	case WIRE_CALLBACKS:
		break;
	}
	return config->callback == CALLBACK_LOOPBACK ? MESSAGE_PASTE_ELSEWHERE
						     : MESSAGE_PASTE;
}

const char *
helper_client_sentence(const struct config *config, enum wire_callback callback,
    const struct wire_verdict *verdict, enum outcome outcome)
{
	static const char *const numbers[WIRE_NUMBERS] = {
	    [WIRE_NUMBER_EARLY] = MESSAGE_NUMBER_EARLY,
	    [WIRE_NUMBER_WRONG] = MESSAGE_NUMBER_WRONG,
	    [WIRE_NUMBER_SPENT] = MESSAGE_NUMBER_SPENT,
	};

	if (outcome == OUTCOME_STATE_MISMATCH && verdict->other_address)
		return MESSAGE_EARLIER;
	if (outcome != OUTCOME_ANSWER_MALFORMED)
		return outcome_sentence(outcome);
	if (verdict->other_address)
		return MESSAGE_OTHER_PAGE;
	if (numbers[verdict->number] != NULL)
		return numbers[verdict->number];
	if (callback == WIRE_CALLBACK_LISTENS)
		return MESSAGE_NO_NUMBER;
	return config->callback == CALLBACK_LOOPBACK
	    ? MESSAGE_NO_ADDRESS
	    : outcome_sentence(outcome);
}
