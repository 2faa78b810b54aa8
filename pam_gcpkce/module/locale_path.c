/* SPDX-License-Identifier: ISC */
/*
 * A separate object, like helper_path.c: test builds read the catalogues from
 * the build directory.
 */
#include "locale_path.h"

const char locale_path[] = GCPKCE_LOCALE;
