/* SPDX-License-Identifier: ISC */
/*
 * The map file: which identities may be which account.
 */
#ifndef GCPKCE_MAP_H
#define GCPKCE_MAP_H

#include "account.h"
#include "gcpkce/base/buf.h"
#include "gcpkce/wire/identity.h"

#define MAP_IDENTITIES_MAX (256 * 1024) /* bytes, of one account's lines */

/* What all lines of one account say together. */
struct map_entry {
	bool named;            /* a line names one of the account's names */
	bool shut;             /* one of its lines is "-": nobody gets in */
	bool faulty;           /* one of its lines is wrong, as fault says */
	struct errinfo fault;  /* with file, line and the fix */
	struct buf identities; /* "id:UUID" or "email:ADDRESS", NUL behind
				  each; empty when nobody is mapped */
};

#define automap CLEANUP(map_entry_done) struct map_entry

/*
 * Read the lines that name an account, by either of its names or by another
 * spelling that the name service gives it for (map_name.h).  The file is read
 * once from its beginning to its end; lines of other accounts are passed over
 * unjudged, so that a slip in one locks nobody else out.
 *
 * A line: LOCAL-ACCOUNT IDENTITY [IDENTITY...], separated by blanks; '#' begins
 * a comment; "-" in place of identities shuts the account, whatever its other
 * lines say.
 *
 * in:     path     absolute; a missing file is an error
 *         user     the asked name
 *         account  as account_find gave it for that name
 *                  (where there is none, the file is read all the same: the
 *                  time must not tell)
 * out:    ret      (map_entry_done it) a wrong line of this account makes it
 *                  faulty; reading it is no error of the file
 * errors: OUTCOME_CONFIG_INVALID  the file is missing, cannot be read, or is no
 *                                 plain text: a line has a NUL byte, a carriage
 *                                 return before its end or a byte order mark
 *         OUTCOME_CONFIG_UNSAFE, OUTCOME_NO_MEMORY
 *         OUTCOME_SYSTEM_ERROR  the name service failed
 * source: docs/DESIGN.md section 4
 */
MUST_CHECK enum outcome map_read(const char *path, const char *user,
    const struct account *account, struct map_entry *ret,
    struct errinfo *reterr);

/*
 * Look at every line of a map file that names an account.
 *
 * in:     path   absolute
 *         each   called with a line's account, what the line says of it, and
 *                where its identities are wrong the fault with file, line and
 *                fix (else NULL); false ends the walk
 *         arg    handed to it
 * errors: as map_read
 */
typedef bool map_line_fn(void *arg, unsigned long number, struct view account,
    const struct map_entry *entry, const struct errinfo *fault);
MUST_CHECK enum outcome map_walk(
    const char *path, map_line_fn *each, void *arg, struct errinfo *reterr);

/* Does the entry map this identity: by equal id, or by equal e-mail address? */
bool map_entry_has(
    const struct map_entry *entry, const struct identity *identity);

void map_entry_done(struct map_entry *entry);

/*
 * Are two addresses the same mailbox: domains and local parts equal but for
 * ASCII case?  An address that text_split_email refuses equals none.
 */
bool map_email_eq(struct view a, struct view b);

#endif
