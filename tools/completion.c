/* SPDX-License-Identifier: ISC */
/*
 * Writes what completes gcpkce in a shell, from the command's own tables.
 * "make texts" runs it; its results are kept.
 */
#include <stdio.h>
#include <string.h>

#include "pam_gcpkce/cli/command.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
	const char *name;
	const char *arguments;
	const char *description;
} commands[] = {
#define X(name, arguments, description) {#name, arguments, description},
    COMMAND_TABLE(X)
#undef X
};

static const struct known {
	const char *name;
	const char *value; /* "" for none */
	const char *meaning;
} options[] = {
#define FLAG(member, name, meaning) {name, "", meaning},
#define TEXT(member, name, value, meaning) {name, value, meaning},
    OPTION_TABLE(FLAG, TEXT)
#undef FLAG
#undef TEXT
};

/* Those of every command; version is of none. */
static bool
is_common(const struct known *option)
{
	return strcmp(option->name, "json") == 0 ||
	    strcmp(option->name, "help") == 0;
}

/* As in main.c: the options of a command are those that arguments names. */
static bool
takes(size_t command, const struct known *option)
{
	char word[40];
	int len = snprintf(word, sizeof(word), "--%s", option->name);

	for (const char *p = commands[command].arguments;
	     (p = strstr(p, word)) != NULL; p++) {
		if (strchr(" ]", p[len]) != NULL) /* or the end */
			return true;
	}
	return is_common(option);
}

static bool
takes_file(size_t command)
{
	return strstr(commands[command].arguments, "[FILE]") != NULL;
}

/* Within single quotes of any of these shells, and of zsh's specifications. */
static void
quoted_print(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			(void)fputs("'\\''", stdout);
		else if (strchr("[]:", *text) != NULL)
			(void)printf("\\%c", *text);
		else
			(void)putchar(*text);
	}
}

static void
head_print(const char *first)
{
	(void)printf("%s# SPDX-License-Identifier: ISC\n"
		     "# Completes gcpkce(1).  Made by \"make texts\" from the "
		     "table of its subcommands.\n\n",
	    first);
}

/* The names of the options whose values are of one kind, separated by '|'. */
static void
values_print(const char *value)
{
	const char *bar = "";

	for (size_t i = 0; i < COUNT(options); i++) {
		bool same = value != NULL ? !strcmp(options[i].value, value)
					  : options[i].value[0] != '\0' &&
			strcmp(options[i].value, "FILE") != 0 &&
			strcmp(options[i].value, "NAME") != 0;

		if (!same)
			continue;
		(void)printf("%s--%s", bar, options[i].name);
		bar = " | ";
	}
}

static void
bash_words_print(void)
{
	for (size_t i = 0; i < COUNT(commands); i++) {
		(void)printf("\t%s)\n\t\twords='", commands[i].name);
		for (size_t j = 0; j < COUNT(options); j++) {
			if (takes(i, &options[j]))
				(void)printf("--%s ", options[j].name);
		}
		(void)printf(
		    "'\n%s\t\t;;\n", takes_file(i) ? "\t\tfiles=1\n" : "");
	}
}

static void
bash_print(void)
{
	head_print("# shellcheck shell=bash\n");
	(void)fputs("_gcpkce()\n{\n"
		    "\tlocal cur=${COMP_WORDS[COMP_CWORD]}\n"
		    "\tlocal prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
		    "\tlocal command='' files='' words='' i\n\n"
		    "\tCOMPREPLY=()\n"
		    "\tcase $prev in\n\t",
	    stdout);
	values_print("FILE");
	(void)fputs(")\n\t\tcompopt -o filenames 2>/dev/null\n"
		    "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
		    "\t\treturn\n\t\t;;\n\t",
	    stdout);
	values_print("NAME");
	(void)fputs(")\n\t\tmapfile -t COMPREPLY < <(compgen -u -- \"$cur\")\n"
		    "\t\treturn\n\t\t;;\n\t",
	    stdout);
	values_print(NULL);
	(void)fputs(") return ;;\n\tesac\n"
		    "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
		    "\t\tcase ${COMP_WORDS[i]} in\n\t\t",
	    stdout);
	values_print("FILE");
	(void)fputs(" | ", stdout);
	values_print("NAME");
	(void)fputs(" | ", stdout);
	values_print(NULL);
	(void)fputs(") ((i++)) ;;\n"
		    "\t\t-*) ;;\n"
		    "\t\t*)\n\t\t\tcommand=${COMP_WORDS[i]}\n"
		    "\t\t\tbreak\n\t\t\t;;\n\t\tesac\n\tdone\n"
		    "\tcase $command in\n\t'')\n\t\twords='",
	    stdout);
	for (size_t i = 0; i < COUNT(commands); i++)
		(void)printf("%s ", commands[i].name);
	(void)fputs("--json --help --version'\n\t\t;;\n", stdout);
	bash_words_print();
	(void)fputs("\tesac\n"
		    "\tif [[ $files && $cur != -* ]]; then\n"
		    "\t\tcompopt -o filenames 2>/dev/null\n"
		    "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
		    "\telse\n"
		    "\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- "
		    "\"$cur\")\n"
		    "\tfi\n}\ncomplete -F _gcpkce gcpkce\n",
	    stdout);
}

