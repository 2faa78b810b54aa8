/* SPDX-License-Identifier: ISC */
#ifndef GCPKCE_GREETER_SCREEN_WINDOW_H
#define GCPKCE_GREETER_SCREEN_WINDOW_H

#include "conversation.h"

/*
 * Make the window and its pages, before any of screen.h.
 *
 * in:     fault  a sentence about the configuration, or ""
 */
void screen_open(struct conversation *conversation,
    const struct settings *settings, const char *fault);

#endif
