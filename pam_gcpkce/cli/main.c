/* SPDX-License-Identifier: ISC */
/*
 * gcpkce: for administrators and developers.  One table of subcommands gives
 * the help, the choice and the prototypes.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

#define OPTIONS_MAX 16
#define OPTION_LETTERS "abcdefghijklmnopqrstuvwxyz-"

static const struct {
	const char *name;
	int (*run)(const struct options *);
	const char *arguments;
	const char *description;
} commands[] = {
#define X(name, arguments, description) \
	{#name, command_##name, arguments, description},
    COMMAND_TABLE(X)
#undef X
};
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void
help_print(FILE *to)
{
	(void)fprintf(to, "usage: gcpkce [--json] COMMAND [OPTION...]\n\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		(void)fprintf(to, "  gcpkce %s %s\n      %s\n",
		    commands[i].name, commands[i].arguments,
		    commands[i].description);
	(void)fprintf(to,
	    "\n  gcpkce --help, gcpkce --version\n\n"
	    "Exit status: 0 good, 1 bad, 2 wrong usage.  See gcpkce(1).\n");
}

int
command_usage(const char *why, const char *what)
{
	(void)fprintf(stderr, "gcpkce: %s%s; see gcpkce --help\n", why, what);
	return EXIT_USAGE;
}

/* The names of the options that were given, for the command to judge. */
struct given {
	const char *names[OPTIONS_MAX];
	size_t count;
};

/* Does the command's line in the table name the option? */
static bool
arguments_name(const char *arguments, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = arguments; (p = strstr(p, "--")) != NULL; p += 2) {
		if (strncmp(p + 2, name, len) == 0 &&
		    strspn(p + 2, OPTION_LETTERS) == len)
			return true;
	}
	return false;
}

static int
command_run(
    const char *name, const struct given *given, const struct options *options)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(commands[i].name, name) != 0)
			continue;
		for (size_t j = 0; j < given->count; j++) {
			if (!arguments_name(
				commands[i].arguments, given->names[j]))
				return command_usage(
				    "this command has no option --",
				    given->names[j]);
		}
		return commands[i].run(options);
	}
	return command_usage("there is no command ", name);
}

/* Take one option; false when it is wrong. */
static bool
option_take(int option, struct options *options)
{
	switch (option) {
	case 'j':
		options->json = true;
		return true;
	case 'p':
		options->print_token = true;
		return true;
	case 'e':
		options->export = true;
		return true;
	case 'i':
		options->ids = true;
		return true;
	case 'a':
		options->all_services = true;
		return true;
	case 'o':
		options->offline = true;
		return true;
	case 's':
		options->service = optarg;
		return true;
	case 'd':
		options->pam_dir = optarg;
		return true;
	case 'c':
		options->conf = optarg;
		return true;
	case 'u':
		options->user = optarg;
		return true;
	case 'v':
		options->verifier = optarg;
		return true;
	case 'C':
		options->challenge = optarg;
		return true;
	default:
		return false;
	}
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {
	    {"json", no_argument, NULL, 'j'},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {"print-token", no_argument, NULL, 'p'},
	    {"export", no_argument, NULL, 'e'},
	    {"ids", no_argument, NULL, 'i'},
	    {"all-services", no_argument, NULL, 'a'},
	    {"offline", no_argument, NULL, 'o'},
	    {"service", required_argument, NULL, 's'},
	    {"pam-dir", required_argument, NULL, 'd'},
	    {"conf", required_argument, NULL, 'c'},
	    {"user", required_argument, NULL, 'u'},
	    {"verifier", required_argument, NULL, 'v'},
	    {"challenge", required_argument, NULL, 'C'},
	    {NULL, 0, NULL, 0},
	};
	struct options options = {0};
	struct given given = {0};
	int option;
	int index;

	while ((option = getopt_long(argc, argv, "hV", longs, &index)) != -1) {
		if (option == 'h') {
			help_print(stdout);
			return EXIT_GOOD;
		}
		if (option == 'V') {
			(void)puts("gcpkce " GCPKCE_VERSION);
			return EXIT_GOOD;
		}
		if (!option_take(option, &options))
			return EXIT_USAGE;
		if (option == 'j')
			continue; /* every command's */
		if (given.count == OPTIONS_MAX)
			return command_usage("too many options", "");
		given.names[given.count++] = longs[index].name;
	}
	if (optind >= argc) {
		help_print(stderr);
		return EXIT_USAGE;
	}
	if (optind + 1 < argc)
		return command_usage(
		    "one command at a time, not also ", argv[optind + 1]);
	return command_run(argv[optind], &given, &options);
}
