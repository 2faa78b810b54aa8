/* SPDX-License-Identifier: ISC */
/* The example file and the manual's list, made of the table of keys. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../tools/config_example.h"
#include "config/config_value.h"

static void
config_example_has_every_key_once_at_its_default(void **state)
{
	autobuf text = BUF_INIT(64 * 1024);
	size_t count;
	const struct config_key *keys = config_keys(&count);
	const char *at;

	(void)state;
	config_example_put(&text);
	assert_int_equal(buf_check(&text), OUTCOME_OK);
	at = buf_text(&text);
	for (size_t i = 0; i < count; i++) {
		char line[700];

		(void)snprintf(line, sizeof(line), "\n#%s =%s%s\n",
		    keys[i].name, keys[i].def[0] != '\0' ? " " : "",
		    keys[i].def);
		at = strstr(at, line);
		if (at == NULL)
			fail_msg(
			    "%s is missing, or not in its place", keys[i].name);
		assert_null(strstr(at + 1, line));
	}
}

static void
config_example_is_all_comments_of_80_columns(void **state)
{
	autobuf text = BUF_INIT(64 * 1024);

	(void)state;
	config_example_put(&text);
	for (const char *line = buf_text(&text); *line != '\0';) {
		size_t len = strcspn(line, "\n");

		assert_true(len == 0 || line[0] == '#');
		assert_in_range(len, 0, 80);
		assert_true(len == 0 || line[len - 1] != ' ');
		assert_int_equal(line[len], '\n');
		line += len + 1;
	}
}

/* What an administrator gets by taking the '#' from the keys is the default. */
static void
config_example_uncommented_is_the_default(void **state)
{
	autobuf text = BUF_INIT(64 * 1024);
	struct config by_default;
	struct config config;
	size_t count;
	const struct config_key *keys = config_keys(&count);
	size_t seen = 0;

	(void)state;
	memset(&by_default, 0, sizeof(by_default));
	for (size_t i = 0; i < count; i++)
		config_value_default(&keys[i], &by_default);
	memset(&config, 0, sizeof(config));
	config_example_put(&text);
	for (const char *line = buf_text(&text); *line != '\0';) {
		size_t len = strcspn(line, "\n");
		char value[600] = "";
		const char *equals = memchr(line, '=', len);

		/* comments have a blank behind their '#' */
		if (len > 1 && line[1] != ' ' && equals != NULL) {
			const struct config_key *key = config_key_find(
			    (struct view){(const uint8_t *)line + 1,
				(size_t)(equals - line) - 2});

			assert_non_null(key);
			seen++;
			if (equals + 1 < line + len) {
				memcpy(value, equals + 2,
				    (size_t)(line + len - equals) - 2);
				assert_int_equal(config_value_parse(
						     key, value, &config, NULL),
				    OUTCOME_OK);
			}
		}
		line += len + 1;
	}
	assert_int_equal(seen, count);
	assert_memory_equal(&config, &by_default, sizeof(config));
}

static void
config_example_of_the_manual_lists_every_key(void **state)
{
	autobuf text = BUF_INIT(64 * 1024);
	size_t count;
	const struct config_key *keys = config_keys(&count);
	const char *at;

	(void)state;
	config_example_put_mdoc("", &text);
	assert_int_equal(buf_check(&text), OUTCOME_OK);
	at = buf_text(&text);
	assert_memory_equal(at, ".Bl -tag -width Ds\n", 19);
	for (size_t i = 0; i < count; i++) {
		char item[100];

		(void)snprintf(
		    item, sizeof(item), "\n.It Cm %s\n", keys[i].name);
		at = strstr(at, item);
		assert_non_null(at);
		at += strlen(item) - 1;
		/* a sentence: it begins in upper case */
		assert_false(at[1] >= 'a' && at[1] <= 'z');
		assert_non_null(strstr(at, keys[i].meaning + 1));
		if (keys[i].def[0] == '\0')
			continue;
		(void)snprintf(item, sizeof(item), "\n.Ql %s .\n", keys[i].def);
		assert_non_null(strstr(at, item));
	}
	assert_string_equal(buf_text(&text) + text.len - 5, "\n.El\n");
}

