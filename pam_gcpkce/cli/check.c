/* SPDX-License-Identifier: ISC */
/*
 * gcpkce check: what is wrong on this host, each finding with its fix.  It
 * changes nothing and signs in no user.
 */
#include "check.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli/stack/stack.h"

#define TEXT_MAX (1 << 24)

static const struct {
	const char *title;
	void (*run)(struct check *);
	bool needs_config;
} sections[] = {
#define X(name, title, needs) {title, check_##name, needs},
    SECTION_TABLE(X)
#undef X
};
#define SECTION_COUNT (sizeof(sections) / sizeof(sections[0]))

bool
check_is_of_this_host(struct check *check, const char *what)
{
	if (check->options->pam_dir == NULL)
		return true;
	finding_add(&check->findings, FINDING_NOTE, NULL, NULL,
	    "with --pam-dir, %s: not checked", what);
	return false;
}

bool
check_is_trial(const struct check *check)
{
	char path[PATH_MAX];
	const char *conf = check->options->conf;

	if (conf == NULL)
		return false;
	return strcmp(realpath(conf, path) != NULL ? path : conf,
		   GCPKCE_CONF) != 0;
}

/* Was this section skipped without findings? */
static bool
is_left_out(const struct check *check, size_t section)
{
	return sections[section].needs_config && !check->config_is_good &&
	    findings_worst(&check->findings, sections[section].title) ==
	    FINDING_SEVERITIES;
}

static struct json_object *
left_out_json(const struct check *check)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; list != NULL && i < SECTION_COUNT; i++) {
		if (is_left_out(check, i))
			json_append(
			    list, json_object_new_string(sections[i].title));
	}
	return list;
}

static void
report_json(struct check *check)
{
	struct json_object *json = command_json_bare();

	json_put_text(json, "command", "check");
	json_put(json, "findings", findings_json(&check->findings));
	json_put(json, "not_looked_at", left_out_json(check));
	json_put(json, "stacks", check->eval);
	check->eval = NULL;
	json_put(json, "probe", probe_json(check));
	command_json_print(json);
}

static void
count_print(const struct check *check, enum finding_severity severity,
    const char *name, const char *end)
{
	size_t count = findings_count(&check->findings, severity);

	(void)printf("%zu %s%s%s", count, name, count == 1 ? "" : "s", end);
}

/* Print a section whose worst finding is this one. */
static void
section_print(const struct check *check, size_t i, unsigned worst)
{
	if (findings_worst(&check->findings, sections[i].title) == worst)
		findings_print(&check->findings, sections[i].title,
		    is_left_out(check, i) ? "not checked" : "ok", stdout);
}

static void
report_text(struct check *check)
{
	for (unsigned worst = 0; worst <= FINDING_SEVERITIES; worst++) {
		for (size_t i = 0; i < SECTION_COUNT; i++)
			section_print(check, i, worst);
	}
	if (check->text.len > 0)
		(void)printf("\n%s", buf_text(&check->text));
	(void)putchar('\n');
	count_print(check, FINDING_FAULT, "fault", ", ");
	count_print(check, FINDING_WARNING, "warning", ", ");
	count_print(check, FINDING_NOTE, "note", "\n");
}

static int
check_run(struct check *check)
{
	check->eval = json_object_new_array();
	for (size_t i = 0; i < SECTION_COUNT; i++) {
		check->findings.section = sections[i].title;
		sections[i].run(check);
	}
	if (check->eval == NULL || check->findings.failed ||
	    buf_check(&check->text) != OUTCOME_OK) {
		(void)fprintf(stderr, "gcpkce: %s\n",
		    outcome_log_text(OUTCOME_NO_MEMORY));
		return EXIT_BAD;
	}
	if (check->options->json)
		report_json(check);
	else
		report_text(check);
	return findings_count(&check->findings, FINDING_FAULT) == 0 ? EXIT_GOOD
								    : EXIT_BAD;
}

int
command_check(const struct options *options)
{
	if (options->service != NULL &&
	    !stack_service_is_valid(options->service))
		return command_usage(
		    "invalid service name: ", options->service);
	if (options->service != NULL && options->all_services)
		return command_usage("either --service or --all-services", "");
	autofree struct check *check = calloc(1, sizeof(*check));
	if (check == NULL)
		return EXIT_BAD;
	check->options = options;
	check->text = BUF_INIT(TEXT_MAX);
	int status = check_run(check);
	(void)json_object_put(check->eval);
	findings_done(&check->findings);
	buf_done(&check->text);
	return status;
}
