/* SPDX-License-Identifier: ISC */
/*
 * How a line of the map file names its account.
 *
 * The name is written as in the passwd entry, and in brackets if it has blanks,
 * as in [jo hn].  No character is special within brackets; they end at a ']'
 * followed by a blank or the line's end.
 */
#ifndef GCPKCE_MAP_NAME_H
#define GCPKCE_MAP_NAME_H

#include "account.h"
#include "gcpkce/base/buf.h"

/* Cut the name off a line, *borrowed*; empty for an empty line and a comment.
 */
struct view map_name_take(struct view *line);

/* Append a name as it is written in a line. */
void map_name_put(struct buf *text, struct view name);

/*
 * Could a name service return the same account for both?  They are equal except
 * for case, a DOMAIN before '\', '+' or '/', and what follows an '@'.
 */
bool map_name_is_like(struct view word, const char *name);

enum map_naming {
	MAP_NAME_OTHER,    /* another account, or no line of an account */
	MAP_NAME_MATCHES,  /* one of the account's names, or a spelling for
			      which the name service returns the account */
	MAP_NAME_MISSPELT, /* one of its names, in any spelling, with quotes,
			      escapes or stray characters, which the grammar
			      lacks; or in a case that has no account */
	MAP_NAME_UNASKED,  /* like one of its names, after MAP_SPELLINGS_MAX
			      other such words */
};

/*
 * Each sign-in asks the name service for this many words besides the requested
 * name.  The number is fixed, so that it does not reveal the names in the map.
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
 * Does a line name the account?  The name service is asked only for words that
 * are like the account's name but not equal to it.
 *
 * in:     line       whole; word is what map_name_take cut off it
 *         user       the requested name
 *         account    as account_find returned it for that name
 *         spellings  all zero before the first line
 * errors: OUTCOME_SYSTEM_ERROR  the name service failed;  OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome map_name_judge(struct view line, struct view word,
    const char *user, const struct account *account,
    struct map_spellings *spellings, enum map_naming *ret,
    struct errinfo *reterr);

/*
 * After the last line: look up the requested name until MAP_SPELLINGS_MAX
 * look-ups have been made.
 *
 * errors: as map_name_judge
 */
MUST_CHECK enum outcome map_spellings_fill(
    struct map_spellings *spellings, const char *user, struct errinfo *reterr);

#endif
