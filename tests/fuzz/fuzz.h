/* SPDX-License-Identifier: ISC */
/*
 * What the fuzz targets share: an input that is cut from its front, and a
 * statement that must hold.  A target is a function of its input alone, so a
 * file that made it stop makes it stop again.
 */
#ifndef GCPKCE_TESTS_FUZZ_FUZZ_H
#define GCPKCE_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gcpkce/base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* Stop here, as a finding, unless it is so. */
#define HOLD(statement) \
	do { \
		if (!(statement)) { \
			(void)fprintf(stderr, "%s:%d: does not hold: %s\n", \
			    __FILE__, __LINE__, #statement); \
			abort(); \
		} \
	} while (0)

/* What is left of the input. */
struct input {
	const uint8_t *p;
	size_t len;
};

/* Cut one byte off; 0 at the end. */
static inline uint8_t
input_byte(struct input *in)
{
	if (in->len == 0)
		return 0;
	in->len--;
	return *in->p++;
}

/* Cut so many bytes off, or what is there.  *borrowed* */
static inline struct view
input_bytes(struct input *in, size_t len)
{
	struct view cut = {.p = in->p, .len = len < in->len ? len : in->len};

	in->p += cut.len;
	in->len -= cut.len;
	return cut;
}

/* Cut off what stands before the next such byte, and the byte itself. */
static inline struct view
input_until(struct input *in, uint8_t stop)
{
	const uint8_t *at =
	    in->len > 0 ? (const uint8_t *)memchr(in->p, stop, in->len) : NULL;
	struct view cut =
	    input_bytes(in, at != NULL ? (size_t)(at - in->p) : in->len);

	(void)input_byte(in);
	return cut;
}

/*
 * A copy with no byte to spare, so that a sanitizer sees any overrun; the
 * caller frees p.
 */
static inline struct view
exact_copy(struct view bytes)
{
	uint8_t *copy = malloc(bytes.len > 0 ? bytes.len : 1);

	HOLD(copy != NULL);
	if (bytes.len > 0)
		memcpy(copy, bytes.p, bytes.len);
	return (struct view){.p = copy, .len = bytes.len};
}

static inline void
exact_free(struct view copy)
{
	free((void *)(uintptr_t)copy.p);
}

/* NUL-ended and printable ASCII, as every reason is. */
static inline bool
is_printable(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text < 0x20 || *text > 0x7e)
			return false;
	}
	return true;
}

#endif
