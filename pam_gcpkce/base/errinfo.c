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
		reterr->what = reterr->fix = 0;
	}
	return code;
}

enum outcome
err_fault(struct errinfo *reterr, enum outcome code, const char *place,
    const char *fix, const char *fmt, ...)
{
	size_t end = fix != NULL ? strlen(fix) + 2 : 0; /* "; FIX" */
	va_list ap;

	if (reterr == NULL)
		return code;
	if (end >= sizeof(reterr->text) / 2)
		end = 0;
	size_t room = sizeof(reterr->text) - end; /* for the rest and its NUL */
	reterr->text[0] = '\0';
	if (place != NULL)
		(void)snprintf(reterr->text, room, "%s: ", place);
	reterr->what = strlen(reterr->text);
	va_start(ap, fmt);
	(void)vsnprintf(
	    reterr->text + reterr->what, room - reterr->what, fmt, ap);
	va_end(ap);
	size_t len = strlen(reterr->text);
	if (end > 0)
		(void)snprintf(reterr->text + len, end + 1, "; %s", fix);
	reterr->fix = end > 0 ? len + 2 : 0;
	return code;
}

struct view
err_place(const struct errinfo *why)
{
	return (struct view){.p = (const uint8_t *)why->text,
	    .len = why->what > 2 ? why->what - 2 : 0};
}

struct view
err_what(const struct errinfo *why)
{
	size_t end = why->fix > 0 ? why->fix - 2 : strlen(why->text);

	return (struct view){.p = (const uint8_t *)why->text + why->what,
	    .len = end - why->what};
}

const char *
err_fix(const struct errinfo *why)
{
	return why->fix > 0 ? why->text + why->fix : NULL;
}

const char *
err_text(int error, char space[static ERR_TEXT_MAX])
{
	space[0] = '\0';
	/* GNU's returns the text */
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

	return err_fault(reterr, error == ENOMEM ? OUTCOME_NO_MEMORY : code,
	    what, NULL, "%s", err_text(error, space));
}
