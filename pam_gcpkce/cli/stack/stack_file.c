/* SPDX-License-Identifier: ISC */
/*
 * The files of pam.d, opened and read as libpam does.
 */
#include "stack_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "gcpkce/base/text.h"

#define LINE_BYTES (2 * LINES_MAX)

static const char *const directories[] = {"/etc/pam.d", "/usr/lib/pam.d"};

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

static void
flags_report(const struct file *file, const struct stack_line_flags *flags)
{
	if (flags->nul)
		FAULT(file, "write it again; libpam reads up to that byte",
		    "the line holds a NUL byte");
	if (flags->cr)
		FAULT(file,
		    "write the file with UNIX line ends; libpam takes the byte "
		    "as part of the last word",
		    "the line holds a carriage return");
	if (flags->long_)
		FAULT(file,
		    "shorten it; Linux-PAM 1.5 takes the rest as another line",
		    "the line is longer than 1022 bytes");
	if (flags->no_end)
		FAULT(file, "remove it; libpam refuses such a file",
		    "the file ends with a backslash");
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
			FAULT(file, "correct the file",
			    "the file cannot be read: "
			    "%s",
			    why.text);
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
		stack_line_read(file, (char *)text.p);
		if (stack->failed || stack->aborts)
			return LOAD_DONE;
	}
}

/* May this file be read here, or would it recurse without end? */
static bool
depth_check(const struct file *file)
{
	struct reading *reading = file->reading;
	autobuf space = BUF_INIT(SHOWN_SPACE);

	for (const struct file *up = file->outer; up != NULL; up = up->outer) {
		if (strcmp(up->path, file->path) != 0)
			continue;
		FAULT(file->outer,
		    "remove one of the lines; with include in place of "
		    "substack Linux-PAM 1.5 crashes, and the program with it",
		    "the file includes itself: %s",
		    stack_shown(&space, file->path));
		return false;
	}
	if (file->depth >= STACK_LEVELS) {
		FAULT(file->outer,
		    "include the inner ones directly; libpam refuses this",
		    "files are included in files, 16 deep or deeper");
		/* substacks in every version, plain includes in later ones */
		return file->depth == file->level;
	}
	if (++reading->files <= STACK_FILES_MAX &&
	    reading->stack->count < STACK_LINES_MAX)
		return true;
	if (!reading->stack->unsure)
		FAULT(file->outer, "include less",
		    "more files are included than can be checked");
	return false;
}

enum load
stack_file_load(struct file *file, const char *name)
{
	struct stack *stack = file->reading->stack;
	struct findings *f = file->reading->findings;
	autofd fd = file_open(file, name);
	bool denied = fd < 0 && errno == EACCES;
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return LOAD_MISSING;
	if (fd < 0) {
		finding_add(f, denied ? FINDING_NOTE : FINDING_FAULT,
		    file->path,
		    denied ? "run this as root to have it read"
			   : "put a readable file there",
		    "the file cannot be opened: %s", strerror(errno));
		stack->unsure = true;
		return LOAD_MISSING;
	}
	if (file->outer == NULL)
		stack->is_there = true;
	else if (!depth_check(file)) {
		stack->unsure = true;
		return LOAD_BROKEN;
	} else if (file->level >= STACK_LEVELS)
		return LOAD_BROKEN;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return lines_read(file, fd);
	finding_add(f, FINDING_FAULT, file->path, "put a file there",
	    "this is not a regular file");
	stack->unsure = true;
	return LOAD_BROKEN;
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
	if (stack_file_load(file, service) == LOAD_BROKEN && !stack->unsure)
		stack->aborts = true;
}
