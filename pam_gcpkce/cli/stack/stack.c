/* SPDX-License-Identifier: ISC */
/*
 * A stack in memory, and the services it is made of.
 */
#include "stack.h"

#include <stdio.h>
#include <string.h>

#include "gcpkce/base/text.h"

static const char *const type_names[STACK_TYPES] = {
    [STACK_AUTH] = "auth",
    [STACK_ACCOUNT] = "account",
    [STACK_SESSION] = "session",
    [STACK_PASSWORD] = "password",
};

const char *
stack_type_name(enum stack_type type)
{
	return type_names[type];
}

bool
stack_service_is_valid(const char *service)
{
	size_t len = strlen(service);

	return len > 0 && len < 256 && service[0] != '.' &&
	    strchr(service, '/') == NULL;
}

void
stack_service_copy(const char *name, char ret[static STACK_SERVICE_MAX])
{
	(void)snprintf(ret, STACK_SERVICE_MAX, "%s", name);
	for (char *p = ret; *p != '\0'; p++)
		*p = (char)text_lower((uint8_t)*p);
}

static void
line_free(struct stack_line *line)
{
	for (char **p = line->arguments; p != NULL && *p != NULL; p++)
		free(*p);
	free(line->arguments);
	free(line->where);
	free(line->module);
}

void
stack_done(struct stack *stack)
{
	for (size_t i = 0; i < stack->count; i++)
		line_free(&stack->lines[i]);
	free(stack->lines);
	*stack = (struct stack){0};
}

struct stack_line *
stack_line_add(struct stack *stack)
{
	struct stack_line *lines = stack->failed
	    ? NULL
	    : reallocarray(stack->lines, stack->count + 1, sizeof(*lines));

	if (lines == NULL) {
		stack->failed = true;
		return NULL;
	}
	stack->lines = lines;
	struct stack_line *line = &stack->lines[stack->count++];
	*line = (struct stack_line){0};
	return line;
}

static bool
has_type(const struct stack *stack, enum stack_type type)
{
	for (size_t i = 0; i < stack->count; i++) {
		if (stack->lines[i].type == type)
			return true;
	}
	return false;
}

/* Move those lines of "other" here whose type the service lacks. */
static void
other_take(struct stack *stack, struct stack *other)
{
	bool lacks[STACK_TYPES];

	for (size_t i = 0; i < STACK_TYPES; i++)
		lacks[i] = !has_type(stack, (enum stack_type)i);
	for (size_t i = 0; i < other->count; i++) {
		struct stack_line *line;

		if (!lacks[other->lines[i].type] ||
		    (line = stack_line_add(stack)) == NULL)
			continue;
		*line = other->lines[i];
		other->lines[i] = (struct stack_line){0};
	}
}

void
stack_read(const char *dir, const char *service, struct stack *ret,
    struct findings *findings)
{
	autostack other = {0};
	bool whole = true;

	*ret = (struct stack){.service = service};
	stack_file_read(dir, service, ret, findings);
	if (ret->aborts || ret->failed)
		return;
	for (size_t i = 0; i < STACK_TYPES; i++)
		whole = whole && has_type(ret, (enum stack_type)i);
	stack_file_read(dir, "other", &other, whole ? NULL : findings);
	ret->failed = ret->failed || other.failed;
	ret->unsure = ret->unsure || (!whole && other.unsure);
	ret->aborts = other.aborts || (!ret->is_there && !other.is_there);
	if (other.aborts)
		finding_add(findings, FINDING_FAULT, "other",
		    "fix that file: libpam reads it for every service",
		    "the file \"other\" breaks every service");
	if (!ret->is_there)
		finding_add(findings, FINDING_WARNING, service,
		    "use the name that the program passes to PAM; see its "
		    "manual",
		    "there is no file with this name: libpam uses \"other\"");
	other_take(ret, &other);
}

int
stack_argc(const struct stack_line *line)
{
	int count = 0;

	while (line->arguments != NULL && line->arguments[count] != NULL)
		count++;
	return count;
}

bool
stack_line_is(const struct stack_line *line, const char *name)
{
	const char *slash = strrchr(line->module, '/');
	const char *base = slash != NULL ? slash + 1 : line->module;
	size_t len = strlen(name);

	return line->kind == STACK_MODULE && strncmp(base, name, len) == 0 &&
	    (base[len] == '\0' || strcmp(base + len, ".so") == 0);
}

bool
stack_line_is_ours(const struct stack_line *line)
{
	return stack_line_is(line, "pam_gcpkce");
}

bool
stack_line_is_other(const struct stack_line *line)
{
	return line->type == STACK_AUTH && line->kind == STACK_MODULE &&
	    !stack_line_is_ours(line);
}

const struct stack_line *
stack_ours(const struct stack *stack, enum stack_type type)
{
	for (size_t i = 0; i < stack->count; i++) {
		if ((type == STACK_TYPES || stack->lines[i].type == type) &&
		    stack_line_is_ours(&stack->lines[i]))
			return &stack->lines[i];
	}
	return NULL;
}

const char *
stack_argument(const struct stack_line *line, const char *text, bool begins)
{
	size_t len = strlen(text);

	for (char **p = line->arguments; p != NULL && *p != NULL; p++) {
		if (strncmp(*p, text, len) == 0 &&
		    (begins || (*p)[len] == '\0'))
			return *p;
	}
	return NULL;
}
