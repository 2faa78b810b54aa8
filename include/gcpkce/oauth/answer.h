/* SPDX-License-Identifier: ISC */
/*
 * What a user pasted at the prompt: the whole redirect address, or
 * "code=…&state=…", with anything that a terminal added to it.
 */
#ifndef GCPKCE_ANSWER_H
#define GCPKCE_ANSWER_H

#include "authorize.h"
#include "gcpkce/base/errinfo.h"
#include "gcpkce/base/secret.h"

#define ANSWER_MAX 4096         /* bytes of an answer that are looked at */
#define ANSWER_CODE_MAX 2048    /* of any provider */
#define ANSWER_BARE_CODE_MIN 20 /* of a code that comes alone */

/* What an answer is checked against; all *borrowed*. */
struct answer_terms {
	const char *state; /* of the address that is shown: 22 bytes or more */
	const char *redirect_uri; /* of that address */
	const char *issuer;       /* whose iss is accepted; "": every */
	/* the first 22 bytes of the states of earlier addresses of this
	   sign-in; NULL and 0 for no such address */
	const char (*earlier)[STATE_HASH_LEN + 1];
	size_t earlier_count;
	bool bare_code;   /* a code without its state is accepted as well */
	size_t code_max;  /* bytes, at most ANSWER_CODE_MAX */
	bool code_vschar; /* a code with its state may have any VSCHAR */
	bool may_be_cut;  /* typed: the user's client may have cut it */
};

struct answer {
	struct secret *code; /* NULL unless the outcome is ok */
	bool state_seen;     /* the answer had a state */
	bool other_address;  /* with state_mismatch: of an earlier address; with
				answer_malformed: not redirect_uri, or with
				another iss */
	bool code_ends_it;   /* nothing follows the code */
	bool sshd_junk;      /* with answer_malformed: not typed by the user
				but sent by sshd for a refused name */
};

#define autoanswer CLEANUP(answer_done) struct answer

/*
 * Extract the code from an answer.  White space, line breaks, quotes (' " ` <
 * >) and what terminals send by themselves (control sequences: ESC [ ... and
 * their like, also with ^[ in place of the ESC) are removed everywhere; paste
 * marks and focus reports that lost their ESC are removed at either end.  Then:
 *  - nothing left: answer_empty
 *  - with a '=': parameters, of an address after its first '?', or
 *    without an address; a fragment is ignored.  The same address twice counts
 *    once, also as [ADDRESS](ADDRESS).  A parameter of ours that stands twice
 *    in one address, or has two values in several, is malformed; others are
 *    ignored.  Every address with a code must have its state as well
 *  - an iss must be terms->issuer.  An address with a code must be
 *    redirect_uri: scheme (which may be missing), host and port, and the path
 *    except for a slash at its end
 *  - an error parameter: signin_refused; its name and description go,
 *    escaped, to reterr.  An address that has error and code is malformed.
 *  - exactly one code and one state (an error may come without), both
 *    percent-decoded.  The state's first 22 bytes are compared with
 *    terms->state in constant time and must be followed by its end or by '.'
 *    (the label is ignored).  What is malformed is reported before a mismatch;
 *    a code without a state, or with one of fewer bytes, is malformed: it was
 *    cut off, or is not of this sign-in
 *  - no '=': malformed, or with bare_code a code of at least 20 bytes
 * A code is 1 to code_max bytes of [A-Za-z0-9._~-]; with code_vschar, and if it
 * does not come alone, of 0x21 to 0x7e after percent-decoding.  Anything else,
 * an answer of more than 4096 bytes, a NUL or control byte is answer_malformed.
 *
 * sudo cuts an answer after 511 bytes and the ssh client after 1,023: an answer
 * of exactly that length is malformed, with may_be_cut, unless more than the
 * code follows the code.
 *
 * in:     typed    the answer; *borrowed*
 * out:    ret      written on every outcome; code only with OUTCOME_OK
 * errors: OUTCOME_ANSWER_EMPTY, OUTCOME_ANSWER_MALFORMED,
 *         OUTCOME_STATE_MISMATCH, OUTCOME_SIGNIN_REFUSED, OUTCOME_NO_MEMORY
 * source: docs/DESIGN.md section 2 step 6; RFC 6749 section 4.1.2 and appendix
 *         A.11; RFC 9207 section 2.4; ECMA-48 section 5.4
 */
MUST_CHECK enum outcome answer_read(struct view typed,
    const struct answer_terms *terms, struct answer *ret,
    struct errinfo *reterr);

/* Free the code. */
void answer_done(struct answer *answer);

#endif
