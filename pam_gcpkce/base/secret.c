/* SPDX-License-Identifier: ISC */
/*
 * Secrets on pages of their own, which hold the struct and then the bytes.
 * Locking is best effort: RLIMIT_MEMLOCK may forbid it to ordinary users, and a
 * sign-in must not fail because of that.
 */
#include "gcpkce/base/secret.h"

#include <string.h>
#include <sys/mman.h>

#define SECRET_MAX 65536

struct secret {
	size_t mapped;
	size_t len;
	uint8_t bytes[];
};

enum outcome
secret_new(const void *bytes, size_t len, struct secret **ret)
{
	if (len == 0 || len > SECRET_MAX)
		return OUTCOME_NO_MEMORY;

	size_t mapped = sizeof(struct secret) + len;
	struct secret *s = mmap(NULL, mapped, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s == MAP_FAILED)
		return OUTCOME_NO_MEMORY;
	(void)mlock(s, mapped);
	(void)madvise(s, mapped, MADV_DONTDUMP);
	s->mapped = mapped;
	s->len = len;
	memcpy(s->bytes, bytes, len);
	*ret = s;
	return OUTCOME_OK;
}

void
secret_free(struct secret *s)
{
	if (s == NULL)
		return;
	size_t mapped = s->mapped;
	explicit_bzero(s, mapped);
	(void)munmap(s, mapped);
}

struct view
secret_view(const struct secret *s)
{
	if (s == NULL)
		return (struct view){0};
	return (struct view){.p = s->bytes, .len = s->len};
}

bool
secret_eq(const struct secret *a, const struct secret *b)
{
	return a != NULL && b != NULL &&
	    view_eq_ct(secret_view(a), secret_view(b));
}
