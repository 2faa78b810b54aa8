/* SPDX-License-Identifier: ISC */
/*
 * Who signed in, according to the provider: the helper sends it, the policy
 * judges it.  All-zero bytes: every field is missing.
 */
#ifndef GCPKCE_IDENTITY_H
#define GCPKCE_IDENTITY_H

#include <stdbool.h>

#include "gcpkce/base/buf.h"
#include "gcpkce/base/errinfo.h"
#include "id_list.h"

#define IDENTITY_ID_MAX ID_LIST_ID_MAX /* bytes, without the NUL */
#define IDENTITY_EMAIL_MAX 254         /* RFC 5321 section 4.5.3.1.3 */
#define IDENTITY_STATE_MAX 16
#define IDENTITY_ISSUER_MAX 255
#define IDENTITY_SCOPES_MAX 1024

/* The identity providers; the configuration names one of them. */
enum provider_id { PROVIDER_GENESYS, PROVIDER_CXONE, PROVIDERS };

/* "genesys" or "cxone", as in the configuration; and the name in texts. */
const char *provider_name(enum provider_id provider);
const char *provider_title(enum provider_id provider);

/*
 * Every string is NUL-ended; "" is a missing field.  Names are those of Genesys
 * Cloud's users/me and tokens/me.  CXone's record has the issuer, id (userId),
 * client_id (aud), organization_id (tenantId) and, from userinfo, email.
 */
struct identity {
	enum provider_id provider;
	char issuer[IDENTITY_ISSUER_MAX + 1];      /* CXone's; Genesys Cloud has
						      none */
	char id[IDENTITY_ID_MAX + 1];              /* users/me id */
	char email[IDENTITY_EMAIL_MAX + 1];        /* users/me email */
	char state[IDENTITY_STATE_MAX + 1];        /* users/me state */
	char client_id[IDENTITY_ID_MAX + 1];       /* OAuthClient.id */
	char organization_id[IDENTITY_ID_MAX + 1]; /* organization.id */
	char
	    home_organization_id[IDENTITY_ID_MAX + 1]; /* homeOrganization.id */
	bool cloned_user;                     /* clonedUser is present */
	char scopes[IDENTITY_SCOPES_MAX + 1]; /* authorizedScope, with spaces */
	struct id_list groups;                /* groups[].id */
	struct id_list roles;                 /* authorization.roles[].id */
	struct id_list divisions;             /* division.id */
};

#define autoidentity CLEANUP(identity_done) struct identity

/* Which of the lists a decision needs; the others are not asked for. */
struct identity_needs {
	bool groups;
	bool roles;
	bool divisions;
};

/*
 * Is every string of the record NUL-ended and of its own grammar?  Ids are 1 to
 * 64 bytes of [A-Za-z0-9._-] (CXone's client_id: of printable ASCII) or
 * missing, lists as id_list_check wants them; the
 * other fields are clean UTF-8 or missing.
 *
 * errors: OUTCOME_IDENTITY_INCOMPLETE  reterr names the field
 */
MUST_CHECK enum outcome identity_check(
    const struct identity *identity, struct errinfo *reterr);

/*
 * Set one string field, of cap bytes, from untrusted ones.
 *
 * in:     name  the field's name for the message
 * errors: OUTCOME_IDENTITY_INCOMPLETE  too long, or not clean UTF-8
 */
MUST_CHECK enum outcome identity_set(char *field, size_t cap, struct view bytes,
    const char *name, struct errinfo *reterr);

/* Wipe and free; every field is missing afterwards. */
void identity_done(struct identity *identity);

#endif
