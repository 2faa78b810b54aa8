/* SPDX-License-Identifier: ISC */
/*
 * Which of the usual mistakes made a wrong code_challenge.  For developers of
 * other clients; the sign-in does not use it.
 */
#ifndef GCPKCE_PKCE_LINT_H
#define GCPKCE_PKCE_LINT_H

#include "gcpkce/base/buf.h"
#include "gcpkce/base/errinfo.h"

#define PKCE_LINT_TEXT_MAX 1024 /* bytes of verifier or challenge */

struct pkce_mistake {
	const char *name; /* stable, for JSON */
	const char *text;
};

struct pkce_lint {
	struct pkce_mistake mistakes[3];
	size_t count;           /* 0: all is right */
	bool sha1_not_compared; /* OpenSSL does not offer it here (FIPS) */
};

/*
 * Find the mistake that made the challenge from the verifier, then the faults
 * of the verifier itself.
 *
 * in:     challenge  NULL bytes: only the verifier is judged
 * errors: OUTCOME_NO_MEMORY; OUTCOME_SYSTEM_ERROR  OpenSSL has no SHA-256
 * source: RFC 7636 section 4
 */
MUST_CHECK enum outcome pkce_lint(struct view verifier, struct view challenge,
    struct pkce_lint *ret, struct errinfo *reterr);

#endif
