/* SPDX-License-Identifier: ISC */
#ifndef GCPKCE_HELPER_PATH_H
#define GCPKCE_HELPER_PATH_H

/*
 * The path of the installed helper.  It is compiled in, so that no input of a
 * user can select another one.
 */
extern const char helper_path[];

#endif
