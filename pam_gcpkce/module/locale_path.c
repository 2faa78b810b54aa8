/* SPDX-License-Identifier: ISC */
/*
 * An object of its own like helper_path.c: a build's own tests read the
 * catalogues where they were made.
 */
#include "locale_path.h"

const char locale_path[] = GCPKCE_LOCALE;
