/* SPDX-License-Identifier: ISC */
/*
 * Genesys Cloud's regions: AWS names and their domains.
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
 * accepted unchanged (*borrowed*) if it is a host name with a dot, because
 * Genesys Cloud adds regions.
 *
 * source: Genesys Cloud's published SDKs, 2026
 */
bool region_find(const char *name, struct region *ret);

/* The listed domain of nearest spelling; NULL if none is near. */
const char *region_nearest(const char *domain);

#endif
