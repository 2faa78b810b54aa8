/* SPDX-License-Identifier: ISC */
/* The receiver checks the record again: it does not trust the helper. */
#include "gcpkce/wire/identity.h"

#include <string.h>

#include "gcpkce/base/text.h"

const char *
provider_name(enum provider_id provider)
{
	return provider == PROVIDER_CXONE ? "cxone" : "genesys";
}

const char *
provider_title(enum provider_id provider)
{
	return provider == PROVIDER_CXONE ? "CXone" : "Genesys Cloud";
}

enum outcome
identity_set(char *field, size_t cap, struct view bytes, const char *name,
    struct errinfo *reterr)
{
	if (bytes.len >= cap)
		return err_set(reterr, OUTCOME_IDENTITY_INCOMPLETE,
		    "%s has %zu bytes, more than %zu", name, bytes.len,
		    cap - 1);
	if (!text_is_clean_utf8(bytes))
		return err_set(reterr, OUTCOME_IDENTITY_INCOMPLETE,
		    "%s holds a control byte or is not UTF-8", name);
	memset(field, 0, cap);
	if (bytes.len > 0)
		memcpy(field, bytes.p, bytes.len);
	return OUTCOME_OK;
}

/* Is the field NUL-ended within cap, and every character of it allowed? */
static enum outcome
field_check(const char *field, size_t cap, bool (*allowed)(uint8_t),
    const char *name, struct errinfo *reterr)
{
	struct view text = {(const uint8_t *)field, strnlen(field, cap)};

	if (text.len == cap ||
	    !(allowed != NULL ? view_all(text, allowed)
			      : text_is_clean_utf8(text)))
		return err_set(reterr, OUTCOME_IDENTITY_INCOMPLETE,
		    "%s is not of the form that it must have", name);
	return OUTCOME_OK;
}

enum outcome
identity_check(const struct identity *identity, struct errinfo *reterr)
{
	/* an old client of CXone's has a name for an id */
	bool (*const client)(uint8_t) = identity->provider == PROVIDER_CXONE
	    ? text_is_printable
	    : text_is_id_char;
	const struct {
		const char *field;
		size_t cap;
		bool (*allowed)(uint8_t);
		const char *name;
	} fields[] = {
#define ROW(member, allowed, name) \
	{identity->member, sizeof(identity->member), allowed, name}
	    ROW(issuer, NULL, "issuer"),
	    ROW(id, text_is_id_char, "id"),
	    ROW(email, NULL, "email"),
	    ROW(state, NULL, "state"),
	    ROW(client_id, client, "client_id"),
	    ROW(organization_id, text_is_id_char, "organization_id"),
	    ROW(home_organization_id, text_is_id_char, "home_organization_id"),
	    ROW(scopes, NULL, "scopes"),
#undef ROW
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		enum outcome r = field_check(fields[i].field, fields[i].cap,
		    fields[i].allowed, fields[i].name, reterr);
		if (r != OUTCOME_OK)
			return r;
	}
	enum outcome r = id_list_check(&identity->groups, "groups", reterr);
	if (r == OUTCOME_OK)
		r = id_list_check(&identity->roles, "roles", reterr);
	if (r == OUTCOME_OK)
		r = id_list_check(&identity->divisions, "division", reterr);
	return r;
}

void
identity_done(struct identity *identity)
{
	id_list_done(&identity->groups);
	id_list_done(&identity->roles);
	id_list_done(&identity->divisions);
	memset(identity, 0, sizeof(*identity));
}
