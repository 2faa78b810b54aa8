/* SPDX-License-Identifier: ISC */
/* Files read line by line, in blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "gcpkce/config/lines.h"

/* A file without a name that holds these bytes. */
static int
file_of(const void *bytes, size_t len)
{
	int fd = memfd_create("lines", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void
lines_gives_every_line_once_without_its_break(void **state)
{
	static const struct {
		const char *text;
		const char *lines[5];
	} rows[] = {
	    {"", {NULL}},
	    {"\n", {"", NULL}},
	    {"\n\n", {"", "", NULL}},
	    {"a", {"a", NULL}},
	    {"a\n", {"a", NULL}},
	    {"a\nb", {"a", "b", NULL}},
	    {"a\n\n b \n", {"a", "", " b ", NULL}},
	    {"a\r\nb", {"a\r", "b", NULL}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autofd fd = file_of(rows[i].text, strlen(rows[i].text));
		autolines lines = {.fd = fd, .path = "f"};
		struct view line;

		for (size_t j = 0; rows[i].lines[j] != NULL; j++) {
			assert_int_equal(
			    lines_next(&lines, &line, NULL), OUTCOME_OK);
			assert_non_null(line.p);
			assert_int_equal(lines.number, j + 1);
			if (!view_eq(line, view_text(rows[i].lines[j])))
				fail_msg("row %zu, line %zu", i, j + 1);
		}
		/* the end stays the end */
		for (size_t j = 0; j < 3; j++) {
			assert_int_equal(
			    lines_next(&lines, &line, NULL), OUTCOME_OK);
			assert_null(line.p);
		}
	}
}

static void
lines_across_blocks_come_whole(void **state)
{
	enum { COUNT = 20000 };
	autofree char *text = malloc(COUNT * 16);
	size_t len = 0;

	(void)state;
	assert_non_null(text);
	for (int i = 0; i < COUNT; i++)
		len += (size_t)snprintf(text + len, 16, "line %d\n", i);
	assert_true(len > 3 * LINES_BLOCK);
	autofd fd = file_of(text, len);
	autolines lines = {.fd = fd, .path = "f"};
	for (int i = 0; i < COUNT; i++) {
		struct view line;
		char expected[16];

		(void)snprintf(expected, sizeof(expected), "line %d", i);
		assert_int_equal(lines_next(&lines, &line, NULL), OUTCOME_OK);
		if (!view_eq(line, view_text(expected)))
			fail_msg("line %d", i);
	}
	assert_int_equal(lines.number, COUNT);
}

/* Read a second line that has so many bytes. */
static enum outcome
long_line_read(size_t len, const char *end, struct errinfo *reterr)
{
	autofree char *text = malloc(len + 8);
	struct view line;

	assert_non_null(text);
	memcpy(text, "a\n", 2);
	memset(text + 2, 'x', len);
	memcpy(text + 2 + len, end, strlen(end));
	autofd fd = file_of(text, 2 + len + strlen(end));
	autolines lines = {.fd = fd, .path = "f"};
	assert_int_equal(lines_next(&lines, &line, NULL), OUTCOME_OK);
	enum outcome r = lines_next(&lines, &line, reterr);
	if (r == OUTCOME_OK)
		assert_int_equal(line.len, len);
	return r;
}

static void
lines_has_a_longest_line(void **state)
{
	/* one byte of the largest block is the line break's */
	static const size_t lens[] = {LINES_BLOCK - 3, LINES_BLOCK - 2,
	    LINES_BLOCK - 1, LINES_BLOCK, LINES_BLOCK + 1, 2 * LINES_BLOCK,
	    LINES_MAX - 3};
	struct errinfo err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		assert_int_equal(
		    long_line_read(lens[i], "\nb\n", NULL), OUTCOME_OK);
		assert_int_equal(long_line_read(lens[i], "", NULL), OUTCOME_OK);
	}
	assert_int_equal(long_line_read(LINES_MAX + 1, "\nb\n", &err),
	    OUTCOME_CONFIG_INVALID);
	assert_string_equal(
	    err.text, "f:2: the line is longer than 1048576 bytes");
	assert_int_equal(
	    long_line_read(3 * LINES_MAX, "", NULL), OUTCOME_CONFIG_INVALID);
}

static void
lines_tells_when_it_cannot_read(void **state)
{
	autolines lines = {.fd = -1, .path = "/etc/x"};
	struct errinfo err = {0};
	struct view line;

	(void)state;
	assert_int_equal(
	    lines_next(&lines, &line, &err), OUTCOME_CONFIG_INVALID);
	assert_string_equal(err.text, "/etc/x: Bad file descriptor");
}

static void
lines_done_leaves_the_descriptor_and_may_come_twice(void **state)
{
	autofd fd = file_of("a\n", 2);
	autolines lines = {.fd = fd, .path = "f"};
	struct view line;

	(void)state;
	assert_int_equal(lines_next(&lines, &line, NULL), OUTCOME_OK);
	lines_done(&lines);
	lines_done(&lines);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 2);
}

static void
lines_trim_takes_blanks_tabs_and_carriage_returns(void **state)
{
	static const char *const rows[][2] = {
	    {"", ""},
	    {" ", ""},
	    {" \t\r", ""},
	    {"a", "a"},
	    {" \ta b\t\r ", "a b"},
	    {"\va\f", "\va\f"},
	    {"\302\240a", "\302\240a"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(view_eq(
		    lines_trim(view_text(rows[i][0])), view_text(rows[i][1])));
	assert_int_equal(lines_trim((struct view){0}).len, 0);
}

static void
lines_cut_comment_needs_a_blank_before_it(void **state)
{
	static const char *const rows[][2] = {
	    {"", ""},
	    {"#", ""},
	    {"# a", ""},
	    {"a # b", "a "},
	    {"a\t# b # c", "a\t"},
	    {"a#b", "a#b"},
	    {"a#b #c", "a#b "},
	    {"https://h/#x", "https://h/#x"},
	    {" #", " "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(view_eq(lines_cut_comment(view_text(rows[i][0])),
		    view_text(rows[i][1])));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_gives_every_line_once_without_its_break),
	    cmocka_unit_test(lines_across_blocks_come_whole),
	    cmocka_unit_test(lines_has_a_longest_line),
	    cmocka_unit_test(lines_tells_when_it_cannot_read),
	    cmocka_unit_test(
		lines_done_leaves_the_descriptor_and_may_come_twice),
	    cmocka_unit_test(lines_trim_takes_blanks_tabs_and_carriage_returns),
	    cmocka_unit_test(lines_cut_comment_needs_a_blank_before_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
