/* SPDX-License-Identifier: ISC */
/* The provider's discovery document, for gcpkce check: no sign-in reads it. */
#ifndef GCPKCE_DISCOVERY_H
#define GCPKCE_DISCOVERY_H

#include "gcpkce/base/errinfo.h"
#include "gcpkce/wire/wire_probe.h"

/*
 * Read what a configuration can be compared with.  A URL that is missing, has
 * another type or does not fit is ""; a list that is missing rules nothing out.
 *
 * in:     body  the document
 * out:    ret   urls and offers; its status is unchanged
 * errors: OUTCOME_REPLY_INVALID  not what json_parse_object accepts
 *         OUTCOME_NO_MEMORY
 * source: OpenID Connect Discovery 1.0 section 3; RFC 8414 section 2
 */
MUST_CHECK enum outcome discovery_parse(
    struct view body, struct wire_discovery *ret, struct errinfo *reterr);

#endif
