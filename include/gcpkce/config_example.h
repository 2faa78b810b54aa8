/* SPDX-License-Identifier: ISC */
/*
 * The table of keys for people: the example file and the manual's list.
 */
#ifndef GCPKCE_CONFIG_EXAMPLE_H
#define GCPKCE_CONFIG_EXAMPLE_H

#include "gcpkce/buf.h"

/*
 * Append the example file: every key at its default, commented out, behind its
 * meaning; or the manual's list of keys in mdoc(7).
 *
 * out:    text  failures are told by buf_check(text)
 */
void config_example_put(struct buf *text);
void config_example_put_mdoc(struct buf *text);

#endif
