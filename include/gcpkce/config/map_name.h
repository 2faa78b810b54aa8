/* SPDX-License-Identifier: ISC */
/*
 * How a line of the map file names its account.
 *
 * The name stands as the passwd entry has it; one with blanks stands in
 * brackets, as in [jo hn].  Within brackets nothing is special: they end at a
 * ']' with a blank or the line's end after it.
 */
#ifndef GCPKCE_MAP_NAME_H
#define GCPKCE_MAP_NAME_H

#include "account.h"
#include "gcpkce/base/buf.h"

/*
 * Cut the account's name off a line.
 *
 * in:     line  as it is read
 * out:    line  what follows the name
 * gives:  *borrowed* from line; of length 0 for an empty line and a comment
 */
struct view map_name_take(struct view *line);

/* Append a name as a line has to write it. */
void map_name_put(struct buf *text, struct view name);

/*
 * Could a name service take one for the other?  They are alike but for case, a
 * DOMAIN before '\', '+' or '/', and what follows an '@'.
 */
bool map_name_is_like(struct view word, const char *name);

enum map_naming {
	MAP_NAME_OTHER,    /* another account, or no line of an account */
	MAP_NAME_MATCHES,  /* one of the account's names, or a spelling that the
			      name service gives this account for */
	MAP_NAME_MISSPELT, /* one of its names in quotes or with escapes, which
			      the file does not have */
};

/*
 * Does a line name the account?  The name service is asked for a word that is
 * like the account's name and is not equal to it, and for no other.  Where
 * there is no account, it is asked for the words that are like the asked name:
 * the time must not tell.
 *
 * in:     line     whole; word is what map_name_take cut off it
 *         user     the asked name
 *         account  as account_find gave it for that name
 * errors: OUTCOME_SYSTEM_ERROR  the name service failed;  OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome map_name_judge(struct view line, struct view word,
    const char *user, const struct account *account, enum map_naming *ret,
    struct errinfo *reterr);

#endif
