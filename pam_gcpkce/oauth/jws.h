/* SPDX-License-Identifier: ISC */
/*
 * A signed token in compact serialization (RFC 7515 section 7.1), taken apart
 * before any key is looked at.
 */
#ifndef GCPKCE_JWS_H
#define GCPKCE_JWS_H

#include "gcpkce/oauth/json.h"

#define JWS_KID_MAX 256
#define JWS_MEMBERS_MAX 1024 /* of all objects in the header, or the claims */

struct jws {
	struct view signed_part; /* header and claims as sent; *borrowed* */
	struct view claims;      /* base64url, not decoded; *borrowed* */
	struct buf signature;
	struct json_object *header;
	struct view kid; /* *borrowed* from header; p is NULL without one */
};

#define autojws CLEANUP(jws_done) struct jws

/*
 * Take a token apart: exactly three parts, none empty.  The header must have
 * alg RS256; typ, if there, must be JWT or application/jwt (any case), and kid
 * a string of at most 256 bytes; crit and b64 are refused.  Keys in the header,
 * or addresses of keys, are not read.
 *
 * in:     token  at most ID_TOKEN_MAX bytes
 * out:    ret    *gives* the parts; also with an error
 * errors: OUTCOME_TOKEN_INVALID  reterr says why, never a byte of the token
 *         OUTCOME_NO_MEMORY
 * source: RFC 7515 sections 4 and 5.2; RFC 8725 section 3
 */
MUST_CHECK enum outcome jws_parse(
    struct view token, struct jws *ret, struct errinfo *reterr);

/*
 * Decode and parse a part: strict base64url of what json_parse_object accepts,
 * with at most 1,024 members and no half of a surrogate pair.
 *
 * in:     name  what the part is, for the message
 * out:    ret   *gives* the object (autojson)
 * errors: as above
 */
MUST_CHECK enum outcome jws_object(const char *name, struct view part,
    struct json_object **ret, struct errinfo *reterr);

/* The same for a part that is decoded. */
MUST_CHECK enum outcome jws_json(const char *name, struct view text,
    struct json_object **ret, struct errinfo *reterr);

/* Wipe and free. */
void jws_done(struct jws *jws);

/*
 * Look up a member that must be a string; null is none.
 *
 * out:    ret  *borrowed* from object; p is NULL when it is missing
 * gives:  false if it is present and no string
 */
MUST_CHECK bool jws_text(
    struct json_object *object, const char *name, struct view *ret);

#endif
