/* SPDX-License-Identifier: ISC */
/*
 * What a provider does, for tests of id_tokens: RSA keys, JWK sets and
 * signatures, by OpenSSL and without the product's code.
 */
#ifndef GCPKCE_TESTS_LIB_SIGNER_H
#define GCPKCE_TESTS_LIB_SIGNER_H

#include <openssl/evp.h>

#include "gcpkce/base/buf.h"

#define SIGNER_TEXT_MAX 4096

/* The numbers are base64url, the digest's name is OpenSSL's. */
struct signer {
	EVP_PKEY *key;
	char n[SIGNER_TEXT_MAX];
	char e[16];
};

/* Make a key; e is 65537.  Stops the program on failure. */
void signer_make(struct signer *ret, unsigned bits);
void signer_done(struct signer *signer);

/* Append base64url of bytes. */
void signer_base64url(struct view bytes, struct buf *ret);

/* Append what is signed: header and claims in base64url. */
void signer_put_parts(
    struct buf *token, struct view header, struct view claims);

/* Append the signature of what is in the buffer, and a dot before it. */
void signer_put_signature(
    const struct signer *signer, const char *digest, struct buf *token);

/* A whole token, RS256 unless the digest is another. */
void signer_token(const struct signer *signer, struct view header,
    struct view claims, struct buf *token);

#endif
