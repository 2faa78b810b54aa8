/* SPDX-License-Identifier: ISC */
/*
 * Strict reading of JSON from the network with json-c, and the cleanup word
 * for its handles.
 */
#ifndef GCPKCE_JSON_H
#define GCPKCE_JSON_H

#include <json-c/json.h>

#include "gcpkce/base/buf.h"
#include "gcpkce/base/errinfo.h"

#define JSON_DEPTH_MAX 16
#define JSON_TEXT_MAX (256 * 1024)

#define autojson CLEANUP(json_cleanup) struct json_object

/* Wipe every string of a tree, then free it; *p is NULL afterwards. */
void json_cleanup(struct json_object **p);

/*
 * Parse one JSON object: strict grammar, valid UTF-8, at most 16 deep, at most
 * 256 KiB, no name twice in an object, no NUL in a name, nothing but white
 * space after it.  A number may have any size; json-c stores one beyond 64 bits
 * as the nearest value.
 *
 * out:    ret  *gives* the object (autojson)
 * errors: OUTCOME_REPLY_INVALID  reterr says what was wrong, never the text
 *         OUTCOME_NO_MEMORY
 * source: RFC 8259
 */
MUST_CHECK enum outcome json_parse_object(
    struct view text, struct json_object **ret, struct errinfo *reterr);

/* Has a text that was parsed an escape that is half a character? */
bool json_has_half_character(struct view text);

/*
 * Look up a member that must be of one type.
 *
 * out:    ret  *borrowed* from object; NULL when it is missing or null
 * gives:  false if it is present but of another type
 */
bool json_member(struct json_object *object, const char *name,
    enum json_type type, struct json_object **ret);

/* A string's bytes, *borrowed*; may hold NUL bytes. */
struct view json_view(struct json_object *string);

#endif
