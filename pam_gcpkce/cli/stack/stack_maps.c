/* SPDX-License-Identifier: ISC */
/*
 * Map files that the stacks of both providers read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gcpkce/config/map.h"
#include "stack_check.h"

static struct check_map_use *
use_of(struct check *check, const char *path)
{
	struct check_map_use *use = check->maps;

	while (
	    use < check->maps + check->maps_len && strcmp(use->path, path) != 0)
		use++;
	if (use == check->maps + CHECK_MAPS_MAX)
		return NULL;
	if (use == check->maps + check->maps_len) {
		check->maps_len++;
		(void)snprintf(use->path, sizeof(use->path), "%s", path);
	}
	return use;
}

void
stack_maps_note(
    struct check *check, const char *service, const struct stack *stack)
{
	autofree struct config *config = calloc(1, sizeof(*config));

	(void)service;
	if (config == NULL) {
		check->findings.failed = true;
		return;
	}
	for (size_t i = 0; i < stack->count; i++) {
		const struct stack_line *line = &stack->lines[i];

		if (line->type != STACK_AUTH || !stack_line_is_ours(line) ||
		    !check_config_load(check->options, stack_argc(line),
			line->arguments, line->where, NULL, config) ||
		    !config_uses_method(config, METHOD_FILE))
			continue;
		struct check_map_use *use = use_of(check, config->map_file);
		if (use != NULL)
			use->by[config->provider] = true;
	}
}

struct unqualified {
	unsigned long first;
	size_t count;
};

static bool
line_note(void *arg, unsigned long number, struct view account,
    const struct map_entry *entry, const struct errinfo *fault)
{
	struct unqualified *u = arg;

	(void)account;
	(void)fault;
	if (entry->unqualified && u->count++ == 0)
		u->first = number;
	return true;
}

void
stack_maps_check(struct check *check)
{
	char where[CONFIG_TEXT_CAP + 32];

	for (size_t i = 0; i < check->maps_len; i++) {
		const struct check_map_use *use = &check->maps[i];
		struct unqualified u = {0};
		struct errinfo why;

		/* what cannot be read is a fault of the files section */
		if (!use->by[PROVIDER_GENESYS] || !use->by[PROVIDER_CXONE] ||
		    map_walk(use->path, PROVIDER_GENESYS, line_note, &u,
			&why) != OUTCOME_OK ||
		    u.count == 0)
			continue;
		(void)snprintf(
		    where, sizeof(where), "%s:%lu", use->path, u.first);
		finding_add(&check->findings, FINDING_FAULT, where,
		    "write genesys: or cxone: before each identity, or give "
		    "each provider a map_file of its own",
		    "stacks of both providers read this file, and %zu of its "
		    "lines name%s no provider: such an identity counts for the "
		    "users of either",
		    u.count, u.count == 1 ? "s" : "");
	}
}
