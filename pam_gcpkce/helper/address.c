/* SPDX-License-Identifier: ISC */
/* Each address has a verifier of its own (RFC 7636 section 7.1). */
#include "address.h"

#include <string.h>

#include "gcpkce/base/clock.h"
#include "gcpkce/oauth/provider.h"

enum outcome
address_renew(struct address *a, const char *user, const char *host,
    const char *redirect_uri, struct errinfo *reterr)
{
	if (a->verifier != NULL && a->earlier_count < ADDRESS_EARLIER_MAX) {
		memcpy(a->earlier[a->earlier_count], a->state, STATE_HASH_LEN);
		a->earlier_count++;
	}
	secret_free(a->verifier);
	a->verifier = NULL;
	enum outcome r = pkce_verifier_new(&a->verifier, reterr);
	if (r == OUTCOME_OK)
		r = pkce_challenge(
		    secret_view(a->verifier), a->challenge, reterr);
	/* the nonce binds the id_token to it; a start page can make it too */
	if (r == OUTCOME_OK)
		r = pkce_challenge(view_text(a->challenge), a->nonce, reterr);
	if (r != OUTCOME_OK)
		return r;
	authorize_state(
	    a->challenge, user, host, strlen(redirect_uri), a->state);
	a->made_ms = clock_now_ms();
	return OUTCOME_OK;
}

void
address_put(const struct address *a, const struct wire_request *request,
    struct buf *text)
{
	authorize_address(
	    &(struct authorize_request){
		.route = &request->route,
		.client_id = request->client_id,
		.redirect_uri = request->redirect_uri,
		.start_url = request->start_url,
		.challenge = a->challenge,
		.state = a->state,
		.nonce = a->nonce,
		.organization = request->organization,
		.signin_org = request->signin_org,
		.signin_provider = request->signin_provider,
		.force_signin = request->force_signin,
	    },
	    text);
}

struct answer_terms
address_terms(const struct address *a, const struct wire_request *request)
{
	return (struct answer_terms){
	    .state = a->state,
	    .redirect_uri = request->redirect_uri,
	    .issuer = request->route.issuer,
	    .earlier = a->earlier,
	    .earlier_count = a->earlier_count,
	    .bare_code = request->bare_code,
	    .code_max = provider_of(&request->route)->code_max,
	    .code_vschar = provider_of(&request->route)->code_vschar,
	};
}
