/* SPDX-License-Identifier: ISC */
/*
 * The query of an address: its parameters, one after the other.
 */
#ifndef GCPKCE_QUERY_H
#define GCPKCE_QUERY_H

#include "buf.h"

/*
 * The parameters of an address, or of a query alone: the text after the first
 * '?', or all of it if there is none; without the fragment.
 *
 * gives:  *borrowed* from address
 * source: RFC 3986 section 3.4
 */
struct view query_of(struct view address);

/*
 * Take the next name=value off a query.
 *
 * in:     query  is shortened by it
 * out:    ret_name, ret_value  *borrowed*, still percent-encoded
 * gives:  false when nothing is left
 */
bool query_next(
    struct view *query, struct view *ret_name, struct view *ret_value);

/* The byte that "%HH" encodes at the beginning of a text; -1: no "%HH". */
int query_percent_byte(struct view text);

/*
 * Append a value, percent-decoded; '+' is a space.
 *
 * gives:  false for a broken percent sign
 * source: RFC 6749 appendix B
 */
bool query_put_decoded(struct buf *decoded, struct view value);

#endif
