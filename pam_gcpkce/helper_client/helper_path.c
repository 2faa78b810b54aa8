/* SPDX-License-Identifier: ISC */
/* An object of its own: tests run the helper where it was built. */
#include "gcpkce/helper_client/helper_proc.h"

const char helper_path[] = GCPKCE_HELPER;
