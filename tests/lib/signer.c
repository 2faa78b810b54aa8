/* SPDX-License-Identifier: ISC */
#include "tests/lib/signer.h"

#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
must(bool statement, const char *what)
{
	if (statement)
		return;
	(void)fprintf(stderr, "signer: %s\n", what);
	abort();
}

void
signer_base64url(struct view bytes, struct buf *ret)
{
	size_t cap = (bytes.len + 2) / 3 * 4 + 1;
	char *text = malloc(cap);

	must(text != NULL, "memory");
	int len = EVP_EncodeBlock((uint8_t *)text, bytes.p, (int)bytes.len);
	for (int i = 0; i < len && text[i] != '='; i++)
		buf_put_byte(ret,
		    text[i] == '+'       ? '-'
			: text[i] == '/' ? '_'
					 : (uint8_t)text[i]);
	free(text);
}

static void
number_put(EVP_PKEY *key, const char *name, char *ret, size_t cap)
{
	BIGNUM *number = NULL;
	uint8_t bytes[2048];
	autobuf text = BUF_INIT(cap - 1);

	must(EVP_PKEY_get_bn_param(key, name, &number) == 1, name);
	int len = BN_bn2bin(number, bytes);
	BN_free(number);
	signer_base64url((struct view){.p = bytes, .len = (size_t)len}, &text);
	must(!text.failed, name);
	memcpy(ret, buf_text(&text), text.len + 1);
}

void
signer_make(struct signer *ret, unsigned bits)
{
	ret->key = EVP_RSA_gen(bits);
	must(ret->key != NULL, "no key");
	number_put(ret->key, "n", ret->n, sizeof(ret->n));
	number_put(ret->key, "e", ret->e, sizeof(ret->e));
}

void
signer_done(struct signer *signer)
{
	EVP_PKEY_free(signer->key);
	*signer = (struct signer){0};
}

void
signer_put_parts(struct buf *token, struct view header, struct view claims)
{
	signer_base64url(header, token);
	buf_put_byte(token, '.');
	signer_base64url(claims, token);
}

void
signer_put_signature(
    const struct signer *signer, const char *digest, struct buf *token)
{
	uint8_t bytes[2048];
	size_t len = sizeof(bytes);
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	must(context != NULL &&
		EVP_DigestSignInit_ex(context, NULL, digest, NULL, NULL,
		    signer->key, NULL) == 1 &&
		EVP_DigestSign(context, bytes, &len, token->p, token->len) == 1,
	    "no signature");
	EVP_MD_CTX_free(context);
	buf_put_byte(token, '.');
	signer_base64url((struct view){.p = bytes, .len = len}, token);
}

void
signer_token(const struct signer *signer, struct view header,
    struct view claims, struct buf *token)
{
	signer_put_parts(token, header, claims);
	signer_put_signature(signer, "SHA256", token);
}
