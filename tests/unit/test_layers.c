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
assert_news(struct missing *missing, const char *words)
{
	autobuf text = BUF_INIT(ERRINFO_TEXT_MAX);

	assert_int_equal(missing_news(missing, &text), words[0] != '\0');
	assert_string_equal(buf_text(&text), words);
}

static void
missing_is_told_once(void **state)
{
	struct missing missing = {0};
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
	missing_put(&missing, &all);
	assert_string_equal(buf_text(&all),
	    "the helper's sandbox lacks limits, "
	    "landlock: Function not implemented, seccomp: Invalid argument");
}

/* The longest text of all must fit where it goes. */
static void
missing_of_all_layers_fits(void **state)
{
	struct missing missing = {0};
	autobuf all = BUF_INIT(ERRINFO_TEXT_MAX);

	(void)state;
	for (unsigned i = 0; i < SANDBOX_LAYERS; i++) {
		assert_non_null(layer_name(i));
		/* the system's longest words */
		missing_add(&missing, i, EILSEQ);
	}
	missing_put(&missing, &all);
	assert_int_equal(buf_check(&all), OUTCOME_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(missing_is_told_once),
	    cmocka_unit_test(missing_of_all_layers_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
