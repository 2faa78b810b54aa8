/* SPDX-License-Identifier: ISC */
/*
 * The control of a line in pam.d: what libpam does with each result of its
 * module.
 */
#ifndef GCPKCE_CLI_CONTROL_H
#define GCPKCE_CLI_CONTROL_H

#include <security/pam_modules.h>

#include "gcpkce/base/errinfo.h"

#define PAM_RESULT_COUNT 32

/*
 * The names of a result: "PAM_AUTH_ERR", and in a control "auth_err".
 *
 * gives:  a static string; NULL for an invalid result
 */
const char *pam_result_name(int result);
const char *pam_result_word(int result);

/* An action; a number above zero skips as many modules. */
enum control_action {
	CONTROL_IGNORE = 0,
	CONTROL_OK = -1,
	CONTROL_DONE = -2,
	CONTROL_BAD = -3,
	CONTROL_DIE = -4,
	CONTROL_RESET = -5,
	CONTROL_UNSET = -6,
};

#define CONTROL_JUMP_MAX 1000000 /* more is as wrong as this */

enum control_kind { CONTROL_MODULE, CONTROL_INCLUDE, CONTROL_SUBSTACK };

struct control {
	enum control_kind kind;
	int actions[PAM_RESULT_COUNT];
};

/*
 * Read a control as libpam does: one of its words in any case, or pairs of
 * result=action, without the brackets.  A control that cannot be read makes
 * every result bad, as in libpam.
 *
 * out:    ret     always filled
 *         reterr  nullable: what cannot be read
 * gives:  false when libpam cannot read it
 * source: pam.conf(5)
 */
MUST_CHECK bool control_parse(
    const char *text, struct control *ret, struct errinfo *reterr);

/* Every action the same. */
void control_fill(struct control *control, int action);

#endif
