/* SPDX-License-Identifier: ISC */
/*
 * Which mistakes explain a challenge: all ways of making one are tried, and
 * the one with the fewest mistakes is told.
 */
#include "pkce_fault.h"

#include <string.h>

#include "gcpkce/base/query.h"
#include "gcpkce/base/text.h"
#include "gcpkce/oauth/pkce.h"
#include "pkce_form.h"

#define BEGINNING_MIN 16 /* of a wrong form: fewer may be chance */

/* A challenge without what was put around it, and what that was. */
struct challenge {
	struct view bare;
	struct pkce_faults around;
};

static void
fault_add(struct pkce_faults *faults, enum pkce_fault fault)
{
	if (fault != PKCE_FAULT_NONE && faults->count < PKCE_FAULTS_MAX)
		faults->list[faults->count++] = fault;
}

/* How a challenge relates to one form: equal, or which part of it is. */
static bool
form_fits(
    struct view bare, struct view form, bool right, enum pkce_fault *ret_extra)
{
	size_t least = right ? 1 : BEGINNING_MIN;
	size_t shared = bare.len < form.len ? bare.len : form.len;

	*ret_extra = PKCE_FAULT_NONE;
	if (bare.len > 0 && view_eq(bare, form))
		return true;
	if (shared >= least && memcmp(bare.p, form.p, shared) == 0)
		*ret_extra = bare.len < form.len ? PKCE_FAULT_TRUNCATED
						 : PKCE_FAULT_LONGER;
	else if (form.len >= BEGINNING_MIN && text_eq_nocase(bare, form))
		*ret_extra = PKCE_FAULT_CHALLENGE_CASE;
	return *ret_extra != PKCE_FAULT_NONE;
}

/* Does the challenge fit one way, as a whole or in part? */
static enum outcome
way_try(struct view verifier, const struct challenge *challenge,
    const struct pkce_way *way, bool whole, struct pkce_faults *ret)
{
	autobuf form = BUF_INIT(0);
	enum pkce_fault extra;
	bool made;
	enum outcome r = pkce_form_make(verifier, way, &form, &made);

	if (r != OUTCOME_OK)
		return r;
	if (!made ||
	    !form_fits(
		challenge->bare, buf_view(&form), way->mistakes == 0, &extra) ||
	    (whole && extra != PKCE_FAULT_NONE))
		return OUTCOME_ABORTED;
	for (size_t i = 0; i < 3; i++)
		fault_add(ret, way->faults[i]);
	fault_add(ret, extra);
	for (size_t i = 0; i < challenge->around.count; i++)
		fault_add(ret, challenge->around.list[i]);
	return OUTCOME_OK;
}

/*
 * Try all ways with so many mistakes.
 *
 * gives:  OUTCOME_ABORTED when none fits
 */
static enum outcome
ways_try(struct view verifier, const struct challenge *challenge,
    size_t mistakes, bool whole, struct pkce_faults *ret)
{
	enum outcome r = OUTCOME_ABORTED;
	struct pkce_way way;

	for (size_t i = 0; r == OUTCOME_ABORTED && pkce_form_way(i, &way);
	     i++) {
		if (way.mistakes == mistakes)
			r = way_try(verifier, challenge, &way, whole, ret);
	}
	return r;
}

/* Take off what may stand around a challenge, or was put into it. */
static enum outcome
challenge_bare(struct view given, struct buf *plain, struct challenge *ret)
{
	struct view line = pkce_form_line(given);
	bool percent = query_before(line, '%').len < line.len;
	bool blank = query_before(line, ' ').len < line.len;

	if (percent && !query_put_decoded(plain, line))
		percent = false;
	if (!percent) {
		buf_reset(plain);
		buf_put(plain, line.p, line.len);
	}
	for (size_t i = 0; blank && i < plain->len; i++)
		plain->p[i] = plain->p[i] == ' ' ? '+' : plain->p[i];
	ret->bare = buf_view(plain);
	size_t len = ret->bare.len;
	while (ret->bare.len > 0 && ret->bare.p[ret->bare.len - 1] == '=')
		ret->bare.len--;
	if (ret->bare.len < len)
		fault_add(&ret->around, PKCE_FAULT_PADDED);
	if (line.len < given.len)
		fault_add(&ret->around, PKCE_FAULT_CHALLENGE_NEWLINE);
	if (percent)
		fault_add(&ret->around, PKCE_FAULT_CHALLENGE_PERCENT);
	if (blank)
		fault_add(&ret->around, PKCE_FAULT_CHALLENGE_BLANK);
	return buf_check(plain);
}

