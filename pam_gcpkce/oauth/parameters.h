/* SPDX-License-Identifier: ISC */
/* The parameters of a pasted answer. */
#ifndef GCPKCE_OAUTH_PARAMETERS_H
#define GCPKCE_OAUTH_PARAMETERS_H

#include "gcpkce/base/buf.h"

/* The parameters that count; all others are ignored. */
enum parameter {
	PARAMETER_CODE,
	PARAMETER_STATE,
	PARAMETER_ERROR,
	PARAMETER_ERROR_DESCRIPTION,
	PARAMETER_DESCRIPTION,
	PARAMETER_ISS,
	PARAMETER_COUNT
};

/* Their values, still percent-encoded; p is NULL where one is missing. */
struct parameters {
	struct view value[PARAMETER_COUNT];
	bool is_elsewhere; /* an address with a code is not redirect_uri */
};

/*
 * Find the parameters of an address, of its query alone, or of several that
 * agree.  A state counts only if each address with a code has it as well: the
 * state of another address, such as the one that was shown, does not belong to
 * the code.
 *
 * out:    ret    all-zero bytes before; values *borrowed* from text
 * gives:  false if they differ, or one occurs twice in an address, because it
 *         would be a guess which of two codes is meant
 */
bool parameters_find(
    struct view text, const char *redirect_uri, struct parameters *ret);

#endif
