/* SPDX-License-Identifier: ISC */
/*
 * The authorize address that the user opens in a browser, and its state.
 */
#ifndef GCPKCE_AUTHORIZE_H
#define GCPKCE_AUTHORIZE_H

#include "gcpkce/base/buf.h"
#include "pkce.h"

#define STATE_HASH_LEN 22  /* the first characters of the challenge */
#define STATE_LABEL_MAX 63 /* ACCOUNT~HOST, 31 bytes each */
#define STATE_MAX (STATE_HASH_LEN + 1 + STATE_LABEL_MAX)
#define REDIRECT_AND_STATE_MAX 255 /* keeps a pasted address below 512 */
#define AUTHORIZE_ADDRESS_MAX 4096
#define START_ADDRESS_MAX 77 /* plink breaks longer lines; with the label */

/*
 * Make the state: 22 characters of the challenge, '.', and the label
 * ACCOUNT~HOST, a hint for the pages and never proof.  Each part of the label
 * is cut to 31 bytes and shows characters outside [A-Za-z0-9.-] as '_'.  The
 * label is cut, or omitted with its '.', so that state and redirect_uri
 * together have at most 255 bytes.
 *
 * in:     challenge     43 characters
 *         account, host text of any bytes; both empty: no label
 *         redirect_len  strlen of the redirect_uri, at most 233
 * out:    ret           NUL-ended
 * source: docs/DESIGN.md section 5; RFC 6749 section 10.12
 */
void authorize_state(const char *challenge, const char *account,
    const char *host, size_t redirect_len, char ret[static STATE_MAX + 1]);

struct wire_route;

/* The parts of the address; optional texts are "" if not configured. */
struct authorize_request {
	const struct wire_route *route; /* to the provider */
	const char *client_id;
	const char *redirect_uri;
	const char *start_url; /* of a page that makes it, "", or NULL */
	const char *challenge;
	const char *state;
	const char *nonce;           /* CXone's */
	const char *organization;    /* CXone's tenant */
	const char *signin_org;      /* optional, with signin_provider */
	const char *signin_provider; /* optional, with signin_org */
	bool force_signin;           /* prompt=login */
};

/*
 * Append the address that the user opens.  With a start_url, at most 45 bytes,
 * it is START_URL#CHALLENGE and, as far as they fit whole into 77 bytes, '.'
 * and the state's label, or its account alone; the label in the returned state
 * is ignored.  Otherwise it is the authorize address: the provider's endpoint,
 * ?response_type=code
 * &client_id=…&redirect_uri=…&code_challenge=…&code_challenge_method=S256
 * &state=…, the provider's own parameters and, where configured, &prompt=login;
 * every value percent-encoded.
 *
 * out:    address  failures are reported by buf_check(address)
 * source: RFC 6749 section 4.1.1; RFC 7636 section 4.3; docs/DESIGN.md section
 * 5
 */
void authorize_address(
    const struct authorize_request *request, struct buf *address);

/* Append "&NAME=VALUE", the value percent-encoded. */
void authorize_parameter(
    struct buf *address, const char *name, const char *value);

#endif
