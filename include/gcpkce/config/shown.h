/* SPDX-License-Identifier: ISC */
/*
 * How a message shows a value of the configuration or of a module's argument.
 */
#ifndef GCPKCE_SHOWN_H
#define GCPKCE_SHOWN_H

#include "gcpkce/base/buf.h"

#define SHOWN_NOT "(not shown)"

/* Append foreign bytes, escaped; of more than 128 the first, then "...". */
void shown_put(struct buf *b, struct view bytes);

/*
 * Append a value as shown_put does, but with "(not shown)" in place of what
 * may be a credential.  This is judged by the value's form: what stands
 * between "://" and the last '@', a VALUE of NAME:VALUE that is no port, one of
 * NAME=VALUE, all after a first word, and a URL's query and fragment.  Values
 * of keys that do not exist are not shown at all, nor what is no path in
 * client_secret_file, no UUID in client_id, and a proxy without a port.
 *
 * in:     key  the name that the value was given to
 */
void shown_put_value(struct buf *b, struct view key, struct view value);

/* The same for a word that may be an argument where none should stand. */
void shown_put_word(struct buf *b, struct view word);

#endif
