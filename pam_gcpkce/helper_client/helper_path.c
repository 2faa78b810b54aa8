/* SPDX-License-Identifier: ISC */
/*
 * The one object that differs between an installed build and a build's own
 * tests, which run the helper where it was built.
 */
#include "gcpkce/helper_client/helper_proc.h"

const char helper_path[] = GCPKCE_HELPER;
