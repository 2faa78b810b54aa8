/* SPDX-License-Identifier: ISC */
/*
 * What a person sees and types, through the host's PAM conversation.
 */
#ifndef GCPKCE_MODULE_DIALOGUE_H
#define GCPKCE_MODULE_DIALOGUE_H

#include <security/pam_modules.h>

#include "gcpkce/config/config.h"
#include "gcpkce/wire/wire.h"

/* One prompt; all texts *borrowed*. */
struct dialogue {
	const char *user;
	const char *host;
	const char *address;
	int left_s;        /* seconds that the sign-in's time still lasts */
	const char *wrong; /* a sentence about the answer before, or "" */
	bool unreachable;  /* say that the path was found dead */
	bool split; /* the address as text of its own, not in the prompt */
	const char *prompt;          /* the sentence that asks for the answer */
	enum wire_callback callback; /* how the code may come back */
	bool local; /* the person sits at this host: its browser brings the
		       code, and nobody is asked where there is a listener */
};

/*
 * Compose the texts, in the host's language (translation_of); without a
 * catalogue ASCII alone.  Foreign bytes are escaped, the address is alone on
 * its line.  The first begins with a line break, because ssh puts
 * "(user@host) " before it.
 *
 * out:    text, prompt  with prompt alone when not split: all of it in prompt;
 *                       with text alone when nobody is asked
 * source: docs/DESIGN.md section 5
 */
void dialogue_compose(
    const struct dialogue *dialogue, struct buf *text, struct buf *prompt);

/*
 * Ask for the answer; or, where nobody is asked, show the address alone, and
 * the answer is empty.
 *
 * out:    typed  the answer, at most as much as the buffer holds; empty for a
 *                missing reply
 *         ret_again  the host wants to come back (PAM_CONV_AGAIN); typed is
 *                    then empty, and the outcome OUTCOME_ABORTED
 * errors: OUTCOME_NO_CONVERSATION  the host has no conversation function
 *         OUTCOME_ABORTED          the conversation ended otherwise
 *         OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome dialogue_ask(pam_handle_t *pamh,
    const struct dialogue *dialogue, struct buf *typed, bool *ret_again,
    struct errinfo *reterr);

/*
 * Tell the person why a sign-in ended, in the host's language; "" tells
 * nothing.  Never fails.
 */
void dialogue_tell(pam_handle_t *pamh, const char *sentence);

#endif
