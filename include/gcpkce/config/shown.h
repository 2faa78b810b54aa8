/* SPDX-License-Identifier: ISC */
/* How a message shows a value of the configuration or an argument. */
#ifndef GCPKCE_SHOWN_H
#define GCPKCE_SHOWN_H

#include "gcpkce/base/buf.h"

#define SHOWN_NOT "(not shown)"

/* Append untrusted bytes, escaped and cut to 128 bytes and "...". */
void shown_put(struct buf *b, struct view bytes);

/*
 * Append a value as shown_put does, but with "(not shown)" in place of what may
 * be a credential.  The form of the value decides: the part between "://" and
 * the last '@', the VALUE of NAME:VALUE if it is not a port, the VALUE of
 * NAME=VALUE, everything after the first word, and a URL's query and fragment.
 * Values of unknown keys are not shown at all, nor a client_secret_file that is
 * not a path, a client_id that is not a UUID, or a proxy without a port.
 *
 * in:     key  the name before the value
 */
void shown_put_value(struct buf *b, struct view key, struct view value);

/* The same for a word in a place where no argument is allowed. */
void shown_put_word(struct buf *b, struct view word);

#endif