static void
zsh_option_print(const struct known *option)
{
	(void)printf("\t\t\t'--%s[", option->name);
	quoted_print(option->meaning);
	(void)putchar(']');
	if (option->value[0] != '\0')
		(void)printf(":%s:%s", option->value,
		    !strcmp(option->value, "FILE")       ? "_files"
			: !strcmp(option->value, "NAME") ? "_users"
							 : " ");
	(void)puts("' \\");
}

static void
zsh_print(void)
{
	head_print("#compdef gcpkce\n");
	(void)fputs("_gcpkce()\n{\n\tlocal state line\n"
		    "\tlocal -a commands\n\n\tcommands=(\n",
	    stdout);
	for (size_t i = 0; i < COUNT(commands); i++) {
		(void)printf("\t\t'%s:", commands[i].name);
		quoted_print(commands[i].description);
		(void)puts("'");
	}
	(void)fputs("\t)\n\t_arguments -C \\\n", stdout);
	for (size_t i = 0; i < COUNT(options); i++) {
		if (is_common(&options[i]) ||
		    strcmp(options[i].name, "version") == 0)
			zsh_option_print(&options[i]);
	}
	(void)fputs("\t\t\t'1:command:->command' \\\n"
		    "\t\t\t'*::argument:->argument'\n"
		    "\tcase $state in\n"
		    "\tcommand) _describe -t commands 'gcpkce command' "
		    "commands ;;\n"
		    "\targument)\n\t\tcase $line[1] in\n",
	    stdout);
	for (size_t i = 0; i < COUNT(commands); i++) {
		(void)printf(
		    "\t\t%s)\n\t\t\t_arguments \\\n", commands[i].name);
		for (size_t j = 0; j < COUNT(options); j++) {
			if (takes(i, &options[j]))
				zsh_option_print(&options[j]);
		}
		(void)printf("\t\t\t%s\n\t\t\t;;\n",
		    takes_file(i) ? "'1:FILE:_files'" : "&& return");
	}
	(void)fputs("\t\tesac\n\t\t;;\n\tesac\n}\n\n_gcpkce \"$@\"\n", stdout);
}

/* As quoted_print, but a shell without specifications. */
static void
fish_description_print(const char *text)
{
	(void)fputs(" -d '", stdout);
	for (; *text != '\0'; text++)
		(void)printf(
		    "%s%c", strchr("'\\", *text) != NULL ? "\\" : "", *text);
	(void)puts("'");
}

static void
fish_print(void)
{
	head_print("");
	(void)puts("complete -c gcpkce -f");
	for (size_t i = 0; i < COUNT(commands); i++) {
		(void)printf(
		    "complete -c gcpkce -n __fish_use_subcommand -a %s",
		    commands[i].name);
		fish_description_print(commands[i].description);
		if (takes_file(i))
			(void)printf("complete -c gcpkce -n "
				     "'__fish_seen_subcommand_from %s' -F\n",
			    commands[i].name);
	}
	for (size_t j = 0; j < COUNT(options); j++) {
		const struct known *option = &options[j];
		bool common =
		    is_common(option) || strcmp(option->name, "version") == 0;

		(void)fputs("complete -c gcpkce", stdout);
		if (!common)
			(void)fputs(" -n '__fish_seen_subcommand_from", stdout);
		for (size_t i = 0; !common && i < COUNT(commands); i++) {
			if (takes(i, option))
				(void)printf(" %s", commands[i].name);
		}
		(void)printf("%s -l %s%s", common ? "" : "'", option->name,
		    option->value[0] == '\0'                 ? ""
			: strcmp(option->value, "FILE") == 0 ? " -r -F"
			: strcmp(option->value, "NAME") == 0
			? " -x -a '(__fish_complete_users)'"
			: " -x");
		fish_description_print(option->meaning);
	}
}

int
main(int argc, char **argv)
{
	const char *shell = argc == 2 ? argv[1] : "";

	if (strcmp(shell, "bash") == 0)
		bash_print();
	else if (strcmp(shell, "zsh") == 0)
		zsh_print();
	else if (strcmp(shell, "fish") == 0)
		fish_print();
	else
		(void)fputs("usage: completion bash|zsh|fish\n", stderr);
	return *shell == '\0' || ferror(stdout) ? 2 : 0;
}
