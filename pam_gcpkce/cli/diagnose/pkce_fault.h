/* SPDX-License-Identifier: ISC */
/*
 * What is wrong with somebody's challenge, exactly.  For developers of clients
 * of their own; the sign-in never needs it.
 */
#ifndef GCPKCE_PKCE_FAULT_H
#define GCPKCE_PKCE_FAULT_H

#include "gcpkce/base/buf.h"

/*
 * X(enum suffix, "name", sentence)
 *
 * First what was hashed, then how, then how the digest was written, then the
 * rest.
 */
#define PKCE_FAULT_TABLE(X) \
	PKCE_FAULTS_OF_TEXT(X) \
	PKCE_FAULTS_OF_DIGEST(X) \
	PKCE_FAULTS_OF_CODING(X) \
	PKCE_FAULTS_OF_CHALLENGE(X) \
	PKCE_FAULTS_OF_VERIFIER(X)

#define PKCE_FAULTS_OF_TEXT(X) \
	X(LF, "hashed_lf", \
	    "A newline (LF) behind the verifier was hashed, too: hash it " \
	    "without.") \
	X(CRLF, "hashed_crlf", \
	    "A line end (CR LF) behind the verifier was hashed, too: hash it " \
	    "without.") \
	X(NUL, "hashed_nul", \
	    "The NUL byte behind the verifier was hashed, too: hash its " \
	    "characters alone.") \
	X(NO_NEWLINE, "hashed_without_newline", \
	    "The challenge is that of the verifier without the newline at " \
	    "its end.") \
	X(UTF16LE, "hashed_utf16le", \
	    "The verifier was hashed as UTF-16 (little-endian): hash its " \
	    "ASCII bytes.") \
	X(UTF16BE, "hashed_utf16be", \
	    "The verifier was hashed as UTF-16 (big-endian): hash its ASCII " \
	    "bytes.") \
	X(QUOTED, "hashed_quotes", \
	    "Quotes around the verifier were hashed, too (a JSON string?): " \
	    "hash it without.") \
	X(RAW_BYTES, "hashed_raw_bytes", \
	    "The random bytes were hashed of which the verifier was made: " \
	    "hash its characters.") \
	X(TEXT_PADDED, "hashed_padding", \
	    "The verifier was hashed with padding ('=') that is not in it " \
	    "now.") \
	X(TEXT_CASE, "hashed_lower_case", \
	    "The verifier was hashed in lower case: hash it as it is.") \
	X(TEXT_PERCENT, "hashed_percent_encoded", \
	    "The verifier was percent-encoded before it was hashed: hash it " \
	    "as it is.") \
	X(NOTHING, "hashed_nothing", \
	    "The challenge is that of no bytes at all: the verifier was " \
	    "empty when it was hashed.")

#define PKCE_FAULTS_OF_DIGEST(X) \
	X(MD5, "md5", "The digest is MD5: use SHA-256.") \
	X(SHA1, "sha1", "The digest is SHA-1: use SHA-256.") \
	X(SHA384, "sha384", "The digest is SHA-384: use SHA-256.") \
	X(SHA512, "sha512", "The digest is SHA-512: use SHA-256.") \
	X(TWICE, "hashed_twice", "SHA-256 was applied twice: apply it once.") \
	X(OF_HEX, "hashed_hex_digest", \
	    "SHA-256 was applied again to the digest in hexadecimal: apply " \
	    "it once.") \
	X(NOT_HASHED, "not_hashed", \
	    "The verifier was encoded but not hashed: encode its SHA-256.") \
	X(PLAIN, "plain", \
	    "The challenge is the verifier itself (method \"plain\"): send " \
	    "base64url of its SHA-256, with method S256.")

