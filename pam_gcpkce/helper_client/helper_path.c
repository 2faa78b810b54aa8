/* SPDX-License-Identifier: ISC */
/*
 * The one object that differs between an installed build and a build's own
 * tests, which run the helper where it was built.
 */
#include "helper_path.h"

const char helper_path[] = GCPKCE_HELPER;
