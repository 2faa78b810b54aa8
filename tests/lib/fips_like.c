/* SPDX-License-Identifier: ISC */
/*
 * A provider for hosts without OpenSSL's fips.so: the algorithms of the default
 * provider as fips=yes, without MD5 and SHA-1.
 */
#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>
#include <openssl/provider.h>
#include <string.h>

#define TABLE_MAX 512

static OSSL_PROVIDER *whole;

static const OSSL_ALGORITHM *
query(void *context, int operation, int *ret_no_store)
{
	static OSSL_ALGORITHM tables[OSSL_OP__HIGHEST + 1][TABLE_MAX];
	OSSL_ALGORITHM *to = tables[operation];
	const OSSL_ALGORITHM *from =
	    OSSL_PROVIDER_query_operation(whole, operation, ret_no_store);

	(void)context;
	for (; from != NULL && from->algorithm_names != NULL; from++) {
		if (operation == OSSL_OP_DIGEST &&
		    (strncmp(from->algorithm_names, "MD5", 3) == 0 ||
			strncmp(from->algorithm_names, "SHA1:", 5) == 0))
			continue;
		if (to == &tables[operation][TABLE_MAX - 1])
			return NULL;
		*to = *from;
		/* those of encoders say more than the provider */
		if (strcmp(from->property_definition, "provider=default") == 0)
			to->property_definition = "provider=fips,fips=yes";
		to++;
	}
	*to = (OSSL_ALGORITHM){0};
	return tables[operation];
}

/* TLS asks for its groups. */
static int
capabilities(
    void *context, const char *capability, OSSL_CALLBACK *each, void *arg)
{
	(void)context;
	return OSSL_PROVIDER_get_capabilities(whole, capability, each, arg);
}

__attribute__((visibility("default"))) OSSL_provider_init_fn OSSL_provider_init;

int
OSSL_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **ret_functions, void **ret_context)
{
	static const OSSL_DISPATCH functions[] = {
	    {OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query},
	    {OSSL_FUNC_PROVIDER_GET_CAPABILITIES, (void (*)(void))capabilities},
	    {0, NULL},
	};

	(void)handle;
	(void)in;
	whole = OSSL_PROVIDER_load(OSSL_LIB_CTX_new(), "default");
	if (whole == NULL)
		return 0;
	*ret_context = OSSL_PROVIDER_get0_provider_ctx(whole);
	*ret_functions = functions;
	return 1;
}
