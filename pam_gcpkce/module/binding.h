/* SPDX-License-Identifier: ISC */
/*
 * What binds a remembered sign-in to the same user in the same place: a public
 * key that sshd has verified in this connection, and the user's host; or the
 * kernel's audit session.  There is no other binding.
 */
#ifndef GCPKCE_MODULE_BINDING_H
#define GCPKCE_MODULE_BINDING_H

#include "gcpkce/base/buf.h"
#include "gcpkce/base/errinfo.h"
#include "place.h"

/*
 * Append the binding of this sign-in, with the boot and the account's uid, as
 * fields of text.  Two sign-ins with the same text are the same user in the
 * same place.
 *
 * in:     account  the user's; it exists
 * out:    key      on failure with part of the text
 * errors: OUTCOME_ABORTED  there is none; reterr says why
 * source: docs/DESIGN.md section 2; sshd's auth2.c; proc(5); getauxval(3)
 */
MUST_CHECK enum outcome binding_put(pam_handle_t *pamh,
    const struct place *place, const struct account *account, struct buf *key,
    struct errinfo *reterr);

#endif
