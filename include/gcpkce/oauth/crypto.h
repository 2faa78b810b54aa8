/* SPDX-License-Identifier: ISC */
/*
 * All cryptography is OpenSSL's, through its EVP interface, so that the
 * system's configuration (openssl.cnf, FIPS) selects the implementation.
 */
#ifndef GCPKCE_CRYPTO_H
#define GCPKCE_CRYPTO_H

#include "gcpkce/base/buf.h"
#include "gcpkce/base/errinfo.h"

#define CRYPTO_DIGEST_MAX 64

/* Characters of the padded base64 of len bytes. */
#define CRYPTO_BASE64_LEN(len) (((len) + 2) / 3 * 4)

/*
 * Load none of OpenSSL's error texts, which take 60 KiB of each process, until
 * a function of this file fails.  Called before any other use of OpenSSL.
 */
void crypto_omit_texts(void);

/*
 * Fill ret with random bytes.
 *
 * errors: OUTCOME_SYSTEM_ERROR  OpenSSL's generator failed;  OUTCOME_NO_MEMORY
 * source: RAND_bytes(3)
 */
MUST_CHECK enum outcome crypto_random(
    uint8_t *ret, size_t len, struct errinfo *reterr);

/*
 * Append the digest of bytes to ret.
 *
 * in:     name  OpenSSL's name of the digest, "SHA256" for example
 * errors: OUTCOME_SYSTEM_ERROR  no provider of this host has the digest
 *         OUTCOME_NO_MEMORY     also if it is more than ret's bound
 */
MUST_CHECK enum outcome crypto_digest(const char *name, struct view bytes,
    struct buf *ret, struct errinfo *reterr);

/* Append base64 of bytes to ret, padded (RFC 4648 section 4). */
void crypto_base64(struct view bytes, struct buf *ret);

/* Append base64url of bytes to ret, not padded (RFC 7636 appendix A). */
void crypto_base64url(struct view bytes, struct buf *ret);

/*
 * Decode base64url without padding, strictly: only the text that
 * crypto_base64url makes of the bytes is accepted, so not one with padding,
 * white space, bits to spare, or a length that no bytes have.
 *
 * out:    ret  empty before
 * errors: OUTCOME_TOKEN_INVALID  not such a text, or of more bytes than ret's
 *                                bound;  OUTCOME_NO_MEMORY
 * source: RFC 7515 section 2; RFC 4648 section 3.5
 */
MUST_CHECK enum outcome crypto_base64url_decode(
    struct view text, struct buf *ret);

/* An RSA public key: numbers in big-endian order. */
struct crypto_rsa {
	struct view n, e;
};

/*
 * Verify a signature RSASSA-PKCS1-v1_5 with SHA-256, and then that its key is
 * not one that anyone can forge signatures for, as far as OpenSSL checks that.
 *
 * errors: OUTCOME_TOKEN_INVALID  not this key's signature
 *         OUTCOME_REPLY_INVALID  its signature, but OpenSSL refuses the key
 *         OUTCOME_SYSTEM_ERROR   OpenSSL cannot use the key, or has no RS256
 *         OUTCOME_NO_MEMORY
 * source: RFC 7518 section 3.3; EVP_PKEY_public_check(3)
 */
MUST_CHECK enum outcome crypto_rs256_verify(const struct crypto_rsa *rsa,
    struct view message, struct view signature, struct errinfo *reterr);

#endif