static void
config_example_of_the_manual_keeps_what_was_written_by_hand(void **state)
{
	static const char more[] = CONFIG_EXAMPLE_MORE "By hand.\n.Xr a 8\n";
	autobuf first = BUF_INIT(64 * 1024);
	autobuf list = BUF_INIT(64 * 1024);
	autobuf text = BUF_INIT(64 * 1024);
	size_t count;
	const struct config_key *keys = config_keys(&count);

	(void)state;
	config_example_put_mdoc("", &first);
	assert_null(strstr(buf_text(&first), "By hand"));
	buf_put_text(&list, "\n.Bl\n.It Cm gone\nGone.\n");
	buf_put_text(&list, more);
	/* in another order, the last at the list's end */
	for (size_t i = count; i-- > 0;) {
		buf_printf(&list, ".It Cm %s\nOld.\n", keys[i].name);
		if (i % 2 == 0)
			buf_put_text(&list, more);
	}
	buf_put_text(&list, ".El\nBehind the list.\n.It Cm other\n");
	buf_put_text(&list, more);
	config_example_put_mdoc(buf_text(&list), &text);
	assert_int_equal(buf_check(&text), OUTCOME_OK);
	size_t kept = 0;
	for (const char *p = buf_text(&text); (p = strstr(p, more)) != NULL;
	     p++)
		kept++;
	assert_int_equal(kept, (count + 1) / 2);
	assert_int_equal(text.len, first.len + kept * strlen(more));
}

/* No line of the manual begins as a request of mdoc by accident. */
static void
config_example_of_the_manual_holds_no_other_request(void **state)
{
	autobuf text = BUF_INIT(64 * 1024);

	(void)state;
	config_example_put_mdoc("", &text);
	for (const char *line = buf_text(&text); *line != '\0';) {
		if (line[0] == '.' && strncmp(line, ".It Cm ", 7) != 0 &&
		    strncmp(line, ".Ql ", 4) != 0 &&
		    strncmp(line, ".Bl ", 4) != 0 &&
		    strncmp(line, ".El\n", 4) != 0)
			fail_msg("%.40s", line);
		assert_true(line[0] != '\'' && line[0] != '\n');
		line += strcspn(line, "\n") + 1;
	}
	assert_null(strchr(buf_text(&text), '\\'));
}

/* The file that is shipped is the one that the table makes ("make texts"). */
static void
config_example_is_the_file_that_is_shipped(void **state)
{
	autobuf text = BUF_INIT(64 * 1024);
	autobuf shipped = BUF_INIT(64 * 1024);
	autofd fd = open(SOURCE "/etc/pam_gcpkce.conf", O_RDONLY | O_CLOEXEC);
	char block[4096];
	ssize_t got;

	(void)state;
	if (fd < 0) {
		print_message("SKIPPED: there is no etc/pam_gcpkce.conf\n");
		skip();
	}
	while ((got = read(fd, block, sizeof(block))) > 0)
		buf_put(&shipped, block, (size_t)got);
	config_example_put(&text);
	assert_string_equal(buf_text(&shipped), buf_text(&text));
}

static void
config_example_that_does_not_fit_is_reported_by_the_buffer(void **state)
{
	autobuf text = BUF_INIT(1000);
	autobuf manual = BUF_INIT(1000);

	(void)state;
	config_example_put(&text);
	assert_int_equal(buf_check(&text), OUTCOME_NO_MEMORY);
	config_example_put_mdoc("", &manual);
	assert_int_equal(buf_check(&manual), OUTCOME_NO_MEMORY);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(config_example_has_every_key_once_at_its_default),
	    cmocka_unit_test(config_example_is_all_comments_of_80_columns),
	    cmocka_unit_test(config_example_uncommented_is_the_default),
	    cmocka_unit_test(config_example_of_the_manual_lists_every_key),
	    cmocka_unit_test(
		config_example_of_the_manual_keeps_what_was_written_by_hand),
	    cmocka_unit_test(
		config_example_of_the_manual_holds_no_other_request),
	    cmocka_unit_test(config_example_is_the_file_that_is_shipped),
	    cmocka_unit_test(
		config_example_that_does_not_fit_is_reported_by_the_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
