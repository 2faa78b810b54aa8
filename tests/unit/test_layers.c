/* SPDX-License-Identifier: ISC */
/* Layers that are missing, in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gcpkce/base/errinfo.h"
#include "gcpkce/wire/layers.h"

static void
assert_news(struct missing_layers *missing, const char *words)
{
	autobuf text = BUF_INIT(ERRINFO_TEXT_MAX);

	assert_int_equal(missing_news(missing, &text), words[0] != '\0');
	assert_string_equal(buf_text(&text), words);
}

static void
missing_is_reported_once(void **state)
{
	struct missing_layers missing = {0};
	autobuf all = BUF_INIT(ERRINFO_TEXT_MAX);

	(void)state;
	assert_news(&missing, "");
	missing_add(&missing, SANDBOX_LANDLOCK, ENOSYS);
	missing_add(&missing, SANDBOX_LIMITS, 0);
	assert_news(&missing,
	    "the helper's sandbox lacks limits, "
	    "landlock: Function not implemented");
	assert_news(&missing, "");
	/* the first word about a layer stays */
	missing_add(&missing, SANDBOX_LIMITS, EPERM);
	assert_news(&missing, "");
	missing_add(&missing, SANDBOX_SECCOMP, EINVAL);
	assert_news(
	    &missing, "the helper's sandbox lacks seccomp: Invalid argument");
	missing.reported = 0;
	assert_true(missing_news(&missing, &all));
	assert_string_equal(buf_text(&all),
	    "the helper's sandbox lacks limits, "
	    "landlock: Function not implemented, seccomp: Invalid argument");
}

/* The longest text of all must fit where it goes. */
static void
missing_of_all_layers_fits(void **state)
{
	struct missing_layers missing = {0};
	autobuf all = BUF_INIT(ERRINFO_TEXT_MAX);

	(void)state;
	for (unsigned i = 0; i < SANDBOX_LAYERS; i++) {
		assert_non_null(layer_name(i));
		/* the system's longest words */
		missing_add(&missing, i, EILSEQ);
	}
	missing.reported = 0;
	assert_true(missing_news(&missing, &all));
	assert_int_equal(buf_check(&all), OUTCOME_OK);
}

static void
missing_merge_adds_what_is_new(void **state)
{
	struct missing_layers all = {0};
	struct missing_layers later = {0};

	(void)state;
	missing_add(&all, SANDBOX_LANDLOCK, ENOSYS);
	assert_news(&all,
	    "the helper's sandbox lacks landlock: Function not implemented");
	missing_merge(&all, &later);
	assert_news(&all, "");
	missing_add(&later, SANDBOX_LANDLOCK, EPERM);
	missing_add(&later, SANDBOX_PARENT, 0);
	missing_merge(&all, &later);
	assert_news(&all, "the helper's sandbox lacks parent");
	assert_int_equal(all.errors[SANDBOX_LANDLOCK], ENOSYS);
}

static void
missing_layer_is_a_refusal_where_it_is_strict(void **state)
{
	struct missing_layers missing = {0};
	struct errinfo why = {0};

	(void)state;
	assert_int_equal(missing_judge(&missing, true, "", &why), OUTCOME_OK);
	missing_add(&missing, SANDBOX_PARENT, 0);
	assert_int_equal(missing_judge(&missing, false, "", &why), OUTCOME_OK);
	assert_int_equal(missing_judge(&missing, true, ", twice", &why),
	    OUTCOME_HELPER_FAILED);
	assert_string_equal(why.text,
	    "sandbox = strict: the helper's sandbox lacks parent, twice");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(missing_is_reported_once),
	    cmocka_unit_test(missing_of_all_layers_fits),
	    cmocka_unit_test(missing_merge_adds_what_is_new),
	    cmocka_unit_test(missing_layer_is_a_refusal_where_it_is_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
