/* SPDX-License-Identifier: ISC */
/*
 * Every way of misbehaving at every step of a sign-in.  The helper can cause a
 * denial and a bounded wait; the host is looked at after each.
 */
#undef _FORTIFY_SOURCE /* open(2) is defined here */

#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "apart.h"
#include "gcpkce/base/clock.h"

#define HELPER BUILD "/tests/scripted-helper"
#define LONGEST_MS 25000 /* less than a scripted helper lives */
/* The deadline, 0.5 s that the module may take more, and a busy machine. */
#define SLOW_MS (2000 + 500 + 2000)

/* What the module opens in place of its helper; "" for that itself. */
static char placed[128];

VISIBLE int
open(const char *path, int flags, ...)
{
	if (placed[0] != '\0' && strcmp(path, HELPER) == 0)
		path = placed;
	/* no test makes a file in this way */
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0);
}

/* Lay a copy of the scripted helper, under another name, into its place. */
static void
helper_place(const struct host *h, const char *name, size_t len, mode_t mode)
{
	char bytes[65536];
	ssize_t got = 0;

	(void)snprintf(placed, sizeof(placed), "%s", host_path(h, name));
	int from =
	    (int)syscall(SYS_openat, AT_FDCWD, HELPER, O_RDONLY | O_CLOEXEC, 0);
	int to = (int)syscall(SYS_openat, AT_FDCWD, placed,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	assert_true(from >= 0 && to >= 0);
	while (len > 0 && (got = read(from, bytes, sizeof(bytes))) > 0) {
		size_t part = (size_t)got < len ? (size_t)got : len;

		assert_int_equal(write(to, bytes, part), part);
		len -= part;
	}
	assert_int_equal(fchmod(to, mode), 0);
	(void)close(from);
	(void)close(to);
}

/* ---- steps and misbehaviours ---- */

static const struct step {
	const char *name;
	const char *script;   /* the twist follows; NULL: by the file's name */
	const char *denial;   /* of a helper that breaks the rules */
	int result;           /* of that */
	const char *untimely; /* of one that is too slow */
} steps[] = {
    {"before the request is read", NULL, "helper_failed", PAM_SYSTEM_ERR,
	"timed_out"},
    {"in place of READY", "ready:", "helper_failed", PAM_SYSTEM_ERR,
	"timed_out"},
    {"during the dialogue", "dialogue:", "helper_failed", PAM_SYSTEM_ERR,
	"timed_out"},
    {"in place of VERDICT", "ok:", "helper_failed", PAM_SYSTEM_ERR,
	"timed_out"},
    /* the verdict has come: it is another person's, and stays that */
    {"behind VERDICT", "settle:", "not_mapped", PAM_AUTH_ERR, "not_mapped"},
    {"in place of the second READY", "code_refused,ready:", "helper_failed",
	PAM_SYSTEM_ERR, "timed_out"},
    {"during the second dialogue", "code_refused,dialogue:", "helper_failed",
	PAM_SYSTEM_ERR, "timed_out"},
    {"in place of the second VERDICT", "code_refused,ok:", "helper_failed",
	PAM_SYSTEM_ERR, "timed_out"},
};

static const struct deed {
	const char *twist;
	bool is_slow; /* ends by the deadline alone */
} deeds[] = {
    {"exit", false},
    {"die", false},
    {"crash", false},
    {"close", false}, /* and stays, deaf to signals */
    {"hang", true},
    {"stop", true}, /* and so does not end when it is asked to */
    {"drip", true},
    {"flood", false},
    {"repeat", false},
    {"version", false},
    {"type", false},
    {"order", false},
    {"oversized", false},
    {"undersized", false},
    {"truncated", false},
    {"short", false},
    {"trailing", false},
    {"empty", false},
};

struct row {
	const struct step *step;
	const struct deed *deed;
	char name[96];
};

static void
row_run(void **state)
{
	const struct row *row = *state;
	const struct step *step = row->step;
	bool is_slow = row->deed->is_slow;
	bool denied = strcmp(step->denial, step->untimely) == 0;
	int wanted = is_slow && !denied ? PAM_MAXTRIES : step->result;
	char script[64] = "ok";
	struct host h;

	host_begin(&h);
	if (step->script == NULL)
		helper_place(&h, row->deed->twist, SIZE_MAX, 0755);
	else
		(void)snprintf(script, sizeof(script), "%s%s", step->script,
		    row->deed->twist);
	h.script = script;
	h.arguments = is_slow ? "timeout=2" : "";
	int64_t begun_ms = clock_now_ms();
	int result = host_signin(&h);
	int64_t took_ms = clock_now_ms() - begun_ms;
	if (result != wanted)
		fail_msg(
		    "%s; %s", pam_strerror(NULL, result), journal_decision());
	assert_outcome(is_slow ? step->untimely : step->denial);
	assert_in_range(took_ms, is_slow && !denied ? 1950 : 0,
	    is_slow ? SLOW_MS : LONGEST_MS);
	assert_lacks(h.reports, "keep");
	assert_null(journal_find("ok"));
	if (journal_value(journal_decision(), "cause")[0] == '\0')
		fail_msg("no cause: %s", journal_decision());
	if (strcmp(row->deed->twist, "version") == 0 && !denied)
		assert_holds(journal_decision(),
		    ": restart an application that started before an upgrade");
	host_end(&h);
}

static void
misbehaviour_at_any_step_is_a_denial_in_time(void **state)
{
	static struct row rows[COUNT(steps) * COUNT(deeds)];
	size_t n = 0;

	(void)state;
	for (size_t d = 0; d < COUNT(deeds); d++) {
		for (size_t s = 0; s < COUNT(steps); s++) {
			struct row *row = &rows[n];

			/* the first of many good verdicts is a good one */
			if (strcmp(deeds[d].twist, "repeat") == 0 &&
			    strstr(steps[s].name, "VERDICT") != NULL &&
			    strstr(steps[s].name, "behind") == NULL)
				continue;
			n++;
			row->step = &steps[s];
			row->deed = &deeds[d];
			(void)snprintf(row->name, sizeof(row->name), "%s %s",
			    deeds[d].twist, steps[s].name);
			apart_begin(row->name, row_run, row);
		}
	}
	apart_end();
}

/* A complete final frame is the result; nothing behind it is looked at. */
static void
verdicts_behind_the_first_are_not_read(void **state)
{
	static const char *const scripts[] = {"ok:twice", "ok:repeat"};

	(void)state;
	for (size_t i = 0; i < COUNT(scripts); i++) {
		struct host h;

		assert_int_equal(host_run(&h, scripts[i], ""), PAM_SUCCESS);
		assert_int_equal(journal_decisions(), 1);
		host_end(&h);
	}
}

/* ---- a helper that cannot be executed ---- */

static void
place_nothing(const struct host *h)
{
	(void)snprintf(placed, sizeof(placed), "%s", host_path(h, "none"));
}

static void
place_of_another_owner(const struct host *h)
{
	helper_place(h, "helper", SIZE_MAX, 0755);
	assert_int_equal(chown(placed, 12345, 0), 0);
}

static void
place_writable_by_group(const struct host *h)
{
	helper_place(h, "helper", SIZE_MAX, 0775);
}

static void
place_writable_by_all(const struct host *h)
{
	helper_place(h, "helper", SIZE_MAX, 0757);
}

static void
place_not_executable(const struct host *h)
{
	helper_place(h, "helper", SIZE_MAX, 0644);
}

static void
place_without_mode(const struct host *h)
{
	helper_place(h, "helper", SIZE_MAX, 0);
}

static void
place_of_root_alone(const struct host *h)
{
	helper_place(h, "helper", SIZE_MAX, 0700);
}

static void
place_text(const struct host *h)
{
	host_write(h, "helper", "not a program\n", 0755);
	(void)snprintf(placed, sizeof(placed), "%s", host_path(h, "helper"));
}

/* The kernel cannot name a script that it knows by a descriptor alone. */
static void
place_script(const struct host *h)
{
	host_write(h, "helper", "#!/bin/sh\n", 0755);
	(void)snprintf(placed, sizeof(placed), "%s", host_path(h, "helper"));
}

static void
place_empty_file(const struct host *h)
{
	helper_place(h, "helper", 0, 0755);
}

static void
place_half_of_a_program(const struct host *h)
{
	helper_place(h, "helper", 1000, 0755);
}

static void
place_directory(const struct host *h)
{
	place_nothing(h);
	assert_int_equal(mkdir(placed, 0755), 0);
}

static void
place_link(const struct host *h)
{
	place_nothing(h);
	assert_int_equal(symlink(HELPER, placed), 0);
}

static void
place_fifo(const struct host *h)
{
	place_nothing(h);
	assert_int_equal(mkfifo(placed, 0755), 0);
}

static void
place_device(const struct host *h)
{
	(void)h;
	(void)snprintf(placed, sizeof(placed), "/dev/zero");
}

static const struct file {
	const char *name;
	void (*place)(const struct host *h);
	const char *cause;    /* where the host is root */
	const char *ordinary; /* where not; NULL: cannot be tried */
} files[] = {
    {"missing", place_nothing, "No such file", "No such file"},
    {"of another owner", place_of_another_owner, "must be a regular file",
	NULL},
    {"writable by its group", place_writable_by_group, "must be a regular file",
	"must be a regular file"},
    {"writable by all", place_writable_by_all, "must be a regular file",
	"must be a regular file"},
    {"not executable", place_not_executable,
	"executing the helper: Permission denied",
	"executing the helper: Permission denied"},
    {"without mode", place_without_mode,
	"executing the helper: Permission denied",
	"executing the helper: Permission denied"},
    {"executable by root alone", place_of_root_alone,
	"executing the helper: Permission denied", NULL},
    {"a text", place_text, "executing the helper: Exec format error",
	"executing the helper: Exec format error"},
    {"a script", place_script,
	"executing the helper: ", "executing the helper: "},
    {"empty", place_empty_file, "executing the helper: Exec format error",
	"executing the helper: Exec format error"},
    {"cut off", place_half_of_a_program, "", ""},
    {"a directory", place_directory, "must be a regular file",
	"must be a file"},
    {"a link", place_link, "must be a regular file", "must be a file"},
    {"a FIFO", place_fifo, "must be a regular file", "must be a file"},
    {"a device", place_device, "must be a regular file", "must be a file"},
};

static void
file_run(void **state)
{
	const struct file *file = *state;
	const char *cause = host_is_root() ? file->cause : file->ordinary;
	struct host h;

	if (cause == NULL)
		return;
	host_begin(&h);
	file->place(&h);
	int64_t begun_ms = clock_now_ms();
	assert_int_equal(host_signin(&h), PAM_SYSTEM_ERR);
	assert_in_range(clock_now_ms() - begun_ms, 0, LONGEST_MS);
	assert_outcome("helper_failed");
	assert_holds(journal_value(journal_decision(), "cause"), cause);
	assert_string_equal(
	    host_last_message(&h), outcome_sentence(OUTCOME_HELPER_FAILED));
	assert_int_equal(h.helpers, 0);
	host_end(&h);
}

static void
helper_that_cannot_be_executed_is_a_denial(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(files); i++)
		apart_begin(files[i].name, file_run, &files[i]);
	apart_end();
}

/*
 * The control of the tests above: a copy in the helper's place does serve.  Its
 * host need not be able to read it.
 */
static void
helper_is_judged_by_its_file_and_not_by_its_name(void **state)
{
	struct host h;

	(void)state;
	host_begin(&h);
	helper_place(&h, "scripted-helper", SIZE_MAX, 0111);
	assert_int_equal(host_signin(&h), PAM_SUCCESS);
	assert_int_equal(h.helpers, 1);
	host_end(&h);
	placed[0] = '\0';
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(misbehaviour_at_any_step_is_a_denial_in_time),
	    cmocka_unit_test(verdicts_behind_the_first_are_not_read),
	    cmocka_unit_test(helper_that_cannot_be_executed_is_a_denial),
	    cmocka_unit_test(helper_is_judged_by_its_file_and_not_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
