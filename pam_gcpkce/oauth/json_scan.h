/* SPDX-License-Identifier: ISC */
/*
 * The grammar of JSON, checked without building a tree.
 */
#ifndef GCPKCE_JSON_SCAN_H
#define GCPKCE_JSON_SCAN_H

#include "gcpkce/base/buf.h"

/* What a text holds. */
struct json_scan {
	const char *wrong;   /* NULL, or what json_parse_object refuses in it */
	size_t members;      /* of all its objects */
	bool lone_surrogate; /* an escape that is half a character */
};

/*
 * Check a whole text against the grammar: one object, at most JSON_DEPTH_MAX
 * deep, valid UTF-8, no NUL in a name.  Names that stand twice are only
 * counted.  An escape that is half a surrogate pair is in the grammar; json-c
 * replaces it by U+FFFD.
 *
 * source: RFC 8259; section 8.2 for surrogates
 */
struct json_scan json_scan(struct view text);

#endif
