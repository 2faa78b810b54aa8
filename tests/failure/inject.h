/* SPDX-License-Identifier: ISC */
/*
 * Fault injection.  The linker (--wrap) leads the calls of our objects, and of
 * no library, that may find no memory or meet a fault of the system through
 * inject.c, which counts them and lets one fail.  What is allocated and not
 * given back is counted, too.
 */
#ifndef GCPKCE_TESTS_SWEEP_INJECT_H
#define GCPKCE_TESTS_SWEEP_INJECT_H

#include <stdatomic.h>
#include <stddef.h>

enum inject_kind {
	INJECT_NOTHING,
	INJECT_MEMORY,  /* what gives NULL or ENOMEM when memory is short */
	INJECT_SYSTEM,  /* what gives -1 and errno: EIO */
	INJECT_OPENSSL, /* memory of OpenSSL's own */
};

/* Shared with the helper by inject_page.c, so of plain words. */
struct injection {
	atomic_int kind;
	atomic_int fail_at; /* the call that fails, from 1; 0: none */
	atomic_int calls;   /* of this kind, so far */
	atomic_int live;    /* allocations that were not given back */
	atomic_int sent;    /* frames that were sent before the call failed */
	char failed[32];    /* the function that failed; "" when none did */
};

/* Where the orders are: of the test program, or of the page. */
extern struct injection *injection;

/* For CRYPTO_set_mem_functions, before any other use of OpenSSL. */
void *inject_openssl_malloc(size_t size, const char *file, int line);
void *inject_openssl_realloc(void *p, size_t size, const char *file, int line);
void inject_openssl_free(void *p, const char *file, int line);

#endif
