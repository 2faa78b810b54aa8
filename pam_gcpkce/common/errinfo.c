/* SPDX-License-Identifier: ISC */
/*
 * Reasons of failures: one sentence on the caller's stack.
 */
#include "gcpkce/errinfo.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum outcome
err_fail(struct errinfo *reterr, enum outcome code, const char *fmt, ...)
{
	if (reterr != NULL) {
		va_list ap;

		va_start(ap, fmt);
		(void)vsnprintf(reterr->text, sizeof(reterr->text), fmt, ap);
		va_end(ap);
	}
	return code;
}

enum outcome
err_sys(struct errinfo *reterr, enum outcome code, const char *what)
{
	int error = errno;
	char space[128] = "";
	const char *text = space;

	/* thread-safe, as a host process needs it; GNU's gives the text */
#ifdef __GLIBC__
	text = strerror_r(error, space, sizeof(space));
#else
	(void)strerror_r(error, space, sizeof(space));
#endif
	return err_fail(reterr, error == ENOMEM ? OUTCOME_NO_MEMORY : code,
	    "%s: %s", what, text);
}
