/* SPDX-License-Identifier: ISC */
/* The table without the PAM column, which module/ and cli/ expand. */
#include "gcpkce/base/outcome.h"

static const struct {
	const char *name;
	const char *sentence;
	const char *log;
} table[OUTCOME_COUNT] = {
#define X(suffix, name, pam, sentence, log) {name, sentence, log},
    OUTCOME_TABLE(X)
#undef X
};

/* A value from outside the table counts as the first row: a denial. */
static size_t
row(enum outcome outcome)
{
	return (size_t)outcome < OUTCOME_COUNT ? (size_t)outcome : 0;
}

const char *
outcome_name(enum outcome outcome)
{
	return table[row(outcome)].name;
}

const char *
outcome_sentence(enum outcome outcome)
{
	return table[row(outcome)].sentence;
}

const char *
outcome_log_text(enum outcome outcome)
{
	return table[row(outcome)].log;
}

bool
outcome_may_retry(enum outcome outcome)
{
	return outcome == OUTCOME_ANSWER_EMPTY ||
	    outcome == OUTCOME_ANSWER_MALFORMED ||
	    outcome == OUTCOME_STATE_MISMATCH ||
	    outcome == OUTCOME_SIGNIN_REFUSED ||
	    outcome == OUTCOME_CODE_REFUSED;
}
