/* SPDX-License-Identifier: ISC */
/*
 * What the module told the journal: syslog(3) of this program, which wins over
 * libc's, keeps the lines.
 */
/* fortified headers would define some of these functions themselves */
#undef _FORTIFY_SOURCE

#include "host.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gcpkce/base/cleanup.h"

struct journal_line journal[256];
size_t journal_count;

void
journal_reset(void)
{
	for (size_t i = 0; i < journal_count; i++)
		free(journal[i].text);
	journal_count = 0;
}

/* Read one value; NULL when it is not well formed. */
static const char *
value_skip(const char *p)
{
	if (*p != '"') {
		size_t len = strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789_");

		return len > 0 ? p + len : NULL;
	}
	for (p++; *p != '"'; p++) {
		if (*p < 0x20 || *p > 0x7e)
			return NULL;
		if (*p != '\\')
			continue;
		if (p[1] != 'x' || !isxdigit((unsigned char)p[2]) ||
		    !isxdigit((unsigned char)p[3]))
			return NULL;
		p += 3;
	}
	return p + 1;
}

const char *
journal_value(const char *line, const char *field)
{
	static char value[8192];
	const char *found = NULL;
	const char *p = line;

	for (;;) {
		size_t len = strcspn(p, "=");
		const char *name = p;

		if (len == 0 || p[len] != '=' ||
		    strspn(p, "abcdefghijklmnopqrstuvwxyz_") != len)
			return NULL;
		const char *end = value_skip(p + len + 1);
		if (end == NULL)
			return NULL;
		if (strlen(field) == len && memcmp(name, field, len) == 0) {
			bool quoted = name[len + 1] == '"';
			const char *start = name + len + 1 + quoted;
			(void)snprintf(value, sizeof(value), "%.*s",
			    (int)(end - quoted - start), start);
			found = value;
		}
		if (*end == '\0')
			return found;
		if (*end != ' ')
			return NULL;
		p = end + 1;
	}
}

/* A decision, unlike an event, counts attempts. */
static bool
is_decision(const char *line)
{
	return journal_value(line, "attempt") != NULL;
}

const char *
journal_decision(void)
{
	for (size_t i = journal_count; i > 0; i--) {
		if (is_decision(journal[i - 1].text))
			return journal[i - 1].text;
	}
	return "";
}

size_t
journal_decisions(void)
{
	size_t count = 0;

	for (size_t i = 0; i < journal_count; i++)
		count += is_decision(journal[i].text);
	return count;
}

const char *
journal_find(const char *outcome)
{
	for (size_t i = journal_count; i > 0; i--) {
		const char *value =
		    journal_value(journal[i - 1].text, "outcome");

		if (value != NULL && strcmp(value, outcome) == 0)
			return journal[i - 1].text;
	}
	return NULL;
}

void
assert_outcome(const char *outcome)
{
	const char *value = journal_value(journal_decision(), "outcome");

	if (value == NULL || strcmp(value, outcome) != 0)
		fail_msg("not outcome=%s: %s", outcome, journal_decision());
}

/* Keep a line of the module; others, libpam's own, are dropped. */
static void PRINTF(2, 0) journal_keep(int priority, const char *fmt, va_list ap)
{
	static const char module[] = "pam_gcpkce_scripted(";
	static pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER;
	char *line = NULL;

	if (vasprintf(&line, fmt, ap) < 0)
		return;
	const char *text = strstr(line, "): ");
	(void)pthread_mutex_lock(&busy);
	if (strncmp(line, module, sizeof(module) - 1) == 0 && text != NULL &&
	    journal_count < COUNT(journal)) {
		char *kept = strdup(text + 3);

		if (kept != NULL) /* a test may leave no memory */
			journal[journal_count++] = (struct journal_line){
			    .priority = priority & 7, .text = kept};
	}
	(void)pthread_mutex_unlock(&busy);
	free(line);
}

/* Not from <syslog.h>, which may have macros of these names. */
VISIBLE void vsyslog(int priority, const char *fmt, va_list ap) PRINTF(2, 0);
VISIBLE void __vsyslog_chk(int priority, int flag, const char *fmt, va_list ap)
    PRINTF(3, 0);
VISIBLE void syslog(int priority, const char *fmt, ...) PRINTF(2, 3);
VISIBLE void __syslog_chk(int priority, int flag, const char *fmt, ...)
    PRINTF(3, 4);

void
vsyslog(int priority, const char *fmt, va_list ap)
{
	journal_keep(priority, fmt, ap);
}

void
__vsyslog_chk(int priority, int flag, const char *fmt, va_list ap)
{
	(void)flag;
	journal_keep(priority, fmt, ap);
}

void
syslog(int priority, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	journal_keep(priority, fmt, ap);
	va_end(ap);
}

void
__syslog_chk(int priority, int flag, const char *fmt, ...)
{
	va_list ap;

	(void)flag;
	va_start(ap, fmt);
	journal_keep(priority, fmt, ap);
	va_end(ap);
}
