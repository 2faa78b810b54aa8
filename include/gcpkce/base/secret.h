/* SPDX-License-Identifier: ISC */
/*
 * A secret has pages of its own, is locked into memory if the limits allow it,
 * is left out of core dumps, is wiped when freed, and is accessible only
 * through secret_view(), so "grep secret_view" lists every use.
 */
#ifndef GCPKCE_SECRET_H
#define GCPKCE_SECRET_H

#include "buf.h"

struct secret;

#define autosecret CLEANUP(secret_cleanup) struct secret

/*
 * Copy 1 to 65536 bytes into a new secret.  The caller wipes its own copy.
 *
 * errors: OUTCOME_NO_MEMORY  also if len is out of bounds
 */
MUST_CHECK enum outcome secret_new(
    const void *bytes, size_t len, struct secret **ret);

/* Wipe and free; NULL is fine. */
void secret_free(struct secret *s);

/* Its bytes, *borrowed*; NULL gives an empty view. */
struct view secret_view(const struct secret *s);

/* Equal, in a time that depends only on the lengths. */
bool secret_eq(const struct secret *a, const struct secret *b);

static inline void
secret_cleanup(struct secret **p)
{
	secret_free(*p);
}

#endif
