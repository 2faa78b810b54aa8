/* SPDX-License-Identifier: ISC */
/* The list of what the helper reads, and names in the trust store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/base/readable.h"

struct walk {
	const char *wanted;
	unsigned wanted_count;
	unsigned count;
	unsigned most; /* 0: all */
};

static bool
path_count(void *arg, const char *path)
{
	struct walk *w = arg;

	assert_int_equal(path[0], '/');
	w->count++;
	w->wanted_count += strcmp(path, w->wanted) == 0 ? 1 : 0;
	return w->most == 0 || w->count < w->most;
}

static void
list_has_the_resolver_the_loader_and_the_trust_store(void **state)
{
	static const char *const wanted[] = {"/etc/resolv.conf", "/etc/hosts",
	    "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/host.conf",
	    "/etc/services", "/etc/ssl/openssl.cnf", "/etc/ssl/certs",
	    "/etc/ssl/certs/ca-certificates.crt", "/usr/lib",
	    "/etc/ld.so.cache", "/dev/urandom"};

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		struct walk w = {.wanted = wanted[i]};

		assert_true(readable_walk("", path_count, &w));
		if (w.wanted_count == 0)
			fail_msg("%s is not on the list", wanted[i]);
	}
}

static void
list_has_nothing_that_is_secret(void **state)
{
	static const char *const kept[] = {"/", "/etc", "/etc/shadow", "/run",
	    "/proc", "/dev", "/home", "/root", "/var", "/usr", "/tmp", ""};

	(void)state;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		struct walk w = {.wanted = kept[i]};

		assert_true(readable_walk("", path_count, &w));
		if (w.wanted_count != 0)
			fail_msg("%s is on the list", kept[i]);
	}
}

static void
list_has_ca_file_in_place_of_the_store(void **state)
{
	struct walk ours = {.wanted = "/somewhere/ca.pem"};
	struct walk store = {.wanted = trust_bundles[0]};

	(void)state;
	assert_true(readable_walk(ours.wanted, path_count, &ours));
	assert_int_equal(ours.wanted_count, 1);
	assert_true(readable_walk(ours.wanted, path_count, &store));
	assert_int_equal(store.wanted_count, 0);
}

static void
walk_ends_where_its_caller_says_so(void **state)
{
	struct walk all = {.wanted = ""};

	(void)state;
	assert_true(readable_walk("", path_count, &all));
	for (unsigned most = 1; most <= all.count; most++) {
		struct walk w = {.wanted = "", .most = most};

		assert_false(readable_walk("", path_count, &w));
		assert_int_equal(w.count, most);
	}
}

static void
certificates_are_known_by_hash_and_number(void **state)
{
	static const struct {
		const char *name;
		bool hashed;
	} rows[] = {
	    {"0123abcd.0", true},
	    {"ffffffff.12", true},
	    {"0123abcd.", false},
	    {"0123abcd", false},
	    {"0123abc.0", false},
	    {"0123abcde.0", false},
	    {"0123ABCD.0", false},
	    {"0123abcd.r0", false},
	    {"0123abcd.0x", false},
	    {"ca-certificates.crt", false},
	    {"..", false},
	    {"", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (trust_name_is_hashed(rows[i].name) != rows[i].hashed)
			fail_msg("%s", rows[i].name);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		list_has_the_resolver_the_loader_and_the_trust_store),
	    cmocka_unit_test(list_has_nothing_that_is_secret),
	    cmocka_unit_test(list_has_ca_file_in_place_of_the_store),
	    cmocka_unit_test(walk_ends_where_its_caller_says_so),
	    cmocka_unit_test(certificates_are_known_by_hash_and_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
