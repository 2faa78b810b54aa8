/* SPDX-License-Identifier: ISC */
#define OPENSSL_SUPPRESS_DEPRECATED /* texts_load */
#include "gcpkce/oauth/crypto.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

/* Whole groups of three bytes, so that only the last block is padded. */
#define BLOCK_LEN 48

void
crypto_omit_texts(void)
{
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, NULL);
}

/*
 * The texts of the parts that are used here.  After crypto_omit_texts OpenSSL
 * has no other way to load them; deprecated, because it usually loads all.
 */
static void
texts_load(void)
{
	(void)ERR_load_EVP_strings();
	(void)ERR_load_RAND_strings();
}

/* Report OpenSSL's error and empty its queue. */
static enum outcome
crypto_fail(struct errinfo *reterr, const char *what)
{
	char why[128] = "no reason given";
	unsigned long error = ERR_peek_last_error();

	texts_load();
	if (error != 0)
		ERR_error_string_n(error, why, sizeof(why));
	ERR_clear_error();
	return err_set(
	    reterr, OUTCOME_SYSTEM_ERROR, "OpenSSL: %s: %s", what, why);
}

enum outcome
crypto_random(uint8_t *ret, size_t len, struct errinfo *reterr)
{
	if (len > INT32_MAX || RAND_bytes(ret, (int)len) != 1)
		return crypto_fail(reterr, "random bytes");
	return OUTCOME_OK;
}

enum outcome
crypto_digest(const char *name, struct view bytes, struct buf *ret,
    struct errinfo *reterr)
{
	uint8_t digest[CRYPTO_DIGEST_MAX];
	const void *data = bytes.len > 0 ? (const void *)bytes.p : "";
	size_t len = 0;

	if (EVP_Q_digest(NULL, name, NULL, data, bytes.len, digest, &len) != 1)
		return crypto_fail(reterr, name);
	buf_put(ret, digest, len);
	explicit_bzero(digest, sizeof(digest));
	return OUTCOME_OK;
}

void
crypto_base64(struct view bytes, struct buf *ret)
{
	uint8_t block[CRYPTO_BASE64_LEN(BLOCK_LEN) + 1]; /* and a NUL */

	for (size_t at = 0; at < bytes.len; at += BLOCK_LEN) {
		size_t left = bytes.len - at;
		int len = EVP_EncodeBlock(block, bytes.p + at,
		    (int)(left < BLOCK_LEN ? left : BLOCK_LEN));

		buf_put(ret, block, (size_t)len);
	}
	explicit_bzero(block, sizeof(block));
}

void
crypto_base64url(struct view bytes, struct buf *ret)
{
	autobuf base64 = BUF_INIT(CRYPTO_BASE64_LEN(bytes.len));

	crypto_base64(bytes, &base64);
	if (base64.failed)
		ret->failed = true;
	for (size_t i = 0; i < base64.len && base64.p[i] != '='; i++) {
		uint8_t c = base64.p[i];

		buf_put_byte(ret, c == '+' ? '-' : c == '/' ? '_' : c);
	}
}
