/* SPDX-License-Identifier: ISC */
/*
 * The user's browser.
 */
#ifndef GCPKCE_CLI_OPEN_BROWSER_H
#define GCPKCE_CLI_OPEN_BROWSER_H

#include "gcpkce/base/errinfo.h"

/*
 * Have xdg-open show an address: started directly, without a shell, in a
 * session of its own and with none of our files open.  Its output is discarded,
 * so a browser that would draw on this terminal is not visible.
 *
 * in:     address  begins with http: or https:, as the helper composed it
 * errors: OUTCOME_UNREACHABLE  it could not be started, or failed at once
 */
MUST_CHECK enum outcome browser_open(
    const char *address, struct errinfo *reterr);

#endif