#define PKCE_FAULTS_OF_CODING(X) \
	X(PADDED, "padded", \
	    "The challenge has padding: leave the '=' at its end out.") \
	X(STANDARD, "standard_base64", \
	    "The challenge is in standard base64: use base64url, with '-' " \
	    "for '+' and '_' for '/'.") \
	X(HEX, "hex_lower", \
	    "The challenge is the digest in hexadecimal (lower case): encode " \
	    "its bytes in base64url.") \
	X(HEX_UPPER, "hex_upper", \
	    "The challenge is the digest in hexadecimal (upper case): encode " \
	    "its bytes in base64url.") \
	X(HEX_ENCODED, "hex_encoded", \
	    "The challenge is base64url of the digest's hexadecimal text " \
	    "(lower case): encode its bytes instead.") \
	X(HEX_UPPER_ENCODED, "hex_upper_encoded", \
	    "The challenge is base64url of the digest's hexadecimal text " \
	    "(upper case): encode its bytes instead.") \
	X(ENCODED_TWICE, "encoded_twice", \
	    "The challenge is base64url of base64url: encode it once.")

#define PKCE_FAULTS_OF_CHALLENGE(X) \
	X(CHALLENGE_NEWLINE, "challenge_newline", \
	    "The challenge ends in a newline: send it without.") \
	X(CHALLENGE_PERCENT, "challenge_percent_encoded", \
	    "The challenge is percent-encoded, perhaps twice in the address: " \
	    "base64url needs no encoding.") \
	X(CHALLENGE_BLANK, "challenge_blank", \
	    "The challenge has a blank where a '+' was: in an address '+' is " \
	    "a blank, and base64url has none.") \
	X(CHALLENGE_CASE, "challenge_case", \
	    "Upper and lower case were lost in the challenge: send it as it " \
	    "is.") \
	X(TRUNCATED, "truncated", \
	    "The challenge is the beginning of the right one: it was cut " \
	    "off.") \
	X(LONGER, "longer", \
	    "The challenge begins like the right one: something stands " \
	    "behind it.") \
	X(SWAPPED, "swapped", \
	    "Verifier and challenge stand in each other's place.") \
	X(OTHER, "other_verifier", \
	    "The challenge belongs to another verifier: keep the one from " \
	    "which the authorize address was made.")

#define PKCE_FAULTS_OF_VERIFIER(X) \
	X(VERIFIER_NEWLINE, "verifier_newline", \
	    "The verifier ends in a newline: send and hash it without.") \
	X(VERIFIER_SHORT, "verifier_short", \
	    "The verifier is too short: RFC 7636 section 4.1 asks for 43 to " \
	    "128 characters.") \
	X(VERIFIER_LONG, "verifier_long", \
	    "The verifier is too long: RFC 7636 section 4.1 asks for 43 to " \
	    "128 characters.") \
	X(VERIFIER_BYTES, "verifier_characters", \
	    "The verifier has characters other than [A-Za-z0-9-._~], which " \
	    "RFC 7636 section 4.1 allows.")

enum pkce_fault {
	PKCE_FAULT_NONE,
#define X(suffix, name, sentence) PKCE_FAULT_##suffix,
	PKCE_FAULT_TABLE(X)
#undef X
	    PKCE_FAULT_COUNT
};

#define PKCE_FAULTS_MAX 16
#define PKCE_FAULT_TEXT_MAX 1024 /* bytes of each that are looked at */

/* All that is wrong; none: count is 0. */
struct pkce_faults {
	enum pkce_fault list[PKCE_FAULTS_MAX];
	size_t count;
};

/*
 * Find out by which mistakes a challenge came of a verifier: the fewest that
 * explain it.
 *
 * in:     verifier, challenge  anything; *borrowed*
 * out:    ret     what is wrong with the challenge, then with the verifier
 * errors: OUTCOME_NO_MEMORY  also where one has more than PKCE_FAULT_TEXT_MAX
 * source: RFC 7636 section 4
 */
MUST_CHECK enum outcome pkce_faults_find(
    struct view verifier, struct view challenge, struct pkce_faults *ret);

/* Add what is wrong with the verifier alone. */
void pkce_faults_of_verifier(struct view verifier, struct pkce_faults *ret);

/* The stable name of a fault and its sentence, "" for none; static strings. */
const char *pkce_fault_name(enum pkce_fault fault);
const char *pkce_fault_text(enum pkce_fault fault);

#endif
