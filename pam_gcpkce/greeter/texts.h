/* SPDX-License-Identifier: ISC */
#ifndef GCPKCE_GREETER_TEXTS_H
#define GCPKCE_GREETER_TEXTS_H

#include "screen_messages.h"

/* Set the locale of the environment; before GTK is initialized. */
void texts_open(void);

/* The sentence in the language of the locale; one that is no text here, or has
 * no translation, itself. */
const char *text_of(const char *sentence);

/* The same with {name} replaced once; for g_free. */
char *text_filled(const char *sentence, const char *name, const char *value);

#endif
