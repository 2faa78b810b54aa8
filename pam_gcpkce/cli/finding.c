/* SPDX-License-Identifier: ISC */
/*
 * The list of findings, and how it is printed.
 */
#include "finding.h"

#include <stdarg.h>
#include <string.h>

#include "command.h"
#include "gcpkce/base/text.h"

#define TEXT_MAX 8192

static const char *const severities[FINDING_SEVERITIES] = {
    [FINDING_FAULT] = "fault",
    [FINDING_WARNING] = "warning",
    [FINDING_NOTE] = "note",
};

static bool
is_known(const struct findings *f, const char *where, const char *what)
{
	for (size_t i = 0; i < f->count; i++) {
		if (strcmp(f->list[i].where, where) == 0 &&
		    strcmp(f->list[i].what, what) == 0)
			return true;
	}
	return false;
}

static void
finding_free(struct finding *finding)
{
	free(finding->where);
	free(finding->what);
	free(finding->fix);
}

/* A copy with terminal control bytes and invalid UTF-8 replaced. */
static char *
clean_copy(const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL || text_is_clean_utf8(view_text(text)))
		return copy;
	for (char *p = copy; *p != '\0'; p++) {
		if (*p < 0x20 || *p >= 0x7f)
			*p = '?';
	}
	return copy;
}

void
finding_add(struct findings *f, enum finding_severity severity,
    const char *where, const char *fix, const char *fmt, ...)
{
	autobuf what = BUF_INIT(TEXT_MAX);
	va_list ap;

	if (f == NULL)
		return;
	va_start(ap, fmt);
	buf_vprintf(&what, fmt, ap);
	va_end(ap);
	if (is_known(f, where != NULL ? where : "", buf_text(&what)))
		return;

	struct finding new = {
	    .severity = severity,
	    .section = f->section,
	    .where = clean_copy(where != NULL ? where : ""),
	    .what = clean_copy(buf_text(&what)),
	    .fix = clean_copy(fix != NULL ? fix : ""),
	};
	struct finding *list =
	    reallocarray(f->list, f->count + 1, sizeof(*list));
	if (list != NULL)
		f->list = list;
	if (list == NULL || new.where == NULL || new.what == NULL ||
	    new.fix == NULL || buf_check(&what) != OUTCOME_OK) {
		finding_free(&new);
		f->failed = true;
		return;
	}
	f->list[f->count++] = new;
}

void
finding_add_fault(struct findings *f, enum finding_severity severity,
    const char *where, const char *fix, const struct errinfo *why)
{
	struct view place = err_place(why);
	struct view what = err_what(why);
	autofree char *own = strndup((const char *)place.p, place.len);

	if (own == NULL) {
		f->failed = true;
		return;
	}
	finding_add(f, severity, where != NULL ? where : own,
	    err_fix(why) != NULL ? err_fix(why) : fix, "%.*s", (int)what.len,
	    (const char *)what.p);
}

size_t
findings_count(const struct findings *f, enum finding_severity severity)
{
	size_t count = 0;

	for (size_t i = 0; i < f->count; i++) {
		if (f->list[i].severity == severity)
			count++;
	}
	return count;
}

enum finding_severity
findings_worst(const struct findings *f, const char *section)
{
	enum finding_severity worst = FINDING_SEVERITIES;

	for (size_t i = 0; i < f->count; i++) {
		if (f->list[i].severity < worst &&
		    strcmp(f->list[i].section, section) == 0)
			worst = f->list[i].severity;
	}
	return worst;
}

static void
finding_print(const struct finding *finding, FILE *to)
{
	(void)fprintf(to, "  %-8s %s%s%s\n", severities[finding->severity],
	    finding->where, finding->where[0] != '\0' ? ": " : "",
	    finding->what);
	if (finding->fix[0] != '\0')
		(void)fprintf(to, "           fix: %s\n", finding->fix);
}

void
findings_print(
    const struct findings *f, const char *section, const char *none, FILE *to)
{
	(void)fprintf(to, "%s\n", section);
	if (findings_worst(f, section) == FINDING_SEVERITIES)
		(void)fprintf(to, "  %s\n", none);
	for (unsigned severity = 0; severity < FINDING_SEVERITIES; severity++) {
		for (size_t i = 0; i < f->count; i++) {
			if (f->list[i].severity == severity &&
			    strcmp(f->list[i].section, section) == 0)
				finding_print(&f->list[i], to);
		}
	}
}

struct json_object *
findings_json(const struct findings *f)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; list != NULL && i < f->count; i++) {
		const struct finding *finding = &f->list[i];
		struct json_object *one = json_object_new_object();

		json_put_text(one, "severity", severities[finding->severity]);
		json_put_text(one, "section", finding->section);
		json_put_text(one, "where", finding->where);
		json_put_text(one, "what", finding->what);
		json_put_text(one, "fix", finding->fix);
		json_append(list, one);
	}
	return list;
}

void
findings_done(struct findings *f)
{
	for (size_t i = 0; i < f->count; i++)
		finding_free(&f->list[i]);
	free(f->list);
	*f = (struct findings){0};
}
