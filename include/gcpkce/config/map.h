/* SPDX-License-Identifier: ISC */
/*
 * The map file: which identities may log in to which account.
 */
#ifndef GCPKCE_MAP_H
#define GCPKCE_MAP_H

#include "account.h"
#include "gcpkce/base/buf.h"
#include "gcpkce/wire/identity.h"

#define MAP_IDENTITIES_MAX (256 * 1024) /* bytes, of one account's lines */

/* The lines of one account, combined. */
struct map_entry {
	bool named;             /* a line names one of the account's names */
	bool shut;              /* one of its lines is "-": no login */
	bool faulty;            /* one of its lines is wrong, see fault */
	bool unqualified_email; /* of one "email:" with no provider before it */
	struct errinfo fault;   /* with file, line and the fix */
	struct buf identities;  /* of the provider: "id:UUID" or
				   "email:ADDRESS", each with a NUL; may be
				   empty */
};

#define automap CLEANUP(map_entry_done) struct map_entry

/*
 * Read the lines that name an account, by either of its names or by another
 * spelling for which the name service returns it (map_name.h).  The file is
 * read once from beginning to end; lines of other accounts are not checked, so
 * that a mistake in one does not lock other users out.
 *
 * A line: LOCAL-ACCOUNT IDENTITY [IDENTITY...], separated by blanks; '#' begins
 * a comment; "-" in place of identities denies the account, whatever its other
 * lines say.  With "genesys:" or "cxone:" before it an identity counts for that
 * provider alone.  Without one, "id:" counts for each provider and "email:" for
 * Genesys Cloud: two providers may give one address to two people.  The line
 * names its account in any case.
 *
 * in:     path     absolute; a missing file is an error
 *         provider  whose identities are kept
 *         user     the requested name
 *         account  as account_find returned it for that name
 *                  (the file is read even if there is no account, so that the
 *                  time does not reveal it)
 * out:    ret      (map_entry_done it) a wrong line of this account makes it
 *                  faulty, but map_read succeeds
 * errors: OUTCOME_CONFIG_INVALID  the file is missing, cannot be read, or is no
 *                                 plain text: a line has a NUL byte, a carriage
 *                                 return before its end or a byte order mark
 *         OUTCOME_CONFIG_UNSAFE, OUTCOME_NO_MEMORY
 *         OUTCOME_SYSTEM_ERROR  the name service failed
 * source: docs/DESIGN.md section 4
 */
MUST_CHECK enum outcome map_read(const char *path, enum provider_id provider,
    const char *user, const struct account *account, struct map_entry *ret,
    struct errinfo *reterr);

/*
 * Visit every line of a map file that names an account, until each returns
 * false.  fault is NULL unless the line's identities are wrong.
 *
 * errors: as map_read
 */
typedef bool map_line_fn(void *arg, unsigned long number, struct view account,
    const struct map_entry *entry, const struct errinfo *fault);
MUST_CHECK enum outcome map_walk(const char *path, enum provider_id provider,
    map_line_fn *each, void *arg, struct errinfo *reterr);

/* Does the entry have an identity of the provider that it was read for? */
bool map_entry_has(
    const struct map_entry *entry, const struct identity *identity);

void map_entry_done(struct map_entry *entry);

/*
 * Are two addresses the same mailbox: domains and local parts equal except for
 * ASCII case?  An address that text_split_email refuses never matches.
 */
bool map_email_eq(struct view a, struct view b);

#endif
