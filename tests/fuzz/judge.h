/* SPDX-License-Identifier: ISC */
/*
 * A second opinion on who may sign in: the rules of docs/DESIGN.md section 4,
 * written down once more, without a line of the product's policy.  It knows one
 * host with a few accounts and one organization.
 */
#ifndef GCPKCE_TESTS_FUZZ_JUDGE_H
#define GCPKCE_TESTS_FUZZ_JUDGE_H

#include <sys/types.h>

#include "fuzz.h"

#define CLIENT "6f1c2a9e-0000-4000-8000-0000000000c1"
#define ORGANIZATION "6f1c2a9e-0000-4000-8000-0000000000f1"
#define ALICE_ID "6f1c2a9e-0000-4000-8000-0000000000a1"
#define BOB_EMAIL "bob@example.com"
#define DOMAIN "example.com"
#define GROUP "6f1c2a9e-0000-4000-8000-0000000000d1"
#define OTHER_GROUP "6f1c2a9e-0000-4000-8000-0000000000d4"
#define ROLE "6f1c2a9e-0000-4000-8000-0000000000d2"
#define DIVISION "6f1c2a9e-0000-4000-8000-0000000000d3"

/* What the map file of that host says. */
#define MAP_TEXT \
	"alice id:" ALICE_ID "\n" \
	"bob email:" BOB_EMAIL "\n" \
	"low id:" ALICE_ID "\n" \
	"root id:" ALICE_ID " # for emergencies\n" \
	"locked id:" ALICE_ID "\n" \
	"locked -\n" \
	"broken id:nonsense\n"

enum list { LIST_GROUPS, LIST_ROLES, LIST_DIVISIONS, LISTS };

/* An account of that host. */
struct person {
	const char *name;
	const char *uid_name; /* what the uid's entry is called */
	uid_t uid;
	const char *mapped_id;    /* by the map file; NULL: not by id */
	const char *mapped_email; /* the same */
	bool is_named;            /* a line of the map file names it */
	bool is_faulty;           /* and is wrong */
	bool is_staff;            /* a member of account_group */
};

/* How the host is set up. */
struct setting {
	const struct person *person; /* NULL: there is no such account */
	const char *user;            /* the name that is asked for */
	bool partner_logins;
	bool allow_root;
	bool every_uid;   /* min_uid = 0, not 1000 */
	bool by_email;    /* map = file, email, localpart; not file alone */
	bool staff_alone; /* account_group = staff */
	bool need[LISTS];
};

/* The identity that is claimed; a missing text has no bytes. */
#define CLAIM_IDS 1024
struct claim {
	struct view id, email, state, client, organization, home;
	bool cloned;
	bool lacks; /* its sandbox lacks a layer */
	bool told[LISTS];
	size_t count[LISTS];
	struct view ids[LISTS][CLAIM_IDS];
};

/* Choose account and policy by two bytes. */
struct setting setting_of(uint8_t who, uint8_t how);

/* The account of that name or uid, or NULL. */
const struct person *person_find(const char *name);
const struct person *person_of(uid_t uid);

/* May this claim be the setting's account? */
bool may_sign_in(const struct setting *setting, const struct claim *claim);

/* Are these the bytes of the text? */
bool is_text(struct view bytes, const char *text);

#endif
