/* SPDX-License-Identifier: ISC */
/*
 * Remembered sign-ins: the second way to a success, beside the rounds.  It is
 * used only where sshd or the kernel proves that it is the same user in the
 * same place: a public key that sshd has verified in this connection, or the
 * kernel's audit session of a program that the account's own process has
 * started.
 */
#ifndef GCPKCE_MODULE_REMEMBER_H
#define GCPKCE_MODULE_REMEMBER_H

#include "place.h"
#include "rounds.h"

/*
 * Compose the key of this sign-in, and use the record that has it, if the
 * policy accepts its identity today.  There is no prompt, no helper and no
 * request.  Whatever is missing or wrong is no error: the reason is logged with
 * debug.
 *
 * in:     s  with configuration, account and account_status; its key is empty
 * out:    s  with the key; on success with the identity and the age
 * gives:  true  the user is signed in
 * source: docs/DESIGN.md section 2
 */
MUST_CHECK bool remember_use(struct signin *s, const struct place *place);

/*
 * Set the variables of an export that need no token: the user's.  A fault is
 * logged.
 */
void remember_export(struct signin *s);

/*
 * Write a record of a browser's sign-in that has succeeded.  Without a key
 * nothing is written.  A fault is logged.
 */
void remember_keep(struct signin *s);

#endif
