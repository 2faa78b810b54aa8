/* SPDX-License-Identifier: ISC */
/*
 * Genesys Cloud's regions: AWS names and the domains behind them.
 */
#ifndef GCPKCE_REGION_H
#define GCPKCE_REGION_H

#include <stdbool.h>

struct region {
	const char *aws;    /* as CX as Code wants it, or NULL: not listed */
	const char *domain; /* login.DOMAIN and api.DOMAIN are its hosts */
};

/*
 * Find a region by its AWS name or its domain.  A domain that is not listed is
 * taken as it is when it has a dot and the form of a host name: new ones keep
 * appearing.
 *
 * in:     name  as the configuration has it
 * out:    ret   domain *borrowed* from name where it is not listed
 * gives:  false for any other name
 * source: Genesys Cloud's published SDKs, 2026
 */
bool region_find(const char *name, struct region *ret);

/*
 * The listed domain that is spelt most like this one, ASCII case aside.
 *
 * gives:  NULL where more than a few characters differ from each
 */
const char *region_nearest(const char *domain);

#endif
