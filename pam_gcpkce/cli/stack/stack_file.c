/* SPDX-License-Identifier: ISC */
/*
 * The files of pam.d, read as libpam reads them: a wrong line is not dropped,
 * it becomes one that refuses.
 */
#include "stack.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "gcpkce/base/text.h"
#include "gcpkce/config/shown.h"
#include "stack_text.h"

#define TYPE_ANY STACK_TYPES
#define LINE_BYTES (2 * LINES_MAX)
#define WHERE_MAX (PATH_MAX + 32)

static const char *const directories[] = {"/etc/pam.d", "/usr/lib/pam.d"};

/* What all files of one service share. */
struct reading {
	const char *dir;
	struct stack *stack;
	struct findings *findings;
	unsigned files;
};

/* One file, and the file whose line named it. */
struct file {
	struct reading *reading;
	const struct file *outer;
	char path[PATH_MAX];
	char where[WHERE_MAX]; /* of the line that is being read */
	unsigned depth;
	unsigned level;
	enum stack_type wanted;
};

enum load { LOAD_DONE, LOAD_MISSING, LOAD_BROKEN };

static enum load file_load(struct file *file, const char *name);

/* A word of a file, which may be a stray argument. */
static const char *
shown(struct buf *space, const char *word)
{
	buf_reset(space);
	shown_put_word(space, view_text(word));
	return buf_text(space);
}

/* What is wrong with the present line. */
static void
fault_add(const struct file *file, const char *what, const char *text,
    const char *fix)
{
	autobuf space = BUF_INIT(4096);

	finding_add(file->reading->findings, FINDING_FAULT, file->where, fix,
	    "%s%s", what, text != NULL ? shown(&space, text) : "");
}

/* The same, with a sentence that says why. */
static void
fault_add_why(const struct file *file, const char *what,
    const struct errinfo *why, const char *fix)
{
	finding_add(file->reading->findings, FINDING_FAULT, file->where, fix,
	    "%s%s", what, why->text);
}

