/* SPDX-License-Identifier: ISC */
#ifndef GCPKCE_GREETER_TEXTS_H
#define GCPKCE_GREETER_TEXTS_H

#include "screen_messages.h"

/* The sentence in the language of the locale; one that is no text here, or has
 * no translation, itself. */
const char *text_of(const char *sentence);

#endif
