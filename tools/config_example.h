/* SPDX-License-Identifier: ISC */
/*
 * The table of keys for people: the example file and the manual's list.
 */
#ifndef GCPKCE_CONFIG_EXAMPLE_H
#define GCPKCE_CONFIG_EXAMPLE_H

#include "gcpkce/base/buf.h"

/* In the manual, the line between what is made and what was written by hand. */
#define CONFIG_EXAMPLE_MORE ".\\\" more\n"

/*
 * Append the example file: every key at its default, commented out, behind its
 * meaning.
 *
 * out:    text  failures are reported by buf_check(text)
 */
void config_example_put(struct buf *text);

/*
 * Append the manual's list of keys in mdoc(7).  What was written by hand stays
 * with its key.
 *
 * in:     list  the list as it was, or ""
 * out:    text  failures are reported by buf_check(text)
 */
void config_example_put_mdoc(const char *list, struct buf *text);

#endif
