/* SPDX-License-Identifier: ISC */
/*
 * Reasons of failures: one sentence on the caller's stack.
 */
#include "gcpkce/base/errinfo.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum outcome
err_set(struct errinfo *reterr, enum outcome code, const char *fmt, ...)
{
	if (reterr != NULL) {
		va_list ap;

		va_start(ap, fmt);
		(void)vsnprintf(reterr->text, sizeof(reterr->text), fmt, ap);
		va_end(ap);
	}
	return code;
}

const char *
err_text(int error, char space[static ERR_TEXT_MAX])
{
	space[0] = '\0';
	/* GNU's gives the text */
#ifdef __GLIBC__
	return strerror_r(error, space, ERR_TEXT_MAX);
#else
	(void)strerror_r(error, space, ERR_TEXT_MAX);
	return space;
#endif
}

enum outcome
err_sys(struct errinfo *reterr, enum outcome code, const char *what)
{
	int error = errno;
	char space[ERR_TEXT_MAX];

	return err_set(reterr, error == ENOMEM ? OUTCOME_NO_MEMORY : code,
	    "%s: %s", what, err_text(error, space));
}
