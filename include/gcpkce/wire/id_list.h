/* SPDX-License-Identifier: ISC */
/* A user's groups, roles or divisions; a missing list is not an empty one. */
#ifndef GCPKCE_ID_LIST_H
#define GCPKCE_ID_LIST_H

#include <stdbool.h>

#include "gcpkce/base/buf.h"
#include "gcpkce/base/errinfo.h"

#define ID_LIST_ID_MAX 64 /* bytes of one id */
#define ID_LIST_MAX 1024  /* ids of one list */
#define ID_LIST_BYTES (ID_LIST_MAX * (ID_LIST_ID_MAX + 1) - 1)

struct id_list {
	bool present;   /* the reply had this list, possibly empty */
	struct buf ids; /* separated by single spaces */
};

#define autoidlist CLEANUP(id_list_done) struct id_list

/* Make the list present and empty. */
void id_list_begin(struct id_list *list);

/*
 * Append one id, 1 to 64 bytes of [A-Za-z0-9._-], to a list that is present.
 *
 * in:     name  the list's name for the message
 * errors: OUTCOME_IDENTITY_INCOMPLETE  not an id;  OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome id_list_put(struct id_list *list, struct view id,
    const char *name, struct errinfo *reterr);

/*
 * Is the list missing, or one of at most 1,024 ids?  Else
 * OUTCOME_IDENTITY_INCOMPLETE.
 */
MUST_CHECK enum outcome id_list_check(
    const struct id_list *list, const char *name, struct errinfo *reterr);

bool id_list_has(const struct id_list *list, struct view id);

/* Move a list to another one; the source is missing afterwards. */
void id_list_move(struct id_list *to, struct id_list *from);

/* Wipe and free; the list is missing afterwards. */
void id_list_done(struct id_list *list);

#endif
