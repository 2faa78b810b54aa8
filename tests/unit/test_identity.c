/* SPDX-License-Identifier: ISC */
/* The identity record's grammar, checked on both sides of the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/wire/identity.h"

#define FIELD(member) \
	offsetof(struct identity, member), \
	    sizeof(((struct identity *)NULL)->member)

struct field {
	const char *name; /* as messages call it */
	size_t offset;
	size_t cap;
	bool is_id;
};

static const struct field fields[] = {
    {"id", FIELD(id), true},
    {"email", FIELD(email), false},
    {"state", FIELD(state), false},
    {"client_id", FIELD(client_id), true},
    {"organization_id", FIELD(organization_id), true},
    {"home_organization_id", FIELD(home_organization_id), true},
    {"scopes", FIELD(scopes), false},
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static char *
member(struct identity *identity, const struct field *field)
{
	return (char *)identity + field->offset;
}

/* The refusal names the field first, so that "id" is not taken for another. */
static void
assert_refused(const struct identity *identity, const struct field *field)
{
	struct errinfo err = {0};
	size_t len = strlen(field->name);

	assert_int_equal(
	    identity_check(identity, &err), OUTCOME_IDENTITY_INCOMPLETE);
	assert_memory_equal(err.text, field->name, len);
	assert_int_equal(err.text[len], ' ');
}

static void
identity_of_zero_bytes_is_well_formed_and_empty(void **state)
{
	static const struct identity no_identity;

	(void)state;
	assert_int_equal(identity_check(&no_identity, NULL), OUTCOME_OK);
	assert_string_equal(no_identity.id, "");
}

static void
identity_fields_may_be_full(void **state)
{
	struct identity identity = {0};

	(void)state;
	for (size_t i = 0; i < FIELDS; i++)
		memset(member(&identity, &fields[i]), 'x', fields[i].cap - 1);
	assert_int_equal(identity_check(&identity, NULL), OUTCOME_OK);
}

static void
identity_without_a_nul_is_refused_by_field(void **state)
{
	(void)state;
	for (size_t i = 0; i < FIELDS; i++) {
		struct identity identity = {0};

		memset(member(&identity, &fields[i]), 'x', fields[i].cap);
		assert_refused(&identity, &fields[i]);
	}
}

static void
identity_ids_are_of_their_65_characters(void **state)
{
	(void)state;
	for (size_t i = 0; i < FIELDS; i++) {
		for (unsigned c = 1; c < 256 && fields[i].is_id; c++) {
			struct identity identity = {0};
			char *id = member(&identity, &fields[i]);

			id[0] = 'a';
			id[1] = (char)c;
			if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"
				   "QRSTUVWXYZ0123456789._-",
				(int)c) != NULL)
				assert_int_equal(
				    identity_check(&identity, NULL),
				    OUTCOME_OK);
			else
				assert_refused(&identity, &fields[i]);
		}
	}
}

static void
identity_client_of_cxone_is_printable_ascii(void **state)
{
	(void)state;
	for (unsigned c = 1; c < 256; c++) {
		struct identity identity = {
		    .provider = PROVIDER_CXONE, .client_id = {(char)c}};

		assert_int_equal(identity_check(&identity, NULL),
		    c >= ' ' && c <= '~' ? OUTCOME_OK
					 : OUTCOME_IDENTITY_INCOMPLETE);
	}
}

static void
identity_texts_are_clean_utf8(void **state)
{
	static const struct {
		const char *text;
		bool clean;
	} rows[] = {
	    {"caf\303\251 x", true},
	    {"a\nb", false},
	    {"a\033b", false},
	    {"a\177", false},
	    {"\302\205", false},
	    {"\303", false},
	    {"\377", false},
	};

	(void)state;
	for (size_t i = 0; i < FIELDS; i++) {
		for (size_t j = 0; j < sizeof(rows) / sizeof(rows[0]); j++) {
			struct identity identity = {0};

			if (fields[i].is_id)
				continue;
			memcpy(member(&identity, &fields[i]), rows[j].text,
			    strlen(rows[j].text));
			if (rows[j].clean)
				assert_int_equal(
				    identity_check(&identity, NULL),
				    OUTCOME_OK);
			else
				assert_refused(&identity, &fields[i]);
		}
	}
}

