/* SPDX-License-Identifier: ISC */
/* The client secret: what is one, and which files are asked for it. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "gcpkce/config/client_secret.h"
#include "gcpkce/wire/wire.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char directory[] = "/tmp/gcpkce-secret-XXXXXX";
static char path[80];

static int
directory_make(void **state)
{
	(void)state;
	memcpy(directory + sizeof(directory) - 7, "XXXXXX", 6);
	if (mkdtemp(directory) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/secret", directory);
	return 0;
}

static int
directory_remove(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(directory);
}

static void
secret_write(const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	assert_int_equal(fchmod(fd, 0600), 0);
	assert_int_equal(close(fd), 0);
}

static void
client_secret_is_the_first_line(void **state)
{
	static const char *const texts[] = {"s3cret", "s3cret\n",
	    " s3cret \r\n", "s3cret\nmore\n", "\ts3cret\n\0\n"};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		secret_write(texts[i], strlen(texts[i]));
		autosecret *secret = NULL;

		assert_int_equal(
		    client_secret_read(path, &secret, NULL), OUTCOME_OK);
		assert_true(view_eq(secret_view(secret), view_text("s3cret")));
	}
}

static void
client_secret_may_be_none(void **state)
{
	struct secret *secret = (void *)directory;

	(void)state;
	assert_int_equal(client_secret_read("", &secret, NULL), OUTCOME_OK);
	assert_null(secret);
}

static void
client_secret_of_another_form_is_unreadable(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} cases[] = {
	    {"", 0},
	    {"\n", 1},
	    {"\ns3cret\n", 8},
	    {"two words\n", 10},
	    {"s3cr\303\251t\n", 8},
	    {"s3\0cret\n", 8},
	    {"\033\n", 2},
	};
	char expected[200];

	(void)state;
	(void)snprintf(expected, sizeof(expected),
	    "%s:1: is not a client secret; write the secret alone on the "
	    "first line",
	    path);
	for (size_t i = 0; i < COUNT(cases); i++) {
		secret_write(cases[i].bytes, cases[i].len);
		struct secret *secret = NULL;
		struct errinfo err = {0};

		assert_int_equal(client_secret_read(path, &secret, &err),
		    OUTCOME_SECRET_UNREADABLE);
		assert_null(secret);
		/* the NUL byte has a sentence of its own */
		if (i != 5)
			assert_string_equal(err.text, expected);
		assert_null(strstr(err.text, "s3c"));
	}
}

static void
client_secret_is_read_from_its_owners_file_alone(void **state)
{
	secret_write("s3cret\n", 7);
	struct secret *secret = NULL;
	struct errinfo err = {0};
	static const mode_t modes[] = {0640, 0604, 0620, 0660, 0644};

	(void)state;
	for (size_t i = 0; i < COUNT(modes); i++) {
		assert_int_equal(chmod(path, modes[i]), 0);
		assert_int_equal(client_secret_read(path, &secret, &err),
		    OUTCOME_SECRET_UNREADABLE);
		assert_non_null(strstr(err.text, " by others (mode 06"));
		assert_null(secret);
	}
	assert_int_equal(unlink(path), 0);
	assert_int_equal(
	    client_secret_read(path, &secret, &err), OUTCOME_SECRET_UNREADABLE);
	assert_non_null(strstr(
	    err.text, ": does not exist; write the client secret into it"));
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(
	    client_secret_read(path, &secret, &err), OUTCOME_SECRET_UNREADABLE);
	assert_null(secret);
}

static void
client_secret_that_is_read_fits_a_request(void **state)
{
	char bytes[514];

	(void)state;
	memset(bytes, 's', sizeof(bytes));
	for (size_t len = 510; len <= sizeof(bytes); len++) {
		secret_write(bytes, len);
		autorequest request = {0};
		autorequest ret = {0};
		autobuf frame = BUF_INIT(WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX);

		enum outcome r =
		    client_secret_read(path, &request.client_secret, NULL);
		assert_true(len > WIRE_TEXT_MAX || r == OUTCOME_OK);
		if (r != OUTCOME_OK)
			continue;
		wire_put_request(&frame, &request);
		if (wire_request_parse((struct view){frame.p + WIRE_HEADER_LEN,
					   frame.len - WIRE_HEADER_LEN},
			&ret, NULL) != OUTCOME_OK)
			fail_msg("a secret of %zu bytes", len);
	}
}

#define SECRET_TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, directory_make, directory_remove)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    SECRET_TEST(client_secret_is_the_first_line),
	    SECRET_TEST(client_secret_may_be_none),
	    SECRET_TEST(client_secret_of_another_form_is_unreadable),
	    SECRET_TEST(client_secret_is_read_from_its_owners_file_alone),
	    SECRET_TEST(client_secret_that_is_read_fits_a_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
