/* SPDX-License-Identifier: ISC */
/*
 * Two programs.  The first refuses with an errno and allows everything else: C
 * libraries differ in what they call, and survive a refusal.  The second, for
 * sandbox=strict, kills at every call that is not on its list.  Where both are
 * loaded the kernel applies the stricter result.
 *
 * Calls are named by text, so a machine without one skips it.  Calls that an
 * old libseccomp may not know are given by number.
 */
#include "seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "syscalls.h"

enum { DENIALS, ALLOWANCES, PROGRAMS };

/* The kernel's maximum size; unused entries cost no memory. */
static struct sock_filter code[PROGRAMS][BPF_MAXINSNS];
static struct sock_fprog programs[PROGRAMS] = {
    [DENIALS] = {.filter = code[DENIALS]},
    [ALLOWANCES] = {.filter = code[ALLOWANCES]},
};

/*
 * Before the denials: a call newer than this table gets ENOSYS, as on an older
 * kernel, and libc uses its predecessor.  libseccomp cannot express a range.
 * Higher numbers are ARM's own calls and x32's.
 */
#define NUMBERS_END 0x10000
static const struct sock_filter newer_refused[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, CALLS_NEWEST, 0, 2),
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, NUMBERS_END, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
};

/* A call's number; below 0: libseccomp's pseudo number for one missing here. */
static int
call_number(const char *name)
{
	int call = seccomp_syscall_resolve_name(name);

	if (call != __NR_SCMP_ERROR)
		return call;
	for (const struct call_recent *r = calls_recent; r->name != NULL; r++) {
		if (strcmp(r->name, name) == 0)
			return r->number;
	}
	return __NR_SCMP_ERROR;
}

/* Add a rule, unless this machine has no such call. */
static int
rule_add(scmp_filter_ctx ctx, const char *name, uint32_t action,
    const struct scmp_arg_cmp *arguments, unsigned count)
{
	int call = call_number(name);

	if (call == __NR_SCMP_ERROR)
		return 0;
	int r = seccomp_rule_add_array(ctx, action, call, count, arguments);
	/* -EDOM: not on this machine */
	return r == -EDOM ? 0 : -r;
}

/* Add the same rule for each of a list's calls. */
static int
list_add(scmp_filter_ctx ctx, const char *const *names, uint32_t action)
{
	int error = 0;

	for (; error == 0 && *names != NULL; names++)
		error = rule_add(ctx, *names, action, NULL, 0);
	return error;
}

static int
judged_add(scmp_filter_ctx ctx, const struct call_rule *rules)
{
	int error = 0;

	for (; error == 0 && rules->name != NULL; rules++)
		error = rule_add(ctx, rules->name, SCMP_ACT_ERRNO(rules->error),
		    rules->arguments, rules->count);
	return error;
}

static int
denials_add(scmp_filter_ctx ctx, bool listens)
{
	int error = list_add(ctx, calls_denied, SCMP_ACT_ERRNO(EPERM));

	if (error == 0)
		error = judged_add(ctx, calls_judged);
	if (error == 0)
		error = listens
		    ? judged_add(ctx, calls_judged_listening)
		    : list_add(ctx, calls_deaf, SCMP_ACT_ERRNO(EPERM));
	return error;
}

static int
allowances_add(scmp_filter_ctx ctx, bool listens)
{
	int error = list_add(ctx, calls_allowed, SCMP_ACT_ALLOW);

	if (error == 0)
		error = list_add(ctx, calls_refused, SCMP_ACT_ERRNO(EACCES));
	if (error == 0)
		error = listens
		    ? list_add(ctx, calls_allowed_listening, SCMP_ACT_ALLOW)
		    : list_add(ctx, calls_deaf, SCMP_ACT_ERRNO(EPERM));
	return error;
}

/* The parts of a program. */
struct recipe {
	const struct sock_filter *head; /* precedes libseccomp's part */
	size_t head_len;
	uint32_t otherwise;
	int (*rules_add)(scmp_filter_ctx, bool listens);
};

static const struct recipe recipes[PROGRAMS] = {
    [DENIALS] = {newer_refused,
	sizeof(newer_refused) / sizeof(newer_refused[0]), SCMP_ACT_ALLOW,
	denials_add},
    [ALLOWANCES] = {NULL, 0, SCMP_ACT_KILL_PROCESS, allowances_add},
};

/*
 * Export the program from libseccomp, which would otherwise build it again to
 * load it.
 */
static int
program_take(
    scmp_filter_ctx ctx, const struct recipe *recipe, struct sock_fprog *ret)
{
	size_t head_size = recipe->head_len * sizeof(code[0][0]);
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return errno;
	autofd out = ends[0];
	autofd in = ends[1];
	int error = -seccomp_export_bpf(ctx, in);
	if (error != 0)
		return error;
	ssize_t got = read(
	    out, ret->filter + recipe->head_len, sizeof(code[0]) - head_size);
	if (got <= 0 || (size_t)got % sizeof(code[0][0]) != 0)
		return EIO;
	if (head_size > 0)
		(void)memcpy(ret->filter, recipe->head, head_size);
	ret->len =
	    (unsigned short)((head_size + (size_t)got) / sizeof(code[0][0]));
	return 0;
}

static int
program_make(const struct recipe *recipe, bool listens, struct sock_fprog *ret)
{
	scmp_filter_ctx ctx = seccomp_init(recipe->otherwise);

	if (ctx == NULL)
		return ENOMEM;
	/* a search tree: a call costs ten steps, not a hundred */
	(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	/* the calls of another architecture, as i386's on x86-64 */
	int error = -seccomp_attr_set(
	    ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (error == 0)
		error = recipe->rules_add(ctx, listens);
	if (error == 0)
		error = program_take(ctx, recipe, ret);
	seccomp_release(ctx);
	return error;
}

bool
filter_is_possible(void)
{
	uint32_t action = SECCOMP_RET_KILL_PROCESS;

	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

int
filter_prepare(bool strict, bool listens)
{
	int error = 0;

	for (int i = DENIALS; i <= (strict ? ALLOWANCES : DENIALS); i++) {
		if (error == 0 && programs[i].len == 0)
			error =
			    program_make(&recipes[i], listens, &programs[i]);
	}
	return error;
}

int
filter_load(bool strict, bool listens)
{
	int error = filter_prepare(strict, listens);

	if (error != 0)
		return error;
	for (int i = DENIALS; i <= (strict ? ALLOWANCES : DENIALS); i++) {
		if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0,
			&programs[i]) != 0)
			return errno;
	}
	return 0;
}

bool
filter_is_live(void)
{
	autofd fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 && errno == EACCES;
}
