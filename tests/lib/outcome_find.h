/* SPDX-License-Identifier: ISC */
/* Outcomes by their names, as scripts of tests have them. */
#ifndef OUTCOME_FIND_H
#define OUTCOME_FIND_H

#include <string.h>

#include "gcpkce/base/outcome.h"

/* Find an outcome by its stable name; false, and ret untouched, without one. */
static inline bool
outcome_find(const char *name, enum outcome *ret)
{
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		if (strcmp(outcome_name((enum outcome)i), name) == 0) {
			*ret = (enum outcome)i;
			return true;
		}
	}
	return false;
}

#endif
