/* SPDX-License-Identifier: ISC */
/* Regions: the list, and domains that are not on it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/config/region.h"

static const struct region listed[] = {
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

static void
region_is_found_by_aws_name_and_by_domain(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(listed) / sizeof(listed[0]); i++) {
		const char *const names[] = {listed[i].aws, listed[i].domain};

		for (size_t j = 0; j < 2; j++) {
			struct region region = {0};

			if (!region_find(names[j], &region))
				fail_msg("%s", names[j]);
			assert_string_equal(region.aws, listed[i].aws);
			assert_string_equal(region.domain, listed[i].domain);
		}
	}
}

static void
region_takes_an_unlisted_domain_as_it_is(void **state)
{
	static const char *const names[] = {
	    "new1.pure.cloud", "example.com", "login.mypurecloud.de"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct region region = {.aws = "x"};

		assert_true(region_find(names[i], &region));
		assert_null(region.aws);
		assert_ptr_equal(region.domain, names[i]);
	}
}

static void
region_refuses_other_names(void **state)
{
	static const char *const names[] = {"", "us-east-3", "eu", "localhost",
	    "EU-CENTRAL-1", "eu-central-1 ", "mypurecloud", ".de", "a.", ".",
	    "mypurecloud..de", "mypurecloud.de:443", "mypurecloud.de/",
	    "https://login.mypurecloud.de", "my purecloud.de", "a_b.de",
	    "mypureclo\303\274d.de", "eu_central_1.x"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct region region = {.aws = "x"};

		if (region_find(names[i], &region))
			fail_msg("\"%s\" was taken", names[i]);
		assert_string_equal(region.aws, "x");
	}
}

static void
region_offers_the_domain_that_is_spelt_alike(void **state)
{
	static const struct {
		const char *domain;
		const char *nearest;
	} rows[] = {
	    {"mypurecloud.de", "mypurecloud.de"},
	    {"MyPureCloud.DE", "mypurecloud.de"},
	    {"apps.mypurecloud.de", "mypurecloud.de"},
	    {"mypureclowd.de", "mypurecloud.de"},
	    {"mypurecloud.con", "mypurecloud.com"},
	    {"mypurecloud.au", "mypurecloud.com.au"},
	    {"euw1.pure.cloud", "euw2.pure.cloud"},
	    {"euw2-pure.cloud", "euw2.pure.cloud"},
	    {"use2.us-gov.pure.cloud", "use2.us-gov-pure.cloud"},
	    {"example.com", NULL},
	    {"genesys.cloud", NULL},
	    {"a.b", NULL},
	    {"", NULL},
	};
	char longest[254];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *nearest = region_nearest(rows[i].domain);

		if ((nearest == NULL) != (rows[i].nearest == NULL) ||
		    (nearest != NULL && strcmp(nearest, rows[i].nearest) != 0))
			fail_msg("%s: %s", rows[i].domain,
			    nearest != NULL ? nearest : "none");
	}
	memset(longest, 'm', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_null(region_nearest(longest));
	for (size_t i = 0; i < sizeof(listed) / sizeof(listed[0]); i++)
		assert_string_equal(
		    region_nearest(listed[i].domain), listed[i].domain);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(region_is_found_by_aws_name_and_by_domain),
	    cmocka_unit_test(region_takes_an_unlisted_domain_as_it_is),
	    cmocka_unit_test(region_refuses_other_names),
	    cmocka_unit_test(region_offers_the_domain_that_is_spelt_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
