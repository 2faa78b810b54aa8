/* SPDX-License-Identifier: ISC */
#ifndef GCPKCE_EXPLAIN_H
#define GCPKCE_EXPLAIN_H

#include "gcpkce/config/config.h"
#include "gcpkce/oauth/error_table.h"

#define EXPLAIN_TEXT_MAX (64 * 1024)

struct explanation {
	const struct error_row *row;
	long status; /* 0 if the input has none */
	struct error_hint hints[HINT_COUNT];
	size_t count;
};

/*
 * Explain an error body, with or without the head of its reply; a status line;
 * a line of the journal with "POST /oauth/token: STATUS ERROR"; a redirect
 * address; or an authorize address.  White space and quotes around it do not
 * matter; an address is put together again where it was broken in copying.
 *
 * in:     text   anything, at most EXPLAIN_TEXT_MAX bytes; *borrowed*
 *         known  the configuration of the sign-in; NULL: any client's
 * out:    ret    causes, first those that the text shows; static texts
 *                and numbers alone, so that nothing of the input comes out
 * errors: OUTCOME_REPLY_INVALID  it is not one of these;  OUTCOME_NO_MEMORY
 * source: RFC 6749 sections 4.1.2.1 and 5.2; RFC 7636 section 4
 */
MUST_CHECK enum outcome explain_read(struct view text,
    const struct config *known, struct explanation *ret,
    struct errinfo *reterr);

#endif
