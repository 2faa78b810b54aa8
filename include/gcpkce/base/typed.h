/* SPDX-License-Identifier: ISC */
/*
 * Cleaning of what a user typed or pasted.
 */
#ifndef GCPKCE_TYPED_H
#define GCPKCE_TYPED_H

#include "buf.h"

/*
 * Remove white space, line breaks, quotes (' " ` < >) and what a terminal sends
 * by itself (control sequences and strings: ESC [, ESC O, ESC ], ESC P, ESC _,
 * also with ^[ in place of the ESC) everywhere; at either end also paste marks
 * and focus reports that lost their ESC.
 *
 * in:     hold   an empty buffer with room for all of typed
 * gives:  *borrowed* from hold; failures are reported by buf_check(hold)
 * source: ECMA-48 section 5.4; docs/DESIGN.md section 2 step 6
 */
struct view typed_plain(struct view typed, struct buf *hold);

/* One copy of a text that was pasted twice; any other text unchanged. */
struct view typed_once(struct view text);

/*
 * Is this what sshd passes to PAM instead of the answer for a name it refuses:
 * the bytes "\b\n\r\177INCORRECT" over and over, cut to the answer's length?
 *
 * gives:  false for an empty answer
 * source: OpenSSH auth-pam.c, fake_password()
 */
bool typed_is_sshd_junk(struct view typed);

#endif
