/* SPDX-License-Identifier: ISC */
/*
 * String members into an identity record.
 */
#include "record_field.h"

enum outcome
field_type_wrong(const char *shown, const char *type, struct errinfo *reterr)
{
	return err_set(
	    reterr, OUTCOME_IDENTITY_INCOMPLETE, "%s is not %s", shown, type);
}

enum outcome
field_read(struct json_object *object, const struct field *field,
    struct errinfo *reterr)
{
	struct json_object *string = NULL;

	if (field->parent != NULL &&
	    !json_member(object, field->parent, json_type_object, &object))
		return field_type_wrong(field->parent, "an object", reterr);
	if (object == NULL)
		return OUTCOME_OK;
	if (!json_member(object, field->name, json_type_string, &string))
		return field_type_wrong(field->shown, "a string", reterr);
	if (string == NULL)
		return OUTCOME_OK;
	return identity_set(
	    field->value, field->cap, json_view(string), field->shown, reterr);
}

enum outcome
fields_read(struct json_object *object, const struct field *fields,
    size_t count, struct errinfo *reterr)
{
	for (size_t i = 0; i < count; i++) {
		/* A missing field must not keep an old value. */
		fields[i].value[0] = '\0';
		enum outcome r = field_read(object, &fields[i], reterr);
		if (r != OUTCOME_OK)
			return r;
	}
	return OUTCOME_OK;
}
