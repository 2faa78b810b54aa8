/* SPDX-License-Identifier: ISC */
#define OPENSSL_SUPPRESS_DEPRECATED /* texts_load */
#include "gcpkce/oauth/crypto.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
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

/* Report OpenSSL's last error and empty its queue. */
static enum outcome
crypto_fail(struct errinfo *reterr, const char *what)
{
	enum outcome r = OUTCOME_SYSTEM_ERROR;
	char why[128] = "no reason given";
	unsigned long last = 0;
	unsigned long error;

	while ((error = ERR_get_error()) != 0) {
		last = error;
		if (ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE)
			r = OUTCOME_NO_MEMORY;
	}
	texts_load();
	if (last != 0)
		ERR_error_string_n(last, why, sizeof(why));
	ERR_clear_error();
	return err_set(reterr, r, "OpenSSL: %s: %s", what, why);
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
	enum outcome r = buf_check(ret);
	return r == OUTCOME_OK ? r
			       : err_set(reterr, r, "no memory for a digest");
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

/*
 * Append base64 of the standard alphabet without its padding, decoded.  Of what
 * is not base64, something is missing then.
 */
static void
base64_decode(struct view text, struct buf *ret)
{
	uint8_t in[CRYPTO_BASE64_LEN(BLOCK_LEN)];
	uint8_t block[BLOCK_LEN];

	for (size_t at = 0; at < text.len; at += sizeof(in)) {
		size_t left = text.len - at;
		size_t part = left < sizeof(in) ? left : sizeof(in);

		memset(in, '=', sizeof(in));
		memcpy(in, text.p + at, part);
		/* OpenSSL counts what stands for the padding, too. */
		if (EVP_DecodeBlock(block, in, (int)((part + 3) / 4 * 4)) >= 0)
			buf_put(ret, block, part * 3 / 4);
	}
	explicit_bzero(in, sizeof(in));
	explicit_bzero(block, sizeof(block));
}

enum outcome
crypto_base64url_decode(struct view text, struct buf *ret)
{
	autobuf standard = BUF_INIT(text.len);
	autobuf again = BUF_INIT(CRYPTO_BASE64_LEN(text.len));

	if (text.len * 3 / 4 > ret->max)
		return OUTCOME_TOKEN_INVALID;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.p[i];

		buf_put_byte(&standard, c == '-' ? '+' : c == '_' ? '/' : c);
	}
	base64_decode(buf_view(&standard), ret);
	/* One text alone stands for these bytes: that which we would write. */
	crypto_base64url(buf_view(ret), &again);
	if (standard.failed || ret->failed || again.failed)
		return OUTCOME_NO_MEMORY;
	return view_eq(buf_view(&again), text) ? OUTCOME_OK
					       : OUTCOME_TOKEN_INVALID;
}

#define OPENSSL_CLEANUP(type, release) \
	static void type##_cleanup(type **p) \
	{ \
		release(*p); \
	}
OPENSSL_CLEANUP(EVP_PKEY, EVP_PKEY_free)
OPENSSL_CLEANUP(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
OPENSSL_CLEANUP(EVP_MD_CTX, EVP_MD_CTX_free)
OPENSSL_CLEANUP(BIGNUM, BN_free)
OPENSSL_CLEANUP(OSSL_PARAM_BLD, OSSL_PARAM_BLD_free)
OPENSSL_CLEANUP(OSSL_PARAM, OSSL_PARAM_free)
#define autossl(type) CLEANUP(type##_cleanup) type

/* The parameters of a public key; NULL without memory. */
static OSSL_PARAM *
rsa_parameters(struct view n, struct view e)
{
	autossl(BIGNUM) *modulus = BN_bin2bn(n.p, (int)n.len, NULL);
	autossl(BIGNUM) *exponent = BN_bin2bn(e.p, (int)e.len, NULL);
	autossl(OSSL_PARAM_BLD) *builder = OSSL_PARAM_BLD_new();

	if (modulus == NULL || exponent == NULL || builder == NULL ||
	    OSSL_PARAM_BLD_push_BN(builder, "n", modulus) != 1 ||
	    OSSL_PARAM_BLD_push_BN(builder, "e", exponent) != 1)
		return NULL;
	return OSSL_PARAM_BLD_to_param(builder);
}

/* The key of n and e; NULL if OpenSSL refuses it. */
static EVP_PKEY *
rsa_key(struct view n, struct view e)
{
	autossl(OSSL_PARAM) *parameters = rsa_parameters(n, e);
	autossl(EVP_PKEY_CTX) *maker =
	    EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;

	if (parameters == NULL || maker == NULL ||
	    EVP_PKEY_fromdata_init(maker) != 1 ||
	    EVP_PKEY_fromdata(maker, &key, EVP_PKEY_PUBLIC_KEY, parameters) !=
		1)
		return NULL;
	return key;
}

enum outcome
crypto_rs256_verify(const struct crypto_rsa *rsa, struct view message,
    struct view signature, struct errinfo *reterr)
{
	ERR_clear_error();
	autossl(EVP_PKEY) *key = rsa_key(rsa->n, rsa->e);
	autossl(EVP_PKEY_CTX) *checker =
	    key != NULL ? EVP_PKEY_CTX_new(key, NULL) : NULL;
	autossl(EVP_MD_CTX) *context = EVP_MD_CTX_new();

	if (checker == NULL || context == NULL ||
	    EVP_DigestVerifyInit_ex(
		context, NULL, "SHA256", NULL, NULL, key, NULL) != 1)
		return crypto_fail(reterr, "an RSA key");
	enum outcome r = OUTCOME_TOKEN_INVALID;
	/* else it makes a copy, and does not say when that fails */
	EVP_MD_CTX_set_flags(context, EVP_MD_CTX_FLAG_FINALISE);
	/* the check takes a hundred times as long as the signature */
	if (EVP_DigestVerify(context, signature.p, signature.len, message.p,
		message.len) == 1)
		r = EVP_PKEY_public_check(checker) == 1 ? OUTCOME_OK
							: OUTCOME_REPLY_INVALID;
	if (r != OUTCOME_OK &&
	    crypto_fail(reterr, "RS256") == OUTCOME_NO_MEMORY)
		r = OUTCOME_NO_MEMORY;
	return r;
}
