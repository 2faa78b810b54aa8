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
 * errors: OUTCOME_SYSTEM_ERROR  OpenSSL's generator failed
 * source: RAND_bytes(3)
 */
MUST_CHECK enum outcome crypto_random(
    uint8_t *ret, size_t len, struct errinfo *reterr);

/*
 * Append the digest of bytes to ret.
 *
 * in:     name  OpenSSL's name of the digest, "SHA256" for example
 * errors: OUTCOME_SYSTEM_ERROR  no provider of this host has the digest
 */
MUST_CHECK enum outcome crypto_digest(const char *name, struct view bytes,
    struct buf *ret, struct errinfo *reterr);

/* Append base64 of bytes to ret, padded (RFC 4648 section 4). */
void crypto_base64(struct view bytes, struct buf *ret);

/* Append base64url of bytes to ret, not padded (RFC 7636 appendix A). */
void crypto_base64url(struct view bytes, struct buf *ret);

#endif
