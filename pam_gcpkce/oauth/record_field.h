/* SPDX-License-Identifier: ISC */
/*
 * String members of a provider's reply, read into fields of the identity record
 * with their types and bytes checked.
 */
#ifndef GCPKCE_OAUTH_RECORD_FIELD_H
#define GCPKCE_OAUTH_RECORD_FIELD_H

#include "gcpkce/oauth/json.h"
#include "gcpkce/wire/identity.h"

/* A string member, at object.name or, with parent, at object.parent.name. */
struct field {
	const char *parent; /* NULL: the object itself */
	const char *name;
	const char *shown; /* both, for the message */
	char *value;
	size_t cap;
};

/* Set the error: the member is not of this type, "a list" for example. */
enum outcome field_type_wrong(
    const char *shown, const char *type, struct errinfo *reterr);

/*
 * Read one member, or count of them.  A missing one leaves its value unchanged
 * (field_read) or "" (fields_read).
 *
 * errors: OUTCOME_IDENTITY_INCOMPLETE  of another type, or as identity_set
 */
MUST_CHECK enum outcome field_read(struct json_object *object,
    const struct field *field, struct errinfo *reterr);
MUST_CHECK enum outcome fields_read(struct json_object *object,
    const struct field *fields, size_t count, struct errinfo *reterr);

#endif
