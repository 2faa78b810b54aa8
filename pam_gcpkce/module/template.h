/* SPDX-License-Identifier: ISC */
/*
 * Sentences with blanks, in whatever language.  No sentence is ever a format
 * of printf, so that no translation can make it read what is not there.
 */
#ifndef GCPKCE_TEMPLATE_H
#define GCPKCE_TEMPLATE_H

#include "gcpkce/base/buf.h"

/* A translation of more bytes is not used. */
#define SENTENCE_MAX 1024

/* What stands in place of {name}; both *borrowed*. */
struct blank {
	const char *name;
	const char *value;
};

/*
 * Append a sentence with its blanks filled, in whatever order they stand.
 * Values are escaped (text_put_shown) and not looked at for blanks; braces
 * around any other name stay as they are.
 */
void template_put(struct buf *b, const char *sentence,
    const struct blank *blanks, size_t count);

/*
 * May the translation stand in the sentence's place?  It is not empty, has at
 * most SENTENCE_MAX bytes, all of them UTF-8 without control characters, and
 * the sentence's blanks, each as often.
 */
bool template_may_be(const char *sentence, const char *translation);

#endif
