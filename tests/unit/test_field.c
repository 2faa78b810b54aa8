/* SPDX-License-Identifier: ISC */
/* Fields of frames: the first fault ends a reading, and is told by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/wire/field.h"

#define FAILED OUTCOME_HELPER_FAILED

/* A record with a field of each kind. */
struct record {
	uint64_t wide;
	uint32_t number;
	bool flag;
	char text[8];
	struct secret *secret;
};

static void
record_pass(struct wire_codec *w, struct record *record)
{
	field_number(w, &record->wide, 8, "wide");
	field_u32(w, &record->number, "number");
	field_bool(w, &record->flag, "flag");
	PASS_TEXT(w, record, text);
	field_secret(w, &record->secret, 4, "secret");
}

static const uint8_t bytes_of_record[] = {1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 1, 0, 1,
    0, 0, 0, 2, 0xc3, 0xbc, 0, 0, 0, 1, 's'};

static enum outcome
record_read(const uint8_t *bytes, size_t len, struct record *ret,
    struct errinfo *reterr)
{
	struct wire_codec w = {
	    .in = {bytes, len}, .r = OUTCOME_OK, .reterr = reterr};

	*ret = (struct record){0};
	record_pass(&w, ret);
	enum outcome r = field_finish(&w);
	secret_free(ret->secret);
	return r;
}

static void
pass_writes_what_it_reads(void **state)
{
	autobuf out = BUF_INIT(64);
	struct wire_codec w = {.out = &out, .r = OUTCOME_OK};
	struct record record = {.wide = 0x0102030405060708,
	    .number = 256,
	    .flag = true,
	    .text = "\303\274"};
	struct record ret;

	(void)state;
	assert_int_equal(secret_new("s", 1, &record.secret), OUTCOME_OK);
	record_pass(&w, &record);
	secret_free(record.secret);
	assert_int_equal(out.len, sizeof(bytes_of_record));
	assert_memory_equal(out.p, bytes_of_record, out.len);

	assert_int_equal(record_read(out.p, out.len, &ret, NULL), OUTCOME_OK);
	assert_true(ret.wide == record.wide);
	assert_int_equal(ret.number, 256);
	assert_true(ret.flag);
	assert_string_equal(ret.text, "\303\274");
}

static void
pass_refuses_every_length_but_the_right_one(void **state)
{
	uint8_t bytes[sizeof(bytes_of_record) + 1] = {0};
	struct record ret;

	(void)state;
	memcpy(bytes, bytes_of_record, sizeof(bytes_of_record));
	for (size_t len = 0; len <= sizeof(bytes); len++)
		assert_int_equal(record_read(bytes, len, &ret, NULL),
		    len == sizeof(bytes_of_record) ? OUTCOME_OK : FAILED);
}

static void
pass_names_the_first_field_that_is_wrong(void **state)
{
	static const struct {
		size_t at;
		uint8_t byte;
		const char *why;
	} rows[] = {
	    {12, 2, "frame: the field flag is neither 0 nor 1"},
	    {16, 8, "frame: the field text is too long"},
	    {17, 7,
		"frame: the field text holds a control byte or is not UTF-8"},
	    {22, 5, "frame: the field secret is too long"},
	    {22, 2, "frame: the field secret is cut off"},
	    {23, ' ',
		"frame: the field secret holds a byte that is not "
		"printable"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t bytes[sizeof(bytes_of_record)];
		struct errinfo err = {0};
		struct record ret;

		memcpy(bytes, bytes_of_record, sizeof(bytes));
		bytes[rows[i].at] = rows[i].byte;
		assert_int_equal(
		    record_read(bytes, sizeof(bytes), &ret, &err), FAILED);
		assert_string_equal(err.text, rows[i].why);
	}
}

static void
pass_reads_nothing_behind_a_fault(void **state)
{
	uint8_t bytes[sizeof(bytes_of_record)];
	struct record ret;

	(void)state;
	memcpy(bytes, bytes_of_record, sizeof(bytes));
	bytes[12] = 7;
	assert_int_equal(record_read(bytes, sizeof(bytes), &ret, NULL), FAILED);
	assert_false(ret.flag);
	assert_string_equal(ret.text, "");
	assert_null(ret.secret);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pass_writes_what_it_reads),
	    cmocka_unit_test(pass_refuses_every_length_but_the_right_one),
	    cmocka_unit_test(pass_names_the_first_field_that_is_wrong),
	    cmocka_unit_test(pass_reads_nothing_behind_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
