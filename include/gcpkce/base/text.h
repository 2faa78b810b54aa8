/* SPDX-License-Identifier: ISC */
/* Small readers and writers of text. */
#ifndef GCPKCE_TEXT_H
#define GCPKCE_TEXT_H

#include "buf.h"

#define TEXT_UUID_LEN 36

/*
 * Append untrusted bytes so that they cannot control a terminal, forge a log
 * field or break a line: printable ASCII except '"' and '\\' is copied,
 * everything else is written as \xHH, an escape in one put.
 */
void text_put_escaped(struct buf *b, struct view bytes);

/*
 * The same for users: '"' and '\\' are copied, as in DOMAIN\user.  The output
 * may look like an escape, but is harmless.
 */
void text_put_shown(struct buf *b, struct view bytes);

/*
 * Append a blank and name="value" to a journal line.  The value is escaped and,
 * unless it is our own text, cut to TEXT_FIELD_MAX bytes and "...".
 */
#define TEXT_FIELD_MAX 256
void text_put_field(
    struct buf *line, const char *name, const char *value, size_t max);

/*
 * [A-Za-z0-9-._~], as verifiers have; RFC 3986 section 2.3, RFC 7636
 * section 4.1
 */
bool text_is_unreserved(uint8_t byte);

/* Append untrusted bytes percent-encoded: all but the unreserved set. */
void text_put_percent(struct buf *b, struct view bytes);

/* 36 characters: a UUID in lower case with hyphens (RFC 9562 section 4). */
bool text_is_uuid(struct view bytes);

/* One of [A-Za-z0-9._-], the characters of Genesys Cloud's ids. */
bool text_is_id_char(uint8_t byte);

/* Printable ASCII with the space. */
bool text_is_printable(uint8_t byte);

/* At least one byte, all of them printable ASCII without the space. */
bool text_is_token(struct view bytes);

/* The grammar of a bearer token (RFC 6750 section 2.1). */
bool text_is_b64token(struct view bytes);

/*
 * Decode the first character of at least one byte (RFC 3629).
 *
 * gives:  its length; 0 when it is not well-formed: cut, overlong, a surrogate
 *         or above U+10FFFF
 */
size_t text_utf8_decode(const uint8_t *p, size_t len, uint32_t *ret_char);

/* Well-formed UTF-8 (RFC 3629) without control characters: C0, DEL or C1. */
bool text_is_clean_utf8(struct view bytes);

/* Read a decimal number, digits alone; false if it is outside min..max. */
bool text_parse_number(
    const char *text, unsigned long min, unsigned long max, unsigned long *ret);

bool text_is_blank(uint8_t byte);

/* ASCII letters alone change. */
uint8_t text_lower(uint8_t byte);

/* Equal except for the case of ASCII letters; lengths are compared first. */
bool text_eq_nocase(struct view a, struct view b);

/*
 * Split an e-mail address at its one @.  False for an empty part, a space, a
 * control byte or a byte outside ASCII: such an address never matches.
 */
bool text_split_email(
    struct view address, struct view *ret_local, struct view *ret_domain);

/* Is the item in a comma-separated list, ignoring ASCII case? */
bool text_list_has(const char *list, struct view item);

#endif