static void
identity_set_fills_the_whole_field(void **state)
{
	char field[17];

	(void)state;
	memset(field, 'y', sizeof(field));
	assert_int_equal(identity_set(field, sizeof(field), view_text("active"),
			     "state", NULL),
	    OUTCOME_OK);
	assert_memory_equal(field, "active\0\0\0\0\0\0\0\0\0\0", 17);
	assert_int_equal(identity_set(field, sizeof(field),
			     view_text("0123456789abcdef"), "state", NULL),
	    OUTCOME_OK);
	assert_string_equal(field, "0123456789abcdef");
	assert_int_equal(
	    identity_set(field, sizeof(field), (struct view){0}, "state", NULL),
	    OUTCOME_OK);
	assert_string_equal(field, "");
}

static void
identity_set_refuses_and_leaves_the_field(void **state)
{
	static const struct {
		struct view bytes;
		const char *why;
	} rows[] = {
	    {{(const uint8_t *)"0123456789abcdefg", 17},
		"state has 17 bytes, more than 16"},
	    {{(const uint8_t *)"a\0b", 3},
		"state holds a control byte or is not UTF-8"},
	    {{(const uint8_t *)"a\n", 2},
		"state holds a control byte or is not UTF-8"},
	    {{(const uint8_t *)"\303", 1},
		"state holds a control byte or is not UTF-8"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char field[17] = "before";
		struct errinfo err = {0};

		assert_int_equal(identity_set(field, sizeof(field),
				     rows[i].bytes, "state", &err),
		    OUTCOME_IDENTITY_INCOMPLETE);
		assert_string_equal(err.text, rows[i].why);
		assert_string_equal(field, "before");
	}
}

static void
identity_lists_are_checked_by_field(void **state)
{
	static const struct {
		size_t offset;
		const char *name;
	} rows[] = {
	    {offsetof(struct identity, groups), "groups "},
	    {offsetof(struct identity, roles), "roles "},
	    {offsetof(struct identity, divisions), "division "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autoidentity identity = {0};
		struct errinfo err = {0};
		struct id_list *list =
		    (struct id_list *)((char *)&identity + rows[i].offset);

		id_list_begin(list);
		assert_int_equal(identity_check(&identity, NULL), OUTCOME_OK);
		buf_put_text(&list->ids, "a  b");
		assert_int_equal(identity_check(&identity, &err),
		    OUTCOME_IDENTITY_INCOMPLETE);
		assert_memory_equal(
		    err.text, rows[i].name, strlen(rows[i].name));
	}
}

static void
identity_that_is_done_is_empty(void **state)
{
	static const struct identity no_identity;
	struct identity identity = {.id = "id-1"};

	(void)state;
	id_list_begin(&identity.groups);
	id_list_begin(&identity.roles);
	id_list_begin(&identity.divisions);
	buf_put_text(&identity.divisions.ids, "a");
	identity_done(&identity);
	assert_memory_equal(&identity, &no_identity, sizeof(no_identity));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(identity_of_zero_bytes_is_well_formed_and_empty),
	    cmocka_unit_test(identity_fields_may_be_full),
	    cmocka_unit_test(identity_without_a_nul_is_refused_by_field),
	    cmocka_unit_test(identity_ids_are_of_their_65_characters),
	    cmocka_unit_test(identity_client_of_cxone_is_printable_ascii),
	    cmocka_unit_test(identity_texts_are_clean_utf8),
	    cmocka_unit_test(identity_set_fills_the_whole_field),
	    cmocka_unit_test(identity_lists_are_checked_by_field),
	    cmocka_unit_test(identity_that_is_done_is_empty),
	    cmocka_unit_test(identity_set_refuses_and_leaves_the_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
