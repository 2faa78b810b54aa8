/* SPDX-License-Identifier: ISC */
/*
 * The table of regions.  To add one, add a row.
 */
#include "gcpkce/config/region.h"

#include <string.h>

#include "gcpkce/base/text.h"
#include "gcpkce/base/url.h"

#define DOMAIN_MAX 32  /* no listed one is longer */
#define DISTANCE_MAX 5 /* of similar spellings */

static const struct region regions[] = {
    {"us-east-1", "mypurecloud.com"},
    {"us-east-2", "use2.us-gov-pure.cloud"},
    {"us-west-2", "usw2.pure.cloud"},
    {"ca-central-1", "cac1.pure.cloud"},
    {"sa-east-1", "sae1.pure.cloud"},
    {"mx-central-1", "mxc1.pure.cloud"},
    {"eu-west-1", "mypurecloud.ie"},
    {"eu-west-2", "euw2.pure.cloud"},
    {"eu-central-1", "mypurecloud.de"},
    {"eu-central-2", "euc2.pure.cloud"},
    {"eusc-de-east-1", "edee1.eusc-pure.cloud"},
    {"me-central-1", "mec1.pure.cloud"},
    {"ap-south-1", "aps1.pure.cloud"},
    {"ap-southeast-1", "apse1.pure.cloud"},
    {"ap-southeast-2", "mypurecloud.com.au"},
    {"ap-northeast-1", "mypurecloud.jp"},
    {"ap-northeast-2", "apne2.pure.cloud"},
    {"ap-northeast-3", "apne3.pure.cloud"},
};

bool
region_find(const char *name, struct region *ret)
{
	for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
		if (strcmp(name, regions[i].aws) == 0 ||
		    strcmp(name, regions[i].domain) == 0) {
			*ret = regions[i];
			return true;
		}
	}
	if (strchr(name, '.') == NULL || !url_host_is_name(view_text(name)))
		return false;
	*ret = (struct region){.aws = NULL, .domain = name};
	return true;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The number of deletions and insertions that turn one into the other. */
static size_t
distance(const char *name, const char *domain)
{
	size_t row[DOMAIN_MAX + 1];
	size_t len = strlen(domain);

	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (; *name != '\0'; name++) {
		size_t diagonal = row[0]++;

		for (size_t j = 1; j <= len; j++) {
			bool same = text_lower((uint8_t)*name) ==
			    (uint8_t)domain[j - 1];
			size_t above = row[j];

			row[j] = same ? diagonal : least(above, row[j - 1]) + 1;
			diagonal = above;
		}
	}
	return row[len];
}

const char *
region_nearest(const char *domain)
{
	const char *nearest = NULL;
	size_t shortest = DISTANCE_MAX + 1;

	for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
		size_t d = distance(domain, regions[i].domain);
		/* a missing part is more likely than a wrong one */
		bool longer = nearest != NULL &&
		    strlen(regions[i].domain) > strlen(nearest);

		if (d < shortest || (d == shortest && longer)) {
			shortest = d;
			nearest = regions[i].domain;
		}
	}
	return nearest;
}
