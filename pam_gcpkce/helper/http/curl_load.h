/* SPDX-License-Identifier: ISC */
/* libcurl, loaded when there is a connection to open: most helpers just wait.
 */
#ifndef GCPKCE_HELPER_CURL_LOAD_H
#define GCPKCE_HELPER_CURL_LOAD_H

#include <curl/curl.h>

#include "gcpkce/base/errinfo.h"

/* The functions of libcurl that conn.h and its users call. */
#define LIBRARY_TABLE(X) \
	X(global_init) \
	X(getdate) \
	X(easy_init) \
	X(easy_reset) \
	X(easy_setopt) \
	X(easy_getinfo) \
	X(easy_strerror) \
	X(easy_cleanup) \
	X(multi_init) \
	X(multi_add_handle) \
	X(multi_remove_handle) \
	X(multi_perform) \
	X(multi_fdset) \
	X(multi_timeout) \
	X(multi_info_read) \
	X(multi_strerror) \
	X(multi_cleanup) \
	X(share_init) \
	X(share_setopt)

/* easy_setopt is curl_easy_setopt, and so on; NULL before library_load. */
#define LIBRARY_MEMBER(name) __typeof__(curl_##name) *name;
struct library {
	LIBRARY_TABLE(LIBRARY_MEMBER)
};
#undef LIBRARY_MEMBER

extern struct library curl;

/* Once in a process.  errors: OUTCOME_SYSTEM_ERROR  missing, or too old */
MUST_CHECK enum outcome library_load(struct errinfo *reterr);

#endif
