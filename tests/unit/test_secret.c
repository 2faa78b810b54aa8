/* SPDX-License-Identifier: ISC */
/* Secrets: bounds, comparison, pages that no core holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "gcpkce/base/secret.h"

static void
secret_holds_a_copy_of_its_bytes(void **state)
{
	static const uint8_t bytes[] = {'a', '\0', 0xff, '\n'};
	uint8_t mine[sizeof(bytes)];
	autosecret *s = NULL;

	(void)state;
	memcpy(mine, bytes, sizeof(mine));
	assert_int_equal(secret_new(mine, sizeof(mine), &s), OUTCOME_OK);
	memset(mine, 0, sizeof(mine));
	assert_int_equal(secret_view(s).len, sizeof(bytes));
	assert_memory_equal(secret_view(s).p, bytes, sizeof(bytes));
}

static void
secret_has_1_to_65536_bytes(void **state)
{
	static uint8_t bytes[65537];
	static const struct {
		size_t len;
		enum outcome outcome;
	} rows[] = {
	    {0, OUTCOME_NO_MEMORY},
	    {1, OUTCOME_OK},
	    {4095, OUTCOME_OK},
	    {4096, OUTCOME_OK},
	    {65536, OUTCOME_OK},
	    {65537, OUTCOME_NO_MEMORY},
	    {SIZE_MAX, OUTCOME_NO_MEMORY},
	};

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autosecret *s = NULL;

		assert_int_equal(
		    secret_new(bytes, rows[i].len, &s), rows[i].outcome);
		assert_int_equal(s != NULL, rows[i].outcome == OUTCOME_OK);
		if (s != NULL)
			assert_int_equal(secret_view(s).len, rows[i].len);
	}
}

static void
secret_view_of_none_is_empty(void **state)
{
	(void)state;
	assert_int_equal(secret_view(NULL).len, 0);
	assert_null(secret_view(NULL).p);
	secret_free(NULL);
}

static void
secret_eq_needs_two_secrets_of_equal_bytes(void **state)
{
	autosecret *a = NULL;
	autosecret *same = NULL;
	autosecret *other = NULL;
	autosecret *longer = NULL;

	(void)state;
	assert_int_equal(secret_new("abc", 3, &a), OUTCOME_OK);
	assert_int_equal(secret_new("abc", 3, &same), OUTCOME_OK);
	assert_int_equal(secret_new("abd", 3, &other), OUTCOME_OK);
	assert_int_equal(secret_new("abcd", 4, &longer), OUTCOME_OK);
	assert_true(secret_eq(a, same));
	assert_true(secret_eq(a, a));
	assert_false(secret_eq(a, other));
	assert_false(secret_eq(a, longer));
	assert_false(secret_eq(a, NULL));
	assert_false(secret_eq(NULL, a));
	/* two missing codes are not a code seen twice */
	assert_false(secret_eq(NULL, NULL));
}

/* Does the mapping that holds p carry the flag, as /proc/self/smaps has it? */
static bool
mapping_has_flag(const void *p, const char *flag)
{
	FILE *maps = fopen("/proc/self/smaps", "re");
	uintptr_t at = (uintptr_t)p;
	char line[512];
	bool inside = false;
	bool has = false;

	if (maps == NULL)
		return true;
	while (fgets(line, sizeof(line), maps) != NULL) {
		unsigned long start, end;

		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			inside = start <= at && at < end;
		if (inside && strncmp(line, "VmFlags:", 8) == 0)
			has = strstr(line, flag) != NULL;
	}
	(void)fclose(maps);
	return has;
}

static void
secret_is_left_out_of_cores(void **state)
{
	autosecret *s = NULL;

	(void)state;
	assert_int_equal(secret_new("abc", 3, &s), OUTCOME_OK);
	assert_true(mapping_has_flag(secret_view(s).p, " dd"));
}

static void
secret_is_unmapped_when_freed(void **state)
{
	struct secret *s = NULL;
	unsigned char resident;

	(void)state;
	assert_int_equal(secret_new("abc", 3, &s), OUTCOME_OK);
	void *page = s;
	assert_int_equal(mincore(page, 1, &resident), 0);
	secret_free(s);
	assert_int_equal(mincore(page, 1, &resident), -1);
	assert_int_equal(errno, ENOMEM);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(secret_holds_a_copy_of_its_bytes),
	    cmocka_unit_test(secret_has_1_to_65536_bytes),
	    cmocka_unit_test(secret_view_of_none_is_empty),
	    cmocka_unit_test(secret_eq_needs_two_secrets_of_equal_bytes),
	    cmocka_unit_test(secret_is_left_out_of_cores),
	    cmocka_unit_test(secret_is_unmapped_when_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
