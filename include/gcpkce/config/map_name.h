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
	MAP_NAME_MISSPELT, /* one of its names, in any spelling, in quotes, with
			      escapes or stray signs, which the file does not
			      have; or in another case that no account has */
	MAP_NAME_UNASKED,  /* like one of its names, after MAP_SPELLINGS_MAX
			      other words that are */
};

/*
 * Each sign-in asks the name service for so many words besides the asked name.
 * A fixed number, so that it does not tell what names the map has.
 */
#define MAP_SPELLINGS_MAX 2

struct map_spelling {
	char word[ACCOUNT_NAME_MAX + 1];
	enum map_naming naming;
};

/* The words of one map file that the name service was asked for. */
struct map_spellings {
	size_t count;
	struct map_spelling list[MAP_SPELLINGS_MAX];
};

/*
 * Does a line name the account?  The name service is asked for a word that is
 * like the account's name and is not equal to it, and for no other.
 *
 * in:     line       whole; word is what map_name_take cut off it
 *         user       the asked name
 *         account    as account_find gave it for that name
 *         spellings  all zero before the first line
 * errors: OUTCOME_SYSTEM_ERROR  the name service failed;  OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome map_name_judge(struct view line, struct view word,
    const char *user, const struct account *account,
    struct map_spellings *spellings, enum map_naming *ret,
    struct errinfo *reterr);

/*
 * After the last line: ask for the asked name in place of the words that no
 * line needed.
 *
 * errors: as map_name_judge
 */
MUST_CHECK enum outcome map_spellings_fill(
    struct map_spellings *spellings, const char *user, struct errinfo *reterr);

#endif
