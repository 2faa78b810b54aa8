/* SPDX-License-Identifier: ISC */
/* Pointers instead of linking: the loader would load libcurl at the start. */
#include "curl_load.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "helper/heap.h"

/* The name of libcurl's interface since 2006. */
#define SONAME "libcurl.so.4"

struct library curl;

/* POSIX lets the address of a function pass through a pointer to void. */
static bool
symbol_find(void *handle, const char *name, void *ret_function)
{
	void *symbol = dlsym(handle, name);

	memcpy(ret_function, &symbol, sizeof(symbol));
	return symbol != NULL;
}

/*
 * libcurl's libraries for RTMP and LDAP, which are not used here, load GnuTLS.
 * Its constructor would allocate 140 KiB.
 */
static void
gnutls_skip(void)
{
	(void)setenv("GNUTLS_NO_IMPLICIT_INIT", "1", 1);
}

#define FIND(name) \
	found = found && symbol_find(handle, "curl_" #name, &curl.name);

enum outcome
library_load(struct errinfo *reterr)
{
	heap_share();
	gnutls_skip();
	void *handle = dlopen(SONAME, RTLD_LAZY | RTLD_LOCAL);
	bool found = handle != NULL;

	LIBRARY_TABLE(FIND)
	if (!found) {
		const char *why = dlerror();

		return err_set(reterr, OUTCOME_SYSTEM_ERROR, "libcurl: %s",
		    why != NULL ? why : SONAME);
	}
	if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_set(
		    reterr, OUTCOME_SYSTEM_ERROR, "libcurl does not start");
	return OUTCOME_OK;
}
