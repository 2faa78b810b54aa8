/* SPDX-License-Identifier: ISC */
/*
 * Causes that an address itself shows, by its form or beside a configuration.
 */
#ifndef GCPKCE_EVIDENCE_H
#define GCPKCE_EVIDENCE_H

#include "gcpkce/base/buf.h"
#include "gcpkce/oauth/hint.h"

/* What a configuration says; texts *borrowed*. */
struct evidence_known {
	const char *client_id;
	const char *redirect_uri;
	const char *login_url;
	bool secret; /* there is a client secret */
};

/* The causes that show. */
struct evidence {
	bool shows[CAUSE_COUNT];
};

/*
 * Look at an authorize address: its parameters by the rules of RFC 6749 and
 * RFC 7636, and the configuration's values where there is one.
 *
 * in:     address  printable ASCII without a blank; *borrowed*
 *         known    NULL: nothing to compare with
 * out:    ret      has what shows added
 * errors: OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome evidence_of_authorize(const char *address,
    const struct evidence_known *known, struct evidence *ret);

/*
 * Look whether an OAuth request goes to the API host or the apps host, which
 * serve none.
 *
 * in:     known  NULL, or with a login_url that is right whatever its name
 * gives:  whether it does
 */
bool evidence_of_host(const char *address, const struct evidence_known *known,
    struct evidence *ret);

/*
 * Look how an address differs from a redirect URI: by scheme, host, port,
 * path, or a slash at its end.  Query and fragment do not count; neither does
 * the port where the URI is of a loopback host and has none.
 *
 * source: RFC 8252 section 7.3
 */
void evidence_of_redirect(
    const char *address, const char *redirect_uri, struct evidence *ret);

#endif
