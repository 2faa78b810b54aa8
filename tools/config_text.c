/* SPDX-License-Identifier: ISC */
/*
 * Prints the texts that come from the table of keys: the example file, or a
 * manual page with its list of keys renewed.
 *
 *   config-text example
 *   config-text manual PAGE
 */
#include <stdio.h>
#include <string.h>

#include "config_example.h"

#define BEGIN ".\\\" keys begin\n"
#define END ".\\\" keys end\n"
#define PAGE_MAX (1024 * 1024)

static int
print(const struct buf *text)
{
	if (buf_check(text) != OUTCOME_OK)
		return 1;
	return fwrite(text->p, 1, text->len, stdout) == text->len ? 0 : 1;
}

static int
manual_print(const char *path)
{
	autobuf page = BUF_INIT(PAGE_MAX);
	autobuf renewed = BUF_INIT(PAGE_MAX);
	FILE *file = fopen(path, "r");
	char block[4096];
	size_t got;

	if (file == NULL) {
		perror(path);
		return 1;
	}
	while ((got = fread(block, 1, sizeof(block), file)) > 0)
		buf_put(&page, block, got);
	(void)fclose(file);

	const char *text = buf_text(&page);
	const char *begin = strstr(text, BEGIN);
	const char *end = strstr(text, END);
	if (begin == NULL || end == NULL || end < begin) {
		(void)fprintf(stderr,
		    "%s: the lines around the keys are "
		    "missing\n",
		    path);
		return 1;
	}
	begin += strlen(BEGIN);
	buf_put(&renewed, text, (size_t)(begin - text));
	config_example_put_mdoc(begin, &renewed);
	buf_put_text(&renewed, end);
	return print(&renewed);
}

int
main(int argc, char **argv)
{
	autobuf text = BUF_INIT(PAGE_MAX);

	if (argc == 3 && strcmp(argv[1], "manual") == 0)
		return manual_print(argv[2]);
	if (argc != 2 || strcmp(argv[1], "example") != 0) {
		(void)fprintf(
		    stderr, "usage: config-text example | manual PAGE\n");
		return 2;
	}
	config_example_put(&text);
	return print(&text);
}
