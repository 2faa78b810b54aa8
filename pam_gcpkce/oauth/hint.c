/* SPDX-License-Identifier: ISC */
/*
 * The table of causes.  Its texts are fixed: nothing that came from a network
 * or a person is ever among them.
 */
#include "gcpkce/oauth/hint.h"

#include <stddef.h>

static const struct cause_text causes[CAUSE_COUNT] = {
    [CAUSE_NONE] = {"", CAUSE_ANYWHERE, "", "", ""},
#define X(suffix, name, scope, text, tell, fix) \
	[CAUSE_##suffix] = {name, scope, text, tell, fix},
    CAUSE_TABLE(X)
#undef X
};

const struct cause_text *
cause_get(enum cause cause)
{
	return &causes[(size_t)cause < CAUSE_COUNT ? cause : CAUSE_NONE];
}

bool
cause_applies(enum cause cause, bool own_client, bool secret_sent)
{
	switch (cause_get(cause)->scope) {
	case CAUSE_ANYWHERE:
		return true;
	case CAUSE_WITH_SECRET:
		return secret_sent;
	case CAUSE_WITHOUT_SECRET:
		return !secret_sent;
	case CAUSE_ELSEWHERE:
		return !own_client;
	}
	return false;
}