/* Is it the verifier itself, or has each the other's place? */
static enum pkce_fault
exchange_find(struct view verifier, struct view challenge)
{
	char other[PKCE_CHALLENGE_LEN + 1];
	struct view line = pkce_form_line(challenge);

	if (view_eq(line, pkce_form_line(verifier)))
		return PKCE_FAULT_PLAIN;
	pkce_challenge(line, other);
	return view_eq(view_text(other), pkce_form_line(verifier))
	    ? PKCE_FAULT_SWAPPED
	    : PKCE_FAULT_NONE;
}

static enum outcome
challenge_judge(
    struct view verifier, struct view given, struct pkce_faults *ret)
{
	autobuf plain = BUF_INIT(PKCE_FAULT_TEXT_MAX);
	struct challenge challenge = {0};
	enum pkce_fault exchange = exchange_find(verifier, given);
	enum outcome r = challenge_bare(given, &plain, &challenge);

	if (r != OUTCOME_OK)
		return r;
	if (exchange != PKCE_FAULT_NONE) {
		fault_add(ret, exchange);
		return OUTCOME_OK;
	}
	/* a form that fits in part counts where no whole one does */
	r = OUTCOME_ABORTED;
	for (size_t whole = 2; whole-- > 0 && r == OUTCOME_ABORTED;) {
		for (size_t n = 0; n <= 3 && r == OUTCOME_ABORTED; n++)
			r = ways_try(verifier, &challenge, n, whole > 0, ret);
	}
	if (r == OUTCOME_ABORTED)
		fault_add(ret, PKCE_FAULT_OTHER);
	return r == OUTCOME_ABORTED ? OUTCOME_OK : r;
}

void
pkce_faults_of_verifier(struct view verifier, struct pkce_faults *ret)
{
	struct view line = pkce_form_line(verifier);
	bool good = true;

	if (line.len < verifier.len)
		fault_add(ret, PKCE_FAULT_VERIFIER_NEWLINE);
	if (line.len < PKCE_VERIFIER_MIN)
		fault_add(ret, PKCE_FAULT_VERIFIER_SHORT);
	if (line.len > PKCE_VERIFIER_MAX)
		fault_add(ret, PKCE_FAULT_VERIFIER_LONG);
	for (size_t i = 0; i < line.len; i++)
		good = good && text_is_unreserved(line.p[i]);
	if (!good)
		fault_add(ret, PKCE_FAULT_VERIFIER_BYTES);
}

enum outcome
pkce_faults_find(
    struct view verifier, struct view challenge, struct pkce_faults *ret)
{
	*ret = (struct pkce_faults){0};
	if (verifier.len > PKCE_FAULT_TEXT_MAX ||
	    challenge.len > PKCE_FAULT_TEXT_MAX)
		return OUTCOME_NO_MEMORY;
	enum outcome r = challenge_judge(verifier, challenge, ret);
	if (r == OUTCOME_OK)
		pkce_faults_of_verifier(verifier, ret);
	return r;
}

static const struct {
	const char *name;
	const char *text;
} faults[PKCE_FAULT_COUNT] = {[PKCE_FAULT_NONE] = {"", ""},
#define X(suffix, name, sentence) [PKCE_FAULT_##suffix] = {name, sentence},
    PKCE_FAULT_TABLE(X)
#undef X
};

const char *
pkce_fault_name(enum pkce_fault fault)
{
	return faults[(size_t)fault < PKCE_FAULT_COUNT ? fault : 0].name;
}

const char *
pkce_fault_text(enum pkce_fault fault)
{
	return faults[(size_t)fault < PKCE_FAULT_COUNT ? fault : 0].text;
}
