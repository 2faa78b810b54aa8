/* SPDX-License-Identifier: ISC */
/* Frames about an existing token. */
#ifndef GCPKCE_WIRE_TOKEN_H
#define GCPKCE_WIRE_TOKEN_H

#include "wire.h"

#define WIRE_NAME_MAX 128
#define WIRE_MEMBERSHIP_NAME_MAX 64
#define WIRE_MEMBERSHIPS_MAX 200

/* What to do with the token; 0 is nothing. */
enum wire_task {
	WIRE_TASK_NONE,
	WIRE_TASK_IDENTIFY,    /* report whose it is */
	WIRE_TASK_MEMBERSHIPS, /* the same, with groups, roles and divisions */
	WIRE_TASK_REVOKE,      /* revoke it, and report the result */
	WIRE_TASK_COUNT
};

struct wire_token_request {
	struct wire_route route;
	enum wire_task task;
	uint32_t limit_s; /* how long it may take */
	struct secret *token;
};

enum wire_membership_kind {
	WIRE_MEMBERSHIP_GROUP,
	WIRE_MEMBERSHIP_ROLE,
	WIRE_MEMBERSHIP_DIVISION,
	WIRE_MEMBERSHIP_COUNT
};

/* A group, role or division of the user. */
struct wire_membership {
	enum wire_membership_kind kind;
	char id[IDENTITY_ID_MAX + 1];
	char name[WIRE_MEMBERSHIP_NAME_MAX + 1];
};

/*
 * Names, for display.  No decision may depend on them: anyone who may edit
 * users in the organization can set them.  "" is a name that was missing.
 */
struct wire_names {
	char person[WIRE_NAME_MAX + 1];
	char organization[WIRE_NAME_MAX + 1];
	char client[WIRE_NAME_MAX + 1];
	bool present[WIRE_MEMBERSHIP_COUNT]; /* the reply had a list of this
						kind */
	bool more;                           /* there are more than fit */
	uint32_t count;
	struct wire_membership memberships[WIRE_MEMBERSHIPS_MAX];
};

struct wire_token_info {
	struct wire_verdict verdict; /* without a token */
	struct wire_names names;
};

#define autotokenrequest \
	CLEANUP(wire_token_request_done) \
	struct wire_token_request

/* A reply that carries a token is refused. */
WIRE_FRAME(token_request, struct wire_token_request);
WIRE_FRAME(token_reply, struct wire_token_info);

void wire_token_request_done(struct wire_token_request *request);
void wire_token_reply_done(struct wire_token_info *reply);

#endif
