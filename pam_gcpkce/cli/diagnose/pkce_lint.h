/* SPDX-License-Identifier: ISC */
/*
 * Which of the usual mistakes made a wrong code_challenge.  For developers of
 * other clients; the sign-in does not use it.
 */
#ifndef GCPKCE_PKCE_LINT_H
#define GCPKCE_PKCE_LINT_H

#include "gcpkce/base/buf.h"
#include "gcpkce/base/errinfo.h"

/* X(enum suffix, "name", sentence) */
#define PKCE_MISTAKE_TABLE(X) \
	X(HASHED_LF, "hashed_lf", \
	    "A newline (LF) after the verifier was hashed too: hash the " \
	    "verifier without it.") \
	X(HASHED_CRLF, "hashed_crlf", \
	    "A line end (CR LF) after the verifier was hashed too: hash the " \
	    "verifier without it.") \
	X(SHA1, "sha1", "The digest is SHA-1: use SHA-256.") \
	X(PADDED, "padded", \
	    "The challenge has padding: leave out the '=' at its end.") \
	X(STANDARD_BASE64, "standard_base64", \
	    "The challenge is standard base64: use base64url, with '-' for " \
	    "'+', '_' for '/' and no padding.") \
	X(HEX, "hex", \
	    "The challenge is the digest in hexadecimal: encode its bytes in " \
	    "base64url.") \
	X(HEX_ENCODED, "hex_encoded", \
	    "The challenge is base64url of the digest's hexadecimal text: " \
	    "encode the digest's bytes instead.") \
	X(ENCODED_TWICE, "encoded_twice", \
	    "The challenge is base64url of base64url: encode it once.") \
	X(PLAIN, "plain", \
	    "The challenge is the verifier itself (method \"plain\"): send " \
	    "base64url of its SHA-256, with method S256.") \
	X(SWAPPED, "swapped", "Verifier and challenge are swapped.") \
	X(CHALLENGE_CASE, "challenge_case", \
	    "Upper and lower case were lost in the challenge: send it as it " \
	    "is.") \
	X(TRUNCATED, "truncated", \
	    "The challenge is the beginning of the right one: it was cut " \
	    "off.") \
	X(OTHER_VERIFIER, "other_verifier", \
	    "The challenge is not of this verifier: keep the verifier from " \
	    "which the authorize address was made.") \
	X(VERIFIER_SHORT, "verifier_short", \
	    "The verifier is too short: RFC 7636 section 4.1 requires 43 to " \
	    "128 characters.") \
	X(VERIFIER_LONG, "verifier_long", \
	    "The verifier is too long: RFC 7636 section 4.1 requires 43 to " \
	    "128 characters.") \
	X(VERIFIER_CHARACTERS, "verifier_characters", \
	    "The verifier has characters other than [A-Za-z0-9-._~], which " \
	    "RFC 7636 section 4.1 allows.")

enum pkce_mistake {
	PKCE_MISTAKE_NONE,
#define X(suffix, name, sentence) PKCE_MISTAKE_##suffix,
	PKCE_MISTAKE_TABLE(X)
#undef X
	    PKCE_MISTAKE_COUNT
};

#define PKCE_LINT_TEXT_MAX 1024 /* bytes of verifier or challenge */
#define PKCE_LINT_MISTAKES_MAX 3

struct pkce_lint {
	enum pkce_mistake mistakes[PKCE_LINT_MISTAKES_MAX]; /* none: right */
	size_t count;
	bool sha1_not_compared; /* OpenSSL does not offer it here (FIPS) */
};

/*
 * Find the mistake that made the challenge from the verifier, then the faults
 * of the verifier itself.
 *
 * in:     challenge  NULL bytes: only the verifier is judged
 * out:    ret        *borrows nothing*
 * errors: OUTCOME_NO_MEMORY; OUTCOME_SYSTEM_ERROR  OpenSSL has no SHA-256
 * source: RFC 7636 section 4
 */
MUST_CHECK enum outcome pkce_lint(struct view verifier, struct view challenge,
    struct pkce_lint *ret, struct errinfo *reterr);

/* The stable name of a mistake and its sentence; static strings. */
const char *pkce_mistake_name(enum pkce_mistake mistake);
const char *pkce_mistake_text(enum pkce_mistake mistake);

#endif
