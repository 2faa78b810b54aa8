/* SPDX-License-Identifier: ISC */
/*
 * Small readers and writers of text: what is a UUID, a number, a safe string,
 * and how foreign bytes are shown without letting them act.
 */
#ifndef GCPKCE_TEXT_H
#define GCPKCE_TEXT_H

#include "buf.h"

#define TEXT_UUID_LEN 36

/*
 * Append foreign bytes so that they cannot act on a terminal, forge a log
 * field or break a line: printable ASCII but for '"' and '\\' stands as it is,
 * everything else as \xHH.  An escape is one put: it stands there as a whole
 * or, where the buffer ends, not at all.
 */
void text_put_escaped(struct buf *b, struct view bytes);

/*
 * The same for people, who know an account as DOMAIN\user: a backslash stands
 * as it is.  What is shown may look like an escape, and acts no more for it.
 */
void text_put_shown(struct buf *b, struct view bytes);

/*
 * Append a field of a journal line: a blank, name="value", the value escaped
 * and cut to 256 bytes and "..." unless it is our own text.
 *
 * in:     max  bytes of the value that are shown
 */
#define TEXT_FIELD_MAX 256
void text_put_field(
    struct buf *line, const char *name, const char *value, size_t max);

/*
 * Is the byte of RFC 3986's unreserved set, [A-Za-z0-9-._~]?  Of it are a code
 * verifier and a code, too.
 *
 * source: RFC 3986 section 2.3; RFC 7636 section 4.1
 */
bool text_is_unreserved(uint8_t byte);

/*
 * Append foreign bytes percent-encoded: all but RFC 3986's unreserved set.
 *
 * source: RFC 3986 section 2.3
 */
void text_put_percent(struct buf *b, struct view bytes);

/* 36 characters: a UUID in lower case with hyphens (RFC 9562 section 4). */
bool text_is_uuid(struct view bytes);

/* One of [A-Za-z0-9._-], the characters of Genesys Cloud's ids. */
bool text_is_id_char(char c);

/* At least one byte, all of them printable ASCII without the space. */
bool text_is_token(struct view bytes);

/*
 * The grammar of a bearer token: letters, digits and "-._~+/", at least one,
 * then any number of "=".
 *
 * source: RFC 6750 section 2.1
 */
bool text_is_b64token(struct view bytes);

/*
 * Decode the first character of bytes, of which there is one at least.
 *
 * out:    ret_char  its code point
 * gives:  its length; 0 when it is not well-formed: cut, overlong, a surrogate
 *         or above U+10FFFF
 * source: RFC 3629
 */
size_t text_utf8_decode(const uint8_t *p, size_t len, uint32_t *ret_char);

/* Well-formed UTF-8 (RFC 3629) without control characters: C0, DEL or C1. */
bool text_is_clean_utf8(struct view bytes);

/*
 * Read a whole unsigned decimal number: digits alone, no sign, no space.
 *
 * out:    ret
 * gives:  false when it is not one, or lies outside min..max
 */
bool text_parse_number(
    const char *text, unsigned long min, unsigned long max, unsigned long *ret);

/* A blank or a tab. */
bool text_is_blank(uint8_t byte);

/* The lower case of one ASCII letter; every other byte as it is. */
uint8_t text_lower(uint8_t byte);

/* Equal but for the case of ASCII letters; lengths first. */
bool text_eq_nocase(struct view a, struct view b);

/*
 * Split a plain e-mail address at its one @.
 *
 * out:    ret_local, ret_domain  *borrowed* from address
 * gives:  false for an empty part, a second @, a space, a control byte or a
 *         byte outside ASCII: such an address maps to nobody
 */
bool text_split_email(
    struct view address, struct view *ret_local, struct view *ret_domain);

/* Is the item one of a comma-separated list, but for ASCII case? */
bool text_list_has(const char *list, struct view item);

#endif
