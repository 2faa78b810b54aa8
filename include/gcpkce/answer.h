/* SPDX-License-Identifier: ISC */
/*
 * What a person pasted at the prompt: a bare code, "code=…&state=…", or the
 * whole redirect address, with whatever a terminal put around or into it.
 */
#ifndef GCPKCE_ANSWER_H
#define GCPKCE_ANSWER_H

#include "gcpkce/authorize.h"
#include "gcpkce/errinfo.h"
#include "gcpkce/secret.h"

#define ANSWER_MAX 4096 /* bytes of an answer that are looked at */
#define ANSWER_CODE_MAX 512

struct answer {
	struct secret *code; /* NULL unless the outcome is ok */
	bool state_seen;     /* the answer carried a state at all */
	bool state_earlier;  /* with state_mismatch: of an earlier address */
	bool sshd_junk;      /* with answer_malformed: not typed by a person,
				but what sshd sends for a name it refuses */
};

#define autoanswer CLEANUP(answer_done) struct answer

/*
 * Make a code of an answer.  White space, line breaks, quotes (' " ` < >) and
 * bracketed-paste marks (ESC [ 200 ~, ESC [ 201 ~, also without the ESC when a
 * terminal swallowed it at either end) are taken out wherever they stand.
 * Then:
 *  - nothing left: answer_empty
 *  - a '=' stands in it: parameters, of an address behind its first '?', or
 *    bare; a fragment is ignored, a parameter of ours that stands there twice
 *    is malformed, others are ignored
 *  - an error parameter: signin_refused; its name and description go,
 *    escaped, to reterr.  An address that carries error and code is malformed.
 *  - exactly one code, percent-decoded; at most one state, also beside an
 *    error, percent-decoded, whose first 22 bytes are compared with state in
 *    constant time and must be followed by its end or by '.' (the label is
 *    ignored).  What is malformed is told before a mismatch.
 *  - no '=': the whole is the code
 * A code is 1 to 512 bytes of [A-Za-z0-9._~-]; anything else, an answer of
 * more than 4096 bytes, a NUL or control byte is answer_malformed.
 *
 * in:     typed    the answer; *borrowed*
 *         state    the state of the address that is shown (at least 22 bytes)
 *         earlier, earlier_count  the first 22 bytes of the states of earlier
 *                  addresses of this sign-in; NULL and 0 for none
 * out:    ret      written on every outcome; code only with OUTCOME_OK
 * errors: OUTCOME_ANSWER_EMPTY, OUTCOME_ANSWER_MALFORMED,
 *         OUTCOME_STATE_MISMATCH, OUTCOME_SIGNIN_REFUSED, OUTCOME_NO_MEMORY
 * source: docs/DESIGN.md section 2 step 5; RFC 6749 section 4.1.2
 */
MUST_CHECK enum outcome answer_read(struct view typed, const char *state,
    const char (*earlier)[STATE_HASH_LEN + 1], size_t earlier_count,
    struct answer *ret, struct errinfo *reterr);

/*
 * Is this what sshd hands to PAM instead of the answer for a name it refuses:
 * the bytes "\b\n\r\177INCORRECT" over and over, cut to the answer's length?
 *
 * gives:  false for an empty answer
 * source: OpenSSH auth-pam.c, fake_password()
 */
bool answer_is_sshd_junk(struct view typed);

/* Free the code. */
void answer_done(struct answer *answer);

#endif
