/* SPDX-License-Identifier: ISC */
/*
 * What the user sees and types, through the application's PAM conversation.
 */
#ifndef GCPKCE_MODULE_DIALOGUE_H
#define GCPKCE_MODULE_DIALOGUE_H

#include <security/pam_modules.h>

#include "gcpkce/config/config.h"
#include "gcpkce/wire/wire.h"

/* One prompt; all texts *borrowed*. */
struct dialogue {
	const char *provider;
	const char *user;
	const char *host;
	const char *address;
	int left_s;        /* seconds left of the sign-in's time */
	const char *wrong; /* a sentence about the previous answer, or "" */
	bool unreachable;  /* say that the hosts could not be reached */
	bool split; /* the address as a text of its own, not in the prompt */
	const char *prompt;          /* the sentence that asks for the answer */
	enum wire_callback callback; /* how the code may come back */
	size_t max; /* bytes of a message that the application can display */
	bool local; /* the user sits at this host: its browser brings the code,
		       and with a listener there is no prompt */
};

/*
 * Compose the texts, in the application's language (translation_of); without a
 * catalogue in ASCII.  Foreign bytes are escaped, the address is alone on its
 * line.  The first text begins with a line break, because ssh puts
 * "(user@host)" before it.
 *
 * out:    text, prompt  with prompt alone when not split: all of it in prompt;
 *                       with text alone when there is no prompt; if one is
 *                       longer than max, without the sentences, then without
 *                       the one about the previous answer as well
 * source: docs/DESIGN.md section 5
 */
void dialogue_compose(
    const struct dialogue *dialogue, struct buf *text, struct buf *prompt);

/*
 * Ask for the answer; or, without a prompt, only show the address, and return
 * an empty answer.
 *
 * out:    typed  the answer, at most as much as the buffer holds; empty for a
 *                missing reply
 *         ret_again  the application will call again (PAM_CONV_AGAIN); typed is
 *                    then empty, and the outcome OUTCOME_ABORTED
 * errors: OUTCOME_NO_CONVERSATION  the application has no conversation
 *         OUTCOME_CONFIG_INVALID   the address alone is longer than max
 *         OUTCOME_ABORTED          the conversation ended otherwise
 *         OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome dialogue_ask(pam_handle_t *pamh,
    const struct dialogue *dialogue, struct buf *typed, bool *ret_again,
    struct errinfo *reterr);

/*
 * Tell the user why a sign-in ended, in the application's language; "" shows
 * nothing.  Never fails.
 */
void dialogue_tell(pam_handle_t *pamh, const char *sentence);

#endif
