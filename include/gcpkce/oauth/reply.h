/* SPDX-License-Identifier: ISC */
/*
 * Replies that are not identities: the token reply, and error bodies.
 */
#ifndef GCPKCE_REPLY_H
#define GCPKCE_REPLY_H

#include "gcpkce/base/errinfo.h"
#include "gcpkce/base/secret.h"
#include "redact.h"

#define REPLY_TOKEN_MAX 8192
#define REPLY_EXPIRES_MAX (450UL * 24 * 3600) /* the longest allowed */

struct token_reply {
	struct secret *access_token;
	struct secret *id_token;    /* NULL: the provider uses none */
	unsigned long expires_in_s; /* 0: the reply did not say */
};

#define autoreply CLEANUP(token_reply_done) struct token_reply

/*
 * Read a token reply: a JSON object with access_token (RFC 6750 b64token, 1 to
 * 8192 bytes), token_type (bearer, any case) and expires_in (a whole number of
 * seconds, 1 to REPLY_EXPIRES_MAX; optional; from some providers as a string).
 * An id_token (1 to ID_TOKEN_MAX bytes) is kept as it is, unverified, if the
 * provider uses one, and else not read.  Nor is a refresh_token.
 *
 * in:     provider  whose reply it is;  body  the reply's body
 * out:    ret   *gives* the token; also with an error, as far as
 *               token_reply_rescue finds one, so that it can be revoked
 * errors: OUTCOME_REPLY_INVALID  not what json_parse_object accepts
 *         OUTCOME_TOKEN_INVALID  a field is missing, has another JSON type,
 *                                or an invalid value; reterr names it
 *         OUTCOME_IDENTITY_INCOMPLETE  the id_token is missing
 *         OUTCOME_NO_MEMORY
 * source: RFC 6749 section 5.1; RFC 6750 section 2.1
 */
struct provider;
MUST_CHECK enum outcome token_reply_parse(const struct provider *provider,
    struct view body, struct token_reply *ret, struct errinfo *reterr);

/*
 * Look for the token in a reply that failed: one that is cut off, is not JSON,
 * or has another status.  The token may only be revoked.
 *
 * in:     body  the bytes that arrived
 * out:    ret   *gives* the first token of the grammar above that is the value
 *               of a member access_token, at any depth; access_token is NULL
 *               if there is none or out of memory; expires_in_s is 0
 */
void token_reply_rescue(struct view body, struct token_reply *ret);

/* Wipe and free. */
void token_reply_done(struct token_reply *reply);

#define REPLY_NAME_MAX 64
#define REPLY_DETAIL_MAX 200
#define REPLY_CORRELATION_MAX 64

/*
 * An error body's parts, escaped already: safe to log.  "" when missing,
 * REDACTED when it repeats a secret.
 */
struct error_body {
	char name[REPLY_NAME_MAX + 1];
	char detail[REPLY_DETAIL_MAX + 1];
	char correlation[REPLY_CORRELATION_MAX + 1];
};

/*
 * Judge a reply of the token endpoint that is not a 200.
 *
 * in:     provider  has the members that are read, and the words of a limit
 *         status    the HTTP status; body  anything
 *         sent_secrets  what the request carried; nullable
 * out:    ret     the body's fields, as far as they are understood
 * gives:  rate_limited   429, or 400 invalid_request whose description begins
 *                        with provider's rate_limit
 *         code_refused   400 or 401 invalid_grant
 *         client_refused 400 or 401 invalid_client, unauthorized_client,
 *                        invalid_request, unsupported_grant_type,
 *                        invalid_scope
 *         provider_error 5xx
 *         reply_invalid  any other
 * source: RFC 6749 section 5.2; docs/DESIGN.md section 6
 */
enum outcome token_error_judge(const struct provider *provider, long status,
    struct view body, const struct sent_secrets *sent_secrets,
    struct error_body *ret);

/*
 * Judge a reply of the API host that is not a 200: token_invalid (401, 403),
 * rate_limited (429), provider_error (5xx), reply_invalid (any other).
 * Parameters are as above.
 */
enum outcome api_error_judge(const struct provider *provider, long status,
    struct view body, const struct sent_secrets *sent_secrets,
    struct error_body *ret);

#endif
