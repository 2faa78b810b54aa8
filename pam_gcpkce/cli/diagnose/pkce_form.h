/* SPDX-License-Identifier: ISC */
/*
 * The forms that a verifier's challenge takes, the right one and the wrong
 * ones that people's programs make.
 */
#ifndef GCPKCE_PKCE_FORM_H
#define GCPKCE_PKCE_FORM_H

#include "pkce_fault.h"

/* What is hashed, how, and how the digest is written: rows of tables. */
struct pkce_way {
	size_t text;
	size_t hash;
	size_t form;
	size_t mistakes; /* how many of the three are wrong */
	enum pkce_fault
	    faults[3]; /* PKCE_FAULT_NONE for a step that is right */
};

/* The i-th way through the tables, from 0 on; false behind the last. */
bool pkce_form_way(size_t i, struct pkce_way *ret);

/*
 * Make a challenge in one way, without padding.
 *
 * in:     verifier  at most PKCE_FAULT_TEXT_MAX bytes
 * out:    form      (buf_done it) replaced
 *         ret_made  false where the way would lead to the right form again
 * errors: OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome pkce_form_make(struct view verifier,
    const struct pkce_way *way, struct buf *form, bool *ret_made);

/* A text without line ends behind it. *Borrowed*. */
struct view pkce_form_line(struct view text);

#endif
