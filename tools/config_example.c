/* SPDX-License-Identifier: ISC */
/*
 * The table of keys as text.  What an administrator copies and
 * what the manual lists cannot differ from what the parser reads.
 */
#include "config_example.h"

#include <stdio.h>
#include <string.h>

#include "config/config_value.h"

#define WIDTH 76

/* Append text as comment lines of at most WIDTH columns. */
static void
put_comment(struct buf *text, const char *words)
{
	size_t column = 0;

	while (*words != '\0') {
		size_t len = strcspn(words, " ");

		if (column == 0 || column + 1 + len > WIDTH) {
			buf_put_text(text, column == 0 ? "#" : "\n#");
			column = 1;
		}
		buf_put_byte(text, ' ');
		buf_put(text, words, len);
		column += 1 + len;
		words += len + strspn(words + len, " ");
	}
	buf_put_byte(text, '\n');
}

void
config_example_put(struct buf *text)
{
	size_t count;
	const struct config_key *keys = config_keys(&count);

	buf_put_text(text,
	    "# pam_gcpkce.conf: sign in to this host with Genesys Cloud.\n"
	    "#\n"
	    "# Each key is shown with its default; see pam_gcpkce.conf(5).\n"
	    "# Required: region (or login_url and api_url), client_id,\n"
	    "# redirect_uri, organization.\n");
	for (size_t i = 0; i < count; i++) {
		buf_put_byte(text, '\n');
		put_comment(text, keys[i].meaning);
		buf_printf(text, "#%s =%s%s\n", keys[i].name,
		    keys[i].def[0] != '\0' ? " " : "", keys[i].def);
	}
}

/* Append the text after a key of an earlier list, written by hand. */
static void
put_more(struct buf *text, const char *list, const char *key)
{
	char item[CONFIG_TEXT_CAP];

	(void)snprintf(item, sizeof(item), "\n.It Cm %s\n", key);
	const char *begin = strstr(list, item);
	if (begin == NULL)
		return;
	begin += strlen(item) - 1;
	const char *end = strstr(begin, "\n.El\n");
	const char *next = strstr(begin, "\n.It ");
	if (next != NULL && (end == NULL || next < end))
		end = next;
	const char *more = strstr(begin, "\n" CONFIG_EXAMPLE_MORE);
	if (end != NULL && more != NULL && more < end)
		buf_put(text, more + 1, (size_t)(end - more));
}

void
config_example_put_mdoc(const char *list, struct buf *text)
{
	size_t count;
	const struct config_key *keys = config_keys(&count);

	buf_put_text(text, ".Bl -tag -width Ds\n");
	for (size_t i = 0; i < count; i++) {
		buf_printf(text, ".It Cm %s\n%c%s.\n", keys[i].name,
		    keys[i].meaning[0] >= 'a' && keys[i].meaning[0] <= 'z'
			? keys[i].meaning[0] - 0x20
			: keys[i].meaning[0],
		    keys[i].meaning + 1);
		if (keys[i].def[0] != '\0')
			buf_printf(
			    text, "The default is\n.Ql %s .\n", keys[i].def);
		put_more(text, list, keys[i].name);
	}
	buf_put_text(text, ".El\n");
}
