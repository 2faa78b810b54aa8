/* SPDX-License-Identifier: ISC */
/*
 * A function of libc, wrapped by the linker (-Wl,--wrap=name): WRAP begins the
 * function that is called in its place, REAL is the one of libc.
 */
#ifndef GCPKCE_TESTS_FUZZ_WRAP_H
#define GCPKCE_TESTS_FUZZ_WRAP_H

#define REAL(name) __real_##name
#define WRAP(type, name, parameters) \
	type __real_##name parameters; \
	type __wrap_##name parameters; \
	type __wrap_##name parameters

#endif