/* Open the file of a name where libpam would look; its path is filled in. */
static int
file_open(struct file *file, const char *name)
{
	const char *dir = file->reading->dir;
	size_t count = dir != NULL || name[0] == '/' ? 1 : 2;
	int fd = -1;

	for (size_t i = 0; i < count && fd < 0; i++) {
		const char *base = dir != NULL ? dir : directories[i];
		int need = name[0] == '/'
		    ? snprintf(file->path, sizeof(file->path), "%s", name)
		    : snprintf(
			  file->path, sizeof(file->path), "%s/%s", base, name);

		if (need < 0 || (size_t)need >= sizeof(file->path)) {
			errno = ENAMETOOLONG;
			return -1;
		}
		/* opening a FIFO must not block */
		fd = open(
		    file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (fd < 0 && errno != ENOENT)
			return -1;
		if (fd >= 0 && i == 1 && file->outer != NULL)
			finding_add(file->reading->findings, FINDING_WARNING,
			    file->outer->where, "copy the file to /etc/pam.d",
			    "%s is in %s alone, where Linux-PAM 1.5 does not "
			    "look for an included file",
			    name, directories[1]);
	}
	return fd;
}

static struct stack_line *
line_add(const struct file *file, enum stack_kind kind, enum stack_type type)
{
	struct stack *stack = file->reading->stack;

	if (stack->count >= STACK_LINES_MAX) {
		if (!stack->unsure)
			fault_add(file,
			    "there are more lines than can be checked", NULL,
			    "write fewer");
		stack->unsure = true;
		return NULL;
	}
	struct stack_line *line = stack_line_add(stack);
	if (line == NULL)
		return NULL;
	line->kind = kind;
	line->type = type;
	line->level = file->level;
	line->where = strdup(file->where);
	line->module = strdup("");
	if (line->where == NULL || line->module == NULL)
		stack->failed = true;
	return line;
}

static void
broken_add(const struct file *file, enum stack_type type, int action)
{
	struct control control;
	struct stack_line *line = line_add(file, STACK_BROKEN, type);

	control_fill(&control, action);
	if (line != NULL)
		memcpy(line->actions, control.actions, sizeof(line->actions));
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
		fault_add(file, "a '[' of the arguments has no ']'", NULL,
		    "close the bracket");
	return true;
}

static void
module_read(const struct file *file, enum stack_type type, bool known_type,
    const struct control *control, char *rest)
{
	struct stack *stack = file->reading->stack;
	autobuf space = BUF_INIT(4096);
	const char *module = stack_word(&rest, NULL);
	struct stack_line *line = line_add(file,
	    known_type && module != NULL ? STACK_MODULE : STACK_BROKEN, type);

	if (line == NULL)
		return;
	memcpy(line->actions, control->actions, sizeof(line->actions));
	if (module == NULL) {
		fault_add(file, "the line names no module", NULL,
		    "name one, or remove the line");
		return;
	}
	if (module[0] == '\0') {
		fault_add(file, "the name of the module is empty", NULL,
		    "name one; libpam refuses the service");
		stack->aborts = true;
	}
	if (line->kind != STACK_MODULE)
		return;
	/* no module has such a name, and every output shows it */
	if (strstr(shown(&space, module), SHOWN_NOT) != NULL)
		module = buf_text(&space);
	free(line->module);
	line->module = strdup(module);
	if (line->module == NULL || !arguments_take(file, line, rest))
		stack->failed = true;
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
	struct stack *stack = file->reading->stack;
	const char *name = stack_word(&rest, NULL);
	enum load load = LOAD_MISSING;

	if (deeper)
		(void)line_add(file, STACK_SUBSTACK, type);
	if (name == NULL) {
		fault_add(file, "the line names no file to include", NULL,
		    "name one, or remove the line");
	} else {
		autofree struct file *inner = calloc(1, sizeof(*inner));

		if (inner == NULL) {
			stack->failed = true;
			return;
		}
		inner->reading = file->reading;
		inner->outer = file;
		inner->depth = file->depth + 1;
		inner->level = file->level + (deeper ? 1 : 0);
		inner->wanted = type;
		load = file_load(inner, name);
		if (load == LOAD_MISSING && !stack->unsure)
			fault_add(file, "there is no file to include: ", name,
			    "correct the name, or remove the line");
	}
	if (load == LOAD_DONE || stack->unsure)
		return;
	if (type == TYPE_ANY)
		stack->aborts = true;
	else
		broken_add(file, type, CONTROL_BAD);
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

static void
include_all_read(const struct file *file, char *rest)
{
	if (file->reading->dir == NULL &&
	    access("/etc/debian_version", F_OK) != 0)
		finding_add(file->reading->findings, FINDING_WARNING,
		    file->where, "write include or substack, type by type",
		    "only Debian's libpam and those derived from it know "
		    "@include");
	include_read(file, file->wanted, false, rest);
}

/* Read one logical line. */
static void
line_read(const struct file *file, char *rest)
{
	struct control control;
	struct errinfo why = {0};
	enum stack_type type;
	bool open = false;

	const char *word = stack_word(&rest, NULL);
	if (word != NULL && word[0] == '-')
		word++;
	if (word != NULL && strcasecmp(word, "@include") == 0) {
		include_all_read(file, rest);
		return;
	}
	bool known = type_find(file, word, &type);
	if (!known)
		fault_add(file,
		    "not a type of line: ", word != NULL ? word : "",
		    "write auth, account, session or password; libpam refuses "
		    "at such a line");
	if (file->wanted != TYPE_ANY && type != file->wanted)
		return;
	word = stack_word(&rest, &open);
	if (word == NULL) {
		fault_add(file, "the line has no control", NULL,
		    "write required, requisite, sufficient, optional, include, "
		    "substack or [result=action ...]");
		broken_add(file, type, CONTROL_BAD);
		return;
	}
	if (open)
		fault_add(file, "the '[' of the control has no ']'", NULL,
		    "close the bracket");
	if (!control_parse(word, &control, &why))
		fault_add_why(file, "the control cannot be read: ", &why,
		    "correct it; libpam takes every result as bad, even "
		    "success");
	if (control.kind == CONTROL_MODULE)
		module_read(file, type, known, &control, rest);
	else
		include_read(
		    file, type, control.kind == CONTROL_SUBSTACK, rest);
}

static void
flags_report(const struct file *file, const struct stack_line_flags *flags)
{
	if (flags->nul)
		fault_add(file, "the line holds a NUL byte", NULL,
		    "write it again; libpam reads up to that byte");
	if (flags->cr)
		fault_add(file, "the line holds a carriage return", NULL,
		    "write the file with UNIX line ends; libpam takes the byte "
		    "as part of the last word");
	if (flags->long_)
		fault_add(file, "the line is longer than 1022 bytes", NULL,
		    "shorten it; Linux-PAM 1.5 takes the rest as another line");
	if (flags->no_end)
		fault_add(file, "the file ends with a backslash", NULL,
		    "remove it; libpam refuses such a file");
}

static enum load
lines_read(struct file *file, int fd)
{
	struct stack *stack = file->reading->stack;
	autolines lines = {.fd = fd, .path = file->path};
	autobuf text = BUF_INIT(LINE_BYTES);
	struct errinfo why = {0};

	for (;;) {
		struct stack_line_flags flags;
		unsigned long number = 0;
		enum outcome r =
		    stack_line_next(&lines, &text, &number, &flags, &why);

		(void)snprintf(file->where, sizeof(file->where), "%s:%lu",
		    file->path, number > 0 ? number : lines.number + 1);
		if (r != OUTCOME_OK) {
			fault_add_why(file, "the file cannot be read: ", &why,
			    "correct the file");
			stack->unsure = true;
			return LOAD_BROKEN;
		}
		if (text.len == 0)
			return LOAD_DONE;
		flags_report(file, &flags);
		if (flags.long_)
			stack->unsure = true;
		if (flags.no_end)
			return LOAD_BROKEN;
		line_read(file, (char *)text.p);
		if (stack->failed || stack->aborts)
			return LOAD_DONE;
	}
}

/* May this file be read here, or would it recurse without end? */
static bool
depth_check(const struct file *file)
{
	struct reading *reading = file->reading;

	for (const struct file *up = file->outer; up != NULL; up = up->outer) {
		if (strcmp(up->path, file->path) != 0)
			continue;
		fault_add(file->outer, "the file includes itself: ", file->path,
		    "remove one of the lines; with include in place of "
		    "substack Linux-PAM 1.5 crashes, and the program with it");
		return false;
	}
	if (file->depth >= STACK_LEVELS) {
		fault_add(file->outer,
		    "files are included in files, 16 deep or deeper", NULL,
		    "include the inner ones directly; libpam refuses this");
		/* substacks in every version, plain includes in later ones */
		return file->depth == file->level;
	}
	if (++reading->files <= STACK_FILES_MAX &&
	    reading->stack->count < STACK_LINES_MAX)
		return true;
	if (!reading->stack->unsure)
		fault_add(file->outer,
		    "more files are included than can be checked", NULL,
		    "include less");
	return false;
}

static enum load
kind_check(const struct file *file, int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return LOAD_DONE;
	finding_add(file->reading->findings, FINDING_FAULT, file->path,
	    "put a file there", "this is not a regular file");
	file->reading->stack->unsure = true;
	return LOAD_BROKEN;
}

/* Read a file by its name into the stack. */
static enum load
file_load(struct file *file, const char *name)
{
	struct stack *stack = file->reading->stack;
	autofd fd = file_open(file, name);

	if (fd < 0 && errno != ENOENT) {
		finding_add(file->reading->findings,
		    errno == EACCES ? FINDING_NOTE : FINDING_FAULT, file->path,
		    errno == EACCES ? "run this as root to have it read"
				    : "put a readable file there",
		    "the file cannot be opened: %s", strerror(errno));
		stack->unsure = true;
	}
	if (fd < 0)
		return LOAD_MISSING;
	if (file->outer == NULL)
		stack->is_there = true;
	else if (!depth_check(file)) {
		stack->unsure = true;
		return LOAD_BROKEN;
	} else if (file->level >= STACK_LEVELS)
		return LOAD_BROKEN;
	if (kind_check(file, fd) != LOAD_DONE)
		return LOAD_BROKEN;
	return lines_read(file, fd);
}

void
stack_file_read(const char *dir, const char *service, struct stack *stack,
    struct findings *findings)
{
	struct reading reading = {
	    .dir = dir, .stack = stack, .findings = findings};
	autofree struct file *file = calloc(1, sizeof(*file));

	if (file == NULL) {
		stack->failed = true;
		return;
	}
	file->reading = &reading;
	file->wanted = TYPE_ANY;
	if (file_load(file, service) == LOAD_BROKEN && !stack->unsure)
		stack->aborts = true;
}
