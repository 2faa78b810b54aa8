/* SPDX-License-Identifier: ISC */
/*
 * Sentences with blanks, in any language.  No sentence is ever used as a format
 * of printf, so a translation cannot read memory.
 */
#ifndef GCPKCE_TEMPLATE_H
#define GCPKCE_TEMPLATE_H

#include "gcpkce/base/buf.h"

/* A translation of more bytes is not used: LightDM's greeter displays 995 with
 * the user's name. */
#define SENTENCE_MAX 900

/* What replaces {name}; both *borrowed*. */
struct blank {
	const char *name;
	const char *value;
};

/*
 * Append a sentence with its blanks filled, in any order.  Values are escaped
 * (text_put_shown) and not searched for blanks; braces around any other name
 * stay as they are.
 */
void template_put(struct buf *b, const char *sentence,
    const struct blank *blanks, size_t count);

/*
 * May the translation replace the sentence?  It must not be empty, have at most
 * SENTENCE_MAX bytes, all of them UTF-8 without control characters, and have
 * the sentence's blanks, each equally often.
 */
bool template_may_be(const char *sentence, const char *translation);

#endif
