/* SPDX-License-Identifier: ISC */
/*
 * gcpkce: for administrators and developers.  One table of subcommands and one
 * of options give the help, the dispatch and the prototypes.
 */
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

#define OPTION_LETTERS "abcdefghijklmnopqrstuvwxyz-"
#define OPTION_FIRST 0x100 /* getopt_long's value for the first */

struct command {
	const char *name;
	int (*run)(const struct options *);
	const char *arguments;
	const char *description;
};

static const struct command commands[] = {
#define X(name, arguments, description) \
	{#name, command_##name, arguments, description},
    COMMAND_TABLE(X)
#undef X
};
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static const struct {
	const char *name;
	const char *value; /* NULL: it has none */
	const char *meaning;
	size_t place; /* in struct options */
} known[] = {
#define FLAG(member, name, meaning) \
	{name, NULL, meaning, offsetof(struct options, member)},
#define TEXT(member, name, value, meaning) \
	{name, value, meaning, offsetof(struct options, member)},
    OPTION_TABLE(FLAG, TEXT)
#undef FLAG
#undef TEXT
};
#define OPTION_COUNT (sizeof(known) / sizeof(known[0]))

/* Do the command's arguments name the option?  No hyphens in the name. */
static bool
command_takes(const char *arguments, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = arguments; (p = strstr(p, "--")) != NULL; p += 2) {
		if (strncmp(p + 2, name, len) == 0 &&
		    strspn(p + 2, OPTION_LETTERS) == len)
			return true;
	}
	return false;
}

static void
synopsis_print(FILE *to, const struct command *command)
{
	(void)fprintf(to, "  gcpkce %s %s\n      %s\n", command->name,
	    command->arguments, command->description);
}

static void
help_print(FILE *to)
{
	(void)fprintf(to, "usage: gcpkce [--json] COMMAND [OPTION...]\n\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		synopsis_print(to, &commands[i]);
	(void)fprintf(to,
	    "\n  gcpkce --help, gcpkce --version, gcpkce COMMAND --help\n\n"
	    "Exit status: 0 good, 1 bad, 2 wrong usage.  See gcpkce(1).\n");
}

static void
command_help_print(const struct command *command)
{
	(void)puts("usage:");
	synopsis_print(stdout, command);
	(void)putchar('\n');
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		char option[40];

		if (!command_takes(command->arguments, known[i].name) &&
		    strcmp(known[i].name, "json") != 0)
			continue;
		(void)snprintf(option, sizeof(option), "--%s %s", known[i].name,
		    known[i].value != NULL ? known[i].value : "");
		(void)printf("  %-18s %s\n", option, known[i].meaning);
	}
}

int
command_usage(const char *why, const char *what)
{
	(void)fprintf(stderr, "gcpkce: %s%s; see gcpkce --help\n", why, what);
	return EXIT_USAGE;
}

/* Run a command, if it accepts the options given. */
static int
command_run(const struct command *command, const bool given[OPTION_COUNT],
    const struct options *options)
{
	if (options->help) {
		command_help_print(command);
		return EXIT_GOOD;
	}
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (given[i] && strcmp(known[i].name, "json") != 0 &&
		    !command_takes(command->arguments, known[i].name))
			return command_usage(
			    "unknown option --", known[i].name);
	}
	if (options->file != NULL &&
	    strstr(command->arguments, "[FILE]") == NULL)
		return command_usage("more than one command: ", options->file);
	return command->run(options);
}

static void
option_take(size_t i, struct options *options)
{
	void *place = (char *)options + known[i].place;

	if (known[i].value != NULL)
		*(const char **)place = optarg;
	else
		*(bool *)place = true;
}

/* Parse all options; false when one is wrong, which getopt has reported. */
static bool
options_take(
    int argc, char **argv, bool given[OPTION_COUNT], struct options *options)
{
	struct option longs[OPTION_COUNT + 1] = {0};
	int option;

	for (size_t i = 0; i < OPTION_COUNT; i++)
		longs[i] = (struct option){
		    .name = known[i].name,
		    .has_arg = known[i].value != NULL ? required_argument
						      : no_argument,
		    .val = OPTION_FIRST + (int)i,
		};
	while ((option = getopt_long(argc, argv, "hV", longs, NULL)) != -1) {
		if (option == '?')
			return false;
		if (option == 'h') {
			options->help = true;
		} else if (option == 'V') {
			options->version = true;
		} else {
			given[option - OPTION_FIRST] = true;
			option_take((size_t)(option - OPTION_FIRST), options);
		}
	}
	return true;
}

int
main(int argc, char **argv)
{
	struct options options = {0};
	bool given[OPTION_COUNT] = {false};

	command_gather();
	if (!options_take(argc, argv, given, &options))
		return EXIT_USAGE;
	if (options.version) {
		(void)puts("gcpkce " GCPKCE_VERSION);
		return EXIT_GOOD;
	}
	if (optind >= argc) {
		help_print(options.help ? stdout : stderr);
		return options.help ? EXIT_GOOD : EXIT_USAGE;
	}
	if (optind + 2 < argc)
		return command_usage("too many arguments: ", argv[optind + 2]);
	options.file = argv[optind + 1]; /* NULL after the last */
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(commands[i].name, argv[optind]) == 0)
			return command_run(&commands[i], given, &options);
	}
	return command_usage("unknown command ", argv[optind]);
}
