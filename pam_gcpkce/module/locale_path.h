/* SPDX-License-Identifier: ISC */
#ifndef GCPKCE_MODULE_LOCALE_PATH_H
#define GCPKCE_MODULE_LOCALE_PATH_H

/* Where the catalogues are installed.  Compiled in, as helper_path is. */
extern const char locale_path[];

#endif
