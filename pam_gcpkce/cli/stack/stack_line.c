/* SPDX-License-Identifier: ISC */
/*
 * What a line of pam.d says, as libpam reads it: a wrong line is not dropped,
 * it becomes one that refuses.
 */
#include <string.h>
#include <strings.h>

#include "stack_file.h"

const char *
stack_shown(struct buf *space, const char *word)
{
	buf_reset(space);
	shown_put_word(space, view_text(word));
	return buf_text(space);
}

static struct stack_line *
line_add(const struct file *file, enum stack_kind kind, enum stack_type type,
    const struct control *control)
{
	struct stack *stack = file->reading->stack;

	if (stack->count >= STACK_LINES_MAX) {
		if (!stack->unsure)
			FAULT(file, "write fewer",
			    "there are more lines than can be checked");
		stack->unsure = true;
		return NULL;
	}
	struct stack_line *line = stack_line_add(stack);
	if (line == NULL)
		return NULL;
	line->kind = kind;
	line->type = type;
	line->level = file->level;
	memcpy(line->actions, control->actions, sizeof(line->actions));
	line->where = strdup(file->where);
	line->module = strdup("");
	if (line->where == NULL || line->module == NULL)
		stack->failed = true;
	return line;
}

static void
broken_add(const struct file *file, enum stack_type type)
{
	struct control bad;

	control_fill(&bad, CONTROL_BAD);
	(void)line_add(file, STACK_BROKEN, type, &bad);
}

/* Take the rest of the line as the module's arguments. */
static bool
arguments_take(const struct file *file, struct stack_line *line, char *rest)
{
	size_t count = 0;
	bool open = false;

	/* no more words than half the bytes */
	line->arguments = calloc(strlen(rest) / 2 + 2, sizeof(char *));
	if (line->arguments == NULL)
		return false;
	for (char *word; (word = stack_word(&rest, &open)) != NULL; count++) {
		line->arguments[count] = strdup(word);
		if (line->arguments[count] == NULL)
			return false;
	}
	if (open)
		FAULT(file, "close the bracket",
		    "a '[' of the arguments has no ']'");
	return true;
}

static void
module_read(const struct file *file, enum stack_type type, bool known_type,
    const struct control *control, char *rest)
{
	struct stack *stack = file->reading->stack;
	autobuf space = BUF_INIT(SHOWN_SPACE);
	const char *module = stack_word(&rest, NULL);
	struct stack_line *line = line_add(file,
	    known_type && module != NULL ? STACK_MODULE : STACK_BROKEN, type,
	    control);

	if (line == NULL)
		return;
	if (module == NULL) {
		FAULT(file, "name one, or remove the line",
		    "the line names no module");
		return;
	}
	if (module[0] == '\0') {
		FAULT(file, "name one; libpam refuses the service",
		    "the name of the module is empty");
		stack->aborts = true;
	}
	if (line->kind != STACK_MODULE)
		return;
	/* no module has such a name, and every output shows it */
	if (strstr(stack_shown(&space, module), SHOWN_NOT) != NULL)
		module = buf_text(&space);
	free(line->module);
	line->module = strdup(module);
	if (line->module == NULL || !arguments_take(file, line, rest))
		stack->failed = true;
}

static enum load
inner_read(
    const struct file *file, enum stack_type type, bool deeper, char *rest)
{
	struct stack *stack = file->reading->stack;
	const char *name = stack_word(&rest, NULL);
	autobuf space = BUF_INIT(SHOWN_SPACE);

	if (name == NULL) {
		FAULT(file, "name one, or remove the line",
		    "the line names no file to include");
		return LOAD_MISSING;
	}
	autofree struct file *inner = calloc(1, sizeof(*inner));
	if (inner == NULL) {
		stack->failed = true;
		return LOAD_DONE;
	}
	inner->reading = file->reading;
	inner->outer = file;
	inner->depth = file->depth + 1;
	inner->level = file->level + (deeper ? 1 : 0);
	inner->wanted = type;
	enum load load = stack_file_load(inner, name);
	if (load == LOAD_MISSING && !stack->unsure)
		FAULT(file, "correct the name, or remove the line",
		    "there is no file to include: %s",
		    stack_shown(&space, name));
	return load;
}

/*
 * Read another file at this place.
 *
 * in:     type  TYPE_ANY for Debian's "@include" of all types
 */
static void
include_read(
    const struct file *file, enum stack_type type, bool deeper, char *rest)
{
	static const struct control none;
	struct stack *stack = file->reading->stack;

	if (deeper)
		(void)line_add(file, STACK_SUBSTACK, type, &none);
	if (inner_read(file, type, deeper, rest) == LOAD_DONE || stack->unsure)
		return;
	if (type == TYPE_ANY)
		stack->aborts = true;
	else
		broken_add(file, type);
}

/*
 * The type that a line begins with.
 *
 * gives:  false when it is invalid; libpam then uses the wanted one, or auth
 */
static bool
type_find(const struct file *file, const char *word, enum stack_type *ret)
{
	for (size_t i = 0; word != NULL && i < STACK_TYPES; i++) {
		if (strcasecmp(word, stack_type_name((enum stack_type)i)) ==
		    0) {
			*ret = (enum stack_type)i;
			return true;
		}
	}
	*ret = file->wanted != TYPE_ANY ? file->wanted : STACK_AUTH;
	return false;
}

void
stack_line_read(const struct file *file, char *rest)
{
	struct control control;
	struct errinfo why = {0};
	enum stack_type type;
	bool open = false;
	autobuf space = BUF_INIT(SHOWN_SPACE);

	const char *word = stack_word(&rest, NULL);
	if (word != NULL && word[0] == '-')
		word++;
	if (word != NULL && strcasecmp(word, "@include") == 0) {
		if (file->reading->dir == NULL &&
		    access("/etc/debian_version", F_OK) != 0)
			finding_add(file->reading->findings, FINDING_WARNING,
			    file->where,
			    "write include or substack, type by type",
			    "only Debian's libpam and those derived from it know @include");
		include_read(file, file->wanted, false, rest);
		return;
	}
	bool known = type_find(file, word, &type);
	if (!known)
		FAULT(file,
		    "write auth, account, session or password; libpam refuses "
		    "at such a line",
		    "not a type of line: %s",
		    stack_shown(&space, word != NULL ? word : ""));
	if (file->wanted != TYPE_ANY && type != file->wanted)
		return;
	word = stack_word(&rest, &open);
	if (word == NULL) {
		FAULT(file,
		    "write required, requisite, sufficient, optional, include, "
		    "substack or [result=action ...]",
		    "the line has no control");
		broken_add(file, type);
		return;
	}
	if (open)
		FAULT(file, "close the bracket",
		    "the '[' of the control has no ']'");
	if (!control_parse(word, &control, &why))
		FAULT(file,
		    "correct it; libpam takes every result as bad, even success",
		    "the control cannot be read: "
		    "%s",
		    why.text);
	if (control.kind == CONTROL_MODULE)
		module_read(file, type, known, &control, rest);
	else
		include_read(
		    file, type, control.kind == CONTROL_SUBSTACK, rest);
}
