/* SPDX-License-Identifier: ISC */
#ifndef GCPKCE_COURIER_HELPER_PATH_H
#define GCPKCE_COURIER_HELPER_PATH_H

/*
 * Where the helper is installed.  Compiled in: nothing that a caller controls
 * can name another one.
 */
extern const char helper_path[];

#endif
